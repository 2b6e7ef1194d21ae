//! What must change for one catalog to become another?
//!
//! A pure function of two catalogs: `diff(a, a)` is empty, and `apply(a, diff(a, b)) == b`. It knows identity and equality
//! and nothing else; what a change costs and in which order changes can be made is for later stages.

use std::cmp::Ordering;

use crate::catalog::Catalog;
use crate::kind::{Change, Id, Object};

/// Changes in the order of ids.
pub fn diff<'a>(before: &'a Catalog, after: &'a Catalog) -> Vec<Change<&'a Object>> {
    let mut changes = Vec::new();
    if before.is(after) {
        return changes;
    }
    let (mut olds, mut news) = (before.objects().iter().peekable(), after.objects().iter().peekable());
    loop {
        let order = match (olds.peek(), news.peek()) {
            (Some((old, _)), Some((new, _))) => old.cmp(new),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return changes,
        };
        let old = if order.is_le() { olds.next() } else { None };
        let new = if order.is_ge() { news.next() } else { None };
        changes.extend(match (old, new) {
            (Some((_, old)), None) => Some(Change::Drop(old)),
            (None, Some((_, new))) => Some(Change::Create(new)),
            (Some((_, old)), Some((_, new))) if old != new => Some(Change::Alter { old, new }),
            _ => None,
        });
    }
}

/// The catalog after the changes, closed anew.
pub fn apply(before: &Catalog, changes: &[Change<&Object>]) -> Catalog {
    let (mut objects, externals, notes) = before.clone().into_parts();
    for change in changes {
        let subject = change.subject();
        let id: Id = subject.id();
        match change {
            Change::Drop(_) => objects.remove(&id),
            Change::Rename { old, .. } => {
                objects.remove(&old.id());
                objects.insert(id, subject.clone())
            }
            Change::Create(_) | Change::Alter { .. } => objects.insert(id, subject.clone()),
        };
    }
    Catalog::close(objects, externals, notes)
}
