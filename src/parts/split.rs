//! How do the changes become one part for each table, in an order in which each can be made by itself?

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::error::Result;
use crate::kind::Id;

use super::{Changes, Cut};

/// One step of the way.
pub struct Leg {
    /// The tables that it is about; none: the rest, which is no table's.
    pub tables: Vec<Id>,
    pub changes: BTreeSet<Id>,
    /// What it leads to.
    pub catalog: Catalog,
}

impl Changes<'_> {
    /// Hands over legs that lead all the way, one after the other: a catalog for each table is too much to hold at once. What
    /// is no table's goes with the first that needs it.
    pub fn split(&self, each: &mut dyn FnMut(Leg) -> Result<()>) -> Result<()> {
        let mut families: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for id in &self.ids {
            if let Some(table) = self.table_of(id) {
                families.entry(table).or_default().push(id.clone());
            }
        }
        let (mut last, mut cut): (Option<Leg>, Cut) = Default::default();
        let (mut begun, mut waiting) = (BTreeSet::new(), Vec::new());
        for table in self.in_order(&families) {
            let had = cut.ids.clone();
            let family = families.get(&table).into_iter().flatten();
            let data = family.filter(|id| **id == table || self.holds_data(id)).cloned();
            let new = self.add(&mut cut, data.collect::<Vec<_>>());
            let told = |id: &&Id| self.tables.contains(*id) || self.holds_data(id);
            let mut tables: Vec<Id> = Vec::new();
            for table in new.iter().filter(told).filter_map(|id| self.table_of(id)).chain([table.clone()]) {
                if !tables.contains(&table) {
                    tables.push(table);
                }
            }
            begun.extend(tables.iter().cloned().chain(new.iter().filter_map(|id| self.table_of(id))));
            let created = new.iter().filter(|id| self.is_created(id)).cloned();
            let from: Vec<Id> = std::mem::take(&mut waiting).into_iter().chain(created).chain([table]).collect();
            waiting = self.grow(&mut cut, from, &begun);
            let changes: BTreeSet<Id> = cut.ids.difference(&had).cloned().collect();
            if !changes.is_empty() {
                let leg = Leg { tables, changes, catalog: self.catalog(&cut.ids)? };
                last.replace(leg).map_or(Ok(()), &mut *each)?;
            }
        }
        let rest: BTreeSet<Id> = self.ids.difference(&cut.ids).cloned().collect();
        let end = match last {
            Some(last) if rest.is_empty() => Leg { catalog: self.after.clone(), ..last },
            before => {
                before.map_or(Ok(()), &mut *each)?;
                Leg { tables: Vec::new(), changes: rest, catalog: self.after.clone() }
            }
        };
        each(end)
    }

    /// A table comes after those that its changes need, as far as they do not need each other.
    fn in_order(&self, families: &BTreeMap<Id, Vec<Id>>) -> Vec<Id> {
        let mut order = Vec::with_capacity(families.len());
        let mut seen = BTreeSet::new();
        for table in families.keys() {
            let mut stack = vec![(table.clone(), false)];
            while let Some((table, done)) = stack.pop() {
                if done {
                    order.push(table);
                } else if seen.insert(table.clone()) {
                    let needed = self.tables_needed(&table, families);
                    stack.push((table, true));
                    stack.extend(needed.into_iter().rev().filter(|id| !seen.contains(id)).map(|id| (id, false)));
                }
            }
        }
        order
    }

    /// The other tables that the changes of this one draw along at once, or by way of what is no table's.
    fn tables_needed(&self, table: &Id, families: &BTreeMap<Id, Vec<Id>>) -> BTreeSet<Id> {
        let mut needed = BTreeSet::new();
        let mut cut = Cut::default();
        let mut open: Vec<Id> = families.get(table).cloned().unwrap_or_default();
        cut.ids.extend(open.iter().cloned());
        while let Some(id) = open.pop() {
            for (more, _) in self.drawn(&cut, &id) {
                match self.table_of(&more) {
                    Some(other) if other != *table => drop(needed.insert(other)),
                    _ if self.ids.contains(&more) && cut.ids.insert(more.clone()) => open.push(more),
                    _ => {}
                }
            }
        }
        needed.retain(|other| families.contains_key(other));
        needed
    }
}
