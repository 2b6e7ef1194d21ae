//! What is wrong with the revisions of a project, if anything?
//!
//! Each question has databases of its own, and an answer of no says which revision it is about and what differs.

use std::collections::BTreeSet;

use postgres::Client;

use super::Tested;
use super::server::{Database, database};
use crate::catalog::Catalog;
use crate::connect;
use crate::diff::diff;
use crate::error::{Error, Result};
use crate::intent::Intent;
use crate::introspect;
use crate::kind::Id;
use crate::plan;
use crate::project::compare::{Comparison, compare_plainly, count};
use crate::project::renames;
use crate::project::{Project, Session, Tell, session};
use crate::render;
use crate::revision::{Folder, Revision, Script, Stored};
use crate::runner::{self, Options};

/// Whether `autogen upgrade head` knows where to go.
pub fn single_head_revision(project: impl Tested) -> Result<()> {
    let folder = project.project()?.revisions()?;
    if let Some(problem) = folder.problems().into_iter().next() {
        return Err(problem);
    }
    match folder.is_empty() {
        true => Ok(()),
        false => folder.resolve("head", &[]).map(drop),
    }
}

/// Whether a database at head is in step with the models.
pub fn model_definitions_match_ddl(project: impl Tested) -> Result<()> {
    let project = project.project()?;
    let folder = project.revisions()?;
    let database = database()?;
    upgrade(&project, &mut database.connect()?, &folder, false)?;
    in_step(&project, &database, "the models say something else than the revisions")
}

/// Whether a database that runs all revisions, those too that wait, is in step with the models, and so is one that is made
/// from the models alone.
pub fn upgrade_equals_models(project: impl Tested) -> Result<()> {
    let project = project.project()?;
    let folder = project.revisions()?;
    let upgraded = database()?;
    upgrade(&project, &mut upgraded.connect()?, &folder, true)?;
    in_step(&project, &upgraded, "all revisions, run on an empty database, do not lead to the models")?;
    let made = database()?;
    let mut session = session(&project, &made)?;
    let comparison = session.compare()?;
    told(&comparison)?;
    let alone = of_models(&comparison)?;
    upgrade(&project, &mut made.connect()?, &alone, false)
        .map_err(|error| error.detail("this is what the models alone would be made by, on an empty database"))?;
    in_step(&project, &made, "what the models alone lead to is not what they say")
}

/// Whether each revision goes up, down to what was before, and up again to the same; `only_up` are never taken back.
pub fn up_down_consistency(project: impl Tested, only_up: &[&str]) -> Result<()> {
    let project = project.project()?;
    let folder = project.revisions()?;
    if let Some(unknown) = only_up.iter().find(|id| folder.get(id).is_none()) {
        return Err(Error::new(format!("there is no revision {unknown}")).hint("name revisions by their whole ids"));
    }
    if let Some(problem) = folder.problems().into_iter().next() {
        return Err(problem);
    }
    let mut files = folder.history();
    files.reverse();
    let line = Folder::line(&files)?;
    let database = database()?;
    let mut client = database.connect()?;
    let options = options(&project);
    let mut before = introspect::whole(&mut client)?;
    let mut stands = "base";
    for file in files {
        let id = file.id();
        let up = |client: &mut Client| runner::upgrade(client, &line, id, &options, &mut |_| ()).map(drop);
        up(&mut client).map_err(|error| of(file, "cannot be run", error))?;
        let after = introspect::whole(&mut client)?;
        if !only_up.contains(&id) {
            runner::downgrade(&mut client, &line, stands, &options, &mut |_| ())
                .map_err(|error| of(file, "cannot be taken back", error).hint(ONLY_UP))?;
            same(&before, &introspect::whole(&mut client)?, || {
                differs(file, "its downgrade does not lead back to what was before it").hint(ONLY_UP)
            })?;
            up(&mut client).map_err(|error| of(file, "cannot be run again once it was taken back", error))?;
            same(&after, &introspect::whole(&mut client)?, || {
                differs(file, "up, down and up again, it leads to something else than the first time")
            })?;
        }
        (before, stands) = (after, id);
    }
    Ok(())
}

