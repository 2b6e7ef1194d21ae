//! Which part of the changes between two catalogs can be made by itself?
//!
//! A part is a set of changes, and what it leads to is a catalog: the one before with the wanted values of just these objects.
//! Each leg of the way is then planned by the ordinary functions, there and back. Invariant: a [`Cut`] is closed. What its objects
//! require is in it or was there before, what stands on something that it takes away goes along, and no name is taken twice.
//! Renames come first and all together: they are told apart from the rest by nothing in a catalog.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Dangling};
use crate::diff::diff;
use crate::error::{Error, Result};
use crate::intent::Intent;
use crate::kind::{Fact, Id, Name, Object};
use crate::plan::vacate;

mod close;
mod pattern;
mod split;

pub use pattern::Pattern;
pub use split::Leg;

/// All changes between two catalogs, and what each of them gives and takes.
pub struct Changes<'a> {
    /// What was before, as it reads after the renames.
    base: Catalog,
    after: &'a Catalog,
    /// New names of what is renamed.
    renamed: BTreeSet<Id>,
    ids: BTreeSet<Id>,
    before: Side,
    wanted: Side,
    /// Changes that come only together: of an object and of those that are there because of it.
    together: BTreeMap<Id, BTreeSet<Id>>,
    /// What has columns.
    tables: BTreeSet<Id>,
}

/// One of the two catalogs, the other way round.
struct Side {
    providers: BTreeMap<Fact, Vec<Id>>,
    dependents: BTreeMap<Fact, Vec<Id>>,
    bearers: BTreeMap<Name, Vec<Id>>,
    children: BTreeMap<Id, Vec<Id>>,
}

/// A part of the changes that can be made by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cut {
    pub ids: BTreeSet<Id>,
    /// What came along with another change, and why.
    pub along: BTreeMap<Id, Why>,
}

/// Why a change is in a part though nobody asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    NeededBy(Id),
    StandsOn(Id),
    PartOf(Id),
    NameFor(Id),
}

impl std::fmt::Display for Why {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Why::NeededBy(id) => write!(f, "{id} needs it"),
            Why::StandsOn(id) => write!(f, "it stands on {id}"),
            Why::PartOf(id) => write!(f, "it belongs to {id}"),
            Why::NameFor(id) => write!(f, "{id} takes its name"),
        }
    }
}

impl<'a> Changes<'a> {
    pub fn of(before: &Catalog, after: &'a Catalog, intent: &Intent) -> Result<Self> {
        let (cleared, _) = vacate(before, intent)?;
        let (base, statements) = intent.rename(&cleared);
        let base = match base {
            Cow::Borrowed(same) => same.clone(),
            Cow::Owned(renamed) => renamed,
        };
        let renamed = statements.iter().flat_map(|statement| &statement.ops).map(|op| op.id.clone()).collect();
        let ids: BTreeSet<Id> = diff(&base, after).iter().map(|change| change.subject().id()).collect();
        let (old, new) = (Side::of(&base), Side::of(after));
        let mut changes = Self {
            base,
            after,
            renamed,
            ids,
            before: old,
            wanted: new,
            together: BTreeMap::new(),
            tables: BTreeSet::new(),
        };
        changes.link();
        Ok(changes)
    }

    /// Every change by its object.
    pub fn ids(&self) -> &BTreeSet<Id> {
        &self.ids
    }

    /// The objects that are renamed, by their new names.
    pub fn renamed(&self) -> &BTreeSet<Id> {
        &self.renamed
    }

    /// Those that belong to none of the others.
    pub fn outermost(&self, ids: &BTreeSet<Id>) -> Vec<Id> {
        let within = |id: &Id| self.line(id).iter().skip(1).any(|above| ids.contains(above));
        ids.iter().filter(|id| !within(id)).cloned().collect()
    }

