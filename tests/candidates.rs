//! Are renames found, and is nothing called certain that is none?
//!
//! `tests/candidates/pairs.yaml` holds pairs that were labelled by hand, and `fresh.yaml` those of somebody who did not know how
//! candidates are scored; a seed gives the others. No server is asked. The figures are printed with
//! `cargo test --test candidates -- --nocapture`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use autogen::candidates::{Candidate, candidates, shown};
use autogen::catalog::Catalog;
use autogen::config::Config;
use autogen::draft::{Draft, RenameHint};
use autogen::error::Place;
use autogen::intent::Intent;
use serde::Deserialize;

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "candidates/generated.rs"]
mod generated;

/// The same numbers for the same seed.
mod universe_random {
    pub struct Random(u64);

    impl Random {
        pub fn new(seed: u64) -> Self {
            Self(seed.max(1))
        }

        pub fn below(&mut self, end: usize) -> usize {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
        }
    }
}

/// Two models, and which of what goes has another name in the second.
pub struct Labelled {
    name: String,
    before: String,
    after: String,
    renames: BTreeSet<(String, String)>,
}

#[derive(Deserialize)]
struct ByHand {
    model: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    change: BTreeMap<String, String>,
    renames: BTreeMap<String, String>,
}

fn by_hand(ByHand { model, cases }: ByHand) -> Vec<Labelled> {
    let of = |(n, case): (usize, Case)| {
        let mut after = model.clone();
        for (old, new) in &case.change {
            assert!(model.contains(old.as_str()), "case {}: {old:?} is not in the model", n + 1);
            after = after.replace(old.as_str(), new);
        }
        let name = format!("{} {:?}", n + 1, case.change);
        Labelled { name, before: model.clone(), after, renames: case.renames.into_iter().collect() }
    };
    cases.into_iter().enumerate().map(of).collect()
}

fn draft(model: &str) -> Draft {
    let mut draft = Draft::default();
    let config = Config::defaults(Path::new("/nowhere")).unwrap();
    autogen::model::declare(model, Path::new("model.yaml"), &config, &mut draft)
        .unwrap_or_else(|error| panic!("{error}\n{model}"));
    autogen::model::finish(&mut draft, &Default::default()).unwrap();
    draft
}

/// A name that nobody wrote is that of the live one that is the same.
fn wanted(draft: Draft, live: &Catalog) -> Catalog {
    fixtures::wanted(draft, live).unwrap_or_else(|error| panic!("{error}"))
}

fn catalog(model: &str, live: bool) -> Catalog {
    let catalog = wanted(draft(model), &Catalog::default());
    let (objects, externals, mut notes) = catalog.into_parts();
    if live {
        // a database knows the order of columns and of nothing else
        notes.order.retain(|id, _| id.tag.word() == "column");
    }
    Catalog::close(objects, externals, notes)
}

fn pair(candidate: &Candidate) -> (String, String) {
    let name = candidate.new.own_name().unwrap();
    (shown(&candidate.old), name.as_str().to_owned())
}

/// By the name before all renames, and without the quotes of names that are keywords.
fn plain((old, new): (String, String)) -> (String, String) {
    (old.replace('"', ""), new)
}

#[derive(Default)]
struct Figures {
    labelled: usize,
    renames: usize,
    /// Without an answer to any other question.
    at_once: usize,
    found: usize,
    asked: usize,
    wrong: usize,
    certain: usize,
    missed: Vec<String>,
    wrongly_certain: Vec<String>,
}

impl Figures {
    /// As `revision` asks: what is answered is compared again, since what mentions it looks otherwise then. Who answers says
    /// what is labelled, to all that is asked.
    fn count(&mut self, case: &Labelled) {
        let live = catalog(&case.before, true);
        let labelled: BTreeSet<_> = case.renames.iter().cloned().map(plain).collect();
        let (mut answers, mut asked, mut right): (Vec<RenameHint>, _, _) = (vec![], BTreeSet::new(), BTreeSet::new());
        loop {
            let draft = Draft { renames: answers.clone(), ..draft(&case.after) };
            let intent = Intent::of(&draft, &live).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            let back = intent.renames.inverted();
            let base = intent.rename(&live).0;
            for candidate in candidates(&base, &wanted(self::draft(&case.after), &base)) {
                let (new, from) = (candidate.new.clone(), candidate.old.own_name().unwrap().clone());
                let mut before = candidate.clone();
                back.id(&mut before.old);
                let pair = plain(pair(&before));
                let is_right = labelled.contains(&pair);
                if candidate.certain && !is_right {
                    self.wrongly_certain.push(format!("{}: {candidate:?}", case.name));
                }
                if !asked.insert(pair.clone()) {
                    continue;
                }
                self.certain += usize::from(candidate.certain);
                if is_right {
                    right.insert(pair);
                    let place = Place::new("answer", answers.len() + 1, 1);
                    answers.push(RenameHint { id: new, from, place });
                } else {
                    self.wrong += 1;
                }
            }
            if draft.renames.is_empty() {
                self.at_once += right.len();
            }
            if draft.renames.len() == answers.len() {
                break;
            }
        }
        self.labelled += labelled.len().max(1);
        self.renames += labelled.len();
        self.found += right.len();
        self.asked += asked.len();
        for (old, new) in labelled.difference(&right) {
            self.missed.push(format!("{}: {old} -> {new}", case.name));
        }
    }

