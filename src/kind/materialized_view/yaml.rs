//! `materialized_views: { per_day: { query: select …, indexes: { per_day_day: [day] } } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached;
use super::super::document::{Declare, Given, nested};
use super::super::renames::Renamed;
use super::super::grants::Declared;
use super::super::{clustering, index, settings};
use super::super::query::Stated;
use super::super::shapes::{Entries, Named, Texts};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "materialized_view")]
pub struct Declaration {
    /// A SELECT.
    pub query: Spanned<String>,
    /// Other names for its columns.
    #[serde(default)]
    pub columns: Texts,
    /// Storage parameters.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    pub with: Entries<String>,
    pub access_method: Option<Spanned<String>>,
    pub tablespace: Option<Spanned<String>>,
    /// False: it is made without rows.
    pub populated: Option<bool>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
    /// By column, what each role may do.
    #[serde(default)]
    pub column_privileges: Entries<Spanned<Declared>>,
    /// By column.
    #[serde(default)]
    pub column_comments: Entries<String>,
    /// By column, how its values are kept.
    #[serde(default)]
    pub column_settings: Entries<settings::Declaration>,
    /// The index by which CLUSTER orders the rows.
    pub cluster_on: Option<clustering::Declaration>,
    /// By name, or a list of unnamed ones.
    #[serde(default)]
    pub indexes: Named<Renamed<index::Declaration>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let named = |text: &Option<Spanned<String>>| text.as_ref().map(|text| scope.ident(text)).transpose();
        let view = MaterializedView {
            name: scope.declared(name)?,
            query: Query::declared(&self.query, &self.columns, scope)?,
            options: IndexOptions::declared(&self.with, scope)?,
            method: named(&self.access_method)?.filter(|method| method.as_str() != "heap"),
            tablespace: named(&self.tablespace)?.filter(|name| name.as_str() != "pg_default"),
            populated: self.populated,
        };
        let stated = Stated {
            comment: self.comment.as_deref(),
            columns: &self.column_comments,
            attached: attached::Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() },
            column_privileges: &self.column_privileges,
        };
        stated.declare(&view.id(), given, scope, draft)?;
        let first = draft.entries.len();
        let within = Given { name: None, table: Some(&view.name), ..given };
        nested(&self.indexes, Tag::Index, within, scope, draft)?;
        for (column, declaration) in &self.column_settings.0 {
            // which storage is usual for its type, the server says
            let said = declaration.of(&view.name, &scope.ident(column)?, &Type::builtin("text"), scope)?;
            draft.attach(said, &scope.place(column));
        }
        if let Some(index) = &self.cluster_on {
            index.declare(Given { table: Some(&view.name), ..given }, scope, draft)?;
        }
        draft.each(first, |object| match object {
            Object::Index(index) => index.of_view = Aside(true),
            Object::Clustering(clustering) => clustering.of_view = Aside(true),
            Object::Settings(settings) => settings.of_view = Aside(true),
            _ => {}
        });
        draft.push(view, given.place.clone(), true);
        Ok(())
    }
}
