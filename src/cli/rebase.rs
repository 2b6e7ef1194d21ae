//! `autogen rebase`: two merged pull requests become one line of revisions again.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::args::{Global, Rebase};
use super::commute::{self, Surroundings};
use super::newly;
use super::output::Output;
use super::session;
use crate::config::{Config, RevisionIds};
use crate::error::{Error, Exit, Result};
use crate::project::batch::Batch;
use crate::project::compare::count;
use crate::revision::{self, Branch, Folder, Revision, Stored};
use crate::runner::{Interrupt, Ledger};

pub fn rebase(global: &Global, args: &Rebase, output: Output) -> Result<u8> {
    let config = session::config(global)?;
    let _alone = newly::alone(&config, &output.tell());
    let files = Folder::read_files(&config.revisions)?;
    let (ledger, around) = ask(global, output);
    let is_applied = |file: &Stored| applied(file, &files, &ledger);
    let (paths, names): (Vec<&String>, Vec<&String>) = args.revisions.iter().partition(|name| name.ends_with(".sql"));
    let paths: Vec<PathBuf> = paths.into_iter().map(PathBuf::from).collect();
    let mut stored = files.clone();
    let first = revision::untangle(&mut stored, &paths, &is_applied)?;
    let folder = Folder::new(stored)?;
    let there = files.iter().zip(folder.iter()).filter(|(file, _)| is_applied(file));
    let applied: BTreeSet<String> = there.map(|(_, now)| now.id().to_owned()).collect();
    let asked = match names.as_slice() {
        [] => first.clone(),
        [name] => Some(one(&folder, name, &applied)?),
        _ => {
            return Err(Error::new("several revisions are named")
                .hint("name one; only files of revisions that share a number are named one by one"));
        }
    };
    let onto = args.onto.as_ref().map(|name| one(&folder, name, &applied)).transpose()?;
    let branch = folder.branch_to_move(asked.as_deref(), onto.as_deref(), &applied)?;
    unapplied(&branch, &folder, &applied, &ledger)?;
    commute::commute(&config, &folder, &branch, &around, output)?;
    let sequence = first.is_some() || config.new_files.ids == RevisionIds::Sequence;
    let changes = changes(&config, &files, folder.rebased(&branch, sequence))?;
    write(&changes)?;
    report(&config, &branch, &files, &folder, &changes, output);
    Ok(0)
}

/// A file with its text and its path before and after.
struct Change {
    old: Stored,
    new: Stored,
}

/// What the database has applied, and what else matters there. Where it cannot be asked, nothing is known of it.
fn ask(global: &Global, output: Output) -> (Ledger, Surroundings) {
    let asked = session::open(global, output).and_then(|mut session| {
        let ledger = session.ledger()?;
        Ok((ledger, Surroundings::of(&mut session.client)))
    });
    asked.unwrap_or_else(|error| {
        output.warn(&format!("the database was not asked what it has applied: {}", error.message()));
        Default::default()
    })
}

/// Of two files with one id, the one whose statements were run; if neither's were, either may have been changed since.
fn applied(file: &Stored, files: &[Stored], ledger: &Ledger) -> bool {
    let Some(row) = ledger.get(file.id()) else { return false };
    let ran = |file: &Stored| revision::fingerprint(&file.revision) == row.fingerprint;
    let mut twins = files.iter().filter(|other| other.id() == file.id() && other.path != file.path);
    ran(file) || !twins.any(ran)
}

fn one(folder: &Folder, name: &str, applied: &BTreeSet<String>) -> Result<String> {
    match folder.resolve(name, &folder.heads_of(applied))?.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::new(format!("{name} is no revision")).hint("`autogen history` lists the revisions")),
        _ => Err(Error::new(format!("{name} is not one revision")).hint("name one of them")),
    }
}

fn unapplied(branch: &Branch, folder: &Folder, applied: &BTreeSet<String>, ledger: &Ledger) -> Result<()> {
    let begun = |id: &str| ledger.begun().iter().any(|step| step.revision == id);
    let fixed = branch.moved.iter().find(|id| applied.contains(*id) || begun(id)).and_then(|id| folder.get(id));
    match fixed {
        None => Ok(()),
        Some(file) => Err(Error::no(format!("{} is applied in the database, and what is applied stays", file.id()))
            .detail(file.path.display().to_string())
            .hint("move the other branch, or bring both together with `autogen merge heads`")),
    }
}

