//! In which transactions do the statements of a revision run?
//!
//! Invariants: a revision whose steps can all have a transaction has one, and its row is written in it; where one step can
//! have none, each step ends with the record that it ended, and the last with the row. Statements go out one by one, so that
//! the server's error is about one.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use postgres::{Client, SimpleQueryMessage};

use crate::error::{Error, Result};
use crate::revision::{Folder, Statement, Step};

use super::check::{self, Job, Prepared};
use super::failure::{self, Stop};
use super::kept::{self, Entry};
use super::known::{counts_rows, is_setting, leading_words};
use super::ledger::{self, Mark};
use super::watch::Running;
use super::{
    Direction, Options, Progress, Report, alone, batch, lock, loss, own, pooled, session, standing, transaction,
};

pub(super) struct Runner<'a> {
    pub client: &'a mut Client,
    pub options: &'a Options,
    pub progress: &'a mut dyn FnMut(Progress),
    /// What an error should also say.
    pub notes: Vec<String>,
    /// The limits of time that the file at work has set itself.
    pub limits_of_file: BTreeSet<&'static str>,
    /// The server's number of this session, where it is watched.
    pid: Option<i32>,
    /// The revision and the step at work.
    at_work: (String, (usize, usize)),
}

/// Everything from the bookkeeping's first reading to its last row; the caller holds the lock.
pub(super) fn run(
    client: &mut Client,
    folder: &Folder,
    target: &str,
    direction: Direction,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    let Prepared { mut ledger, jobs, from, changed } =
        check::prepare(client, folder, target, direction, options, progress)?;
    let mut report = Report { direction: None, moved: Vec::new(), to: from.clone(), from };
    if jobs.is_empty() {
        return standing::accept(client, &mut ledger, &changed, options, progress).map(|()| report);
    }
    pooled::check(client, options, &jobs)?;
    if options.single_transaction {
        refuse_steps(&jobs)?;
    }
    begin(client, folder, &ledger, &jobs, direction, options)?;
    ledger.ensure(client)?;
    standing::accept(client, &mut ledger, &changed, options, progress)?;
    report.direction = Some(direction);
    let mut walk = Walk { folder, direction, applied: ledger.applied().clone(), report, count: jobs.len() };
    let mut runner = Runner::new(client, options, progress)?;
    if options.single_transaction {
        runner.all(&jobs, &mut walk)?;
    } else {
        for job in &jobs {
            let begun = Instant::now();
            walk.begin(job, runner.progress);
            if let Err(stop) = runner.revision(job, begun) {
                return Err(failure::explain(&mut runner, job, stop));
            }
            walk.done(job, begun, runner.progress);
        }
    }
    // what the last file set is not the caller's
    let _ = session::reset(runner.client, options);
    Ok(walk.report)
}

/// All is read and sound, and nothing has run: the last moment to say no.
fn begin(
    client: &mut Client,
    folder: &Folder,
    ledger: &ledger::Ledger,
    jobs: &[Job<'_>],
    direction: Direction,
    options: &Options,
) -> Result<()> {
    let Some(approve) = &options.approve else { return Ok(()) };
    let mut applied = ledger.applied().clone();
    let from = folder.heads_of(&applied);
    for job in jobs {
        direction.apply(job.id(), &mut applied);
    }
    let ids = jobs.iter().map(|job| job.id().to_owned()).collect();
    let losses = session::asked(client, options, |client| Ok(loss::losses(client, jobs)))
        .map_err(|cause| failure::plain("cannot look at what is lost", &cause))??;
    approve(&super::Intended { direction, ids, from, to: folder.heads_of(&applied), losses })
}

fn refuse_steps(jobs: &[Job<'_>]) -> Result<()> {
    let Some(job) = jobs.iter().find(|job| job.is_stepwise()) else { return Ok(()) };
    let step = job.steps.iter().find(|step| !step.transaction).and_then(|step| step.statements.first());
    let error =
        Error::new(format!("not supported: all in one transaction with {}, which has steps of its own", job.id()));
    let error = match step {
        Some(statement) => error.at(job.place(statement)),
        None => error.detail("an earlier run has done a part of it, step by step"),
    };
    Err(error
        .detail("nothing was done")
        .hint("run without --single-transaction: each revision then has one of its own"))
}

/// Where the database stands while revisions run.
struct Walk<'f> {
    folder: &'f Folder,
    direction: Direction,
    applied: BTreeSet<String>,
    report: Report,
    count: usize,
}

impl Walk<'_> {
    fn begin(&self, job: &Job<'_>, progress: &mut dyn FnMut(Progress)) {
        progress(Progress::Revision {
            id: job.id().to_owned(),
            message: job.file.revision.message.clone(),
            direction: self.direction,
            path: job.file.path.clone(),
            from: self.report.to.clone(),
            number: self.report.moved.len() + 1,
            count: self.count,
        });
    }

    fn done(&mut self, job: &Job<'_>, begun: Instant, progress: &mut dyn FnMut(Progress)) {
        self.direction.apply(job.id(), &mut self.applied);
        self.report.to = self.folder.heads_of(&self.applied);
        self.report.moved.push(job.id().to_owned());
        progress(Progress::Done {
            id: job.id().to_owned(),
            message: job.file.revision.message.clone(),
            direction: self.direction,
            parents: job.file.revision.parents.clone(),
            elapsed: begun.elapsed(),
        });
    }
}

