//! `unique: { uq_tasks_slug: [slug] }`, a list of unnamed ones, or long with options

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Items, Short, Texts, short_or_long};
use super::*;
use crate::config::Naming;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Long {
    columns: Texts,
    /// Columns that its index holds beside.
    include: Texts,
    /// The last column is a range, of which no two may overlap.
    without_overlaps: bool,
    /// It may be checked at the end of a transaction.
    deferrable: bool,
    /// It is, unless said otherwise.
    initially_deferred: bool,
    /// Parameters of its index, such as `fillfactor: 70`.
    #[schemars(with = "super::super::shapes::Entries<Scalar>")]
    with: super::super::shapes::Entries<String>,
    comment: Option<String>,
    /// Two nulls are equal.
    nulls_not_distinct: bool,
}

#[derive(Debug)]
pub struct Declaration(Long);

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self(long)
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a list of columns, or a map with `columns:`";
    const LIST: Option<fn(Items) -> Self> = Some(Self::of);
}

short_or_long!(Declaration, Long, "unique");

impl Declaration {
    pub fn of(columns: Vec<Spanned<String>>) -> Self {
        Self(Long { columns: Texts(columns), ..Long::default() })
    }

    pub fn columns(&self) -> &[Spanned<String>] {
        &self.0.columns.0
    }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        let columns = scope.distinct(&self.0.columns.0)?;
        if columns.is_empty() {
            return Err(crate::Error::new("the unique constraint has no columns")
                .at(given.place.clone())
                .hint("name one, or take the constraint out"));
        }
        let chosen = given.name;
        let name = match &chosen {
            Some(name) => scope.ident(name)?,
            None => default_name(table, &columns, scope.naming),
        };
        let key = Unique {
            table: table.clone(),
            name,
            columns,
            include: scope.idents(&self.0.include.0)?,
            without_overlaps: self.0.without_overlaps,
            nulls_not_distinct: self.0.nulls_not_distinct,
            deferrable: self.0.deferrable || self.0.initially_deferred,
            deferred: self.0.initially_deferred,
            options: IndexOptions::declared(&self.0.with, scope)?,
            part_of: None,
        };
        draft.attach(Comment::of(key.id(), self.0.comment.as_deref()), given.place);
        draft.push(key, given.place.clone(), chosen.is_some());
        Ok(())
    }
}

/// The naming template's, or Postgres's own choice.
pub fn default_name(table: &Qualified, columns: &[Ident], naming: &Naming) -> Ident {
    let joined = columns.iter().map(Ident::as_str).collect::<Vec<_>>().join("_");
    let name = naming.unique(table.name.as_str(), columns);
    Ident::new(name.unwrap_or_else(|| crate::name::object_name(table.name.as_str(), &joined, "key")))
}
