//! What must change for one catalog to become another?
//!
//! A pure function of two catalogs: `diff(a, a)` is empty, and `apply(a, diff(a, b)) == b`. It knows identity and equality
//! and nothing else; what a change costs and in which order changes can be made is for later stages.

use crate::catalog::Catalog;
use crate::kind::{Change, Id, Object};

/// Changes in the order of ids.
pub fn diff<'a>(before: &'a Catalog, after: &'a Catalog) -> Vec<Change<&'a Object>> {
    let mut changes = Vec::new();
    for (id, old) in before.objects() {
        match after.get(id) {
            None => changes.push(Change::Drop(old)),
            Some(new) if new != old => changes.push(Change::Alter { old, new }),
            Some(_) => {}
        }
    }
    let created = after.objects().iter().filter(|(id, _)| before.get(id).is_none());
    changes.extend(created.map(|(_, new)| Change::Create(new)));
    changes.sort_by_key(|change| change.subject().id());
    changes
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
