//! How are many rows changed without holding up those who work with them?
//!
//! In rounds, each a transaction of its own. Invariant: a crash between two rounds loses nothing and repeats nothing, since
//! what a round has done no longer matches; a statement whose rows go on matching is stopped before it has kept anything.

use std::time::{Duration, Instant};

use postgres::SimpleQueryMessage;

use crate::error::Error;
use crate::revision::{Batch, Rounds, Statement};

use super::apply::{Runner, name};
use super::check::{self, Job};
use super::failure::Stop;
use super::patience::{Patience, is_blocked};
use super::{Progress, alone, ledger, own, session, transaction};

/// How long the rows may be counted; without their number the progress has no end.
const COUNTING: Duration = Duration::from_secs(5);
const TELL: Duration = Duration::from_secs(1);
/// After so many rounds in a row that found rows, changed none and came no further, nothing more is expected of the next.
pub(super) const IN_VAIN: u32 = 5;

/// Runs what is left of the step `at`, all but the record of its end.
pub(super) fn run<'j>(runner: &mut Runner<'_>, job: &'j Job<'_>, at: usize, batch: &Batch) -> Result<(), Stop<'j>> {
    let statements = &job.steps[at].statements;
    let before = job.begun_step(at);
    let done = before.map_or(0, |before| before.done).min(statements.len());
    runner.settings(&statements[..done])?;
    note(runner, job, at, done)?;
    for (n, statement) in statements.iter().enumerate().skip(done) {
        runner.go_on()?;
        let Some(rounds) = Rounds::of(&statement.sql) else {
            alone::send(runner, statement, n + 1, statements.len())?;
            note(runner, job, at, n + 1)?;
            continue;
        };
        (runner.progress)(Progress::Statement {
            label: name(statement),
            line: statement.line,
            number: n + 1,
            count: statements.len(),
        });
        let begun = Instant::now();
        let mut all = All { rows: 0, of: count(runner, &rounds), told: Instant::now() };
        let ended = passes(runner, job, statement, &rounds, batch, &mut all);
        let nothing = all.rows == 0 && before.is_none() && at == 0 && n == 0;
        if ended.is_err() && nothing && !runner.client.is_closed() {
            // nothing of the revision was kept, so that nothing need be noted of it
            let _ = runner.client.batch_execute("ROLLBACK");
            let _ = own::record(runner.client, |client| client.batch_execute(&ledger::cleared(job.id())));
        }
        ended?;
        let (number, count) = (n + 1, statements.len());
        (runner.progress)(Progress::Ran { number, count, rows: Some(all.rows), elapsed: begun.elapsed() });
        note(runner, job, at, n + 1)?;
    }
    Ok(())
}

fn note(runner: &mut Runner<'_>, job: &Job<'_>, at: usize, done: usize) -> Result<(), Stop<'static>> {
    let mark = check::noted(job, at, done, false);
    own::record(runner.client, |client| client.batch_execute(&ledger::marked(&mark))).map_err(Stop::Bookkeeping)
}

struct All {
    rows: u64,
    of: Option<u64>,
    told: Instant,
}

/// What one round did.
struct Round {
    taken: u64,
    still: u64,
    block: u64,
    changed: u64,
}

/// Through the table again and again, until a pass from its start finds nothing.
fn passes<'j>(
    runner: &mut Runner<'_>,
    job: &Job<'_>,
    statement: &'j Statement,
    rounds: &Rounds<'_>,
    batch: &Batch,
    all: &mut All,
) -> Result<(), Stop<'j>> {
    let (mut block, mut idle) = (0, 0);
    let mut found = false;
    loop {
        runner.go_on()?;
        let round = round(runner, job, statement, rounds, batch, block)?;
        found |= round.taken > 0;
        all.rows += round.changed;
        let in_vain = round.taken > 0 && (round.taken < batch.size || round.block == block);
        idle = if round.changed == 0 && in_vain { idle + 1 } else { 0 };
        if idle == IN_VAIN {
            return Err(Stop::Said(untouched(job, statement)));
        }
        if all.told.elapsed() >= TELL {
            all.told = Instant::now();
            (runner.progress)(Progress::Batch { rows: all.rows, of: all.of });
        }
        if round.taken == batch.size {
            block = round.block;
        } else if found {
            // rows may have come behind the place that was reached
            (block, found) = (0, false);
        } else {
            return Ok(());
        }
        pause(runner, batch.pause)?;
    }
}

