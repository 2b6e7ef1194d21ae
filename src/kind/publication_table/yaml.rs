//! `tables: { orders: { columns: [id, total], where: total > 0 } }`, or just `orders:`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "publication_table")]
pub struct Declaration {
    /// All unless said.
    pub columns: Texts,
    /// Which rows.
    #[schemars(with = "Option<Scalar>")]
    #[serde(rename = "where")]
    pub filter: Option<Spanned<String>>,
}

impl Declaration {
    pub fn of(&self, publication: &Ident, table: &Spanned<String>, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let member = PublicationTable {
            publication: publication.clone(),
            table: scope.referred(table)?,
            columns: scope.distinct(&self.columns.0)?.into_iter().collect(),
            filter: self.filter.as_ref().map(|text| scope.expression(text)).transpose()?,
        };
        draft.push(member, scope.place(table), true);
        Ok(())
    }
}