    fn add(&mut self, other: Self) {
        let Self { labelled, renames, at_once, found, asked, wrong, certain, missed, wrongly_certain } = other;
        self.labelled += labelled;
        self.renames += renames;
        self.at_once += at_once;
        self.found += found;
        self.asked += asked;
        self.wrong += wrong;
        self.certain += certain;
        self.missed.extend(missed);
        self.wrongly_certain.extend(wrongly_certain);
    }

    fn tell(&self, name: &str) {
        let percent = |part: usize, of: usize| part as f64 * 100.0 / of.max(1) as f64;
        println!(
            "{name}: {} labelled pairs; {} renames, {} of them candidates (recall {:.1} %), {} at once; {} candidates, {} of them right \
             (precision {:.1} %); {} certain, {} of them wrong",
            self.labelled,
            self.renames,
            self.found,
            percent(self.found, self.renames),
            self.at_once,
            self.asked,
            self.asked - self.wrong,
            percent(self.asked - self.wrong, self.asked),
            self.certain,
            self.wrongly_certain.len(),
        );
        self.missed.iter().for_each(|missed| println!("  missed: {missed}"));
        assert!(self.wrongly_certain.is_empty(), "called certain:\n{}", self.wrongly_certain.join("\n"));
        assert!(self.found * 100 >= self.renames * 95, "{name}: recall is below 95 %");
    }
}

#[test]
fn renames_are_found_and_none_is_wrongly_certain() {
    let hand = by_hand(serde_yaml::from_str(include_str!("candidates/pairs.yaml")).unwrap());
    let fresh: Vec<ByHand> = serde_yaml::from_str(include_str!("candidates/fresh.yaml")).unwrap();
    let fresh: Vec<Labelled> = fresh.into_iter().flat_map(by_hand).collect();
    let made: Vec<Labelled> = (1..=300).map(generated::labelled).collect();
    let mut all = Figures::default();
    for (name, cases) in [("by hand", &hand), ("fresh", &fresh), ("generated", &made)] {
        let mut figures = Figures::default();
        cases.iter().for_each(|case| figures.count(case));
        figures.tell(name);
        all.add(figures);
    }
    assert!(all.labelled >= 200, "{} pairs", all.labelled);
    all.tell("all");
}

#[test]
fn a_renamed_table_is_asked_about_with_the_column_in_it() {
    let before = "tables: { a: { columns: { id: bigint, title: text, due: date }, primary_key: [id] } }";
    let found =
        candidates(&catalog(before, true), &catalog(&before.replace("a:", "b:").replace("title", "name"), false));
    let told: Vec<_> = found.iter().map(|one| (pair(one), one.above.as_ref().map(|(_, new)| shown(new)))).collect();
    let of = |old: &str, new: &str| (old.to_owned(), new.to_owned());
    assert_eq!(
        told,
        [(of("table public.a", "b"), None), (of("column public.a.title", "name"), Some("table public.b".to_owned()))]
    );
}

#[test]
fn two_that_could_each_be_either_are_both_named_and_not_certain() {
    let before = "tables: { t: { columns: { id: bigint, one: text, two: text } } }";
    let after = "tables: { t: { columns: { id: bigint, uno: text, dos: text } } }";
    let found = candidates(&catalog(before, true), &catalog(after, false));
    assert!(found.len() >= 2 && found.iter().all(|one| !one.certain), "{found:?}");
}

#[test]
fn what_is_the_same_but_for_its_spelling_is_certain() {
    let before = "tables: { t: { columns: { id: bigint, userId: bigint, n: int }, indexes: { ix_t: [userId] } } }";
    let found = candidates(&catalog(before, true), &catalog(&before.replace("userId", "user_id"), false));
    assert!(matches!(found.as_slice(), [one] if one.certain), "{found:?}");
    // a second difference is a doubt
    let other = before.replace("userId: bigint", "user_id: int").replace("[userId]", "[user_id]");
    let found = candidates(&catalog(before, true), &catalog(&other, false));
    assert!(matches!(found.as_slice(), [one] if !one.certain), "{found:?}");
}

/// A thousand tables against a thousand others is a matter of a moment, and not of a million comparisons.
#[test]
fn many_that_go_and_come_take_no_longer_for_it() {
    let model = |prefix: &str, count: usize| {
        let table = |n: usize| {
            let columns = format!("id: bigint, created_at: timestamptz, c{n}: text, k{}: int", n % 50);
            format!("  {prefix}_{n}: {{ columns: {{ {columns} }}, primary_key: [id] }}\n")
        };
        format!("tables:\n{}", (0..count).map(table).collect::<String>())
    };
    let (before, after) = (catalog(&model("old", 1000), true), catalog(&model("new", 1000), false));
    let begun = Instant::now();
    let found = candidates(&before, &after);
    let took = begun.elapsed();
    println!("1,000 tables that go and 1,000 that come: {took:.1?}, {} candidates", found.len());
    let right = found.iter().filter(|one| one.old.path[1].as_str().replace("old", "new") == one.new.path[1].as_str());
    assert_eq!(right.count(), 1000);
    assert!(took < Duration::from_secs(60), "{took:?}");
}
