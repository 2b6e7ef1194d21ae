//! What does a table have that nobody declares for it, because a table that it descends from has it?
//!
//! A partition and a table that inherits get copies of their parents' objects, parents before children, unless they declare them
//! themselves; what they declare is then known to be the parent's too. So both sides of a comparison hold everything.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::toposort;
use petgraph::graphmap::DiGraphMap;

use crate::draft::Entry;
use crate::error::{Error, Place, Result};
use crate::kind::{Descent, Expression, Fact, Id, Need, Object};
use crate::name::{Ident, Qualified};
use crate::sql::Expr;

/// The descents of the declared tables, those of a parent before those of its children.
pub fn descents(entries: &[Entry]) -> Result<Vec<Descent>> {
    let mut all: Vec<(Descent, Place)> = Vec::new();
    for entry in entries {
        all.extend(entry.object.descends().into_iter().map(|descent| (descent, entry.place.clone())));
    }
    let graph =
        DiGraphMap::<&Qualified, ()>::from_edges(all.iter().map(|(descent, _)| (&descent.parent, &descent.child)));
    let order = toposort(&graph, None).map_err(|circle| {
        let table = circle.node_id();
        let at = all.iter().find(|(descent, _)| descent.child == *table).map(|(_, place)| place.clone());
        let error = Error::new(format!("the table {table} descends from itself"));
        at.into_iter().fold(error, Error::at).hint("a table cannot be a partition or an heir of its own")
    })?;
    let place: BTreeMap<&Qualified, usize> = order.into_iter().enumerate().map(|(n, table)| (table, n)).collect();
    let mut descents: Vec<Descent> = all.iter().map(|(descent, _)| descent.clone()).collect();
    descents.sort_by_key(|descent| place.get(&descent.child).copied());
    Ok(descents)
}

/// The descents of each generation: none of them is from a child of the same one.
pub fn generations(descents: &[Descent]) -> impl Iterator<Item = &[Descent]> {
    let mut rest = descents;
    std::iter::from_fn(move || {
        let mut children = BTreeSet::new();
        let end = rest.iter().position(|descent| {
            children.insert(&descent.child);
            children.contains(&descent.parent)
        });
        let (now, later) = rest.split_at(end.unwrap_or(rest.len()));
        rest = later;
        (!now.is_empty()).then_some(now)
    })
}

/// Adds the copies that `wanted` lets through; `declared` are the objects that somebody wrote. Gives the place in `entries` of
/// the first one added.
pub fn copies(
    entries: &mut Vec<Entry>,
    descents: &[Descent],
    declared: &BTreeSet<Id>,
    wanted: impl Fn(&Object) -> bool,
) -> usize {
    let first = entries.len();
    let mut tables = Tables::of(entries, descents);
    for descent in descents {
        let Some(of_parent) = tables.members.get(&descent.parent).cloned() else { continue };
        let Some(place) = tables.own.get(&descent.child).copied() else { continue };
        for n in of_parent {
            if !wanted(&entries[n].object) {
                continue;
            }
            let Some((mut copy, named)) = entries[n].object.copy(descent) else { continue };
            for slot in copy.expressions() {
                // the server prints the parent's and the copy's alike
                *slot.expression = Expression::new(Expr::from_server(slot.expression.canonical.clone()));
            }
            let id = copy.id();
            if let Some(&own) = tables.ids.get(&id) {
                entries[own].object.merge(&copy);
                continue;
            }
            let mine = tables.members.get(&descent.child).cloned().unwrap_or_default();
            let same = |&own: &usize| entries[own].object.tag() == copy.tag();
            let candidates: Vec<usize> = if named { Vec::new() } else { mine.into_iter().filter(same).collect() };
            if candidates.into_iter().any(|own| entries[own].object.merge(&copy)) || said(&copy, declared) {
                continue;
            }
            let order = entries[n].order;
            tables.add(&descent.child, id, entries.len());
            entries.push(Entry::new(copy, entries[place].place.clone(), named, order));
        }
    }
    settle(entries, first);
    first
}

/// A declaration of what it is part of says all there is to it: no default means none.
fn said(copy: &Object, declared: &BTreeSet<Id>) -> bool {
    copy.parent().is_some_and(|parent| parent.path.len() > 2 && declared.contains(&parent))
}

/// What a copy is asked for, it accepts: the primary key of a child makes an inherited column NOT NULL.
fn settle(entries: &mut [Entry], first: usize) {
    let columns = entries.iter().enumerate().skip(first).filter(|(_, entry)| entry.object.as_column().is_some());
    let copied: BTreeMap<Vec<Ident>, usize> = columns.map(|(n, entry)| (entry.object.id().path, n)).collect();
    if copied.is_empty() {
        return;
    }
    let asked: Vec<Need> = entries.iter().flat_map(|entry| entry.object.requires()).collect();
    for need in asked {
        if let Need::Fact(fact @ Fact::NotNull(_)) = need
            && let Fact::NotNull(name) = &fact
            && let Some(&n) = copied.get(&name.path)
        {
            entries[n].object.accept(&fact);
        }
    }
}

/// The entries of each table that takes part.
struct Tables {
    members: BTreeMap<Qualified, Vec<usize>>,
    /// Where each table itself is.
    own: BTreeMap<Qualified, usize>,
    ids: BTreeMap<Id, usize>,
}

impl Tables {
    fn of(entries: &[Entry], descents: &[Descent]) -> Self {
        let parts: BTreeSet<&Qualified> =
            descents.iter().flat_map(|descent| [&descent.child, &descent.parent]).collect();
        let mut tables = Self { members: BTreeMap::new(), own: BTreeMap::new(), ids: BTreeMap::new() };
        for (n, entry) in entries.iter().enumerate() {
            let (id, parent) = (entry.object.id(), entry.object.parent());
            let [schema, name, ..] = parent.as_ref().unwrap_or(&id).path.as_slice() else { continue };
            let table = Qualified::new(schema, name);
            if !parts.contains(&table) {
                continue;
            }
            if parent.is_none() {
                tables.own.insert(table.clone(), n);
            }
            tables.add(&table, id, n);
        }
        tables
    }

    fn add(&mut self, table: &Qualified, id: Id, n: usize) {
        self.members.entry(table.clone()).or_default().push(n);
        self.ids.insert(id, n);
    }
}
