//! `tables: { orders: { columns: [id, total], where: total > 0 } }`, or just `orders:`

use serde::Deserialize;
use serde_yaml::Spanned;

use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Declaration {
    pub columns: Texts,
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
