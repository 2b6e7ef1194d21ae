//! In which order do renames run?
//!
//! What something is in before it; and a name is vacated before it is taken, through a name that nobody has where names pass
//! in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::renamed;
use crate::error::Place;
use crate::kind::renames::{hazards, passing};
use crate::kind::{Change, Id, Name, Object, Renames};
use crate::name::Ident;
use crate::plan::{Body, Op, Statement};

pub fn statements(moved: &[&Object], renames: &Renames, places: &BTreeMap<Id, Place>) -> Vec<Statement> {
    let mut out = Vec::new();
    for depth in 0..=Renames::DEEPEST {
        let (before, after) = (renames.above(depth), renames.above(depth + 1));
        if before == after {
            continue;
        }
        let steps = moved.iter().map(|object| (renamed(object, &before), renamed(object, &after)));
        let mut steps: Vec<(Object, Object)> = steps.filter(|(old, new)| !old.rename_sql(new).is_empty()).collect();
        steps.sort_by_key(|(_, new)| new.tag());
        out.extend(vacated_first(steps).iter().map(|(old, new)| {
            let mut last = new.id();
            renames.id(&mut last);
            statement(old, new, places.get(&last).or_else(|| places.get(&new.id())).cloned())
        }));
    }
    out
}

/// Of `a -> b` and `b -> c`, the second comes first.
fn vacated_first(mut waiting: Vec<(Object, Object)>) -> Vec<(Object, Object)> {
    let mut taken: BTreeSet<Name> = waiting.iter().flat_map(|(old, _)| old.occupies()).collect();
    let wanted: BTreeSet<Name> = waiting.iter().flat_map(|(_, new)| new.occupies()).collect();
    let mut out = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut blocked = Vec::new();
        for (old, new) in waiting {
            let (from, to) = (old.occupies(), new.occupies());
            if to.iter().any(|name| taken.contains(name) && !from.contains(name)) {
                blocked.push((old, new));
                continue;
            }
            for name in &from {
                taken.remove(name);
            }
            taken.extend(to);
            out.push((old, new));
        }
        if blocked.len() == before {
            let (old, new) = blocked.remove(0);
            let aside = aside(&old, |name| taken.contains(name) || wanted.contains(name));
            for name in old.occupies() {
                taken.remove(&name);
            }
            taken.extend(aside.occupies());
            out.push((old, aside.clone()));
            blocked.push((aside, new));
        }
        waiting = blocked;
    }
    out
}

/// The object under a name that nothing has.
fn aside(object: &Object, taken: impl Fn(&Name) -> bool) -> Object {
    let under = |name: &str| {
        let mut renames = Renames::default();
        renames.add(object, &Ident::new(name));
        renamed(object, &renames)
    };
    let id = object.id();
    let own = id.own_name().map_or("", Ident::as_str);
    under(&passing(own, |name| under(name).occupies().iter().any(&taken)))
}

fn statement(old: &Object, new: &Object, place: Option<Place>) -> Statement {
    let change = Change::Rename { old, new };
    let op = Op {
        name: Object::op(change),
        id: new.id(),
        hazards: hazards(old, new),
        old: Some(old.clone()),
        new: Some(new.clone()),
        recreated: false,
        place,
    };
    Statement {
        ops: vec![op],
        changes: vec![change.map(Clone::clone)],
        body: Body::of(old.rename_sql(new)),
        own_transaction: false,
    }
}
