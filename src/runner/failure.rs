//! What went wrong, where does it stand in the file, what is the state of the database now, and what can be done?
//!
//! Invariant: an error after something may have run says where the database stands, or that nobody knows and how to see.

use postgres::error::{DbError, ErrorPosition, SqlState};

use crate::error::{Error, Exit};
use crate::revision::Statement;

use super::apply::{Runner, name};
use super::check::Job;
use super::ledger::Ledger;
use super::{Direction, alone, interrupt, own, place, session};

/// Why a revision did not come to its end.
pub(super) enum Stop<'a> {
    Statement { statement: &'a Statement, cause: postgres::Error },
    Commit(postgres::Error),
    Bookkeeping(postgres::Error),
    Signal(i32),
    Said(Error),
}

impl Stop<'_> {
    pub fn cause(&self) -> Option<&postgres::Error> {
        match self {
            Self::Statement { cause, .. } | Self::Commit(cause) | Self::Bookkeeping(cause) => Some(cause),
            Self::Signal(_) | Self::Said(_) => None,
        }
    }
}

/// Whether the session is gone, and with it the answer to what became of the statement.
pub(super) fn is_lost(cause: &postgres::Error) -> bool {
    match cause.code() {
        Some(code) => {
            let gone = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];
            gone.contains(code) || code.code().starts_with("08")
        }
        None => true,
    }
}

/// The whole error of a revision that stopped; the session is settled by then, if there still is one.
pub(super) fn explain(runner: &mut Runner<'_>, job: &Job<'_>, stop: Stop<'_>) -> Error {
    let lost = runner.client.is_closed() || stop.cause().is_some_and(is_lost);
    let signal = runner.options.interrupt.signal();
    let error = match (signal, &stop) {
        (Some(signal), Stop::Statement { statement, .. }) => {
            stopped(signal, &format!("{} of {} ran", name(statement), job.id())).at(job.place(statement))
        }
        (Some(signal), _) => stopped(signal, &format!("{} was at work", job.id())),
        (None, Stop::Statement { statement, cause }) => statement_failed(job, statement, cause),
        (None, Stop::Commit(cause)) => {
            with_server(Error::new(format!("{} failed at its COMMIT: {}", job.id(), message(cause))), cause, None)
        }
        (None, Stop::Bookkeeping(cause)) => bookkeeping(&format!("while {} was at work: cannot use", job.id()), cause),
        (None, Stop::Said(error)) => error.clone(),
        (None, Stop::Signal(signal)) => stopped(*signal, &format!("{} was at work", job.id())),
    };
    let error = std::mem::take(&mut runner.notes).into_iter().fold(error, Error::detail);
    if lost {
        return unknown(error, job, &stop);
    }
    session::settle(runner.client, runner.options);
    let error = match Ledger::read(runner.client) {
        Ok(ledger) => standing(error, &ledger, job),
        Err(_) if runner.client.is_closed() => return unknown(error, job, &stop),
        Err(unread) => error.detail(unread.message()).hint("`autogen current` shows where the database stands"),
    };
    let error = match &stop {
        Stop::Statement { statement, .. } if is_alone(job, statement) && alone::commits(&statement.sql) => {
            error.detail("what it has committed itself before that is kept all the same")
        }
        _ => error,
    };
    match stop {
        Stop::Statement { statement, cause } if signal.is_none() => {
            hints(own::aftermath(error, runner.client, statement, &cause), &cause, job)
        }
        Stop::Commit(cause) if signal.is_none() => hints(error, &cause, job),
        _ if error.hints().is_empty() => error.hint(format!("run {} again when it may run to its end", job.direction)),
        _ => error,
    }
}

/// The error of a signal. `during` says what ran: `create_table public.t of 3f2a ran`.
pub(super) fn stopped(signal: i32, during: &str) -> Error {
    Error::new(format!("stopped by {} while {during}", interrupt::name(signal))).exit(Exit::Signal(signal))
}

/// A failure of our own reading, in which no revision has a part.
pub(super) fn plain(doing: &str, cause: &postgres::Error) -> Error {
    let error = with_server(Error::new(format!("{doing}: {}", message(cause))), cause, None);
    if is_lost(cause) { error.hint("the connection is lost; run this again once the server answers") } else { error }
}

