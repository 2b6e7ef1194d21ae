//! `operators: { "===(integer, integer)": { function: same, commutator: "===" } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::lex;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "operator")]
pub struct Declaration {
    /// What computes it.
    pub function: Spanned<String>,
    /// The one with the sides changed.
    pub commutator: Option<Spanned<String>>,
    /// The one that says the opposite.
    pub negator: Option<Spanned<String>>,
    /// The function that guesses how many rows it finds.
    pub restrict: Option<Spanned<String>>,
    /// The same of a join.
    pub join: Option<Spanned<String>>,
    /// It is an equality that a hash join can use.
    #[serde(default)]
    pub hashes: bool,
    /// It is an equality that a merge join can use.
    #[serde(default)]
    pub merges: bool,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let (name, types) = key.value.split_once('(').unwrap_or((&key.value, ""));
        let at = |text: &str| Spanned::new(text.trim().to_owned(), key.referenced, key.defined);
        let (schema, symbols) = symbols(&at(name), scope)?;
        let types: Vec<&str> = types.trim_end().strip_suffix(')').map(lex::items).unwrap_or_default();
        let [left, right] = types.as_slice() else {
            let error = scope.error(format!("the operator {} does not say its two types", key.value), key);
            return Err(error.hint("write ===(integer, integer), or !!(none, integer) for one that stands before its value"));
        };
        let ty = |text: &str| scope.ty(&at(text)).map(routine::bare);
        let function = |text: &Option<Spanned<String>>| text.as_ref().map(|text| scope.referred(text)).transpose();
        let other = |text: &Option<Spanned<String>>| {
            let named = text.as_ref().map(|text| self::symbols(text, scope)).transpose()?;
            Ok::<_, crate::Error>(named.map(|(of, symbols)| (of.unwrap_or_else(|| schema.clone().unwrap_or(scope.schema.clone())), symbols)))
        };
        let operator = Operator {
            schema: schema.clone().unwrap_or_else(|| scope.schema.clone()),
            symbols,
            left: if left.eq_ignore_ascii_case("none") { None } else { Some(ty(left)?) },
            right: ty(right)?,
            function: scope.referred(&self.function)?,
            commutator: other(&self.commutator)?,
            negator: other(&self.negator)?,
            restrict: function(&self.restrict)?,
            join: function(&self.join)?,
            hashes: self.hashes,
            merges: self.merges,
        };
        draft.attach(Comment::of(operator.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&operator.id(), scope, draft)?;
        draft.push(operator, given.place.clone(), true);
        Ok(())
    }
}

/// `===`, `public.===`
fn symbols(text: &Spanned<String>, scope: &Scope) -> Result<(Option<Ident>, String)> {
    let value = text.value.trim();
    let (schema, symbols) = value.rsplit_once('.').map_or((None, value), |(schema, symbols)| (Some(schema), symbols));
    if symbols.is_empty() || !symbols.chars().all(|c| crate::sql::OPERATOR.contains(c)) {
        let error = scope.error(format!("`{value}` is no operator"), text);
        return Err(error.hint(format!("its name is made of {}", crate::sql::OPERATOR)));
    }
    Ok((schema.map(|schema| Ident::new(lex::unquoted(schema))), symbols.to_owned()))
}
