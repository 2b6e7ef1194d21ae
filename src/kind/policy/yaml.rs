//! `policies: { own_rows: { for: select, to: [web], using: owner = current_user } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::{Scalar, Word};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "policy")]
pub struct Declaration {
    /// Rows have to pass it beside the others.
    pub restrictive: bool,
    /// `all` unless said.
    #[schemars(with = "Option<Word<Command>>")]
    #[serde(rename = "for")]
    pub command: Option<Spanned<String>>,
    /// Roles; everybody unless said.
    pub to: Texts,
    /// Which rows are seen.
    #[schemars(with = "Option<Scalar>")]
    pub using: Option<Spanned<String>>,
    /// Which rows may be written; those of `using` unless said.
    #[schemars(with = "Option<Scalar>")]
    pub check: Option<Spanned<String>>,
    pub comment: Option<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let (Some(table), Some(name)) = (given.table, given.name) else { return Ok(()) };
        let command = match &self.command {
            None => Command::All,
            Some(text) => {
                let found = Command::WORDS.iter().find(|(_, _, word, _)| *word == text.value.to_lowercase());
                found.map(|(of, ..)| *of).ok_or_else(|| {
                    scope
                        .error(format!("a policy cannot be for {}", text.value), text)
                        .hint("it is for all, select, insert, update or delete")
                })?
            }
        };
        let expression = |text: &Option<Spanned<String>>| text.as_ref().map(|text| scope.expression(text)).transpose();
        let roles = scope.distinct(&self.to.0)?.into_iter().filter(|role| role.as_str() != "public").collect();
        let policy = Policy {
            table: table.clone(),
            name: scope.ident(name)?,
            restrictive: self.restrictive,
            command,
            roles,
            using: expression(&self.using)?,
            check: expression(&self.check)?,
        };
        draft.attach(Comment::of(policy.id(), self.comment.as_deref()), given.place);
        draft.push(policy, given.place.clone(), true);
        Ok(())
    }
}
