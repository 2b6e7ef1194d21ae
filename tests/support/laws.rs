//! What must be true of every pair of catalogs, whatever they hold?
//!
//! [`lawful`] plans both ways between two catalogs and replays the plans on bare sets of objects, one statement at a time.
#![allow(dead_code)]

use std::collections::{BTreeMap, BTreeSet};

use autogen::catalog::Catalog;
use autogen::diff::{apply, diff};
use autogen::intent::Intent;
use autogen::kind::{Change, Fact, Id, Object};
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
    alone(&planned, intent)?;
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

/// What has no transaction stands alone, and is no part of another statement; where nothing was asked for, nothing does.
fn alone(plan: &Plan, intent: &Intent) -> Result<(), String> {
    for statement in &plan.statements {
        for sql in statement.body.clone().statements() {
            let sql = sql.to_string();
            let must = sql.contains(" CONCURRENTLY ");
            if must && !statement.own_transaction {
                return Err(format!("it has no step of its own: {sql}"));
            }
            if intent.online == Default::default() && sql.contains(" CONCURRENTLY ") {
                return Err(format!("nobody asked for it: {sql}"));
            }
        }
    }
    Ok(())
}

fn replay(plan: &Plan, before: &Catalog, after: &Catalog, intent: &Intent) -> Result<(), String> {
    let mut ends = [Side::of(before.clone()), Side::of(after.clone())];
    let mut stage = Stage::of(before);
    let mut renamed = false;
    for (number, statement) in plan.statements.iter().enumerate() {
        let at = |why: String| format!("after statement {} of {}: {why}", number + 1, plan.statements.len());
        if statement.changes.iter().any(|change| matches!(change, Change::Rename { .. })) {
            // one rename carries what is inside along; between two of them nothing is to be seen
            if !renamed {
                let here = Catalog::close(stage.objects, before.externals().clone(), before.notes.clone());
                let there = intent.rename(&here).0.into_owned();
                stage = Stage::of(&there);
                ends[0] = Side::of(there);
                renamed = true;
            }
            continue;
        }
        for change in &statement.changes {
            stage.change(change).map_err(at)?;
        }
        stage.stands(&ends).map_err(at)?;
    }
    let there = Catalog::close(stage.objects, after.externals().clone(), after.notes.clone());
    let left = diff(&there, after);
    if left.is_empty() { Ok(()) } else { Err(format!("the plan leads elsewhere; what is left: {left:#?}")) }
}

/// A catalog at one end of a plan, with all that it provides itself.
struct Side {
    catalog: Catalog,
    provided: BTreeSet<Fact>,
}

impl Side {
    fn of(catalog: Catalog) -> Self {
        let provided = catalog.objects().values().flat_map(Object::provides).collect();
        Self { catalog, provided }
    }
}

/// What is there between two statements.
struct Stage {
    objects: BTreeMap<Id, Object>,
    /// How many objects provide each fact.
    facts: BTreeMap<Fact, usize>,
}

impl Stage {
    fn of(catalog: &Catalog) -> Self {
        let mut stage = Self { objects: BTreeMap::new(), facts: BTreeMap::new() };
        catalog.objects().values().for_each(|object| stage.put(object));
        stage
    }

    fn put(&mut self, object: &Object) {
        for fact in object.provides() {
            *self.facts.entry(fact).or_default() += 1;
        }
        self.objects.insert(object.id(), object.clone());
    }

    fn take(&mut self, old: &Object) -> Result<(), String> {
        let id = old.id();
        if self.objects.remove(&id).as_ref() != Some(old) {
            return Err(format!("{id} is dropped or altered and is not there as it was"));
        }
        for fact in old.provides() {
            match self.facts.get_mut(&fact) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(self.facts.remove(&fact)),
            }
        }
        Ok(())
    }

    fn change(&mut self, change: &Change<Object>) -> Result<(), String> {
        if let Change::Drop(old) | Change::Alter { old, .. } | Change::Rename { old, .. } = change {
            self.take(old)?;
        }
        if let Change::Create(new) | Change::Alter { new, .. } | Change::Rename { new, .. } = change {
            if self.objects.contains_key(&new.id()) {
                return Err(format!("{} is created and is there already", new.id()));
            }
            self.put(new);
        }
        Ok(())
    }

    /// No name is taken twice, and whatever an object stands on at the end that it comes from is there as long as it is:
    /// a text that mentions a column would else lose it unseen. What stands outside both catalogs is always there.
    fn stands(&self, ends: &[Side; 2]) -> Result<(), String> {
        let twice = |(fact, count): &(&Fact, &usize)| **count > 1 && matches!(fact, Fact::Exists(_));
        if let Some((fact, count)) = self.facts.iter().find(twice) {
            return Err(format!("{count} objects take one name: {fact:?}"));
        }
        for (id, object) in &self.objects {
            let of = |end: &&Side| end.catalog.get(id) == Some(object);
            let unmet = |end: &Side| {
                let gone = |fact: &&Fact| !self.facts.contains_key(*fact) && end.provided.contains(*fact);
                end.catalog.requires(id).iter().find(gone).cloned()
            };
            let unmet: Vec<Option<Fact>> = ends.iter().filter(of).map(unmet).collect();
            if unmet.is_empty() {
                return Err(format!("{id} is neither as it was nor as it will be"));
            }
            if let Some(first) = unmet.iter().all(Option::is_some).then(|| &unmet[0]) {
                return Err(format!("{id} stands on what is gone: {first:?}"));
            }
        }
        Ok(())
    }
}
