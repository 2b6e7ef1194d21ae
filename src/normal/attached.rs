//! What is attached to objects and stays as it is, because no model says otherwise?
//!
//! It is wanted as it is, so that nothing changes it; and where what it is attached to has to be made again, it comes back.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::catalog::{self, Catalog, Externals, Notes};
use crate::draft::Entry;
use crate::kind::{Id, Managed, Name, Object};
use crate::name::Ident;

/// The live objects that are wanted though nobody declares them.
pub fn stays(entries: &[Entry], live: &Catalog, managed: &Managed) -> Vec<(Id, Object)> {
    let stay = |(_, object): &(&Id, &Object)| object.aspect().is_some() && object.stays(managed);
    let found: Vec<(&Id, &Object)> = live.objects().iter().filter(stay).collect();
    if found.is_empty() {
        return Vec::new();
    }
    let declared: FxHashMap<Id, &Object> = entries.iter().map(|entry| (entry.object.id(), &entry.object)).collect();
    let kept = |(id, object): &(&Id, &Object)| {
        // an owner of its own is nothing that every object can have
        let fits = |parent: &&Object| object.owns().is_none() || parent.has_owner();
        let belongs = object.parent().is_none_or(|parent| declared.get(&parent).copied().filter(fits).is_some());
        belongs && !declared.contains_key(*id)
    };
    found.into_iter().filter(kept).map(|(id, object)| (id.clone(), object.clone())).collect()
}

/// Each learns who owns what it is attached to: who runs the statements, where nobody is said to. What says only the usual then
/// says nothing.
pub fn heed(entries: &mut Vec<Entry>, stays: &[(Id, Object)], user: &Ident) {
    let declared = entries.iter().map(|entry| &entry.object);
    let mut owners: BTreeMap<Id, Ident> = BTreeMap::new();
    for object in declared.chain(stays.iter().map(|(_, object)| object)) {
        let Some(role) = object.hands_to() else { continue };
        owners.insert(object.id(), role.clone());
        // what is tied to another has no ownership of its own
        owners.extend(object.parent().map(|parent| (parent, role.clone())));
    }
    let owner = |id: &Id| owners.get(id).or_else(|| owners.get(id.on.as_deref()?)).unwrap_or(user).clone();
    for entry in entries.iter_mut().filter(|entry| entry.object.aspect().is_some()) {
        entry.object.heed(&owner);
    }
    entries.retain(|entry| entry.object.usual().is_none_or(|usual| usual != entry.object));
}

/// What ties one thing to another learns who will own the other.
pub fn hold(entries: &mut [Entry], stays: &[(Id, Object)], live: &Catalog, user: &Ident) {
    let declared = entries.iter().map(|entry| &entry.object).chain(stays.iter().map(|(_, object)| object));
    let owners: BTreeMap<Id, Ident> =
        declared.filter_map(|object| Some((object.id(), object.owns()?.clone()))).collect();
    let owner = |of: &Id, tied: [&Id; 2]| {
        let will = owners.get(of).unwrap_or(user);
        // tied to something of another owner, it is that one's too
        let had = |id: &Id| live.get(id).and_then(|object| object.owns().or_else(|| object.hands_to()));
        let others = std::iter::once(of).chain(tied).filter_map(had).any(|role| role != user);
        (will != user || others).then(|| will.clone())
    };
    entries.iter_mut().for_each(|entry| entry.object.held_by(&owner));
}

/// Message and hint.
pub fn unknown_role(id: &Id, role: &Name) -> (String, String) {
    let hint = format!("create it first (CREATE ROLE {role}): autogen manages no roles, or correct the name");
    (format!("{id} names the role {role}, which does not exist"), hint)
}

/// The catalog of both. What stays goes with what it stands on: the column of a view, a schema.
pub fn close(objects: Vec<(Id, Object)>, stays: Vec<(Id, Object)>, externals: Externals, notes: Notes) -> Catalog {
    let kept: BTreeSet<Id> = stays.iter().map(|(id, _)| id.clone()).collect();
    let catalog = Catalog::close(catalog::by_id(objects.into_iter().chain(stays).collect()), externals, notes);
    if kept.is_empty() {
        return catalog;
    }
    let lost: BTreeSet<Id> =
        catalog.dangling().iter().map(|dangling| dangling.id.clone()).filter(|id| kept.contains(id)).collect();
    if lost.is_empty() {
        return catalog;
    }
    let (mut objects, externals, notes) = catalog.into_parts();
    objects.retain(|id, _| !lost.contains(id));
    Catalog::close(objects, externals, notes)
}
