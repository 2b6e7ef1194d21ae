//! Does a catalog that is written as Rust structs say what it says as YAML?

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "support/command.rs"]
mod command;
#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "written_as_rust/hostile.rs"]
mod hostile;
#[path = "support/server.rs"]
mod server;
#[path = "written_as_rust/stories.rs"]
mod stories;

use autogen::catalog::Catalog;
use autogen::config::Config;
use autogen::diff::diff;
use autogen::draft::Draft;
use autogen::kind::Managed;
use autogen::model::{self, Form};
use fixtures::Case;

type Files = BTreeMap<String, String>;

fn written(form: Form, catalog: &Catalog, managed: &Managed) -> Files {
    let files = model::write_as(form, catalog, &"public".into(), managed).unwrap_or_else(|e| panic!("{e}"));
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".rs")) {
        syn::parse_file(text).unwrap_or_else(|e| panic!("{name}: {e}\n{text}"));
    }
    files
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
    let draft = model::load(&config);
    fs::remove_dir_all(folder).unwrap();
    fixtures::wanted(draft?, &Catalog::default())
}

/// For one test alone.
fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("written_as_rust").join(name)
}

fn whole(files: &Files) -> String {
    files.iter().map(|(name, text)| format!("// {name}\n{text}\n")).collect()
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
        }
    });
    assert!(count > 1000, "{count} catalogs");
}

/// The models of a folder beside the source.
fn models(of: &str) -> Draft {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = Config::defaults(root).unwrap();
    model::load(&Config { models: root.join(of), ..config }).unwrap_or_else(|e| panic!("{e}"))
}

/// All that is declared but where it stands; what has no name of its own, and in which order.
fn says(draft: &Draft) -> Vec<String> {
    let mut says: Vec<String> =
        draft.entries.iter().map(|entry| format!("{:?} named {}", entry.object, entry.named)).collect();
    says.sort();
    says
}

#[test]
fn the_tour_has_a_twin_in_rust() {
    let (yaml, rust) = (says(&models("schema")), says(&models("examples/tour/schema")));
    assert!(yaml.len() > 100, "{} things", yaml.len());
    for (yaml, rust) in yaml.iter().zip(&rust) {
        assert_eq!(yaml, rust);
    }
    assert_eq!(yaml.len(), rust.len());
}

#[test]
fn the_tour_is_written_as_a_person_would_write_it() {
    let catalog = fixtures::wanted(models("schema"), &Catalog::default()).unwrap_or_else(|e| panic!("{e}"));
    shows!("written_as_rust__tour", whole(&written(Form::Rust, &catalog, &Managed::default())));
}

fn model_of(text: &str, managed: &Managed) -> Catalog {
    let (config, mut draft) = (Config::defaults(Path::new(".")).unwrap(), Draft::default());
    let declared = model::declare(text, Path::new("model.yaml"), &config, &mut draft)
        .and_then(|()| model::finish(&mut draft, managed));
    declared.and_then(|()| fixtures::wanted(draft, &Catalog::default())).unwrap_or_else(|e| panic!("{e}"))
}
