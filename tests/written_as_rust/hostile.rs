//! Does nothing that a database can hold lead out of the Rust that it is written into?

use std::collections::BTreeSet;

use autogen::diff::diff;
use autogen::kind::Managed;
use autogen::model::Form;
use serde_json::{Map, Value, json};

use crate::{folder, model_of, read, shows, whole, written};

/// Names, labels and texts.
const WORDS: &[&str] = &[
    "a-b",
    "a b",
    "a_b",
    "Tasks",
    "TASKS",
    "userId",
    "2fa",
    "_",
    "__",
    "type",
    "self",
    "Self",
    "crate",
    "super",
    "true",
    "null",
    "gen",
    "Option",
    "option",
    "value",
    "model",
    "string",
    "date",
    "hash_map",
    "path_buf",
    "rc",
    "database",
    "enums",
    "mod",
    "lib",
    "задачи",
    "Ελλάδα",
    "课题",
    "e\u{301}",
    "é",
    "ſtraße",
    "\u{212b}",
    "🦀",
    "²",
    "\u{202e}evil\u{2066}",
    "zero\u{200b}width\u{feff}",
    "\"",
    "\"#",
    "\"##]",
    ")]",
    "*/",
    "//",
    "\\",
    "\\u{41}",
    "'",
    "{}",
    "a\nb",
    "a\r\nb",
    "\n\"#\"##\n",
    "tab\there",
    "#![feature(x)]",
    "r#\"x\"#",
    "pub struct X;",
    "\u{1}\u{7f}\u{85}\u{2028}",
];

/// In a model file a dot and a double quote have a meaning.
fn key(name: &str) -> String {
    if name.contains(['.', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Every word as a table, a column, a label, a constraint, a type, a comment and a default.
fn model() -> String {
    let columns: Map<String, Value> = WORDS
        .iter()
        .enumerate()
        .map(|(n, word)| {
            let column = json!({ "type": "text", "comment": word, "default": literal(word) });
            ((*word).to_owned(), if n % 2 == 0 { column } else { json!("integer?") })
        })
        .collect();
    let mut tables = Map::new();
    for word in WORDS {
        let table = json!({
            "comment": word,
            "columns": { "id": "integer", *word: { "type": format!("public.\"{} enum\"[]", word.replace('"', "\"\"")) } },
            "primary_key": { "name": format!("{word} pk"), "columns": [word] },
            "checks": { format!("{word} ck"): format!("{} <> ''", literal(word)) },
            "unique": { format!("{word} uq"): ["id"] },
        });
        tables.insert(key(word), table);
    }
    tables.insert("all of them".to_owned(), json!({ "columns": columns }));
    let labels = json!(WORDS);
    let mut enums: Map<String, Value> =
        WORDS.iter().map(|word| (key(&format!("{word} enum")), labels.clone())).collect();
    let mut of_kinds = Map::new();
    for word in WORDS {
        enums.insert(format!("kinds.{}", key(word)), json!([word]));
        of_kinds.insert(format!("of {word}"), json!(format!("kinds.\"{}\"?", word.replace('"', "\"\""))));
    }
    tables.insert("of kinds".to_owned(), json!({ "columns": of_kinds }));
    let functions: Map<String, Value> = WORDS
        .iter()
        .enumerate()
        .map(|(n, word)| {
            let function = json!({ "returns": "text", "language": "sql", "body": literal(word), "comment": word });
            (format!("f{n}()"), function)
        })
        .collect();
    let text =
        json!({ "schemas": { "kinds": null }, "enums": enums, "tables": tables, "functions": functions }).to_string();
    // JSON leaves as it is what YAML does not take
    text.replace('\u{7f}', "\\u007f").replace('\u{85}', "\\u0085").replace('\u{2028}', "\\u2028")
}

fn shortly(error: &str) -> String {
    error.chars().take(600).collect()
}

#[test]
fn hostile_names_and_texts_read_back_equal() {
    let catalog = model_of(&model(), &Managed::default());
    let rust = written(Form::Rust, &catalog, &Managed::default());
    let names: BTreeSet<String> = rust.keys().map(|name| name.to_lowercase()).collect();
    assert_eq!(names.len(), rust.len(), "two files are one where capitals do not count: {:?}", rust.keys());
    for (name, text) in &rust {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
        assert!(name.chars().all(is_plain), "{name}");
        let turns = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!text.contains(turns), "{name} turns the direction of writing");
        assert!(!text.contains('\r'), "{name} has a carriage return that rustc refuses in a raw string");
    }
    let back =
        read(&rust, &Managed::default(), &folder("hostile")).unwrap_or_else(|e| panic!("{}", shortly(&e.to_string())));
    let changes = diff(&catalog, &back);
    assert!(changes.is_empty(), "{changes:#?}");
    let shown = ["all_of_them.rs", "mod.rs"].map(|name| (name.to_owned(), rust[name].clone()));
    shows!("written_as_rust__hostile", whole(&shown.into()));
}
