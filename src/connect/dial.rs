//! In what order are hosts, addresses and encryption tried until a session stands?
//!
//! Invariant: a mode that asks for encryption never falls back to plain text, and one attempt never lasts longer than
//! `connect_timeout`, whatever the other side does or leaves undone.

use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use std::sync::mpsc;
use std::time::Duration;

use postgres::config::{SslMode as Wire, SslNegotiation};
use postgres::error::SqlState;
use postgres::{Client, Config, NoTls, SimpleQueryMessage};
use rustls::ClientConfig;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Address, Host, SessionAttrs, SslMode, Target, tls};
use crate::error::Result;
use crate::runner::{Cancel, canceller};

/// Why one attempt failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The name has no address.
    Unresolved(io::Error),
    TimedOut(Duration),
    Postgres(postgres::Error),
    /// A session stood, and what it said of itself is not what `target_session_attrs` asks for.
    Unwanted(&'static str),
}

impl Failure {
    pub(super) fn code(&self) -> Option<&SqlState> {
        match self {
            Failure::Postgres(cause) => cause.code(),
            _ => None,
        }
    }

    /// The server answered; another host would be another database, so that it is not asked (as in libpq).
    fn is_answer(&self) -> bool {
        // a server that is just starting, stopping or full may have a sister that is not
        let passing = [SqlState::CANNOT_CONNECT_NOW, SqlState::TOO_MANY_CONNECTIONS];
        self.code().is_some_and(|code| !passing.contains(code))
    }

    /// Refused for how it came, not for who it was: `no pg_hba.conf entry`, for example.
    fn is_about_encryption(&self) -> bool {
        match self {
            Failure::Postgres(cause) => {
                self.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) || super::explain::is_tls(cause)
            }
            _ => false,
        }
    }
}

/// A session, and how it came about.
pub struct Dialled {
    pub client: Client,
    /// Over TLS.
    pub encrypted: bool,
}

/// One attempt's wire.
#[derive(Clone)]
enum Wiring {
    Plain,
    Encrypted(Box<ClientConfig>),
}

impl Address {
    /// A session with the first host that gives one. The session's settings are the server's: see [`super::pin_locally`].
    pub fn connect(&self) -> Result<Client> {
        self.try_hosts()?.map(|dialled| dialled.client).map_err(|failures| self.explain(&failures))
    }

    /// Tries each host once.
    pub(super) fn try_hosts(&self) -> Result<Result<Dialled, Vec<(&Host, Failure)>>> {
        let is_tcp = |host: &Host| matches!(host.target, Target::Tcp(_));
        let wirings = match self.sslmode {
            _ if !self.hosts.iter().any(is_tcp) => Vec::new(),
            mode => self.wirings(mode)?,
        };
        let rounds = match self.target_session_attrs {
            SessionAttrs::PreferStandby => vec![SessionAttrs::Standby, SessionAttrs::Any],
            wanted => vec![wanted],
        };
        let mut failures = Vec::new();
        for wanted in rounds {
            failures.clear();
            for host in &self.hosts {
                match self.connect_to(host, &wirings, wanted) {
                    Ok(dialled) => return Ok(Ok(dialled)),
                    Err(failure) => {
                        let last = failure.is_answer();
                        failures.push((host, failure));
                        if last {
                            return Ok(Err(failures));
                        }
                    }
                }
            }
        }
        Ok(Err(failures))
    }

    /// The way to cancel what runs on a connection to this address. The driver remembers whether it is encrypted.
    pub fn canceller(&self, client: &Client) -> Option<Cancel> {
        let over_tcp = self.hosts.iter().any(|host| matches!(host.target, Target::Tcp(_)));
        if !over_tcp || self.sslmode == SslMode::Disable {
            return Some(canceller(client, NoTls));
        }
        let tls = tls::client(self).ok()?;
        Some(canceller(client, MakeRustlsConnect::new(tls)))
    }

    /// What is tried on each TCP host, in order.
    fn wirings(&self, mode: SslMode) -> Result<Vec<Wiring>> {
        let encrypted = || tls::client(self).map(|tls| Wiring::Encrypted(Box::new(tls)));
        Ok(match mode {
            SslMode::Disable => vec![Wiring::Plain],
            SslMode::Allow => vec![Wiring::Plain, encrypted()?],
            SslMode::Prefer => vec![encrypted()?, Wiring::Plain],
            SslMode::Require | SslMode::VerifyCa | SslMode::VerifyFull => vec![encrypted()?],
        })
    }

    fn connect_to(&self, host: &Host, wirings: &[Wiring], wanted: SessionAttrs) -> Result<Dialled, Failure> {
        let name = match &host.target {
            Target::Socket(_) => return self.attempt(host, None, Wiring::Plain, wanted),
            Target::Tcp(name) => name,
        };
        let mut addresses = Vec::from_iter(host.hostaddr);
        if addresses.is_empty() {
            for address in (name.as_str(), host.port).to_socket_addrs().map_err(Failure::Unresolved)? {
                if !addresses.contains(&address.ip()) {
                    addresses.push(address.ip());
                }
            }
        }
        let mut worst = Failure::Unresolved(io::Error::new(io::ErrorKind::NotFound, "the name has no address"));
        for address in addresses {
            match self.connect_by(host, address, wirings, wanted) {
                Ok(dialled) => return Ok(dialled),
                Err(failure) if failure.is_answer() => return Err(failure),
                Err(failure) => worst = failure,
            }
        }
        Err(worst)
    }

