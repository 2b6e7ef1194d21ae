//! `text_search_templates: { plain: { init: dsimple_init, lexize: dsimple_lexize } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "text_search_template")]
pub struct Declaration {
    pub init: Option<Spanned<String>>,
    pub lexize: Spanned<String>,
    pub comment: Option<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let template = TextSearchTemplate {
            name: scope.declared(name)?,
            init: self.init.as_ref().map(|function| scope.referred(function)).transpose()?,
            lexize: scope.referred(&self.lexize)?,
        };
        draft.attach(Comment::of(template.id(), self.comment.as_deref()), given.place);
        draft.push(template, given.place.clone(), true);
        Ok(())
    }
}
