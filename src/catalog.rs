//! What is in one database, as far as autogen models it?
//!
//! Invariant: a [`Catalog`] is closed. Every fact that an object requires is provided by an object in it or by an external:
//! something that is there and not managed, held by its name alone and never created or dropped. Two catalogs are equal
//! when their objects are; where a thing was declared, in which order and what it hangs on is no part of that. Facts are worked
//! out when somebody asks for them, since two equal catalogs need none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::error::Place;
use crate::kind::{Backfill, Fact, Id, Name, Need, Object, Renames, Space};
use crate::name::{Ident, Qualified};
use crate::ours::LeftOut;

mod order;
mod outside;
mod words;

pub use order::by_id;
pub use outside::Outsider;

#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// Shared by what is wanted with what is live, where the two are equal.
    objects: Arc<BTreeMap<Id, Object>>,
    externals: Externals,
    closure: OnceLock<Closure>,
    pub notes: Notes,
}

/// The needs of all objects as facts, and those facts that nothing provides.
#[derive(Debug, Clone)]
struct Closure {
    requires: BTreeMap<Id, Vec<Fact>>,
    /// Of those, what only a text seems to speak of, and what is better there before an object than after it.
    guessed: BTreeMap<Id, BTreeSet<Fact>>,
    dangling: Vec<Dangling>,
}

/// What is there and not managed, each with the name whose existence it hangs on (what an extension brings).
pub type Externals = BTreeMap<Name, Option<Name>>;

/// The objects of a catalog, for one look-up after another.
pub type Lookup<'a> = FxHashMap<&'a Id, &'a Object>;

/// What is known beside the objects, and is no part of comparing. Where nobody goes through all of it, order does not matter.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// Where the model declares it.
    pub places: FxHashMap<Id, Place>,
    /// Position among its siblings: `attnum`, or the order in the file.
    pub order: FxHashMap<Id, i64>,
    /// `pg_class.reltuples` of tables; -1 where never analyzed.
    pub rows: BTreeMap<Id, i64>,
    /// What there is and is not modelled.
    pub unmodelled: Vec<Unmodelled>,
    /// What a recreation would lose and no kind holds.
    pub attachments: Vec<Unmodelled>,
    /// What is not ours and stands on what is.
    pub outsiders: Vec<Outsider>,
    /// What is there and not ours.
    pub left_out: Vec<LeftOut>,
    /// What is there and may be there, whether a model declares it or not.
    pub spared: Vec<LeftOut>,
    /// What is new keeps the privileges that it is given, since nobody manages them.
    pub keeps_gifts: bool,
    /// Tables whose partitions are not ours.
    pub unmanaged: BTreeSet<Qualified>,
    /// What says of itself that nobody is to be stopped by its making.
    pub online: BTreeSet<Id>,
    /// The catalog reads as the database will after these, which nobody has made yet.
    pub renames: Renames,
    /// How the rows that are there get the values of what must have one.
    pub backfills: BTreeMap<Id, Backfill>,
}

/// An object, or a property of one, that no kind describes. It is named and left alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unmodelled {
    /// `view public.v`
    pub what: String,
    /// What it stands on: a change of one of these would break it or take it along.
    pub on: BTreeSet<Name>,
    /// A property of something modelled, which is lost only with what it stands on.
    pub property: bool,
}

impl fmt::Display for Unmodelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// A fact that an object requires and nothing provides.
#[derive(Debug, Clone)]
pub struct Dangling {
    pub id: Id,
    pub fact: Fact,
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.is(other) || self.objects == other.objects
    }
}

impl Catalog {
    pub fn close(objects: BTreeMap<Id, Object>, externals: Externals, notes: Notes) -> Self {
        Self { objects: Arc::new(objects), externals, closure: OnceLock::new(), notes }
    }

    /// The same objects, with what is known beside them.
    pub fn sharing(&self, externals: Externals, notes: Notes) -> Self {
        Self { objects: Arc::clone(&self.objects), externals, closure: OnceLock::new(), notes }
    }

    /// Whether the two share their objects, so that nothing needs to be compared.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.objects, &other.objects)
    }

    /// The facts that are required and that nothing provides; a caller that cannot do without them makes errors of them.
    pub fn dangling(&self) -> &[Dangling] {
        &self.closure().dangling
    }

    fn closure(&self) -> &Closure {
        self.closure.get_or_init(|| Closure::of(&self.objects, &self.externals))
    }

    pub fn objects(&self) -> &BTreeMap<Id, Object> {
        &self.objects
    }

    pub fn lookup(&self) -> Lookup<'_> {
        self.objects.iter().collect()
    }

    pub fn externals(&self) -> &Externals {
        &self.externals
    }

    pub fn get(&self, id: &Id) -> Option<&Object> {
        self.objects.get(id)
    }

    /// What must hold while the object exists here.
    pub fn requires(&self, id: &Id) -> &[Fact] {
        self.closure().requires.get(id).map_or(&[], Vec::as_slice)
    }

    /// What had better hold before the object is there; an order that needs it otherwise goes first.
    pub fn guesses(&self, id: &Id) -> Option<&BTreeSet<Fact>> {
        self.closure().guessed.get(id)
    }

    pub fn place(&self, id: &Id) -> Option<&Place> {
        let mut at = Some(id);
        while let Some(id) = at {
            if let Some(place) = self.notes.places.get(id) {
                return Some(place);
            }
            at = id.on.as_deref();
        }
        None
    }

    /// The parts to build a changed catalog from.
    pub fn into_parts(self) -> (BTreeMap<Id, Object>, Externals, Notes) {
        (Arc::unwrap_or_clone(self.objects), self.externals, self.notes)
    }
}

