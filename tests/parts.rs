//! Can a part of the changes be made by itself, whatever the changes are?
//!
//! Laws, without a server: the legs of a split lead all the way, each of them closed and planned there and back, for every
//! fixture and for random catalogs; and so does any part with the rest after it.

use std::collections::BTreeSet;
use std::thread;

use autogen::catalog::Catalog;
use autogen::intent::Intent;
use autogen::kind::Id;
use autogen::parts::{Changes, Pattern};

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/laws.rs"]
mod laws;
#[path = "support/revise.rs"]
mod revise;
#[path = "support/universe.rs"]
mod universe;

use laws::{Outcome, lawful};
use universe::Random;

/// One leg after the other, with the renames before the first.
fn way(before: &Catalog, legs: &[(String, Catalog)], intent: &Intent) -> Result<(), String> {
    let none = intent.afterwards();
    let mut here = before;
    for (n, (name, there)) in legs.iter().enumerate() {
        let intent = if n == 0 { intent } else { &none };
        match lawful(here, there, intent).map_err(|why| format!("leg {n}, {name}: {why}"))? {
            Outcome::Kept => here = there,
            Outcome::Refused => return Err(format!("leg {n}, {name}, is refused, and the whole is not")),
        }
    }
    Ok(())
}

fn named(ids: &[Id]) -> String {
    ids.iter().map(Id::to_string).collect::<Vec<_>>().join(", ")
}

/// Split, and cut at every table.
fn can_be_cut(before: &Catalog, after: &Catalog, intent: &Intent) -> Result<(), String> {
    if lawful(before, after, intent)? == Outcome::Refused {
        return Ok(());
    }
    let changes = Changes::of(before, after, intent).map_err(|error| error.to_string())?;
    let mut legs = Vec::new();
    let split = changes.split(&mut |leg| {
        legs.push(leg);
        Ok(())
    });
    split.map_err(|error| error.to_string())?;
    let mut made = BTreeSet::new();
    for leg in &legs {
        if let Some(twice) = leg.changes.iter().find(|id| !made.insert((*id).clone())) {
            return Err(format!("{twice} is in two legs"));
        }
    }
    if made != *changes.ids() || legs.last().is_none_or(|leg| leg.catalog != *after) {
        return Err("the legs do not lead all the way".into());
    }
    let tables: Vec<Id> = legs.iter().flat_map(|leg| leg.tables.clone()).collect();
    let split: Vec<_> = legs.into_iter().map(|leg| (named(&leg.tables), leg.catalog)).collect();
    way(before, &split, intent)?;
    for table in tables {
        let pattern = Pattern::read(&table.to_string()).map_err(|error| error.to_string())?;
        let cut = changes.only(&[pattern]).map_err(|error| format!("only {table}: {error}"))?;
        let middle = changes.catalog(&cut.ids).map_err(|error| format!("only {table}: {error}"))?;
        let two = [(format!("only {table}"), middle), ("the rest".into(), after.clone())];
        way(before, &two, intent)?;
    }
    Ok(())
}

#[test]
fn every_fixture_can_be_cut() {
    fixtures::each(&fixtures::all(), |case| {
        if let Ok(pair) = case.pair() {
            can_be_cut(&pair.before, &pair.after, &pair.intent).unwrap_or_else(|why| panic!("{}: {why}", case.name));
        }
    });
}

#[test]
fn random_pairs_can_be_cut() {
    let seed = std::env::var("LAWS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_101);
    let count: usize = std::env::var("LAWS_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(100);
    let mut random = Random::new(seed);
    let mut pairs = Vec::new();
    for n in 0..count {
        let one = Random::crowd(random.genes(), n % 25 == 0);
        let other = if n % 2 == 0 { random.neighbour(&one) } else { Random::crowd(random.genes(), n % 25 == 0) };
        pairs.push((one, other));
    }
    let check = |(one, other): &(universe::Genes, universe::Genes)| {
        let grown = |genes| universe::catalog(genes).unwrap_or_else(|why| panic!("the model is refused: {why}"));
        can_be_cut(&grown(one), &grown(other), &Intent::default()).unwrap_or_else(|why| {
            let (before, after) = (universe::model(one), universe::model(other));
            panic!("LAWS_SEED={seed}: {why}\nbefore:\n{before}\nafter:\n{after}")
        });
    };
    thread::scope(|scope| {
        let workers: Vec<_> =
            pairs.chunks(count.div_ceil(2)).map(|share| scope.spawn(move || share.iter().for_each(check))).collect();
        workers.into_iter().for_each(|worker| worker.join().expect("a law is broken, see above"));
    });
}
