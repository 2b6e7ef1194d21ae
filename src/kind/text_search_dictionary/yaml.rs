//! `text_search_dictionaries: { german: { template: snowball, options: { language: german } } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::Entries;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "text_search_dictionary")]
pub struct Declaration {
    pub template: Spanned<String>,
    /// As the template takes them.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    pub options: Entries<String>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let options = self.options.0.iter().map(|(name, value)| Ok((scope.ident(name)?, value.clone())));
        let dictionary = TextSearchDictionary {
            name: scope.declared(name)?,
            template: scope.referred(&self.template)?,
            options: Options(options.collect::<Result<_>>()?),
        };
        draft.attach(Comment::of(dictionary.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&dictionary.id(), scope, draft)?;
        draft.push(dictionary, given.place.clone(), true);
        Ok(())
    }
}
