//! Which further objects must go down and up again so that the wanted changes can be made?
//!
//! A change may end a fact that something else stands on: the type of a column under a check, the key under a foreign key.
//! Whatever requires such a fact is released and put back, through what holds data: the column itself is altered in place.
//! Found as one fixed point. Invariant: of what holds data, nothing is ever recreated here.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Unmodelled};
use crate::error::{Error, Result};
use crate::kind::{Alteration, Change, Fact, Id, Name, Object, Space};

/// What is to be done with each object; one that is in `drops` and in `creates` is recreated.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Steps {
    pub drops: BTreeSet<Id>,
    pub creates: BTreeSet<Id>,
    pub alters: BTreeSet<Id>,
    /// A type that a second one takes over from, with the data holders that move.
    pub swaps: BTreeMap<Id, BTreeSet<Id>>,
}

impl Steps {
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }
}

/// Turns changes into steps. Refuses, by name, what would recreate a data holder or harm something not modelled. Alterations
/// that are to be taken `apart` are recreations, though they could be made in place.
pub fn rewrite(changes: &[Change<&Object>], apart: &BTreeSet<Id>, before: &Catalog, after: &Catalog) -> Result<Steps> {
    if changes.is_empty() {
        return Ok(Steps::default());
    }
    let mut spread = Spread::new(before, after);
    for change in changes {
        match apart.contains(&change.subject().id()) {
            true => spread.recreate(&change.subject().id(), None)?,
            false => spread.start(*change)?,
        }
    }
    spread.said()?;
    spread.settle()?;
    spread.spare_the_unmodelled()?;
    spread.spare_what_is_not_ours()?;
    Ok(spread.steps)
}

struct Spread<'a> {
    before: &'a Catalog,
    after: &'a Catalog,
    steps: Steps,
    /// Facts that end, if only for a moment, and still have to be looked at.
    open: Vec<Fact>,
    ended: BTreeSet<Fact>,
    providers: BTreeMap<Fact, Vec<Id>>,
    dependents: BTreeMap<&'a Fact, Vec<&'a Id>>,
    /// What the models have to say more of, and how.
    unsaid: Vec<(Id, String, String)>,
}

impl<'a> Spread<'a> {
    fn new(before: &'a Catalog, after: &'a Catalog) -> Self {
        let mut providers: BTreeMap<Fact, Vec<Id>> = BTreeMap::new();
        let mut dependents: BTreeMap<&Fact, Vec<&Id>> = BTreeMap::new();
        for (id, object) in before.objects() {
            for fact in object.provides() {
                providers.entry(fact).or_default().push(id.clone());
            }
            for fact in before.requires(id) {
                dependents.entry(fact).or_default().push(id);
            }
        }
        let (steps, open, ended) = (Steps::default(), Vec::new(), BTreeSet::new());
        Self { before, after, steps, open, ended, providers, dependents, unsaid: Vec::new() }
    }

    fn start(&mut self, change: Change<&Object>) -> Result<()> {
        let id = change.subject().id();
        match change {
            Change::Create(_) => {
                self.steps.creates.insert(id);
            }
            Change::Drop(old) => {
                self.steps.drops.insert(id);
                self.open.extend(old.provides());
            }
            Change::Rename { .. } => {}
            Change::Alter { old, new } => match Object::alteration(old, new) {
                Alteration::InPlace => {
                    self.steps.alters.insert(id);
                    let kept: BTreeSet<_> = new.provides().into_iter().collect();
                    self.open.extend(old.provides().into_iter().filter(|fact| !kept.contains(fact)));
                }
                Alteration::Recreate => self.recreate(&id, None)?,
                Alteration::Swap => {
                    self.steps.swaps.insert(id, BTreeSet::new());
                    self.open.extend(old.provides());
                }
                Alteration::Refused(why) => return Err(self.located(Error::no(why), &id)),
                Alteration::Unsaid { what, hint } => self.unsaid.push((id, what, hint)),
            },
        }
        Ok(())
    }

    /// All that is unsaid at once, as a person will say it.
    fn said(&mut self) -> Result<()> {
        let mut unsaid = std::mem::take(&mut self.unsaid).into_iter();
        let Some((id, what, hint)) = unsaid.next() else { return Ok(()) };
        let mut error = self.located(Error::no(what), &id);
        for (id, what, _) in unsaid {
            error = error.detail(match self.after.place(&id) {
                Some(place) => format!("{what}\n  at {place}"),
                None => what,
            });
        }
        Err(error.hint(hint))
    }

