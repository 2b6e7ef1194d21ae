//! What do `include`, `exclude`, `presets` and `unmanaged_partitions` say is ours?

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

use super::file::{Layer, Words};
use super::place::Source;
use crate::draft::split_name;
use crate::error::{Error, Place, Result, did_you_mean};
use crate::json_schema::{self, Word};
use crate::name::Qualified;
use crate::ours::{self, Effect, Glob, Origin, PRESETS, Rule, Rules};
use crate::spanned::Spanned;

/// A rule: `"audit.*"`, or by its parts.
#[derive(Debug, Clone)]
pub(super) enum Form {
    Short(String),
    Long(Box<Parts>),
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Parts {
    schema: Option<Spanned<String>>,
    name: Option<Spanned<String>>,
    #[schemars(with = "Option<Word<Kinds>>")]
    kind: Option<Spanned<String>>,
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Form;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a name as schema.name, or keys out of schema, name and kind")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Form, E> {
                Ok(Form::Short(text.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Form, A::Error> {
                Parts::deserialize(MapAccessDeserializer::new(map)).map(|parts| Form::Long(Box::new(parts)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

json_schema::words!(Kinds = ours::kinds());

impl JsonSchema for Form {
    fn schema_name() -> Cow<'static, str> {
        "rule".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema::any_of(vec![String::json_schema(generator), Parts::json_schema(generator)])
    }
}

/// Names without a schema are in the first of `search_path`.
pub(super) fn rules(layer: &mut Layer, search_path: &[String], source: &Source<'_>) -> Result<Rules> {
    let mut rules = Rules::default();
    for (list, effect, forms) in
        [("include", Effect::Include, layer.include.take()), ("exclude", Effect::Exclude, layer.exclude.take())]
    {
        for (n, form) in forms.into_iter().flat_map(|forms| forms.value).enumerate() {
            rules.rules.push(rule(list, effect, n + 1, form, source)?);
        }
    }
    match layer.presets.take() {
        Some(names) => presets(&names, &mut rules, source)?,
        None => {
            let automatic = Rules::automatic();
            rules.rules.extend(automatic.rules);
            rules.presets = automatic.presets;
        }
    }
    if let Some(names) = layer.unmanaged_partitions.take() {
        for name in &names.value.0 {
            let parts = split_name(name).filter(|parts| parts.len() <= 2);
            let table = match parts.as_deref() {
                Some([name]) => Qualified::new(search_path.first().map_or("public", String::as_str), name.as_str()),
                Some([schema, name]) => Qualified::new(schema.as_str(), name.as_str()),
                _ => {
                    let error = Error::new(format!("`{name}` is not the name of a table")).hint("write schema.name");
                    return Err(source.at(error, names.referenced));
                }
            };
            rules.unmanaged.insert(table);
        }
    }
    rules.chosen = layer.schemas.is_some() || rules.rules.iter().any(|rule| rule.effect == Effect::Include);
    Ok(rules)
}

fn rule(list: &'static str, effect: Effect, number: usize, form: Spanned<Form>, source: &Source<'_>) -> Result<Rule> {
    let at = form.referenced;
    let refused = |message: &str, hint: &str| Err(source.at(Error::new(message).hint(hint), at));
    let (schema, name, kind) = match form.value {
        Form::Short(text) => match text.split_once('.') {
            Some((schema, name)) => (Some(schema.to_owned()), Some(name.to_owned()), None),
            None => (None, Some(text), None),
        },
        Form::Long(parts) => {
            let Parts { schema, name, kind } = *parts;
            let kind = kind.map(|kind| word(list, effect, &kind, source)).transpose()?;
            (schema.map(|schema| schema.value), name.map(|name| name.value), kind)
        }
    };
    if schema.iter().chain(&name).any(String::is_empty) {
        return refused("a name in the rule is empty", "`*` is any text; leave a key out that may be anything");
    }
    if schema.is_none() && name.is_none() && kind.is_none() {
        return refused("the rule says nothing", "give it a schema, a name or a kind");
    }
    let place = Place::new(source.file, at.line() as usize, at.column() as usize);
    // any name is no condition: then the schema itself goes with what is in it
    let name = name.filter(|name| name != "*" || schema.is_none() && kind.is_none()).map(Glob);
    let origin = Origin::File { list, number, place };
    Ok(Rule { effect, schema: schema.map(Glob), name, kind, owner: None, extension: None, origin })
}

fn word(list: &str, effect: Effect, kind: &Spanned<String>, source: &Source<'_>) -> Result<&'static str> {
    let known = ours::kinds();
    let Some(word) = known.iter().find(|word| **word == kind.value) else {
        let error = Error::new(format!("unknown kind {}", kind.value));
        let error = match did_you_mean(&kind.value, known.iter().copied()) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("it is one of {}", known.join(", "))),
        };
        return Err(source.at(error, kind.referenced));
    };
    if effect == Effect::Include && !ours::STANDING.contains(word) {
        let error = Error::new(format!("a rule of `{list}` cannot have the kind {word}"))
            .hint(format!("include what it belongs to; it is one of {}", ours::STANDING.join(", ")));
        return Err(source.at(error, kind.referenced));
    }
    Ok(word)
}

fn presets(names: &Spanned<Words>, rules: &mut Rules, source: &Source<'_>) -> Result<()> {
    for name in &names.value.0 {
        let Some(preset) = PRESETS.iter().find(|preset| preset.name == name) else {
            let known: Vec<&str> = PRESETS.iter().map(|preset| preset.name).collect();
            let error = Error::new(format!("unknown preset {name}"));
            let error = match did_you_mean(name, known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error.hint(format!("it is one of {}", known.join(", "))),
            };
            return Err(source.at(error, names.referenced));
        };
        rules.preset(preset, false);
    }
    Ok(())
}