    /// The catalog that these changes lead to.
    pub fn catalog(&self, ids: &BTreeSet<Id>) -> Result<Catalog> {
        let (mut objects, mut externals, mut notes) = self.base.clone().into_parts();
        for id in ids {
            match self.after.get(id) {
                Some(object) => objects.insert(id.clone(), object.clone()),
                None => objects.remove(id),
            };
            notes.places.extend(self.after.place(id).map(|place| (id.clone(), place.clone())));
            notes.order.extend(self.after.notes.order.get(id).map(|order| (id.clone(), *order)));
        }
        notes.keeps_gifts = self.after.notes.keeps_gifts;
        notes.online.extend(self.after.notes.online.iter().cloned());
        notes.backfills.extend(self.after.notes.backfills.clone());
        notes.unmanaged.extend(self.after.notes.unmanaged.iter().cloned());
        externals.extend(self.after.externals().clone());
        let taken: BTreeSet<Name> = objects.values().flat_map(Object::occupies).collect();
        externals.retain(|name, _| !taken.contains(name));
        let catalog = Catalog::close(objects, externals, notes);
        let known = |side: &Catalog, loose: &Dangling| {
            side.dangling().iter().any(|other| (&other.id, &other.fact) == (&loose.id, &loose.fact))
        };
        match catalog.dangling().iter().find(|loose| !known(&self.base, loose) && !known(self.after, loose)) {
            Some(loose) => Err(Error::no(format!("{} cannot be without the changes that are left out", loose.id))
                .hint("write all changes in one revision, or name more of them")),
            None => Ok(catalog),
        }
    }

    fn link(&mut self) {
        for id in &self.ids {
            let values = [self.base.get(id), self.after.get(id)];
            for origin in values.iter().flatten().flat_map(|object| object.origins()) {
                if self.ids.contains(&origin.id) {
                    self.together.entry(id.clone()).or_default().insert(origin.id.clone());
                    self.together.entry(origin.id).or_default().insert(id.clone());
                }
            }
        }
        for catalog in [&self.base, self.after] {
            let columns = catalog.objects().values().filter(|object| object.as_column().is_some());
            self.tables.extend(columns.filter_map(Object::parent));
        }
    }

    /// What the object belongs to, directly.
    fn above(&self, id: &Id) -> Option<Id> {
        let parent = |catalog: &Catalog| catalog.get(id).and_then(Object::parent);
        id.on.as_deref().cloned().or_else(|| parent(self.after)).or_else(|| parent(&self.base))
    }

    /// The object and all that it belongs to.
    fn line(&self, id: &Id) -> Vec<Id> {
        let mut line = vec![id.clone()];
        while let Some(above) = line.last().and_then(|id| self.above(id)).filter(|above| !line.contains(above)) {
            line.push(above);
        }
        line
    }

    /// The table that the object belongs to, or is.
    fn table_of(&self, id: &Id) -> Option<Id> {
        self.line(id).into_iter().rev().find(|id| self.tables.contains(id))
    }

    fn holds_data(&self, id: &Id) -> bool {
        [self.base.get(id), self.after.get(id)].into_iter().flatten().any(Object::holds_data)
    }

    fn is_created(&self, id: &Id) -> bool {
        self.ids.contains(id) && self.base.get(id).is_none()
    }

    fn is_dropped(&self, id: &Id) -> bool {
        self.ids.contains(id) && self.after.get(id).is_none()
    }
}

impl Side {
    fn of(catalog: &Catalog) -> Self {
        let mut side = Self {
            providers: BTreeMap::new(),
            dependents: BTreeMap::new(),
            bearers: BTreeMap::new(),
            children: BTreeMap::new(),
        };
        for (id, object) in catalog.objects() {
            for fact in object.provides() {
                side.providers.entry(fact).or_default().push(id.clone());
            }
            for fact in catalog.requires(id) {
                side.dependents.entry(fact.clone()).or_default().push(id.clone());
            }
            for name in object.occupies() {
                side.bearers.entry(name).or_default().push(id.clone());
            }
            if let Some(above) = id.on.as_deref().cloned().or_else(|| object.parent()) {
                side.children.entry(above).or_default().push(id.clone());
            }
        }
        side
    }
}
