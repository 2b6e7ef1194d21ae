//! How long is another session waited for that holds a lock, and what is said of it?
//!
//! Invariant: whoever waits in a lock's queue holds up all who come after, so nobody waits there for long: a lock is asked
//! for again and again, with pauses of random length.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres::types::Type;
use postgres::{Client, Row};

use super::Progress;
use super::apply::Runner;
use super::failure::Stop;
use super::locks::{Locked, Mode};

/// Another session that holds what is asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Blocker {
    pub pid: i32,
    pub application: String,
    pub user: String,
    /// `active`, `idle in transaction`; empty where we may not see it.
    pub state: String,
    /// When its transaction began, in UTC.
    pub since: Option<String>,
    /// The table that it holds, where it is known.
    pub table: Option<String>,
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, application, user, state, since, table } = self;
        write!(f, "process {pid}")?;
        if !application.is_empty() {
            write!(f, " ({application})")?;
        }
        if !user.is_empty() {
            write!(f, " of {user}")?;
        }
        match since {
            Some(since) if state.starts_with("idle in transaction") => write!(f, ", {state} since {since}")?,
            Some(since) => write!(f, ", {state} in a transaction since {since}")?,
            None if state.is_empty() => {}
            None => write!(f, ", {state}")?,
        }
        table.iter().try_for_each(|table| write!(f, ", holds {table}"))
    }
}

/// What is known of a session, for [`read`].
pub(super) const SESSION: &str = "a.pid, coalesce(a.application_name, ''), coalesce(a.usename::pg_catalog.text, ''), \
    coalesce(a.state, ''), pg_catalog.to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC'";

/// A row that begins with [`SESSION`].
pub(super) fn read(row: &Row, table: Option<String>) -> Blocker {
    Blocker { pid: row.get(0), application: row.get(1), user: row.get(2), state: row.get(3), since: row.get(4), table }
}

/// Who holds a lock that stands in the way of these; nobody where it cannot be read.
pub(super) fn blockers(client: &mut Client, locks: &[Locked]) -> Vec<Blocker> {
    let tables: Vec<&str> = locks.iter().map(|lock| lock.table.as_str()).collect();
    let modes: Vec<i32> = locks.iter().map(|lock| lock.mode as i32).collect();
    let all = Mode::AccessExclusive as i32;
    let share = Mode::Share as i32;
    let sql = format!(
        "SELECT {SESSION}, pg_catalog.string_agg(DISTINCT w.name, ', ' ORDER BY w.name) \
         FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS w(name, mode) \
         JOIN pg_catalog.pg_locks AS l ON l.relation = pg_catalog.to_regclass(w.name)::pg_catalog.oid \
         JOIN pg_catalog.pg_stat_activity AS a ON a.pid = l.pid \
         WHERE l.locktype = 'relation' AND l.granted AND l.pid <> pg_catalog.pg_backend_pid() \
         AND l.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database()) \
         AND (w.mode = {all} OR l.mode NOT IN ('AccessShareLock', 'RowShareLock')) \
         AND (w.mode <> {share} OR l.mode <> 'ShareLock') GROUP BY 1, 2, 3, 4, 5 ORDER BY 1"
    );
    let rows = client.query_typed(&sql, &[(&tables, Type::TEXT_ARRAY), (&modes, Type::INT4_ARRAY)]);
    rows.unwrap_or_default().iter().map(|row| read(row, row.get(5))).collect()
}

/// Whether another session's lock is the reason, so that the same may succeed a moment later.
pub(super) fn is_blocked(cause: &postgres::Error) -> bool {
    [SqlState::LOCK_NOT_AVAILABLE, SqlState::T_R_DEADLOCK_DETECTED].iter().any(|code| cause.code() == Some(code))
}

/// The time and the tries of one transaction, or of one statement that has none.
pub(super) struct Patience {
    /// When the first try failed: what the transaction itself takes is nobody's waiting.
    begun: Option<Instant>,
    limit: Duration,
    tries: usize,
    told: Vec<i32>,
}

/// So long nobody need know that somebody is waited for.
const SILENT: Duration = Duration::from_secs(1);

impl Patience {
    pub fn new(limit: Duration) -> Self {
        Self { begun: None, limit, tries: 0, told: Vec::new() }
    }

    pub fn elapsed(&self) -> Duration {
        self.begun.map_or(Duration::ZERO, |begun| begun.elapsed())
    }

    /// After a try that failed: whether to try again, which is said once for each set of sessions that are in the way.
    /// Sleeps in between, for about `pause`.
    pub fn again(&mut self, runner: &mut Runner<'_>, locks: &[Locked], pause: Duration) -> Result<bool, Stop<'static>> {
        self.tries += 1;
        self.begun.get_or_insert_with(Instant::now);
        let left = self.limit.saturating_sub(self.elapsed());
        let blockers = match self.elapsed() > SILENT || left.is_zero() {
            true => blockers(runner.client, locks),
            false => Vec::new(),
        };
        if left.is_zero() {
            let (seconds, tries) = (self.elapsed().as_secs_f32(), self.tries);
            runner.notes.push(match tries {
                1 => format!("it was tried once, within {seconds:.0} s"),
                _ => format!("it was tried {tries} times over {seconds:.0} s"),
            });
            runner.notes.extend(blockers.iter().map(|blocker| format!("in the way: {blocker}")));
            return Ok(false);
        }
        let pids: Vec<i32> = blockers.iter().map(|blocker| blocker.pid).collect();
        if !pids.is_empty() && pids != self.told {
            self.told = pids;
            (runner.progress)(Progress::Blocked { by: blockers });
        }
        let until = Instant::now() + jittered(pause).min(left);
        while Instant::now() < until {
            runner.go_on()?;
            std::thread::sleep(Duration::from_millis(20).min(until.saturating_duration_since(Instant::now())));
        }
        runner.go_on()?;
        Ok(true)
    }
}

/// Between half and one and a half times as long, so that two who wait do not meet again and again.
fn jittered(pause: Duration) -> Duration {
    let thousandths = RandomState::new().hash_one(0) % 1001;
    pause.mul_f64(0.5 + thousandths as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn pauses_are_spread_around_what_is_asked_for() {
        let asked = Duration::from_millis(100);
        let pauses: BTreeSet<Duration> = (0..50).map(|_| jittered(asked)).collect();
        assert!(pauses.len() > 5);
        assert!(pauses.iter().all(|pause| (50..=150).contains(&pause.as_millis())), "{pauses:?}");
    }
}
