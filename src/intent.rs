//! What is wanted of the way from one catalog to another, and not of its end?
//!
//! Renames, and what is done so that others are not stopped. Intent stands beside the catalogs and never in an object, so that comparing stays `==`; inverted, it
//! serves the way back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::draft::{Draft, RenameHint};
use crate::error::{Error, Result};
use crate::kind::{Change, Id, Manner, Name, Object, Renames};
use crate::name::Qualified;
use crate::plan::{Body, Op, Statement};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    pub renames: Renames,
    pub online: Asked,
}

/// Changes that whoever uses the database is not to be stopped by. It holds for both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// All of these manners, where the table is there.
    pub all: BTreeSet<Manner>,
    /// Those of these objects.
    pub of: BTreeSet<Id>,
}

impl Asked {
    pub fn holds(&self, manner: Manner, id: &Id) -> bool {
        self.all.contains(&manner) || self.of.contains(id)
    }
}

impl Intent {
    /// With what the settings ask for, and the models of themselves.
    pub fn online(mut self, all: &BTreeSet<Manner>, wanted: &Catalog) -> Self {
        self.online = Asked { all: all.clone(), of: wanted.notes.online.clone() };
        self
    }

    /// What the hints of the models ask of this database. A hint whose object is there under its new name has happened,
    /// unless that name is only now becoming free.
    pub fn of(draft: &Draft, live: &Catalog) -> Result<Self> {
        let hints = &draft.renames;
        if hints.is_empty() {
            return Ok(Self::default());
        }
        let declared: BTreeSet<Id> = draft.entries.iter().map(|entry| entry.object.id()).collect();
        if let Some(hint) = hints.iter().find(|hint| hints.iter().any(|other| change_places(hint, other))) {
            return Err(Error::no(format!("not supported: {} and {} change places", hint.id, hint.from))
                .at(hint.place.clone())
                .hint("write the renames by hand with `autogen revision --empty`, and take both `renamed_from` away"));
        }
        let mut renames = Renames::default();
        // tables before columns, whose hints go by the table's new name
        let mut waiting: Vec<&RenameHint> = hints.iter().collect();
        waiting.sort_by_key(|hint| hint.id.path.len());
        loop {
            let before = waiting.len();
            let mut blocked = Vec::new();
            for hint in waiting {
                let (old, new) = renames.sought(hint);
                match (live.get(&old).is_some(), live.get(&new).is_some() && !renames.moves(&new)) {
                    (true, false) => renames.add(&old, &hint.id),
                    (true, true) if !declared.contains(&renames.now(&old, hint)) => blocked.push(hint),
                    _ => {}
                }
            }
            match blocked.first() {
                None => return Ok(Self { renames, ..Self::default() }),
                // what bears the name may itself be on its way to another
                Some(_) if blocked.len() < before => waiting = blocked,
                Some(hint) => return Err(both(hint)),
            }
        }
    }

    /// For what comes after the renames have been made.
    pub fn afterwards(&self) -> Self {
        Self { renames: Renames::default(), online: self.online.clone() }
    }

    /// For the way back.
    pub fn inverted(&self) -> Self {
        let tables: BTreeMap<_, _> = self.renames.tables.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
        let columns = self.renames.columns.iter().map(|((table, old), new)| {
            let table = self.renames.tables.get(table).unwrap_or(table).clone();
            ((table, new.clone()), old.clone())
        });
        Self { renames: Renames { tables, columns: columns.collect() }, online: self.online.clone() }
    }