const ONLY_UP: &str = "correct the downgrade; or, if it cannot be taken back, name it in up_down_consistency_but";

fn options(project: &Project) -> Options {
    let config = project.config();
    Options::new(format!("{}{}", connect::pin(&config.search_path), config.running.limits()))
}

/// Runs all that is there; with `let_go`, what waits too.
fn upgrade(project: &Project, client: &mut Client, folder: &Folder, let_go: bool) -> Result<()> {
    if folder.is_empty() {
        return Ok(());
    }
    let options = options(project);
    let mut run = |target: &str| runner::upgrade(client, folder, target, &options, &mut |_| ());
    run("heads")?;
    let waiting = folder.history().into_iter().rev().filter(|file| let_go && file.revision.waits());
    for file in waiting.collect::<Vec<_>>() {
        run(file.id())?;
    }
    run("heads").map(drop)
}

fn session(project: &Project, database: &Database) -> Result<Session> {
    let (config, models) = project.parts();
    session::open_at(config.clone(), models.clone(), database.address(), &Tell::default())
}

fn in_step(project: &Project, database: &Database, what: &str) -> Result<()> {
    let comparison = compare_plainly(&mut session(project, database)?)?;
    if comparison.is_equal() {
        return told(&comparison);
    }
    let ops = comparison.upgrade.statements.iter().map(|statement| statement.ops.len()).sum();
    let mut lines = comparison.lines();
    lines.extend(renames::show::lines(&renames::open_of(&comparison, project.config())?));
    Err(Error::no(format!("{what}: {}", count(ops, "difference")))
        .detail(lines.join("\n"))
        .hint("`autogen revision -m …` writes what is missing; what a model says by mistake is taken out of it"))
}

fn told(comparison: &Comparison) -> Result<()> {
    comparison.untold().map_or(Ok(()), Err)
}

/// What the models would be made by on an empty database.
fn of_models(comparison: &Comparison) -> Result<Folder> {
    if comparison.is_equal() {
        return Folder::new(Vec::new());
    }
    let revision = Revision {
        message: "what the models declare".to_owned(),
        upgrade: Script::compose(&render::entries(&comparison.upgrade)),
        downgrade: Script::new("\n"),
        ..Revision::bare("models")
    };
    Folder::new(vec![Stored { path: "the models".into(), text: crate::revision::write(&revision), revision }])
}

/// What differs, as the way from what is wanted to what is there.
fn same(wanted: &Catalog, found: &Catalog, error: impl FnOnce() -> Error) -> Result<()> {
    let ids: BTreeSet<Id> = diff(wanted, found).iter().map(|change| change.subject().id()).collect();
    let unmodelled = |catalog: &Catalog| catalog.notes.unmodelled.iter().cloned().collect::<BTreeSet<_>>();
    let things = unmodelled(wanted).symmetric_difference(&unmodelled(found)).map(|thing| thing.what.clone()).collect();
    let things: Vec<String> = things;
    if ids.is_empty() && things.is_empty() {
        return Ok(());
    }
    let mut lines: Vec<String> = match plan::plan(wanted, found, &Intent::default()) {
        Ok(plan) => render::plain_lines(&plan),
        // what could not be planned is named at least
        Err(_) => ids.iter().map(Id::to_string).collect(),
    };
    lines.extend(things);
    Err(error().detail(format!("from what it should be to what it is:\n  {}", lines.join("\n  "))))
}

fn differs(file: &Stored, what: &str) -> Error {
    Error::no(format!("revision {}, {}: {what}", file.id(), file.revision.title()))
        .detail(file.path.display().to_string())
}

fn of(file: &Stored, what: &str, error: Error) -> Error {
    error.detail(format!("so revision {}, {}, {what}", file.id(), file.revision.title()))
}
