//! Does the schema that an editor is given say what the reader takes?
//!
//! Every model of the project is held against it with a library that is not ours, as it is and with each of its values replaced:
//! what the reader refuses, the schema refuses, and what the schema refuses, the reader does, but for words and names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use autogen::config::Config;
use autogen::json_schema;
use autogen::kind::document::Document;
use autogen::kind::{Aspect, Managed};
use autogen::model;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

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

#[test]
fn every_model_that_is_written_is_taken() {
    let schema = validator(&json_schema::model());
    let mut failed = Vec::new();
    let all = Managed(Aspect::ALL.into());
    for case in fixtures::all() {
        let Ok(pair) = case.pair() else { continue };
        for (name, text) in model::write(&pair.after, &"public".into(), &all).unwrap() {
            let value = parsed(&text, &name);
            failed.extend(refused(&schema, &value).iter().map(|error| format!("{}: {name}: {error}", case.name)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// Calls with the pointer to each value in a document, and with the value.
fn each<'a>(value: &'a Value, pointer: &str, call: &mut dyn FnMut(&str, &'a Value)) {
    call(pointer, value);
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| each(value, &format!("{pointer}/{}", escaped(key)), call))
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| each(item, &format!("{pointer}/{n}"), call))
        }
        _ => {}
    }
}

/// The keys of each map of the schema.
fn properties(schema: &Value) -> Vec<BTreeSet<String>> {
    let mut found = Vec::new();
    each(schema, "", &mut |pointer, value| {
        if let (true, Value::Object(keys)) = (pointer.ends_with("/properties"), value) {
            found.push(keys.keys().cloned().collect());
        }
    });
    found
}

/// Each value of the models that is unlike the others: with the document that it is in, and where.
fn places() -> Vec<(Value, String)> {
    let schema = json_schema::model().to_value();
    let known: BTreeSet<String> = properties(&schema).into_iter().flatten().collect();
    let mut places: BTreeMap<(String, String), (Value, String)> = BTreeMap::new();
    for (name, text) in models() {
        let document = parsed(&text, &name);
        each(&document, "", &mut |pointer, value| {
            let likeness = pointer.split('/').map(|key| if known.contains(key) { key } else { "*" });
            let kind = match value {
                Value::Object(map) => {
                    map.keys().next().filter(|key| known.contains(*key)).map_or("map", String::as_str)
                }
                Value::Array(_) => "list",
                _ => "text",
            };
            let key = (likeness.collect::<Vec<_>>().join("/"), kind.to_owned());
            places.entry(key).or_insert_with(|| (document.clone(), pointer.to_owned()));
        });
    }
    places.into_values().collect()
}

fn read(value: &Value) -> Result<Document, serde_yaml::Error> {
    // JSON is YAML
    serde_yaml::from_str(&value.to_string())
}

#[test]
fn what_the_reader_refuses_is_refused() {
    let schema = validator(&json_schema::model());
    let (mut failed, mut tried) = (Vec::new(), 0);
    for (document, pointer) in places() {
        let others = [
            json!({ "zzz": { "zzz": 1 } }),
            json!({ "zzz": 1 }),
            json!(["zzz"]),
            json!([{ "zzz": 1 }]),
            json!(1.5),
            json!(true),
            json!(null),
            json!("zzz"),
        ];
        for other in others {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = other.clone();
            let (read, taken) = (read(&changed), schema.is_valid(&changed));
            // a name or a word is one text of many to the reader, and none that is no text
            let strict = other["zzz"].is_object();
            if read.is_err() && taken || strict && read.is_ok() && !taken {
                let what = read
                    .err()
                    .map(|error| error.to_string())
                    .unwrap_or_else(|| format!("only {:?}", refused(&schema, &changed)));
                failed.push(format!("{other} at {pointer}: {what}"));
            }
            tried += 1;
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(tried > 3000, "{tried}");
}

#[test]
fn a_key_too_many_or_too_few_is_refused_where_the_reader_refuses_it() {
    let schema = validator(&json_schema::model());
    let mut failed = Vec::new();
    let mut differs = |changed: &Value, what: String| {
        let (read, refused) = (read(changed), refused(&schema, changed));
        if read.is_ok() != refused.is_empty() {
            failed.push(format!("{what}: the reader: {:?}, the schema: {refused:?}", read.err()));
        }
    };
    for (document, pointer) in places() {
        let Some(Value::Object(map)) = document.pointer(&pointer) else { continue };
        if pointer.ends_with("/partition_by") {
            continue; // that it has one way is not said by the reader but by whom it reads for
        }
        let with = |map: Map<String, Value>| {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = map.into();
            changed
        };
        let mut more = map.clone();
        more.insert("zzz".to_owned(), json!({ "zzz": 1 }));
        differs(&with(more), format!("zzz in {pointer}"));
        for key in map.keys() {
            let mut fewer = map.clone();
            fewer.shift_remove(key);
            differs(&with(fewer), format!("{pointer} without {key}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What the reader says that it knows, of each kind of map in the models.
#[test]
fn every_key_that_is_known_is_in_the_schema_and_no_other() {
    // both are taken out of the map before it is read, or added to it
    let own = |keys: &BTreeSet<String>| -> BTreeSet<String> {
        keys.iter().filter(|key| !["renamed_from", "values"].contains(&key.as_str())).cloned().collect()
    };
    let offered: BTreeSet<BTreeSet<String>> = properties(json_schema::model().as_value()).iter().map(own).collect();
    let mut known = BTreeSet::new();
    for (document, pointer) in places() {
        for value in [json!({ "zzz": 1 }), json!("zzz")] {
            let mut changed = document.clone();
            let Some(Value::Object(map)) = changed.pointer_mut(&pointer) else { continue };
            map.insert("zzz".to_owned(), value);
            let Err(error) = read(&changed) else { continue };
            if let serde_yaml::Error::SerdeUnknownField { expected, .. } = error.without_snippet() {
                known.insert(own(&expected.iter().map(|key| (*key).to_owned()).collect()));
            }
        }
    }
    // read as a name that could be any
    known.insert(["range", "list", "hash"].map(str::to_owned).into());
    known.remove(&BTreeSet::new());
    let missing: Vec<_> = known.difference(&offered).collect();
    assert!(missing.is_empty(), "no map of the schema has the keys {missing:#?}");
    // a list of labels, a map of attributes and the like have no keys of their own
    let unknown: Vec<_> = offered.difference(&known).filter(|keys| keys.len() > 1).collect();
    assert!(unknown.is_empty(), "no reader has the keys {unknown:#?}");
    assert!(known.len() > 40, "{}", known.len());
}

#[test]
fn mistakes_are_refused() {
    let schema = validator(&json_schema::model());
    let table = |column: &str| format!("tables: {{ t: {{ columns: {{ c: {column} }} }} }}");
    let mistakes = [
        "tabels: {}".to_owned(),
        "tables: { t: { colums: {} } }".to_owned(),
        "tables: []".to_owned(),
        "tables: { t: { values: FROM (1) TO (2) } }".to_owned(),
        "tables: { t: { partitions: { p: { columns: { a: text } } } } }".to_owned(),
        "tables: { t: { partition_by: { ranje: [a] } } }".to_owned(),
        "tables: { t: { privileges: { app: [selct] } } }".to_owned(),
        "tables: { t: { triggers: { x: { timing: befor, events: [insert], function: f } } } }".to_owned(),
        "tables: { t: { triggers: { x: { timing: before, events: [inser], function: f } } } }".to_owned(),
        "enums: { e: low }".to_owned(),
        "extensions: { citext: { schma: x } }".to_owned(),
        "sequences: { s: { start: one } }".to_owned(),
        "functions: { f: { volatility: imutable } }".to_owned(),
        table("5"),
        table("{ nullable: true }"),
        table("{ type: text, nullable: maybe }"),
        table("{ type: text, references: { table: u, on_delete: cascad } }"),
        table("{ type: text, identity: allways }"),
        table("{ type: text, check: [a > 0] }"),
    ];
    for mistake in mistakes {
        assert!(!schema.is_valid(&parsed(&mistake, "a mistake")), "{mistake}");
    }
    let right = [
        table("{ type: text, references: { table: u, on_delete: CASCADE } }"),
        table("{ type: text, references: { table: u, on_delete: set_null }, default: 0, identity: By Default }"),
        "tables: { t: { privileges: { app: [SELECT, insert with grant option] } } }".to_owned(),
        "tables: { t: { partitions: { p: FROM (1) TO (2), q: { values: DEFAULT, comment: the rest } } } }".to_owned(),
        "tables: { t: { triggers: { x: { events: [INSERT, update of a], timing: Instead of, function: f } } } }"
            .to_owned(),
        "tables:".to_owned(),
    ];
    for right in right {
        assert_eq!(refused(&schema, &parsed(&right, "a model")), [""; 0], "{right}");
    }
}

#[test]
fn every_autogen_yaml_is_taken() {
    let schema = validator(&json_schema::config());
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let section =
        |heading: &str| readme.split(&format!("\n{heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
    let shown = ["## What is managed", "### How revisions run", "### Files of your own form"].map(section);
    let mut texts: Vec<&str> = shown.into_iter().map(|text| blocks(text).next().unwrap()).collect();
    texts.extend(blocks(&readme).filter(|text| text.starts_with("# autogen.yaml")));
    assert!(texts.len() > 3, "{texts:?}");
    let is_key = |line: &&str| {
        line.starts_with("# ") && !line.contains("$schema") && {
            let bare = line[2..].trim_start();
            bare.starts_with("- ")
                || bare.split_once(':').is_some_and(|(key, _)| key.chars().all(|c| c.is_ascii_lowercase() || c == '_'))
        }
    };
    let sample: String = Config::sample().lines().filter(is_key).map(|line| format!("{}\n", &line[2..])).collect();
    texts.push(&sample);
    for text in texts {
        let value = parsed(text, "autogen.yaml");
        assert_eq!(refused(&schema, &value), [""; 0], "{text}");
    }
}

#[test]
fn the_keys_of_autogen_yaml_are_those_that_are_read() {
    let schema = json_schema::config().to_value();
    let keys = |of: &Value| -> Vec<String> { of["properties"].as_object().unwrap().keys().cloned().collect() };
    let known = Config::keys();
    let top: Vec<&str> = known.iter().filter(|key| !key.contains('.')).copied().collect();
    assert_eq!(keys(&schema), top);
    let environment: Vec<&str> = top.iter().filter(|key| **key != "environments").copied().collect();
    assert_eq!(keys(&schema["$defs"]["environment"]), environment);
    let groups: BTreeSet<&str> = known.iter().filter_map(|key| Some(key.split_once('.')?.0)).collect();
    assert_eq!(groups.len(), 5, "{groups:?}");
    for group in groups {
        let of_group = known.iter().filter_map(|key| key.strip_prefix(group)?.strip_prefix('.'));
        assert_eq!(keys(&schema["$defs"][group]), of_group.collect::<Vec<_>>(), "{group}");
    }
    let validator = validator(&json_schema::config());
    for mistake in [
        "model: schema",
        "renames: sometimes",
        "manage: [owner]",
        "protect: 1",
        "database: postgres://localhost/x",
        "database: { urll: x }",
        "environments: { production: { environments: {} } }",
        "exclude: [{ kind: indx }]",
        "hooks: { before_upgrade: { run: x } }",
    ] {
        assert!(!validator.is_valid(&parsed(mistake, "a mistake")), "{mistake}");
    }
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
