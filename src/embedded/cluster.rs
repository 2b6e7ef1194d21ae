//! How does a command get a running server, and what becomes of it afterwards?
//!
//! Invariant: who starts a server stops it, and nobody else does (save [`stop_running`] and [`reset`], which are asked to).
//! A server that is running already is joined, and the one who started it waits a while for those who joined.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use postgres::NoTls;
use postgres::error::SqlState;

use super::lock::Lock;
use super::place::Place;
use super::server::{self, PidFile, State};
use super::{Binaries, Running, data, files, find};
use crate::error::{Error, Result};
use crate::name::Ident;

/// Long enough for another process to make a data directory on a busy machine.
const MAKING: Duration = Duration::from_secs(180);
/// For a server that another process is said to run, and that does not answer.
const JOINING: Duration = Duration::from_secs(30);
/// How long the one who started a server waits for those who joined it.
const LEAVING: Duration = Duration::from_secs(30);

/// A server that answers, for as long as this value lives. Any number of threads and processes may open one folder.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    socket_dir: PathBuf,
    hold: Hold,
}

#[derive(Debug)]
enum Hold {
    /// We started it; the locks say so until it has stopped.
    Started { keeper: Option<Keeper>, _starter: Lock },
    /// It was running, or is to stay.
    Joined { _joined: Lock },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Life {
    Ours,
    Detached,
}

impl Cluster {
    /// The server of `home` (a project's `.autogen/postgres`), made and started as needed. One that this starts ends with
    /// the value, and with the process, however that ends.
    pub fn open(home: &Path, binaries: &Binaries) -> Result<Self> {
        Self::open_for(home, binaries, Life::Ours)
    }

    /// The same, but a server that this starts stays until [`stop_running`].
    pub fn open_detached(home: &Path, binaries: &Binaries) -> Result<Self> {
        Self::open_for(home, binaries, Life::Detached)
    }

    fn open_for(home: &Path, binaries: &Binaries, life: Life) -> Result<Self> {
        let mut place = Place::make(home)?;
        let _lock = Lock::exclusive(&place.lock(), MAKING)?;
        // only now: whoever held the lock may have made the data
        place = Place::make(home)?;
        let deadline = Instant::now() + JOINING;
        loop {
            match server::look(&place)? {
                State::Absent(lock) => return Self::start(place, binaries, life, lock),
                State::Orphan(found) => server::stop_foreign(&place, found.as_ref())?,
                State::Kept(Some(found)) if found.answers() => return Self::join(place, found),
                State::Kept(found) if Instant::now() > deadline => return Err(mute(&place, found.as_ref())),
                State::Kept(_) => std::thread::sleep(server::POLL),
            }
        }
    }

    fn start(place: Place, binaries: &Binaries, life: Life, lock: Lock) -> Result<Self> {
        let found = match data::major(&place)? {
            Some(major) if major != binaries.major => Some(other_binaries(&place, major, binaries)?),
            Some(_) => None,
            None => {
                data::make(&place, binaries)?;
                None
            }
        };
        let binaries = found.unwrap_or_else(|| binaries.clone());
        files::remove(&place.detached())?;
        let socket_dir = place.socket_dir();
        let hold = match life {
            Life::Ours => {
                let starter = Lock::shared(&place.starter_lock())?;
                let keeper = Keeper::start(place.clone(), binaries, lock)?;
                Hold::Started { keeper: Some(keeper), _starter: starter }
            }
            Life::Detached => {
                let joined = Lock::shared(&place.joined_lock())?;
                let mut child = server::launch(&place, &binaries, true, lock)?;
                let path = place.detached();
                if let Err(e) = std::fs::write(&path, child.id().to_string()) {
                    server::stop(&mut child);
                    return Err(Error::io("write", &path, &e));
                }
                Hold::Joined { _joined: joined }
            }
        };
        Ok(Self { place, socket_dir, hold })
    }

    fn join(place: Place, found: PidFile) -> Result<Self> {
        let joined = Lock::shared(&place.joined_lock())?;
        let socket_dir = found.socket_dir.unwrap_or_else(|| place.socket_dir());
        Ok(Self { place, socket_dir, hold: Hold::Joined { _joined: joined } })
    }

    /// The folder of the server's socket; its path needs no quoting anywhere.
    pub fn socket_dir(&self) -> &Path {
        &self.socket_dir
    }

    /// How to connect to a database, as the superuser `postgres`.
    pub fn config(&self, database: &str) -> postgres::Config {
        server::config(&self.socket_dir, database)
    }

    /// The same as an address that libpq and autogen's `--database-url` take.
    pub fn url(&self, database: &str) -> String {
        format!("postgresql://postgres@/{}?host={}", percent(database), percent(&self.socket_dir.to_string_lossy()))
    }

    /// Makes a database, unless there is one of that name.
    pub fn create_database(&self, name: &str) -> Result<()> {
        let ident = Ident::checked(name).map_err(|reason| Error::new(format!("cannot make a database: {reason}")))?;
        let failed = |e: postgres::Error| {
            let said = e.as_db_error().map_or_else(|| e.to_string(), |e| e.message().to_owned());
            Error::new(format!("cannot make the database {ident}"))
                .detail(said)
                .hint(format!("what the server said is in {}", self.place.log().display()))
        };
        let mut client = self.config("postgres").connect(NoTls).map_err(failed)?;
        let known =
            client.query_opt("SELECT FROM pg_catalog.pg_database WHERE datname = $1", &[&name]).map_err(failed)?;
        if known.is_some() {
            return Ok(());
        }
        // template1 would have to be free of connections
        match client.batch_execute(&format!("CREATE DATABASE {ident} TEMPLATE template0")) {
            // another process made it between the question and the statement
            Err(e) if matches!(e.code(), Some(&SqlState::DUPLICATE_DATABASE | &SqlState::UNIQUE_VIOLATION)) => Ok(()),
            result => result.map_err(failed),
        }
    }