    /// The catalog as it reads after the renames, and the statements that make them: tables first, then columns.
    pub fn rename<'a>(&self, before: &'a Catalog) -> (Cow<'a, Catalog>, Vec<Statement>) {
        if self.renames.is_empty() {
            return (Cow::Borrowed(before), Vec::new());
        }
        let tables_only = Renames { tables: self.renames.tables.clone(), columns: BTreeMap::new() };
        let (mut objects, mut notes) = (BTreeMap::new(), before.notes.clone());
        (notes.order, notes.rows) = (Default::default(), BTreeMap::new());
        let name = |name: &mut Name| self.renames.name(name);
        notes.outsiders.iter_mut().for_each(|outsider| outsider.rename(name));
        let mut statements = Vec::new();
        let after = |object: &Object| {
            let mut new = object.clone();
            new.rename(&self.renames);
            new
        };
        for (id, old) in before.objects() {
            let mut new = after(old);
            // what is known by the types that it takes has another id where one of them is a table's
            if let Some(on) = id.on.as_deref().filter(|_| new.id() == *id).and_then(|on| before.get(on)) {
                new.follow(&on.id(), &after(on).id());
            }
            let mut moved = old.clone();
            moved.rename(&tables_only);
            let new_id = new.id();
            notes.order.extend(before.notes.order.get(id).map(|order| (new_id.clone(), *order)));
            notes.rows.extend(before.notes.rows.get(id).map(|rows| (new_id.clone(), *rows)));
            // a table moves on its own; what is in it has moved with it when its own name changes
            let from = if old.parent().is_none() { old } else { &moved };
            if from.id() != new_id && !from.rename_sql(&new).is_empty() {
                statements.push(statement(from, &new));
            }
            objects.insert(new_id, new);
        }
        statements.sort_by_key(|statement| statement.ops[0].id.tag);
        let renamed = Catalog::close(objects, before.externals().clone(), notes);
        (Cow::Owned(renamed), vacated_first(statements))
    }
}

/// Of `a -> b` and `b -> c`, the second comes first. Names that pass in a circle keep the order they have.
fn vacated_first(mut waiting: Vec<Statement>) -> Vec<Statement> {
    let old = |statement: &Statement| statement.ops[0].old.as_ref().map(Object::id);
    let mut out = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let taken: Vec<Option<Id>> = waiting.iter().map(old).collect();
        let free = |statement: &Statement| !taken.contains(&Some(statement.ops[0].id.clone()));
        let next = waiting.iter().position(free).unwrap_or(0);
        out.push(waiting.remove(next));
    }
    out
}

/// Which of the two is which cannot be seen in a database.
fn change_places(one: &RenameHint, other: &RenameHint) -> bool {
    let siblings = one.id.path.split_last().map(|(_, rest)| rest) == other.id.path.split_last().map(|(_, rest)| rest);
    siblings && one.id != other.id && one.id.last() == Some(&other.from) && other.id.last() == Some(&one.from)
}

fn both(hint: &RenameHint) -> Error {
    Error::no(format!("{} is renamed from {}, and the database has both", hint.id, hint.from))
        .at(hint.place.clone())
        .hint("drop or rename one of the two by hand, or take `renamed_from` away")
}

impl Renames {
    /// The ids that a hint speaks of as the database has them now: the old one and the new one.
    fn sought(&self, hint: &RenameHint) -> (Id, Id) {
        let mut new = hint.id.clone();
        if let [schema, table, _] = new.path.as_mut_slice() {
            let now = Qualified::new(&*schema, &*table);
            if let Some((before, _)) = self.tables.iter().find(|(_, new)| **new == now) {
                (*schema, *table) = (before.schema.clone(), before.name.clone());
            }
        }
        let mut old = new.clone();
        if let Some(last) = old.path.last_mut() {
            *last = hint.from.clone();
        }
        (old, new)
    }

    /// The old one of [`Renames::sought`] as the models would call it.
    fn now(&self, old: &Id, hint: &RenameHint) -> Id {
        let mut id = hint.id.clone();
        if let (Some(last), Some(name)) = (id.path.last_mut(), old.last()) {
            *last = name.clone();
        }
        id
    }

    /// Whether what bears this name is already on its way to another.
    fn moves(&self, id: &Id) -> bool {
        match id.path.as_slice() {
            [schema, name] => self.tables.contains_key(&Qualified::new(schema, name)),
            [schema, table, name] => self.columns.contains_key(&(Qualified::new(schema, table), name.clone())),
            _ => false,
        }
    }

    fn add(&mut self, old: &Id, new: &Id) {
        let Some(name) = new.last().cloned() else { return };
        match old.path.as_slice() {
            [schema, table] => {
                self.tables.insert(Qualified::new(schema, table), Qualified::new(schema, &name));
            }
            [schema, table, column] => {
                self.columns.insert((Qualified::new(schema, table), column.clone()), name);
            }
            _ => {}
        }
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
