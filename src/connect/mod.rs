//! Which database do we talk to, and how is a session with it begun?
//!
//! Invariant: an [`Address`] is complete (defaults filled in) and says where it came from; it is shown only by
//! [`Address::describe`] and by errors, and neither has a password in it.
//!
//! What an address leaves open is filled in as libpq does it: from its variables (`PGHOST` and its like) and from the
//! password file. Service files are not read, and a variable that asks for one is refused.

mod dial;
mod environment;
mod explain;
mod failed;
mod hosts;
mod identity;
mod passwords;
mod pooler;
mod read;
mod session;
mod settings;
mod surroundings;
#[cfg(test)]
mod tests;
mod tls;
mod wait;

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::ChannelBinding;

use crate::config::{Config, Origin, Secret};
use crate::error::{Error, Result};
use read::{Pieces, Refused};
use settings::Defaults;
use surroundings::Surroundings;

pub use crate::config::Secret as Password;
pub use dial::Dialled;
pub use failed::server_error;
pub use pooler::Pooler;
pub use session::{SESSION, pin, pin_locally, pinned};

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Tcp(String),
    /// The folder of the socket.
    Socket(PathBuf),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    pub target: Target,
    pub port: u16,
    /// Where it is, so that its name need not be looked up.
    pub hostaddr: Option<IpAddr>,
    /// Out of a password file, for an address that has none.
    pub password: Option<Password>,
}

/// libpq's `sslmode` (PostgreSQL manual, "SSL Support" of libpq).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SslMode {
    /// Never encrypted.
    Disable,
    /// Encrypted where the server insists.
    Allow,
    /// Encrypted where the server can.
    Prefer,
    /// Encrypted, to whom is not verified.
    Require,
    /// The certificate leads to a trusted root.
    VerifyCa,
    /// And is for this host name.
    VerifyFull,
}

impl SslMode {
    const ALL: [SslMode; 6] =
        [Self::Disable, Self::Allow, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// libpq's `target_session_attrs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionAttrs {
    Any,
    ReadWrite,
    ReadOnly,
    /// Not in recovery, if perhaps read only by a setting.
    Primary,
    Standby,
    /// A standby among the hosts, else any of them.
    PreferStandby,
}

impl SessionAttrs {
    const ALL: [SessionAttrs; 6] =
        [Self::Any, Self::ReadWrite, Self::ReadOnly, Self::Primary, Self::Standby, Self::PreferStandby];

    fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::ReadWrite => "read-write",
            Self::ReadOnly => "read-only",
            Self::Primary => "primary",
            Self::Standby => "standby",
            Self::PreferStandby => "prefer-standby",
        }
    }
}

/// The root certificates that a server's certificate must lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCert {
    System,
    File(PathBuf),
}

/// The certificate that says who we are, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCert {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// How a silent connection is found to be dead; `None`: as the driver and the system have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keepalive {
    pub on: bool,
    pub idle: Option<Duration>,
    pub interval: Option<Duration>,
    pub count: Option<u32>,
    pub user_timeout: Option<Duration>,
}

impl Default for Keepalive {
    fn default() -> Self {
        Self { on: true, idle: None, interval: None, count: None, user_timeout: None }
    }
}

/// Everything needed to begin a session.
#[derive(Debug, Clone)]
pub struct Address {
    /// One or more, tried in order.
    pub hosts: Vec<Host>,
    pub database: String,
    pub user: String,
    pub password: Option<Password>,
    /// Where a password was found that the address itself has not: `PGPASSWORD`, the path of a password file.
    pub password_source: Option<String>,
    pub sslmode: SslMode,
    /// `None`: the system's.
    pub sslrootcert: Option<RootCert>,
    pub client_cert: Option<ClientCert>,
    /// `sslnegotiation=direct`: TLS from the first byte, which servers from 17 on take.
    pub direct_tls: bool,
    pub application_name: Option<String>,
    /// For each host, from the first packet to the end of the log-in; `None`: without end.
    pub connect_timeout: Option<Duration>,
    pub options: Option<String>,
    pub target_session_attrs: SessionAttrs,
    pub channel_binding: ChannelBinding,
    pub keepalive: Keepalive,
    /// `pgbouncer=true`: somebody says that a transaction pooler stands between.
    pub pgbouncer: bool,
    /// The places that a person goes to in order to change it: `DATABASE_URL`, `database.url of autogen.yaml, PGPORT`.
    pub source: String,
    /// What a person should know and that stops nothing.
    pub warnings: Vec<String>,
}

