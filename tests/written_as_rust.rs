//! Does a catalog that is written as Rust structs say what it says as YAML?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/fixtures.rs"]
mod fixtures;

use autogen::catalog::Catalog;
use autogen::config::Config;
use autogen::diff::diff;
use autogen::kind::Managed;
use autogen::model::{self, Form};
use fixtures::Case;

type Files = BTreeMap<String, String>;

fn written(form: Form, catalog: &Catalog, managed: &Managed) -> Files {
    model::write_as(form, catalog, &"public".into(), managed).unwrap_or_else(|e| panic!("{e}"))
}

/// The catalogs of a case that have one.
fn catalogs(case: &Case) -> Vec<(&'static str, Catalog)> {
    let pair = case.pair().map(|pair| vec![("before", pair.before), ("after", pair.after)]);
    pair.unwrap_or_default()
}

/// What the files declare, read as a project's models are.
fn read(files: &Files, managed: &Managed, folder: &Path) -> autogen::Result<Catalog> {
    let _ = fs::remove_dir_all(folder);
    let mut config = Config::defaults(folder)?;
    fs::create_dir_all(&config.models).unwrap();
    config.managed = managed.clone();
    files.iter().for_each(|(name, text)| fs::write(config.models.join(name), text).unwrap());
    fixtures::wanted(model::load(&config)?, &Catalog::default())
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("structs").join(name)
}

/// Without a server, the columns of a view that are named otherwise than in its query are lost on the way.
const NOT_BY_TEXT: [&str; 1] = ["materialized_view__columns_are_named"];

#[test]
fn every_fixture_written_as_rust_reads_back_equal() {
    let mut count = 0;
    fixtures::each(&fixtures::all(), |case| {
        for (side, catalog) in catalogs(case) {
            let (managed, folder) = (case.managed(), folder(&format!("{}__{side}", case.name)));
            let [yaml, rust] = [Form::Yaml, Form::Rust].map(|form| written(form, &catalog, &managed));
            let back = |files| read(files, &managed, &folder).map_err(|error| error.to_string());
            match (back(&yaml), back(&rust)) {
                (Ok(yaml), Ok(rust_says)) => {
                    let changes = diff(&yaml, &rust_says);
                    assert!(changes.is_empty(), "{}, {side}: {changes:#?}\n{}", case.name, whole(&rust));
                    assert_eq!(yaml.notes.unmanaged, rust_says.notes.unmanaged, "{}, {side}", case.name);
                    count += 1;
                }
                (Err(yaml), Err(rust)) if NOT_BY_TEXT.contains(&case.name.as_str()) => {
                    assert_eq!(yaml.lines().next(), rust.lines().next());
                }
                (yaml, rust_says) => {
                    panic!("{}, {side}: {:?}, {:?}\n{}", case.name, yaml.err(), rust_says.err(), whole(&rust))
                }
            }
            fs::remove_dir_all(&folder).unwrap();
        }
    });
    assert!(count > 1000, "{count} catalogs");
}

fn whole(files: &Files) -> String {
    files.iter().map(|(name, text)| format!("// {name}\n{text}\n")).collect()
}
