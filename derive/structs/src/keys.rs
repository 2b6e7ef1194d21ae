//! Which keys are there, and what does each of them take?
//!
//! The JSON Schema of a model file answers: it is made of the types that read it. Whatever passes here is read once more, by
//! these types, who know more (an unknown table, an action that there is not); but only the schema is known to a compiler.

use std::sync::OnceLock;

use proc_macro2::Span;
use regex_lite::Regex;
use serde_json::Value as Json;

use crate::error::{Error, Result};
use crate::form;
use crate::item::Kind;
use crate::tree::{Entry, Node, Value};

/// Of model files; a test of the types writes it.
const SCHEMA: &str = include_str!("model.schema.json");

fn schema() -> &'static Json {
    static READ: OnceLock<Json> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(SCHEMA).unwrap_or_default())
}

/// Whether the document holds what a model file can.
pub fn check(document: &Node<Span>, kind: Kind) -> Result<()> {
    node(document, &forms(schema()), Level { kind, depth: 0 })
}

/// How many keys lead to a value, of an item of this kind.
#[derive(Clone, Copy)]
struct Level {
    kind: Kind,
    depth: usize,
}

impl Level {
    fn below(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    /// What an attribute can say where YAML has these keys: without what the item itself says, with what is Rust's alone.
    fn attributes(self, keys: Vec<&'static str>) -> Vec<&'static str> {
        let (said, own): (_, &[&str]) = match (self.kind, self.depth) {
            (Kind::Table, 2) => ("columns", &["table", "mixin", "sql"]),
            (Kind::Enum, 2) => ("values", &["name", "rename_all", "sql"]),
            (Kind::Table | Kind::Mixin, 4) if keys.contains(&"nullable") => {
                ("nullable", &["skip", "flatten", "max_length", "precision", "scale"])
            }
            _ => ("", &[]),
        };
        let keys = keys.into_iter().filter(|key| *key != said);
        keys.map(form::attribute).chain(own.iter().copied()).collect()
    }
}

/// The forms that a value can have, each without references to others.
fn forms(schema: &'static Json) -> Vec<&'static Json> {
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return forms(&self::schema()["$defs"][name]);
    }
    match schema["anyOf"].as_array() {
        Some(any) => any.iter().flat_map(forms).collect(),
        None => vec![schema],
    }
}

fn node(node: &Node<Span>, forms: &[&'static Json], level: Level) -> Result<()> {
    let takes = |ty: &str| forms.iter().any(|form| is(form, ty));
    let (found, fits) = match &node.value {
        Value::Null => ("null", takes("null")),
        Value::Truth(_) => ("a truth value", takes("boolean")),
        Value::Number(number) => {
            let whole = number.parse::<i64>().is_ok() && takes("integer");
            let found = if number.contains(['.', 'e', 'E']) { "a number with a point" } else { "a number" };
            (found, whole || takes("number"))
        }
        Value::Enum { .. } => ("a text", takes("string")),
        Value::Text(text) => {
            word(text, node.at, forms)?;
            ("a text", takes("string"))
        }
        Value::List(items) => {
            let items_of: Vec<_> =
                forms.iter().filter(|form| is(form, "array")).flat_map(|form| self::forms(&form["items"])).collect();
            if takes("array") {
                items.iter().try_for_each(|item| self::node(item, &items_of, level.below()))?;
            }
            ("a list", takes("array"))
        }
        Value::Map(entries) => {
            let maps: Vec<&'static Json> = forms.iter().copied().filter(|form| is(form, "object")).collect();
            if !maps.is_empty() {
                map(entries, node.at, &maps, level)?;
            }
            ("keys", !maps.is_empty())
        }
    };
    if fits {
        return Ok(());
    }
    let mut expected: Vec<&str> = Vec::new();
    for (ty, words) in SHAPES {
        if takes(ty) && !expected.contains(words) {
            expected.push(words);
        }
    }
    Err(Error::new(node.at, format!("expected {}, found {found}", expected.join(" or ")))
        .hint("the README's model reference shows each form"))
}

const SHAPES: &[(&str, &str)] = &[
    ("string", "a text"),
    ("boolean", "true or false"),
    ("number", "a number"),
    ("integer", "a whole number"),
    ("array", "a list"),
    ("object", "keys"),
];

fn is(form: &Json, ty: &str) -> bool {
    match &form["type"] {
        Json::String(own) => own == ty,
        Json::Array(own) => own.iter().any(|own| own == ty),
        // words alone
        _ => ty == "string" && form["enum"].is_array(),
    }
}

/// Where there are only so many words.
fn word(text: &str, at: Span, forms: &[&'static Json]) -> Result<()> {
    let texts: Vec<_> = forms.iter().filter(|form| is(form, "string")).collect();
    let any = texts.iter().any(|form| form["enum"].is_null() && form["pattern"].is_null());
    let known: Vec<&str> =
        texts.iter().filter_map(|form| form["enum"].as_array()).flatten().filter_map(Json::as_str).collect();
    let mut patterns = texts.iter().filter_map(|form| form["pattern"].as_str());
    if any || known.is_empty() || known.contains(&text) || patterns.any(|pattern| matches(pattern, text)) {
        return Ok(());
    }
    Err(Error::unknown(at, "word", text, known))
}

fn map(entries: &[Entry<Span>], at: Span, forms: &[&'static Json], level: Level) -> Result<()> {
    for entry in entries {
        let key = entry.key.as_deref();
        let value: Vec<&'static Json> =
            forms.iter().filter_map(|form| under(form, key)).flat_map(self::forms).collect();
        if value.is_empty() {
            let keys = forms.iter().filter_map(|form| form["properties"].as_object());
            let known = level.attributes(keys.flat_map(|keys| keys.keys().map(String::as_str)).collect());
            return Err(Error::unknown(entry.at, "key", key.unwrap_or_default(), known));
        }
        node(&entry.value, &value, level.below())?;
    }
    let missing = |form: &&'static Json| {
        let required = form["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
        required.into_iter().find(|key| !entries.iter().any(|entry| entry.is(key)))
    };
    match forms {
        [form] => match missing(form) {
            Some(key) => Err(Error::new(at, format!("`{key}` is missing")).hint(format!("add {key} = …"))),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The schema of the value under a key; anything where no schema says what.
fn under(form: &'static Json, key: Option<&str>) -> Option<&'static Json> {
    let own = key.and_then(|key| form["properties"].get(key));
    own.or_else(|| form["additionalProperties"].is_object().then(|| &form["additionalProperties"])).or_else(|| {
        // words in any case: the key of one of a few
        let (patterns, key) = (form["patternProperties"].as_object()?, key?);
        patterns.iter().find(|(pattern, _)| matches(pattern, key)).map(|(_, schema)| schema)
    })
}

fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_read() {
        assert!(schema()["properties"]["tables"].is_object());
        assert!(matches("^([Rr][Aa]|[Ll])$", "rA") && !matches("^([Rr][Aa]|[Ll])$", "r"));
    }

    #[test]
    fn a_word_may_be_followed_by_what_its_pattern_lets_follow() {
        let events = forms(&schema()["$defs"]["trigger"]["properties"]["events"]["items"]);
        let rights = forms(&schema()["$defs"]["rights"]);
        let takes = |text, forms: &[&'static Json]| word(text, Span::call_site(), forms).is_ok();
        assert!(takes("update of title, \"a b\"", &events) && takes("INSERT", &events));
        assert!(takes("select with grant option", &rights) && takes("all", &rights));
        assert!(!takes("updated", &events) && !takes("select with grant", &rights));
    }
}
