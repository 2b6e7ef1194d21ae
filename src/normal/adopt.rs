//! What is something called that nobody named?
//!
//! A sequence that nobody named is the one that its column owns. Any other unnamed object takes the name of a live one of equal
//! definition on the same parent, whatever that name is; only what is new gets a name from a template. So a changed template renames nothing.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::catalog::Catalog;
use crate::draft::Entry;
use crate::kind::{Id, Name, Object, Space, Tag};
use crate::name::{Ident, MAX_BYTES, cut};

/// Of the entries from the `first`-th on; what comes before has its name.
pub fn names(entries: &mut [Entry], first: usize, live: &Catalog) {
    if entries[first..].iter().all(|entry| entry.named) {
        return;
    }
    let open = |(n, entry): (usize, &Entry)| n >= first && !entry.named;
    let occupied = |unnamed: bool| {
        let of = entries.iter().enumerate().filter(move |entry| open(*entry) == unnamed);
        of.flat_map(|(_, entry)| entry.object.occupies())
    };
    let spaces: BTreeSet<Space> = occupied(true).map(|name| name.space).collect();
    let mut taken: HashSet<Name> = occupied(false).filter(|name| spaces.contains(&name.space)).collect();
    let tags: BTreeSet<Tag> =
        entries[first..].iter().filter(|entry| !entry.named).map(|entry| entry.object.tag()).collect();
    let mut candidates: HashMap<(Tag, Option<Id>), Vec<&Object>> = HashMap::default();
    for (id, object) in live.objects().iter().filter(|(id, _)| tags.contains(&id.tag)) {
        candidates.entry((id.tag, object.parent())).or_default().push(object);
    }
    let mut renamed = Vec::new();
    for entry in entries[first..].iter_mut().filter(|entry| !entry.named) {
        let id = entry.object.id();
        let key = (id.tag, entry.object.parent());
        let free = |object: &Object| object.occupies().iter().all(|name| !taken.contains(name));
        let like = |candidate: &&&Object| {
            // what holds data is the same one wherever its parent is: a new one would begin without it
            if entry.object.holds_data() && entry.object.parent().is_some() {
                return free(candidate);
            }
            let name = candidate.id().last().cloned();
            // one that is known to be a part of its parent's equals one that is not known to be yet
            let equal = |mut ours: Object| {
                if ours != ***candidate {
                    ours.merge(candidate);
                }
                ours == ***candidate
            };
            free(candidate) && name.and_then(|name| entry.object.named(&name)).is_some_and(equal)
        };
        let adopted = candidates.get(&key).into_iter().flatten().find(like).map(|object| (*object).clone());
        let object = match adopted {
            Some(object) => object,
            None => unused(&entry.object, &taken),
        };
        taken.extend(object.occupies());
        if object.id() != id {
            renamed.push((id, object.id()));
            if let Some(named) = object.id().last().and_then(|name| entry.object.named(name)) {
                entry.object = named;
            }
        }
    }
    for (old, new) in renamed {
        entries.iter_mut().for_each(|entry| entry.object.follow(&old, &new));
    }
}

/// The object under its own name, or with the first number behind it that makes the name free, as Postgres does.
fn unused(object: &Object, taken: &HashSet<Name>) -> Object {
    let free = |object: &Object| object.occupies().iter().all(|name| !taken.contains(name));
    if free(object) {
        return object.clone();
    }
    let base = object.id().last().map(|name| name.as_str().to_owned()).unwrap_or_default();
    (1..)
        .filter_map(|n| {
            let number = n.to_string();
            object.named(&Ident::new(format!("{}{number}", cut(&base, MAX_BYTES - number.len()))))
        })
        .find(free)
        .unwrap_or_else(|| object.clone())
}
