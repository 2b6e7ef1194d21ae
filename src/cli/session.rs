//! Which project was typed, and where is its database?

use std::time::Duration;

use super::args::Global;
use super::output::Output;
use crate::config::Config;
use crate::error::Result;
use crate::project::{Models, Reach, session};
use crate::revision::Folder;
use crate::runner::{self, Standing};

pub use crate::project::session::{EMBEDDED_DATABASE, Session, folder, private, shown};

pub fn config(global: &Global) -> Result<Config> {
    Config::load(global.config.as_deref(), global.env.as_deref())
}

/// Where the database stands, if what was typed asks for it: `current`, and steps that start there.
pub fn current(global: &Global, target: &str, folder: &Folder, output: Output) -> Result<Vec<String>> {
    match session::starts_there(target) {
        true => stands(global, folder, output),
        false => Ok(Vec::new()),
    }
}

pub fn stands(global: &Global, folder: &Folder, output: Output) -> Result<Vec<String>> {
    let mut session = open(global, output)?;
    let ledger = session.ledger()?;
    runner::unknown(&Standing::of(folder, &ledger).unknown).iter().for_each(|odd| output.warn_of(odd));
    Ok(ledger.stands(folder))
}

pub fn open(global: &Global, output: Output) -> Result<Session> {
    open_project(config(global)?, global, output)
}

pub fn open_project(config: Config, global: &Global, output: Output) -> Result<Session> {
    let url = global.database_url.clone().map(|url| (url, "--database-url"));
    let reach = Reach { url, wait: global.wait.map(Duration::from_secs) };
    session::open(config, Models::Files, &reach, &output.tell())
}