impl<'a> Runner<'a> {
    fn new(client: &'a mut Client, options: &'a Options, progress: &'a mut dyn FnMut(Progress)) -> Result<Self> {
        let pid = match &options.watch {
            // through a pooler, no session is the next statement's
            Some(_) if options.keeper.is_none() => {
                let row = client.query_typed_one("SELECT pg_catalog.pg_backend_pid()", &[]);
                Some(row.map_err(|cause| failure::plain("cannot read the number of the session", &cause))?.get(0))
            }
            _ => None,
        };
        let at_work = (String::new(), (1, 1));
        Ok(Self { client, options, progress, notes: Vec::new(), limits_of_file: BTreeSet::new(), pid, at_work })
    }

    /// The state in which each revision finds the session.
    fn fresh(&mut self, job: &Job<'_>) -> Result<(), Stop<'static>> {
        self.limits_of_file.clear();
        self.at_work = (job.id().to_owned(), (1, 1));
        session::reset(self.client, self.options).map_err(Stop::Bookkeeping)
    }

    fn check_lock(&mut self) -> Result<(), Stop<'static>> {
        self.go_on()?;
        if lock::is_held(self.client, self.options).map_err(Stop::Said)? {
            return Ok(());
        }
        Err(Stop::Said(lock::gone(self.options)))
    }

    /// All revisions and their rows in one transaction.
    fn all(&mut self, jobs: &[Job<'_>], walk: &mut Walk<'_>) -> Result<()> {
        let statements: Vec<&Statement> =
            jobs.iter().flat_map(|job| job.steps.iter().flat_map(|s| &s.statements)).collect();
        let at = Cell::new(0);
        let before = (walk.applied.clone(), walk.report.clone());
        // nothing is done before the last is
        let mut ended = Vec::new();
        let mut work = |runner: &mut Runner<'_>| {
            (walk.applied, walk.report) = before.clone();
            ended.clear();
            for (n, job) in jobs.iter().enumerate() {
                at.set(n);
                let begun = Instant::now();
                walk.begin(job, runner.progress);
                runner.fresh(job)?;
                let statements: Vec<&Statement> = job.steps.iter().flat_map(|step| &step.statements).collect();
                transaction::body(runner, &statements, &|client| finish(client, job, begun.elapsed()))?;
                walk.done(job, begun, &mut |told| ended.push(told));
            }
            Ok(())
        };
        let done = self.check_lock().and_then(|()| transaction::run(self, &statements, &mut work));
        done.map_err(|stop| {
            self.notes.push("all of this run is one transaction, so none of its revisions was kept".into());
            failure::explain(self, &jobs[at.get()], stop)
        })?;
        ended.into_iter().for_each(|told| (self.progress)(told));
        Ok(())
    }

    fn revision<'j>(&mut self, job: &'j Job<'_>, begun: Instant) -> Result<(), Stop<'j>> {
        self.check_lock()?;
        self.fresh(job)?;
        if !job.is_stepwise() {
            let statements: Vec<&Statement> = job.steps.iter().flat_map(|step| &step.statements).collect();
            return self.transaction(&statements, &|client| finish(client, job, begun.elapsed()));
        }
        let mut recorded = false;
        for (at, step) in job.steps.iter().enumerate() {
            let before = job.begun_step(at);
            let skipped = before.is_some_and(|before| before.finished);
            let (number, count) = (at + 1, job.steps.len());
            self.at_work.1 = (number, count);
            (self.progress)(Progress::Step { number, count, transaction: step.transaction, skipped });
            let last = number == count;
            let record = |client: &mut Client| match last {
                true => finish(client, job, begun.elapsed()),
                false => client.batch_execute(&ledger::marked(&ended(job, at, step))),
            };
            if skipped {
                self.settings(&step.statements)?;
                continue;
            }
            if step.transaction {
                self.transaction(&step.statements.iter().collect::<Vec<_>>(), &record)?;
            } else {
                match &step.batch {
                    Some(batch) => batch::run(self, job, at, batch)?,
                    None => own::run(self, job, at)?,
                }
                own::record(self.client, record).map_err(Stop::Bookkeeping)?;
            }
            recorded = last;
        }
        // a file that lost its last steps since an earlier run has nothing left to do but this
        if !recorded {
            own::record(self.client, |client| finish(client, job, begun.elapsed())).map_err(Stop::Bookkeeping)?;
        }
        Ok(())
    }

