//! What is wanted of the way from one catalog to another, and not of its end?
//!
//! Renames, and what is done so that others are not stopped. Intent stands beside the catalogs and never in an object, so that comparing stays `==`; inverted, it
//! serves the way back.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::config::Naming;
use crate::draft::{Draft, RenameHint};
use crate::error::{Error, Place, Result};
use crate::kind::{Backfill, Fact, Id, Manner, Mapping, Name, Object, Renames, Space};
use crate::plan::Statement;

mod order;
mod values;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intent {
    pub renames: Renames,
    /// Where each rename is stated, by what it leads to.
    pub places: BTreeMap<Id, Place>,
    /// Hints that ask for nothing any more, in words, and where they are.
    pub inert: Vec<(String, Place)>,
    /// Renames in which names pass in a circle, old and new, as the models call what they are in.
    pub circling: Vec<(Id, Id)>,
    /// What values that a type loses become, by its name once it is renamed.
    pub values: BTreeMap<Name, Mapping>,
    pub online: Asked,
}

/// Changes that whoever uses the database is not to be stopped by. It holds for both ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// All of these manners, where the table is there.
    pub all: BTreeSet<Manner>,
    /// Those of these objects.
    pub of: BTreeSet<Id>,
    /// Each change is to be said once, however it is made.
    pub once: bool,
    /// How rows are filled on the way.
    pub backfills: BTreeMap<Id, Backfill>,
}

impl Asked {
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.of.is_empty() && self.backfills.is_empty()
    }

    pub fn holds(&self, manner: Manner, id: &Id) -> bool {
        self.all.contains(&manner) || self.of.contains(id)
    }
}

impl Intent {
    /// With what the settings ask for, and the models of themselves.
    pub fn online(mut self, all: &BTreeSet<Manner>, wanted: &Catalog) -> Self {
        let notes = &wanted.notes;
        let (of, backfills) = (notes.online.clone(), notes.backfills.clone());
        self.online = Asked { all: all.clone(), of, once: false, backfills };
        self
    }

    /// What the hints of the models ask of this database. A hint whose object is there under its new name has happened,
    /// unless that name is only now becoming free. Of several hints of one object, the first whose name is there holds.
    pub fn of(draft: &Draft, live: &Catalog) -> Result<Self> {
        let mut intent = Self { values: values::of(draft), inert: values::inert(draft, live), ..Self::default() };
        if draft.renames.is_empty() {
            return Ok(intent);
        }
        let declared: BTreeSet<Id> = draft.entries.iter().map(|entry| entry.object.id()).collect();
        // what something is in comes before it, since the hints go by the new name of that
        for rank in 0..=Renames::LAST {
            let of = |hint: &&RenameHint| hint.id.place().space.rank() == rank;
            intent.take(draft.renames.iter().filter(of).collect(), rank, &declared, live)?;
        }
        intent.renames.spread(live.objects().values());
        Ok(intent)
    }

    fn take(&mut self, hints: Vec<&RenameHint>, rank: usize, declared: &BTreeSet<Id>, live: &Catalog) -> Result<()> {
        let back = self.renames.above(rank).inverted();
        let sought = |id: &Id| {
            let mut id = id.clone();
            back.id(&mut id);
            called(live, &id).unwrap_or(id)
        };
        let mut waiting = hints;
        for hint in circles(waiting.iter().copied()) {
            waiting.retain(|other| other.id != hint.id);
            let old = sought(&hint.id.under_the_name(&hint.from));
            // what is made under these names is where it should be
            self.circling.push((hint.id.under_the_name(&hint.from), hint.id.clone()));
            if is_there(live, &old) && is_there(live, &sought(&hint.id)) {
                self.add(&old, hint, live);
            }
        }
        loop {
            let before = waiting.len();
            let mut blocked: Vec<&RenameHint> = Vec::new();
            let open: BTreeSet<Id> = waiting.iter().map(|hint| hint.id.under_the_name(&hint.from)).collect();
            for hint in waiting {
                let former = hint.id.under_the_name(&hint.from);
                let (old, new) = (sought(&former), sought(&hint.id));
                match (is_there(live, &old), is_there(live, &new) && !self.renames.has(&new.place())) {
                    _ if self.places.contains_key(&hint.id) => {}
                    (true, false) if self.renames.has(&old.place()) => return Err(twice(hint)),
                    (true, false) => self.add(&old, hint, live),
                    // what bears the name may itself be on its way to another
                    (true, true) if open.contains(&hint.id) || !declared.contains(&former) => blocked.push(hint),
                    (_, true) => self.inert.push(hint.done()),
                    (false, false) => {}
                }
            }
            match blocked.first() {
                None => return Ok(()),
                Some(_) if blocked.len() < before => waiting = blocked,
                Some(hint) => {
                    let what = "drop or rename one of the two by hand, or take `renamed_from` away";
                    return Err(hint.both().hint(what));
                }
            }
        }
    }

    fn add(&mut self, old: &Id, hint: &RenameHint, live: &Catalog) {
        let Some(new) = hint.id.own_name() else { return };
        match live.get(old) {
            Some(object) => {
                self.renames.add(object, new);
                self.places.insert(object.renamed(&self.renames).id(), hint.place.clone());
            }
            None => self.renames.put(old.place(), new),
        }
        self.places.insert(hint.id.clone(), hint.place.clone());
    }

