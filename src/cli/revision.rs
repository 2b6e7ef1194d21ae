//! `autogen revision`: the file that takes the database to the models, and back.

use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::{Global, Revision as Args};
use super::batch::Batch;
use super::compare::{Comparison, compare, count, pending};
use super::in_step::InStep;
use super::output::Output;
use super::session::{self, Session};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::render;
use crate::revision::{self, Folder, Revision, Script, Stored};
use crate::runner::Ledger;

pub fn revision(global: &Global, args: &Args, output: Output) -> Result<u8> {
    if args.empty {
        return empty(global, args, output);
    }
    let mut session = session::open(global, output)?;
    let _alone = alone(&session.config, output);
    let folder = session::folder(&session.config)?;
    let ledger = Ledger::read_there(&mut session.client, session.has_ledger)?;
    let amended = match args.amend {
        true => Some(newest_unapplied(&folder, &ledger, args)?),
        false => {
            at_head(&folder, &ledger)?;
            None
        }
    };
    let comparison = compare(&mut session)?;
    output.unmodelled(&comparison.live.catalog.notes.unmodelled);
    output.left_out(&comparison.left_out);
    if let Some(error) = comparison.untold() {
        return Err(error);
    }
    if comparison.is_equal() && amended.is_none() {
        output.say(&format!("no changes: {}", InStep::of(&comparison).describe(&session.address)));
        return Ok(0);
    }
    guard(&comparison, args)?;
    let new = generated(&comparison, args, &folder, amended)?;
    let file = match amended {
        Some(stored) => stored.path.clone(),
        None => path_of(&session.config.revisions, &new)?,
    };
    let text = checked(&file, &new)?;
    if let Some(stored) = amended {
        show_change(&stored.text, &text, output);
    }
    write(&file, &text)?;
    report(&session, &file, &comparison, output);
    Ok(0)
}

fn report(session: &Session, file: &Path, comparison: &Comparison, output: Output) {
    output.lines_to_stderr(&render::lines(&comparison.upgrade, false));
    let shown = file.strip_prefix(&session.config.root).unwrap_or(file);
    output.result(&shown.display().to_string());
}

/// The database has all that the files have.
fn at_head(folder: &Folder, ledger: &Ledger) -> Result<()> {
    let pending = pending(folder, ledger)?;
    if pending.is_empty() {
        return Ok(());
    }
    let mut error = Error::no(format!("the database is not at head: {} pending", count(pending.len(), "revision")));
    for revision in pending {
        error = error.detail(revision);
    }
    Err(error.hint("run `autogen upgrade head` first; a revision is what makes the live database follow the models"))
}

fn newest_unapplied<'a>(folder: &'a Folder, ledger: &Ledger, args: &Args) -> Result<&'a Stored> {
    folder.check_applied(ledger.applied())?;
    let pending: Vec<&Stored> =
        folder.history().into_iter().filter(|stored| !ledger.applied().contains(stored.id())).collect();
    let stored = match pending.as_slice() {
        [] => {
            return Err(Error::no("there is no unapplied revision to amend")
                .hint("`autogen downgrade -1` takes the last one back, if it may be taken back"));
        }
        [only] => *only,
        [newest, ..] => {
            return Err(Error::no(format!("{} stands on a revision that is not applied either", newest.id()))
                .hint("run `autogen upgrade` up to the revision before it"));
        }
    };
    if stored.revision.is_edited() && !args.discard_edits {
        return Err(Error::no(format!("{} was edited by hand", stored.path.display()))
            .hint("--discard-edits writes it anew without the edits"));
    }
    Ok(stored)
}

/// A revision that drops most of the database is more likely a folder of models that was not found.
fn guard(comparison: &Comparison, args: &Args) -> Result<()> {
    if args.allow_drop_all {
        return Ok(());
    }
    let table = |id: &&crate::kind::Id| id.tag.word() == "table";
    let live = comparison.live.catalog.objects().keys().filter(table).count();
    let dropped = comparison.upgrade.statements.iter().flat_map(|statement| &statement.ops);
    let dropped = dropped.filter(|op| op.new.is_none() && op.id.tag.word() == "table").count();
    // whoever owns what is always there is no model
    let has_any = |catalog: &Catalog| catalog.objects().values().any(|object| object.aspect().is_none());
    let none = !has_any(&comparison.wanted) && has_any(&comparison.live.catalog);
    if none || live >= 5 && dropped * 2 > live {
        let what = if none {
            "there are no models at all".to_owned()
        } else {
            format!("{dropped} of {live} tables would be dropped")
        };
        return Err(Error::no(what)
            .hint("if that is meant, say --allow-drop-all; else look whether `models:` names the right folder"));
    }
    Ok(())
}

