//! How does a column get another name, or another type, while programs that use the old one are still at work?
//!
//! In two revisions. The first adds the column under its new name, keeps it and the old one in step ([`InStep`]) and copies the values;
//! the second takes the old one away, and waits until somebody lets it go by name. A column that keeps its name has a passing one
//! in between (`passing`). Invariant: between the two, the database has all that the models want and the old column with what
//! is on it, and that is no difference.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::draft::TwoStep;
use crate::error::{Error, Place, Result};
use crate::kind::column::{Between, Column};
use crate::kind::{Backfill, Casts, Fact, Id, InStep, Name, Object, Pair, Renames, Space, Tag};
use crate::name::{Ident, Qualified};

mod passing;
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
    in_step: InStep,
    old: Id,
    /// As it is there.
    had: Column,
    state: State,
    /// From what the models want to what there is of it before the second revision.
    passing: Renames,
    /// Those of them that have a statement.
    named: Renames,
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
    pub major: u32,
}

/// The two columns as the database has them, where it may have them.
fn pair(hint: &TwoStep, catalog: &Catalog) -> Option<Pair> {
    let [schema, table, new] = hint.hint.id.path.as_slice() else { return None };
    let pair = Pair { table: Qualified::new(schema, table), old: hint.hint.from.clone(), new: new.clone() };
    match hint.one_name {
        true => passing::begun(&pair, catalog),
        false => Some(pair),
    }
}

fn column(pair: &Pair, name: &Ident) -> Id {
    Id::within(Tag::Column, &pair.table, name)
}

fn trigger(pair: &Pair) -> Id {
    Id::within(Tag::Trigger, &pair.table, &pair.trigger())
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
        [column(pair, &pair.old), column(pair, &pair.new), trigger(pair)].iter().all(|id| catalog.get(id).is_some())
    };
    let pairs: BTreeSet<Pair> = hints.iter().filter_map(|hint| pair(hint, &catalog)).filter(is_kept).collect();
    if pairs.is_empty() {
        return (catalog, pairs);
    }
    let is_of = |id: &Id| {
        pairs.iter().any(|pair| match id.tag {
            Tag::Trigger => *id == trigger(pair),
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
            let step = match hint.one_name {
                true => passing::step(hint, ground)?,
                false => renaming(hint, ground)?,
            };
            steps.extend(step);
        }
        refuse::shared(&steps, ground)?;
        Ok(Self(steps))
    }

    /// How the values of each are copied, either way.
    pub fn backfills(&self) -> impl Iterator<Item = (Id, Backfill)> {
        let copied = |step: &Step, up: bool| {
            let InStep { pair, up: there, down: back, .. } = &step.in_step;
            let (name, crossing) = if up { (&pair.new, there) } else { (&pair.old, back) };
            let fill = Backfill {
                value: crossing.value.clone(),
                // programs read it under its name from the start
                pace: step.hint.pace.filter(|_| up || !step.hint.one_name),
                place: step.hint.hint.place.clone(),
                pair: Some(step.in_step.clone()),
            };
            (column(pair, name), fill)
        };
        self.0.iter().flat_map(move |step| [copied(step, true), copied(step, false)])
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
        begin.map(Step::takes_away).collect::<Vec<_>>().join(", ")
    }

    /// The names that what begins here gets by the second revision, with the place of each in the models.
    pub fn names(&self, wanted: &Catalog) -> (Renames, BTreeMap<Id, Place>) {
        self.names_of(wanted, State::Before)
    }

    /// Those that what was left gets at once.
    pub fn names_left(&self, wanted: &Catalog) -> (Renames, BTreeMap<Id, Place>) {
        self.names_of(wanted, State::Left)
    }

    fn names_of(&self, wanted: &Catalog, state: State) -> (Renames, BTreeMap<Id, Place>) {
        let (mut names, mut places) = (Renames::default(), BTreeMap::new());
        for step in self.0.iter().filter(|step| step.state == state) {
            names.then(&step.named.inverted());
            let moved = wanted.objects().keys().filter(|id| step.passing.has(&id.place()));
            places.extend(moved.filter_map(|id| Some((id.clone(), wanted.place(id)?.clone()))));
        }
        (names, places)
    }

    /// With the old column of these, and what is on it. The default of rows to come is the old one's as long as it is there.
    fn between(&self, wanted: Catalog, live: &Catalog, of: impl Fn(State) -> bool) -> Result<Catalog> {
        let (steps, done): (Vec<&Step>, Vec<&Step>) = self.0.iter().partition(|step| of(step.state));
        let wanted = match done.iter().any(|step| step.hint.one_name) {
            true => passing::passed(&done, wanted),
            false => wanted,
        };
        if steps.is_empty() {
            return Ok(wanted);
        }
        let aside: Vec<(Id, Object)> = steps.iter().flat_map(|step| step.aside(&wanted)).collect();
        let (mut objects, externals, mut notes) = wanted.into_parts();
        passing::put_aside(aside, &mut objects, &mut notes);
        let mut kept = BTreeSet::new();
        for step in steps {
            let Pair { table, new, .. } = &step.in_step.pair;
            objects.remove(&Id::within(Tag::Default, table, new));
            kept.extend(on(&step.old, table, live));
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

impl Step<'_> {
    /// `public.tasks.title`, or `public.tasks.n as integer`
    fn takes_away(&self) -> String {
        match self.hint.one_name {
            true => format!("{} as {}", self.old.qualified(), self.had.ty),
            false => self.old.qualified(),
        }
    }

    /// What the models want of the column, by its id there, as it is called in between.
    fn aside(&self, wanted: &Catalog) -> Vec<(Id, Object)> {
        if !self.hint.one_name {
            return Vec::new();
        }
        let renamed = |id: Id| {
            let object = wanted.get(&id)?.renamed(&self.passing);
            Some((id, object))
        };
        on(&self.old, &self.in_step.pair.table, wanted).into_iter().filter_map(renamed).collect()
    }
}

/// Of a column that gets another name.
fn renaming<'a>(hint: &'a TwoStep, ground: &Ground) -> Result<Option<Step<'a>>> {
    let Some(pair) = pair(hint, ground.live) else { return Ok(None) };
    let old = column(&pair, &pair.old);
    let (Some(had), Some(has)) = (as_column(ground.live, &old), as_column(ground.wanted, &hint.hint.id)) else {
        return Ok(None);
    };
    let begun = ground.in_step.contains(&pair);
    if ground.live.get(&hint.hint.id).is_some() && !begun {
        return Err(refuse::both(hint, ground.wanted.get(&old).is_some()));
    }
    let crossing = |from, to| Between { from, to, stated: None }.crossing(ground.casts);
    let in_step = InStep { up: crossing(had, has), down: crossing(has, had), pair, one_name: false };
    let had = had.clone();
    let mut step =
        Step { hint, in_step, old, had, state: State::Before, passing: Renames::default(), named: Renames::default() };
    step.state = step.state_of(begun, ground);
    if step.state == State::Before {
        refuse::check(&step, has, ground)?;
    }
    Ok(Some(step))
}

impl Step<'_> {
    fn state_of(&self, begun: bool, ground: &Ground) -> State {
        match begun {
            false => State::Before,
            true if ground.waits.contains(&self.takes_away()) => State::Between,
            true => State::Left,
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
