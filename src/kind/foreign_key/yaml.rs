//! `foreign_keys: { fk_tasks_user: { columns: [user_id], references: users, on_delete: cascade } }`, or on a column:
//! `references: users.id`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Short, Texts, short_or_long};
use super::*;
use crate::config::Naming;
use crate::draft::{Draft, Scope};
use crate::error::did_you_mean;
use crate::json_schema::Word;
use crate::spanned::Spanned;

/// What rows refer to.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "foreign_key")]
pub struct Long {
    name: Option<Spanned<String>>,
    /// Of this table.
    columns: Texts,
    /// The table that it refers to.
    references: Option<Spanned<String>>,
    /// The same, as a column's `references` has it.
    table: Option<Spanned<String>>,
    /// Of that table, where there is one.
    column: Option<Spanned<String>>,
    /// Of that table; its primary key unless said.
    ref_columns: Texts,
    /// What becomes of rows whose referred row is deleted.
    #[schemars(with = "Option<Word<Action>>")]
    on_delete: Option<Spanned<String>>,
    /// Those that `set null` and `set default` set; all unless said.
    set_columns: Texts,
    /// What becomes of rows whose referred key is changed.
    #[schemars(with = "Option<Word<Action>>")]
    on_update: Option<Spanned<String>>,
    #[schemars(with = "Option<Word<Match>>")]
    #[serde(rename = "match")]
    matching: Option<Spanned<String>>,
    /// It may be checked at the end of a transaction.
    deferrable: bool,
    /// It is, unless said otherwise.
    initially_deferred: bool,
    /// Rows that are there already are not looked at.
    not_valid: bool,
    /// It is said and not held.
    not_enforced: bool,
    /// The last column is a range, which those of the other table have to cover.
    period: bool,
    comment: Option<String>,
}

crate::json_schema::words!(Match = ["full", "simple"]);

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Declaration(Long);

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self(long)
    }
}

/// `users` or `users.id`, on a column.
#[derive(Debug, Clone)]
pub enum OnColumn {
    Text(String),
    Long(Box<Long>),
}

impl From<Long> for OnColumn {
    fn from(long: Long) -> Self {
        Self::Long(Box::new(long))
    }
}

impl Short for OnColumn {
    const EXPECTED: &'static str = "a table, table.column, or a map with `table:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self::Text(text.to_owned()));
}

short_or_long!(OnColumn, Long, "references");

impl Spannedly for Spanned<OnColumn> {
    /// The long form, for the one column that it stands on.
    fn on(&self, column: &Spanned<String>) -> Declaration {
        let mut long = match &self.value {
            OnColumn::Long(long) => (**long).clone(),
            OnColumn::Text(text) => short(text, self),
        };
        long.columns = Texts(vec![column.clone()]);
        if let Some(column) = long.column.take() {
            long.ref_columns = Texts(vec![column]);
        }
        Declaration(long)
    }
}

pub trait Spannedly {
    fn on(&self, column: &Spanned<String>) -> Declaration;
}

/// `users`, `users.id`, `audit.log.id`: with two parts, the second is the column.
fn short<T>(text: &str, at: &Spanned<T>) -> Long {
    let spanned = |value: String| Spanned::new(value, at.referenced, at.defined);
    let mut parts = crate::draft::split_name(text).unwrap_or_else(|| vec![text.to_owned()]);
    let quote = |part: String| if part.contains(['.', '"']) { format!("\"{}\"", part.replace('"', "\"\"")) } else { part };
    let column = if parts.len() > 1 { parts.pop() } else { None };
    let table = parts.into_iter().map(quote).collect::<Vec<_>>().join(".");
    Long { table: Some(spanned(table)), column: column.map(spanned), ..Long::default() }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        let long = &self.0;
        let wrong = |text: &str| crate::Error::new(text).at(given.place.clone());
        let target = long.references.as_ref().or(long.table.as_ref());
        let target = target.ok_or_else(|| wrong("the foreign key does not say which table it refers to").hint("add `references: table`"))?;
        let columns = scope.distinct(&long.columns.0)?;
        if columns.is_empty() {
            return Err(wrong("the foreign key has no columns").hint("add `columns: [...]`"));
        }
        let references = scope.referred(target)?;
        let ref_columns = scope.distinct(&long.ref_columns.0)?;
        if !ref_columns.is_empty() && ref_columns.len() != columns.len() {
            return Err(wrong(&format!("the foreign key has {} columns and refers to {}", columns.len(), ref_columns.len()))
                .hint("name as many in `ref_columns` as in `columns`"));
        }
        let chosen = given.name.or(long.name.as_ref());
        let name = match chosen {
            Some(name) => scope.ident(name)?,
            None => default_name(table, &columns, &references, &ref_columns, scope.naming),
        };
        let key = ForeignKey {
            table: table.clone(),
            name,
            columns,
            references,
            ref_columns,
            on_delete: action(long.on_delete.as_ref(), scope)?,
            set_columns: scope.idents(&long.set_columns.0)?,
            on_update: action(long.on_update.as_ref(), scope)?,
            match_full: match_full(long.matching.as_ref(), scope)?,
            deferrable: long.deferrable || long.initially_deferred,
            deferred: long.initially_deferred,
            not_valid: long.not_valid && !long.not_enforced,
            not_enforced: long.not_enforced,
            period: long.period,
            part_of: None,
        };
        draft.attach(Comment::of(key.id(), long.comment.as_deref()), given.place);
        draft.push(key, given.place.clone(), chosen.is_some());
        Ok(())
    }
}

fn action(text: Option<&Spanned<String>>, scope: &Scope) -> Result<Action> {
    let Some(text) = text else { return Ok(Action::NoAction) };
    let word = text.value.to_lowercase().replace('_', " ");
    if let Some((_, action)) = Action::WORDS.iter().find(|(known, _)| *known == word) {
        return Ok(*action);
    }
    let known = Action::WORDS.map(|(known, _)| known);
    let error = scope.error(format!("`{}` is not an action", text.value), text);
    Err(match did_you_mean(&word, known) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("it is one of {}", known.join(", "))),
    })
}

fn match_full(text: Option<&Spanned<String>>, scope: &Scope) -> Result<bool> {
    match text.map(|text| (text, text.value.to_lowercase())) {
        None => Ok(false),
        Some((_, word)) if word == "full" => Ok(true),
        Some((_, word)) if word == "simple" => Ok(false),
        Some((text, _)) => Err(scope.error(format!("`match` cannot be {}", text.value), text).hint("it is full or simple")),
    }
}

/// The naming template's, or Postgres's own choice.
pub fn default_name(table: &Qualified, columns: &[Ident], referred: &Qualified, theirs: &[Ident], naming: &Naming) -> Ident {
    let joined = columns.iter().map(Ident::as_str).collect::<Vec<_>>().join("_");
    let name = naming.foreign_key(table.name.as_str(), columns, referred.name.as_str(), theirs);
    Ident::new(name.unwrap_or_else(|| crate::name::object_name(table.name.as_str(), &joined, "fkey")))
}
