//! In which order do the objects of a catalog stand?
//!
//! In that of their ids. There are many of them, and each is large: they are sorted by places, and moved once.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::kind::{Id, Object, Tag};
use crate::name::Ident;

/// Objects in the order of their ids; of two with one id, the last counts.
pub fn by_id(objects: Vec<(Id, Object)>) -> BTreeMap<Id, Object> {
    // an object is many times the size of its id, and sorting moves things about
    let (ids, objects): (Vec<Id>, Vec<Object>) = objects.into_iter().unzip();
    let order = in_order(&ids);
    in_this_order(ids.into_iter().zip(objects).collect(), order)
}

pub fn in_this_order(objects: Vec<(Id, Object)>, order: Vec<usize>) -> BTreeMap<Id, Object> {
    let mut objects: Vec<Option<(Id, Object)>> = objects.into_iter().map(Some).collect();
    order.into_iter().filter_map(|n| objects[n].take()).collect()
}

/// The places of the ids in their order. Most are of a table: the tables are sorted once, and then what each has.
pub fn in_order(ids: &[Id]) -> Vec<usize> {
    let mut groups: FxHashMap<(Tag, &[Ident]), Vec<usize>> = FxHashMap::default();
    for (n, id) in ids.iter().enumerate() {
        groups.entry((id.tag, &id.path[..id.path.len().min(2)])).or_default().push(n);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|(of, _)| *of);
    // stable: of two with one id, the last stays the last
    groups.iter_mut().for_each(|(_, members)| members.sort_by(|a, b| ids[*a].cmp(&ids[*b])));
    groups.into_iter().flat_map(|(_, members)| members).collect()
}
