//! In which order do renames run?
//!
//! What something is in before it; and a name is vacated before it is taken, through a name that nobody has where names pass
//! in a circle.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Place;
use crate::kind::renames::{hazards, passing};
use crate::kind::{Change, Id, Name, Object, Renames, Space};
use crate::name::Ident;
use crate::plan::{Body, Op, Statement};

pub fn statements(moved: &[&Object], renames: &Renames, places: &BTreeMap<Id, Place>) -> Vec<Statement> {
    let mut out = Vec::new();
    let early = early(moved, renames);
    for rank in 0..=Renames::LAST {
        let (before, after) = (renames.above(rank), renames.above(rank + 1));
        if rank == 1 {
            out.extend(early.values().map(|(step, _)| step.statement(places)));
        }
        if before == after {
            continue;
        }
        let mut steps: Vec<Step> =
            moved.iter().map(|object| Step::of(object, &before, &after, renames, &early)).collect();
        steps.retain(|step| !step.old.rename_sql(&step.new).is_empty() && !step.comes_along);
        steps.sort_by_key(|step| step.new.tag());
        out.extend(vacated_first(steps).iter().map(|step| step.statement(places)));
    }
    out
}

/// One object on its way from a name to the next.
struct Step {
    old: Object,
    new: Object,
    /// What it is called when all renames have been made.
    last: Id,
    /// With what it inherits from.
    comes_along: bool,
}

impl Step {
    fn of(object: &Object, before: &Renames, after: &Renames, all: &Renames, early: &Early) -> Self {
        let comes_along = object.renamed_with().iter().any(|id| all.has(&id.place()));
        let id = object.id();
        // the turn of one that went early comes later, and begins with the name that it has by now
        let by = |renames: &Renames| match early.get(&id).filter(|_| !renames.has(&id.place())) {
            Some((_, name)) => {
                let mut renames = renames.clone();
                renames.add(object, name);
                object.renamed(&renames)
            }
            None => object.renamed(renames),
        };
        Self { old: by(before), new: by(after), last: object.renamed(all).id(), comes_along }
    }
}

/// Constraints whose indexes have to go first, each with the step that takes it to the name that it has by then.
type Early = BTreeMap<Id, (Step, Ident)>;

/// An index takes a name among relations: what is renamed to it before any constraint's turn comes waits for the index to move.
fn early(moved: &[&Object], renames: &Renames) -> Early {
    let base = renames.above(1);
    let relation = |object: &Object| object.occupies().into_iter().find(|name| name.space == Space::Relation);
    let of_constraint = |object: &&&Object| {
        let place = object.id().place();
        place.space == Space::Constraint && renames.has(&place)
    };
    let constraints: Vec<(&Object, Name)> =
        moved.iter().filter(of_constraint).filter_map(|object| Some((*object, relation(object)?))).collect();
    let others = || {
        renames
            .iter()
            .filter(|(old, _)| old.space == Space::Relation && !constraints.iter().any(|(_, name)| name == *old))
    };
    let wanted: BTreeSet<&[Ident]> = others().map(|(_, new)| new).collect();
    let held: BTreeSet<Vec<Ident>> = others()
        .map(|(old, _)| {
            let mut now = old.clone();
            base.name(&mut now);
            now.path
        })
        .chain(constraints.iter().filter_map(|(object, _)| Some(relation(&object.renamed(&base))?.path)))
        .collect();
    let mut early = Early::new();
    for (object, _) in &constraints {
        let old = object.renamed(&base);
        let Some(now) = relation(&old).filter(|now| wanted.contains(now.path.as_slice())) else { continue };
        let last = object.renamed(renames).id();
        let Some(own) = last.own_name() else { continue };
        let under = |name: &Ident| old.under_the_name(name);
        let is_held = |name: &str| {
            relation(&under(&Ident::new(name))).is_none_or(|name| {
                held.contains(&name.path) || wanted.contains(name.path.as_slice()) && name.path != now.path
            })
        };
        let name = match held.contains(&relation(&under(own)).map_or_else(Vec::new, |name| name.path)) {
            true => Ident::new(passing(own.as_str(), is_held)),
            false => own.clone(),
        };
        let new = under(&name);
        let step = Step { old, new, last: last.clone(), comes_along: false };
        early.insert(object.id(), (step, name));
    }
    early
}

/// Of the object, or of what is in it and none of its own.
fn place<'a>(id: &Id, places: &'a BTreeMap<Id, Place>) -> Option<&'a Place> {
    let within = |other: &Id| other.tag == id.tag && other.path.starts_with(&id.path);
    places.range(id..).next().filter(|(other, _)| within(other)).map(|(_, place)| place)
}

/// Of `a -> b` and `b -> c`, the second comes first.
fn vacated_first(mut waiting: Vec<Step>) -> Vec<Step> {
    let mut taken: BTreeSet<Name> = waiting.iter().flat_map(|step| step.old.occupies()).collect();
    let wanted: BTreeSet<Name> = waiting.iter().flat_map(|step| step.new.occupies()).collect();
    let mut out = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut blocked = Vec::new();
        for step in waiting {
            let (from, to) = (step.old.occupies(), step.new.occupies());
            if to.iter().any(|name| taken.contains(name) && !from.contains(name)) {
                blocked.push(step);
                continue;
            }
            for name in &from {
                taken.remove(name);
            }
            taken.extend(to);
            out.push(step);
        }
        if blocked.len() == before {
            let Step { old, new, last, .. } = blocked.remove(0);
            let aside = aside(&old, |name| taken.contains(name) || wanted.contains(name));
            for name in old.occupies() {
                taken.remove(&name);
            }
            taken.extend(aside.occupies());
            out.push(Step { old, new: aside.clone(), last: last.clone(), comes_along: false });
            blocked.push(Step { old: aside, new, last, comes_along: false });
        }
        waiting = blocked;
    }
    out
}

/// The object under a name that nothing has.
fn aside(object: &Object, taken: impl Fn(&Name) -> bool) -> Object {
    let under = |name: &str| object.under_the_name(&Ident::new(name));
    let id = object.id();
    let own = id.own_name().map_or("", Ident::as_str);
    under(&passing(own, |name| under(name).occupies().iter().any(&taken)))
}

impl Step {
    fn statement(&self, places: &BTreeMap<Id, Place>) -> Statement {
        let Self { old, new, last, comes_along: _ } = self;
        let change = Change::Rename { old, new };
        let op = Op {
            name: Object::op(change),
            id: new.id(),
            hazards: hazards(old, new),
            old: Some(old.clone()),
            new: Some(new.clone()),
            recreated: false,
            place: place(last, places).cloned(),
        };
        Statement {
            ops: vec![op],
            changes: vec![change.map(Clone::clone)],
            body: Body::of(old.rename_sql(new)),
            own_transaction: false,
            pace: None,
        }
    }
}
