//! What does a new object have at once that nobody gave it?
//!
//! What default privileges give, as they are before the plan: they change last. What of it is not wanted is taken back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::kind::{Id, Object};
use crate::name::Ident;
use crate::rewrite::Steps;

/// What comes with the objects that are made, by its id.
pub fn given(steps: &Steps, before: &Catalog, after: &Catalog) -> BTreeMap<Id, Object> {
    let givers: Vec<&Object> = match steps.is_empty() {
        true => Vec::new(),
        false => before.objects().values().filter(|object| object.gives()).collect(),
    };
    if givers.is_empty() {
        return BTreeMap::new();
    }
    let again = |id: &&Id| before.get(id).is_some() || !after.notes.keeps_gifts;
    let mut owners: BTreeMap<Id, &Ident> = BTreeMap::new();
    owners.extend(after.objects().values().filter_map(|object| Some((object.parent()?, object.hands_to()?))));
    let made = steps
        .creates
        .iter()
        .chain(steps.swaps.keys())
        .filter(|id| after.get(id).is_some())
        .filter(again)
        .map(|id| (id.clone(), id.clone()));
    // it changes hands before anybody is granted anything, and what the new owner was given is the owner's then
    let gift = |(id, with): (Id, Id)| {
        let mut gift = givers.iter().fold(None, |had, giver| giver.give(&id, had))?;
        owners.get(&with).into_iter().for_each(|owner| gift.heed(&|_| (*owner).clone()));
        Some((gift.id(), gift))
    };
    made.chain(brought(steps, before, after)).filter_map(gift).collect()
}

/// What comes with an object when it is made, or when it is altered; and what has the owner of both.
fn brought<'a>(steps: &'a Steps, before: &'a Catalog, after: &'a Catalog) -> impl Iterator<Item = (Id, Id)> + 'a {
    let there = |id: &Id| before.get(id).and_then(Object::brings);
    let comes = move |id: &'a Id| after.get(id).and_then(Object::brings).filter(|new| there(id).as_ref() != Some(new));
    let remade = |id: &'a Id| steps.creates.contains(id).then(|| after.get(id).and_then(Object::brings))?;
    let keeps = after.notes.keeps_gifts;
    let all = steps.creates.iter().chain(&steps.alters);
    all.filter(move |id| !keeps || before.get(id).is_some()).filter_map(move |id| {
        Some((remade(id).or_else(|| comes(id))?, after.get(id).and_then(Object::parent).unwrap_or_else(|| id.clone())))
    })
}

/// Where nothing of the kind is wanted, what takes it back is a step of its own.
pub fn with_taken_back<'a>(given: &BTreeMap<Id, Object>, steps: &mut Steps, after: &'a Catalog) -> Cow<'a, Catalog> {
    let unwanted = given.values().filter(|gift| after.get(&gift.id()).is_none());
    let usual: Vec<Object> = unwanted.filter_map(Object::usual).collect();
    if usual.is_empty() {
        return Cow::Borrowed(after);
    }
    let (mut objects, externals, notes) = after.clone().into_parts();
    for object in usual {
        steps.creates.insert(object.id());
        objects.insert(object.id(), object);
    }
    Cow::Owned(Catalog::close(objects, externals, notes))
}