    /// Stops the server if this started it; says in the code what dropping does anyway.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Hold::Started { keeper, .. } = &mut self.hold else { return };
        // with it, nobody can join any more; without it the server has to stop all the same
        let _lock = Lock::exclusive(&self.place.lock(), LEAVING);
        let _ = Lock::exclusive(&self.place.joined_lock(), LEAVING);
        if let Some(keeper) = keeper.take() {
            keeper.stop();
        }
        let _ = std::fs::remove_dir(&self.socket_dir);
    }
}

/// A thread of its own that starts the server, does nothing, and stops it. The death signal comes when the thread that
/// spawned a child ends, and the thread that opens a cluster may end long before the cluster does.
#[derive(Debug)]
struct Keeper {
    release: mpsc::Sender<()>,
    thread: JoinHandle<()>,
}

impl Keeper {
    fn start(place: Place, binaries: Binaries, lock: Lock) -> Result<Self> {
        let (release, released) = mpsc::channel::<()>();
        let (answer, started) = mpsc::channel();
        let work = move || match server::launch(&place, &binaries, false, lock) {
            Err(e) => drop(answer.send(Err(e))),
            Ok(mut child) => {
                let wanted = answer.send(Ok(())).is_ok();
                if wanted {
                    // nothing is ever sent; it ends with the sender
                    let _ = released.recv();
                }
                server::stop(&mut child);
            }
        };
        let builder = std::thread::Builder::new().name("postgres".into());
        let thread =
            builder.spawn(work).map_err(|e| Error::new(format!("cannot start a thread for the server: {e}")))?;
        started.recv().unwrap_or_else(|_| Err(Error::new("the thread of the private PostgreSQL ended early")))?;
        Ok(Self { release, thread })
    }

    fn stop(self) {
        drop(self.release);
        let _ = self.thread.join();
    }
}

/// The server of `home`, if one is running and answers.
pub fn running(home: &Path) -> Result<Option<Running>> {
    let Some(place) = Place::existing(home)? else { return Ok(None) };
    let Some(found) = PidFile::read(&place.data()).filter(PidFile::answers) else { return Ok(None) };
    let detached = server::is_detached(&place, Some(&found));
    let PidFile { pid, socket_dir: Some(socket_dir) } = found else { return Ok(None) };
    Ok(u32::try_from(pid).ok().map(|pid| Running { pid, socket_dir, detached }))
}

/// Stops the server of `home`, whoever started it; `false` when none was running.
pub fn stop_running(home: &Path) -> Result<bool> {
    let Some(place) = Place::existing(home)? else { return Ok(false) };
    let _lock = Lock::exclusive(&place.lock(), MAKING)?;
    stop(&place)
}

/// Stops the server of `home` and deletes its data; `false` when there was nothing.
pub fn reset(home: &Path) -> Result<bool> {
    let Some(place) = Place::existing(home)? else { return Ok(false) };
    let _lock = Lock::exclusive(&place.lock(), MAKING)?;
    let stopped = stop(&place)?;
    Ok(place.clear()? || stopped)
}

fn stop(place: &Place) -> Result<bool> {
    match server::look(place)? {
        State::Absent(_) => Ok(false),
        State::Kept(found) | State::Orphan(found) => {
            server::stop_foreign(place, found.as_ref())?;
            files::remove(&place.detached())?;
            Ok(true)
        }
    }
}

fn other_binaries(place: &Place, major: u32, given: &Binaries) -> Result<Binaries> {
    find(Some(major)).ok().filter(|found| found.major == major).ok_or_else(|| {
        let data = place.data();
        Error::new(format!(
            "{} was made by PostgreSQL {major}, and the programs in {} are of {}",
            data.display(),
            given.dir.display(),
            given.version
        ))
        .hint(format!("`autogen db install {major}` gets programs for it"))
        .hint("or `autogen db reset` deletes it and begins anew")
    })
}

fn mute(place: &Place, found: Option<&PidFile>) -> Error {
    let who = found.map_or_else(String::new, |p| format!(" (process {})", p.pid));
    Error::new(format!("a server{who} runs on {} and does not answer", place.data().display()))
        .hint("`autogen db stop` stops it; in another container, stop it there")
}

/// Everything but letters, digits and `-._~` as `%XX` (RFC 3986, 2.3).
fn percent(text: &str) -> String {
    let byte = |b: u8| match b {
        b if b.is_ascii_alphanumeric() || b"-._~".contains(&b) => char::from(b).to_string(),
        b => format!("%{b:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_any_name() {
        assert_eq!(percent("/tmp/a b"), "%2Ftmp%2Fa%20b");
        let url = format!("postgresql://postgres@/{}?host={}", percent("a/b?c é"), percent("/tmp/x"));
        let config: postgres::Config = url.parse().unwrap();
        assert_eq!(config.get_dbname(), Some("a/b?c é"));
    }
}
