//! How does a table divide its rows among partitions?

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::super::key::{self, Key};
use super::super::shapes::{Entries, Texts};
use super::super::*;
use crate::draft::Scope;
use crate::json_schema;
use crate::spanned::Spanned;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partitioning {
    pub strategy: Strategy,
    pub keys: Vec<Key>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strategy {
    Range,
    List,
    Hash,
}

impl Strategy {
    const WORDS: [(&'static str, Strategy); 3] =
        [("range", Strategy::Range), ("list", Strategy::List), ("hash", Strategy::Hash)];

    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, strategy)| *strategy == self).map_or("range", |(word, _)| word)
    }

    fn sql(self) -> &'static str {
        match self {
            Strategy::Range => "RANGE",
            Strategy::List => "LIST",
            Strategy::Hash => "HASH",
        }
    }
}

impl Partitioning {
    /// As `pg_get_partkeydef` prints it: `RANGE (created_at, lower(name))`.
    pub fn read(text: &str) -> Result<Self> {
        let bad = || crate::Error::new(format!("the catalog gave the partition key `{text}`"));
        let (word, keys) = text.split_once(' ').ok_or_else(bad)?;
        let word = word.to_lowercase();
        let strategy = Strategy::WORDS.iter().find(|(known, _)| *known == word).ok_or_else(bad)?.1;
        let keys = keys.strip_prefix('(').and_then(|keys| keys.strip_suffix(')')).ok_or_else(bad)?;
        let keys = crate::lex::items(keys).into_iter().map(key::parse).collect::<Result<Vec<Key>, _>>();
        let mut keys = keys.map_err(crate::Error::new)?;
        // under an empty search path only Postgres's own names come without their schema
        let own = keys.iter_mut().flat_map(Key::references).map(|(_, name)| name);
        own.filter(|name| name.schema.as_str().is_empty()).for_each(|name| name.schema = Ident::new("pg_catalog"));
        Ok(Self { strategy, keys })
    }

    pub fn sql(&self) -> Sql {
        let Self { strategy, keys } = self;
        let sql = Sql::new().kw("PARTITION BY").kw(strategy.sql());
        sql.kw("(").list(keys.iter().map(Key::sql)).kw(")")
    }

    pub fn write(&self) -> Doc {
        let keys = self.keys.iter().map(|key| Doc::text(key.sql())).collect();
        Doc::Map(vec![(self.strategy.word().to_owned(), Doc::List(keys))])
    }
}

/// `{ range: [created_at] }`
#[derive(Debug)]
pub struct Declaration(Entries<Texts>);

impl<'de> Deserialize<'de> for Declaration {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Entries::deserialize(deserializer).map(Self)
    }
}

impl JsonSchema for Declaration {
    fn schema_name() -> Cow<'static, str> {
        "partition_by".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let keys = generator.subschema_for::<Texts>();
        let ways: serde_json::Map<_, _> =
            Strategy::WORDS.iter().map(|(word, _)| ((*word).to_owned(), keys.clone().to_value())).collect();
        let any_case = Strategy::WORDS.map(|(word, _)| json_schema::any_case(word)).join("|");
        schemars::json_schema!({
            "type": "object",
            "properties": ways,
            "patternProperties": { format!("^({any_case})$"): keys },
            "additionalProperties": false,
            "minProperties": 1,
            "maxProperties": 1,
        })
    }
}

impl Declaration {
    pub fn read(&self, scope: &Scope) -> Result<Partitioning> {
        const WAYS: &str = "write one of range, list and hash with its key, such as { range: [created_at] }";
        let [(word, texts)] = self.0.0.as_slice() else {
            let error = crate::Error::new("a table is partitioned in one way");
            return Err(match self.0.0.get(1) {
                Some((second, _)) => error.at(scope.place(second)),
                None => error,
            }
            .hint(WAYS));
        };
        let known = Strategy::WORDS.iter().find(|(known, _)| *known == word.value.to_lowercase());
        let strategy = known.ok_or_else(|| scope.error(format!("there is no partitioning by {}", word.value), word).hint(WAYS))?.1;
        let parse = |text: &Spanned<String>| {
            let wrong = |why: String| scope.error(why, text).hint("a key is a column, or an expression in brackets");
            let key = key::parse(&text.value).map_err(wrong)?;
            if key.order != key::Order::default() || !key.opclass_options.is_empty() {
                return Err(wrong(format!("`{}` has an order, which a partition key does not", text.value)));
            }
            Ok(key)
        };
        let keys: Vec<Key> = texts.0.iter().map(parse).collect::<Result<_>>()?;
        match (strategy, keys.as_slice()) {
            (_, []) => Err(scope.error("the partition key has no columns", word).hint(WAYS)),
            (Strategy::List, [_, _, ..]) => {
                Err(scope.error("a list partition key is one column or expression", word).hint("keep one of them"))
            }
            _ => Ok(Partitioning { strategy, keys }),
        }
    }
}
