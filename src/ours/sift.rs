//! What is left of the models, and of the live database, once what is not ours is left out?

use std::collections::{BTreeMap, BTreeSet};

use super::{Known, LeftOut, Rules, books_of, looked_after};
use crate::catalog::{Catalog, Outsider};
use crate::draft::{Draft, Entry};
use crate::error::{Error, Result};
use crate::kind::{Fact, Id, Object, Space};
use crate::name::Qualified;

/// Takes what is not ours out of the draft and gives it back by name. `live` is what the server leaves out.
pub fn sift(draft: &mut Draft, rules: &Rules, live: &[LeftOut]) -> Result<Vec<LeftOut>> {
    descends_from_unmanaged(draft, rules)?;
    let mut gone: BTreeMap<Id, String> = BTreeMap::new();
    let live = Known::of(live);
    for Entry { object, .. } in &draft.entries {
        let id = object.id();
        let known = || live.get(&id).map(|left| left.why.clone());
        let path = || id.path.iter().map(|part| part.as_str().to_owned()).collect::<Vec<_>>();
        let books = || (id.tag.word() == "table").then(|| books_of(&path())).flatten();
        if let Some(why) = rules.why(object).or_else(known).or_else(books) {
            gone.insert(id, why);
        }
    }
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let first: BTreeSet<Id> = gone.keys().cloned().collect();
    let objects: Vec<&Object> = draft.entries.iter().map(|entry| &entry.object).collect();
    follow(&objects, &mut gone);
    let said = |entry: &&Entry| first.contains(&entry.object.id());
    let left = draft.entries.iter().filter(said).map(|entry| {
        let id = entry.object.id();
        LeftOut { place: Some(entry.place.clone()), ..left_out(&id, &gone[&id]) }
    });
    let left = left.collect();
    draft.entries.retain(|entry| !gone.contains_key(&entry.object.id()));
    draft.renames.retain(|hint| !gone.contains_key(&hint.id));
    draft.values.retain(|hint| !gone.contains_key(&hint.id));
    Ok(left)
}

/// The live catalog without what may be there though no model declares it: what a preset spares, and a schema in which
/// something stands that is not ours; `None`
/// where it has nothing of the kind.
pub fn spare(live: &Catalog, wanted: &Catalog, rules: &Rules) -> Option<Catalog> {
    if live.is(wanted) {
        return None;
    }
    let spared = Known::of(&live.notes.spared);
    let holds = |id: &Id| {
        let of =
            |left: &&LeftOut| left.path.len() > 1 && id.path.first().is_some_and(|name| name.as_str() == left.path[0]);
        live.notes.left_out.iter().find(of).map(|left| format!("{left} is in it"))
    };
    let mut gone: BTreeMap<Id, String> = BTreeMap::new();
    for id in live.objects().keys().filter(|id| wanted.get(id).is_none()) {
        let known = spared.get(id).map(|left| left.why.clone());
        let space = || (id.tag.word() == "schema").then(|| holds(id)).flatten();
        if let Some(why) = known.or_else(|| rules.spared(id)).or_else(space) {
            gone.insert(id.clone(), why);
        }
    }
    (!gone.is_empty()).then(|| without(live.clone(), gone))
}

/// The live catalog as models would declare it: without what an extension adds to tables of ours.
pub fn without_spared(live: Catalog) -> Catalog {
    let spared = Known::of(&live.notes.spared);
    let why = |id: &Id| spared.get(id).map(|left| (id.clone(), left.why.clone()));
    let gone: BTreeMap<Id, String> = live.objects().keys().filter_map(why).collect();
    if gone.is_empty() { live } else { without(live, gone) }
}

/// The catalog without these objects and what belongs to them; their names stand beside it.
pub fn without(catalog: Catalog, mut gone: BTreeMap<Id, String>) -> Catalog {
    let first: BTreeSet<Id> = gone.keys().cloned().collect();
    let known: BTreeSet<Id> = {
        let known = Known::of(&catalog.notes.left_out);
        first.iter().filter(|id| known.get(id).is_some()).cloned().collect()
    };
    let mut untold: BTreeMap<Id, String> = gone.clone();
    untold.retain(|id, _| !known.contains(id));
    let outsiders = outsiders(&catalog, untold);
    let (mut objects, mut externals, mut notes) = catalog.into_parts();
    follow(&objects.values().collect::<Vec<_>>(), &mut gone);
    notes.outsiders.extend(outsiders);
    for (id, why) in &gone {
        if let Some(object) = objects.remove(id) {
            externals.extend(object.occupies().into_iter().map(|name| (name, None)));
        }
        notes.left_out.extend((first.contains(id) && !known.contains(id)).then(|| left_out(id, why)));
    }
    Catalog::close(objects, externals, notes)
}

/// What was read, is left out, and stands on what stays.
fn outsiders(catalog: &Catalog, mut gone: BTreeMap<Id, String>) -> Vec<Outsider> {
    if gone.is_empty() {
        return Vec::new();
    }
    follow(&catalog.objects().values().collect::<Vec<_>>(), &mut gone);
    let mut outsiders = Vec::new();
    for (id, why) in &gone {
        let Some(object) = catalog.get(id).filter(|_| !looked_after(Some(why), None)) else { continue };
        let guessed = catalog.guesses(id);
        let told = |fact: &&Fact| {
            matches!(fact, Fact::Exists(name) if name.space != Space::Schema) || matches!(fact, Fact::Key(..))
        };
        let sure = |fact: &&Fact| guessed.is_none_or(|guessed| !guessed.contains(fact));
        let on: BTreeSet<Fact> = catalog.requires(id).iter().filter(told).filter(sure).cloned().collect();
        let within = object.parent().and_then(|parent| catalog.get(&parent)).map(Object::occupies).unwrap_or_default();
        outsiders.push(Outsider { what: id.to_string(), on, types: BTreeSet::new(), within });
    }
    outsiders
}

/// What belongs to something goes with it, and what is there only because of it.
fn follow(objects: &[&Object], gone: &mut BTreeMap<Id, String>) {
    loop {
        let mut more = BTreeMap::new();
        for object in objects {
            let id = object.id();
            if gone.contains_key(&id) {
                continue;
            }
            let origins = object.origins().into_iter().filter(|origin| origin.takes).map(|origin| origin.id);
            if let Some(why) = object.parent().into_iter().chain(origins).find_map(|of| gone.get(&of)) {
                more.insert(id, why.clone());
            }
        }
        if more.is_empty() {
            return;
        }
        gone.extend(more);
    }
}

fn left_out(id: &Id, why: &str) -> LeftOut {
    let mut at = id;
    while let Some(on) = &at.on {
        at = on;
    }
    let path = at.path.iter().map(|part| part.as_str().to_owned()).collect();
    LeftOut::new(id.tag.word(), path, why.to_owned())
}

/// A table cannot be declared below one whose partitions are somebody else's.
fn descends_from_unmanaged(draft: &Draft, rules: &Rules) -> Result<()> {
    let unmanaged: BTreeSet<&Qualified> = draft.unmanaged.iter().chain(&rules.unmanaged).collect();
    for entry in &draft.entries {
        let below = entry.object.descends().into_iter().find(|descent| unmanaged.contains(&descent.parent));
        if let Some(descent) = below {
            let (child, parent) = (&descent.child, &descent.parent);
            return Err(Error::new(format!("{child} is declared below {parent}, whose partitions are unmanaged"))
                .at(entry.place.clone())
                .hint(format!("take {child} out of the models, or declare every partition of {parent}")));
        }
    }
    Ok(())
}
