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

#[test]
fn every_fixture_written_as_rust_reads_back_equal() {
    let all = fixtures::all();
    let mut count = 0;
    fixtures::each(&all, |case| {
        for (side, catalog) in catalogs(case) {
            let managed = case.managed();
            let rust = written(Form::Rust, &catalog, &managed);
            let folder = folder(&format!("{}__{side}", case.name));
            let whole = || rust.values().cloned().collect::<Vec<_>>().join("\n");
            let back =
                read(&rust, &managed, &folder).unwrap_or_else(|e| panic!("{}, {side}: {e}\n{}", case.name, whole()));
            let yaml = read(&written(Form::Yaml, &catalog, &managed), &managed, &folder).unwrap();
            let changes = diff(&yaml, &back);
            assert!(changes.is_empty(), "{}, {side}: {changes:#?}\n{}", case.name, whole());
            assert_eq!(yaml.notes.unmanaged, back.notes.unmanaged, "{}", whole());
            let changes = diff(&catalog, &back);
            if !changes.is_empty() {
                eprintln!("OTHER {}, {side}: {changes:#?}\n{}", case.name, whole());
            }
            if std::env::var("STRUCTS_KEEP").is_err() {
                fs::remove_dir_all(&folder).unwrap();
            }
            count += 1;
        }
    });
    println!("{count} catalogs");
}