fn generated(comparison: &Comparison, args: &Args, folder: &Folder, amended: Option<&Stored>) -> Result<Revision> {
    let downgrade = comparison.downgrade()?;
    let summary = render::summary(&comparison.upgrade, &downgrade, &comparison.live.catalog);
    let upgrade = Script::compose(&render::entries(&comparison.upgrade));
    let downgrade = Script::compose(&render::entries(&downgrade));
    let mut new = match amended {
        Some(stored) => stored.revision.clone(),
        None => skeleton(folder)?,
    };
    if let Some(message) = &args.message {
        new.message = message.clone();
    }
    (new.summary, new.upgrade, new.downgrade) = (summary, upgrade, downgrade);
    new.fingerprint = revision::fingerprint(&new);
    Ok(new)
}

/// A new revision on the head, with nothing in it.
fn skeleton(folder: &Folder) -> Result<Revision> {
    let parents = folder.resolve("head", &[])?;
    Ok(Revision {
        id: new_id(folder),
        parents,
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        message: String::new(),
        created: Timestamp::now().to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S+00:00").to_string(),
        fingerprint: String::new(),
        summary: Vec::new(),
        upgrade: Script::new(""),
        downgrade: Script::new(""),
    })
}

/// Twelve hexadecimal digits that no file bears yet.
fn new_id(folder: &Folder) -> String {
    loop {
        let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
        let id = format!("{:012x}", random & 0xffff_ffff_ffff);
        if folder.get(&id).is_none() {
            return id;
        }
    }
}

fn empty(global: &Global, args: &Args, output: Output) -> Result<u8> {
    let config = session::config(global)?;
    let _alone = alone(&config, output);
    let folder = session::folder(&config)?;
    let mut new = skeleton(&folder)?;
    new.message = args.message.clone().unwrap_or_default();
    let hint =
        |way: &str| Script::new(format!("\n-- write here what the {way} does; statements end in a semicolon\n\n"));
    (new.upgrade, new.downgrade) = (hint("upgrade"), hint("downgrade"));
    new.summary = vec!["written by hand".into()];
    new.fingerprint = revision::fingerprint(&new);
    let file = path_of(&config.revisions, &new)?;
    write(&file, &checked(&file, &new)?)?;
    output.result(&file.strip_prefix(&config.root).unwrap_or(&file).display().to_string());
    Ok(0)
}

fn path_of(folder: &Path, new: &Revision) -> Result<PathBuf> {
    let created = Timestamp::now().to_zoned(TimeZone::UTC).datetime();
    let name = revision::file_name(created, &new.id, &revision::slug(&new.message, 40));
    let file = folder.join(name);
    match file.exists() {
        true => Err(Error::new(format!("{} is there already", file.display())).hint("run again")),
        false => Ok(file),
    }
}

/// The file's text, after reading it back: what is written is what will be run.
fn checked(file: &Path, new: &Revision) -> Result<String> {
    let text = revision::write(new);
    let back = revision::parse(file, &text)?;
    back.upgrade.check(file)?;
    back.downgrade.check(file)?;
    Ok(text)
}

fn write(file: &Path, text: &str) -> Result<()> {
    let mut batch = Batch::default();
    batch.folder(file.parent().unwrap_or(Path::new("")))?;
    batch.file(file, text)?;
    batch.keep();
    Ok(())
}

/// Two revisions written at a time would both stand on the head that each of them saw. Held while the value lives; where
/// the file system has no locks, nobody waits.
fn alone(config: &Config, output: Output) -> Option<fs::File> {
    let root = fs::File::open(&config.root).ok()?;
    if let Err(fs::TryLockError::WouldBlock) = root.try_lock() {
        output.say("waiting for another `autogen revision` in this project");
        root.lock().ok()?;
    }
    Some(root)
}

/// The old and the new text of the file, line by line.
fn show_change(old: &str, new: &str, output: Output) {
    let diff = similar::TextDiff::from_lines(old, new);
    let unified = diff.unified_diff().context_radius(2).to_string();
    if unified.is_empty() {
        output.say("the revision is as it was");
    } else {
        output.say(&unified);
    }
}
