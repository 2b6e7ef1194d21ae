//! `upgrade`, `downgrade`, `stamp`: run revision files, and say what happens.

use std::sync::Arc;

use super::args::{Downgrade, Global, How, Upgrade};
use super::guard;
use super::hooks::{self, Surroundings};
use super::output::Output;
use super::progress::Teller;
use super::session::{self, Session};
use crate::connect::{self, Address};
use crate::error::{Error, Result};
use crate::runner::{self, Direction, Intended, Interrupt, Options, Progress, Report, Watch};

pub fn upgrade(global: &Global, args: &Upgrade, output: Output) -> Result<u8> {
    no_range(&args.revision)?;
    no_way("upgrade", &args.revision, '-', "downgrade")?;
    let mut run = Run::open(global, output)?.told(&args.how);
    run.options.out_of_order = args.out_of_order;
    run.with(|session, options, progress| {
        let folder = session::folder(&session.config)?;
        runner::upgrade(&mut session.client, &folder, &args.revision, options, progress)
    })
}

pub fn downgrade(global: &Global, args: &Downgrade, output: Output) -> Result<u8> {
    no_range(&args.revision)?;
    no_way("downgrade", &args.revision, '+', "upgrade")?;
    Run::open(global, output)?.told(&args.how).with(|session, options, progress| {
        let folder = session::folder(&session.config)?;
        runner::downgrade(&mut session.client, &folder, &args.revision, options, progress)
    })
}

pub fn stamp(global: &Global, targets: &[String], purge: bool, output: Output) -> Result<u8> {
    targets.iter().try_for_each(|target| no_range(target))?;
    Run::open(global, output)?.with(|session, options, progress| {
        let folder = session::folder(&session.config)?;
        runner::stamp(&mut session.client, &folder, targets, purge, options, progress)
    })
}

pub fn ensure_version(global: &Global, output: Output) -> Result<u8> {
    let Run { mut session, options, teller, .. } = Run::open(global, output)?;
    runner::ensure_version(&mut session.client, &options, &mut |progress| teller.tell(progress))?;
    Ok(0)
}

/// The database itself says where it stands.
fn no_range(target: &str) -> Result<()> {
    match target.contains(':') {
        true => Err(Error::new(format!("{target} is a range")).hint("name the target alone; ranges are for --sql")),
        false => Ok(()),
    }
}

/// Steps from where the database stands lead the other way.
fn no_way(what: &str, target: &str, sign: char, other: &str) -> Result<()> {
    let steps = target.rsplit('@').next().unwrap_or(target);
    match steps.starts_with(sign) {
        true => {
            Err(Error::new(format!("{what} does not go to {target}")).hint(format!("`autogen {other} {target}` does")))
        }
        false => Ok(()),
    }
}

/// A session that may write, and how to.
pub struct Run {
    pub session: Session,
    address: Arc<Address>,
    pub options: Options,
    pub teller: Teller,
}

impl Run {
    pub fn open(global: &Global, output: Output) -> Result<Self> {
        Self::of(session::open(global, output)?, global, output)
    }

    pub fn of(mut session: Session, global: &Global, output: Output) -> Result<Self> {
        let running = &session.config.running;
        let teller = Teller::new(output, running.log_format);
        let address = Arc::new(session.address.clone());
        let mut options = Options::new(format!("{}{}", connect::pin(&session.config.search_path), running.limits()));
        (options.lock_deadline, options.patience) = (running.lock_patience, running.lock_patience);
        options.interrupt =
            Interrupt::install().map_err(|cause| Error::new(format!("cannot listen to signals: {cause}")))?;
        options.cancel = session.address.canceller(&session.client);
        session::guard(&mut session, global, &mut options, output)?;
        let (first, every) = teller.rhythm();
        let (watched, told) = (Arc::clone(&address), teller.clone());
        options.watch = Some(Watch {
            connect: Arc::new(move || watched.connect()),
            tell: Arc::new(move |running| told.running(running)),
            first,
            every,
        });
        Ok(Self { session, address, options, teller })
    }

    /// For running revisions, with what the command line says of it.
    fn told(mut self, how: &How) -> Self {
        (self.options.single_transaction, self.options.accept_changed) = (how.single_transaction, how.accept_changed);
        let interrupt = self.options.interrupt.clone();
        let approve = guard::approve(&self.session.config, &self.address, how.yes, self.teller.clone(), interrupt);
        self.options.approve = Some(approve);
        self
    }

    fn with(
        mut self,
        run: impl FnOnce(&mut Session, &Options, &mut dyn FnMut(Progress)) -> Result<Report>,
    ) -> Result<u8> {
        let teller = self.teller.clone();
        let done = run(&mut self.session, &self.options, &mut |progress| teller.tell(progress))
            .and_then(|report| self.after(&report).map(|()| report));
        match done {
            Ok(report) => {
                teller.stands(&report.to, !report.moved.is_empty());
                Ok(0)
            }
            Err(error) if teller.failed(&error) => Ok(u8::try_from(error.code()).unwrap_or(2)),
            Err(error) => Err(error),
        }
    }

    /// What the project wants to happen when revisions have run.
    fn after(&self, report: &Report) -> Result<()> {
        let ran = self.options.approve.is_some() && !report.moved.is_empty();
        let up = report.direction == Some(Direction::Upgrade);
        let Some(command) = self.session.config.running.hooks.after_upgrade.as_ref().filter(|_| ran && up) else {
            return Ok(());
        };
        let done = Intended {
            direction: Direction::Upgrade,
            ids: report.moved.clone(),
            from: report.from.clone(),
            to: report.to.clone(),
            losses: Vec::new(),
        };
        let around = Surroundings::of(&self.address, &done);
        let interrupt = &self.options.interrupt;
        hooks::run("after_upgrade", command, &self.session.config, &around, interrupt).map_err(|error| {
            let stands = if report.to.is_empty() { "base".to_owned() } else { report.to.join(", ") };
            let error = if interrupt.signal().is_some() { error } else { error.exit(crate::error::Exit::No) };
            error.detail(format!("the revisions have run: the database is at {stands}"))
        })
    }
}