impl Closure {
    /// Needs become facts.
    fn of(objects: &BTreeMap<Id, Object>, externals: &Externals) -> Self {
        let index = Index::of(objects);
        let mut dangling = Vec::new();
        let (mut requires, mut guessed) = (BTreeMap::new(), BTreeMap::new());
        for (id, object) in objects {
            let (mut facts, mut texts, mut guesses) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
            for need in object.requires() {
                let into = if matches!(need, Need::Text(_)) { &mut texts } else { &mut facts };
                index.resolve(need, into);
            }
            index.labels_in(object, &facts, &mut texts);
            object.prefers().into_iter().for_each(|need| index.resolve(need, &mut guesses));
            if !texts.is_empty() || !guesses.is_empty() {
                let own: BTreeSet<Fact> = object.provides().into_iter().collect();
                texts.retain(|fact| !own.contains(fact) && !facts.contains(fact));
                guesses.retain(|fact| !own.contains(fact) && !facts.contains(fact));
                facts.extend(texts.iter().cloned());
                guesses.extend(texts);
                guessed.insert(id.clone(), guesses);
            }
            let mut held = Vec::with_capacity(facts.len());
            for fact in facts {
                let (fact, known) = index.settle(fact, externals);
                if !known {
                    dangling.push(Dangling { id: id.clone(), fact: fact.clone() });
                }
                held.push(fact);
            }
            requires.insert(id.clone(), held);
        }
        Self { requires, guessed, dangling }
    }
}

/// What the objects of one catalog provide.
struct Index {
    provided: BTreeSet<Fact>,
    /// The base type and the exact type of each column.
    types: BTreeMap<Name, (Option<Fact>, Option<Fact>)>,
    /// The type of each column that has one of its own.
    enums: BTreeMap<Name, Name>,
    /// The types that a type is made of.
    beneath: BTreeMap<Name, Vec<Name>>,
    /// What holds of the attributes of each composite type.
    attributes: BTreeMap<Name, Vec<Fact>>,
    /// Relations, types, routines, operators and text search configurations, by their names without a schema.
    by_name: BTreeMap<Ident, Vec<Name>>,
    /// The columns of each relation that are no objects of their own, as a view's are not, or that are.
    columns: BTreeMap<Name, Vec<Name>>,
}

impl Index {
    fn of(objects: &BTreeMap<Id, Object>) -> Self {
        let mut provided = BTreeSet::new();
        let mut types: BTreeMap<Name, (Option<Fact>, Option<Fact>)> = BTreeMap::new();
        let (mut enums, mut beneath) = (BTreeMap::new(), BTreeMap::new());
        let mut attributes: BTreeMap<Name, Vec<Fact>> = BTreeMap::new();
        for object in objects.values() {
            let (mut column, mut own) = (None, None);
            for fact in object.provides() {
                match &fact {
                    Fact::Type(name, _) => {
                        column = Some(name.clone());
                        types.entry(name.clone()).or_default().0 = Some(fact.clone());
                    }
                    Fact::ExactType(name, _) => types.entry(name.clone()).or_default().1 = Some(fact.clone()),
                    Fact::Attribute(name, _) => {
                        let of = Name::new(Space::Type, name.path.iter().take(2));
                        attributes.entry(of).or_default().push(fact.clone());
                    }
                    Fact::Exists(name) if name.space == Space::Type => own = Some(name.clone()),
                    _ => {}
                }
                provided.insert(fact);
            }
            let used = || {
                object.requires().into_iter().filter_map(|need| match need {
                    Need::Fact(Fact::Exists(name)) if name.space == Space::Type => Some(name),
                    _ => None,
                })
            };
            enums.extend(column.and_then(|column| Some((column, used().next()?))));
            beneath.extend(own.map(|own| (own, used().collect())));
        }
        let (mut by_name, mut columns): (BTreeMap<Ident, Vec<Name>>, BTreeMap<Name, Vec<Name>>) = Default::default();
        for fact in &provided {
            let Fact::Exists(name) = fact else { continue };
            match (name.space, name.path.as_slice()) {
                (
                    Space::Relation
                    | Space::Type
                    | Space::Routine
                    | Space::TextSearchConfiguration
                    | Space::Operator
                    | Space::OperatorClass,
                    [_, last, ..],
                ) => {
                    by_name.entry(last.clone()).or_default().push(name.clone());
                }
                (Space::Column, [schema, table, _]) => {
                    let table = Name::new(Space::Relation, [schema, table]);
                    columns.entry(table).or_default().push(name.clone());
                }
                _ => {}
            }
        }
        Self { provided, types, enums, beneath, attributes, by_name, columns }
    }

