//! `exclusions: { no_overlap: { method: gist, elements: [room with =, during with &&], where: not cancelled } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Entries, Texts};
use super::*;
use crate::draft::{Draft, Scope};
use crate::lex;
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "exclusion")]
pub struct Declaration {
    /// `btree` unless said, mostly `gist`.
    method: Option<Spanned<String>>,
    /// Keys with an operator: `during with &&`.
    elements: Texts,
    /// Columns that its index holds beside.
    include: Texts,
    /// Which rows it is of.
    #[schemars(with = "Option<Scalar>")]
    #[serde(rename = "where")]
    predicate: Option<Spanned<String>>,
    /// It may be checked at the end of a transaction.
    deferrable: bool,
    /// It is, unless said otherwise.
    initially_deferred: bool,
    /// Parameters of its index.
    #[schemars(with = "Entries<Scalar>")]
    with: Entries<String>,
    comment: Option<String>,
}

const HINT: &str = "an element is a column or an expression in brackets, `with`, and an operator: during with &&";

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        if self.elements.0.is_empty() {
            return Err(crate::Error::new("the exclusion constraint has no elements")
                .at(given.place.clone())
                .hint("add `elements: [column with operator, ...]`"));
        }
        let element = |text: &Spanned<String>| parse(&text.value).map_err(|why| scope.error(why, text).hint(HINT));
        let elements = self.elements.0.iter().map(element).collect::<Result<Vec<_>>>()?;
        let name = match given.name {
            Some(name) => scope.ident(name)?,
            None => default_name(table, &elements),
        };
        let exclusion = Exclusion {
            table: table.clone(),
            name,
            method: self.method.as_ref().map_or(Ok(Ident::new("btree")), |text| scope.ident(text))?,
            elements,
            include: scope.idents(&self.include.0)?,
            predicate: self.predicate.as_ref().map(|text| scope.expression(text)).transpose()?,
            deferrable: self.deferrable || self.initially_deferred,
            deferred: self.initially_deferred,
            options: IndexOptions::declared(&self.with, scope)?,
        };
        draft.attach(Comment::of(exclusion.id(), self.comment.as_deref()), given.place);
        draft.push(exclusion, given.place.clone(), given.name.is_some());
        Ok(())
    }
}

/// `key WITH operator`, where the operator may be `OPERATOR(schema.=)`.
fn parse(text: &str) -> Result<Element, String> {
    let tokens = lex::tokens(text)?;
    let with = |token: &lex::Lexeme| token.kind == lex::Kind::Word && token.text.eq_ignore_ascii_case("with");
    let at = tokens.iter().rposition(with).ok_or("the element does not say `with` which operator")?;
    let key = super::super::key::parse(&text[..tokens[at].start])?;
    let (schema, symbols) = match tokens[at + 1..].iter().map(|token| token.text).collect::<Vec<_>>().as_slice() {
        [symbols] => (None, *symbols),
        [word, "(", symbols, ")"] if word.eq_ignore_ascii_case("operator") => (None, *symbols),
        [word, "(", schema, ".", symbols, ")"] if word.eq_ignore_ascii_case("operator") => {
            (Some(Ident::new(lex::unquoted(schema))), *symbols)
        }
        _ => return Err("one operator stands behind `with`".into()),
    };
    if symbols.chars().all(|c| crate::sql::OPERATOR.contains(c)) {
        Ok(Element { key, operator: Operator { schema, symbols: symbols.to_owned() } })
    } else {
        Err(format!("`{symbols}` is no operator"))
    }
}

/// Postgres's own choice; an expression counts as `expr`.
pub fn default_name(table: &Qualified, elements: &[Element]) -> Ident {
    let columns = elements.iter().map(|element| element.key.column().map_or("expr", Ident::as_str));
    let joined = columns.collect::<Vec<_>>().join("_");
    Ident::new(crate::name::object_name(table.name.as_str(), &joined, "excl"))
}
