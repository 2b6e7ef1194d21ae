//! What does each key of a database address mean?
//!
//! Invariant: every key is understood or refused by name; none is passed over, because a parameter that is ignored
//! (`sslmode`, say) is a promise that is broken.

use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::{ChannelBinding, TargetSessionAttrs};

use super::read::{Pieces, Refused};
use super::{Address, Host, Keepalive, RootCert, SslMode, Target};
use crate::config::Secret;
use crate::error::did_you_mean;

/// Keys that are understood, as `KEY=value` in a URL's query and in pairs.
pub(super) const KNOWN: &[&str] = &[
    "host",
    "port",
    "dbname",
    "database",
    "user",
    "password",
    "sslmode",
    "ssl",
    "sslrootcert",
    "application_name",
    "fallback_application_name",
    "connect_timeout",
    "options",
    "target_session_attrs",
    "channel_binding",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "client_encoding",
    "gssencmode",
    "pgbouncer",
];

/// Keys of libpq, of drivers and of other tools that are known and have no effect here, with what to do instead.
const REFUSED: &[(&[&str], &str)] = &[
    (
        &[
            "sslcert",
            "sslkey",
            "sslpassword",
            "sslcertmode",
            "sslcrl",
            "sslcrldir",
            "krbsrvname",
            "gsslib",
            "require_auth",
        ],
        "connect with a password or over a socket",
    ),
    (&["hostaddr"], "write the address as host"),
    (&["service", "servicefile", "passfile"], "write host, user and password out, the password perhaps as ${VAR}"),
    (&["schema", "search_path", "currentSchema"], "write `search_path:` in autogen.yaml"),
    (
        &[
            "sslnegotiation",
            "sslcompression",
            "sslsni",
            "ssl_min_protocol_version",
            "ssl_max_protocol_version",
            "load_balance_hosts",
            "replication",
            "sslaccept",
            "sslidentity",
            "connection_limit",
            "pool_timeout",
            "pool_size",
            "statement_cache_size",
            "prepared_statement_cache_size",
            "prepared_statement_name_func",
            "async_fallback",
            "prepare_threshold",
            "server_settings",
            "command_timeout",
            "statement_timeout",
            "timeout",
        ],
        "leave it out; DATABASE_URL_DIRECT can hold the address for autogen beside the one of the application",
    ),
];

/// Whether a key has a meaning, if only to be refused.
pub(super) fn has_name(key: &str) -> bool {
    KNOWN.contains(&key) || REFUSED.iter().any(|(keys, _)| keys.contains(&key))
}

const DEFAULT_PORT: u16 = 5432;
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// What an address leaves open.
pub(super) struct Defaults<'a> {
    pub user: String,
    /// Where to connect when no host is named.
    pub host: &'a dyn Fn(u16) -> Target,
    /// Where a relative sslrootcert starts.
    pub folder: &'a Path,
}

/// The address that the pieces mean.
pub(super) fn address(pieces: Pieces, source: String, defaults: Defaults<'_>) -> Result<Address, Refused> {
    let mut build = Build::default();
    let Pieces { hosts, settings } = pieces;
    let mut seen: Vec<String> = Vec::new();
    for (key, value) in settings {
        let repeats = seen.contains(&key) && key != "host";
        // a URL may say user and the like before and after the `?`; the latter wins, as in libpq
        if repeats && !["user", "password", "dbname"].contains(&key.as_str()) {
            return Err(Refused::new(format!("the database address says {key} twice"), "keep one of the two"));
        }
        build.set(&key, &value, defaults.folder).map_err(|refused| refused.of(&key))?;
        seen.push(key);
    }
    build.finish(hosts, source, defaults)
}

#[derive(Default)]
struct Build {
    hosts: Vec<(String, String)>,
    ports: Vec<String>,
    database: Option<String>,
    user: Option<String>,
    password: Option<Secret>,
    sslmode: Option<SslMode>,
    sslrootcert: Option<RootCert>,
    application_name: Option<String>,
    fallback_application_name: Option<String>,
    connect_timeout: Option<Option<Duration>>,
    options: Option<String>,
    target_session_attrs: Option<TargetSessionAttrs>,
    channel_binding: Option<ChannelBinding>,
    keepalive: Keepalive,
    pgbouncer: bool,
}

