//! What is wanted of the way from one catalog to another, and not of its end?
//!
//! Renames, for now. Intent stands beside the catalogs and never in an object, so that comparing stays `==`; inverted, it
//! serves the way back.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::draft::RenameHint;
use crate::error::{Error, Result};
use crate::kind::{Change, Id, Object, Renames};
use crate::name::Qualified;
use crate::plan::{Body, Op, Statement};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    pub renames: Renames,
}

impl Intent {
    /// What the hints of the models ask of this database. A hint whose object is there under its new name has happened.
    pub fn of(hints: &[RenameHint], live: &Catalog) -> Result<Self> {
        let mut renames = Renames::default();
        // tables before columns, whose hints go by the table's new name
        let mut hints: Vec<&RenameHint> = hints.iter().collect();
        hints.sort_by_key(|hint| hint.id.path.len());
        for hint in hints {
            let mut there = hint.id.clone();
            if let [schema, table, ..] = there.path.as_mut_slice() {
                let now = Qualified::new(&*schema, &*table);
                if let Some((before, _)) = renames.tables.iter().find(|(_, new)| **new == now) {
                    (*schema, *table) = (before.schema.clone(), before.name.clone());
                }
            }
            let mut old = there.clone();
            if let Some(last) = old.path.last_mut() {
                *last = hint.from.clone();
            }
            match (live.get(&old).is_some(), live.get(&there).is_some()) {
                (true, false) => {}
                (true, true) => {
                    return Err(Error::no(format!(
                        "{} is renamed from {}, and the database has both",
                        hint.id, hint.from
                    ))
                    .at(hint.place.clone())
                    .hint("drop or rename one of the two by hand, or take `renamed_from` away"));
                }
                (false, _) => continue,
            }
            match old.path.as_slice() {
                [schema, name] => {
                    let new = hint.id.last().cloned().unwrap_or_else(|| name.clone());
                    renames.tables.insert(Qualified::new(schema, name), Qualified::new(schema, &new));
                }
                [schema, table, name] => {
                    let new = hint.id.last().cloned().unwrap_or_else(|| name.clone());
                    renames.columns.insert((Qualified::new(schema, table), name.clone()), new);
                }
                _ => {}
            }
        }
        Ok(Self { renames })
    }

    /// For the way back.
    pub fn inverted(&self) -> Self {
        let tables: BTreeMap<_, _> = self.renames.tables.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
        let columns = self.renames.columns.iter().map(|((table, old), new)| {
            let table = self.renames.tables.get(table).unwrap_or(table).clone();
            ((table, new.clone()), old.clone())
        });
        Self { renames: Renames { tables, columns: columns.collect() } }
    }

    /// The catalog as it reads after the renames, and the statements that make them: tables first, then columns.
    pub fn rename(&self, before: &Catalog) -> (Catalog, Vec<Statement>) {
        if self.renames.is_empty() {
            return (before.clone(), Vec::new());
        }
        let tables_only = Renames { tables: self.renames.tables.clone(), columns: BTreeMap::new() };
        let (mut objects, mut notes) = (BTreeMap::new(), before.notes.clone());
        let mut statements = Vec::new();
        for (id, old) in before.objects() {
            let mut new = old.clone();
            new.rename(&self.renames);
            let mut moved = old.clone();
            moved.rename(&tables_only);
            let new_id = new.id();
            if new_id != *id {
                follow(&mut notes, id, &new_id);
            }
            // a table moves on its own; what is in it has moved with it when its own name changes
            let from = if old.parent().is_none() { old } else { &moved };
            if from.id() != new_id && !from.rename_sql(&new).is_empty() {
                statements.push(statement(from, &new));
            }
            objects.insert(new_id, new);
        }
        statements.sort_by_key(|statement| statement.ops[0].id.tag);
        (Catalog::close(objects, before.externals().clone(), notes).0, statements)
    }
}

fn follow(notes: &mut crate::catalog::Notes, old: &Id, new: &Id) {
    if let Some(order) = notes.order.remove(old) {
        notes.order.insert(new.clone(), order);
    }
    if let Some(rows) = notes.rows.remove(old) {
        notes.rows.insert(new.clone(), rows);
    }
}

fn statement(old: &Object, new: &Object) -> Statement {
    let change = Change::Rename { old, new };
    let op = Op {
        name: Object::op(change),
        id: new.id(),
        hazards: Object::hazards(change),
        old: Some(old.clone()),
        new: Some(new.clone()),
        recreated: false,
        place: None,
    };
    Statement {
        ops: vec![op],
        changes: vec![change.map(Clone::clone)],
        body: Body::of(old.rename_sql(new)),
        own_transaction: false,
    }
}
