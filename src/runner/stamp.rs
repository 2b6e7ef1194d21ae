//! How is a database told where it stands, without running anything?
//!
//! Invariant: afterwards the targets and what comes before them is applied, and of what was there before only branches that
//! neither lead to them nor follow from them, in one transaction; rows of revisions that stay keep who applied them, and when.

use std::collections::BTreeSet;

use postgres::Client;

use crate::error::Result;
use crate::revision::{Folder, Stored};

use super::ledger::{self, Entry, Ledger};
use super::{Options, Progress, Report, failure, lock, session};

/// Says that the database stands at the targets; with `purge`, at nothing else. Rows that no file holds go, and so does what is noted of a revision that is
/// half applied: this is the way out where the bookkeeping and the database have parted.
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
        let from = folder.heads_of(&applied);
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
        if gone.is_empty() && new.is_empty() && half.is_empty() {
            return Ok(Report { from, to, ..Report::default() });
        }
        ledger.ensure(client)?;
        session::reset(client, options).and_then(|()| write(client, &gone, &new, &half)).map_err(|cause| {
            session::settle(client, options);
            failure::bookkeeping("cannot write", &cause).detail("nothing was changed")
        })?;
        for id in half {
            progress(Progress::Warning(format!("it was noted that {id} is half done, which is forgotten now")));
        }
        let moved = gone.into_iter().chain(new.iter().map(|file| file.id().to_owned())).collect();
        Ok(Report { direction: None, moved, from, to })
    })
}

/// Makes the tables of the bookkeeping where they are absent.
pub fn ensure_version(client: &mut Client, options: &Options, progress: &mut dyn FnMut(Progress)) -> Result<()> {
    lock::with_lock(client, options, progress, |client, _| Ledger::read(client)?.ensure(client))
}

fn write(
    client: &mut Client,
    gone: &[String],
    new: &[&Stored],
    half: &BTreeSet<String>,
) -> Result<(), postgres::Error> {
    client.batch_execute("BEGIN")?;
    session::bookkeeping(client)?;
    for id in gone {
        client.batch_execute(&ledger::removed(id))?;
    }
    for id in half {
        client.batch_execute(&ledger::cleared(id))?;
    }
    for file in new {
        client.batch_execute(&ledger::added(&Entry::of(&file.revision, "0")))?;
    }
    client.batch_execute("COMMIT")
}
