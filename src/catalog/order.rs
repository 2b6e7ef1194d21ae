//! In which order do the objects of a catalog stand?
//!
//! In that of their ids.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::kind::{Id, Object, Tag};
use crate::name::Ident;

/// Objects in the order of their ids; of two with one id, the last counts.
pub fn by_id(objects: Vec<(Id, Object)>) -> BTreeMap<Id, Object> {
    let order = in_order(&objects);
    let mut objects: Vec<Option<(Id, Object)>> = objects.into_iter().map(Some).collect();
    order.into_iter().filter_map(|n| objects[n].take()).collect()
}

/// The places of the objects in that order. Most are of a table: the tables are sorted once, and then what each has.
fn in_order(objects: &[(Id, Object)]) -> Vec<usize> {
    let mut groups: FxHashMap<(Tag, &[Ident]), Vec<usize>> = FxHashMap::default();
    for (n, (id, _)) in objects.iter().enumerate() {
        groups.entry((id.tag, &id.path[..id.path.len().min(2)])).or_default().push(n);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_unstable_by_key(|(of, _)| *of);
    // stable: of two with one id, the last stays the last
    groups.iter_mut().for_each(|(_, members)| members.sort_by(|a, b| objects[*a].0.cmp(&objects[*b].0)));
    groups.into_iter().flat_map(|(_, members)| members).collect()
}