/// A failure around the tables of [`super::ledger`]; `doing` ends in front of their names.
pub(super) fn bookkeeping(doing: &str, cause: &postgres::Error) -> Error {
    let error = plain(&format!("{doing} the bookkeeping (public.autogen_revisions, public.autogen_steps)"), cause);
    match cause.code() {
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE && doing == "cannot read" => {
            error.hint("connect as the role that migrates this database, or GRANT SELECT on both to this one")
        }
        Some(code) if *code == SqlState::INSUFFICIENT_PRIVILEGE => error.hint(
            "connect as the role that migrates this database; it needs CREATE on the schema public once, and owns both tables then",
        ),
        Some(code) if *code == SqlState::INVALID_SCHEMA_NAME => {
            error.hint("the bookkeeping needs the schema public: `CREATE SCHEMA public`")
        }
        Some(code) if *code == SqlState::UNDEFINED_COLUMN => {
            error.hint("a table of that name is not autogen's, or of another version of it: rename it, or use that version")
        }
        Some(code) if *code == SqlState::UNDEFINED_TABLE => {
            error.hint("restore the table from a backup; `autogen ensure-version --sql` is what makes it anew, empty")
        }
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => error.hint(READ_ONLY),
        Some(code) if *code == SqlState::QUERY_CANCELED => {
            error.hint("statement_timeout is too short even for this, or somebody cancelled it: run again, with a longer one")
        }
        Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => error.hint("another session holds a lock on it: run again"),
        _ => error,
    }
}

const BASELINE: &str = "if the database was there before autogen, delete this file and begin with \
    `autogen revision --baseline -m …`, which notes what is there";

const NO_BASELINE: &str = "if it is older than the first revision, none makes it: a line that begins with \
    `autogen revision --baseline` makes all of it on a new database";

const READ_ONLY: &str = "the session is read-only: connect to the primary, as a role and to a database for which \
    default_transaction_read_only is off";

fn message(cause: &postgres::Error) -> String {
    match cause.as_db_error() {
        Some(server) => server.message().to_owned(),
        None => "the connection is lost".to_owned(),
    }
}

fn statement_failed(job: &Job<'_>, statement: &Statement, cause: &postgres::Error) -> Error {
    let position = cause.as_db_error().and_then(DbError::position).and_then(|position| match position {
        ErrorPosition::Original(at) => Some(*at),
        ErrorPosition::Internal { .. } => None,
    });
    // what the server has seen of a batch is not what the file says
    let in_rounds = job.steps.iter().any(|step| step.batch.is_some() && step.statements.contains(statement));
    let at = place::place(job.file, statement, position.filter(|_| !in_rounds));
    let line = place::line(job.file, statement, &at);
    let text = place::masked(&message(cause), statement);
    let error = Error::new(format!("{} of {} failed: {text}", name(statement), job.id())).at(at).line(line);
    with_server(error, cause, Some(statement))
}

/// What else the server said.
fn with_server(mut error: Error, cause: &postgres::Error, statement: Option<&Statement>) -> Error {
    let Some(server) = cause.as_db_error() else { return error.detail(cause.to_string()) };
    let masked = |text: &str| statement.map_or_else(|| text.to_owned(), |statement| place::masked(text, statement));
    error = error.detail(format!("SQLSTATE {}", server.code().code()));
    let query = match server.position() {
        Some(ErrorPosition::Internal { query, .. }) => Some(query.as_str()),
        _ => None,
    };
    for (title, text) in [
        ("the server's detail", server.detail()),
        ("the server's hint", server.hint()),
        ("in the query", query),
        ("context", server.where_()),
    ] {
        if let Some(text) = text {
            error = error.detail(format!("{title}: {}", masked(text)));
        }
    }
    error
}

