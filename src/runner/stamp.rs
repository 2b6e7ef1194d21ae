//! How is a database told where it stands, without running anything?
//!
//! Invariant: afterwards the targets and what comes before them is applied, and of what was there before only branches that
//! neither lead to them nor follow from them, in one transaction; rows of revisions that stay keep who applied them, and when,
//! and remember their files as they are now.

use std::collections::BTreeSet;

use postgres::Client;

use crate::error::{Error, Result};
use crate::revision::{Folder, Stored};

use super::kept::{self, Entry, Fits};
use super::ledger::{self, Ledger};
use super::standing::{self, Standing};
use super::{Options, Progress, Report, failure, lock, session};

/// Says that the database stands at the targets; with `purge`, at nothing else. Rows that no file holds go, and so does what
/// is noted of a revision that is half applied: this is the way out where the bookkeeping and the database have parted.
pub fn stamp(
    client: &mut Client,
    folder: &Folder,
    targets: &[String],
    purge: bool,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report> {
    lock::with_lock(client, options, progress, |client, progress| {
        let mut ledger = Ledger::read(client)?;
        let applied = ledger.applied().clone();
        let from = ledger.stands(folder);
        let mut ids = Vec::new();
        for target in targets {
            ids.extend(folder.resolve(target, &from)?);
        }
        if !purge && !ids.is_empty() {
            ids.extend(folder.unrelated(&applied, &ids)?);
        }
        let wanted = folder.upgrade_path(&BTreeSet::new(), &ids)?;
        let ids: BTreeSet<&str> = wanted.iter().map(|file| file.id()).collect();
        let gone: Vec<String> = applied.iter().filter(|id| !ids.contains(id.as_str())).cloned().collect();
        let new: Vec<&Stored> = wanted.iter().filter(|file| !applied.contains(file.id())).copied().collect();
        let half: BTreeSet<String> = ledger.begun().iter().map(|begun| begun.revision.clone()).collect();
        let to = folder.heads_of(&wanted.iter().map(|file| file.id().to_owned()).collect());
        // what it is said to stand at is what the files hold now
        let standing = Standing::of(folder, &ledger);
        let changed = standing.changed.iter().map(|(_, file)| *file).filter(|file| ids.contains(file.id()));
        let changed: Vec<&Stored> = changed.collect();
        let forgotten: Vec<String> = standing.unknown.iter().map(|row| ledger::describe(row)).collect();
        if gone.is_empty() && new.is_empty() && half.is_empty() && changed.is_empty() {
            return Ok(Report { from, to, ..Report::default() });
        }
        ledger.ensure(client)?;
        let rows = Rows { gone: &gone, new: &new, changed: &changed, half: &half, fits: Fits::of(client)? };
        session::reset(client, options)
            .and_then(|()| write(client, &rows))
            .and_then(|()| client.batch_execute("COMMIT"))
            .map_err(|cause| unwritten(&cause))
            .inspect_err(|_| session::settle(client, options))?;
        for row in forgotten {
            progress(Progress::Warning(format!("what no file holds is forgotten now: {row}")));
        }
        changed.iter().for_each(|file| progress(Progress::Warning(standing::remembered(file))));
        for id in half {
            progress(Progress::Warning(format!("it was noted that {id} is half done, which is forgotten now")));
        }
        let written = new.iter().chain(&changed).map(|file| file.id().to_owned());
        let moved = gone.into_iter().chain(written).collect();
        Ok(Report { direction: None, moved, from, to })
    })
}

/// Makes the tables of the bookkeeping where they are absent.
pub fn ensure_version(client: &mut Client, options: &Options, progress: &mut dyn FnMut(Progress)) -> Result<()> {
    lock::with_lock(client, options, progress, |client, _| Ledger::read(client)?.ensure(client))
}

/// Says of a database without any revision that it stands at this one, which has no parents. `files` has done its work when
/// that is committed, and nothing is noted where it fails.
pub fn baseline(
    client: &mut Client,
    file: &Stored,
    options: &Options,
    files: &mut dyn FnMut(&Stored) -> Result<()>,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    lock::with_lock(client, options, progress, |client, _| {
        let mut ledger = Ledger::read(client)?;
        no_books(&ledger)?;
        ledger.ensure(client)?;
        let rows = Rows { gone: &[], new: &[file], changed: &[], half: &BTreeSet::new(), fits: Fits::of(client)? };
        let noted = session::reset(client, options).and_then(|()| write(client, &rows));
        let written = noted.map_err(|cause| unwritten(&cause)).and_then(|()| match options.interrupt.signal() {
            Some(signal) => Err(failure::stopped(signal, "a baseline was written").detail("nothing was changed")),
            None => files(file),
        });
        written
            .and_then(|()| client.batch_execute("COMMIT").map_err(|cause| unwritten(&cause)))
            .inspect_err(|_| session::settle(client, options))
    })
}

/// Refuses a database that a baseline can no longer be the beginning of.
pub fn no_books(ledger: &Ledger) -> Result<()> {
    let begun = ledger.begun().first().map(|begun| format!("{} is half done", begun.revision));
    let Some(there) = ledger.rows().first().map(|row| ledger::describe(row)).or(begun) else { return Ok(()) };
    Err(Error::no("the database has applied revisions already, so no baseline can come before them")
        .detail(there)
        .hint("`autogen status` shows which; `autogen stamp base --purge` forgets them all, and runs nothing"))
}

fn unwritten(cause: &postgres::Error) -> Error {
    failure::bookkeeping("cannot write", cause).detail("nothing was changed")
}

/// What is to be written about whole revisions.
struct Rows<'a> {
    gone: &'a [String],
    new: &'a [&'a Stored],
    changed: &'a [&'a Stored],
    half: &'a BTreeSet<String>,
    fits: Fits,
}

/// In a transaction that stays open.
fn write(client: &mut Client, rows: &Rows<'_>) -> Result<(), postgres::Error> {
    let gone = rows.gone.iter().map(|id| ledger::removed(id));
    let half = rows.half.iter().map(|id| ledger::cleared(id));
    let changed = rows.changed.iter().map(|file| kept::accepted(file, rows.fits));
    let new = rows.new.iter().map(|file| kept::added(&Entry { file, duration_ms: "0", fits: rows.fits }));
    let written: Vec<String> = gone.chain(half).chain(changed).chain(new).collect();
    client.batch_execute(&format!("BEGIN;\n{};\n{}", session::BOOKKEEPING, written.join(";\n")))
}
