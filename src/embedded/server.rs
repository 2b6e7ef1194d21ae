//! Is a server running on this data, and how is one started and stopped?
//!
//! Invariant: a server and everything it starts hold [`Place::server_lock`], so one that still writes to the data is never
//! taken for dead, whatever its pid file says; and a process is signalled only after it was seen to be that server. Every
//! function that changes something is called under [`Place::lock`].

use std::ffi::{OsString, c_int};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use postgres::NoTls;
use postgres::error::SqlState;

use super::lock::Lock;
use super::place::Place;
use super::{Binaries, files, process};
use crate::error::{Error, Result};

pub(super) const POLL: Duration = Duration::from_millis(10);
/// A recovery after a crash comes before the first connection.
const START: Duration = Duration::from_secs(60);
/// From the gentle to the certain, with the time each is given: fast shutdown, immediate shutdown, kill.
const STOPS: [(c_int, Duration); 3] = [
    (libc::SIGINT, Duration::from_secs(15)),
    (libc::SIGQUIT, Duration::from_secs(5)),
    (libc::SIGKILL, Duration::from_secs(5)),
];

/// What stands in `postmaster.pid`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    pub pid: i32,
    /// Written once the server listens.
    pub socket_dir: Option<PathBuf>,
}

impl PidFile {
    pub fn read(data: &Path) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(data.join("postmaster.pid")).ok()?)
    }

    /// The lines are those of `miscadmin.h`: the process id is the first, the socket folder the fifth. A negative id is
    /// a server for one user, which nobody can connect to.
    fn parse(text: &str) -> Option<Self> {
        let pid = text.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1)?;
        let socket_dir = text.lines().nth(4).filter(|line| !line.is_empty()).map(PathBuf::from);
        Some(Self { pid, socket_dir })
    }

    /// Is the process of that id, if there is one, a server on `data`? A server's working folder is its data.
    fn serves(&self, data: &Path) -> bool {
        if cfg!(target_os = "linux") && Path::new("/proc/self/cwd").exists() {
            return std::fs::read_link(format!("/proc/{}/cwd", self.pid)).is_ok_and(|cwd| cwd == data);
        }
        // SAFETY: signal 0 only asks whether the process exists
        unsafe { libc::kill(self.pid, 0) == 0 }
    }

    pub fn answers(&self) -> bool {
        self.socket_dir.as_deref().is_some_and(answers)
    }
}

/// What [`look`] found.
pub(super) enum State {
    /// None, and with the lock held none can come.
    Absent(Lock),
    /// One that is meant to be there: detached, or its starter is alive.
    Kept(Option<PidFile>),
    /// One whose starter is gone; it is on its way out, or (where the kernel does not tell it) forgotten.
    Orphan(Option<PidFile>),
}

pub(super) fn look(place: &Place) -> Result<State> {
    let data = place.data();
    let pid_file = PidFile::read(&data);
    match Lock::try_exclusive(&place.server_lock())? {
        // started by hand
        Some(_) if pid_file.as_ref().is_some_and(|p| p.serves(&data)) => Ok(State::Kept(pid_file)),
        Some(lock) => Ok(State::Absent(lock)),
        None if is_detached(place, pid_file.as_ref()) => Ok(State::Kept(pid_file)),
        None => match Lock::try_exclusive(&place.starter_lock())? {
            None => Ok(State::Kept(pid_file)),
            Some(_) => Ok(State::Orphan(pid_file)),
        },
    }
}

pub(super) fn is_detached(place: &Place, pid_file: Option<&PidFile>) -> bool {
    let marked = std::fs::read_to_string(place.detached()).ok().and_then(|text| text.trim().parse().ok());
    marked.is_some() && marked == pid_file.map(|p| p.pid)
}

/// How a client reaches the server whose socket is in `socket_dir`.
pub(super) fn config(socket_dir: &Path, database: &str) -> postgres::Config {
    let mut config = postgres::Config::new();
    config.host_path(socket_dir).user("postgres").dbname(database).connect_timeout(Duration::from_secs(10));
    config
}

fn answers(socket_dir: &Path) -> bool {
    if !socket_dir.join(".s.PGSQL.5432").exists() {
        return false;
    }
    match config(socket_dir, "postgres").connect(NoTls) {
        Ok(_) => true,
        Err(e) => e.code() == Some(&SqlState::TOO_MANY_CONNECTIONS),
    }
}

/// Starts a server and waits until it answers. The server takes `lock` over.
pub(super) fn launch(place: &Place, binaries: &Binaries, stays: bool, lock: Lock) -> Result<Child> {
    let socket_dir = place.socket_dir();
    // left by a server that was killed; its process id may be somebody else's by now, and a new server would give way
    files::remove(&place.data().join("postmaster.pid"))?;
    files::remove(&socket_dir)?;
    files::private(&socket_dir, place.account)?;

    let path = place.log();
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
    let log = opened.map_err(|e| Error::io("write", &path, &e))?;
    let second = log.try_clone().map_err(|e| Error::io("write", &path, &e))?;

    let program = binaries.dir.join("postgres");
    let mut command = process::command(&program, place.account);
    command.args(arguments(&place.data(), &socket_dir)).stdout(log).stderr(second);
    process::inherits(&mut command, lock.descriptor());
    if stays {
        process::detached(&mut command);
    } else {
        process::tied(&mut command, libc::SIGINT);
    }
    let mut child = command.spawn().map_err(|e| Error::io("run", &program, &e))?;
    drop(lock);
    match wait_until_it_answers(&mut child, place, &socket_dir) {
        Ok(()) => Ok(child),
        Err(e) => {
            stop(&mut child);
            Err(e)
        }
    }
}

