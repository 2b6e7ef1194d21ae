//! Is what a database has applied still what the files say?
//!
//! Invariant: statements, the kinds of their steps and parents make a difference; comments, white space and line ends make
//! none. Files and bookkeeping are compared as they were read; what was applied is looked up only where somebody asks for it.

use std::collections::BTreeSet;

use postgres::Client;

use crate::error::{Error, Result};
use crate::revision::{Folder, Stored, fingerprint};

use super::kept::{self, Fits};
use super::ledger::{self, Applied, Ledger};
use super::{Direction, Options, Progress, failure, session};

/// How files and bookkeeping agree.
#[derive(Debug)]
pub struct Standing<'f, 'l> {
    /// What has yet to run, in the order in which it would.
    pub pending: Vec<&'f Stored>,
    /// What has not run and waits until it is named.
    pub waiting: Vec<&'f Stored>,
    /// Applied, and other in its file.
    pub changed: Vec<(&'l Applied, &'f Stored)>,
    /// Applied, and in no file.
    pub unknown: Vec<&'l Applied>,
    /// Not applied, though something that stands on it is: the latter is the second.
    pub below: Vec<(&'f Stored, &'f Stored)>,
}

impl<'f, 'l> Standing<'f, 'l> {
    pub fn of(folder: &'f Folder, ledger: &'l Ledger) -> Self {
        let applied = ledger.applied();
        // whoever goes on with what is half undone is held to what was done of it
        let half: BTreeSet<&str> = ledger.begun().iter().map(|begun| begun.revision.as_str()).collect();
        let (mut changed, mut unknown) = (Vec::new(), Vec::new());
        for row in ledger.rows() {
            match folder.get(&row.id) {
                Some(file) if !half.contains(file.id()) && is_changed(row, file) => changed.push((row, file)),
                Some(_) => {}
                None => unknown.push(row),
            }
        }
        let open = folder.history().into_iter().rev().filter(|file| !applied.contains(file.id()));
        // one that somebody let go, and that has not ended, waits no more
        let (waiting, pending) = open.partition(|file| file.revision.waits() && !half.contains(file.id()));
        Self { pending, waiting, changed, unknown, below: folder.below(applied) }
    }

    /// Whether something is other than running the files one after the other would have left it.
    pub fn is_odd(&self) -> bool {
        !(self.changed.is_empty() && self.unknown.is_empty() && self.below.is_empty())
    }

    /// Why nothing may run, but for what it was said may be so.
    pub(super) fn refusal(&self, direction: Direction, options: &Options) -> Option<Error> {
        let changed = || if options.accept_changed { None } else { self.changed(direction) };
        // the way back passes nothing that is not applied
        let late = direction == Direction::Upgrade && !options.out_of_order;
        unknown(&self.unknown).or_else(changed).or_else(|| if late { self.below(options.accept_changed) } else { None })
    }

    /// All that is odd, one error for each way in which it is, with what can be done.
    pub fn errors(&self) -> Vec<Error> {
        let changed = self.changed(Direction::Upgrade);
        let below = self.below(changed.is_some());
        unknown(&self.unknown).into_iter().chain(changed).chain(below).collect()
    }

    fn changed(&self, direction: Direction) -> Option<Error> {
        let (row, _) = self.changed.first()?;
        let what = match self.changed.len() {
            1 => format!("{} was changed after it was applied", row.id),
            more => format!("{more} revisions were changed after they were applied"),
        };
        let command = if direction == Direction::Upgrade { "upgrade" } else { "downgrade TARGET" };
        let mut error = Error::no(what);
        for (row, file) in &self.changed {
            let stood = match fingerprint(&file.revision) == row.fingerprint {
                true => format!(": it stood on {} then", on(&row.parents)),
                false => String::new(),
            };
            error = error.detail(format!("{} ({}){stood}", ledger::describe(row), file.path.display()));
        }
        Some(
            error
                .hint("take the change back, which `autogen status` shows; what has to change goes into a revision of its own")
                .hint(format!(
                    "if that is what the database has, `autogen {command} --accept-changed` remembers the file as it is and goes on"
                )),
        )
    }

    fn below(&self, and_changed: bool) -> Option<Error> {
        let (file, above) = self.below.first()?;
        let what = match self.below.len() {
            1 => format!("{} is not applied, and {}, which comes after it, is", file.id(), above.id()),
            more => format!("{more} revisions are not applied, and others that come after them are"),
        };
        let mut error = Error::no(what);
        for (file, above) in &self.below {
            let (id, title, path) = (file.id(), file.revision.title(), file.path.display());
            error = error.detail(format!("{id} \"{title}\" ({path}), below {}", above.id()));
        }
        let target = if self.below.len() == 1 { file.id() } else { "heads" };
        let accept = if and_changed { " --accept-changed" } else { "" };
        Some(
            error
                .hint("if it was meant to come last, correct the `parents` lines so that it stands on the head")
                .hint(format!("if it may run late, `autogen upgrade {target} --out-of-order{accept}` runs it now"))
                .hint("if the database has all that it does, `autogen stamp` what `autogen current` names"),
        )
    }
}

fn is_changed(row: &Applied, file: &Stored) -> bool {
    let stood: BTreeSet<&String> = row.parents.iter().collect();
    fingerprint(&file.revision) != row.fingerprint || stood != file.revision.parents.iter().collect()
}

fn on(parents: &[String]) -> String {
    if parents.is_empty() { "nothing".to_owned() } else { parents.join(", ") }
}

/// That these stand in no file, with the ways out.
pub fn unknown(rows: &[&Applied]) -> Option<Error> {
    let what = match rows {
        [] => return None,
        [row] => format!("the database has applied revision {}, which no file holds", row.id),
        more => format!("the database has applied {} revisions that no file holds", more.len()),
    };
    let error = rows.iter().fold(Error::no(what), |error, row| error.detail(ledger::describe(row)));
    Some(
        error
            .hint("get the file, e.g. from the branch that made it, and put it into the folder of the revisions")
            .hint(
                "if it is gone for good, `autogen stamp` the newest revision here that the database has: the other is forgotten, and what it did stays",
            ),
    )
}

/// Remembers these files as they are now.
pub(super) fn accept(
    client: &mut Client,
    ledger: &mut Ledger,
    files: &[&Stored],
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<()> {
    if files.is_empty() {
        return Ok(());
    }
    ledger.ensure(client)?;
    let fits = Fits::of(client)?;
    let statements: Vec<String> = files.iter().map(|file| kept::accepted(file, fits)).collect();
    session::reset(client, options)
        .and_then(|()| client.batch_execute(&format!("BEGIN;\n{}", session::BOOKKEEPING)))
        .and_then(|()| client.batch_execute(&format!("{};\nCOMMIT", statements.join(";\n"))))
        .map_err(|cause| {
            session::settle(client, options);
            failure::bookkeeping("cannot write", &cause).detail("nothing was changed")
        })?;
    files.iter().for_each(|file| progress(Progress::Warning(remembered(file))));
    Ok(())
}

pub(super) fn remembered(file: &Stored) -> String {
    format!("{} is remembered as its file is now ({})", file.id(), file.path.display())
}
