//! `statistics: { st_place: { columns: [city, zip], kinds: [ndistinct] } }`, or just the columns

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::key::{self, Key, Of};
use super::super::shapes::{Items, Short, Texts, short_or_long};
use super::*;
use crate::draft::{Draft, Scope};
use crate::error::did_you_mean;
use crate::json_schema::Word;
use crate::spanned::Spanned;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Long {
    /// Columns, or expressions in brackets.
    columns: Texts,
    /// All unless said.
    #[schemars(with = "Vec<Word<Gathered>>")]
    kinds: Texts,
    /// How finely they are taken.
    target: Option<Spanned<i64>>,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
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

short_or_long!(Declaration, Long, "statistics");

const HINT: &str = "name columns, or expressions in brackets";

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        let long = &self.0;
        let (mut columns, mut expressions) = (BTreeSet::new(), Vec::new());
        for text in &long.columns.0 {
            match of(&text.value).map_err(|why| scope.error(why, text).hint(HINT))? {
                Of::Column(column) => {
                    if let Some(twice) = columns.replace(column) {
                        return Err(scope.error(format!("the column {twice} is named twice"), text).hint("keep one of the two"));
                    }
                }
                Of::Expression(expression) => expressions.push(expression),
            }
        }
        // of one column PostgreSQL keeps statistics anyway
        if columns.len() + expressions.len() < 2 && expressions.is_empty() {
            return Err(crate::Error::new("statistics are of two columns at least, or of an expression")
                .at(given.place.clone())
                .hint("add to `columns: [...]`"));
        }
        let alone = expressions.len() == 1 && columns.is_empty();
        let name = match given.name {
            Some(name) => scope.within(name, &table.schema)?,
            None => default_name(table, &columns, &expressions),
        };
        let kinds = long.kinds.0.iter().map(|text| kind(text, alone, scope)).collect::<Result<_>>()?;
        let statistics = Statistics {
            name,
            table: table.clone(),
            kinds: Statistics::said(kinds),
            columns,
            expressions,
            target: long.target.as_ref().map(|target| scope.statistics_target(target)).transpose()?,
        };
        draft.attach(Comment::of(statistics.id(), long.comment.as_deref()), given.place);
        Stated { owner: long.owner.as_ref(), privileges: None }.declare(&statistics.id(), scope, draft)?;
        draft.push(statistics, given.place.clone(), given.name.is_some());
        Ok(())
    }
}

/// A column or an expression, with nothing behind it.
fn of(text: &str) -> Result<Of, String> {
    let key = key::parse(text)?;
    if key == Key::of(key.of.clone()) { Ok(key.of) } else { Err("statistics know no order, collation or operator class".into()) }
}

fn kind(text: &Spanned<String>, alone: bool, scope: &Scope) -> Result<Gathered> {
    if alone {
        return Err(scope
            .error("statistics of one expression are of one kind", text)
            .hint("take `kinds` out, or add a column"));
    }
    let word = text.value.to_lowercase();
    if let Some((_, kind)) = Gathered::WORDS.iter().find(|(known, _)| *known == word) {
        return Ok(*kind);
    }
    let known = Gathered::WORDS.map(|(known, _)| known);
    let error = scope.error(format!("`{}` is no kind of statistics", text.value), text);
    Err(match did_you_mean(&word, known) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("it is one of {}", known.join(", "))),
    })
}

/// Postgres's own choice; an expression counts as `expr`.
pub fn default_name(table: &Qualified, columns: &BTreeSet<Ident>, expressions: &[Expression]) -> Qualified {
    let columns = columns.iter().map(Ident::as_str).chain(expressions.iter().map(|_| "expr"));
    let joined = columns.collect::<Vec<_>>().join("_");
    let name = crate::name::object_name(table.name.as_str(), &joined, "stat");
    Qualified { schema: table.schema.clone(), name: Ident::new(name) }
}
