//! Do the laws hold without a server?
//!
//! For every fixture, for every pair in a small universe, and for ten thousand pairs of random catalogs: comparing is exact,
//! every statement of a plan leaves a closed catalog, plans lead where they should and back, and a revision file is read
//! back as it was written.

use std::thread;

use autogen::catalog::Catalog;
use autogen::intent::{Asked, Intent};
use autogen::kind::Manner;

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/laws.rs"]
mod laws;
#[path = "support/revise.rs"]
mod revise;
#[path = "support/universe.rs"]
mod universe;

use laws::{Outcome, lawful};
use universe::{Genes, Random};

#[test]
fn the_laws_hold_for_every_fixture() {
    fixtures::each(&fixtures::all(), |case| {
        if let Ok(pair) = case.pair() {
            let outcome =
                lawful(&pair.before, &pair.after, &pair.intent).unwrap_or_else(|why| panic!("{}: {why}", case.name));
            assert_eq!(
                outcome == Outcome::Refused,
                case.options.error.is_some(),
                "{}: whether it is refused",
                case.name
            );
        }
    });
}

/// A catalog with the genes that it grew from.
struct Grown {
    genes: Genes,
    catalog: Catalog,
}

fn grow(genes: Vec<Genes>, seed: &str) -> Vec<Grown> {
    let one = |genes: Genes| {
        let catalog = universe::catalog(&genes).unwrap_or_else(|why| panic!("{seed}: the model is refused: {why}"));
        Grown { genes, catalog }
    };
    genes.into_iter().map(one).collect()
}

/// Checks all pairs, on every processor. What cannot be planned has to be the exception.
fn hold(pairs: &[(&Grown, &Grown)], seed: &str) {
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let share = pairs.len().div_ceil(threads);
    let refused: usize = thread::scope(|scope| {
        let workers: Vec<_> = pairs.chunks(share).map(|share| scope.spawn(move || refused(share, seed))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a law is broken, see above")).sum()
    });
    assert!(refused * 3 < pairs.len(), "{refused} of {} pairs are refused", pairs.len());
}

/// Every so many pairs also go the way that stops nobody.
const ONLINE: usize = 10;

fn online() -> Intent {
    let all = [Manner::Concurrently, Manner::Validated].into();
    Intent { online: Asked { all, ..Asked::default() }, ..Intent::default() }
}

/// How many pairs are refused; panics where a law is broken.
fn refused(pairs: &[(&Grown, &Grown)], seed: &str) -> usize {
    let lawful = |one: &Grown, other: &Grown, intent: &Intent| match lawful(&one.catalog, &other.catalog, intent) {
        Ok(outcome) => outcome == Outcome::Refused,
        Err(why) => {
            let (before, after) = (universe::model(&one.genes), universe::model(&other.genes));
            panic!("{seed}: {why}\nbefore:\n{before}\nafter:\n{after}")
        }
    };
    let outcome = |(n, (one, other)): &(usize, &(&Grown, &Grown))| {
        let refused = lawful(one, other, &Intent::default());
        if n % ONLINE == 0 {
            assert_eq!(lawful(one, other, &online()), refused, "{seed}: whether it is refused");
        }
        refused
    };
    pairs.iter().enumerate().filter(outcome).count()
}

/// One catalog in so many has all that can stand beside the tables, and is compared with its like.
const CROWDS: usize = 25;

#[test]
fn the_laws_hold_for_ten_thousand_random_pairs() {
    let seed = std::env::var("LAWS_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_260_101);
    let (mut random, said) = (Random::new(seed), format!("LAWS_SEED={seed}"));
    let genes: Vec<Genes> = (0..1_000).map(|n| Random::crowd(random.genes(), n % CROWDS == 0)).collect();
    let near: Vec<Genes> = genes.iter().map(|genes| random.neighbour(genes)).collect();
    let (any, near) = (grow(genes, &said), grow(near, &said));
    let mut pairs: Vec<(&Grown, &Grown)> = any.iter().zip(&near).collect();
    while pairs.len() < 10_000 {
        let (one, other) = (random.below(any.len()), random.below(near.len()));
        if one % CROWDS == 0 && other % CROWDS == 0 || one % CROWDS != 0 && other % CROWDS != 0 {
            pairs.push((&any[one], &near[other]));
        }
    }
    hold(&pairs, &said);
}

/// All catalogs that differ in a few genes only, each against each.
#[test]
fn the_laws_hold_throughout_a_small_universe() {
    // labels; whether table 0 is there and its first two types; default and foreign key of table 0
    let varied = [(0, 3), (2, 2), (3, 2), (24 + 1, 2), (24 + 18, 2)];
    let mut universe: Vec<Genes> = vec![vec![1; universe::LENGTH]];
    for (at, choices) in varied {
        let vary = |genes: Genes| {
            (0..choices).map(move |choice| {
                let mut genes = genes.clone();
                genes[at] = choice;
                genes
            })
        };
        universe = universe.into_iter().flat_map(vary).collect();
    }
    let universe = grow(universe, "the small universe");
    let pairs: Vec<_> = universe.iter().flat_map(|one| universe.iter().map(move |other| (one, other))).collect();
    hold(&pairs, "the small universe");
}
