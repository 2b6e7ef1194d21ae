//! What becomes of values that a type loses, on the one way and on the other?
//!
//! It means nothing where a type does not lose one now, so that it may be said for as long as a database has the value.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::draft::{Draft, ValueHint};
use crate::error::Place;
use crate::kind::{Fact, Mapping, Name, Renames, Space};
use crate::name::Qualified;

/// By types, as they are called now.
pub fn of(draft: &Draft) -> BTreeMap<Name, Mapping> {
    let mut values: BTreeMap<Name, Mapping> = BTreeMap::new();
    for hint in &draft.values {
        let name = Name::new(Space::Type, hint.id.path.iter());
        values.entry(name).or_default().values.insert(hint.old.clone(), hint.new.clone());
    }
    values
}

/// Those that mean nothing here, since the type does not have the old value; in words, each with its place.
pub fn inert(draft: &Draft, live: &Catalog) -> Vec<(String, Place)> {
    let gone = |hint: &&ValueHint| {
        let fact = Fact::Label(Name::new(Space::Type, hint.id.path.iter()), hint.old.clone());
        live.get(&hint.id).is_some_and(|object| !object.provides().contains(&fact))
    };
    let told = |hint: &ValueHint| (format!("`removed: {}` of {}", hint.old, hint.id), hint.place.clone());
    draft.values.iter().filter(gone).map(told).collect()
}

/// For the way back, on which these renames come first: types and labels as they are called after them.
pub fn inverted(values: &BTreeMap<Name, Mapping>, renames: &Renames) -> BTreeMap<Name, Mapping> {
    let back = |(name, mapping): (&Name, &Mapping)| {
        let mut mapping = mapping.inverted();
        if let [schema, own] = name.path.as_slice() {
            let of = Qualified::new(schema, own);
            mapping.values.values_mut().flatten().for_each(|label| renames.label(&of, label));
        }
        let mut name = name.clone();
        renames.name(&mut name);
        (name, mapping)
    };
    values.iter().map(back).collect()
}
