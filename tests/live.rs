//! Does a real PostgreSQL end where the models say, and come back?
//!
//! The five steps, for every fixture, each in a database of its own: the state before is made and reads back as declared;
//! the revision is written; after the upgrade the database equals the models, and comparing finds nothing; after the
//! downgrade it reads as it did before. Rows are put in where a case has some.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/project.rs"]
mod project;
#[path = "support/respell.rs"]
mod respell;
#[path = "support/revise.rs"]
mod revise;
#[path = "support/server.rs"]
mod server;
#[path = "support/universe.rs"]
mod universe;

use std::path::{Path, PathBuf};

use autogen::catalog::Catalog;
use autogen::config::Config;
use autogen::diff::diff;
use autogen::draft::Draft;
use autogen::introspect;
use autogen::model::{self, Form};
use fixtures::Case;
use project::Project;

/// More connections than processors: most of the time goes to waiting for the server.
const THREADS: usize = 6;

/// `LIVE_CASES`, if it is set, is what the names of the cases begin with.
#[test]
fn every_fixture_goes_there_and_back() {
    let begins = std::env::var("LIVE_CASES").unwrap_or_default();
    let mut cases = fixtures::all();
    cases.retain(|case| begins.split(',').any(|begin| case.name.starts_with(begin)));
    with_roles();
    let (next, failed, outcomes) = (AtomicUsize::new(0), Mutex::new(Vec::new()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = catch_unwind(AssertUnwindSafe(|| there_and_back(case)));
                    match outcome.unwrap_or_else(|_| Err("it panicked, see above".into())) {
                        Ok(outcome) => outcomes.lock().unwrap_or_else(|e| e.into_inner()).push(outcome),
                        Err(why) => {
                            let mut failed = failed.lock().unwrap_or_else(|e| e.into_inner());
                            failed.push(format!("{}: {why}", case.name));
                        }
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap_or_default();
    failed.sort();
    let outcomes = outcomes.into_inner().unwrap_or_default();
    let count = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let [kept, refused, lacking] = [Outcome::Kept, Outcome::Refused, Outcome::Lacking].map(count);
    println!(
        "{kept} cases went there and back; {refused} need a later PostgreSQL, {lacking} one that is built otherwise"
    );
    assert!(failed.is_empty(), "{} of {} cases failed:\n\n{}", failed.len(), cases.len(), failed.join("\n\n"));
}

/// What the models may name and is the whole server's, made once.
fn with_roles() {
    static MADE: std::sync::Once = std::sync::Once::new();
    MADE.call_once(|| fixtures::with_roles(&mut Project::new().client));
}

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Kept,
    /// The server is too old for it, and that was said.
    Refused,
    /// The server was built without what it is about.
    Lacking,
}

fn there_and_back(case: &Case) -> Result<Outcome, String> {
    let mut project = Project::new();
    project.managed = case.managed();
    project.online = case.online();
    let major = project.live().map_err(|error| error.to_string())?.server.major;
    if case.needs().is_some_and(|needed| needed > major) {
        let mut compare = |file| case.draft(file).and_then(|draft| project.compare(draft)).map(|_| ());
        let refusal = compare("before.yaml").and_then(|()| compare("after.yaml"));
        return match refusal {
            Err(error) if error.to_string().contains("needs PostgreSQL") => Ok(Outcome::Refused),
            other => Err(format!("PostgreSQL {major} is too old for it, and it is not refused: {other:?}")),
        };
    }
    if case.options.only_where.as_ref().is_some_and(|query| project.rows(query) != ["true"]) {
        return Ok(Outcome::Lacking);
    }
    five_steps(&mut project, case).map(|()| Outcome::Kept)
}

fn five_steps(project: &mut Project, case: &Case) -> Result<(), String> {
    let step = |what: &str| {
        let what = what.to_owned();
        move |error: autogen::Error| format!("{what}: {error}")
    };
    let before = project.compare(case.draft("before.yaml").map_err(step("before.yaml"))?).map_err(step("before"))?;
    if !before.plans.up.statements.is_empty() {
        let text = project.revise(&before).map_err(step("first revision"))?;
        project.upgrade().map_err(|error| format!("first upgrade: {error}\n{text}"))?;
    }
    equals_the_models(project, case, "before.yaml")?;
    if let Some(seed) = &case.options.seed {
        project.client.batch_execute(seed).map_err(|e| format!("seed: {e:?}"))?;
    }
    let start = project.live().map_err(step("introspection"))?.catalog;
    let after = case.draft("after.yaml").and_then(|draft| project.compare(draft));
    let after = match (after, &case.options.error) {
        (Err(error), Some(part)) if error.to_string().contains(part.as_str()) => return Ok(()),
        (Err(error), _) => return Err(format!("comparing: {error}")),
        (Ok(_), Some(part)) => return Err(format!("not refused with `{part}`")),
        (Ok(after), None) => after,
    };
    if case.options.unchanged {
        return equals_the_models(project, case, "after.yaml");
    }
    let text = project.revise(&after).map_err(step("revision"))?;
    let before = introspect::fingerprint(&mut project.client);
    project.upgrade().map_err(|error| format!("upgrade: {error}\n{text}"))?;
    if before.is_some() && before == introspect::fingerprint(&mut project.client) {
        return Err(format!("the fingerprint of the catalog is the same before and after\n{text}"));
    }
    equals_the_models(project, case, "after.yaml").map_err(|why| format!("{why}\n{text}"))?;
    in_other_words(project)?;
    as_structs(project)?;
    restored(project, case)?;
    for holds in &case.options.holds {
        let rows = project.rows(&holds.query);
        if rows != holds.rows {
            return Err(format!("{}\n  gives {rows:?}\n  not {:?}\n{text}", holds.query, holds.rows));
        }
    }
    let back = if start.objects().is_empty() { "base" } else { "-1" };
    if let Some(part) = &case.options.no_way_back {
        return match project.downgrade(back) {
            Err(error) if error.to_string().contains(part.as_str()) => Ok(()),
            other => Err(format!("the way back is not refused with `{part}`: {other:?}")),
        };
    }
    project.downgrade(back).map_err(|error| format!("downgrade: {error}\n{text}"))?;
    let end = project.live().map_err(step("introspection"))?.catalog;
    same(&start, &end).map_err(|why| format!("after the downgrade: {why}\n{text}"))
}

/// Nothing to do and nothing untold, and the objects are the same.
fn equals_the_models(project: &mut Project, case: &Case, file: &str) -> Result<(), String> {
    let found =
        case.draft(file).and_then(|draft| project.compare(draft)).map_err(|error| format!("{file}: {error}"))?;
    if !found.unknowns.is_empty() {
        return Err(format!("{file}: could not tell: {:?}", found.unknowns));
    }
    same(&found.live, &found.wanted).map_err(|why| format!("the database is not as {file}: {why}"))
}

fn draft(text: &str) -> autogen::Result<Draft> {
    let config = Config::defaults(Path::new("."))?;
    let mut draft = Draft::default();
    model::declare(text, Path::new("model.yaml"), &config, &mut draft)?;
    Ok(draft)
}

/// A model of the small universe.
fn finished(text: &str) -> autogen::Result<Draft> {
    let mut draft = draft(text)?;
    model::finish(&mut draft, &universe::managed())?;
    Ok(draft)
}

fn is_as(project: &mut Project, draft: Draft) -> Result<(), String> {
    let found = project.compare(draft).map_err(|error| error.to_string())?;
    match found.unknowns.is_empty() {
        true => same(&found.live, &found.wanted),
        false => Err(format!("could not tell: {:?}", found.unknowns)),
    }
}

/// What `inspect` writes, as a person would have written it, is no difference.
fn in_other_words(project: &mut Project) -> Result<(), String> {
    let live = project.live().map_err(|error| error.to_string())?;
    let written = model::write(&live.catalog, &"public".into(), &project.managed).map_err(|error| error.to_string())?;
    let mut all = Draft::default();
    let mut words = String::new();
    for text in written.values().filter(|text| !text.trim().is_empty()) {
        let text = respell::model(text);
        let one = draft(&text).map_err(|error| format!("in other words: {error}\n{text}"))?;
        all.entries.extend(one.entries);
        all.stated.extend(one.stated);
        all.owner = all.owner.or(one.owner);
        words.push_str(&text);
        words.push('\n');
    }
    let managed = project.managed.clone();
    model::finish(&mut all, &managed).map_err(|error| format!("in other words: {error}\n{words}"))?;
    is_as(project, all).map_err(|why| format!("in other words: {why}\n{words}"))
}

/// What `inspect --format rust` writes is no difference either.
fn as_structs(project: &mut Project) -> Result<(), String> {
    let live = project.live().map_err(|error| error.to_string())?;
    let written = model::write_as(Form::Rust, &live.catalog, &"public".into(), &project.managed);
    let whole = written.map_err(|error| error.to_string())?.into_values().collect::<Vec<_>>().join("\n");
    let config = Config::defaults(Path::new(".")).map_err(|error| error.to_string())?;
    let mut all = Draft::default();
    let declared = model::declare(&whole, Path::new("models.rs"), &config, &mut all)
        .and_then(|()| model::finish(&mut all, &project.managed));
    declared.map_err(|error| format!("as structs: {error}\n{whole}"))?;
    is_as(project, all).map_err(|why| format!("as structs: {why}\n{whole}"))
}

/// A database made anew of its own dump holds the server's second spelling of some expressions, which is no difference.
fn restored(project: &mut Project, case: &Case) -> Result<(), String> {
    let mut copy = Project::new();
    copy.managed = case.managed();
    let Some(dumped) = server::copy(project.database(), copy.database()) else { return Ok(()) };
    dumped.map_err(|why| format!("restoring: {why}"))?;
    match (equals_the_models(&mut copy, case, "after.yaml"), case.options.lost_by_dump) {
        (Ok(()), true) => Err("a dump carries it: take `lost_by_dump` away".into()),
        (Err(_), true) => Ok(()),
        (outcome, false) => outcome.map_err(|why| format!("restored from its dump: {why}")),
    }
}

fn same(one: &Catalog, other: &Catalog) -> Result<(), String> {
    let changes = diff(one, other);
    if changes.is_empty() { Ok(()) } else { Err(format!("{changes:#?}")) }
}

/// `LIVE_PAIRS` of them, a handful unless said; `LIVE_SEED` gives the same ones again.
#[test]
fn random_pairs_go_there_and_back() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    with_roles();
    let (count, seed) = (number("LIVE_PAIRS").unwrap_or(8), number("LIVE_SEED").unwrap_or(20_260_101));
    let mut random = universe::Random::new(seed);
    let pairs: Vec<(String, String)> = (0..count)
        .map(|n| {
            let crowd = |genes| universe::Random::crowd(genes, n % 3 != 2);
            let genes = crowd(random.genes());
            // small changes, and catalogs that have little in common
            let other = if n % 4 == 0 { crowd(random.genes()) } else { random.neighbour(&genes) };
            (universe::model(&genes), universe::model(&other))
        })
        .collect();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((before, after)) = pairs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = catch_unwind(AssertUnwindSafe(|| pair(before, after)));
                    let message = outcome.unwrap_or_else(|_| Err("it panicked, see above".into()));
                    if let (Err(why), Ok(mut failed)) = (message, failed.lock()) {
                        failed.push(format!("{why}\nbefore:\n{before}\nafter:\n{after}"));
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    assert!(
        failed.is_empty(),
        "LIVE_SEED={seed}: {} of {count} pairs failed:\n\n{}",
        failed.len(),
        failed.join("\n\n")
    );
}

fn pair(before: &str, after: &str) -> Result<(), String> {
    let mut project = Project::new();
    project.managed = universe::managed();
    let text = match take(&mut project, before)? {
        Some(text) => text,
        None => return Err("the first state is refused".into()),
    };
    is_as(&mut project, finished(before).map_err(|error| error.to_string())?)
        .map_err(|why| format!("{why}\n{text}"))?;
    let start = project.live().map_err(|error| error.to_string())?.catalog;
    let Some(text) = take(&mut project, after)? else { return Ok(()) };
    is_as(&mut project, finished(after).map_err(|error| error.to_string())?).map_err(|why| format!("{why}\n{text}"))?;
    in_other_words(&mut project)?;
    if text.is_empty() {
        return Ok(());
    }
    project.downgrade("-1").map_err(|error| format!("downgrade: {error}\n{text}"))?;
    let end = project.live().map_err(|error| error.to_string())?.catalog;
    same(&start, &end).map_err(|why| format!("after the downgrade: {why}\n{text}"))
}

/// The revision that makes the database follow the model; `None` where it is refused by name.
fn take(project: &mut Project, model: &str) -> Result<Option<String>, String> {
    let found = match finished(model).and_then(|draft| project.compare(draft)) {
        Ok(found) => found,
        Err(error) if error.code() == 1 => return Ok(None),
        Err(error) => return Err(format!("comparing: {error}")),
    };
    if found.plans.up.statements.is_empty() {
        return Ok(Some(String::new()));
    }
    let text = project.revise(&found).map_err(|error| format!("revision: {error}"))?;
    project.upgrade().map_err(|error| format!("upgrade: {error}\n{text}"))?;
    Ok(Some(text))
}

#[test]
fn expressions_as_a_person_writes_them_stay_equal() {
    let mut project = Project::new();
    let draft = || draft(include_str!("support/respelled.yaml"));
    let first = draft().and_then(|draft| project.compare(draft)).unwrap_or_else(|e| panic!("{e}"));
    let text = project.revise(&first).unwrap_or_else(|e| panic!("{e}"));
    project.upgrade().unwrap_or_else(|e| panic!("{e}\n{text}"));
    let second = draft().and_then(|draft| project.compare(draft)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(second.unknowns, [], "everything can be compared");
    if let Err(why) = same(&second.live, &second.wanted) {
        panic!("{why}");
    }
}

/// `LIVE_SQL` names files of SQL or folders with some in them; what does not run in one is passed over.
#[test]
#[ignore = "takes the files that LIVE_SQL names"]
fn schemas_of_others_stay_equal_in_other_words() {
    let named = std::env::var("LIVE_SQL").expect("LIVE_SQL names files of SQL, or folders with some, by spaces");
    let mut files: Vec<PathBuf> = Vec::new();
    for path in named.split_whitespace().map(PathBuf::from) {
        match std::fs::read_dir(&path) {
            Ok(entries) => files.extend(entries.flatten().map(|entry| entry.path()).filter(|path| is_sql(path))),
            Err(_) => files.push(path),
        }
    }
    files.sort();
    assert!(!files.is_empty(), "no file of SQL in {named}");
    let mut failed = Vec::new();
    for file in &files {
        let mut project = Project::new();
        let run = server::run_file(project.database(), file).expect("psql stands beside the server");
        run.unwrap_or_else(|why| panic!("{}: {why}", file.display()));
        let live = project.live().unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        println!("{}: {} objects", file.display(), live.catalog.objects().len());
        if let Err(why) = in_other_words(&mut project).and_then(|()| as_structs(&mut project)) {
            failed.push(format!("{}: {why}", file.display()));
        }
    }
    assert!(failed.is_empty(), "{} of {} differ:\n\n{}", failed.len(), files.len(), failed.join("\n\n"));
}

fn is_sql(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sql")
}