/// The files that change, each read back as what it is to be.
fn changes(config: &Config, before: &[Stored], after: Vec<Stored>) -> Result<Vec<Change>> {
    let mut all = Vec::with_capacity(after.len());
    let mut changes = Vec::new();
    for (old, mut new) in before.iter().zip(after) {
        if old.revision != new.revision {
            new.text = revision::with_facts(&old.text, &old.revision, &new.revision);
            new.path = renamed(config, old, &new.revision);
            if revision::parse(&new.path, &new.text)? != new.revision {
                return Err(Error::new(format!("{} would not read back as it is to be", old.path.display()))
                    .hint("put its header lines as autogen writes them, one fact on each"));
            }
            if new.path != old.path && new.path.exists() {
                return Err(Error::new(format!("{} is there already", new.path.display())).hint("move it away"));
            }
            changes.push(Change { old: old.clone(), new: new.clone() });
        }
        all.push(new);
    }
    Folder::new(all)?;
    Ok(changes)
}

/// Where a file with another id belongs: as the project names its files, or else with the new id in the place of the old.
fn renamed(config: &Config, old: &Stored, new: &Revision) -> PathBuf {
    if old.id() == new.id {
        return old.path.clone();
    }
    let name = |revision: &Revision| config.new_files.name.path(revision, config.new_files.slug).ok();
    if let (Some(before), Some(after)) = (name(&old.revision), name(new)) {
        let dir = config.revisions.iter().find(|dir| dir.join(&before) == old.path);
        if let Some(dir) = dir {
            return dir.join(after);
        }
    }
    let stem = old.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let mut words: Vec<&str> = stem.split_inclusive(['_', '-', '.', ' ']).collect();
    let bare = |word: &str| word.trim_end_matches(['_', '-', '.', ' ']) == old.id();
    let found: Vec<usize> = (0..words.len()).filter(|n| bare(words[*n])).collect();
    let [n] = found.as_slice() else { return old.path.clone() };
    let word = words[*n].replacen(old.id(), &new.id, 1);
    words[*n] = &word;
    old.path.with_file_name(format!("{}.sql", words.concat()))
}

/// All of them or none, whatever signal comes.
fn write(changes: &[Change]) -> Result<()> {
    let interrupt = Interrupt::install().map_err(|cause| Error::new(format!("cannot listen to signals: {cause}")))?;
    let _working = interrupt.work();
    let go_on = || match interrupt.signal() {
        None => Ok(()),
        Some(signal) => Err(Error::new("interrupted: every file is as it was").exit(Exit::Signal(signal))),
    };
    let mut batch = Batch::default();
    for Change { old, new } in changes {
        go_on()?;
        batch.folder(new.path.parent().unwrap_or(Path::new("")))?;
        batch.file(&new.path, &new.text)?;
        if new.path != old.path {
            batch.remove(&old.path)?;
        }
    }
    go_on()?;
    batch.keep();
    Ok(())
}

fn report(config: &Config, branch: &Branch, files: &[Stored], folder: &Folder, changes: &[Change], output: Output) {
    for Change { old, new } in changes.iter().filter(|change| change.old.id() != change.new.id()) {
        output.say(&format!("{} ({}) is {} now", old.id(), old.revision.title(), new.id()));
    }
    let root = files.iter().zip(folder.iter()).find(|(_, now)| branch.moved.first().is_some_and(|id| now.id() == id));
    let now = root.and_then(|(file, _)| changes.iter().find(|change| change.old.path == file.path));
    if let Some(Change { new, .. }) = now {
        let more = branch.moved.len() - 1;
        let along = if more > 0 { format!(", and {} with it", count(more, "revision")) } else { String::new() };
        output.say(&format!("{} ({}) stands on {} now{along}", new.id(), new.revision.title(), branch.onto));
    }
    for Change { new, .. } in changes {
        output.result(&new.path.strip_prefix(&config.root).unwrap_or(&new.path).display().to_string());
    }
}
