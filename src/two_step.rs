//! How does a column get another name while programs that use the old one are still at work?
//!
//! In two revisions. The first adds the column under its new name, keeps it and the old one in step ([`Pair`]) and copies the values;
//! the second takes the old one away, and waits until somebody lets it go by name. Invariant: between the two, the database
//! has all that the models want and the old column with what is on it, and that is no difference.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::draft::TwoStep;
use crate::error::{Error, Result};
use crate::kind::column::Column;
use crate::kind::{Backfill, Casts, Fact, Id, Name, Object, Pair, Space, Tag};
use crate::name::{Ident, Qualified};
use crate::sql::Expr;

mod refuse;

/// How far one of them has come in a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Only the old column is there.
    Before,
    /// Both are, and a revision waits.
    Between,
    /// Both are, and no revision waits: the next takes the old one away.
    Left,
}

struct Step<'a> {
    hint: &'a TwoStep,
    pair: Pair,
    old: Id,
    state: State,
}

/// Those of the models that are not done here.
pub struct Steps<'a>(Vec<Step<'a>>);

/// What a database holds, and what is wanted of it.
pub struct Ground<'a> {
    /// As it reads after the renames that are made at once, and as it is; without what keeps columns in step.
    pub live: &'a Catalog,
    pub before: &'a Catalog,
    pub wanted: &'a Catalog,
    /// Columns that are kept in step.
    pub in_step: &'a BTreeSet<Pair>,
    /// What revisions take away that wait.
    pub waits: &'a [String],
    /// Those of the server.
    pub casts: &'a Casts,
}

fn pair(hint: &TwoStep) -> Option<Pair> {
    let [schema, table, new] = hint.hint.id.path.as_slice() else { return None };
    Some(Pair { table: Qualified::new(schema, table), old: hint.hint.from.clone(), new: new.clone() })
}

fn column(pair: &Pair, name: &Ident) -> Id {
    Id::within(Tag::Column, &pair.table, name)
}

fn as_column<'a>(catalog: &'a Catalog, id: &Id) -> Option<&'a Column> {
    match catalog.get(id) {
        Some(Object::Column(column)) => Some(column),
        _ => None,
    }
}

/// The catalog without the triggers and functions that keep columns in step, and the columns that they keep so.
pub fn apart(hints: &[TwoStep], catalog: Catalog) -> (Catalog, BTreeSet<Pair>) {
    let is_kept = |pair: &Pair| {
        let trigger = Id::within(Tag::Trigger, &pair.table, &pair.trigger());
        [column(pair, &pair.old), column(pair, &pair.new), trigger].iter().all(|id| catalog.get(id).is_some())
    };
    let pairs: BTreeSet<Pair> = hints.iter().filter_map(pair).filter(is_kept).collect();
    if pairs.is_empty() {
        return (catalog, pairs);
    }
    let is_of = |id: &Id| {
        pairs.iter().any(|pair| match id.tag {
            Tag::Trigger => *id == Id::within(Tag::Trigger, &pair.table, &pair.trigger()),
            Tag::Function => id.name() == pair.function(),
            _ => false,
        })
    };
    let (mut objects, externals, notes) = catalog.into_parts();
    objects.retain(|id, _| !std::iter::successors(Some(id), |id| id.on.as_deref()).any(is_of));
    (Catalog::close(objects, externals, notes), pairs)
}

impl<'a> Steps<'a> {
    pub fn of(hints: &'a [TwoStep], ground: &Ground) -> Result<Self> {
        let mut steps = Vec::new();
        for hint in hints {
            let Some(pair) = pair(hint) else { continue };
            let old = column(&pair, &pair.old);
            if ground.live.get(&old).is_none() {
                continue;
            }
            let state = match ground.live.get(&hint.hint.id) {
                None => State::Before,
                Some(_) if !ground.in_step.contains(&pair) => {
                    return Err(refuse::both(hint, ground.wanted.get(&old).is_some()));
                }
                Some(_) if ground.waits.contains(&old.qualified()) => State::Between,
                Some(_) => State::Left,
            };
            let step = Step { hint, pair, old, state };
            if state == State::Before {
                refuse::check(&step, ground)?;
            }
            steps.push(step);
        }
        Ok(Self(steps))
    }

