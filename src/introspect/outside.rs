//! What is not ours, and stands on something that is, as the server has it?
//!
//! What a preset leaves out does not count: an extension looks after its own, and so do those who make partitions.

use std::collections::BTreeSet;

use crate::catalog::Outsider;
use crate::error::Result;
use crate::kind::{Fact, Name, Row, Space};
use crate::ours::{LeftOut, looked_after};

pub const OUTSIDE: &str = include_str!("outside.sql");

pub fn outsiders<'a>(rows: impl Iterator<Item = Row<'a>>, left_out: &[LeftOut]) -> Result<Vec<Outsider>> {
    let mut outsiders = Vec::new();
    for row in rows {
        let (kind, schema, name) = (row.text("kind")?, row.text("schema")?, row.text("name")?);
        let own = |left: &&LeftOut| left.kind == kind && left.path.iter().map(String::as_str).eq([schema, name]);
        let whole = |left: &&LeftOut| left.kind == "schema" && left.path.iter().map(String::as_str).eq([schema]);
        let why = left_out.iter().find(own).or_else(|| left_out.iter().find(whole)).map(|left| left.why.as_str());
        if looked_after(why, row.opt("extension")) {
            continue;
        }
        outsiders.push(outsider(&row)?);
    }
    outsiders.sort();
    Ok(outsiders)
}

fn outsider(row: &Row) -> Result<Outsider> {
    let (mut on, mut types) = (BTreeSet::new(), BTreeSet::new());
    let stands: Vec<(String, Vec<String>, bool)> = row.json("stands_on")?.unwrap_or_default();
    for (space, path, keeps_type) in stands {
        let name = Name::new(Space::read(&space)?, path.iter().map(String::as_str));
        types.extend(keeps_type.then(|| name.clone()));
        on.insert(Fact::Exists(name));
    }
    let within: Option<Vec<String>> = row.json("within")?;
    let within = within.map(|path| Name::new(Space::Relation, path.iter().map(String::as_str)));
    Ok(Outsider { what: row.text("what")?.to_owned(), on, types, within: within.into_iter().collect() })
}
