//! `checks: { ck_tasks_title: char_length(title) > 0 }`, a list of unnamed ones, or long with options

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Short, short_or_long};
use super::*;
use crate::config::Naming;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    /// A condition in SQL.
    #[schemars(with = "Scalar")]
    expression: String,
    /// Not of the tables that inherit from this one.
    #[serde(default)]
    no_inherit: bool,
    /// Rows that are there already are not looked at.
    #[serde(default)]
    not_valid: bool,
    /// It is said and not held.
    #[serde(default)]
    not_enforced: bool,
    comment: Option<String>,
}

#[derive(Debug)]
pub struct Declaration(Long);

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self(long)
    }
}

impl Declaration {
    fn of(condition: &str) -> Self {
        let expression = condition.to_owned();
        Self(Long { expression, no_inherit: false, not_valid: false, not_enforced: false, comment: None })
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a condition, or a map with `expression:`";
    const TEXT: Option<fn(&str) -> Self> = Some(Self::of);
    const TRUTH: Option<fn(bool) -> Self> = Some(|truth| Self::of(if truth { "true" } else { "false" }));
}

short_or_long!(Declaration, Long, "check");

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        let Long { expression, no_inherit, not_valid, not_enforced, comment } = &self.0;
        let expr = Expr::checked(expression).map_err(|why| {
            crate::Error::new(why)
                .at(given.place.clone())
                .hint("a check is one condition in SQL, such as char_length(title) > 0")
        })?;
        let expression = Expression::new(expr);
        let name = match given.name {
            Some(name) => scope.ident(name)?,
            None => default_name(table, given.column, &expression, scope.naming),
        };
        let check = Check { table: table.clone(), name, expression, no_inherit: *no_inherit, not_valid: *not_valid && !not_enforced, not_enforced: *not_enforced, inherited: Inherited::default() };
        draft.attach(Comment::of(check.id(), comment.as_deref()), given.place);
        draft.push(check, given.place.clone(), given.name.is_some());
        Ok(())
    }
}

/// The naming template's, or Postgres's own choice: with the column that it stands on, or the only word that it mentions.
pub fn default_name(table: &Qualified, column: Option<&Ident>, expression: &Expression, naming: &Naming) -> Ident {
    let words = crate::lex::words(expression.written.text());
    let only = if words.len() == 1 { words.first().map_or("", String::as_str) } else { "" };
    let columns: Vec<Ident> = match column {
        Some(column) => vec![column.clone()],
        None => words.iter().map(|word| Ident::new(word.as_str())).collect(),
    };
    let column = column.map_or(only, Ident::as_str);
    let name = naming.check(table.name.as_str(), &columns, None);
    Ident::new(name.unwrap_or_else(|| crate::name::object_name(table.name.as_str(), column, "check")))
}