    /// Statements and their record in one transaction.
    fn transaction<'j>(
        &mut self,
        statements: &[&'j Statement],
        record: &dyn Fn(&mut Client) -> Result<(), postgres::Error>,
    ) -> Result<(), Stop<'j>> {
        transaction::run(self, statements, &mut |runner| transaction::body(runner, statements, record))
    }

    /// Runs what an earlier run has run already, so far as it set the session up for what follows.
    pub fn settings<'j>(&mut self, statements: &'j [Statement]) -> Result<(), Stop<'j>> {
        for statement in statements.iter().filter(|statement| is_setting(&statement.sql)) {
            self.limits_of_file.extend(alone::limit_set(&statement.sql));
            self.client.batch_execute(&statement.sql).map_err(|cause| Stop::Statement { statement, cause })?;
        }
        Ok(())
    }

    /// One statement as a message of its own, which a signal can cancel.
    pub fn send<'j>(&mut self, statement: &'j Statement, number: usize, count: usize) -> Result<(), Stop<'j>> {
        let label = name(statement);
        (self.progress)(Progress::Statement { label: label.clone(), line: statement.line, number, count });
        let begun = Instant::now();
        let rows = {
            let _watching = self.watching(label);
            let _running = self.options.interrupt.statement(self.options.cancel.as_ref());
            execute(self.client, &statement.sql).map_err(|cause| Stop::Statement { statement, cause })?
        };
        self.limits_of_file.extend(alone::limit_set(&statement.sql));
        (self.progress)(Progress::Ran { number, count, rows, elapsed: begun.elapsed() });
        Ok(())
    }

    /// The id of the revision at work.
    pub fn at_work(&self) -> &str {
        &self.at_work.0
    }

    pub fn watching(&self, label: String) -> Option<super::watch::Watching> {
        let (id, step) = self.at_work.clone();
        let what =
            Running { id, label, step, elapsed: Duration::ZERO, phase: None, percent: None, waits_for: Vec::new() };
        Some(self.options.watch.as_ref()?.begin(self.pid?, what))
    }

    /// Between two statements: whether to begin the next.
    pub fn go_on(&self) -> Result<(), Stop<'static>> {
        pooled::go_on(self.options)?;
        self.options.interrupt.signal().map_or(Ok(()), |signal| Err(Stop::Signal(signal)))
    }
}

/// The op above the statement, or its leading words.
pub(super) fn name(statement: &Statement) -> String {
    statement.op.clone().unwrap_or_else(|| leading_words(&statement.sql))
}

/// Runs it, and counts the rows that it changed, where it is of that sort. What it returns is nobody's, and not kept.
fn execute(client: &mut Client, sql: &str) -> Result<Option<u64>, postgres::Error> {
    if !counts_rows(sql) {
        return client.batch_execute(sql).map(|()| None);
    }
    let answer = client.simple_query(sql)?;
    let rows = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
        _ => None,
    };
    Ok(answer.iter().find_map(rows))
}

/// The step with all its statements done.
pub(super) fn ended<'a>(job: &'a Job<'_>, at: usize, step: &Step) -> Mark<'a> {
    Mark {
        revision: job.id(),
        direction: job.direction,
        step: at + 1,
        done: step.statements.len(),
        running: None,
        hash: check::hash(&step.statements),
        finished: true,
    }
}

/// The revision's own row, within the transaction of its last step.
fn finish(client: &mut Client, job: &Job<'_>, elapsed: Duration) -> Result<(), postgres::Error> {
    client.batch_execute(&finished(job, &elapsed.as_millis().to_string()).join(";\n"))
}

/// Statements that note that all of it is done.
pub(super) fn finished(job: &Job<'_>, duration_ms: &str) -> Vec<String> {
    let row = match job.direction {
        Direction::Upgrade => kept::added(&Entry { file: job.file, duration_ms, fits: job.fits }),
        Direction::Downgrade => ledger::removed(job.id()),
    };
    std::iter::once(row).chain(job.is_stepwise().then(|| ledger::cleared(job.id()))).collect()
}