    /// Tries the wirings on one network address. Where both fail, the server's own answer tells more than "no TLS".
    fn connect_by(
        &self,
        host: &Host,
        address: IpAddr,
        wirings: &[Wiring],
        wanted: SessionAttrs,
    ) -> Result<Dialled, Failure> {
        let mut told: Option<Failure> = None;
        for wiring in wirings {
            match self.attempt(host, Some(address), wiring.clone(), wanted) {
                Ok(dialled) => return Ok(dialled),
                Err(failure) => {
                    let go_on = failure.is_about_encryption();
                    if failure.code().is_some() || told.as_ref().is_none_or(|told| told.code().is_none()) {
                        told = Some(failure);
                    }
                    if !go_on {
                        break;
                    }
                }
            }
        }
        Err(told.unwrap_or(Failure::TimedOut(Duration::ZERO)))
    }

    fn attempt(
        &self,
        host: &Host,
        address: Option<IpAddr>,
        wiring: Wiring,
        wanted: SessionAttrs,
    ) -> Result<Dialled, Failure> {
        let config = self.driver_config(host, address, &wiring);
        let dial = move || {
            let encrypted = matches!(wiring, Wiring::Encrypted(_));
            let dialled = match wiring {
                Wiring::Plain => config.connect(NoTls),
                Wiring::Encrypted(tls) => config.connect(MakeRustlsConnect::new(*tls)),
            };
            let mut client = dialled.map_err(Failure::Postgres)?;
            match unwanted(&mut client, wanted).map_err(Failure::Postgres)? {
                None => Ok(Dialled { client, encrypted }),
                Some(what) => Err(Failure::Unwanted(what)),
            }
        };
        let Some(limit) = self.connect_timeout else { return dial() };
        // the driver's own limit ends with the socket; a server that accepts and then says nothing would hold us for ever
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::Builder::new().name("connect".into()).spawn(move || {
            // nobody listens any more after the time is up
            let _ = sender.send(dial());
        });
        if thread.is_err() {
            return Err(Failure::TimedOut(Duration::ZERO));
        }
        receiver.recv_timeout(limit).unwrap_or(Err(Failure::TimedOut(limit)))
    }

    fn driver_config(&self, host: &Host, address: Option<IpAddr>, wiring: &Wiring) -> Config {
        let mut config = Config::new();
        config.port(host.port).user(&self.user).dbname(&self.database);
        match (&host.target, address) {
            (Target::Socket(folder), _) => config.host_path(folder),
            (Target::Tcp(name), Some(address)) => config.host(name).hostaddr(address),
            (Target::Tcp(name), None) => config.host(name),
        };
        if let Some(password) = self.password.as_ref().or(host.password.as_ref()) {
            config.password(password.expose());
        }
        if let Some(options) = &self.options {
            config.options(options);
        }
        if let Some(limit) = self.connect_timeout {
            config.connect_timeout(limit);
        }
        config.application_name(self.application_name.as_deref().unwrap_or("autogen"));
        config.channel_binding(self.channel_binding);
        if self.direct_tls && matches!(wiring, Wiring::Encrypted(_)) {
            config.ssl_negotiation(SslNegotiation::Direct);
        }
        config.ssl_mode(match wiring {
            Wiring::Plain => Wire::Disable,
            Wiring::Encrypted(_) => Wire::Require,
        });
        let keep = &self.keepalive;
        config.keepalives(keep.on);
        keep.idle.map(|idle| config.keepalives_idle(idle));
        keep.interval.map(|interval| config.keepalives_interval(interval));
        keep.count.map(|count| config.keepalives_retries(count));
        keep.user_timeout.map(|limit| config.tcp_user_timeout(limit));
        config
    }
}

/// What the server is, where that is not what was asked for (libpq manual, `target_session_attrs`).
fn unwanted(client: &mut Client, wanted: SessionAttrs) -> Result<Option<&'static str>, postgres::Error> {
    if wanted == SessionAttrs::Any {
        return Ok(None);
    }
    let answer = client.simple_query(
        "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only') = 'on'",
    )?;
    let row = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let is = |column| row.is_some_and(|row| row.get(column) == Some("t"));
    let (standby, read_only) = (is(0), is(1));
    Ok(match wanted {
        SessionAttrs::ReadWrite if standby || read_only => Some("it does not allow writes"),
        SessionAttrs::ReadOnly if !(standby || read_only) => Some("it is not read only"),
        SessionAttrs::Primary if standby => Some("it is a standby"),
        SessionAttrs::Standby if !standby => Some("it is no standby"),
        _ => None,
    })
}
