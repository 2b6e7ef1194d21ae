//! `indexes: { idx_open: { columns: [created_at desc], where: not completed } }`, a plain list of columns, or unnamed ones

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Entries, Items, Short, Texts, short_or_long};
use super::*;
use crate::config::Naming;
use crate::draft::{Draft, Scope};
use crate::error::did_you_mean;
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Long {
    name: Option<Spanned<String>>,
    /// Columns, or expressions in brackets, with what orders them: `created_at desc`, `(lower(title))`.
    columns: Texts,
    unique: bool,
    /// `btree` unless said: also hash, gist, spgist, gin, brin, or an extension's.
    method: Option<Spanned<String>>,
    /// Columns that it holds beside.
    include: Texts,
    /// Which rows are in it.
    #[schemars(with = "Option<Scalar>")]
    #[serde(rename = "where")]
    predicate: Option<Spanned<String>>,
    /// Two nulls are equal.
    nulls_not_distinct: bool,
    /// Storage parameters, such as `fillfactor: 70`.
    #[schemars(with = "Entries<Scalar>")]
    with: Entries<String>,
    /// Targets of keys that are expressions, by their position from 1.
    statistics: Entries<Spanned<i64>>,
    /// It is made and dropped while others write.
    concurrently: bool,
    comment: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Declaration(Long);

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self(long)
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a list of columns, or a map with `columns:`";
    const LIST: Option<fn(Items) -> Self> = Some(|columns| Self(Long { columns: Texts(columns), ..Long::default() }));
}

short_or_long!(Declaration, Long, "index");

/// `index: true`, a name, or the long form, on a column.
#[derive(Debug, Clone)]
pub enum OnColumn {
    Truth(bool),
    Name(String),
    Long(Box<Long>),
}

impl From<Long> for OnColumn {
    fn from(long: Long) -> Self {
        Self::Long(Box::new(long))
    }
}

impl Short for OnColumn {
    const EXPECTED: &'static str = "true, a name, or a map";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self::Name(text.to_owned()));
    const TRUTH: Option<fn(bool) -> Self> = Some(Self::Truth);
}

short_or_long!(OnColumn, Long, "index_of_column");

impl OnColumn {
    /// The declaration for the one column, and the name if it has one.
    pub fn on(&self, column: &Spanned<String>) -> Option<(Option<String>, Declaration)> {
        let (name, mut long) = match self {
            OnColumn::Truth(false) => return None,
            OnColumn::Truth(true) => (None, Long::default()),
            OnColumn::Name(name) => (Some(name.clone()), Long::default()),
            OnColumn::Long(long) => (None, (**long).clone()),
        };
        if long.columns.0.is_empty() {
            let quoted = Ident::new(column.value.as_str()).quoted();
            long.columns = Texts(vec![Spanned::new(quoted, column.referenced, column.defined)]);
        }
        Some((name, Declaration(long)))
    }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        let long = &self.0;
        if long.columns.0.is_empty() {
            return Err(crate::Error::new("the index has no columns").at(given.place.clone()).hint("add `columns: [...]`"));
        }
        let keys = long.columns.0.iter().map(|text| {
            key::parse(&text.value)
                .map_err(|why| scope.error(why, text).hint("a key is a column or an expression in brackets, then `desc`"))
        });
        let keys = keys.collect::<Result<Vec<_>>>()?;
        let chosen = given.name.or(long.name.as_ref());
        let name = match chosen {
            Some(name) => scope.ident(name)?,
            None => default_name(table, &keys, scope.naming),
        };
        let index = Index {
            name: Qualified { schema: table.schema.clone(), name },
            table: table.clone(),
            of_view: Aside(false),
            unique: long.unique,
            method: long.method.as_ref().map_or(Ok(Ident::new("btree")), |text| method(text, scope))?,
            keys,
            include: scope.idents(&long.include.0)?,
            predicate: long.predicate.as_ref().map(|text| scope.expression(text)).transpose()?,
            nulls_not_distinct: long.nulls_not_distinct,
            options: Options::declared(&long.with, scope)?,
            part_of: None,
            statistics: BTreeMap::new(),
        };
        let index = Index { statistics: statistics(&long.statistics, &index.keys, scope)?, ..index };
        draft.attach(Comment::of(index.id(), long.comment.as_deref()), given.place);
        draft.push_online(index, given.place.clone(), chosen.is_some(), long.concurrently);
        Ok(())
    }
}

/// Only a key that is an expression has a target of its own; a column's is the column's affair.
fn statistics(targets: &Entries<Spanned<i64>>, keys: &[Key], scope: &Scope) -> Result<BTreeMap<i16, i16>> {
    let target = |(position, target): &(Spanned<String>, Spanned<i64>)| {
        let at = position.value.parse::<i16>().ok().filter(|at| *at > 0);
        let key = at.and_then(|at| keys.get(at as usize - 1));
        match (at, key) {
            (Some(at), Some(key)) if key.column().is_none() => Ok((at, scope.statistics_target(target)?)),
            _ => Err(scope
                .error(format!("key {} of the index is no expression", position.value), position)
                .hint("a target goes by the position of a key that is an expression, from 1; of a column, set the column's")),
        }
    };
    targets.0.iter().map(target).collect()
}

/// PostgreSQL's own, or one that an extension brings; what is nearly one of the former is that one mistyped.
fn method(text: &Spanned<String>, scope: &Scope) -> Result<Ident> {
    const OWN: [&str; 6] = ["btree", "hash", "gist", "spgist", "gin", "brin"];
    let method = scope.ident(text)?;
    match did_you_mean(method.as_str(), OWN) {
        Some(near) if near != method.as_str() => {
            Err(scope.error(format!("there is no index method {method}"), text).hint(format!("did you mean {near}?")))
        }
        _ => Ok(method),
    }
}

/// The naming template's; an expression counts as `expr`, as it does for Postgres.
pub fn default_name(table: &Qualified, keys: &[Key], naming: &Naming) -> Ident {
    let columns: Vec<Ident> = keys.iter().map(|key| key.column().cloned().unwrap_or_else(|| Ident::new("expr"))).collect();
    let joined = columns.iter().map(Ident::as_str).collect::<Vec<_>>().join("_");
    let name = naming.index(table.name.as_str(), &columns);
    Ident::new(name.unwrap_or_else(|| crate::name::object_name(table.name.as_str(), &joined, "idx")))
}
