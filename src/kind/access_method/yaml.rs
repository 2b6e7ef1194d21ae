//! `access_methods: { other: { type: index, handler: bthandler } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Word;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "access_method")]
pub struct Declaration {
    #[schemars(with = "Option<Word<MethodType>>")]
    #[serde(rename = "type")]
    pub method: Option<Spanned<String>>,
    /// The function that is it.
    pub handler: Spanned<String>,
    pub comment: Option<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        if self.method.is_none() {
            let error = scope.error(format!("`type` of the access method {} is missing", name.value), name);
            return Err(error.hint("add `type: index`, or table"));
        }
        let method = AccessMethod {
            name: scope.ident(name)?,
            method: routine::word(&MethodType::WORDS, &self.method, MethodType::Index, scope)?,
            handler: scope.referred(&self.handler)?,
        };
        draft.attach(Comment::of(method.id(), self.comment.as_deref()), given.place);
        draft.push(method, given.place.clone(), true);
        Ok(())
    }
}
