//! How long is a server waited for that does not answer yet?
//!
//! Invariant: only what passes by itself is waited for: a server that is starting, or not yet there. A wrong password, a
//! database that does not exist, a right that is missing, a certificate that does not fit stay what they are, and are told
//! at once.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use postgres::error::SqlState;

use super::dial::{Dialled, Failure};
use super::{Address, Target};
use crate::error::Result;

/// An endpoint of Neon that sleeps is woken by the first connection, which may come to nothing.
const WAKING: Duration = Duration::from_secs(10);
/// Between the first tries, and then between all others.
const PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(200), Duration::from_millis(400)];
const LONGEST: Duration = Duration::from_millis(800);

impl Address {
    /// As [`Address::connect`], but a server that is not there yet is waited for. `tell` hears once what it is that is
    /// waited for.
    pub fn connect_within(&self, wait: Option<Duration>, tell: &mut dyn FnMut(&str)) -> Result<Dialled> {
        let sleeps = self.hosts.iter().any(|host| matches!(&host.target, Target::Tcp(name) if is_neon(name)));
        let (limit, asked) = match wait.filter(|limit| !limit.is_zero()) {
            Some(limit) => (limit, true),
            None if sleeps => (WAKING, false),
            None => return self.try_hosts()?.map_err(|failures| self.explain(&failures)),
        };
        let began = Instant::now();
        let mut pauses = PAUSES.iter().copied();
        let mut told = false;
        loop {
            let left = limit.saturating_sub(began.elapsed());
            let error = match self.within(left, asked).try_hosts()? {
                Ok(dialled) => return Ok(dialled),
                Err(failures) => {
                    let error = self.explain(&failures);
                    if !failures.iter().all(|(_, failure)| self.passes(failure, asked)) {
                        return Err(error);
                    }
                    error
                }
            };
            // the first try may have taken all of the time, and what it woke answers the second
            if began.elapsed() >= limit && (asked || told) {
                return Err(error.detail(format!("waited {} s for it", began.elapsed().as_secs())));
            }
            if !told {
                tell(&format!("waiting up to {} s: {}", limit.as_secs(), error.message()));
            }
            told = true;
            let pause = pauses.next().unwrap_or(LONGEST);
            let left = limit.saturating_sub(began.elapsed());
            std::thread::sleep(if left.is_zero() { pause } else { pause.min(left) });
        }
    }

    /// With no attempt longer than what is left of the time.
    fn within(&self, left: Duration, asked: bool) -> Self {
        let mut address = self.clone();
        if asked {
            let left = left.max(Duration::from_secs(1));
            address.connect_timeout = Some(self.connect_timeout.map_or(left, |limit| limit.min(left)));
        }
        address
    }

    fn passes(&self, failure: &Failure, asked: bool) -> bool {
        use ErrorKind as Kind;
        match failure {
            Failure::TimedOut(_) => true,
            Failure::Unresolved(_) => asked,
            Failure::Unwanted(_) => false,
            Failure::Postgres(cause) if cause.code().is_some() => cause.code() == Some(&SqlState::CANNOT_CONNECT_NOW),
            Failure::Postgres(cause) => match super::explain::io_cause(cause).map(std::io::Error::kind) {
                Some(Kind::ConnectionRefused | Kind::TimedOut) => true,
                Some(Kind::NotFound | Kind::HostUnreachable | Kind::NetworkUnreachable) => asked,
                // a container's port is open before its server is: who forwards it hangs up
                Some(Kind::UnexpectedEof | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe) => {
                    asked && !self.direct_tls
                }
                Some(_) => false,
                None => cause.is_closed() && asked,
            },
        }
    }
}

fn is_neon(name: &str) -> bool {
    name.trim_end_matches('.').to_ascii_lowercase().ends_with(".neon.tech")
}
