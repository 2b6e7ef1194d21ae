//! `conversions: { old: { from: LATIN1, to: UTF8, function: iso8859_1_to_utf8 } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "conversion")]
pub struct Declaration {
    /// An encoding.
    pub from: String,
    /// An encoding.
    pub to: String,
    pub function: Spanned<String>,
    /// The one between them where none is said.
    #[serde(default)]
    pub default: bool,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let conversion = Conversion {
            name: scope.declared(name)?,
            from_encoding: encoding(&self.from),
            to_encoding: encoding(&self.to),
            function: scope.referred(&self.function)?,
            usual: self.default,
        };
        draft.attach(Comment::of(conversion.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&conversion.id(), scope, draft)?;
        draft.push(conversion, given.place.clone(), true);
        Ok(())
    }
}

/// As PostgreSQL spells it: `utf-8` is `UTF8`.
fn encoding(text: &str) -> String {
    match text.to_uppercase().replace('-', "").as_str() {
        "UNICODE" => "UTF8".to_owned(),
        "ISO88591" => "LATIN1".to_owned(),
        plain => plain.to_owned(),
    }
}
