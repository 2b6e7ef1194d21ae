//! In which transactions do the statements of a revision run?
//!
//! Invariants: a revision whose steps can all have a transaction has one, and its row is written in it; where one step can
//! have none, each step ends with the record that it ended, and the last with the row. Statements go out one by one, so that
//! the server's error is about one.

use std::time::{Duration, Instant};

use postgres::Client;

use crate::error::{Error, Result};
use crate::revision::{Folder, Statement, Step};

use super::check::{self, Job, Prepared};
use super::failure::{self, Stop};
use super::known::{is_set, is_setting, leading_words};
use super::ledger::{self, Entry, Mark};
use super::{Direction, Options, Progress, Report, lock, own, session};

pub(super) struct Runner<'a> {
    pub client: &'a mut Client,
    pub options: &'a Options,
    pub progress: &'a mut dyn FnMut(Progress),
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
    let Prepared { mut ledger, jobs, from } = check::prepare(client, folder, target, direction, progress)?;
    let mut report = Report { moved: Vec::new(), to: from.clone(), from };
    if jobs.is_empty() {
        return Ok(report);
    }
    ledger.ensure(client)?;
    let mut applied = ledger.applied().clone();
    let mut runner = Runner { client, options, progress };
    for (at, job) in jobs.iter().enumerate() {
        let begun = Instant::now();
        (runner.progress)(Progress::Revision {
            id: job.id().to_owned(),
            message: job.file.revision.message.clone(),
            direction,
            path: job.file.path.clone(),
            from: report.to,
            number: at + 1,
            count: jobs.len(),
        });
        if let Err(stop) = runner.revision(job, begun) {
            return Err(failure::explain(&mut runner, job, stop));
        }
        match direction {
            Direction::Upgrade => applied.insert(job.id().to_owned()),
            Direction::Downgrade => applied.remove(job.id()),
        };
        report.to = folder.heads_of(&applied);
        report.moved.push(job.id().to_owned());
        (runner.progress)(Progress::Done { id: job.id().to_owned(), direction, elapsed: begun.elapsed() });
    }
    // what the last file set is not the caller's
    let _ = session::reset(runner.client, options);
    Ok(report)
}

impl Runner<'_> {
    fn revision<'j>(&mut self, job: &'j Job<'_>, begun: Instant) -> Result<(), Stop<'j>> {
        self.go_on()?;
        if !lock::is_held(self.client).map_err(Stop::Said)? {
            return Err(Stop::Said(Error::new("the lock of the runner is gone, so another runner may be at work").hint(
                "a statement of the revision before gave it away (DISCARD ALL, pg_advisory_unlock_all); run this again",
            )));
        }
        session::reset(self.client, self.options).map_err(Stop::Bookkeeping)?;
        if !job.is_stepwise() {
            let statements: Vec<&Statement> = job.steps.iter().flat_map(|step| &step.statements).collect();
            return self.transaction(&statements, |client| finish(client, job, begun.elapsed()));
        }
        let mut recorded = false;
        for (at, step) in job.steps.iter().enumerate() {
            let before = job.begun_step(at);
            let skipped = before.is_some_and(|before| before.finished);
            let (number, count) = (at + 1, job.steps.len());
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
                self.transaction(&step.statements.iter().collect::<Vec<_>>(), record)?;
            } else {
                own::run(self, job, at)?;
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
        record: impl FnOnce(&mut Client) -> Result<(), postgres::Error>,
    ) -> Result<(), Stop<'j>> {
        self.client.batch_execute("BEGIN").map_err(Stop::Bookkeeping)?;
        let mut number = None;
        for (at, statement) in statements.iter().enumerate() {
            self.go_on()?;
            self.send(statement, at + 1, statements.len())?;
            // SET TRANSACTION must come before any query, so also before ours
            if number.is_none() && !is_set(&statement.sql) {
                number = Some(session::transaction(self.client).map_err(Stop::Bookkeeping)?);
            }
        }
        self.go_on()?;
        let ended = match number {
            Some(number) => session::transaction(self.client).map_err(Stop::Bookkeeping)? != number,
            None => false,
        };
        if ended || session::is_idle(self.client).map_err(Stop::Bookkeeping)? {
            return Err(Stop::Said(transaction_ended()));
        }
        session::bookkeeping(self.client).and_then(|()| record(self.client)).map_err(Stop::Bookkeeping)?;
        let _running = self.options.interrupt.statement(self.options.cancel.as_ref());
        self.client.batch_execute("COMMIT").map_err(Stop::Commit)
    }

    /// Runs what an earlier run has run already, so far as it set the session up for what follows.
    pub fn settings<'j>(&mut self, statements: &'j [Statement]) -> Result<(), Stop<'j>> {
        for statement in statements.iter().filter(|statement| is_setting(&statement.sql)) {
            self.client.batch_execute(&statement.sql).map_err(|cause| Stop::Statement { statement, cause })?;
        }
        Ok(())
    }

    /// One statement as a message of its own, which a signal can cancel.
    pub fn send<'j>(&mut self, statement: &'j Statement, number: usize, count: usize) -> Result<(), Stop<'j>> {
        let label = statement.op.clone().unwrap_or_else(|| leading_words(&statement.sql));
        (self.progress)(Progress::Statement { label, line: statement.line, number, count });
        let _running = self.options.interrupt.statement(self.options.cancel.as_ref());
        self.client.batch_execute(&statement.sql).map_err(|cause| Stop::Statement { statement, cause })
    }

    /// Between two statements: whether to begin the next.
    pub fn go_on(&self) -> Result<(), Stop<'static>> {
        self.options.interrupt.signal().map_or(Ok(()), |signal| Err(Stop::Signal(signal)))
    }
}

fn transaction_ended() -> Error {
    Error::new("a statement of this revision has ended the transaction that it ran in")
        .detail("what ran before it may have been kept; the bookkeeping says that it was not")
        .hint("find the COMMIT or ROLLBACK that the server saw in the file, undo by hand what was kept, and run this again")
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
        Direction::Upgrade => ledger::added(&Entry::of(&job.file.revision, duration_ms)),
        Direction::Downgrade => ledger::removed(job.id()),
    };
    std::iter::once(row).chain(job.is_stepwise().then(|| ledger::cleared(job.id()))).collect()
}
