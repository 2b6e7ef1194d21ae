//! `sequences: { invoice_no: { start: 1000, increment: 10 } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "sequence")]
pub struct Declaration {
    #[serde(rename = "type")]
    ty: Option<Spanned<String>>,
    start: Option<i64>,
    increment: Option<i64>,
    min: Option<i64>,
    max: Option<i64>,
    /// Values that a session takes at once.
    cache: Option<i64>,
    /// From the end it begins again.
    cycle: Option<bool>,
    /// It is not there after a crash of the server.
    unlogged: Option<bool>,
    /// `table.column`
    owned_by: Option<Spanned<String>>,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    privileges: Option<Spanned<Declared>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let ty = match &self.ty {
            Some(text) => scope.ty(text)?,
            None => Type::builtin("bigint"),
        };
        let options = Options {
            increment: self.increment.unwrap_or(1),
            min: self.min,
            max: self.max,
            start: self.start,
            cache: self.cache.unwrap_or(1),
            cycle: self.cycle.unwrap_or(false),
        };
        if let Some(why) = options.wrong(&ty) {
            return Err(scope.error(format!("the sequence {} cannot be: {why}", name.value), name).hint("correct its options"));
        }
        let owner = self.owned_by.as_ref().map(|text| owner(text, scope)).transpose()?;
        let unlogged = self.unlogged.unwrap_or(false);
        let sequence =
            Sequence { name: scope.declared(name)?, options: options.without_defaults(&ty), unlogged, ty, owner: OwnedBy(owner.clone()) };
        let ownership = owner.map(|owner| super::super::ownership::Ownership { sequence: sequence.name.clone(), owner, role: Aside(None) });
        draft.attach(ownership, given.place);
        draft.attach(Comment::of(sequence.id(), self.comment.as_deref()), given.place);
        if let (Some(owner), Some(of)) = (&self.owner, &self.owned_by) {
            let why = format!("the sequence {} belongs to {}, and so to the owner of its table", name.value, of.value);
            return Err(scope.error(why, owner).hint("take `owner` away"));
        }
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&sequence.id(), scope, draft)?;
        draft.push(sequence, given.place.clone(), true);
        Ok(())
    }
}

/// `tasks.id`, `audit.log.id`
fn owner(text: &Spanned<String>, scope: &Scope) -> Result<Owner> {
    let parts = crate::draft::split_name(&text.value).unwrap_or_default();
    let (schema, table, column) = match parts.as_slice() {
        [table, column] => (scope.schema.clone(), table, column),
        [schema, table, column] => (Ident::new(schema.as_str()), table, column),
        _ => {
            return Err(scope
                .error(format!("`{}` is not table.column", text.value), text)
                .hint("name the column that owns it, as in tasks.id"));
        }
    };
    Ok(Owner { table: Qualified::new(schema, table.as_str()), column: Ident::new(column.as_str()) })
}
