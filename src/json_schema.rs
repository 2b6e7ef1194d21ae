//! What may an editor know of the files that a person writes: which keys there are, which forms a value has, which words it is
//! one of?
//!
//! Invariant: all of it comes of the types that read the files, so that neither takes a key that the other does not.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::config;
use crate::kind::document::Document;

/// Of a model file.
pub fn model() -> Schema {
    written(SchemaGenerator::new(SchemaSettings::draft2020_12()).into_root_schema_for::<Document>())
}

/// Of autogen.yaml.
pub fn config() -> Schema {
    written(config::schema(SchemaGenerator::new(SchemaSettings::draft2020_12())))
}

/// As a file has it.
pub fn text(schema: &Schema) -> String {
    // a schema is JSON already: nothing in it could fail to be written
    let text = serde_json::to_string_pretty(schema).unwrap_or_default();
    text + "\n"
}

/// Without what would tell nobody anything: formats that JSON does not know, and defaults that say no more than "nothing". What
/// is wrong is told by the titles: `expected string or column`.
fn written(mut schema: Schema) -> Schema {
    let Some(map) = schema.as_object_mut() else { return schema };
    tidy(map);
    for (name, of) in map.get_mut("$defs").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Ok(of) = <&mut Schema>::try_from(of) {
            each_map(of, &mut |map| drop(map.insert("title".to_owned(), name.replace('_', " ").into())));
        }
    }
    schema
}

fn tidy(schema: &mut Map<String, Value>) {
    schema.shift_remove("format");
    if schema.get("default").is_some_and(Value::is_null) {
        schema.shift_remove("default");
    }
    for (key, value) in schema.iter_mut() {
        match value {
            Value::Object(named) if ["properties", "$defs"].contains(&key.as_str()) => {
                named.values_mut().filter_map(Value::as_object_mut).for_each(tidy);
            }
            Value::Object(inner) => tidy(inner),
            Value::Array(all) => {
                all.iter_mut().filter_map(Value::as_object_mut).for_each(tidy);
                if key == "anyOf" {
                    *all = std::mem::take(all).into_iter().flat_map(forms).collect();
                    without_null(all);
                }
            }
            _ => {}
        }
    }
}

/// Where a pattern is there that can say it too, null is no form of its own: an editor would offer it.
fn without_null(forms: &mut Vec<Value>) {
    let null = serde_json::json!({ "type": "null" });
    let pattern = forms.iter().position(|form| form["type"] == "string" && form.get("pattern").is_some());
    if let (Some(pattern), Some(at)) = (pattern, forms.iter().position(|form| *form == null)) {
        forms[pattern]["type"] = serde_json::json!(["string", "null"]);
        forms.remove(at);
    }
}

/// One of several forms, or those that it is itself.
fn forms(form: Value) -> Vec<Value> {
    match form {
        Value::Object(mut map) if map.len() == 1 => match map.shift_remove("anyOf") {
            Some(Value::Array(inner)) => inner,
            Some(other) => vec![other],
            None => vec![map.into()],
        },
        other => vec![other],
    }
}

/// A text that is a value, or an expression: what YAML takes for a number or a truth value is one too, as in `default: 0`.
/// A name is a text alone.
pub struct Scalar;

impl JsonSchema for Scalar {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "scalar".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean"] })
    }
}

/// Texts that are one of a few words, in any case.
pub trait Words {
    fn words() -> Vec<String>;
}

/// A text that is one of the words.
pub struct Word<W>(PhantomData<W>);

impl<W: Words> JsonSchema for Word<W> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "word".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        one_of(&W::words())
    }
}

/// The same, where YAML may take the word for a truth value.
pub struct WordOrTruth<W>(PhantomData<W>);

impl<W: Words> JsonSchema for WordOrTruth<W> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "word_or_truth".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        any_of(vec![json_schema!({ "type": "boolean" }), one_of(&W::words())])
    }
}

/// Names a list of words, for [`Word`]: `words!(Match = ["full", "simple"]);`
macro_rules! words {
    ($name:ident = $words:expr) => {
        enum $name {}
        $crate::json_schema::words!(of $name = $words);
    };
    (of $name:ty = $words:expr) => {
        impl $crate::json_schema::Words for $name {
            fn words() -> Vec<String> {
                $words.iter().map(|word| word.to_string()).collect()
            }
        }
    };
}
pub(crate) use words;

/// `T` as it is where it stands, its name left to another form of it.
pub struct Inline<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Inline<T> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// The words are what an editor offers; the pattern takes them in any case, as the reader does.
pub fn one_of(words: &[String]) -> Schema {
    let any_case: Vec<String> = words.iter().map(|word| any_case(word)).collect();
    any_of(vec![
        json_schema!({ "enum": words }),
        json_schema!({ "type": "string", "pattern": format!("^({})$", any_case.join("|")) }),
    ])
}

/// JSON Schema knows no pattern that ignores case.
pub fn any_case(word: &str) -> String {
    let letter = |c: char| match c {
        c if c.is_ascii_lowercase() => format!("[{}{c}]", c.to_ascii_uppercase()),
        c => c.to_string(),
    };
    word.to_lowercase().chars().map(letter).collect()
}

/// A schema of one form is that form.
pub fn any_of(mut forms: Vec<Schema>) -> Schema {
    match forms.len() {
        1 => forms.remove(0),
        _ => json_schema!({ "anyOf": forms }),
    }
}

/// Adds a key to each form that is a map.
pub fn with_key(schema: &mut Schema, key: &str, of_key: &Schema) {
    each_map(schema, &mut |map| {
        if let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert(key.to_owned(), of_key.clone().to_value());
        }
    });
}

/// Each form that is a map has the key.
pub fn required(schema: &mut Schema, key: &str) {
    each_map(schema, &mut |map| {
        if let Some(required) = map.entry("required").or_insert_with(|| Value::Array(Vec::new())).as_array_mut() {
            required.push(key.into());
        }
    });
}

/// No form has the key.
pub fn without_key(schema: &mut Schema, key: &str) {
    each_map(schema, &mut |map| {
        map.get_mut("properties").and_then(Value::as_object_mut).map(|properties| properties.shift_remove(key));
    });
}

/// Calls with each form that is a map with keys of its own.
fn each_map(schema: &mut Schema, call: &mut dyn FnMut(&mut Map<String, Value>)) {
    let Some(map) = schema.as_object_mut() else { return };
    if map.contains_key("properties") {
        return call(map);
    }
    let forms = map.get_mut("anyOf").and_then(Value::as_array_mut).into_iter().flatten();
    forms.filter_map(Value::as_object_mut).filter(|form| form.contains_key("properties")).for_each(call);
}