    fn settle(&mut self) -> Result<()> {
        while let Some(fact) = self.open.pop() {
            if self.ended.contains(&fact) || self.held_by_another(&fact) {
                continue;
            }
            let dependents = self.dependents.get(&fact).cloned().unwrap_or_default();
            for id in dependents {
                self.release(id, &fact)?;
            }
            self.ended.insert(fact);
        }
        Ok(())
    }

    /// Another object provides the fact before and after, untouched. A foreign key leans on one key for good, and which of
    /// two equal ones that is cannot be seen; so a key is never held by another. A column that moves to a swapped type lets
    /// go of what may stand on no column whose type is altered.
    fn held_by_another(&self, fact: &Fact) -> bool {
        if matches!(fact, Fact::Key(..)) {
            return false;
        }
        let steps = &self.steps;
        let exact = matches!(fact, Fact::ExactType(..));
        let lets_go = |id: &Id| exact && steps.swaps.values().any(|moved| moved.contains(id));
        let stays = |id: &Id| {
            !steps.drops.contains(id)
                && !lets_go(id)
                && !steps.swaps.contains_key(id)
                && self.after.get(id).is_some_and(|object| object.provides().contains(fact))
        };
        self.providers.get(fact).is_some_and(|ids| ids.iter().any(stays))
    }

    fn release(&mut self, id: &Id, fact: &Fact) -> Result<()> {
        if self.steps.drops.contains(id) || self.after.get(id).is_none() {
            return Ok(());
        }
        let still_needs = self.after.requires(id).iter().any(|other| about(other) == about(fact));
        // values outlive an attribute that their type loses; they stand in the way of its change
        let lost = matches!(fact, Fact::Attribute(..));
        // as what is on the whole of a table goes, what is on its columns goes along
        let takes_along = matches!(fact, Fact::Exists(name) if name.space == Space::Granted);
        let changes = self.steps.alters.contains(id) || self.steps.swaps.contains_key(id);
        if (changes || lost) && !still_needs && !takes_along {
            return Ok(());
        }
        let object = &self.before.objects()[id];
        let swapped = |(type_id, _): (&Id, &BTreeSet<Id>)| {
            self.before.get(type_id).is_some_and(|ty| ty.provides().contains(fact))
        };
        let swap = self.steps.swaps.iter().find(|entry| swapped(*entry)).map(|(type_id, _)| type_id.clone());
        match swap {
            Some(type_id) if object.holds_data() => {
                if let Some(moved) = self.steps.swaps.get_mut(&type_id) {
                    moved.insert(id.clone());
                }
                let moved = object.provides().into_iter().filter(|f| matches!(f, Fact::Type(..) | Fact::ExactType(..)));
                self.open.extend(moved);
                Ok(())
            }
            // a second one is made over the one that takes over
            Some(_) if object.goes_along() && self.is_held(id) => {
                self.steps.alters.remove(id);
                if !self.steps.swaps.contains_key(id) {
                    self.steps.swaps.insert(id.clone(), BTreeSet::new());
                    self.open.extend(object.provides());
                }
                Ok(())
            }
            _ => self.recreate(id, Some(fact)),
        }
    }

    /// Something that holds data, or may, is of it.
    fn is_held(&self, id: &Id) -> bool {
        let Some(object) = self.before.get(id) else { return false };
        let names = object.occupies().into_iter().map(Fact::Exists);
        let mut users = names.flat_map(|fact| self.dependents.get(&fact).cloned().unwrap_or_default());
        users.any(|user| {
            let object = self.before.get(user);
            object.is_some_and(|object| object.holds_data() || object.goes_along() && self.is_held(user))
        })
    }

    fn recreate(&mut self, id: &Id, because: Option<&Fact>) -> Result<()> {
        let object = &self.before.objects()[id];
        let moved = self.steps.swaps.remove(id).unwrap_or_default();
        // for its own sake only where its kind says so, in words; for the sake of another never
        let lost = if object.holds_data() { Some(id) } else { moved.first() };
        if let Some((fact, lost)) = because.zip(lost) {
            let why = format!(", because {} changes", about(fact).1);
            let error = Error::no(format!("not supported: {lost} would have to be dropped and created again{why}"))
                .hint("its rows would be lost; write this step by hand with `autogen revision --empty`");
            return Err(self.located(error, lost));
        }
        self.steps.alters.remove(id);
        self.steps.drops.insert(id.clone());
        self.steps.creates.insert(id.clone());
        self.open.extend(object.provides());
        Ok(())
    }

