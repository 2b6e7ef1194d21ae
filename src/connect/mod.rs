//! Which database do we talk to, and how is a session with it begun?
//!
//! Invariant: an [`Address`] is complete (defaults filled in) and says where it came from; it is shown only by
//! [`Address::describe`] and by errors, and neither has a password in it.
//!
//! libpq's own sources of settings (`PGHOST` and its like, `~/.pgpass`, service files) are not read: an address comes from
//! one place, which every error can name.

mod dial;
mod environment;
mod explain;
mod failed;
mod read;
mod session;
mod settings;
#[cfg(test)]
mod tests;
mod tls;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::{ChannelBinding, TargetSessionAttrs};

use crate::config::{Config, Origin, Secret};
use crate::error::{Error, Result};
use read::{Pieces, Refused};
use settings::Defaults;

pub use crate::config::Secret as Password;
pub use failed::server_error;
pub use session::{SESSION, pin};

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

/// The root certificates that a server's certificate must lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootCert {
    System,
    File(PathBuf),
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
    pub sslmode: SslMode,
    /// `None`: the system's.
    pub sslrootcert: Option<RootCert>,
    pub application_name: Option<String>,
    /// For each host, from the first packet to the end of the log-in; `None`: without end.
    pub connect_timeout: Option<Duration>,
    pub options: Option<String>,
    pub target_session_attrs: TargetSessionAttrs,
    pub channel_binding: ChannelBinding,
    pub keepalive: Keepalive,
    /// `pgbouncer=true`: somebody says that a transaction pooler stands between.
    pub pgbouncer: bool,
    /// The place that a person goes to in order to change it: `DATABASE_URL`, `database.url of autogen.yaml`.
    pub source: String,
}

impl Address {
    /// The database that this run is about: `--database-url`, else `database:` of autogen.yaml, else
    /// DATABASE_URL_DIRECT, else DATABASE_URL (from the environment or from `.env`). `None`: nobody named one.
    pub fn find(flag: Option<&str>, config: &Config) -> Result<Option<Self>> {
        if let Some(url) = flag {
            if url.trim().is_empty() {
                return Err(Error::new("--database-url is empty")
                    .hint("leave it out to take the database of autogen.yaml or DATABASE_URL"));
            }
            return from_url(url, "--database-url".into(), Path::new("")).map(Some);
        }
        if let Some(address) = from_config(config)? {
            return Ok(Some(address));
        }
        for name in ["DATABASE_URL_DIRECT", "DATABASE_URL"] {
            let Some((url, origin)) = config.vars.get(name)? else { continue };
            if url.trim().is_empty() {
                continue;
            }
            return match origin {
                Origin::Environment => from_url(&url, name.into(), Path::new("")),
                Origin::DotEnv => from_url(&url, format!("{name} of .env"), &config.root),
            }
            .map(Some);
        }
        Ok(None)
    }

    /// `todo on localhost:5432 as app (from DATABASE_URL)`.
    pub fn describe(&self) -> String {
        self.describe_on(&self.hosts)
    }

    fn describe_on(&self, hosts: &[Host]) -> String {
        let hosts: Vec<String> = hosts.iter().map(Host::to_string).collect();
        format!("{} on {} as {} (from {})", self.database, hosts.join(","), self.user, self.source)
    }

