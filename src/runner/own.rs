//! How does a statement run that can have no transaction, and how is it taken up after a crash?
//!
//! Invariant: before such a statement is sent, a committed row says which one it is; after it, that it ended. Where only its
//! beginning is known, the catalog is asked what became of it; where the catalog cannot tell, it is not run again.

use std::time::{Duration, Instant};

use postgres::Client;
use postgres::error::{DbError, SqlState};

use crate::error::{Error, Result};
use crate::lex;
use crate::revision::Statement;

use super::apply::Runner;
use super::check::{self, Job, hash};
use super::failure::{self, Stop, is_lost};
use super::found::{self, Detached};
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
    // the names of the statement are looked up as the file has it
    for step in &job.steps[..at] {
        let _ = runner.settings(&step.statements);
    }
    let _ = runner.settings(&job.steps[at].statements[..done]);
    // what is left stays in doubt; of what is half done the next run has to know that it was begun
    let (in_doubt, begun) = match known(&statement.sql) {
        Known::CreateIndex { name: Some(name), table } => {
            let left = is_left(runner, &name, &table, cause);
            (left, left)
        }
        Known::CreateIndex { .. } | Known::Detach { .. } | Known::Reindex { .. } => (false, true),
        _ => (false, false),
    };
    let _ = if at == 0 && done == 0 && !begun {
        record(runner.client, |client| client.batch_execute(&ledger::cleared(job.id())))
    } else {
        note(runner.client, job, at, done, in_doubt)
    };
}

/// Whether the build that failed has left its index. What rows have stopped is dropped at once: a unique index goes on
/// refusing rows otherwise.
fn is_left(runner: &mut Runner<'_>, name: &str, table: &str, cause: &postgres::Error) -> bool {
    if cause.code() == Some(&SqlState::DUPLICATE_TABLE) {
        return false;
    }
    match found::index(runner.client, name, table) {
        Ok(Some(index)) if !index.valid && is_of_the_rows(cause) => {
            drop_concurrently(runner, &index.qualified).is_err()
        }
        Ok(index) => index.is_some_and(|index| !index.valid),
        Err(_) => true,
    }
}

/// Rows that share a key, or that an expression fails on: nobody but this very build has made the index.
fn is_of_the_rows(cause: &postgres::Error) -> bool {
    cause.code().is_some_and(|code| ["22", "23", "P0"].iter().any(|class| code.code().starts_with(class)))
}

/// What a failed statement has left, and what else there is to do about it.
pub(super) fn aftermath(
    mut error: Error,
    client: &mut Client,
    statement: &Statement,
    cause: &postgres::Error,
) -> Error {
    let code = cause.code().map(SqlState::code).unwrap_or_default();
    match known(&statement.sql) {
        Known::CreateIndex { name: Some(name), table } => {
            let left = found::index(client, &name, &table).ok().flatten().filter(|index| !index.valid);
            error = match left {
                Some(index) if code == "42P07" => error
                    .detail(format!("{} is not valid: no query uses it", index.qualified))
                    .hint(format!("if nobody is building it, `DROP INDEX CONCURRENTLY {}`", index.qualified)),
                Some(index) => error
                    .detail(format!("the index {} is left, not valid; the next run drops it first", index.qualified)),
                None if is_of_the_rows(cause) => error.detail("nothing is left of the index"),
                None => error,
            };
            if let ("23505", Some(server)) = (code, cause.as_db_error()) {
                let query = server.detail().and_then(|detail| shared_keys(detail, &statement.sql, &table));
                error = query.into_iter().fold(error, |error, query| error.hint(format!("all that collide: {query}")));
            }
        }
        Known::CreateIndex { name: None, table } => {
            error =
                error.detail(format!("an index of {table} that is not valid may be left: the statement names none"));
        }
        Known::Detach { table, partition }
            if found::detached(client, &table, &partition).is_ok_and(|detached| detached == Detached::Half) =>
        {
            error = error.detail(format!("{partition} is half detached; the next run finishes that"));
        }
        _ => {}
    }
    let message = cause.as_db_error().map(DbError::message).unwrap_or_default();
    match code == "0A000" && message.contains("hypertable") {
        true => error.hint(
            "TimescaleDB builds no index of a hypertable concurrently: write CREATE INDEX … WITH (timescaledb.transaction_per_chunk)",
        ),
        false => error,
    }
}

