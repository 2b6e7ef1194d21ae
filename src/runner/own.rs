//! How does a statement run that can have no transaction, and how is it taken up after a crash?
//!
//! Invariant: before such a statement is sent, a committed row says which one it is; after it, that it ended. Where only its
//! beginning is known, the catalog is asked what became of it; where the catalog cannot tell, it is not run again.

use postgres::Client;
use postgres::types::Type;

use crate::error::{Error, Result};
use crate::revision::Statement;

use super::apply::Runner;
use super::check::{self, Job, hash};
use super::failure::{self, Stop, is_lost};
use super::known::{Known, known, leading_words};
use super::ledger;
use super::{Progress, alone, session};

/// Runs what is left of the step `at`, all but the record of its end.
pub(super) fn run<'j>(runner: &mut Runner<'_>, job: &'j Job<'_>, at: usize) -> Result<(), Stop<'j>> {
    let statements = &job.steps[at].statements;
    let before = job.begun_step(at);
    let mut done = before.map_or(0, |before| before.done).min(statements.len());
    runner.settings(&statements[..done])?;
    if before.is_some() && done < statements.len() {
        let in_doubt = before.is_some_and(|before| before.running == Some(done + 1));
        if resume(runner, job, at, done, in_doubt)? {
            done += 1;
        }
    }
    for (n, statement) in statements.iter().enumerate().skip(done) {
        runner.go_on()?;
        note(runner.client, job, at, n, true).map_err(Stop::Bookkeeping)?;
        if let Err(stop) = alone::send(runner, statement, n + 1, statements.len()) {
            after_failure(runner, job, at, n, &stop);
            return Err(stop);
        }
        check_ended(runner, job, statement)?;
    }
    Ok(())
}

/// Writes outside of any transaction of a file.
pub(super) fn record(
    client: &mut Client,
    write: impl FnOnce(&mut Client) -> Result<(), postgres::Error>,
) -> Result<(), postgres::Error> {
    client.batch_execute("BEGIN")?;
    session::bookkeeping(client)?;
    write(client)?;
    client.batch_execute("COMMIT")
}

fn note(client: &mut Client, job: &Job<'_>, at: usize, done: usize, next: bool) -> Result<(), postgres::Error> {
    record(client, |client| client.batch_execute(&ledger::marked(&check::noted(job, at, done, next))))
}

/// The server said that the statement failed, so that nothing is in doubt. Best effort: without it the next run asks the
/// catalog.
fn after_failure(runner: &mut Runner<'_>, job: &Job<'_>, at: usize, done: usize, stop: &Stop<'_>) {
    let Stop::Statement { statement, cause } = stop else { return };
    if is_lost(cause) {
        return;
    }
    session::settle(runner.client, runner.options);
    let leaves_something = matches!(known(&statement.sql), Known::CreateIndex { .. } | Known::DropIndex { .. });
    let _ = if at == 0 && done == 0 && !leaves_something {
        record(runner.client, |client| client.batch_execute(&ledger::cleared(job.id())))
    } else {
        note(runner.client, job, at, done, false)
    };
}

/// What must hold once the statement has succeeded.
fn check_ended<'j>(runner: &mut Runner<'_>, job: &Job<'_>, statement: &Statement) -> Result<(), Stop<'j>> {
    let said = |message: &str, hint: &str| Err(Stop::Said(Error::new(message).at(job.place(statement)).hint(hint)));
    if !session::is_idle(runner.client).map_err(Stop::Bookkeeping)? {
        return said(
            "this statement has left a transaction open",
            "remove what begins it: the runner begins and ends transactions",
        );
    }
    if let Known::CreateIndex { name: Some(name), table } = known(&statement.sql)
        && index(runner.client, &name, &table).map_err(Stop::Bookkeeping)?.is_some_and(|index| !index.valid)
    {
        return said(
            "the index is there, but it is not valid: no query uses it",
            "an earlier attempt left it (IF NOT EXISTS takes it for done): drop it, then run this again",
        );
    }
    Ok(())
}