fn pause(runner: &Runner<'_>, pause: Duration) -> Result<(), Stop<'static>> {
    let until = Instant::now() + pause;
    while Instant::now() < until {
        runner.go_on()?;
        std::thread::sleep(Duration::from_millis(50).min(until.saturating_duration_since(Instant::now())));
    }
    Ok(())
}

fn round<'j>(
    runner: &mut Runner<'_>,
    job: &Job<'_>,
    statement: &'j Statement,
    rounds: &Rounds<'_>,
    batch: &Batch,
    block: u64,
) -> Result<Round, Stop<'j>> {
    // a scan that begins in the middle would make nothing of the place that was reached
    let begin = format!("{}SET LOCAL synchronize_seqscans = off", session::begin(runner.options));
    let sql = rounds.round(batch.size, &format!("'({block},0)'::pg_catalog.tid"));
    let mut patience = Patience::new(runner.options.patience);
    loop {
        runner.client.batch_execute(&begin).map_err(Stop::Bookkeeping)?;
        let answer = {
            let _watching = runner.watching(name(statement));
            let _running = runner.options.interrupt.statement(runner.options.cancel.as_ref());
            runner.client.simple_query(&sql)
        };
        match answer {
            Ok(answer) => {
                let round = read(&answer);
                if round.still > 0 {
                    let _ = runner.client.batch_execute("ROLLBACK");
                    return Err(Stop::Said(endless(job, statement)));
                }
                super::pooled::still_ours(runner.options)?;
                runner.client.batch_execute("COMMIT").map_err(Stop::Commit)?;
                return Ok(round);
            }
            Err(cause) => {
                let blocked = is_blocked(&cause);
                let pause = transaction::rest(runner);
                if !blocked || !patience.again(runner, &[], pause)? {
                    return Err(Stop::Statement { statement, cause });
                }
            }
        }
    }
}

fn read(answer: &[SimpleQueryMessage]) -> Round {
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let number = |at: usize| row.and_then(|row| row.get(at)).and_then(|text| text.parse().ok()).unwrap_or(0);
    Round { taken: number(0), still: number(1), block: number(2), changed: number(3) }
}

fn endless(job: &Job<'_>, statement: &Statement) -> Error {
    let why = "rows that it changes still match its WHERE";
    stops_at(job, statement, why).hint(
        "let the WHERE ask for what is not done yet, as in `SET a = b WHERE a IS NULL`, and let SET give each row a value that ends it",
    )
}

/// A trigger may give back NULL for a row, which then stays as it is.
fn untouched(job: &Job<'_>, statement: &Statement) -> Error {
    stops_at(job, statement, "its WHERE finds rows that the server leaves as they are").hint(
        "look for a BEFORE trigger or a policy that keeps them from being changed, or let the WHERE leave them out",
    )
}

fn stops_at(job: &Job<'_>, statement: &Statement, why: &str) -> Error {
    Error::new(format!("{} of {} would never end: {why}", name(statement), job.id())).at(job.place(statement))
}

fn count(runner: &mut Runner<'_>, rounds: &Rounds<'_>) -> Option<u64> {
    let begin = session::begin(runner.options);
    let sql = format!(
        "{begin}SET TRANSACTION READ ONLY; SET LOCAL statement_timeout = {};\n{}",
        COUNTING.as_millis(),
        rounds.count()
    );
    let answer = session::first_value(runner.client, &sql);
    let _ = runner.client.batch_execute("ROLLBACK");
    answer.ok()?.parse().ok()
}