/// A query for all rows that share a key, out of what the server says of the first: `Key (lower(a))=(x) is duplicated.`
fn shared_keys(detail: &str, sql: &str, table: &str) -> Option<String> {
    let (keys, _) = detail.split_once('(')?.1.split_once(")=(")?;
    let lexemes = lex::tokens(sql).ok()?;
    let predicate = lexemes.iter().rfind(|lexeme| lexeme.is_word("where")).map(|lexeme| sql[lexeme.start + 5..].trim());
    let nulls = lexemes.windows(3).any(|w| w[0].is_word("nulls") && w[1].is_word("not") && w[2].is_word("distinct"));
    let filled = (!nulls).then(|| format!("({keys}) IS NOT NULL"));
    let all: Vec<String> = predicate.map(|text| format!("({text})")).into_iter().chain(filled).collect();
    let rows = if all.is_empty() { String::new() } else { format!(" WHERE {}", all.join(" AND ")) };
    Some(format!("SELECT {keys}, count(*) FROM {table}{rows} GROUP BY {keys} HAVING count(*) > 1"))
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
        && found::index(runner.client, &name, &table).map_err(Stop::Bookkeeping)?.is_some_and(|index| !index.valid)
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
    match known(&statement.sql) {
        Known::CreateIndex { name: Some(name), table } => resume_index(runner, statement, &name, &table, in_doubt),
        Known::CreateIndex { name: None, table } => {
            (runner.progress)(Progress::Warning(format!(
                "an earlier run may have left an index on {table} that is not valid: the statement names none"
            )));
            Ok(false)
        }
        Known::DropIndex { index } => Ok(in_doubt && !found::exists(client, &index).map_err(Stop::Bookkeeping)?),
        Known::AddValue { type_name, label } => {
            Ok(in_doubt && found::has_label(client, &type_name, &label).map_err(Stop::Bookkeeping)?)
        }
        Known::Validate { table, constraint } => {
            Ok(in_doubt && found::is_validated(client, &table, &constraint).map_err(Stop::Bookkeeping)?)
        }
        Known::Detach { table, partition } => {
            match found::detached(client, &table, &partition).map_err(Stop::Bookkeeping)? {
                Detached::Whole => Ok(in_doubt),
                Detached::Not => Ok(false),
                Detached::Half => finish_detaching(runner, &table, &partition).map(|()| true),
            }
        }
        Known::Reindex { of, name } => {
            for index in found::leftovers(client, of, &name).map_err(Stop::Bookkeeping)? {
                drop_invalid(runner, &index)?;
            }
            Ok(false)
        }
        Known::Repeatable => Ok(false),
        Known::Other if in_doubt => Err(Stop::Said(undecided(job, at, n))),
        Known::Other => Ok(false),
    }
}

fn resume_index(
    runner: &mut Runner<'_>,
    statement: &Statement,
    name: &str,
    table: &str,
    in_doubt: bool,
) -> Result<bool, Stop<'static>> {
    let find = |runner: &mut Runner<'_>| found::index(runner.client, name, table).map_err(Stop::Bookkeeping);
    let mut there = find(runner)?;
    if in_doubt && there.as_ref().is_some_and(|index| !index.valid) {
        wait_for_builder(runner, name, table)?;
        there = find(runner)?;
    }
    match there {
        Some(index) if index.valid => {
            // whoever else has made it may have meant another
            if in_doubt && !index.is_made_by(&statement.sql) {
                (runner.progress)(Progress::Warning(format!(
                    "the index {} is there and taken for the one that an earlier run has built: {}",
                    index.qualified, index.definition
                )));
            }
            Ok(in_doubt)
        }
        Some(index) if in_doubt => drop_invalid(runner, &index.qualified).map(|()| false),
        // not this revision's, which the server will say
        Some(_) | None => Ok(false),
    }
}

/// A killed client does not stop the server: the build goes on, and its index is good when it ends.
fn wait_for_builder(runner: &mut Runner<'_>, name: &str, table: &str) -> Result<(), Stop<'static>> {
    let deadline = Instant::now() + runner.options.lock_deadline;
    let mut told = false;
    while let Some(pid) = found::builder(runner.client, table).map_err(Stop::Bookkeeping)? {
        runner.go_on()?;
        if !told {
            let text = format!("waiting for the index {name}: the backend {pid} is still building one of {table}");
            (runner.progress)(Progress::Warning(text));
            told = true;
        }
        if Instant::now() >= deadline {
            return Err(Stop::Said(
                Error::new(format!("the index {name} of {table} is still being built by the backend {pid}"))
                    .hint("pg_stat_progress_create_index shows how far it is; run this again when it has ended")
                    .hint(format!("`SELECT pg_terminate_backend({pid})` stops it; the next run then builds it anew")),
            ));
        }
        std::thread::sleep(BUILDER_POLL);
    }
    Ok(())
}

const BUILDER_POLL: Duration = Duration::from_millis(250);

fn drop_invalid(runner: &mut Runner<'_>, index: &str) -> Result<(), Stop<'static>> {
    drop_concurrently(runner, index).map_err(|stop| match stop {
        Stop::Bookkeeping(cause) => Stop::Said(failure::plain(
            &format!("cannot drop the index {index}, which an earlier run left not valid"),
            &cause,
        )),
        other => other,
    })?;
    (runner.progress)(Progress::Warning(format!("dropped the index {index}, which an earlier run left not valid")));
    Ok(())
}

/// It waits for older transactions, for as long as they take.
fn drop_concurrently(runner: &mut Runner<'_>, index: &str) -> Result<(), Stop<'static>> {
    let sql = format!("DROP INDEX CONCURRENTLY {index}");
    alone::without_limits(runner, |runner| finish(runner, &sql).map_err(Stop::Bookkeeping))
}

fn finish_detaching(runner: &mut Runner<'_>, table: &str, partition: &str) -> Result<(), Stop<'static>> {
    finish(runner, &format!("ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE")).map_err(|cause| {
        Stop::Said(failure::plain(
            &format!("cannot finish detaching {partition} of {table}, which an earlier run left half done"),
            &cause,
        ))
    })?;
    (runner.progress)(Progress::Warning(format!(
        "finished detaching {partition}, which an earlier run left half done"
    )));
    Ok(())
}

/// A statement that takes away, or brings to its end, what an earlier run has left; a signal can cancel it.
fn finish(runner: &mut Runner<'_>, sql: &str) -> Result<(), postgres::Error> {
    let options = runner.options;
    let _running = options.interrupt.statement(options.cancel.as_ref());
    runner.client.batch_execute(sql)
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
