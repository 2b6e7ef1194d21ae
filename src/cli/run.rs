//! `upgrade`, `downgrade`, `stamp`: run revision files, and say what happens.

use std::sync::Arc;

use super::args::{Downgrade, Global, How as Told, Upgrade};
use super::newly;
use super::output::Output;
use super::progress::Teller;
use super::session::{self, Session};
use super::typed;
use crate::error::Result;
use crate::project::run::{self, How, Watching, leads_there, no_range};
use crate::project::{Notice, Tell};
use crate::runner::{self, Options, Report};

pub fn upgrade(global: &Global, args: &Upgrade, output: Output) -> Result<u8> {
    no_range(&args.revision)?;
    leads_there("upgrade", &args.revision)?;
    let mut session = session::open(global, output)?;
    let teller = Teller::new(output, session.config.running.log_format);
    let how = How { out_of_order: args.out_of_order, ..told(&args.how, global, &teller)? };
    let mut runs = session.runs(&how)?;
    end(runs.upgrade(&args.revision, &mut |progress| teller.tell(progress)), &teller)
}

pub fn downgrade(global: &Global, args: &Downgrade, output: Output) -> Result<u8> {
    no_range(&args.revision)?;
    leads_there("downgrade", &args.revision)?;
    let mut session = session::open(global, output)?;
    let teller = Teller::new(output, session.config.running.log_format);
    let how = told(&args.how, global, &teller)?;
    let mut runs = session.runs(&how)?;
    end(runs.downgrade(&args.revision, &mut |progress| teller.tell(progress)), &teller)
}

pub fn stamp(global: &Global, targets: &[String], purge: bool, output: Output) -> Result<u8> {
    targets.iter().try_for_each(|target| no_range(target))?;
    let mut session = session::open(global, output)?;
    let teller = Teller::new(output, session.config.running.log_format);
    let mut runs = session.runs(&watched(global, &teller)?)?;
    end(runs.stamp(targets, purge, &mut |progress| teller.tell(progress)), &teller)
}

pub fn ensure_version(global: &Global, output: Output) -> Result<u8> {
    let Run { mut session, options, teller } = Run::open(global, output)?;
    runner::ensure_version(&mut session.client, &options, &mut |progress| teller.tell(progress))?;
    Ok(0)
}

/// The last word, and the exit code.
fn end(done: Result<Report>, teller: &Teller) -> Result<u8> {
    match done {
        Ok(report) => {
            teller.stands(&report.to, !report.moved.is_empty());
            Ok(0)
        }
        Err(error) if teller.failed(&error) => Ok(u8::try_from(error.code()).unwrap_or(2)),
        Err(error) => Err(error),
    }
}

/// A session that may write, and how to.
pub struct Run {
    pub session: Session,
    pub options: Options,
    pub teller: Teller,
}

impl Run {
    pub fn open(global: &Global, output: Output) -> Result<Self> {
        Self::of(session::open(global, output)?, global, output)
    }

    pub fn of(mut session: Session, global: &Global, output: Output) -> Result<Self> {
        let teller = Teller::new(output, session.config.running.log_format);
        let options = run::options(&mut session, &watched(global, &teller)?)?;
        Ok(Self { session, options, teller })
    }
}

/// Stopped by signals, and watched.
fn watched(global: &Global, teller: &Teller) -> Result<How> {
    let (first, every) = teller.rhythm();
    let told = teller.clone();
    let watch = Watching { tell: Arc::new(move |running| told.running(running)), first, every };
    let interrupt = newly::interrupt()?;
    Ok(How { allow_pooler: global.allow_pooler, interrupt, watch: Some(watch), ..How::default() })
}

/// With what the command line says of running revisions.
fn told(args: &Told, global: &Global, teller: &Teller) -> Result<How> {
    let how = watched(global, teller)?;
    let warned = teller.clone();
    let tell = Tell::new(move |notice| match notice {
        Notice::Warning(text) => warned.warn(&text),
        notice => warned.notice(notice),
    });
    let (asking, interrupt) = (teller.clone(), how.interrupt.clone());
    let confirm: Arc<dyn Fn() -> Result<bool>> = Arc::new(move || {
        asking.clear();
        let answer = typed::line("go on? [y/N] ", &interrupt)?.unwrap_or_default();
        Ok(matches!(answer.to_lowercase().as_str(), "y" | "yes"))
    });
    Ok(How {
        single_transaction: args.single_transaction,
        accept_changed: args.accept_changed,
        yes: args.yes,
        confirm: typed::has_terminal().then_some(confirm),
        tell,
        ..how
    })
}
