//! `text_search_configurations: { german: { mappings: { asciiword: [german_stem], word: [german_stem] } } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Entries, Texts};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "text_search_configuration")]
pub struct Declaration {
    /// The usual one unless said.
    pub parser: Option<Spanned<String>>,
    /// By type of token, the dictionaries that are asked one after the other.
    pub mappings: Entries<Texts>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let usual = || Ok(Qualified::new("pg_catalog", "default"));
        let mut mappings = BTreeMap::new();
        for (token, names) in &self.mappings.0 {
            if names.0.is_empty() {
                let wrong = scope.error(format!("no dictionary is named for {}", token.value), token);
                return Err(wrong.hint("name at least one, or take the type of token away"));
            }
            let names = names.0.iter().map(|name| scope.referred(name)).collect::<Result<_>>()?;
            mappings.insert(scope.ident(token)?, names);
        }
        let configuration = TextSearchConfiguration {
            name: scope.declared(name)?,
            parser: self.parser.as_ref().map_or_else(usual, |parser| scope.referred(parser))?,
            mappings,
        };
        draft.attach(Comment::of(configuration.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&configuration.id(), scope, draft)?;
        draft.push(configuration, given.place.clone(), true);
        Ok(())
    }
}