    /// Something that stands on an ended fact and is not modelled would be lost or get in the way.
    fn spare_the_unmodelled(&self) -> Result<()> {
        let shape =
            |fact: &&Fact| matches!(fact, Fact::Exists(_) | Fact::Type(..) | Fact::ExactType(..) | Fact::Attribute(..));
        let touched: BTreeSet<&Name> = self.ended.iter().filter(shape).map(|fact| about(fact).1).collect();
        let gone = |name: &Name| self.ended.contains(&Fact::Exists(name.clone()));
        let harmed = |thing: &&Unmodelled| match thing.property {
            true => thing.on.iter().any(gone),
            false => thing.on.iter().any(|name| touched.contains(name)),
        };
        let notes = &self.before.notes;
        let recreated = |thing: &&Unmodelled| thing.on.iter().any(|name| self.is_remade(name));
        let attached = notes.attachments.iter().filter(recreated);
        let harmed: Vec<&Unmodelled> = notes.unmodelled.iter().filter(harmed).chain(attached).collect();
        let Some(first) = harmed.first() else { return Ok(()) };
        let on = first.on.iter().find(|name| touched.contains(name)).map(Name::to_string).unwrap_or_default();
        let mut error = Error::no(format!("not modelled: {}, which stands on {on}", first.what)).hint(format!(
            "a change of {on} would take it along; write that step by hand with `autogen revision --empty`"
        ));
        for thing in harmed.iter().skip(1).take(19) {
            error = error.detail(format!("not modelled: {}", thing.what));
        }
        if harmed.len() > 20 {
            error = error.detail(format!("and {} more", harmed.len() - 20));
        }
        Err(error)
    }

    /// Nothing takes along what is not ours, and the server refuses to leave it without what it stands on.
    fn spare_what_is_not_ours(&self) -> Result<()> {
        let ended = self.ended_for_others();
        let outsiders = self.before.notes.outsiders.iter();
        let harmed: Vec<_> = outsiders.filter_map(|one| Some((one, one.harmed(&ended)?))).collect();
        let Some((first, on)) = harmed.first() else { return Ok(()) };
        let says = |what: &str, on: &Name| {
            format!("not supported: {on} would go or change under {what}, which is not managed")
        };
        let mut error = Error::no(says(&first.what, on))
            .hint(format!("drop or change {} first, by hand; or leave {on} in the models as it is", first.what));
        for (other, on) in harmed.iter().skip(1).take(19) {
            error = error.detail(says(&other.what, on));
        }
        if harmed.len() > 20 {
            error = error.detail(format!("and {} more", harmed.len() - 20));
        }
        Err(error)
    }

    /// The server changes no attribute of a type that a column has, and lets one go.
    fn ended_for_others(&self) -> BTreeSet<Fact> {
        let attribute = |fact: &Fact| match fact {
            Fact::Attribute(name, _) => Some(name.clone()),
            _ => None,
        };
        let mut ended = self.ended.clone();
        let lost: BTreeSet<Name> = self.ended.iter().filter_map(attribute).collect();
        if !lost.is_empty() {
            let again = self.after.objects().values().flat_map(Object::provides).filter_map(|fact| attribute(&fact));
            let types = again.filter(|name| lost.contains(name)).map(|name| Name::new(Space::Type, &name.path[..2]));
            ended.extend(types.map(Fact::Exists));
        }
        ended
    }

    /// What bears the name goes and comes again.
    fn is_remade(&self, name: &Name) -> bool {
        let Some(ids) = self.providers.get(&Fact::Exists(name.clone())) else { return false };
        let again = |id: &Id| {
            self.steps.swaps.contains_key(id) || self.steps.drops.contains(id) && self.steps.creates.contains(id)
        };
        ids.iter().any(again)
    }

    fn located(&self, error: Error, id: &Id) -> Error {
        match self.after.place(id) {
            Some(place) => error.at(place.clone()),
            None => error,
        }
    }
}

/// Which thing a fact is about, and in which respect.
fn about(fact: &Fact) -> (u8, &Name) {
    match fact {
        Fact::Exists(name) => (0, name),
        Fact::Type(name, _) => (1, name),
        Fact::ExactType(name, _) => (2, name),
        Fact::NotNull(name) => (3, name),
        Fact::Label(name, _) => (4, name),
        Fact::Key(name, _) => (5, name),
        Fact::Attribute(name, _) => (6, name),
        Fact::Logged(name, _) => (7, name),
        Fact::Passes(name) => (8, name),
    }
}
