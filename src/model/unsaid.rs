//! What need not be written in a model file, because what a table descends from says it?
//!
//! Exactly what reading would add by itself. A column is left out with everything that its declaration would hold, or not at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::kind::{Descent, Id, Object};
use crate::name::Qualified;

pub fn unsaid(catalog: &Catalog) -> BTreeSet<Id> {
    let descents: Vec<Descent> = catalog.objects().values().flat_map(Object::descends).collect();
    if descents.is_empty() {
        return BTreeSet::new();
    }
    let copies = copies(catalog, &descents);
    // what belongs to a part of a table: the default of a column
    let mut parts: BTreeMap<Id, Vec<&Id>> = BTreeMap::new();
    for (id, object) in catalog.objects().iter().chain(&copies) {
        if let Some(parent) = object.parent() {
            parts.entry(parent).or_default().push(id);
        }
    }
    // what a table says itself it goes on saying, whoever else does
    let follows = |object: &Object| object.origins().is_empty() || object.origins().iter().any(|origin| origin.takes);
    let same = |id: &Id| {
        let there = catalog.get(id).filter(|object| follows(object));
        copies.get(id).is_some_and(|copy| there == Some(copy))
    };
    let whole = |id: &Id| same(id) && parts.get(id).into_iter().flatten().all(|part| same(part));
    let said = |id: &Id| {
        catalog.get(id).and_then(Object::parent).is_some_and(|parent| copies.contains_key(&parent) && !whole(&parent))
    };
    copies.keys().filter(|id| whole(id) && !said(id)).cloned().collect()
}

/// What each table would have by itself.
fn copies(catalog: &Catalog, descents: &[Descent]) -> BTreeMap<Id, Object> {
    let mut members: BTreeMap<Qualified, Vec<&Object>> = BTreeMap::new();
    for object in catalog.objects().values() {
        if let Some([schema, table, ..]) = object.parent().as_ref().map(|parent| parent.path.as_slice()) {
            members.entry(Qualified::new(schema, table)).or_default().push(object);
        }
    }
    let mut copies: BTreeMap<Id, Object> = BTreeMap::new();
    for descent in descents {
        for object in members.get(&descent.parent).into_iter().flatten() {
            let Some((mut copy, _)) = object.copy(descent) else { continue };
            if let Some(other) = copies.get(&copy.id()) {
                copy.merge(other);
            }
            copies.insert(copy.id(), copy);
        }
    }
    copies
}
