//! `user_mappings: { public: { user: reader } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shapes::Entries;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

/// The options with which a role is on the other server.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(rename = "user_mapping")]
pub struct Declaration(#[schemars(with = "Entries<Scalar>")] pub Entries<String>);

impl Declaration {
    pub fn of(&self, server: &Ident, user: &Spanned<String>, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let options = GenericOptions::declared(&self.0, scope)?;
        let mapping = UserMapping { server: server.clone(), user: scope.ident(user)?, options };
        draft.push(mapping, scope.place(user), true);
        Ok(())
    }
}
