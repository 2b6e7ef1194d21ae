//! What must be true of every pair of catalogs, whatever they hold?
//!
//! [`lawful`] plans both ways between two catalogs and replays the plans on bare sets of objects, one statement at a time.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};

use autogen::catalog::{Catalog, Externals, Notes};
use autogen::diff::{apply, diff};
use autogen::intent::Intent;
use autogen::kind::{Change, Id, Name, Object};
use autogen::plan::{Plan, Statement, plan};

use crate::revise;

/// What became of a pair.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    Kept,
    /// One of the ways is refused, by name.
    Refused,
}

pub fn lawful(before: &Catalog, after: &Catalog, intent: &Intent) -> Result<Outcome, String> {
    comparing(before, after)?;
    let (up, down) = match (one_way(before, after, intent)?, one_way(after, before, &intent.inverted())?) {
        (Some(up), Some(down)) => (up, down),
        _ => return Ok(Outcome::Refused),
    };
    let plans = revise::Plans { up, down };
    let revision = revise::revision("000000000002", &["000000000001"], &plans, before);
    revise::text(&revision).map_err(|error| format!("the file is not read back: {error}"))?;
    Ok(Outcome::Kept)
}

/// Laws of comparing: nothing differs from itself, and the changes lead where they should.
fn comparing(before: &Catalog, after: &Catalog) -> Result<(), String> {
    if !diff(before, before).is_empty() {
        return Err("a catalog differs from itself".into());
    }
    if apply(before, &diff(before, after)) != *after {
        return Err("the changes do not lead to the other catalog".into());
    }
    Ok(())
}

/// The plan, once it has been replayed; `None` where it is refused.
fn one_way(before: &Catalog, after: &Catalog, intent: &Intent) -> Result<Option<Plan>, String> {
    let planned = match plan(before, after, intent) {
        Ok(planned) => planned,
        Err(error) if error.code() == 1 => return Ok(None),
        Err(error) => return Err(format!("no plan: {error}")),
    };
    replay(&planned, before, after, intent).map_err(|why| format!("{why}\nthe plan:\n{}", shown(&planned)))?;
    let again = plan(before, after, intent).map_err(|error| error.to_string())?;
    if shown(&planned) != shown(&again) {
        return Err("planning twice gives two plans".into());
    }
    Ok(Some(planned))
}

pub fn shown(plan: &Plan) -> String {
    let sql =
        |statement: &Statement| statement.body.clone().statements().iter().map(|sql| format!("  {sql};\n")).collect();
    plan.statements.iter().map(sql).collect::<Vec<String>>().concat()
}

fn replay(plan: &Plan, before: &Catalog, after: &Catalog, intent: &Intent) -> Result<(), String> {
    let mut externals = before.externals().clone();
    externals.extend(after.externals().clone());
    let (mut stage, _) = Catalog::close(before.objects().clone(), externals.clone(), before.notes.clone());
    let (mut held, mut renamed) = (stage.clone(), false);
    for (number, statement) in plan.statements.iter().enumerate() {
        let at = |why: String| format!("after statement {} of {}: {why}", number + 1, plan.statements.len());
        if statement.changes.iter().any(|change| matches!(change, Change::Rename { .. })) {
            // one rename carries what is inside along; between two of them nothing is to be seen
            if !renamed {
                (stage, _) = intent.rename(&stage);
                held = stage.clone();
                renamed = true;
            }
            continue;
        }
        let mut objects = stage.objects().clone();
        for change in &statement.changes {
            change_one(&mut objects, change).map_err(at)?;
        }
        stage = closed(objects, &externals).map_err(at)?;
        stands(&stage, &held, after).map_err(at)?;
    }
    if stage != *after { Err(format!("the plan leads elsewhere: {:#?}", diff(&stage, after))) } else { Ok(()) }
}

fn change_one(objects: &mut BTreeMap<Id, Object>, change: &Change<Object>) -> Result<(), String> {
    let (Change::Create(subject)
    | Change::Drop(subject)
    | Change::Rename { new: subject, .. }
    | Change::Alter { new: subject, .. }) = change;
    let id = subject.id();
    let found = objects.get(&id);
    match change {
        Change::Create(_) if found.is_some() => return Err(format!("{id} is created and is there already")),
        Change::Drop(old) if found != Some(old) => return Err(format!("{id} is dropped and is not there as it was")),
        Change::Alter { old, .. } if found != Some(old) => {
            return Err(format!("{id} is altered and is not there as it was"));
        }
        Change::Drop(_) => objects.remove(&id),
        Change::Create(new) | Change::Alter { new, .. } | Change::Rename { new, .. } => objects.insert(id, new.clone()),
    };
    Ok(())
}

/// Nothing dangles, and no name is taken twice.
fn closed(objects: BTreeMap<Id, Object>, externals: &Externals) -> Result<Catalog, String> {
    let mut taken: BTreeMap<Name, &Id> = BTreeMap::new();
    for (id, object) in &objects {
        for name in object.occupies() {
            if let Some(other) = taken.insert(name.clone(), id) {
                return Err(format!("{id} and {other} take one name, {name}"));
            }
        }
    }
    let (catalog, dangling) = Catalog::close(objects, externals.clone(), Notes::default());
    match dangling.first() {
        Some(first) => Err(format!("{} needs what is not there: {:?}", first.id, first.fact)),
        None => Ok(catalog),
    }
}

/// What an object stands on in the catalog that it comes from holds as long as it is there; a text that mentions a column
/// would else lose it unseen.
fn stands(stage: &Catalog, before: &Catalog, after: &Catalog) -> Result<(), String> {
    let facts: BTreeSet<_> = stage.objects().values().flat_map(Object::provides).collect();
    let of = |catalog: &Catalog, id: &Id, object: &Object| {
        let needed = (catalog.get(id) == Some(object)).then(|| catalog.requires(id).to_vec());
        let external = |fact: &&autogen::kind::Fact| !facts.contains(*fact) && provided(catalog, fact);
        needed.map(|needed| needed.iter().find(external).cloned())
    };
    for (id, object) in stage.objects() {
        let lost = [of(before, id, object), of(after, id, object)];
        let unmet: Vec<_> = lost.iter().flatten().collect();
        if !unmet.is_empty() && unmet.iter().all(|lost| lost.is_some()) {
            return Err(format!("{id} stands on what is gone: {:?}", unmet[0]));
        }
    }
    Ok(())
}

fn provided(catalog: &Catalog, fact: &autogen::kind::Fact) -> bool {
    catalog.objects().values().any(|object| object.provides().contains(fact))
}
