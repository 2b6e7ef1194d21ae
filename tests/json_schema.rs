//! Does the schema that an editor is given say what the reader takes?
//!
//! Every model of the project is held against it with a library that is not ours, as it is and with each of its values replaced:
//! what the reader refuses, the schema refuses, and what the schema refuses, the reader does, but for words and names.

use std::fs;
use std::path::{Path, PathBuf};

use autogen::json_schema;
use jsonschema::Validator;
use serde_json::Value;

#[path = "support/fixtures.rs"]
mod fixtures;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn validator(schema: &schemars::Schema) -> Validator {
    jsonschema::draft202012::new(schema.as_value()).unwrap_or_else(|e| panic!("{e}"))
}

fn parsed(text: &str, of: &str) -> Value {
    // an editor takes `n` and `off` for texts, as YAML 1.2 does
    let options = serde_yaml::options! { strict_booleans: true };
    serde_yaml::from_str_with_options(text, options).unwrap_or_else(|e| panic!("{of}: {e}\n{text}"))
}

/// What the schema has against it.
fn refused(schema: &Validator, value: &Value) -> Vec<String> {
    schema.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect()
}

/// The YAML of a Markdown text.
fn blocks(text: &str) -> impl Iterator<Item = &str> {
    text.split("```yaml\n").skip(1).map(|block| &block[..block.find("```").unwrap_or(block.len())])
}

/// Every model file of the project, with its name.
fn models() -> Vec<(String, String)> {
    let mut models = Vec::new();
    let mut add = |path: &Path| {
        let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        models.push((path.strip_prefix(root()).unwrap_or(path).display().to_string(), text));
    };
    for case in fixtures::all() {
        add(&case.folder.join("before.yaml"));
        if case.options.error.is_none() {
            add(&case.folder.join("after.yaml"));
        }
    }
    for folder in ["schema", "tests/support"] {
        let entries = fs::read_dir(root().join(folder)).unwrap().flatten().map(|entry| entry.path());
        entries
            .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
            .for_each(|path| add(&path));
    }
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let reference = readme.split("\n## Model reference\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let shown: Vec<(String, String)> =
        blocks(reference).map(|text| ("README.md".to_owned(), text.to_owned())).collect();
    assert!(shown.len() >= 4, "{} models in the README", shown.len());
    models.extend(shown);
    models
}

#[test]
fn every_model_is_taken() {
    let schema = validator(&json_schema::model());
    let mut failed = Vec::new();
    for (name, text) in models() {
        let value = parsed(&text, &name);
        if value != Value::Null {
            failed.extend(refused(&schema, &value).iter().map(|error| format!("{name}: {error}")));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// The macros check keys against a copy of it, which has to be what the types say: `UPDATE_SCHEMA=1` writes it again.
#[test]
fn the_copy_of_the_macros_is_the_schema() {
    let file = Path::new("derive/structs/src/model.schema.json");
    let text = json_schema::text(&json_schema::model());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(root().join(file), &text).unwrap();
    }
    let copy = std::fs::read_to_string(root().join(file)).unwrap_or_default();
    assert!(
        copy == text,
        "{} is not what the types say: run UPDATE_SCHEMA=1 cargo test --test json_schema",
        file.display()
    );
}
