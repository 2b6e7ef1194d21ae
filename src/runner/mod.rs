//! How do revision files run on a database, so that it always stands at a known revision?
//!
//! Invariants: nothing runs before everything that can be checked has been; one runner is at work on a database at a time;
//! what a step did and what the bookkeeping says of it become true together, or, where a statement can have no transaction,
//! the bookkeeping says that it began. A runner executes files and knows no models; it prints nothing.

mod alone;
mod apply;
mod batch;
mod check;
mod failure;
mod found;
mod interrupt;
mod keeper;
mod kept;
mod known;
mod ledger;
mod lock;
mod locks;
mod loss;
mod offline;
mod own;
mod patience;
mod place;
mod pooled;
mod session;
mod stamp;
mod standing;
mod transaction;
mod waiting;
mod watch;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use postgres::Client;

use crate::error::Result;
use crate::revision::Folder;

pub use interrupt::{Cancel, Interrupt, canceller};
pub use keeper::Keeper;
pub use kept::{Content, contents};
pub use ledger::{Applied, Begun, LEDGER_THERE, Ledger, describe, is_there};
pub use lock::Holder;
pub use loss::Loss;
pub use offline::{ensure_version_script, script, stamp_script};
pub use patience::Blocker;
pub use stamp::{baseline, ensure_version, no_books, stamp};
pub use standing::{Standing, unknown};
pub use waiting::{let_go, waits};
pub use watch::{Running, Watch};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Upgrade,
    Downgrade,
}

impl Direction {
    /// The command's name, and the word in the bookkeeping.
    pub fn word(self) -> &'static str {
        match self {
            Self::Upgrade => "upgrade",
            Self::Downgrade => "downgrade",
        }
    }

    /// What is applied once the revision has run this way.
    fn apply(self, id: &str, applied: &mut BTreeSet<String>) {
        match self {
            Self::Upgrade => applied.insert(id.to_owned()),
            Self::Downgrade => applied.remove(id),
        };
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How to run.
pub struct Options {
    /// `SET` statements that each revision begins with: [`crate::connect`]'s pinned settings, and limits of time. With a
    /// keeper, `SET LOCAL` statements that each transaction begins with.
    pub pin: String,
    /// Holds the lock where a pooler stands between, through which no session can be kept.
    pub keeper: Option<Keeper>,
    /// How long to wait for another runner.
    pub lock_deadline: Duration,
    /// How long to go on trying where another session's lock is in the way.
    pub patience: Duration,
    /// All revisions in one transaction, in place of one for each.
    pub single_transaction: bool,
    pub interrupt: Interrupt,
    /// How to cancel a statement on this connection; without it a signal is obeyed only between statements.
    pub cancel: Option<Cancel>,
    pub watch: Option<Watch>,
    /// Asked before anything runs; an error stops the run with nothing done.
    pub approve: Option<Approve>,
    /// Remember revisions that were changed after they were applied as their files are now.
    pub accept_changed: bool,
    /// Run what comes before something that is applied already.
    pub out_of_order: bool,
}

/// Says whether what is intended may be done.
pub type Approve = Box<dyn Fn(&Intended) -> Result<()>>;

/// What is about to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intended {
    pub direction: Direction,
    /// In the order in which they run.
    pub ids: Vec<String>,
    /// The heads before and after.
    pub from: Vec<String>,
    pub to: Vec<String>,
    pub losses: Vec<Loss>,
}

/// How long other sessions are waited for, unless it is said.
pub const PATIENCE: Duration = Duration::from_secs(60);

impl Options {
    pub fn new(pin: impl Into<String>) -> Self {
        Self {
            pin: pin.into(),
            keeper: None,
            lock_deadline: PATIENCE,
            patience: PATIENCE,
            single_transaction: false,
            interrupt: Interrupt::default(),
            cancel: None,
            watch: None,
            approve: None,
            accept_changed: false,
            out_of_order: false,
        }
    }
}

/// What is being done. No part of it holds SQL, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Another runner is at work; told once for each holder.
    Waiting { holder: Holder },
    /// A revision begins: the `number`-th of `count`, from 1.
    Revision {
        id: String,
        message: String,
        direction: Direction,
        path: PathBuf,
        /// The heads of the database before it.
        from: Vec<String>,
        number: usize,
        count: usize,
    },
    /// A step begins; told only of revisions with a step that has no transaction. `skipped`: an earlier run has done it.
    Step { number: usize, count: usize, transaction: bool, skipped: bool },
    /// A statement begins. `label` is its op (`add_column public.tasks.due`), or its leading words.
    Statement { label: String, line: usize, number: usize, count: usize },
    /// It has ended; `rows` where the server counts them.
    Ran { number: usize, count: usize, rows: Option<u64>, elapsed: Duration },
    /// Locks of other sessions are in the way, and it is tried again; told once for each set of sessions.
    Blocked { by: Vec<Blocker> },
    /// Of a batch: so many rows are done, of so many that it is about, where they could be counted.
    Batch { rows: u64, of: Option<u64> },
    /// Something that a person should know and that stops nothing.
    Warning(String),
    /// The revision is done and recorded.
    Done { id: String, message: String, direction: Direction, parents: Vec<String>, elapsed: Duration },
}

/// What was done. Nothing moved: the database stood at the target already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// `None`: nothing was run.
    pub direction: Option<Direction>,
    /// Whole ids, in the order in which they ran.
    pub moved: Vec<String>,
    /// The heads before and after; none is the base.
    pub from: Vec<String>,
    pub to: Vec<String>,
}

/// Runs what is not applied of the target and what comes before it.
pub fn upgrade(
    client: &mut Client,
    folder: &Folder,
    target: &str,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    lock::with_lock(client, options, progress, |client, progress| {
        apply::run(client, folder, target, Direction::Upgrade, options, progress)
    })
}

/// Undoes what is applied beyond the target.
pub fn downgrade(
    client: &mut Client,
    folder: &Folder,
    target: &str,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    lock::with_lock(client, options, progress, |client, progress| {
        apply::run(client, folder, target, Direction::Downgrade, options, progress)
    })
}
