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
#[path = "support/revise.rs"]
mod revise;
#[path = "support/server.rs"]
mod server;

use autogen::catalog::Catalog;
use autogen::diff::diff;
use fixtures::Case;
use project::Project;

/// More connections than processors: most of the time goes to waiting for the server.
const THREADS: usize = 6;

#[test]
fn every_fixture_goes_there_and_back() {
    let cases = fixtures::all();
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = catch_unwind(AssertUnwindSafe(|| there_and_back(case)));
                    let message = outcome.unwrap_or_else(|_| Err("it panicked, see above".into()));
                    if let (Err(why), Ok(mut failed)) = (message, failed.lock())
                        // what an older server cannot hold is refused, which is as it should be
                        && !why.contains("needs PostgreSQL")
                    {
                        failed.push(format!("{}: {why}", case.name));
                    }
                }
            });
        }
    });
    let mut failed = failed.into_inner().unwrap_or_default();
    failed.sort();
    assert!(failed.is_empty(), "{} of {} cases failed:\n\n{}", failed.len(), cases.len(), failed.join("\n\n"));
}

fn there_and_back(case: &Case) -> Result<(), String> {
    let mut project = Project::new();
    let step = |what: &str| {
        let what = what.to_owned();
        move |error: autogen::Error| format!("{what}: {error}")
    };
    let before = project.compare(case.draft("before.yaml").map_err(step("before.yaml"))?).map_err(step("before"))?;
    if !before.plans.up.statements.is_empty() {
        let text = project.revise(&before).map_err(step("first revision"))?;
        project.upgrade().map_err(|error| format!("first upgrade: {error}\n{text}"))?;
    }
    equals_the_models(&mut project, case, "before.yaml")?;
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
        return equals_the_models(&mut project, case, "after.yaml");
    }
    let text = project.revise(&after).map_err(step("revision"))?;
    project.upgrade().map_err(|error| format!("upgrade: {error}\n{text}"))?;
    equals_the_models(&mut project, case, "after.yaml").map_err(|why| format!("{why}\n{text}"))?;
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

fn same(one: &Catalog, other: &Catalog) -> Result<(), String> {
    let changes = diff(one, other);
    if changes.is_empty() { Ok(()) } else { Err(format!("{changes:#?}")) }
}

#[test]
fn expressions_as_a_person_writes_them_stay_equal() {
    let mut project = Project::new();
    let draft = || {
        let text = include_str!("support/respelled.yaml");
        let config = autogen::config::Config::defaults(std::path::Path::new("."))?;
        let mut draft = autogen::draft::Draft::default();
        autogen::model::declare(text, std::path::Path::new("respelled.yaml"), &config, &mut draft)?;
        Ok::<_, autogen::Error>(draft)
    };
    let first = draft().and_then(|draft| project.compare(draft)).unwrap_or_else(|e| panic!("{e}"));
    let text = project.revise(&first).unwrap_or_else(|e| panic!("{e}"));
    project.upgrade().unwrap_or_else(|e| panic!("{e}\n{text}"));
    let second = draft().and_then(|draft| project.compare(draft)).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(second.unknowns, [], "everything can be compared");
    if let Err(why) = same(&second.live, &second.wanted) {
        panic!("{why}");
    }
}
