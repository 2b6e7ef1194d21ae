//! `publications: { shop: { tables: { orders: { columns: [id, total], where: total > 0 } }, schemas: [audit], publish: [insert] } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::publication_schema::PublicationSchema;
use super::super::publication_table;
use super::super::shapes::{Entries, Texts};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Word;
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "publication")]
pub struct Declaration {
    pub all_tables: bool,
    /// By name, `orders:` alone or with more.
    pub tables: Entries<Option<publication_table::Declaration>>,
    /// All tables of these.
    pub schemas: Texts,
    /// All unless said.
    #[schemars(with = "Option<Vec<Word<Published>>>")]
    pub publish: Option<Texts>,
    /// Changes of partitions as those of the table above them.
    pub via_partition_root: bool,
    /// `none` unless said.
    #[schemars(with = "Option<Word<Generated>>")]
    pub generated_columns: Option<Spanned<String>>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

crate::json_schema::words!(Published = CHANGES);
crate::json_schema::words!(Generated = ["none", "stored"]);

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let Self { all_tables, tables, schemas, publish: _, via_partition_root, generated_columns, comment, owner } = self;
        if *all_tables && !(tables.0.is_empty() && schemas.0.is_empty()) {
            let error = scope.error(format!("the publication {} is of all tables and of some", name.value), name);
            return Err(error.hint("take `all_tables`, or `tables` and `schemas`, away"));
        }
        let publication = Publication {
            name: scope.ident(name)?,
            all_tables: *all_tables,
            publish: self.changes(scope)?,
            via_partition_root: *via_partition_root,
            generated_columns: generated(generated_columns, scope)?,
        };
        draft.attach(Comment::of(publication.id(), comment.as_deref()), given.place);
        Stated { owner: owner.as_ref(), privileges: None }.declare(&publication.id(), scope, draft)?;
        for (table, declaration) in &tables.0 {
            let nothing = publication_table::Declaration::default();
            declaration.as_ref().unwrap_or(&nothing).of(&publication.name, table, scope, draft)?;
        }
        for schema in &schemas.0 {
            let member = PublicationSchema { publication: publication.name.clone(), schema: scope.ident(schema)? };
            draft.push(member, scope.place(schema), true);
        }
        draft.push(publication, given.place.clone(), true);
        Ok(())
    }
}

impl Declaration {
    fn changes(&self, scope: &Scope) -> Result<BTreeSet<String>> {
        let Some(list) = &self.publish else { return Ok(CHANGES.map(str::to_owned).into()) };
        let change = |text: &Spanned<String>| {
            let word = text.value.to_lowercase();
            let error = || scope.error(format!("`{}` cannot be published", text.value), text);
            CHANGES.contains(&word.as_str()).then_some(word).ok_or_else(|| error().hint("it is insert, update, delete or truncate"))
        };
        list.0.iter().map(change).collect()
    }
}

fn generated(text: &Option<Spanned<String>>, scope: &Scope) -> Result<Option<String>> {
    let Some(text) = text else { return Ok(None) };
    match text.value.as_str() {
        "none" => Ok(None),
        "stored" => Ok(Some(text.value.clone())),
        other => Err(scope.error(format!("generated columns cannot be published as {other}"), text).hint("it is none or stored")),
    }
}