impl Address {
    /// The database that this run is about: `--database-url`, else `database:` of autogen.yaml, else
    /// DATABASE_URL_DIRECT, else DATABASE_URL, else libpq's variables (each from the environment or from `.env`). `None`:
    /// nobody named one.
    pub fn find(flag: Option<&str>, config: &Config) -> Result<Option<Self>> {
        if let Some(url) = flag {
            return Self::given(url, "--database-url", config).map(Some);
        }
        let around = Surroundings::read(&config.vars, &config.root)?;
        if let Some(address) = from_config(config, &around)? {
            return Ok(Some(address));
        }
        for name in ["DATABASE_URL_DIRECT", "DATABASE_URL"] {
            let Some((url, origin)) = config.vars.get(name)? else { continue };
            if url.trim().is_empty() {
                continue;
            }
            return match origin {
                Origin::Environment => from_url(&url, name.into(), Path::new(""), &around),
                Origin::DotEnv => from_url(&url, format!("{name} of .env"), &config.root, &around),
            }
            .map(Some);
        }
        if !around.name_a_database() {
            return Ok(None);
        }
        let found = settings::address(Pieces::default(), String::new(), defaults(Path::new(""), &around));
        found.map(Some).map_err(|Refused { message, hint, .. }| Error::new(message).hint(hint))
    }

    /// This database; `source` is what a person calls the place that it was said in.
    pub fn given(url: &str, source: &str, config: &Config) -> Result<Self> {
        if url.trim().is_empty() {
            return Err(Error::new(format!("{source} is empty"))
                .hint("leave it out to take the database of autogen.yaml or DATABASE_URL"));
        }
        from_url(url, source.to_owned(), Path::new(""), &Surroundings::read(&config.vars, &config.root)?)
    }

    /// `todo on localhost:5432 as app (from DATABASE_URL)`.
    pub fn describe(&self) -> String {
        self.describe_on(&self.hosts)
    }

    fn describe_on(&self, hosts: &[Host]) -> String {
        let hosts: Vec<String> = hosts.iter().map(Host::to_string).collect();
        format!("{} on {} as {} (from {})", self.database, hosts.join(","), self.user, self.source)
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Tcp(name) if name.contains(':') => write!(f, "[{name}]:{}", self.port),
            Target::Tcp(name) => write!(f, "{name}:{}", self.port),
            Target::Socket(folder) => write!(f, "{}:{}", folder.display(), self.port),
        }
    }
}

/// The private server of a project, which listens on a socket in `folder`; its superuser is `postgres`.
pub fn address_of_socket(folder: &Path, database: &str) -> Address {
    Address {
        hosts: vec![Host { target: Target::Socket(folder.to_owned()), port: 5432, hostaddr: None, password: None }],
        database: database.to_owned(),
        user: "postgres".into(),
        password: None,
        password_source: None,
        sslmode: SslMode::Disable,
        sslrootcert: None,
        client_cert: None,
        direct_tls: false,
        application_name: None,
        connect_timeout: Some(settings::DEFAULT_TIMEOUT),
        options: None,
        target_session_attrs: SessionAttrs::Any,
        channel_binding: ChannelBinding::Prefer,
        keepalive: Keepalive::default(),
        pgbouncer: false,
        source: "the private PostgreSQL of this project".into(),
        warnings: Vec::new(),
    }
}

fn from_url(url: &str, source: String, folder: &Path, around: &Surroundings) -> Result<Address> {
    read_url(url, &source, folder, around).map_err(|Refused { message, hint, of_variable, .. }| {
        let of = if of_variable { String::new() } else { format!(" ({source})") };
        Error::new(format!("{message}{of}")).hint(hint)
    })
}

fn read_url(url: &str, source: &str, folder: &Path, around: &Surroundings) -> Result<Address, Refused> {
    settings::address(read::read(url)?, source.to_owned(), defaults(folder, around))
}

/// The address of `database:`; `None` where it says nothing.
fn from_config(config: &Config, around: &Surroundings) -> Result<Option<Address>> {
    let file = config.file.file_name().unwrap_or(config.file.as_os_str()).to_string_lossy();
    let environment = config.environment.as_ref().map(|name| format!(", environment {name}")).unwrap_or_default();
    let Some(first) = config.database.first() else { return Ok(None) };
    let mut pieces = Pieces::default();
    for setting in &config.database {
        let value = config.resolve(setting)?;
        if setting.key == "url" {
            // `${DATABASE_URL:-}` says that there may be none
            if value.expose().trim().is_empty() {
                return Ok(None);
            }
            let source = format!("database.url of {file}{environment}");
            return read_url(value.expose(), &source, &config.root, around).map(Some).map_err(|refused| {
                let error = Error::new(refused.message).hint(refused.hint);
                if refused.of_variable { error } else { setting.blame(error) }
            });
        }
        let key = if setting.key == "name" { "dbname" } else { setting.key };
        pieces.settings.extend(written(key, &value));
    }
    let source = format!("database of {file}{environment}");
    settings::address(pieces, source, defaults(&config.root, around)).map(Some).map_err(|refused| {
        let blamed = config.database.iter().find(|setting| Some(setting.key) == refused.key.as_deref());
        let error = Error::new(refused.message).hint(refused.hint);
        if refused.of_variable { error } else { blamed.unwrap_or(first).blame(error) }
    })
}

/// A key with its value, unless the value is empty (`${DB_PASSWORD:-}`).
fn written(key: &str, value: &Secret) -> Option<(String, String)> {
    let text = value.expose();
    (!text.is_empty()).then(|| (key.to_owned(), text.to_owned()))
}

fn defaults<'a>(folder: &'a Path, around: &'a Surroundings) -> Defaults<'a> {
    Defaults { user: surroundings::system_user(), host: &surroundings::local_server, folder, around }
}
