//! `checks: { email_check: VALUE ~ '@' }`, a list of unnamed ones, or long with options

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Short, short_or_long};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    /// A condition in SQL over VALUE.
    #[schemars(with = "Scalar")]
    expression: String,
    /// Values that are there already are not looked at.
    #[serde(default)]
    not_valid: bool,
    comment: Option<String>,
}

#[derive(Debug)]
pub struct Declaration(Long);

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self(long)
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a condition, or a map with `expression:`";
    const TEXT: Option<fn(&str) -> Self> =
        Some(|text| Self(Long { expression: text.to_owned(), not_valid: false, comment: None }));
}

short_or_long!(Declaration, Long, "domain_check");

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(domain) = given.table else { return Ok(()) };
        let Long { expression, not_valid, comment } = &self.0;
        let expr = Expr::checked(expression).map_err(|why| {
            crate::Error::new(why)
                .at(given.place.clone())
                .hint("a check of a domain is one condition in SQL, such as VALUE > 0")
        })?;
        let name = match given.name {
            Some(name) => scope.ident(name)?,
            // Postgres's own choice; the templates are for what stands in tables
            None => Ident::new(crate::name::object_name(domain.name.as_str(), "", "check")),
        };
        let expression = Expression::new(expr);
        let check = DomainCheck { domain: domain.clone(), name, expression, not_valid: *not_valid };
        draft.attach(Comment::of(check.id(), comment.as_deref()), given.place);
        draft.push(check, given.place.clone(), given.name.is_some());
        Ok(())
    }
}