    /// How the values of each are copied, either way.
    pub fn backfills(&self) -> impl Iterator<Item = (Id, Backfill)> {
        let copied = |step: &Step, name: &Ident, from: &Ident| {
            let fill = Backfill {
                value: Expr::from_server(from.quoted()),
                pace: step.hint.pace,
                place: step.hint.hint.place.clone(),
                pair: Some(step.pair.clone()),
            };
            (column(&step.pair, name), fill)
        };
        self.0.iter().flat_map(move |step| {
            let Pair { old, new, .. } = &step.pair;
            [copied(step, new, old), copied(step, old, new)]
        })
    }

    /// What is wanted before the second revision of any of them.
    pub fn first(&self, wanted: Catalog, live: &Catalog) -> Result<Catalog> {
        self.between(wanted, live, |state| state != State::Left)
    }

    /// What the second revision of those that begin here leads to.
    pub fn second(&self, wanted: &Catalog, live: &Catalog) -> Result<Option<Catalog>> {
        let begins = self.0.iter().any(|step| step.state == State::Before);
        let second = begins.then(|| self.between(wanted.clone(), live, |state| state == State::Between));
        second.transpose()
    }

    /// What that revision takes away.
    pub fn waits(&self) -> String {
        let begin = self.0.iter().filter(|step| step.state == State::Before);
        begin.map(|step| step.old.qualified()).collect::<Vec<_>>().join(", ")
    }

    /// With the old column of these, and what is on it. The default of rows to come is the old one's as long as it is there.
    fn between(&self, wanted: Catalog, live: &Catalog, of: impl Fn(State) -> bool) -> Result<Catalog> {
        let steps: Vec<&Step> = self.0.iter().filter(|step| of(step.state)).collect();
        if steps.is_empty() {
            return Ok(wanted);
        }
        let (mut objects, externals, mut notes) = wanted.into_parts();
        let mut kept = BTreeSet::new();
        for step in steps {
            objects.remove(&Id::within(Tag::Default, &step.pair.table, &step.pair.new));
            kept.extend(on(&step.old, &step.pair.table, live));
        }
        kept.retain(|id| !objects.contains_key(id));
        loop {
            let mut all = objects.clone();
            all.extend(kept.iter().filter_map(|id| Some((id.clone(), live.get(id)?.clone()))));
            notes.order.extend(kept.iter().filter_map(|id| Some((id.clone(), *live.notes.order.get(id)?))));
            let catalog = Catalog::close(all, externals.clone(), notes.clone());
            // an index that is on another column too, which goes at once
            let loose: BTreeSet<Id> = catalog.dangling().iter().map(|loose| loose.id.clone()).collect();
            if kept.is_disjoint(&loose) {
                return Ok(catalog);
            }
            kept.retain(|id| !loose.contains(id));
        }
    }
}

/// The column with all of its table that stands on it.
fn on(old: &Id, table: &Qualified, live: &Catalog) -> BTreeSet<Id> {
    let table = Id::of(Tag::Table, table);
    let mut found = BTreeSet::from([old.clone()]);
    loop {
        let facts: BTreeSet<Fact> = found.iter().filter_map(|id| live.get(id)).flat_map(Object::provides).collect();
        let belongs = |(id, object): &(&Id, &Object)| {
            let parent = object.parent();
            let within = parent.as_ref() == Some(&table) && live.requires(id).iter().any(|fact| facts.contains(fact));
            let attached = id.on.as_deref().into_iter().chain(&parent).any(|to| found.contains(to));
            !found.contains(*id) && (within || attached)
        };
        let more: Vec<Id> = live.objects().iter().filter(belongs).map(|(id, _)| id.clone()).collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}
