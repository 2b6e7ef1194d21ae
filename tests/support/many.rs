//! A schema of as many tables as one wants, and what the pure stages make of it.
//!
//! Invariant: no server is asked; every table holds the same things, so that work which grows faster than the schema shows.
#![allow(dead_code)]

use std::path::Path;

use autogen::catalog::Catalog;
use autogen::config::Config;
use autogen::draft::Draft;
use autogen::intent::Intent;
use autogen::model;
use autogen::plan::{Plan, plan};
use autogen::render;

use super::fixtures;

/// One model file for each table, and one for the enums.
pub fn files(tables: usize) -> Vec<String> {
    let enums = (0..tables.div_ceil(50)).map(|n| format!("  mood_{n}: [low, medium, high]\n"));
    let mut files = vec![format!("enums:\n{}", enums.collect::<String>())];
    files.extend((0..tables).map(table));
    files
}

fn table(n: usize) -> String {
    let (other, mood) = (n / 2, n / 50);
    format!(
        "tables:
  item_{n}:
    comment: Number {n}
    columns:
      id: {{ type: bigint, identity: always }}
      title: varchar(200)
      note: text?
      price: {{ type: 'numeric(12,2)', default: '0.00', comment: Without tax }}
      mood: {{ type: mood_{mood}, default: \"'low'\" }}
      other_id: {{ type: bigint?, references: item_{other}, index: true }}
      created_at: {{ type: timestamptz, default: now() }}
    primary_key: [id]
    unique: [[title, id]]
    checks: {{ ck_item_{n}_price: price >= 0 }}
    indexes:
      ix_item_{n}_title: [lower(title)]
      ix_item_{n}_recent: {{ columns: [created_at desc], where: note is not null }}
"
    )
}

/// What the files declare.
pub fn draft(files: &[String]) -> Draft {
    let config = Config::defaults(Path::new(".")).expect("the defaults are valid");
    let mut draft = Draft::default();
    for text in files {
        model::declare(text, Path::new("many.yaml"), &config, &mut draft).expect("the model is valid");
    }
    draft
}

/// What the files mean in a database that has this already.
pub fn wanted(files: &[String], live: &Catalog) -> Catalog {
    fixtures::wanted(draft(files), live).expect("the model has a meaning")
}

pub fn way(before: &Catalog, after: &Catalog) -> Plan {
    plan(before, after, &Intent::default()).expect("there is a way")
}

/// All that is shown of a plan, to count it.
pub fn shown(plan: &Plan, live: &Catalog) -> usize {
    render::entries(plan).len() + render::summary(plan, plan, live).len()
}