/// Looks at what an earlier run left of the statement `n`; whether it is done.
fn resume<'j>(runner: &mut Runner<'_>, job: &Job<'_>, at: usize, n: usize, in_doubt: bool) -> Result<bool, Stop<'j>> {
    let statement = &job.steps[at].statements[n];
    let client = &mut *runner.client;
    let done = match known(&statement.sql) {
        Known::CreateIndex { name: Some(name), table } => {
            match index(client, &name, &table).map_err(Stop::Bookkeeping)? {
                Some(index) if index.valid => in_doubt,
                Some(index) => {
                    drop_invalid(runner, &index.qualified)?;
                    false
                }
                None => false,
            }
        }
        Known::CreateIndex { name: None, table } => {
            (runner.progress)(Progress::Warning(format!(
                "an earlier run may have left an index on {table} that is not valid: the statement names none"
            )));
            false
        }
        Known::DropIndex { index } => in_doubt && !exists(client, &index).map_err(Stop::Bookkeeping)?,
        Known::AddValue { type_name, label } => {
            in_doubt && has_label(client, &type_name, &label).map_err(Stop::Bookkeeping)?
        }
        Known::Repeatable => false,
        Known::Other if in_doubt => return Err(Stop::Said(undecided(job, at, n))),
        Known::Other => false,
    };
    Ok(done)
}

fn drop_invalid(runner: &mut Runner<'_>, index: &str) -> Result<(), Stop<'static>> {
    let options = runner.options;
    let _running = options.interrupt.statement(options.cancel.as_ref());
    let dropped = runner.client.batch_execute(&format!("DROP INDEX CONCURRENTLY {index}"));
    dropped.map_err(|cause| {
        Stop::Said(failure::plain(
            &format!("cannot drop the index {index}, which an earlier run left not valid"),
            &cause,
        ))
    })?;
    (runner.progress)(Progress::Warning(format!("dropped the index {index}, which an earlier run left not valid")));
    Ok(())
}

fn undecided(job: &Job<'_>, at: usize, n: usize) -> Error {
    let statements = &job.steps[at].statements;
    let statement = &statements[n];
    let name = statement.op.clone().unwrap_or_else(|| leading_words(&statement.sql));
    // an id is letters, digits, `_` and `.` alone
    let row = format!("WHERE revision = '{}' AND direction = '{}' AND step = {}", job.id(), job.direction, at + 1);
    Error::new(format!("it is not known whether {name} took effect when an earlier run of {} was cut off", job.id()))
        .at(job.place(statement))
        .detail("it has no transaction, and the catalog does not show whether it was done")
        .hint(format!(
            "if it did not: UPDATE public.autogen_steps SET statement_running = NULL {row}; then run this again"
        ))
        .hint(format!(
            "if it did: UPDATE public.autogen_steps SET statement_running = NULL, statements_done = {}, sql_hash = '{}' {row}; \
             then run this again",
            n + 1,
            hash(&statements[..=n])
        ))
}

struct Index {
    valid: bool,
    /// Quoted, with its schema.
    qualified: String,
}

/// The index of this name on this table, the latter as a file names it.
fn index(client: &mut Client, name: &str, table: &str) -> Result<Option<Index>, postgres::Error> {
    let sql = "SELECT i.indisvalid, pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index AS i \
        JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid \
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
        WHERE c.relname = $1 AND i.indrelid = pg_catalog.to_regclass($2)";
    // the server cuts the name that the file holds
    let name = crate::name::cut(name, crate::name::MAX_BYTES);
    let rows = client.query_typed(sql, &[(&name, Type::TEXT), (&table, Type::TEXT)])?;
    Ok(rows.first().map(|row| Index { valid: row.get(0), qualified: row.get(1) }))
}

fn exists(client: &mut Client, relation: &str) -> Result<bool, postgres::Error> {
    let rows = client.query_typed("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[(&relation, Type::TEXT)])?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

fn has_label(client: &mut Client, type_name: &str, label: &str) -> Result<bool, postgres::Error> {
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_enum AS e \
        WHERE e.enumtypid = pg_catalog.to_regtype($1) AND e.enumlabel = $2)";
    let rows = client.query_typed(sql, &[(&type_name, Type::TEXT), (&label, Type::TEXT)])?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}