    /// With the names that nobody chose: what was called by a table or a column that has another name is called by that one,
    /// where the models leave the name open or say that one.
    pub fn followed(mut self, draft: &Draft, live: &Catalog, naming: &Naming, major: u32) -> Self {
        if self.renames.is_empty() {
            return self;
        }
        let declared = draft.entries.iter().flat_map(|entry| entry.object.usual_names(naming, major));
        let declared: BTreeSet<Name> = declared.map(|(name, _)| name).collect();
        let taken: BTreeSet<Name> = live.objects().values().flat_map(Object::occupies).collect();
        for object in live.objects().values() {
            let olds = object.usual_names(naming, major);
            if olds.is_empty() {
                continue;
            }
            let news = object.renamed(&self.renames).usual_names(naming, major);
            for ((name, old), (now, new)) in olds.into_iter().zip(news) {
                let usual = old.iter().position(|usual| name.path.last() == Some(usual)).and_then(|at| new.get(at));
                let Some(usual) = usual.filter(|usual| now.path.last() != Some(usual)) else { continue };
                let mut wanted = now;
                wanted.path.last_mut().into_iter().for_each(|last| *last = usual.clone());
                if !declared.contains(&wanted) || taken.contains(&wanted) || self.renames.has(&name) {
                    continue;
                }
                match object.id().place() == name {
                    true => self.renames.add(object, usual),
                    false => self.renames.put(name, usual),
                }
            }
        }
        self
    }

    /// With every change said once; what fills rows keeps it from failing on them all the same.
    pub fn once(mut self, wanted: &Catalog) -> Self {
        self.online = Asked { once: true, backfills: wanted.notes.backfills.clone(), ..Asked::default() };
        self
    }

    /// For what comes after the renames have been made.
    pub fn afterwards(&self) -> Self {
        Self { values: self.values.clone(), online: self.online.clone(), ..Self::default() }
    }

    /// For the way back.
    pub fn inverted(&self) -> Self {
        let renames = self.renames.inverted();
        let values = values::inverted(&self.values, &renames);
        Self { renames, values, online: self.online.clone(), ..Self::default() }
    }

    /// The catalog as it reads after the renames, and the statements that make them: what something is in before it.
    pub fn rename<'a>(&self, before: &'a Catalog) -> (Cow<'a, Catalog>, Vec<Statement>) {
        if self.renames.is_empty() {
            return (Cow::Borrowed(before), Vec::new());
        }
        let (mut objects, mut notes) = (BTreeMap::new(), before.notes.clone());
        (notes.order, notes.rows) = (Default::default(), BTreeMap::new());
        let name = |name: &mut Name| self.renames.name(name);
        notes.outsiders.iter_mut().for_each(|outsider| outsider.rename(name));
        notes.renames = self.renames.clone();
        let mut moved = Vec::new();
        for (id, old) in before.objects() {
            let mut new = old.renamed(&self.renames);
            // what is known by the types that it takes has another id where one of them has
            if let (Some(on), Some(now)) = (id.on.as_deref().and_then(|on| before.get(on)), new.id().on.as_deref()) {
                new.follow(now, &on.renamed(&self.renames).id());
            }
            let new_id = new.id();
            notes.order.extend(before.notes.order.get(id).map(|order| (new_id.clone(), *order)));
            notes.rows.extend(before.notes.rows.get(id).map(|rows| (new_id.clone(), *rows)));
            if new_id != *id || new != *old {
                moved.push(old);
            }
            objects.insert(new_id, new);
        }
        let statements = order::statements(&moved, &self.renames, &self.places);
        let external = |(name, origin): (&Name, _)| {
            let mut name = name.clone();
            self.renames.name(&mut name);
            (name, Clone::clone(origin))
        };
        let externals = before.externals().iter().map(external).collect();
        let after = Catalog::close(objects, externals, notes);
        (Cow::Owned(after), statements)
    }
}

/// The one that bears the name, where models write the types that tell it apart in their own words.
fn called(live: &Catalog, id: &Id) -> Option<Id> {
    if id.place().space != Space::Routine || live.get(id).is_some() {
        return None;
    }
    let [schema, name, _] = id.path.as_slice() else { return None };
    let alike = |other: &Id| other.tag == id.tag && other.path.starts_with(&[schema.clone(), name.clone()]);
    let mut all = live
        .objects()
        .range(Id::new(id.tag, [schema, name])..)
        .map(|(other, _)| other)
        .take_while(|other| alike(other));
    all.next().filter(|_| all.next().is_none()).cloned()
}

/// An object, or something in it that is none of its own.
fn is_there(live: &Catalog, id: &Id) -> bool {
    if live.get(id).is_some() {
        return true;
    }
    let place = id.place();
    let Some((last, within)) = place.path.split_last() else { return false };
    let fact = match place.space {
        Space::Label => Fact::Label(Name::new(Space::Type, within), last.as_str().to_owned()),
        _ => Fact::Exists(place.clone()),
    };
    live.get(&Id::new(id.tag, within)).is_some_and(|object| object.provides().contains(&fact))
}

/// Hints by which names pass in a circle: `a` was `b`, and `b` was `a`. Nothing in a database says whether they have.
pub fn circles<'a>(hints: impl Iterator<Item = &'a RenameHint>) -> Vec<&'a RenameHint> {
    let hints: Vec<&RenameHint> = hints.collect();
    let leads: BTreeMap<Id, &RenameHint> =
        hints.iter().rev().map(|hint| (hint.id.under_the_name(&hint.from), *hint)).collect();
    let comes_back = |hint: &&&RenameHint| {
        let first = hint.id.under_the_name(&hint.from);
        let mut next = leads.get(&hint.id);
        for _ in 0..leads.len() {
            match next {
                Some(other) if other.id == first => return true,
                Some(other) => next = leads.get(&other.id),
                None => return false,
            }
        }
        false
    };
    hints.iter().filter(comes_back).copied().collect()
}

fn twice(hint: &RenameHint) -> Error {
    Error::new(format!("{} is renamed from {}, and so is another", hint.id, hint.from))
        .at(hint.place.clone())
        .hint("one of the two has its data; take `renamed_from` away from the other")
}
