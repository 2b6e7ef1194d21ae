//! How do statements come into one transaction without holding up everybody else?
//!
//! Invariants: the tables that they lock are locked first, all at once and without waiting in a queue, for as long as that
//! leads somewhere; a transaction that another session's lock has stopped is rolled back as a whole and tried again until
//! the patience is over; nothing else is tried twice.

use std::time::Duration;

use crate::error::Error;
use crate::revision::Statement;

use super::apply::Runner;
use super::failure::{self, Stop};
use super::known::is_set;
use super::locks::{self, Locked};
use super::patience::{Patience, is_blocked};
use super::{pooled, session};

/// How long locks are asked for without waiting. After that, a little waiting gets what a busy table never gives otherwise.
const WITHOUT_WAITING: Duration = Duration::from_secs(10);
/// How long each further try waits, in milliseconds; never longer than `lock_timeout`.
const LADDER: [u64; 6] = [20, 50, 100, 200, 500, 1000];
const PAUSE: Duration = Duration::from_millis(15);
/// After a wait, others get at least so many times as long.
const REST: u32 = 5;

/// What runs in the transaction, from its first statement to the record of it; run again as a whole.
pub(super) type Work<'w, 'j> = &'w mut dyn FnMut(&mut Runner<'_>) -> Result<(), Stop<'j>>;

/// Work in one transaction. `statements` are those whose locks are taken beforehand.
pub(super) fn run<'j>(
    runner: &mut Runner<'_>,
    statements: &[&'j Statement],
    work: Work<'_, 'j>,
) -> Result<(), Stop<'j>> {
    let named = locks::named(statements.iter().map(|statement| statement.sql.as_str()));
    let mut patience = Patience::new(runner.options.patience);
    loop {
        let locks = locks::resolved(runner, &named);
        begin(runner, &locks, &mut patience)?;
        let done = work(runner).and_then(|()| commit(runner));
        let pause = match &done {
            Err(stop) if stop.cause().is_some_and(is_blocked) => rest(runner),
            _ => return done,
        };
        if !patience.again(runner, &locks, pause)? {
            return done;
        }
    }
}

/// Statements that run in a transaction that is open, and what is to be noted of them.
pub(super) fn body<'j>(
    runner: &mut Runner<'_>,
    statements: &[&'j Statement],
    record: &dyn Fn(&mut postgres::Client) -> Result<(), postgres::Error>,
) -> Result<(), Stop<'j>> {
    let mut number = None;
    for (at, statement) in statements.iter().enumerate() {
        runner.go_on()?;
        runner.send(statement, at + 1, statements.len())?;
        // SET TRANSACTION must come before any query, so also before ours
        if number.is_none() && !is_set(&statement.sql) {
            number = Some(session::transaction(runner.client).map_err(Stop::Bookkeeping)?);
        }
    }
    runner.go_on()?;
    pooled::still_ours(runner.options)?;
    let ended = match number {
        Some(number) => session::transaction(runner.client).map_err(Stop::Bookkeeping)? != number,
        None => false,
    };
    if ended || session::is_idle(runner.client).map_err(Stop::Bookkeeping)? {
        return Err(Stop::Said(transaction_ended()));
    }
    let options = runner.options;
    let _running = options.interrupt.statement(options.cancel.as_ref());
    session::bookkeeping(runner.client).and_then(|()| record(runner.client)).map_err(Stop::Bookkeeping)
}

fn commit(runner: &mut Runner<'_>) -> Result<(), Stop<'static>> {
    let _running = runner.options.interrupt.statement(runner.options.cancel.as_ref());
    runner.client.batch_execute("COMMIT").map_err(Stop::Commit)
}

fn transaction_ended() -> Error {
    Error::new("a statement of this revision has ended the transaction that it ran in")
        .detail("what ran before it may have been kept; the bookkeeping says that it was not")
        .hint("find the COMMIT or ROLLBACK that the server saw in the file, undo by hand what was kept, and run this again")
}

/// A transaction that holds these locks. Nothing in it has a snapshot yet, so that a file may still say how it is isolated.
fn begin(runner: &mut Runner<'_>, locks: &[Locked], patience: &mut Patience) -> Result<(), Stop<'static>> {
    let begin = session::begin(runner.options);
    if locks.is_empty() {
        return runner.client.batch_execute(&begin).map_err(Stop::Bookkeeping);
    }
    let limit = lock_timeout(runner);
    let mut rung = 0;
    loop {
        runner.go_on()?;
        let waits = (patience.elapsed() > WITHOUT_WAITING).then(|| {
            let wait = Duration::from_millis(LADDER[rung]);
            if limit.is_zero() { wait } else { wait.min(limit) }
        });
        let sql = match waits {
            None => format!("{begin}{}", locks::lock_sql(locks, " NOWAIT")),
            Some(wait) => format!(
                "{begin}SET LOCAL lock_timeout = {};\n{}SET LOCAL lock_timeout = {};\n",
                wait.as_millis(),
                locks::lock_sql(locks, ""),
                limit.as_millis()
            ),
        };
        let taken = {
            let _running = runner.options.interrupt.statement(runner.options.cancel.as_ref());
            runner.client.batch_execute(&sql)
        };
        let Err(cause) = taken else { return Ok(()) };
        let _ = runner.client.batch_execute("ROLLBACK");
        if !is_blocked(&cause) {
            // gone, or not ours to lock: the statement says it better
            return match cause.as_db_error() {
                Some(_) if runner.options.interrupt.signal().is_none() => {
                    runner.client.batch_execute(&begin).map_err(Stop::Bookkeeping)
                }
                _ => Err(Stop::Bookkeeping(cause)),
            };
        }
        let pause = waits.map_or(PAUSE, |wait| wait * REST);
        if !patience.again(runner, locks, pause)? {
            return Err(Stop::Said(locked(runner.at_work(), locks, &cause)));
        }
        rung = (rung + usize::from(waits.is_some())).min(LADDER.len() - 1);
    }
}

fn locked(id: &str, locks: &[Locked], cause: &postgres::Error) -> Error {
    let tables: Vec<&str> = locks.iter().map(|lock| lock.table.as_str()).collect();
    let said = failure::plain(&format!("{id} cannot lock {}", tables.join(", ")), cause);
    said.hint("run this again when the sessions that are in the way have ended, or give lock_patience more time")
}

/// The `lock_timeout` of statements; zero is none. No transaction is open.
pub(super) fn lock_timeout(runner: &mut Runner<'_>) -> Duration {
    let sql = "SELECT s.setting::pg_catalog.int8 FROM pg_catalog.pg_settings AS s WHERE s.name = 'lock_timeout'";
    let rows = session::asked(runner.client, runner.options, |client| client.query_typed(sql, &[]));
    let milliseconds = rows.ok().and_then(|rows| rows.first().map(|row| row.get(0)));
    Duration::from_millis(milliseconds.unwrap_or(0_i64).unsigned_abs())
}

/// How long to leave the others alone after a statement has waited in vain.
pub(super) fn rest(runner: &mut Runner<'_>) -> Duration {
    let _ = runner.client.batch_execute("ROLLBACK");
    (lock_timeout(runner) * REST).clamp(PAUSE, Duration::from_secs(5))
}
