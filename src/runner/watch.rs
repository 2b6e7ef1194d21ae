//! What is a statement doing that has run for a while?
//!
//! Asked over a connection of its own, which is made only when a statement takes long. Invariant: whoever watches changes
//! nothing and stops nothing; where nothing can be seen, only the time is told.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use postgres::types::Type;
use postgres::{Client, Row};

use crate::error::Result;

use super::patience::{self, Blocker};

/// How to watch, and whom to tell.
#[derive(Clone)]
pub struct Watch {
    /// A further connection to the same database.
    pub connect: Arc<dyn Fn() -> Result<Client> + Send + Sync>,
    /// Called on another thread.
    pub tell: Arc<dyn Fn(&Running) + Send + Sync>,
    /// A statement that is quicker is not told of.
    pub first: Duration,
    pub every: Duration,
}

/// A statement that is still running.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    /// Of the revision.
    pub id: String,
    /// The op, or the leading words of the statement.
    pub label: String,
    /// The step, from 1, of so many.
    pub step: (usize, usize),
    pub elapsed: Duration,
    /// What the server says it is at, where it builds an index: `building index`.
    pub phase: Option<String>,
    /// From 0 to 100, where the server says it.
    pub percent: Option<f64>,
    /// Whom it waits for.
    pub waits_for: Vec<Blocker>,
}

/// Watched until it is dropped.
pub(super) struct Watching {
    _stop: Option<Sender<()>>,
}

impl Watch {
    /// Watches the session `pid` while it runs what is described, whose `elapsed` and what follows it are filled in.
    pub(super) fn begin(&self, pid: i32, what: Running) -> Watching {
        let (stop, stopped) = mpsc::channel();
        let watch = self.clone();
        let begun = Instant::now();
        let told = move || {
            let mut client = None;
            let mut pause = watch.first;
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = watch.every;
                let client = client.get_or_insert_with(|| (watch.connect)().ok());
                let mut now = what.clone();
                if let Some(client) = client {
                    look(client, pid, &mut now);
                }
                now.elapsed = begun.elapsed();
                // it may have ended while we looked
                if stopped.try_recv() == Err(mpsc::TryRecvError::Empty) {
                    (watch.tell)(&now);
                }
            }
        };
        let thread = std::thread::Builder::new().name("watch".into()).spawn(told);
        Watching { _stop: thread.is_ok().then_some(stop) }
    }
}

fn look(client: &mut Client, pid: i32, now: &mut Running) {
    let progress = "SELECT p.phase, CASE WHEN p.blocks_total > 0 THEN 100.0::pg_catalog.float8 * p.blocks_done / p.blocks_total \
        WHEN p.tuples_total > 0 THEN 100.0::pg_catalog.float8 * p.tuples_done / p.tuples_total END \
        FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.pid = $1";
    if let Ok(rows) = client.query_typed(progress, &[(&pid, Type::INT4)])
        && let Some(row) = rows.first()
    {
        now.phase = row.get(0);
        now.percent = row.get(1);
    }
    let waits = format!(
        "SELECT {} FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = ANY (pg_catalog.pg_blocking_pids($1)) ORDER BY 1",
        patience::SESSION
    );
    let read = |row: &Row| patience::read(row, None);
    now.waits_for = client
        .query_typed(&waits, &[(&pid, Type::INT4)])
        .map(|rows| rows.iter().map(read).collect())
        .unwrap_or_default();
}
