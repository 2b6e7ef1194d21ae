//! Where is the project's database, and what is known of it from the start?
//!
//! A [`Session`] is a project with a connection to its database: all that asks or changes the database begins with one.
//! Invariant: opening it changes nothing in the database, and what is written is never sent through a transaction pooler
//! that nobody has agreed to.

use std::path::Path;
use std::time::Duration;

use postgres::{Client, SimpleQueryMessage};

use super::models::Models;
use super::notice::Tell;
use crate::config::Config;
use crate::connect::{self, Address, Dialled, Pooler};
use crate::embedded::{self, Cluster};
use crate::error::{Error, Result};
use crate::revision::Folder;
use crate::runner::{Keeper, LEDGER_THERE, Ledger, Options, is_there};

/// The database of a project that names none.
pub const EMBEDDED_DATABASE: &str = "autogen";

/// An open project with its database.
pub struct Session {
    pub config: Config,
    pub models: Models,
    pub address: Address,
    pub client: Client,
    /// Whether there are books, as it was when the session began, since it costs nothing more to ask then.
    has_ledger: Option<bool>,
    /// Who hears what happens on the way.
    pub tell: Tell,
    /// Whether the next session may know what this one has learned, by files under `.autogen/`.
    pub(crate) remembers: bool,
    /// Stopped when the session ends; after the client in the order of fields, so that it is closed first.
    _cluster: Option<Cluster>,
}

impl Session {
    /// For more than one command: what is not there now may come to be.
    pub(super) fn kept(mut self) -> Self {
        self.has_ledger = self.has_ledger.filter(|there| *there);
        self
    }

    /// What is noted as applied.
    pub fn ledger(&mut self) -> Result<Ledger> {
        match self.has_ledger {
            Some(there) => Ledger::read_there(&mut self.client, there),
            None => Ledger::read(&mut self.client),
        }
    }
}

/// The revision files of the project.
pub fn folder(config: &Config) -> Result<Folder> {
    Folder::read(&config.revisions)
}

/// Whether what is named starts where the database stands: `current`, and steps from there.
pub fn starts_there(target: &str) -> bool {
    let asks = |end: &str| end.is_empty() || end == "current" || end.ends_with('@');
    let starts_there = |end: &str| end.find(['+', '-']).map_or(end == "current", |sign| asks(&end[..sign]));
    let of_a_branch = |end: &str| end.split_once('@').is_some_and(|(_, rest)| rest == "base" || starts_there(rest));
    let steps = |end: &str| end.starts_with(['+', '-']);
    // a step as one end of a range starts from the other
    let named = match target.split_once(':') {
        Some((from, to)) if steps(from) && !steps(to) => to,
        Some((from, to)) if steps(to) && !steps(from) && !from.is_empty() => from,
        _ => target,
    };
    named.split(':').any(|end| starts_there(end) || of_a_branch(end))
}

/// The command that applies all that is pending: `head` is an error while there are several.
pub fn to_head(folder: &Folder) -> &'static str {
    if folder.heads().len() > 1 { "autogen upgrade heads" } else { "autogen upgrade head" }
}

/// How to reach the database.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Its address, before autogen.yaml and the environment, and what a person calls the place that it was said in.
    pub url: Option<(String, &'static str)>,
    /// How long to wait for a server that is still starting.
    pub wait: Option<Duration>,
}

/// Connects to the database that is named, else to the project's own server.
pub fn open(config: Config, models: Models, reach: &Reach, tell: &Tell) -> Result<Session> {
    let found = match &reach.url {
        Some((url, source)) => Some(Address::given(url, source, &config)?),
        None => Address::find(None, &config)?,
    };
    let (address, cluster) = match found {
        Some(address) => (address, None),
        None => {
            let cluster = private(&config, tell)?;
            (connect::address_of_socket(cluster.socket_dir(), EMBEDDED_DATABASE), Some(cluster))
        }
    };
    begin(config, models, address, cluster, reach.wait, tell)
}

/// Connects to this database, and leaves no trace in the project's folder.
pub(crate) fn open_at(config: Config, models: Models, address: Address, tell: &Tell) -> Result<Session> {
    Ok(Session { remembers: false, ..begin(config, models, address, None, None, tell)?.kept() })
}

fn begin(
    config: Config,
    models: Models,
    address: Address,
    cluster: Option<Cluster>,
    wait: Option<Duration>,
    tell: &Tell,
) -> Result<Session> {
    address.warnings.iter().for_each(|warning| tell.warn(warning));
    let Dialled { mut client, encrypted } = address.connect_within(wait, &mut |what| tell.say(what))?;
    // no setting is made here: through a pooler it would stay with a session that others get next
    let answer = client
        .simple_query(&format!("SELECT pg_catalog.current_setting('server_version') AS version;\n{LEDGER_THERE}"))
        .map_err(|cause| connect::server_error("cannot look at the database", &cause))?;
    let version = first(&answer);
    let wire = match encrypted {
        true => ", encrypted",
        false if address.is_remote() => ", not encrypted",
        false => "",
    };
    tell.detail(&format!("database: {}, PostgreSQL {}{wire}", address.describe(), version.unwrap_or_default()));
    let tell = tell.clone();
    Ok(Session {
        config,
        models,
        address,
        client,
        has_ledger: Some(is_there(&answer)),
        tell,
        remembers: true,
        _cluster: cluster,
    })
}

/// The first value of an answer.
fn first(answer: &[SimpleQueryMessage]) -> Option<String> {
    answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    })
}

/// For what writes: refuses a transaction pooler, or has the runner go about it so that it does no harm.
pub(super) fn guard(session: &mut Session, allow_pooler: bool, options: &mut Options) -> Result<()> {
    let (address, tell) = (&session.address, &session.tell);
    if allow_pooler {
        let answer = session.client.simple_query("SHOW lock_timeout");
        let answer = answer.map_err(|cause| connect::server_error("cannot look at the database", &cause))?;
        let limits = session.config.running.limits_locally(&first(&answer).unwrap_or_default());
        options.pin = format!("{}{limits}", connect::pin_locally(&session.config.search_path));
        let keeper = Keeper::new(address.connect()?);
        options.cancel = Some(keeper.canceller());
        options.keeper = Some(keeper);
        return Ok(());
    }
    let found = match address.pooler_by_name() {
        None if address.is_remote() => address.pooler_by_probe(&mut session.client).unwrap_or_else(|cause| {
            tell.warn(&format!("it is not known whether a transaction pooler stands between: {}", cause.message()));
            None
        }),
        known => known,
    };
    match found {
        None => Ok(()),
        Some(Pooler { why, direct }) => Err(Error::new(format!(
            "{} goes through a transaction pooler",
            address.describe()
        ))
        .detail(why)
        .detail("a lock taken through it does not hold, and settings leak to other clients")
        .detail("nothing was done")
        .hint(format!("use the direct endpoint: {direct}"))
        .hint("or --allow-pooler, which keeps a second connection for the lock and every setting in a transaction")),
    }
}

/// The path as a person in the project's folder would type it.
pub fn shown(session: &Session, path: &Path) -> String {
    path.strip_prefix(&session.config.root).unwrap_or(path).display().to_string()
}

/// The project's own server, made and started if need be.
pub fn private(config: &Config, tell: &Tell) -> Result<Cluster> {
    let home = config.root.join(".autogen").join("postgres");
    let binaries = embedded::find_and_say(None, &mut |line| tell.say(line))?;
    let cluster = Cluster::open(&home, &binaries)?;
    cluster.create_database(EMBEDDED_DATABASE)?;
    Ok(cluster)
}
