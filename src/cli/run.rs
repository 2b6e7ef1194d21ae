//! `upgrade`, `downgrade`, `stamp`: run revision files, and say what happens.

use super::args::Global;
use super::output::Output;
use super::session::{self, Session};
use crate::connect;
use crate::error::{Error, Result};
use crate::runner::{self, Interrupt, Options, Progress, Report};

pub fn upgrade(global: &Global, target: &str, output: Output) -> Result<u8> {
    no_range(target)?;
    with(global, output, |session, options, progress| {
        let folder = session::folder(&session.config)?;
        runner::upgrade(&mut session.client, &folder, target, options, progress)
    })
}

pub fn downgrade(global: &Global, target: &str, output: Output) -> Result<u8> {
    no_range(target)?;
    with(global, output, |session, options, progress| {
        let folder = session::folder(&session.config)?;
        runner::downgrade(&mut session.client, &folder, target, options, progress)
    })
}

pub fn stamp(global: &Global, targets: &[String], purge: bool, output: Output) -> Result<u8> {
    targets.iter().try_for_each(|target| no_range(target))?;
    with(global, output, |session, options, progress| {
        let folder = session::folder(&session.config)?;
        runner::stamp(&mut session.client, &folder, targets, purge, options, progress)
    })
}

pub fn ensure_version(global: &Global, output: Output) -> Result<u8> {
    let (mut session, options) = prepare(global, output)?;
    runner::ensure_version(&mut session.client, &options, &mut |progress| tell(progress, output))?;
    Ok(0)
}

/// The database itself says where it stands.
fn no_range(target: &str) -> Result<()> {
    match target.contains(':') {
        true => Err(Error::new(format!("{target} is a range")).hint("name the target alone; ranges are for --sql")),
        false => Ok(()),
    }
}

type Run<'a> = &'a mut dyn FnMut(Progress);

fn with(
    global: &Global,
    output: Output,
    run: impl FnOnce(&mut Session, &Options, Run) -> Result<Report>,
) -> Result<u8> {
    let (mut session, options) = prepare(global, output)?;
    let mut progress = |progress: Progress| tell(progress, output);
    let report = run(&mut session, &options, &mut progress)?;
    let stands = if report.to.is_empty() { "base".to_owned() } else { report.to.join(", ") };
    if report.moved.is_empty() {
        output.say(&format!("nothing to do: the database is at {stands}"));
    } else {
        output.say(&format!("the database is at {stands}"));
    }
    Ok(0)
}

/// A session that may write, and how to.
fn prepare(global: &Global, output: Output) -> Result<(Session, Options)> {
    let session = session::open(global, output)?;
    if let Some(direct) = session.address.pooler_hint() {
        return Err(Error::new(format!("{} goes through a transaction pooler", session.address.describe()))
            .detail("a lock taken through it does not hold, and settings leak to other clients")
            .hint(format!("use the direct endpoint: {direct}")));
    }
    let mut options = Options::new(connect::pin(&session.config.search_path));
    options.interrupt =
        Interrupt::install().map_err(|cause| Error::new(format!("cannot listen to signals: {cause}")))?;
    options.cancel = session.address.canceller(&session.client);
    Ok((session, options))
}

fn tell(progress: Progress, output: Output) {
    match progress {
        Progress::Waiting { holder } => output.say(&format!("waiting for another runner: {holder}")),
        Progress::Revision { id, message, direction, number, count, .. } => {
            let title = message.lines().next().unwrap_or_default();
            output.say(&format!("{direction} {id}, {title} ({number} of {count})"));
        }
        Progress::Step { number, count, transaction, skipped } => {
            let how = if transaction { "in a transaction" } else { "on its own" };
            let done = if skipped { ", done by an earlier run" } else { "" };
            output.detail(&format!("  step {number} of {count}, {how}{done}"));
        }
        Progress::Statement { label, line, .. } => output.detail(&format!("  line {line}: {label}")),
        Progress::Warning(text) => output.warn(&text),
        Progress::Done { elapsed, .. } => output.say(&format!("  done in {:.1} s", elapsed.as_secs_f64())),
    }
}