/// Safety against power failure is given up for speed: the data can be made again. `synchronous_commit` stays on: without
/// fsync it costs next to nothing, and off would lose what was committed just before a crash of the server alone. The rest
/// keeps it small and quiet, and undoes what a distribution may have put into the sample of `postgresql.conf`.
fn arguments(data: &Path, socket_dir: &Path) -> Vec<OsString> {
    let settings = [
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "full_page_writes=off",
        // else CREATE PUBLICATION warns
        "wal_level=logical",
        "max_connections=100",
        "shared_buffers=16MB",
        "autovacuum=off",
        "jit=off",
        "logging_collector=off",
        "log_destination=stderr",
    ];
    let mut arguments: Vec<OsString> =
        vec!["-D".into(), data.into(), "-k".into(), socket_dir.into(), "-p".into(), "5432".into(), "-F".into()];
    for setting in settings {
        arguments.extend(["-c".into(), setting.into()]);
    }
    arguments
}

fn wait_until_it_answers(child: &mut Child, place: &Place, socket_dir: &Path) -> Result<()> {
    let deadline = Instant::now() + START;
    loop {
        if let Some(status) = child.try_wait().map_err(|e| Error::io("wait for the server of", &place.data(), &e))? {
            return Err(failed(place, &format!("the private PostgreSQL ended while starting ({})", ended(status))));
        }
        if answers(socket_dir) {
            return Ok(());
        }
        if Instant::now() > deadline {
            let message = format!("the private PostgreSQL did not answer within {} seconds", START.as_secs());
            return Err(failed(place, &message));
        }
        std::thread::sleep(POLL);
    }
}

/// How a process ended, without the words that std puts before the number.
pub(super) fn ended(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit code {code}"),
        (None, Some(signal)) => format!("killed by signal {signal}"),
        (None, None) => "ended".into(),
    }
}

fn failed(place: &Place, message: &str) -> Error {
    let log = place.log();
    let text = std::fs::read(&log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let mut error = Error::new(message);
    for line in &lines[lines.len().saturating_sub(12)..] {
        error = error.detail(*line);
    }
    error.hint(format!("all that it said is in {}; `autogen db reset` makes a new database", log.display()))
}

/// Stops a server that is our child.
pub(super) fn stop(child: &mut Child) {
    for (signal, patience) in STOPS {
        let running = |child: &mut Child| matches!(child.try_wait(), Ok(None));
        let Ok(pid) = i32::try_from(child.id()) else { return };
        if !running(child) {
            return;
        }
        // not waited for yet, so the id cannot have become another process's
        process::send(pid, signal);
        let deadline = Instant::now() + patience;
        while running(child) && Instant::now() < deadline {
            std::thread::sleep(POLL);
        }
    }
    // a killed process is gone in a moment; without this it would stay behind as a zombie
    let _ = child.try_wait();
}

/// Stops a server that another process started, and waits until nothing of it is left.
pub(super) fn stop_foreign(place: &Place, found: Option<&PidFile>) -> Result<()> {
    let data = place.data();
    for (signal, patience) in STOPS {
        // without a pid file it is ending already, by itself
        if let Some(server) = found.filter(|server| server.serves(&data)) {
            process::send(server.pid, signal);
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if Lock::try_exclusive(&place.server_lock())?.is_some() && !found.is_some_and(|p| p.serves(&data)) {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
    }
    let lock = place.server_lock();
    Err(Error::new(format!("the server on {} does not stop", data.display()))
        .hint(format!("see what it is with `fuser -v {}` and end it", lock.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_tells_the_process_and_its_socket() {
        let text = "4711\n/data\n1763630000\n5432\n/run/x\n\n  1234 5\nready   \n";
        assert_eq!(PidFile::parse(text), Some(PidFile { pid: 4711, socket_dir: Some("/run/x".into()) }));
        assert_eq!(PidFile::parse("4711\n/data\n17\n5432\n\n"), Some(PidFile { pid: 4711, socket_dir: None }));
    }

    #[test]
    fn a_pid_file_that_could_make_us_signal_everybody_is_not_believed() {
        for text in ["", "0\n", "1\n", "-1\n", "-4711\n", "x\n", "99999999999\n"] {
            assert_eq!(PidFile::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_process_that_took_over_the_id_is_no_server() {
        let me = PidFile { pid: i32::try_from(std::process::id()).unwrap(), socket_dir: None };
        assert!(!me.serves(Path::new("/nowhere/data")) || cfg!(not(target_os = "linux")));
    }
}
