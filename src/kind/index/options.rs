//! Storage parameters of an index (`fillfactor`, `deduplicate_items`, `pages_per_range`, …).

use std::collections::BTreeMap;

use super::super::shapes::Entries;
use super::super::{Doc, Hazard, Piece, Risk, Row};
use crate::draft::Scope;
use crate::error::Result;
use crate::name::{Ident, Qualified};
use crate::spanned::Spanned;
use crate::sql::Sql;

/// By name; the order in which they were set means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(pub BTreeMap<Ident, String>);

impl Options {
    /// `pg_class.reloptions`.
    pub fn read(row: &Row, column: &str) -> Result<Self> {
        Ok(Self::of(&row.list(column)?))
    }

    /// As a model has them.
    pub fn declared(entries: &Entries<String>, scope: &Scope) -> Result<Self> {
        let entry = |(name, value): &(Spanned<String>, String)| Ok((scope.ident(name)?, value.clone()));
        entries.0.iter().map(entry).collect::<Result<_>>().map(Self)
    }

    /// `name=value` each.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a String>) -> Self {
        let split = |text: &String| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (Ident::new(name), value.to_owned())
        };
        Self(texts.into_iter().map(split).collect())
    }

    pub fn write(&self) -> Option<Doc> {
        let entry = |(name, value): (&Ident, &String)| (name.as_str().to_owned(), Doc::text(value));
        (!self.is_empty()).then(|| Doc::Map(self.0.iter().map(entry).collect()))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `(fillfactor = '70')`
    pub fn sql(&self) -> Sql {
        Sql::new().kw("(").list(self.0.iter().map(|(name, value)| Sql::new().setting(name, value))).kw(")")
    }

    /// The statements that change those of an index, be it a constraint's own.
    pub fn alter(index: &Qualified, old: &Self, new: &Self) -> Vec<Piece> {
        let alter = |clause| Piece::Statement(Sql::new().kw("ALTER INDEX").qualified(index).sql(&clause));
        Self::changes(old, new).into_iter().map(alter).collect()
    }

    /// What such a change takes.
    pub fn hazard(table: &Qualified) -> Hazard {
        Hazard::new(Risk::Lock, table, "SHARE UPDATE EXCLUSIVE on the index, instant")
    }

    /// `SET (…)` and `RESET (…)`, each only where there is something to say.
    pub fn changes(old: &Self, new: &Self) -> Vec<Sql> {
        let set: BTreeMap<_, _> = new.0.iter().filter(|(name, value)| old.0.get(*name) != Some(*value)).collect();
        let reset: Vec<_> = old.0.keys().filter(|name| !new.0.contains_key(*name)).collect();
        let mut clauses = Vec::new();
        if !set.is_empty() {
            let settings = set.into_iter().map(|(name, value)| Sql::new().setting(name, value));
            clauses.push(Sql::new().kw("SET (").list(settings).kw(")"));
        }
        if !reset.is_empty() {
            let names = reset.into_iter().map(|name| Sql::new().parameter(name));
            clauses.push(Sql::new().kw("RESET (").list(names).kw(")"));
        }
        clauses
    }
}