    fn resolve(&self, need: Need, facts: &mut BTreeSet<Fact>) {
        match need {
            Need::Fact(Fact::Exists(name)) => self.exists(name, facts),
            Need::Fact(fact) => {
                facts.insert(fact);
            }
            Need::Type(column) => self.column(&column, false, facts),
            Need::ExactType(column) => self.column(&column, true, facts),
            Need::SameType(column) => facts.extend(self.enums.get(&column).cloned().map(Fact::Exists)),
            Need::Logged(table) => {
                let states = [true, false].map(|logged| Fact::Logged(table.clone(), logged));
                facts.extend(states.into_iter().find(|state| self.provided.contains(state)));
            }
            Need::Attributes(of) => facts.extend(self.attributes.get(&of).into_iter().flatten().cloned()),
            Need::AsIs(name) => {
                let below = |fact: &&Fact| matches!(fact, Fact::Exists(one) if one.path.starts_with(&name.path) && one.space == name.space);
                facts.extend(self.provided.range(Fact::Exists(name.clone())..).take_while(below).cloned());
            }
            Need::OfType(column, above) => facts.extend(self.of_type(&column, above)),
            Need::Mentions(mentions) => self.mentions(&mentions, facts),
            Need::Text(text) => self.text(&text, facts),
        }
    }

    fn of_type(&self, column: &Name, mut above: Name) -> Option<Fact> {
        let (Some(Fact::Type(_, ty)), _) = self.types.get(column)? else { return None };
        above.path.push(Ident::new(ty.as_str()));
        Some(Fact::Exists(above)).filter(|fact| self.provided.contains(fact))
    }

    /// An operator or an operator class that is named without its types or its method is each of the name.
    fn exists(&self, name: Name, facts: &mut BTreeSet<Fact>) {
        let alike = match (name.space, name.path.as_slice()) {
            (Space::Operator | Space::OperatorClass, [_, last]) => {
                self.by_name.get(last).map_or(&[][..], Vec::as_slice)
            }
            _ => &[],
        };
        let same = alike.iter().filter(|other| other.space == name.space && other.path[0] == name.path[0]);
        let count = facts.len();
        facts.extend(same.cloned().map(Fact::Exists));
        if facts.len() == count {
            facts.insert(Fact::Exists(name));
        }
    }

    fn column(&self, column: &Name, exact: bool, facts: &mut BTreeSet<Fact>) {
        facts.insert(Fact::Exists(column.clone()));
        if let Some((base, whole)) = self.types.get(column) {
            facts.extend(if exact { whole.clone() } else { base.clone() });
        }
    }

    /// A column of a query whose columns nobody knows yet.
    fn is_of_unknown(&self, name: &Name) -> bool {
        let whole = || Fact::Exists(Name::new(Space::Column, &name.path[..2]));
        name.space == Space::Column && name.path.len() == 3 && self.provided.contains(&whole())
    }

    /// The fact as it is to be held, and whether it holds. What an extension brings hangs on the extension.
    fn settle(&self, fact: Fact, externals: &Externals) -> (Fact, bool) {
        if self.provided.contains(&fact) {
            return (fact, true);
        }
        if let Fact::Exists(name) = &fact
            && self.is_of_unknown(name)
        {
            return (fact, true);
        }
        match &fact {
            Fact::Exists(name) => match external(name, externals) {
                Some(Some(origin)) if self.provided.contains(&Fact::Exists(origin.clone())) => {
                    (Fact::Exists(origin.clone()), true)
                }
                Some(_) => (fact, true),
                None => {
                    let known = within_external(name, externals);
                    (fact, known)
                }
            },
            Fact::Key(table, _) => {
                let known = externals.contains_key(table);
                (fact, known)
            }
            _ => (fact, false),
        }
    }
}

/// What is external is known without its types and its access method.
fn external<'a>(name: &Name, externals: &'a Externals) -> Option<&'a Option<Name>> {
    let short = || Name::new(name.space, name.path.iter().take(2));
    let own = externals.get(name);
    own.or_else(|| if name.space.tells_apart() && name.path.len() == 3 { externals.get(&short()) } else { None })
}

/// A column of an external relation is as external as the relation.
fn within_external(name: &Name, externals: &Externals) -> bool {
    match (name.space, name.path.as_slice()) {
        (Space::Column, [schema, table, _]) => externals.contains_key(&Name::new(Space::Relation, [schema, table])),
        _ => false,
    }
}
