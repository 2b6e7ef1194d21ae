//! How does a statement run that stands in no transaction of ours?
//!
//! Invariants: one that builds or drops beside the running work (`CONCURRENTLY`) has no limit of time but one that its file
//! sets, since a limit would hit it while it waits for others and leave half of it; any other waits no longer for a lock
//! than the rest of the file, and is tried again, unless it may have committed a part of its work by then.

use crate::revision::Statement;
use crate::sql::quote_literal;

use super::apply::Runner;
use super::failure::Stop;
use super::known::Words;
use super::locks;
use super::patience::{Patience, is_blocked};
use super::{session, transaction};

const LIMITS: [&str; 2] = ["lock_timeout", "statement_timeout"];

pub(super) fn send<'j>(
    runner: &mut Runner<'_>,
    statement: &'j Statement,
    number: usize,
    count: usize,
) -> Result<(), Stop<'j>> {
    if is_concurrent(&statement.sql) {
        return without_limits(runner, |runner| runner.send(statement, number, count));
    }
    let named = locks::named([statement.sql.as_str()]);
    let mut patience = Patience::new(runner.options.patience);
    loop {
        let done = runner.send(statement, number, count);
        let pause = match &done {
            Err(stop) if stop.cause().is_some_and(is_blocked) && !commits(&statement.sql) => transaction::rest(runner),
            _ => return done,
        };
        let locks = locks::resolved(runner, &named);
        if !patience.again(runner, &locks, pause)? {
            return done;
        }
    }
}

/// Whether it may end transactions itself, so that what it did before it failed is kept.
pub(super) fn commits(sql: &str) -> bool {
    let words = Words::of(sql);
    words.is(0, "call") || words.is(0, "do")
}

/// `REINDEX` says it in brackets too.
fn is_concurrent(sql: &str) -> bool {
    let words = Words::of(sql);
    words.find("concurrently").is_some() || words.is(0, "reindex") && words.all("concurrently").next().is_some()
}

/// Takes the limits away that the file has not set itself, and puts them back.
pub(super) fn without_limits<'j>(
    runner: &mut Runner<'_>,
    work: impl FnOnce(&mut Runner<'_>) -> Result<(), Stop<'j>>,
) -> Result<(), Stop<'j>> {
    // through a pooler, the session has no limits of ours
    if runner.options.keeper.is_some() {
        return work(runner);
    }
    let ours: Vec<&str> = LIMITS.into_iter().filter(|limit| !runner.limits_of_file.contains(limit)).collect();
    let mut back = String::new();
    for limit in &ours {
        let value = session::first_value(runner.client, &format!("SHOW {limit}")).map_err(Stop::Bookkeeping)?;
        back.push_str(&format!("SET {limit} = {};\n", quote_literal(&value)));
    }
    let off: String = ours.iter().map(|limit| format!("SET {limit} = 0;\n")).collect();
    runner.client.batch_execute(&off).map_err(Stop::Bookkeeping)?;
    let done = work(runner);
    if done.is_ok() {
        runner.client.batch_execute(&back).map_err(Stop::Bookkeeping)?;
    }
    done
}

/// The limit of time that the statement sets for its session.
pub(super) fn limit_set(sql: &str) -> Option<&'static str> {
    let words = Words::of(sql);
    let name = if words.is(1, "session") { 2 } else { 1 };
    LIMITS.into_iter().find(|limit| words.is(0, "set") && words.is(name, limit))
}
