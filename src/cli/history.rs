//! `current`, `heads`, `history`, `show`: which revisions are there, and where does the database stand?
//!
//! Lines have Alembic's shape, so that scripts which read them go on working.

use super::args::Global;
use super::output::Output;
use super::session;
use crate::error::{Error, Result};
use crate::revision::{Folder, Stored};
use crate::runner::Ledger;

pub fn current(global: &Global, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    let folder = session::folder(&session.config)?;
    let ledger = Ledger::read(&mut session.client)?;
    let heads: Vec<&str> = folder.heads().into_iter().map(Stored::id).collect();
    for id in folder.heads_of(ledger.applied()) {
        let mark = if heads.contains(&id.as_str()) { " (head)" } else { "" };
        output.result(&format!("{id}{mark}"));
        if let Some(applied) = ledger.get(&id).filter(|_| output.verbose) {
            output.say(&format!("  {}; applied {} by {}", applied.message, applied.applied_at, applied.applied_by));
        }
    }
    folder.check_applied(ledger.applied())?;
    Ok(0)
}

pub fn heads(global: &Global, output: Output) -> Result<u8> {
    let folder = session::folder(&session::config(global)?)?;
    sound(&folder)?;
    for stored in folder.heads() {
        output.result(&format!("{} (head)", stored.id()));
        output.detail(&format!("  {}; {}", stored.revision.title(), stored.path.display()));
    }
    Ok(0)
}

pub fn history(global: &Global, output: Output) -> Result<u8> {
    let folder = session::folder(&session::config(global)?)?;
    sound(&folder)?;
    let heads: Vec<&str> = folder.heads().into_iter().map(Stored::id).collect();
    for stored in folder.history() {
        let revision = &stored.revision;
        let parents = if revision.parents.is_empty() { "<base>".to_owned() } else { revision.parents.join(", ") };
        let mark = if heads.contains(&stored.id()) { " (head)" } else { "" };
        output.result(&format!("{parents} -> {}{mark}, {}", stored.id(), revision.title()));
        output.detail(&format!("  {}; created {}", stored.path.display(), revision.created));
    }
    Ok(0)
}

pub fn show(global: &Global, revision: &str, output: Output) -> Result<u8> {
    let folder = session::folder(&session::config(global)?)?;
    let applied = match revision.contains("current") {
        true => {
            let mut session = session::open(global, output)?;
            folder.heads_of(Ledger::read(&mut session.client)?.applied())
        }
        false => Vec::new(),
    };
    for id in folder.resolve(revision, &applied)? {
        if let Some(stored) = folder.get(&id) {
            output.detail(&format!("{}", stored.path.display()));
            output.raw(&stored.text);
        }
    }
    Ok(0)
}

/// The first thing that is wrong with the graph.
fn sound(folder: &Folder) -> Result<()> {
    folder.problems().into_iter().next().map_or(Ok(()), Err::<(), Error>)
}
