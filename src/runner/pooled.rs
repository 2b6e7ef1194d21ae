//! What of a revision cannot be run where a pooler gives each transaction another session?
//!
//! Invariant: what a file would leave on a session, where other clients of the pooler would find it, is refused before
//! anything runs; so is a step without a transaction where names would be looked up otherwise than the project says.

use postgres::{Client, SimpleQueryMessage};

use crate::error::{Error, Result};

use super::check::Job;
use super::failure::Stop;
use super::known::lasting;
use super::{Options, failure, lock, session};

pub(super) fn check(client: &mut Client, options: &Options, jobs: &[Job<'_>]) -> Result<()> {
    if options.keeper.is_none() {
        return Ok(());
    }
    if options.single_transaction {
        return Err(Error::new("not supported: --single-transaction with --allow-pooler")
            .detail("the settings of one revision would hold in the next")
            .hint("leave --single-transaction out: each revision then has one of its own"));
    }
    for job in jobs {
        for step in &job.steps {
            for statement in &step.statements {
                let Some(what) = lasting(&statement.sql) else { continue };
                let error = Error::new(format!("not supported with --allow-pooler: {what} in {}", job.id()))
                    .at(job.place(statement))
                    .detail("it would stay on a session of the server that the pooler then gives to others");
                return Err(match (what, step.transaction) {
                    ("SET", true) => error.hint("write SET LOCAL, or use the server's own address"),
                    _ => error.hint("use the server's own address, without --allow-pooler"),
                });
            }
        }
    }
    match jobs.iter().find_map(|job| Some((job, job.steps.iter().find(|step| !step.transaction)?.statements.first()?)))
    {
        Some((job, statement)) => same_path(client, options).map_err(|error| error.at(job.place(statement))),
        None => Ok(()),
    }
}

/// Whether the lock is still ours, as far as is known without asking.
pub(super) fn go_on(options: &Options) -> Result<(), Stop<'static>> {
    match &options.keeper {
        Some(keeper) if keeper.is_lost() => Err(Stop::Said(lock::gone(options))),
        _ => Ok(()),
    }
}

/// Asks, before a transaction ends: it does not end with the lock, as it would where both are of one session.
pub(super) fn still_ours(options: &Options) -> Result<(), Stop<'static>> {
    match &options.keeper {
        Some(keeper) if !keeper.holds().unwrap_or(false) => Err(Stop::Said(lock::gone(options))),
        _ => Ok(()),
    }
}

/// A step without a transaction cannot be given a search path of its own.
fn same_path(client: &mut Client, options: &Options) -> Result<()> {
    const PATH: &str = "SELECT pg_catalog.array_to_string(pg_catalog.current_schemas(false), ', ')";
    let mut path = |sql: String| -> Result<String> {
        let answer =
            client.simple_query(&sql).map_err(|cause| failure::plain("cannot read the search_path", &cause))?;
        let value = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(value.unwrap_or_default())
    };
    let usual = path(PATH.into())?;
    let wanted = path(format!("{}{PATH};\nROLLBACK", session::begin(options)))?;
    if usual == wanted {
        return Ok(());
    }
    Err(Error::new("not supported with --allow-pooler: a step without a transaction under another search_path")
        .detail(format!("the server looks names up in {usual}, and search_path of autogen.yaml says {wanted}"))
        .hint("use the server's own address, or ALTER ROLE … SET search_path for the role that connects"))
}
