//! Which project is this, and where is its database?

use postgres::Client;

use super::args::Global;
use super::output::Output;
use crate::config::Config;
use crate::connect::{self, Address};
use crate::embedded::{self, Cluster};
use crate::error::Result;
use crate::revision::Folder;
use crate::runner::{LEDGER_THERE, Ledger, is_there};

/// The database of a project that names none.
pub const EMBEDDED_DATABASE: &str = "autogen";

/// An open project with its database.
pub struct Session {
    pub config: Config,
    pub address: Address,
    pub client: Client,
    /// Asked when the session began, since it costs nothing more then.
    pub has_ledger: bool,
    /// Stopped when the session ends; after the client in the order of fields, so that it is closed first.
    _cluster: Option<Cluster>,
}

pub fn config(global: &Global) -> Result<Config> {
    Config::load(global.config.as_deref(), global.env.as_deref())
}

/// The revision files of the project.
pub fn folder(config: &Config) -> Result<Folder> {
    Folder::read(&config.revisions)
}

/// Where the database stands, if what was typed asks for it: `current`, and steps that start there.
pub fn current(global: &Global, target: &str, folder: &Folder, output: Output) -> Result<Vec<String>> {
    let asks = |end: &str| end.is_empty() || end == "current" || end.ends_with('@');
    let starts_there = |end: &str| end.find(['+', '-']).map_or(end == "current", |sign| asks(&end[..sign]));
    let of_a_branch = |end: &str| end.split_once('@').is_some_and(|(_, rest)| rest == "base" || starts_there(rest));
    match target.split(':').any(|end| starts_there(end) || of_a_branch(end)) {
        true => stands(global, folder, output),
        false => Ok(Vec::new()),
    }
}

pub fn stands(global: &Global, folder: &Folder, output: Output) -> Result<Vec<String>> {
    let mut session = open(global, output)?;
    let ledger = Ledger::read_there(&mut session.client, session.has_ledger)?;
    Ok(folder.heads_of(ledger.applied()))
}

pub fn open(global: &Global, output: Output) -> Result<Session> {
    let config = config(global)?;
    let (address, cluster) = match Address::find(global.database_url.as_deref(), &config)? {
        Some(address) => (address, None),
        None => {
            let cluster = private(&config)?;
            (connect::address_of_socket(cluster.socket_dir(), EMBEDDED_DATABASE), Some(cluster))
        }
    };
    let mut client = address.connect()?;
    let answer = client
        .simple_query(&format!("{}{LEDGER_THERE}", connect::pin(&config.search_path)))
        .map_err(|cause| connect::server_error("cannot set up the session", &cause))?;
    if output.verbose {
        let version = client.query_one("SHOW server_version", &[]).and_then(|row| row.try_get::<_, String>(0));
        let version = version.map_err(|cause| connect::server_error("cannot read the server's version", &cause))?;
        output.detail(&format!("database: {}, PostgreSQL {version}", address.describe()));
    }
    Ok(Session { config, address, client, has_ledger: is_there(&answer), _cluster: cluster })
}

/// The project's own server, made and started if need be.
pub fn private(config: &Config) -> Result<Cluster> {
    let home = config.root.join(".autogen").join("postgres");
    let binaries = embedded::find(None)?;
    let cluster = Cluster::open(&home, &binaries)?;
    cluster.create_database(EMBEDDED_DATABASE)?;
    Ok(cluster)
}
