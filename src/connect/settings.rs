//! What does each key of a database address mean?
//!
//! Invariant: every key is understood or refused by name; none is passed over, because a parameter that is ignored
//! (`sslmode`, say) is a promise that is broken.

use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::ChannelBinding;

use super::read::{Pieces, Refused};
use super::surroundings::{Surroundings, Variable};
use super::{Address, Keepalive, RootCert, SessionAttrs, SslMode, Target, hosts, identity, passwords};
use crate::config::Secret;
use crate::error::did_you_mean;

/// Keys that are understood, as `KEY=value` in a URL's query and in pairs.
pub(super) const KNOWN: &[&str] = &[
    "host",
    "hostaddr",
    "port",
    "dbname",
    "database",
    "user",
    "password",
    "passfile",
    "sslmode",
    "ssl",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslnegotiation",
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
    (&["sslpassword"], "write the key without its password (openssl pkey), in a file that only you can read"),
    (
        &["sslcertmode", "sslcrl", "sslcrldir", "krbsrvname", "gsslib", "require_auth"],
        "connect with a password, a certificate (sslcert, sslkey) or over a socket",
    ),
    (&["service", "servicefile"], "write host, user and password out, the password perhaps as ${VAR}"),
    (&["schema", "search_path", "currentSchema"], "write `search_path:` in autogen.yaml"),
    (
        &[
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

pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// What an address leaves open.
pub(super) struct Defaults<'a> {
    pub user: String,
    /// Where to connect when no host is named.
    pub host: &'a dyn Fn(u16) -> Target,
    /// Where the path of a file starts that is relative.
    pub folder: &'a Path,
    pub around: &'a Surroundings,
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
    let mut places = vec![source];
    build.authority(hosts);
    let names_host = build.hosts.iter().any(|(name, _)| !name.is_empty()) || seen.iter().any(|key| key == "hostaddr");
    for variable in &defaults.around.variables {
        let of_host = ["host", "hostaddr"].contains(&variable.key);
        let said = match variable.key {
            "host" | "hostaddr" => names_host,
            "port" => !build.wants_port(),
            _ => false,
        };
        if said || seen.iter().any(|key| is_same(key, variable.key)) {
            continue;
        }
        build.set_variable(variable)?;
        if of_host || ["port", "dbname", "user"].contains(&variable.key) {
            places.push(variable.label.clone());
        }
    }
    places.retain(|place| !place.is_empty());
    let variables = &defaults.around.variables;
    build.finish(places.join(", "), defaults).map_err(|refused| {
        let to_blame = variables.iter().find(|variable| {
            refused.key.as_deref() == Some(variable.key) && !seen.iter().any(|key| is_same(key, variable.key))
        });
        to_blame.map_or(refused.clone(), |variable| refused.blame(variable))
    })
}

/// Whether a key of an address says what this key of libpq does.
fn is_same(written: &str, key: &str) -> bool {
    match written {
        "database" => key == "dbname",
        "ssl" => key == "sslmode",
        // whoever says one of the two has said who they are
        "sslcert" | "sslkey" => ["sslcert", "sslkey"].contains(&key),
        _ => written == key,
    }
}

#[derive(Default)]
struct Build {
    hosts: Vec<(String, String)>,
    hostaddrs: Vec<String>,
    ports: Vec<String>,
    database: Option<String>,
    user: Option<String>,
    password: Option<Secret>,
    password_source: Option<String>,
    passfile: Option<PathBuf>,
    sslmode: Option<SslMode>,
    sslrootcert: Option<RootCert>,
    sslcert: Option<PathBuf>,
    sslkey: Option<PathBuf>,
    direct_tls: bool,
    application_name: Option<String>,
    fallback_application_name: Option<String>,
    connect_timeout: Option<Option<Duration>>,
    options: Option<String>,
    target_session_attrs: Option<SessionAttrs>,
    channel_binding: Option<ChannelBinding>,
    keepalive: Keepalive,
    pgbouncer: bool,
}

impl Build {
    fn set(&mut self, key: &str, value: &str, folder: &Path) -> Result<(), Refused> {
        let seconds = |value: &str| number(key, value).map(Duration::from_secs);
        match key {
            "host" => self.hosts.extend(value.split(',').map(hosts::host_with_port)),
            "hostaddr" => self.hostaddrs = value.split(',').map(str::to_owned).collect(),
            "port" => self.ports = value.split(',').map(str::to_owned).collect(),
            "dbname" | "database" => self.database = Some(value.to_owned()),
            "user" => self.user = Some(value.to_owned()),
            "password" => self.password = Some(Secret::new(value)),
            "passfile" => self.passfile = Some(folder.join(value)),
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
            "sslcert" => self.sslcert = Some(folder.join(value)),
            "sslkey" => self.sslkey = Some(folder.join(value)),
            "sslnegotiation" => self.direct_tls = one_of(key, value, &[("postgres", false), ("direct", true)])?,
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

    fn set_variable(&mut self, variable: &Variable) -> Result<(), Refused> {
        self.set(variable.key, &variable.value, &variable.folder).map_err(|refused| refused.blame(variable))?;
        if variable.key == "password" {
            self.password_source = Some(variable.label.clone());
        }
        Ok(())
    }

    /// The hosts of a URL, unless its query names others. A port alone goes with whatever host comes from elsewhere.
    fn authority(&mut self, hosts: Vec<(String, String)>) {
        if !self.hosts.is_empty() {
            return;
        }
        match hosts.as_slice() {
            [(name, port)] if name.is_empty() && self.ports.is_empty() => self.ports.push(port.clone()),
            _ => self.hosts = hosts,
        }
        self.ports.retain(|port| !port.is_empty());
    }

    /// Whether a port is left open, be it of one host.
    fn wants_port(&self) -> bool {
        self.ports.is_empty() && (self.hosts.is_empty() || self.hosts.iter().any(|(_, port)| port.is_empty()))
    }

    fn finish(mut self, source: String, defaults: Defaults<'_>) -> Result<Address, Refused> {
        let mut hosts = hosts::hosts(&self.hosts, &self.hostaddrs, &self.ports, defaults.host)?;
        let sslmode = self.ssl_mode().map_err(|refused| refused.of("sslmode"))?;
        let user = self.user.take().filter(|user| !user.is_empty()).unwrap_or(defaults.user);
        let database = self.database.take().filter(|name| !name.is_empty()).unwrap_or_else(|| user.clone());
        let password = self.password.take().filter(|password| !password.expose().is_empty());
        let mut warnings = Vec::new();
        let passfile = self.passfile.take().or_else(|| Some(defaults.around.home.as_ref()?.join(".pgpass")));
        if let (None, Some(file)) = (&password, passfile) {
            let (text, warning) = passwords::read(&file);
            warnings.extend(warning);
            for host in &mut hosts {
                host.password = passwords::find(&text, host, &database, &user);
            }
            self.password_source = hosts.iter().any(|host| host.password.is_some()).then(|| file.display().to_string());
        }
        let client_cert = identity::pair(self.sslcert.as_deref(), self.sslkey.as_deref()).map_err(|missing| {
            let given = if missing == "sslkey" { "sslcert" } else { "sslkey" };
            Refused::new(format!("the database address has no {missing}"), "a certificate needs sslcert and sslkey")
                .of(given)
        })?;
        Ok(Address {
            hosts,
            database,
            user,
            password,
            password_source: self.password_source,
            sslmode,
            sslrootcert: self.sslrootcert,
            client_cert,
            direct_tls: self.direct_tls,
            application_name: self.application_name.or(self.fallback_application_name),
            connect_timeout: self.connect_timeout.unwrap_or(Some(DEFAULT_TIMEOUT)),
            options: self.options,
            target_session_attrs: self.target_session_attrs.unwrap_or(SessionAttrs::Any),
            channel_binding: self.channel_binding.unwrap_or(ChannelBinding::Prefer),
            keepalive: self.keepalive,
            pgbouncer: self.pgbouncer,
            source,
            warnings,
        })
    }

    /// libpq's rules: a root certificate makes `require` verify, and the system's roots are of no use without the host name.
    fn ssl_mode(&self) -> Result<SslMode, Refused> {
        let mode = match (self.sslmode, &self.sslrootcert) {
            (None, Some(RootCert::System)) => Ok(SslMode::VerifyFull),
            (Some(mode), Some(RootCert::System)) if mode != SslMode::VerifyFull => Err(Refused::new(
                format!("sslrootcert=system does not go with sslmode={mode}"),
                "write sslmode=verify-full",
            )),
            (Some(SslMode::Require), Some(RootCert::File(_))) => Ok(SslMode::VerifyCa),
            (mode, _) => Ok(mode.unwrap_or(SslMode::Prefer)),
        }?;
        if self.direct_tls && [SslMode::Disable, SslMode::Allow, SslMode::Prefer].contains(&mode) {
            let message = format!("sslnegotiation=direct does not go with sslmode={mode}");
            return Err(Refused::new(message, "write sslmode=require, verify-ca or verify-full"));
        }
        Ok(mode)
    }
}

fn ssl_mode(key: &str, value: &str) -> Result<SslMode, Refused> {
    one_of(key, value, &SslMode::ALL.map(|mode| (mode.word(), mode)))
}

fn session_attrs(value: &str) -> Result<SessionAttrs, Refused> {
    one_of("target_session_attrs", value, &SessionAttrs::ALL.map(|attrs| (attrs.word(), attrs)))
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
