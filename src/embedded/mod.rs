//! Where does a PostgreSQL come from when nobody named one?
//!
//! [`find()`] looks for the programs `initdb` and `postgres`, [`install`] fetches a private copy of them, and [`Cluster`]
//! makes, starts and stops a server of our own in a folder: on a unix socket only, in folders that no other user can
//! enter, since it asks for no password.
//!
//! Invariant: whatever moment a process is killed at, no server outlives it (save one that was asked to), and the next
//! [`Cluster::open`] works. Three things carry that: every folder is made under another name and renamed when whole; who
//! uses what is told by file locks, which the kernel releases, never by files that a killed process leaves behind; and
//! the kernel signals the server when the process that started it is gone.

#[cfg(unix)]
mod account;
#[cfg(unix)]
mod cluster;
#[cfg(unix)]
mod data;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod find;
#[cfg(unix)]
mod install;
#[cfg(unix)]
mod lock;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod server;
#[cfg(not(unix))]
mod unsupported;

use std::path::PathBuf;

#[cfg(unix)]
pub use cluster::{Cluster, reset, running, stop_running};
#[cfg(unix)]
pub use find::{find, find_and_say};
#[cfg(unix)]
pub use install::{INSTALLED_BY_DEFAULT, install};
#[cfg(not(unix))]
pub use unsupported::{Cluster, INSTALLED_BY_DEFAULT, find, find_and_say, install, reset, running, stop_running};

/// A folder that holds `initdb` and `postgres`; the other programs may be missing from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    pub dir: PathBuf,
    pub major: u32,
    /// As the server writes it: `15.18`, `18beta1`.
    pub version: String,
}

/// A server that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub pid: u32,
    pub socket_dir: PathBuf,
    /// It was asked to stay when the process that started it ends.
    pub detached: bool,
}
