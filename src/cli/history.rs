//! `current`, `heads`, `branches`, `history`, `show`: which revisions are there, and where does the database stand?

use std::collections::BTreeSet;

use super::args::{Global, History};
use super::drawing::draw;
use super::lines::{Lines, Shape};
use super::output::Output;
use super::session;
use crate::error::{Error, Result};
use crate::revision::{Folder, Stored};
use crate::runner::{self, Ledger, Standing};

pub fn current(global: &Global, check_heads: bool, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    let folder = session::folder(&session.config)?;
    let ledger = Ledger::read(&mut session.client)?;
    let lines = Lines::new(&folder, BTreeSet::new());
    let stands = ledger.stands(&folder);
    for id in &stands {
        match folder.get(id) {
            Some(file) if output.verbose => output.result(&lines.entry(file)),
            Some(file) => output.result(&lines.line(file, Shape { points: true, ..Shape::default() })),
            None => output.result(id),
        }
        if let Some(applied) = ledger.get(id).filter(|_| output.verbose) {
            output.say(&format!("  applied {} by {}", applied.applied_at, applied.applied_by));
        }
    }
    let unknown = runner::unknown(&Standing::of(&folder, &ledger).unknown);
    if check_heads && let Some(error) = unknown {
        return Err(error);
    }
    unknown.iter().for_each(|odd| output.warn_of(odd));
    let missing: Vec<&Stored> =
        folder.heads().into_iter().filter(|file| !ledger.applied().contains(file.id())).collect();
    if !check_heads || missing.is_empty() {
        return Ok(0);
    }
    let mut error = Error::no("the database is not at every head");
    for file in missing {
        error = error.detail(format!("{}, {}", file.id(), file.revision.title()));
    }
    Err(error.hint("`autogen upgrade heads` applies what is missing"))
}

pub fn heads(global: &Global, resolve_dependencies: bool, output: Output) -> Result<u8> {
    let folder = session::folder(&session::config(global)?)?;
    sound(&folder, output)?;
    let lines = Lines::new(&folder, BTreeSet::new());
    for file in folder.heads() {
        if resolve_dependencies && folder.is_only_depended_on(file.id()) {
            continue;
        }
        output.result(&match output.verbose {
            true => lines.entry(file),
            false => lines.line(file, Shape { labels: true, ..Shape::default() }),
        });
    }
    Ok(0)
}

pub fn branches(global: &Global, output: Output) -> Result<u8> {
    let folder = session::folder(&session::config(global)?)?;
    sound(&folder, output)?;
    let lines = Lines::new(&folder, BTreeSet::new());
    for file in folder.history() {
        let children = folder.children(file.id());
        if children.len() < 2 {
            continue;
        }
        output.result(&match output.verbose {
            true => lines.entry(file),
            false => lines.line(file, Shape::ALL),
        });
        let indent = file.revision.parents.join(", ").len().max("<base>".len());
        for child in children {
            let child = lines.line(child, Shape { parents: false, ..Shape::ALL });
            output.result(&format!("{:indent$} -> {child}", ""));
        }
    }
    Ok(0)
}

pub fn history(global: &Global, args: &History, output: Output) -> Result<u8> {
    let folder = session::folder(&session::config(global)?)?;
    sound(&folder, output)?;
    let range = args.rev_range.as_deref();
    let current = match args.indicate_current {
        true => session::stands(global, &folder, output)?,
        false => session::current(global, range.unwrap_or_default(), &folder, output)?,
    };
    let files = match range {
        Some(range) => folder.range(range, &current)?,
        None => folder.history(),
    };
    let marked = if args.indicate_current { current.into_iter().collect() } else { BTreeSet::new() };
    let lines = Lines::new(&folder, marked);
    if args.graph {
        for (left, file) in draw(&files) {
            let line = file.map(|file| lines.line(file, Shape { parents: false, ..Shape::ALL })).unwrap_or_default();
            output.result(format!("{left}{line}").trim_end());
        }
        return Ok(0);
    }
    for file in files {
        output.result(&match output.verbose {
            true => lines.entry(file),
            false => lines.line(file, Shape::ALL),
        });
    }
    Ok(0)
}

pub fn show(global: &Global, target: &str, output: Output) -> Result<u8> {
    let folder = session::folder(&session::config(global)?)?;
    let current = session::current(global, target, &folder, output)?;
    let ids = folder.resolve(target, &current)?;
    for file in ids.iter().filter_map(|id| folder.get(id)) {
        output.detail(&format!("{}", file.path.display()));
        output.raw(&file.text);
    }
    // what the database stands at may be in no file
    Ok(u8::from(ids.iter().any(|id| folder.get(id).is_none())))
}

/// A revision that names what no file holds breaks only what depends on it; in a cycle nothing is first.
fn sound(folder: &Folder, output: Output) -> Result<()> {
    if let Some(cycle) = folder.cycle_errors().next() {
        return Err(cycle);
    }
    folder.lost().iter().for_each(|missing| output.warn_of(missing));
    Ok(())
}
