//! `autogen import`: how does a project come over from another tool?
//!
//! Invariant: what the other tool keeps is read and left as it is, so that going back is doing nothing.

use std::path::{Path, PathBuf};

use super::alembic::{self, Locations, Version};
use super::args::{FromAlembic, Global};
use super::baseline::{self, Contents};
use super::newly;
use super::output::Output;
use super::run::Run;
use super::session::{self, Session};
use crate::connect;
use crate::error::{Error, Result};
use crate::model;
use crate::project::New;
use crate::project::batch::Batch;
use crate::sql::quote_literal;

pub fn alembic(global: &Global, args: &FromAlembic, output: Output) -> Result<u8> {
    let mut run = Run::open(global, output)?;
    let session = &mut run.session;
    let _alone = newly::alone(&session.config, &output.tell());
    let locations = match &args.versions {
        Some(dir) => Locations::folder(&folder(dir, session)?),
        None => Locations::find(&session.config.root)?,
    };
    let versions = alembic::versions(&locations)?;
    let head = at_head(&versions, &locations, session)?;
    let folder = baseline::no_revisions(session)?;
    let live = baseline::live(session)?;
    output.unmodelled(&live.notes.unmodelled);
    let mut contents = Contents::of(live, &session.config.managed)?;
    let comma = if head.title.is_empty() { "" } else { ", " };
    contents.summary.insert(1, format!("Alembic's head then: {}{comma}{}", head.id, head.title));
    let message = format!("baseline: Alembic {}", head.id);
    let message = if args.message.is_empty() { message } else { args.message.join("\n\n") };
    // among several folders, the first
    let first = session.config.revisions.first().cloned();
    let new = New { message: Some(message), folder: first, ..New::default() };
    let stored = contents.stored(session, &folder, &new)?;
    let mut batch = Batch::default();
    baseline::note(&mut run, &stored, &mut |stored| baseline::file(&mut batch, stored))?;
    batch.keep();
    let session = &run.session;
    output.result(&session::shown(session, &stored.path));
    output.say(&format!(
        "the database is at {}, which is Alembic's {}; alembic_version stays as it is",
        stored.id(),
        head.id
    ));
    if model::files(&session.config).is_ok_and(|files| files.is_empty()) || !session.config.models.exists() {
        let models = session::shown(session, &session.config.models);
        output.say(&format!("next: `autogen inspect --out {models}` writes the models, then `autogen check`"));
    } else {
        output.say("next: `autogen check` compares the models with the database");
    }
    Ok(0)
}

/// As typed from the current folder, else from the project's.
fn folder(dir: &Path, session: &Session) -> Result<PathBuf> {
    [dir.to_owned(), session.config.root.join(dir)].into_iter().find(|dir| dir.is_dir()).ok_or_else(|| {
        Error::new(format!("{} is no folder", dir.display())).hint("name the folder that holds Alembic's version files")
    })
}

/// Alembic's one head, at which the database has to be.
fn at_head<'a>(versions: &'a [Version], locations: &Locations, session: &mut Session) -> Result<&'a Version> {
    let listed = || locations.folders.iter().map(|dir| dir.display().to_string()).collect::<Vec<_>>().join("\n");
    let shown = |version: &Version| format!("{} {} ({})", version.id, version.title, version.path.display());
    let head = match alembic::heads(versions).as_slice() {
        [head] => *head,
        [] if versions.is_empty() => {
            return Err(Error::new("there are no version files of Alembic's")
                .detail(listed())
                .hint("name their folder with --versions; without Alembic, `autogen revision --baseline` is the way"));
        }
        heads => {
            let error = Error::no(format!("Alembic has {} heads", heads.len()));
            let error = heads.iter().fold(error, |error, head| error.detail(shown(head)));
            return Err(
                error.hint("`alembic merge heads` and `alembic upgrade head` bring them together; then run this again")
            );
        }
    };
    let (table, rows) = applied(session)?;
    match rows.as_slice() {
        [id] if *id == head.id => Ok(head),
        [id] if versions.iter().any(|version| version.id == *id) => {
            let pending = alembic::pending(versions, id, head);
            let error = Error::no(format!("the database is at Alembic's {id}, and its head is {}", head.id));
            let error = pending.iter().fold(error, |error, version| error.detail(shown(version)));
            Err(error.hint("run `alembic upgrade head` a last time, then this again"))
        }
        [id] => Err(Error::no(format!("the database is at Alembic's {id}, which no version file holds"))
            .detail(listed())
            .hint("get the file, or name the right folder with --versions")),
        [] => Err(Error::no(format!("Alembic has applied nothing here: {table} is empty"))
            .hint("if the tables are there all the same, `autogen revision --baseline` begins with them")),
        several => Err(Error::no(format!("the database is at {} of Alembic's revisions", several.len()))
            .detail(several.join("\n"))
            .hint("run `alembic upgrade head`, so that it is at one; then this again")),
    }
}

const TABLES: &str = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') \
    AND n.nspname !~ '^pg_' AND c.relname = ";

/// Alembic's table in this database, and what it holds.
fn applied(session: &mut Session) -> Result<(String, Vec<String>)> {
    let failed = |cause: postgres::Error| connect::server_error("cannot read Alembic's table", &cause);
    let mut texts = |sql: &str| -> Result<Vec<String>> {
        let answer = session.client.simple_query(sql).map_err(failed)?;
        let row = |message: &postgres::SimpleQueryMessage| match message {
            postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        };
        Ok(answer.iter().filter_map(row).collect())
    };
    let tables = texts(&format!("{TABLES}{} ORDER BY 1", quote_literal("alembic_version")))?;
    match tables.as_slice() {
        [table] => {
            // the server has quoted it
            let rows = texts(&format!("SELECT version_num FROM {table} ORDER BY 1"))?;
            Ok((table.clone(), rows))
        }
        [] => Err(Error::no(format!("there is no table alembic_version in {}", session.address.describe()))
            .hint("if this is the wrong database, name another with --database-url; without Alembic, `autogen revision --baseline` is the way")),
        several => Err(Error::no("there are several tables alembic_version").detail(several.join("\n")).hint(
            "begin with `autogen revision --baseline`, once `alembic current` says that all of them are at head",
        )),
    }
}