fn standing(error: Error, ledger: &Ledger, job: &Job<'_>) -> Error {
    let heads = ledger.heads();
    let stands = if heads.is_empty() { "the base".to_owned() } else { heads.join(", ") };
    let begun: Vec<_> = ledger.begun().iter().filter(|begun| begun.revision == job.id()).collect();
    let finished = begun.iter().filter(|begun| begun.finished).count();
    let partly = begun.iter().find(|begun| !begun.finished && begun.done > 0);
    let of = job.steps.len();
    let mut kept = match finished {
        0 => Vec::new(),
        1 => vec![format!("step 1 of {of}")],
        _ => vec![format!("steps 1 to {finished} of {of}")],
    };
    kept.extend(partly.map(|begun| format!("{} of the statements of step {}", begun.done, begun.step)));
    let is_batch = |step: usize| job.steps.get(step - 1).is_some_and(|step| step.batch.is_some());
    let in_rounds = begun.iter().find(|begun| !begun.finished && begun.step > 0 && is_batch(begun.step));
    kept.extend(in_rounds.map(|begun| format!("the rounds that step {} has ended", begun.step)));
    let (undone, direction) = match job.direction {
        Direction::Upgrade => ("nothing of this revision was kept", "kept of this revision"),
        Direction::Downgrade => ("nothing of this revision was undone", "done of this downgrade"),
    };
    if kept.is_empty() {
        return error.detail(format!("the database stands at {stands}; {undone}"));
    }
    error
        .detail(format!("the database stands at {stands}; {direction}: {}", kept.join(" and ")))
        .hint(format!("run {} again to go on from there", job.direction))
}

/// Whether it has no transaction of ours.
fn is_alone(job: &Job<'_>, statement: &Statement) -> bool {
    job.steps.iter().any(|step| !step.transaction && step.statements.contains(statement))
}

fn unknown(error: Error, job: &Job<'_>, stop: &Stop<'_>) -> Error {
    let id = job.id();
    let detail = match stop {
        Stop::Commit(_) => format!("the connection was lost at the COMMIT, so it is not known whether {id} was kept"),
        Stop::Statement { statement, .. } if is_alone(job, statement) => {
            "the connection was lost, so it is not known whether the statement took effect; it had no transaction"
                .into()
        }
        _ => "the connection was lost; the server rolls back what was not committed".into(),
    };
    error.detail(detail).hint(format!(
        "`autogen current` shows where the database stands; then run {} again, which takes up what is left",
        job.direction
    ))
}

/// What to do about it, by the server's error code.
fn hints(error: Error, cause: &postgres::Error, job: &Job<'_>) -> Error {
    let Some(code) = cause.code() else { return error };
    let id = job.id();
    match code.code() {
        "42P07" | "42710" | "42701" | "42P06" | "42723" | "42P04" | "42712" => {
            let error = error
                .hint("it is there already: perhaps it was made by hand or by another tool")
                .hint(format!("if all that {id} does is there, `autogen stamp {id}` records it without running it"));
            match job.file.revision.parents.is_empty() && job.direction == Direction::Upgrade {
                true => error.hint(BASELINE),
                false => error,
            }
        }
        "42P01" | "42703" | "42704" | "42883" | "3F000" | "3D000" => {
            let parents = &job.file.revision.parents;
            let below = if parents.is_empty() { "base".to_owned() } else { parents.join(" ") };
            let (what, target) = match job.direction {
                Direction::Upgrade => (format!("all that {id} does is done"), id),
                Direction::Downgrade => (format!("all that {id} made is gone"), below.as_str()),
            };
            let error = error
                .hint("it is not there: perhaps it was removed by hand, or this is not the database that the file was written for")
                .hint(format!("if {what} already, `autogen stamp {target}` records that without running it"));
            match job.direction {
                Direction::Upgrade => error.hint(NO_BASELINE),
                Direction::Downgrade => error,
            }
        }
        "42601" => error.hint("correct the statement in the file, then run this again"),
        "42501" => error.hint("connect as the role that owns the object, or give this one the right that it lacks"),
        "25006" => error.hint(READ_ONLY),
        "53100" => error.hint("the server's disk is full: make room there, then run this again"),
        "53200" => error.hint("the server is out of memory, or of locks (max_locks_per_transaction): split the revision"),
        "55P03" => error.hint(
            "another session holds a lock on it: run this again when it has ended (pg_locks shows it), or raise lock_timeout",
        ),
        "40P01" | "40001" => error.hint("another session was in the way: run this again"),
        "57014" => error.hint(
            "if it may take that long, put `SET statement_timeout = 0;` above the statement; somebody may also have cancelled it",
        ),
        "25001" => error.hint("put a line `-- autogen:step no-transaction` above the statement: it cannot have a transaction"),
        "55P04" => error.hint(
            "a new label can be used once it is committed: put `-- autogen:step transaction` below the ALTER TYPE and \
             `-- autogen:step no-transaction` above it",
        ),
        "23502" | "23503" | "23505" | "23514" | "23P01" => {
            error.hint("the rows are against it: put them right first, e.g. with an UPDATE above this statement")
        }
        _ => error,
    }
}
