//! `tables: { tasks: { columns: …, primary_key: …, unique: …, checks: …, foreign_keys: …, indexes: … } }`

use serde::Deserialize;
use serde_yaml::Spanned;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Entries, Named, Short};
use super::super::{check, column, exclusion, foreign_key, index, primary_key, statistics, unique};
use super::*;
use crate::draft::{Draft, RenameHint, Scope};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Declaration {
    comment: Option<String>,
    renamed_from: Option<Spanned<String>>,
    columns: Entries<column::Declaration>,
    primary_key: Option<Spanned<primary_key::Declaration>>,
    unique: Named<unique::Declaration>,
    checks: Named<check::Declaration>,
    exclusions: Named<exclusion::Declaration>,
    foreign_keys: Named<foreign_key::Declaration>,
    indexes: Named<index::Declaration>,
    statistics: Named<statistics::Declaration>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let table = Table { name: scope.declared(name)? };
        let within = Given { name: None, place: given.place, table: Some(&table.name), column: None };
        draft.attach(Comment::of(table.id(), self.comment.as_deref()), given.place);
        if let Some(from) = &self.renamed_from {
            draft.renames.push(RenameHint { id: table.id(), from: scope.ident(from)?, place: scope.place(from) });
        }
        let first = draft.entries.len();
        draft.push(table.clone(), given.place.clone(), true);
        for (name, declaration) in &self.columns.0 {
            let place = scope.place(name);
            declaration.declare(Given { name: Some(name), place: &place, ..within }, scope, draft)?;
        }
        self.key(first, within, scope, draft)?;
        nested(&self.unique, within, scope, draft)?;
        nested(&self.checks, within, scope, draft)?;
        nested(&self.exclusions, within, scope, draft)?;
        nested(&self.foreign_keys, within, scope, draft)?;
        nested(&self.indexes, within, scope, draft)?;
        nested(&self.statistics, within, scope, draft)
    }
}

impl Declaration {
    /// The primary key, stated once: under the table or on its columns. Its columns are NOT NULL.
    fn key(&self, first: usize, within: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let on_columns: Vec<Spanned<String>> = self
            .columns
            .0
            .iter()
            .filter(|(_, declaration)| declaration.is_primary_key())
            .map(|(name, _)| name.clone())
            .collect();
        let columns = match (&self.primary_key, on_columns.first()) {
            (Some(_), Some(column)) => {
                return Err(scope
                    .error("the primary key is stated both under the table and on a column", column)
                    .hint("keep one of the two"));
            }
            (Some(key), None) => {
                let place = scope.place(key);
                key.value.declare(Given { place: &place, ..within }, scope, draft)?;
                key.value.columns().to_vec()
            }
            (None, Some(column)) => {
                let place = scope.place(column);
                let Some(key) = primary_key::Declaration::list(on_columns.clone()) else { return Ok(()) };
                key.declare(Given { place: &place, ..within }, scope, draft)?;
                on_columns
            }
            (None, None) => return Ok(()),
        };
        let names: Vec<Ident> = scope.idents(&columns)?;
        draft.each(first, |object| {
            if let Object::Column(column) = object {
                column.not_null |= Some(&column.table) == within.table && names.contains(&column.name);
            }
        });
        Ok(())
    }
}

fn nested<D: Declare>(named: &Named<D>, within: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
    for (name, declaration) in &named.0 {
        let place = match name {
            Some(name) => scope.place(name),
            None => scope.place(declaration),
        };
        declaration.value.declare(Given { name: name.as_ref(), place: &place, ..within }, scope, draft)?;
    }
    Ok(())
}
