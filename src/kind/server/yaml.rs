//! `servers: { shop: { wrapper: postgres_fdw, options: { host: db }, user_mappings: { public: { user: reader } } } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::grants::Declared;
use super::super::shapes::Entries;
use super::super::user_mapping;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "server")]
pub struct Declaration {
    /// The foreign data wrapper.
    pub wrapper: Spanned<String>,
    #[serde(rename = "type")]
    pub server_type: Option<String>,
    #[schemars(with = "Option<Scalar>")]
    pub version: Option<String>,
    /// As the wrapper takes them.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    pub options: Entries<String>,
    /// By role, `public` for everybody: options.
    #[serde(default)]
    pub user_mappings: Entries<user_mapping::Declaration>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let server = Server {
            name: scope.ident(name)?,
            wrapper: scope.ident(&self.wrapper)?,
            server_type: self.server_type.clone(),
            version: self.version.clone(),
            options: GenericOptions::declared(&self.options, scope)?,
        };
        draft.attach(Comment::of(server.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&server.id(), scope, draft)?;
        for (user, mapping) in &self.user_mappings.0 {
            mapping.of(&server.name, user, scope, draft)?;
        }
        draft.push(server, given.place.clone(), true);
        Ok(())
    }
}
