//! How do two runners on one database keep out of each other's way?
//!
//! Invariant: who changes the bookkeeping or runs a revision holds one advisory lock: of the session, or of a transaction
//! that a [`Keeper`](super::Keeper) keeps open. It is polled, never waited for in the server: a session that waits there
//! holds a snapshot, for which CREATE INDEX CONCURRENTLY would wait while holding the lock.

use std::fmt;
use std::time::{Duration, Instant};

use postgres::types::Type;
use postgres::{Client, Row};

use crate::error::{Error, Result};

use super::{Keeper, Options, Progress, failure};

/// "autogen" in ASCII. Advisory locks belong to one database, so that runners on different databases never meet.
pub(super) const KEY: i64 = 0x0061_7574_6f67_656e;
const POLL: Duration = Duration::from_millis(500);

/// Somebody else's session that holds the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub pid: i32,
    pub application: String,
    pub user: String,
    /// When the session began, in UTC; `None` where we may not see it.
    pub since: Option<String>,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if !self.application.is_empty() {
            write!(f, " ({})", self.application)?;
        }
        if !self.user.is_empty() {
            write!(f, " of {}", self.user)?;
        }
        match &self.since {
            Some(since) => write!(f, ", connected since {since}"),
            None => Ok(()),
        }
    }
}

/// Takes the lock, works, gives it back. Fails when it has not come by [`Options::lock_deadline`].
pub(super) fn with_lock<T>(
    client: &mut Client,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
    work: impl FnOnce(&mut Client, &mut dyn FnMut(Progress)) -> Result<T>,
) -> Result<T> {
    let _working = options.interrupt.work();
    acquire(client, options, progress)?;
    let alive = options.keeper.as_ref().map(Keeper::keep_alive);
    let result = work(client, progress);
    drop(alive);
    let was_ours = match &options.keeper {
        Some(keeper) => keeper.release(),
        // the server gave the lock back with the session
        None if client.is_closed() => return result,
        None => unlock(client),
    };
    if result.is_ok() && !was_ours {
        progress(Progress::Warning(
            "the lock of the runner was gone before its work had ended, so another runner may have been at work too"
                .into(),
        ));
    }
    result
}

fn unlock(client: &mut Client) -> bool {
    let unlocked = client.query_typed("SELECT pg_catalog.pg_advisory_unlock($1)", &[(&KEY, Type::INT8)]);
    unlocked.is_ok_and(|rows| rows.first().is_some_and(|row| row.get(0)))
}

fn try_take(client: &mut Client, options: &Options) -> Result<bool, postgres::Error> {
    if let Some(keeper) = &options.keeper {
        return keeper.try_take();
    }
    let rows = client.query_typed("SELECT pg_catalog.pg_try_advisory_lock($1)", &[(&KEY, Type::INT8)])?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

fn acquire(client: &mut Client, options: &Options, progress: &mut dyn FnMut(Progress)) -> Result<()> {
    let begun = Instant::now();
    let mut told = None;
    loop {
        if let Some(signal) = options.interrupt.signal() {
            return Err(failure::stopped(signal, "waiting for another runner").detail("nothing was done"));
        }
        let taken = try_take(client, options);
        if taken.map_err(|cause| failure::plain("cannot take the lock of the runner", &cause))? {
            return Ok(());
        }
        let holder = holder(client)?;
        let left = options.lock_deadline.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(too_late(options, holder.or(told)));
        }
        if holder.is_some() && holder != told {
            told.clone_from(&holder);
            holder.into_iter().for_each(|holder| progress(Progress::Waiting { holder }));
        }
        std::thread::sleep(POLL.min(left));
    }
}

fn too_late(options: &Options, holder: Option<Holder>) -> Error {
    let waited = options.lock_deadline.as_secs_f32();
    let error = Error::new(format!("another runner is at work on this database, still after {waited} s"));
    match holder {
        Some(holder) => {
            error.detail(format!("the lock is held by {holder}")).detail("nothing was done").hint(format!(
                "wait until it has ended and run this again; if nobody is behind it any more, `SELECT pg_terminate_backend({})` ends it",
                holder.pid
            ))
        }
        None => error.detail("nothing was done").hint("run this again"),
    }
}

pub(super) const LOCKS: &str = "FROM pg_catalog.pg_locks AS l \
    WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 \
    AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) \
    AND (l.classid::pg_catalog.int8 << 32) | l.objid::pg_catalog.int8 = $1";

fn holder(client: &mut Client) -> Result<Option<Holder>> {
    let sql = format!(
        "SELECT h.pid, coalesce(a.application_name, ''), coalesce(a.usename::pg_catalog.text, ''), \
         pg_catalog.to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' \
         FROM (SELECT l.pid {LOCKS}) AS h LEFT JOIN pg_catalog.pg_stat_activity AS a ON a.pid = h.pid"
    );
    let read = |row: &Row| Holder { pid: row.get(0), application: row.get(1), user: row.get(2), since: row.get(3) };
    client
        .query_typed(&sql, &[(&KEY, Type::INT8)])
        .map(|rows| rows.first().map(read))
        .map_err(|cause| failure::plain("cannot read who holds the lock of the runner", &cause))
}

/// Whether the lock is still ours; a revision may have given it away (`DISCARD ALL`).
pub(super) fn is_held(client: &mut Client, options: &Options) -> Result<bool> {
    let cannot = |cause: postgres::Error| failure::plain("cannot read who holds the lock of the runner", &cause);
    if let Some(keeper) = &options.keeper {
        // a connection that is gone has taken the lock with it
        return Ok(keeper.holds().unwrap_or(false));
    }
    let sql = format!("SELECT EXISTS (SELECT {LOCKS} AND l.pid = pg_catalog.pg_backend_pid())");
    client
        .query_typed(&sql, &[(&KEY, Type::INT8)])
        .map(|rows| rows.first().is_some_and(|row| row.get(0)))
        .map_err(cannot)
}

/// The lock was lost while work went on.
pub(super) fn gone(options: &Options) -> Error {
    Error::new("the lock of the runner is gone, so another runner may be at work").hint(match options.keeper {
        Some(_) => "the connection that held it was lost; run this again",
        None => "a statement of the revision before gave it away (DISCARD ALL, pg_advisory_unlock_all); run this again",
    })
}