    /// Where the address leads to a transaction pooler, as far as it shows: what to use instead. A pooler gives each
    /// transaction another session, so that locks and settings of a session do not hold.
    pub fn pooler_hint(&self) -> Option<String> {
        const DIRECT: &str = "give its address in DATABASE_URL_DIRECT";
        for host in &self.hosts {
            let Target::Tcp(name) = &host.target else { continue };
            let (label, domain) = name.split_once('.').unwrap_or((name, ""));
            if let Some(direct) = label.strip_suffix("-pooler") {
                let direct = if domain.is_empty() { direct.to_owned() } else { format!("{direct}.{domain}") };
                return Some(format!("{name} is a transaction pooler; the direct host is {direct}: {DIRECT}"));
            }
            if host.port == 6543 && (domain.ends_with("supabase.com") || domain.ends_with("supabase.co")) {
                return Some(format!(
                    "port 6543 of {name} is a transaction pooler; port 5432 keeps sessions: {DIRECT}"
                ));
            }
        }
        self.pgbouncer.then(|| {
            format!("pgbouncer=true says that this is a transaction pooler; the server has a port of its own: {DIRECT}")
        })
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
        hosts: vec![Host { target: Target::Socket(folder.to_owned()), port: 5432 }],
        database: database.to_owned(),
        user: "postgres".into(),
        password: None,
        sslmode: SslMode::Disable,
        sslrootcert: None,
        application_name: None,
        connect_timeout: Some(settings::DEFAULT_TIMEOUT),
        options: None,
        target_session_attrs: TargetSessionAttrs::Any,
        channel_binding: ChannelBinding::Prefer,
        keepalive: Keepalive::default(),
        pgbouncer: false,
        source: "the private PostgreSQL of this project".into(),
    }
}

fn from_url(url: &str, source: String, folder: &Path) -> Result<Address> {
    read_url(url, &source, folder)
        .map_err(|Refused { message, hint, .. }| Error::new(format!("{message} ({source})")).hint(hint))
}

fn read_url(url: &str, source: &str, folder: &Path) -> Result<Address, Refused> {
    settings::address(read::read(url)?, source.to_owned(), defaults(folder))
}

/// The address of `database:`; `None` where it says nothing.
fn from_config(config: &Config) -> Result<Option<Address>> {
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
            return read_url(value.expose(), &source, &config.root)
                .map(Some)
                .map_err(|Refused { message, hint, .. }| setting.blame(Error::new(message).hint(hint)));
        }
        let key = if setting.key == "name" { "dbname" } else { setting.key };
        pieces.settings.extend(written(key, &value));
    }
    let source = format!("database of {file}{environment}");
    settings::address(pieces, source, defaults(&config.root)).map(Some).map_err(|Refused { message, hint, key }| {
        let blamed = config.database.iter().find(|setting| Some(setting.key) == key.as_deref());
        blamed.unwrap_or(first).blame(Error::new(message).hint(hint))
    })
}

/// A key with its value, unless the value is empty (`${DB_PASSWORD:-}`).
fn written(key: &str, value: &Secret) -> Option<(String, String)> {
    let text = value.expose();
    (!text.is_empty()).then(|| (key.to_owned(), text.to_owned()))
}

fn defaults(folder: &Path) -> Defaults<'_> {
    Defaults { user: system_user(), host: &local_server, folder }
}

/// The server of this machine: its socket in one of the folders that distributions use, else localhost.
fn local_server(port: u16) -> Target {
    ["/run/postgresql", "/var/run/postgresql", "/tmp"]
        .into_iter()
        .map(PathBuf::from)
        .find(|folder| folder.join(format!(".s.PGSQL.{port}")).exists())
        .map_or_else(|| Target::Tcp("localhost".into()), Target::Socket)
}

/// Who runs this, as libpq asks it: the name of the effective user, whatever the environment says.
fn system_user() -> String {
    let mut buffer = vec![0; 4096];
    // SAFETY: all-zero bytes are a valid `passwd`: integers and null pointers
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    // SAFETY: every pointer is to a live local, and the length is that of the buffer
    let status =
        unsafe { libc::getpwuid_r(libc::geteuid(), &mut entry, buffer.as_mut_ptr(), buffer.len(), &mut found) };
    if status != 0 || found.is_null() {
        return std::env::var("USER").unwrap_or_else(|_| "postgres".into());
    }
    // SAFETY: success means that the name is a C string inside the buffer, which is still alive
    unsafe { std::ffi::CStr::from_ptr(entry.pw_name) }.to_string_lossy().into_owned()
}
