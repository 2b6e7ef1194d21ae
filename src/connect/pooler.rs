//! Does a transaction pooler stand between us and the server?
//!
//! A pooler gives each transaction another session, so that locks and settings of a session do not hold. Invariant: what
//! is said here is certain. A port that poolers like (6432) is a suspicion and says nothing; a session that two connections
//! share, or that changes under one, says it. Looking leaves nothing behind on the server.

use std::collections::BTreeSet;
use std::sync::mpsc;

use postgres::{Client, SimpleQueryMessage};

use super::{Address, Target};
use crate::error::{Error, Result};

const DIRECT: &str = "give its address in DATABASE_URL_DIRECT";

/// How often two connections are compared; other clients of the pooler may come in between.
const ROUNDS: usize = 3;

/// A transaction pooler that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pooler {
    /// How it showed.
    pub why: String,
    /// What to use instead.
    pub direct: String,
}

impl Address {
    /// Whether a pooler may stand between at all: one for transactions is hardly ever put on a socket of one's own.
    pub fn is_remote(&self) -> bool {
        self.hosts.iter().any(|host| matches!(host.target, Target::Tcp(_)))
    }

    /// A pooler that shows by its name.
    pub fn pooler_by_name(&self) -> Option<Pooler> {
        let found = |why: String, direct: String| Some(Pooler { why, direct: format!("{direct}: {DIRECT}") });
        for host in &self.hosts {
            let Target::Tcp(name) = &host.target else { continue };
            let (label, domain) = name.split_once('.').unwrap_or((name, ""));
            if let Some(direct) = label.strip_suffix("-pooler") {
                let direct = if domain.is_empty() { direct.to_owned() } else { format!("{direct}.{domain}") };
                return found(format!("{name} is a pooler's name"), format!("the direct host is {direct}"));
            }
            if host.port == 6543 && (domain.ends_with("supabase.com") || domain.ends_with("supabase.co")) {
                return found(
                    format!("port 6543 of {name} is a pooler's"),
                    format!("port 5432 of {name} keeps sessions"),
                );
            }
        }
        let said = || found("pgbouncer=true says so".into(), "the server has a port of its own".into());
        self.pgbouncer.then(said).flatten()
    }

    /// A pooler that shows by what it does: a second connection is made, and both are asked which session of the server they
    /// have. `client` is a connection to this address.
    pub fn pooler_by_probe(&self, client: &mut Client) -> Result<Option<Pooler>> {
        let (first, server) = session(client).map_err(failed)?;
        let (mut second, of_second) = self.second()?;
        let (mut ours, mut theirs) = (BTreeSet::from([first]), BTreeSet::from([of_second]));
        for round in 1..=ROUNDS {
            // one after the other: a pooler gives what is asked at the same time to different sessions
            if round > 1 {
                ours.insert(session(client).map_err(failed)?.0);
                theirs.insert(session(&mut second).map_err(failed)?.0);
            }
            let why = if !ours.is_disjoint(&theirs) {
                "two connections were given one session of the server"
            } else if ours.len() > 1 || theirs.len() > 1 {
                "one connection was given several sessions of the server"
            } else {
                continue;
            };
            let direct = format!("the server behind it says that it listens on {server}: {DIRECT}");
            return Ok(Some(Pooler { why: why.into(), direct }));
        }
        Ok(None)
    }

    /// Another connection, with its session. One that is made to wait for ours to end (a pool of one) is not waited for.
    fn second(&self) -> Result<(Client, String)> {
        let address = self.clone();
        let (sender, receiver) = mpsc::channel();
        let work = move || {
            let connected = address.connect().and_then(|mut client| {
                let (session, _) = session(&mut client).map_err(failed)?;
                Ok((client, session))
            });
            // nobody listens any more after the time is up
            let _ = sender.send(connected);
        };
        let limit = self.connect_timeout.unwrap_or(super::settings::DEFAULT_TIMEOUT);
        let begun = std::thread::Builder::new().name("second".into()).spawn(work);
        let answer = begun.ok().and_then(|_| receiver.recv_timeout(limit).ok());
        answer.unwrap_or_else(|| {
            Err(Error::new(format!("a second connection got no session within {} s", limit.as_secs())))
        })
    }
}

fn failed(cause: postgres::Error) -> Error {
    super::server_error("cannot look for a transaction pooler", &cause)
}

/// Which session of which server this is, and where that server listens.
fn session(client: &mut Client) -> Result<(String, String), postgres::Error> {
    let answer = client.simple_query(
        "SELECT pg_catalog.pg_backend_pid() || ' ' || extract(epoch FROM pg_catalog.pg_postmaster_start_time()), \
         coalesce(pg_catalog.host(pg_catalog.inet_server_addr()) || ', ', '') \
         || 'port ' || pg_catalog.current_setting('port')",
    )?;
    let text = |column| {
        let row = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(column),
            _ => None,
        });
        row.unwrap_or_default().to_owned()
    };
    Ok((text(0), text(1)))
}
