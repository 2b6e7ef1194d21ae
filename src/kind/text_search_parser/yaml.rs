//! `text_search_parsers: { words: { start: prsd_start, gettoken: prsd_nexttoken, end: prsd_end, lextypes: prsd_lextype } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "text_search_parser")]
pub struct Declaration {
    pub start: Spanned<String>,
    pub gettoken: Spanned<String>,
    pub end: Spanned<String>,
    pub lextypes: Spanned<String>,
    pub headline: Option<Spanned<String>>,
    pub comment: Option<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let Self { start, gettoken, end, lextypes, headline, comment } = self;
        let parser = TextSearchParser {
            name: scope.declared(name)?,
            start: scope.referred(start)?,
            gettoken: scope.referred(gettoken)?,
            end: scope.referred(end)?,
            lextypes: scope.referred(lextypes)?,
            headline: headline.as_ref().map(|function| scope.referred(function)).transpose()?,
        };
        draft.attach(Comment::of(parser.id(), comment.as_deref()), given.place);
        draft.push(parser, given.place.clone(), true);
        Ok(())
    }
}
