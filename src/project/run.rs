//! How do the revisions of a project run on its database?
//!
//! As its autogen.yaml says: under its limits of time, with its hooks around. Invariant: whatever is not allowed is refused
//! before anything has run.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::approve;
use super::hooks::{self, Surroundings};
use super::notice::Tell;
use super::session::{self, Session};
use crate::connect::{self, Address};
use crate::error::{Error, Exit, Result};
use crate::runner::{self, Direction, Intended, Interrupt, Options, Progress, Report, Running, Watch};

/// What can be said of a run.
#[derive(Clone, Default)]
pub struct How {
    /// All revisions in one transaction, in place of one for each.
    pub single_transaction: bool,
    /// Remember files that were changed after they were applied as they are now.
    pub accept_changed: bool,
    /// Run what comes before something that is applied already.
    pub out_of_order: bool,
    /// Go on without asking where rows are lost.
    pub yes: bool,
    /// Asks a person whether to go on where rows are lost; nobody is there to be asked without it.
    pub confirm: Option<Arc<dyn Fn() -> Result<bool>>>,
    /// Run through a transaction pooler, in the way that is safe there.
    pub allow_pooler: bool,
    /// What can stop it.
    pub interrupt: Interrupt,
    /// Who is told of statements that take long.
    pub watch: Option<Watching>,
    /// Who is warned of rows that are lost.
    pub tell: Tell,
}

/// Somebody who watches a run from a connection of its own.
#[derive(Clone)]
pub struct Watching {
    pub tell: Arc<dyn Fn(&Running) + Send + Sync>,
    /// After how long a statement is told of for the first time, and how often then.
    pub first: Duration,
    pub every: Duration,
}

impl fmt::Debug for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { single_transaction, accept_changed, out_of_order, yes, allow_pooler, .. } = self;
        f.debug_struct("How")
            .field("single_transaction", single_transaction)
            .field("accept_changed", accept_changed)
            .field("out_of_order", out_of_order)
            .field("yes", yes)
            .field("allow_pooler", allow_pooler)
            .finish_non_exhaustive()
    }
}

/// For what writes to the database; refuses a pooler that nobody has agreed to.
pub fn options(session: &mut Session, how: &How) -> Result<Options> {
    let running = &session.config.running;
    let mut options = Options::new(format!("{}{}", connect::pin(&session.config.search_path), running.limits()));
    (options.lock_deadline, options.patience) = (running.lock_patience, running.lock_patience);
    options.interrupt = how.interrupt.clone();
    options.cancel = session.address.canceller(&session.client);
    session::guard(session, how.allow_pooler, &mut options)?;
    let address = session.address.clone();
    options.watch = how.watch.clone().map(|Watching { tell, first, every }| Watch {
        connect: Arc::new(move || address.connect()),
        tell,
        first,
        every,
    });
    Ok(options)
}

/// A session that may run revisions, and how to.
pub struct Runs<'s> {
    session: &'s mut Session,
    address: Arc<Address>,
    interrupt: Interrupt,
    options: Options,
}

impl<'s> Runs<'s> {
    pub(super) fn of(session: &'s mut Session, how: &How) -> Result<Self> {
        let mut options = options(session, how)?;
        let address = Arc::new(session.address.clone());
        (options.single_transaction, options.accept_changed) = (how.single_transaction, how.accept_changed);
        options.out_of_order = how.out_of_order;
        options.approve = Some(approve::approve(&session.config, &address, how));
        Ok(Self { session, address, interrupt: how.interrupt.clone(), options })
    }

    /// Runs what is not applied of the target and what comes before it.
    pub fn upgrade(&mut self, target: &str, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        let folder = session::folder(&self.session.config)?;
        let report = runner::upgrade(&mut self.session.client, &folder, target, &self.options, progress)?;
        self.after(&report)?;
        Ok(report)
    }

    /// Undoes what is applied beyond the target.
    pub fn downgrade(&mut self, target: &str, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        let folder = session::folder(&self.session.config)?;
        let report = runner::downgrade(&mut self.session.client, &folder, target, &self.options, progress)?;
        self.after(&report)?;
        Ok(report)
    }

    /// Notes that the database stands at these, without running anything; with `purge`, all that was noted before is forgotten.
    pub fn stamp(&mut self, targets: &[String], purge: bool, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        let folder = session::folder(&self.session.config)?;
        runner::stamp(&mut self.session.client, &folder, targets, purge, &self.options, progress)
    }

    /// What the project wants to happen when revisions have run.
    fn after(&self, report: &Report) -> Result<()> {
        let config = &self.session.config;
        let ran = !report.moved.is_empty() && report.direction == Some(Direction::Upgrade);
        let Some(command) = config.running.hooks.after_upgrade.as_ref().filter(|_| ran) else { return Ok(()) };
        let done = Intended {
            direction: Direction::Upgrade,
            ids: report.moved.clone(),
            from: report.from.clone(),
            to: report.to.clone(),
            losses: Vec::new(),
        };
        let around = Surroundings::of(&self.address, &done);
        hooks::run("after_upgrade", command, config, &around, &self.interrupt).map_err(|error| {
            let stands = if report.to.is_empty() { "base".to_owned() } else { report.to.join(", ") };
            let error = if self.interrupt.signal().is_some() { error } else { error.exit(Exit::No) };
            error.detail(format!("the revisions have run: the database is at {stands}"))
        })
    }
}

/// Steps from where the database stands lead one way only.
pub fn leads_there(what: &str, target: &str) -> Result<()> {
    let (sign, other) = if what == "upgrade" { ('-', "downgrade") } else { ('+', "upgrade") };
    let steps = target.rsplit('@').next().unwrap_or(target);
    match steps.starts_with(sign) {
        true => {
            Err(Error::new(format!("{what} does not go to {target}")).hint(format!("`autogen {other} {target}` does")))
        }
        false => Ok(()),
    }
}

/// The database itself says where it stands.
pub fn no_range(target: &str) -> Result<()> {
    match target.contains(':') {
        true => Err(Error::new(format!("{target} is a range")).hint("name the target alone; ranges are for --sql")),
        false => Ok(()),
    }
}
