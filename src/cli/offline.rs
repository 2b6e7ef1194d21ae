//! `--sql`: what a run would do, as a script for somebody else to run.

use std::collections::BTreeSet;

use super::args::Global;
use super::output::Output;
use super::session;
use crate::config::Config;
use crate::connect;
use crate::error::{Error, Result};
use crate::revision::Folder;
use crate::runner::{self, Direction};

pub fn upgrade(global: &Global, target: &str, output: Output) -> Result<u8> {
    moved(global, target, Direction::Upgrade, output)
}

pub fn downgrade(global: &Global, target: &str, output: Output) -> Result<u8> {
    if !target.contains(':') {
        return Err(Error::new("it is not said where the script begins").hint(format!(
            "write FROM:TO, as in `autogen downgrade head:{target} --sql`; current:{target} asks the database"
        )));
    }
    moved(global, target, Direction::Downgrade, output)
}

fn moved(global: &Global, target: &str, direction: Direction, output: Output) -> Result<u8> {
    let Ends { config, folder, from, mut to } = ends(global, target, output)?;
    if direction == Direction::Downgrade {
        let applied = folder.upgrade_path(&BTreeSet::new(), &from)?.iter().map(|file| file.id().to_owned()).collect();
        to = folder.resolve_down(target.split_once(':').map_or(target, |(_, to)| to), &applied)?;
    }
    if direction == Direction::Upgrade {
        let had = folder.upgrade_path(&BTreeSet::new(), &from)?.iter().map(|file| file.id().to_owned()).collect();
        runner::let_go(&folder, folder.upgrade_path(&had, &to)?, target)?;
    }
    output.raw(&runner::script(&folder, direction, &from, &to, &connect::pin(&config.search_path))?);
    Ok(0)
}

pub fn stamp(global: &Global, targets: &[String], output: Output) -> Result<u8> {
    let [target] = targets else {
        return Err(Error::new("a script stamps one target").hint("write it as FROM:TO; heads names all heads"));
    };
    let Ends { folder, from, to, .. } = ends(global, target, output)?;
    output.raw(&runner::stamp_script(&folder, &from, &to)?);
    Ok(0)
}

pub fn ensure_version(output: Output) -> Result<u8> {
    output.raw(&runner::ensure_version_script());
    Ok(0)
}

struct Ends {
    config: Config,
    folder: Folder,
    from: Vec<String>,
    to: Vec<String>,
}

/// `FROM:TO`, or `TO` from the base. Steps to the one end start at the other; only `current` asks the database.
fn ends(global: &Global, target: &str, output: Output) -> Result<Ends> {
    let config = session::config(global)?;
    let folder = session::folder(&config)?;
    let (from, to) = target.split_once(':').unwrap_or(("base", target));
    if from.starts_with(['+', '-']) {
        return Err(
            Error::new(format!("{from} says no place to begin at")).hint("begin at a revision, base or current")
        );
    }
    let asked = if from == "current" { session::stands(global, &folder, output)? } else { Vec::new() };
    let from = if from.is_empty() { Vec::new() } else { folder.resolve(from, &asked)? };
    folder.check_applied(&from.iter().cloned().collect())?;
    let to = folder.resolve(to, &from)?;
    Ok(Ends { config, folder, from, to })
}
