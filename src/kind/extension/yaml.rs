//! `extensions: { citext: { schema: public, version: "1.6" } }`, or just `citext:`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "extension")]
pub struct Declaration {
    /// Where its objects go.
    schema: Option<crate::spanned::Spanned<String>>,
    /// The server's newest unless said.
    #[schemars(with = "Option<Scalar>")]
    version: Option<String>,
    comment: Option<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let schema = self.schema.as_ref().map(|schema| scope.ident(schema)).transpose()?;
        let (name, version) = (scope.ident(name)?, self.version.clone());
        let extension = Extension { name, schema, version, required: Aside::default() };
        draft.attach(Comment::of(extension.id(), self.comment.as_deref()), given.place);
        draft.push(extension, given.place.clone(), true);
        Ok(())
    }
}