impl Build {
    fn set(&mut self, key: &str, value: &str, folder: &Path) -> Result<(), Refused> {
        let seconds = |value: &str| number(key, value).map(Duration::from_secs);
        match key {
            "host" => self.hosts.extend(value.split(',').map(host_with_port)),
            "port" => self.ports = value.split(',').map(str::to_owned).collect(),
            "dbname" | "database" => self.database = Some(value.to_owned()),
            "user" => self.user = Some(value.to_owned()),
            "password" => self.password = Some(Secret::new(value)),
            "sslmode" => self.sslmode = Some(ssl_mode(key, value)?),
            // libpq and JDBC write ssl=true, asyncpg ssl=require
            "ssl" => {
                self.sslmode = Some(match value {
                    "true" | "on" | "1" => SslMode::Require,
                    "false" | "off" | "0" => SslMode::Disable,
                    mode => ssl_mode(key, mode)?,
                })
            }
            "sslrootcert" if value == "system" => self.sslrootcert = Some(RootCert::System),
            "sslrootcert" => self.sslrootcert = Some(RootCert::File(folder.join(value))),
            "application_name" => self.application_name = Some(value.to_owned()),
            "fallback_application_name" => self.fallback_application_name = Some(value.to_owned()),
            // libpq takes zero and less as "wait for ever"
            "connect_timeout" if value.starts_with('-') || value == "0" => self.connect_timeout = Some(None),
            "connect_timeout" => self.connect_timeout = Some(Some(seconds(value)?)),
            "options" => self.options = Some(value.to_owned()),
            "target_session_attrs" => self.target_session_attrs = Some(session_attrs(value)?),
            "channel_binding" => self.channel_binding = Some(binding(value)?),
            "keepalives" => self.keepalive.on = number::<u8>(key, value)? != 0,
            "keepalives_idle" => self.keepalive.idle = Some(seconds(value)?),
            "keepalives_interval" => self.keepalive.interval = Some(seconds(value)?),
            "keepalives_count" => self.keepalive.count = Some(number(key, value)?),
            "tcp_user_timeout" => self.keepalive.user_timeout = Some(Duration::from_millis(number(key, value)?)),
            "client_encoding" if is_utf8(value) => {}
            "client_encoding" => return Err(unsupported("client_encoding other than utf8", "leave it out")),
            // no GSS encryption is ever asked for, which is what both of these allow
            "gssencmode" if ["disable", "prefer"].contains(&value) => {}
            "pgbouncer" => self.pgbouncer = ["true", "1"].contains(&value),
            _ => return Err(refused(key)),
        }
        Ok(())
    }

    fn finish(
        mut self,
        authority: Vec<(String, String)>,
        source: String,
        defaults: Defaults<'_>,
    ) -> Result<Address, Refused> {
        if self.hosts.is_empty() {
            self.hosts = authority;
        }
        let hosts = hosts(&self.hosts, &self.ports, defaults.host)?;
        let sslmode = self.ssl_mode().map_err(|refused| refused.of("sslmode"))?;
        let user = self.user.filter(|user| !user.is_empty()).unwrap_or(defaults.user);
        Ok(Address {
            hosts,
            database: self.database.filter(|name| !name.is_empty()).unwrap_or_else(|| user.clone()),
            user,
            password: self.password.filter(|password| !password.expose().is_empty()),
            sslmode,
            sslrootcert: self.sslrootcert,
            application_name: self.application_name.or(self.fallback_application_name),
            connect_timeout: self.connect_timeout.unwrap_or(Some(DEFAULT_TIMEOUT)),
            options: self.options,
            target_session_attrs: self.target_session_attrs.unwrap_or(TargetSessionAttrs::Any),
            channel_binding: self.channel_binding.unwrap_or(ChannelBinding::Prefer),
            keepalive: self.keepalive,
            pgbouncer: self.pgbouncer,
            source,
        })
    }

    /// libpq's rules: a root certificate makes `require` verify, and the system's roots are of no use without the host name.
    fn ssl_mode(&self) -> Result<SslMode, Refused> {
        match (self.sslmode, &self.sslrootcert) {
            (None, Some(RootCert::System)) => Ok(SslMode::VerifyFull),
            (Some(mode), Some(RootCert::System)) if mode != SslMode::VerifyFull => Err(Refused::new(
                format!("sslrootcert=system does not go with sslmode={mode}"),
                "write sslmode=verify-full",
            )),
            (Some(SslMode::Require), Some(RootCert::File(_))) => Ok(SslMode::VerifyCa),
            (mode, _) => Ok(mode.unwrap_or(SslMode::Prefer)),
        }
    }
}

