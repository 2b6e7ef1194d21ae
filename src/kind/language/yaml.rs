//! `languages: { other: { handler: other_call_handler, trusted: true } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::grants::Declared;
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "language")]
pub struct Declaration {
    /// The function that calls its functions.
    pub handler: Spanned<String>,
    /// The function that runs a DO block.
    pub inline: Option<Spanned<String>>,
    /// The function that checks a body.
    pub validator: Option<Spanned<String>>,
    /// Who is no superuser may use it.
    #[serde(default)]
    pub trusted: bool,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let function = |text: &Option<Spanned<String>>| text.as_ref().map(|text| scope.referred(text)).transpose();
        let language = Language {
            name: scope.ident(name)?,
            handler: scope.referred(&self.handler)?,
            inline: function(&self.inline)?,
            validator: function(&self.validator)?,
            trusted: self.trusted,
        };
        draft.attach(Comment::of(language.id(), self.comment.as_deref()), given.place);
        if let Some(stated) = self.privileges.as_ref().filter(|_| !self.trusted) {
            let error = scope.error(format!("the language {} is not trusted: only superusers may use it", name.value), stated);
            return Err(error.hint("take `privileges` away, or add `trusted: true`"));
        }
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&language.id(), scope, draft)?;
        draft.push(language, given.place.clone(), true);
        Ok(())
    }
}
