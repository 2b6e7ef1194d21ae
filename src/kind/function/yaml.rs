//! `functions: { "add(integer, integer)": { returns: integer, language: sql, body: select $1 + $2 } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::routine::{self, Argument, Common, Key};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Declaration(pub Common);

/// What comes of arguments that give something.
pub fn implied(arguments: &[Argument]) -> Option<Type> {
    let mut gives = arguments.iter().filter(|argument| matches!(argument.mode, Mode::Out | Mode::InOut | Mode::Table));
    match (gives.next(), gives.next()) {
        (None, _) => None,
        (Some(only), None) => Some(only.ty.clone()),
        _ => Some(Type::builtin("record")),
    }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let common = &self.0;
        let mut routine = common.routine(&Key::of(key, scope)?, scope)?;
        let (returns, returns_set) = returns(common, &mut routine.arguments, key, scope)?;
        let number = |text: &Option<Spanned<String>>| text.as_ref().map(|text| positive(text, scope)).transpose();
        let usual_cost = if matches!(routine.language.as_str(), "c" | "internal") { "1" } else { "100" };
        let function = Function {
            routine,
            returns,
            returns_set,
            window: common.window,
            volatility: routine::word(&Volatility::WORDS, &common.volatility, Volatility::Volatile, scope)?,
            strict: common.strict,
            leakproof: common.leakproof,
            parallel: routine::word(&Parallel::WORDS, &common.parallel, Parallel::Unsafe, scope)?,
            cost: number(&common.cost)?.filter(|cost| cost != usual_cost),
            rows: number(&common.rows)?.filter(|rows| rows != "1000"),
            support: common.support.as_ref().map(|text| scope.referred(text)).transpose()?,
        };
        draft.attach(Comment::of(function.id(), common.comment.as_deref()), given.place);
        common.attached().declare(&function.id(), scope, draft)?;
        draft.push(function, given.place.clone(), true);
        Ok(())
    }
}

/// `setof text`, `table(a integer, b text)`, whose columns become arguments, or what the arguments give.
fn returns(
    common: &Common,
    arguments: &mut Vec<Argument>,
    key: &Spanned<String>,
    scope: &Scope,
) -> Result<(Type, bool)> {
    let missing = || scope.error("`returns` is missing", key).hint("add `returns: void`, or a type, setof a type, table(…)");
    let Some(text) = &common.returns else { return Ok((implied(arguments).ok_or_else(missing)?, false)) };
    let wrong = |why: String| scope.error(why, text).hint("a function returns a type, setof a type, or table(name type, …)");
    let (set, rest) = after_word(&text.value, "setof");
    let (table, columns) = after_word(rest, "table");
    if table {
        let inner = columns.trim().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let inner = inner.ok_or_else(|| wrong("the columns of a table stand in brackets".to_owned()))?;
        let mut columns = routine::arguments(inner).map_err(wrong)?;
        columns.iter_mut().for_each(|column| column.mode = Mode::Table);
        arguments.extend(columns);
        return Ok((implied(arguments).ok_or_else(missing)?, true));
    }
    let ty = Type::parse(rest.trim()).map_err(wrong)?;
    Ok((routine::bare(ty), set))
}

/// Whether the text begins with the word, and what comes behind it.
fn after_word<'a>(text: &'a str, word: &str) -> (bool, &'a str) {
    let first = crate::lex::tokens(text).ok().and_then(|tokens| tokens.first().map(|first| (first.is_word(word), first.end())));
    match first {
        Some((true, end)) => (true, &text[end..]),
        _ => (false, text),
    }
}

/// As the server prints a number of four bytes.
fn positive(text: &Spanned<String>, scope: &Scope) -> Result<String> {
    match text.value.trim().parse::<f32>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number.to_string()),
        _ => Err(scope.error(format!("`{}` is no positive number", text.value), text).hint("write a number such as 10")),
    }
}