fn hosts(named: &[(String, String)], ports: &[String], default: &dyn Fn(u16) -> Target) -> Result<Vec<Host>, Refused> {
    let unnamed = [(String::new(), String::new())];
    let named = if named.is_empty() { &unnamed[..] } else { named };
    if ports.len() > 1 && ports.len() != named.len() {
        let message = format!("the database address has {} ports for {} hosts", ports.len(), named.len());
        return Err(Refused::new(message, "give one port, or one for each host").of("port"));
    }
    let mut hosts = Vec::new();
    for (n, (name, own_port)) in named.iter().enumerate() {
        let port = if own_port.is_empty() { ports.get(n).or(ports.first()) } else { Some(own_port) };
        let port = match port.map(String::as_str) {
            None | Some("") => DEFAULT_PORT,
            Some(text) => match text.parse() {
                Ok(port) if port > 0 => port,
                _ => {
                    let message = "the port of the database address is no number from 1 to 65535";
                    return Err(Refused::new(message, "PostgreSQL's own is 5432").of("port"));
                }
            },
        };
        let target = match name.as_str() {
            "" => default(port),
            name if name.starts_with('/') => Target::Socket(PathBuf::from(name)),
            // a whole URL may have been written as the host, password and all
            name if name.contains(['@', '/', ' ']) => {
                let message = "the host of the database address is no host name";
                return Err(Refused::new(message, "write a name, an IP address, or the folder of a socket").of("host"));
            }
            name => Target::Tcp(name.trim_start_matches('[').trim_end_matches(']').to_owned()),
        };
        hosts.push(Host { target, port });
    }
    Ok(hosts)
}

/// A host of the query, which SQLAlchemy lets carry its port (`?host=a:5432&host=b:5433`).
fn host_with_port(text: &str) -> (String, String) {
    match text.rsplit_once(':') {
        Some((host, port))
            if !port.is_empty()
                && port.chars().all(|c| c.is_ascii_digit())
                && !text.starts_with('/')
                && (!host.contains(':') || host.ends_with(']')) =>
        {
            (host.to_owned(), port.to_owned())
        }
        _ => (text.to_owned(), String::new()),
    }
}

fn ssl_mode(key: &str, value: &str) -> Result<SslMode, Refused> {
    one_of(key, value, &SslMode::ALL.map(|mode| (mode.word(), mode)))
}

fn session_attrs(value: &str) -> Result<TargetSessionAttrs, Refused> {
    if ["primary", "standby", "prefer-standby"].contains(&value) {
        return Err(unsupported(&format!("target_session_attrs={value}"), "write target_session_attrs=read-write"));
    }
    let known = [
        ("any", TargetSessionAttrs::Any),
        ("read-write", TargetSessionAttrs::ReadWrite),
        ("read-only", TargetSessionAttrs::ReadOnly),
    ];
    one_of("target_session_attrs", value, &known)
}

fn binding(value: &str) -> Result<ChannelBinding, Refused> {
    let known = [
        ("disable", ChannelBinding::Disable),
        ("prefer", ChannelBinding::Prefer),
        ("require", ChannelBinding::Require),
    ];
    one_of("channel_binding", value, &known)
}

/// The value is not repeated in the error: only the key is known to be no secret.
fn one_of<T: Copy>(key: &str, value: &str, known: &[(&'static str, T)]) -> Result<T, Refused> {
    let words = || known.iter().map(|(word, _)| *word);
    known.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let hint = match did_you_mean(value, words()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("it is one of {}", words().collect::<Vec<_>>().join(", ")),
        };
        Refused::new(format!("{key} of the database address has an unknown value"), hint)
    })
}

fn number<T: std::str::FromStr>(key: &str, value: &str) -> Result<T, Refused> {
    value.parse().map_err(|_| {
        Refused::new(
            format!("{key} of the database address is no number in range"),
            format!("write {key}=10, for example"),
        )
    })
}

fn is_utf8(value: &str) -> bool {
    ["utf8", "utf-8", "unicode", "auto"].contains(&value.to_lowercase().as_str())
}

fn unsupported(what: &str, hint: &str) -> Refused {
    Refused::new(format!("not supported: {what} in the database address"), hint)
}

fn refused(key: &str) -> Refused {
    if let Some((_, hint)) = REFUSED.iter().find(|(keys, _)| keys.contains(&key)) {
        return unsupported(key, hint);
    }
    if key == "gssencmode" {
        return unsupported("gssencmode=require", "use TLS: sslmode=require");
    }
    let hint = match did_you_mean(key, KNOWN.iter().copied()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("known: {}", KNOWN.join(", ")),
    };
    Refused::new(format!("unknown parameter {key} in the database address"), hint)
}
