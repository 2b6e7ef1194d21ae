//! `cluster_on: idx_tasks_created_at`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Declaration(Spanned<String>);

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        let clustering = Clustering { table: table.clone(), index: scope.ident(&self.0)?, of_view: Aside(false) };
        draft.push(clustering, scope.place(&self.0), true);
        Ok(())
    }
}
