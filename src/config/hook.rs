//! How is a program of the project's own named, that runs around ours?
//!
//! Invariant: no shell reads it, so a text that looks as if one should is refused.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, SeqAccess, Visitor};

use super::place::Source;
use crate::error::{Error, Result};
use crate::json_schema::{self, Scalar};
use crate::spanned::Spanned;

/// A command and its arguments, at least one word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook(pub Vec<String>);

impl Hook {
    /// What an argument may hold in place of the file.
    pub const FILE: &str = "REVISION_SCRIPT_FILENAME";

    /// The words to run on this file, which comes last where no word says where.
    pub fn on(&self, file: &str) -> Vec<String> {
        let mut words: Vec<String> = self.0.iter().map(|word| word.replace(Self::FILE, file)).collect();
        if words == self.0 {
            words.push(file.to_owned());
        }
        words
    }
}

/// A command as it is written.
#[derive(Debug, Clone)]
pub(super) enum Form {
    Text(String),
    List(Vec<String>),
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Form;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a command as one text or as a list of words")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Form, E> {
                Ok(Form::Text(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Form, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(Form::List)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Form {
    fn schema_name() -> Cow<'static, str> {
        "command".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema::any_of(vec![String::json_schema(generator), Vec::<Scalar>::json_schema(generator)])
    }
}

/// `key` is the one that the command stands under.
pub(super) fn hook(key: &str, form: Spanned<Form>, source: &Source<'_>) -> Result<Hook> {
    let Spanned { value: form, referenced, .. } = form;
    let refused = |what: &str, hint: &str| {
        Err(source.at(Error::new(format!("a command of {key} {what}")).hint(hint), referenced))
    };
    let words = match form {
        Form::List(words) => words,
        Form::Text(text) if text.contains(['\'', '"', '$', '|', '&', ';', '>', '<', '`', '\\']) => {
            return refused(
                "runs without a shell, which would read its quotes and signs",
                "write it as a list of words: [program, --option, \"an argument\"]",
            );
        }
        Form::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
    };
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        return refused("is empty", "write the program first, then its arguments");
    }
    if words.iter().any(|word| word.contains('\0')) {
        return refused("holds a NUL character", "take the escape out");
    }
    Ok(Hook(words))
}
