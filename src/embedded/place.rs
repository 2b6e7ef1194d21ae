//! Which file of a private PostgreSQL is where?
//!
//! `home` holds the data, the log and the locks. The data moves out of it only for root, when the user that the server
//! runs as cannot come there; the socket only when its path would be too long for the kernel. Invariant: all paths follow
//! from `home` alone, so every process that is given the same folder meets the same server.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::account::{Account, effective_uid};
use super::files;
use crate::error::{Error, Result};
use crate::hex::hex;

/// `sockaddr_un.sun_path` holds 108 bytes on Linux and 104 on macOS, a NUL included; `/.s.PGSQL.5432` follows.
const LONGEST_SOCKET_DIR: usize = 103 - "/.s.PGSQL.5432".len();

/// Where the data of root goes when it cannot stay at home; only root can write there.
const ELSEWHERE: &str = "/var/lib/autogen";

#[derive(Debug, Clone)]
pub(super) struct Place {
    home: PathBuf,
    /// Holds the data directory: `home`, or a folder outside it.
    base: PathBuf,
    pub account: Account,
}

impl Place {
    /// Makes `home` where it is missing.
    pub fn make(home: &Path) -> Result<Self> {
        std::fs::create_dir_all(home).map_err(|e| Error::io("make", home, &e))?;
        let place = Self::of(home)?;
        if let Some(parent) = place.socket_dir().parent().filter(|parent| *parent != place.base) {
            files::passable(parent)?;
        }
        if place.base != place.home {
            files::passable(&place.base)?;
            let note = place.note();
            let text = format!("The data is in {}: its user cannot enter this folder.\n", place.base.display());
            std::fs::write(&note, text).map_err(|e| Error::io("write", &note, &e))?;
        }
        Ok(place)
    }

    /// `None` when there is no such folder, so nothing in it either.
    pub fn existing(home: &Path) -> Result<Option<Self>> {
        if home.is_dir() { Self::of(home).map(Some) } else { Ok(None) }
    }

    fn of(home: &Path) -> Result<Self> {
        let home = home.canonicalize().map_err(|e| Error::io("find", home, &e))?;
        if home.join("data").exists() {
            let account = Account::owner_of(&home.join("data"))?;
            return Ok(Self { base: home.clone(), home, account });
        }
        let account = Account::current()?;
        let base = if account.reaches(&home) { home.clone() } else { Path::new(ELSEWHERE).join(digest(&home)) };
        Ok(Self { home, base, account })
    }

    pub fn base(&self) -> &Path {
        &self.base
    }

    pub fn data(&self) -> PathBuf {
        self.base.join("data")
    }

    pub fn log(&self) -> PathBuf {
        self.home.join("server.log")
    }

    /// Held while a cluster is made, started or stopped.
    pub fn lock(&self) -> PathBuf {
        self.home.join("lock")
    }

    /// Held by the server itself and by whatever it started, as long as any of them lives.
    pub fn server_lock(&self) -> PathBuf {
        self.home.join("server.lock")
    }

    /// Shared by the processes that started a server and will stop it: more than one where `autogen db stop` came between.
    pub fn starter_lock(&self) -> PathBuf {
        self.home.join("starter.lock")
    }

    /// Shared by the processes that use a server which another one started.
    pub fn joined_lock(&self) -> PathBuf {
        self.home.join("joined.lock")
    }

    /// Holds the process id of a server that was asked to stay.
    pub fn detached(&self) -> PathBuf {
        self.home.join("detached")
    }

    fn note(&self) -> PathBuf {
        self.home.join("elsewhere.txt")
    }

    pub fn socket_dir(&self) -> PathBuf {
        let near = self.base.join("socket");
        if fits(&near) { near } else { self.far_socket_dir() }
    }

    fn far_socket_dir(&self) -> PathBuf {
        match effective_uid() {
            // in a folder where nobody else can put something in its place
            0 => Path::new(ELSEWHERE).join(format!("{}-socket", digest(&self.home))),
            // not $TMPDIR: it differs between the processes of one user, and is long on macOS
            me => Path::new("/tmp").join(format!("autogen-{me}-{}", digest(&self.home))),
        }
    }

    /// Removes everything but the locks, which somebody may be waiting for.
    pub fn clear(&self) -> Result<bool> {
        let there = self.data().exists();
        for path in [self.socket_dir(), self.data(), self.detached(), self.log(), self.note()] {
            files::remove(&path)?;
        }
        files::sweep(&self.base, DATA);
        if self.base != self.home {
            files::remove(&self.base)?;
        }
        Ok(there)
    }
}

/// The name in [`files::unfinished`] of a data directory.
pub(super) const DATA: &str = "data";

/// Short enough, and free of what means something in a list of folders (`unix_socket_directories`).
fn fits(path: &Path) -> bool {
    let bytes = path.as_os_str().as_bytes();
    bytes.len() <= LONGEST_SOCKET_DIR && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"/._-+@".contains(b))
}

/// Sixteen characters that stand for a path.
pub(super) fn digest(path: &Path) -> String {
    short_hash(path.as_os_str().as_bytes())
}

pub(super) fn short_hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes)[..8])
}

/// autogen's folder under the user's cache folder; root's own cache is closed to the user that its server runs as.
pub(super) fn cache(account: Account) -> Result<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|p| p.is_absolute());
    let chosen = absolute("XDG_CACHE_HOME").filter(|p| account.reaches(p));
    let folder = match chosen {
        Some(folder) => folder,
        None if account.is_other() => PathBuf::from("/var/cache"),
        None => absolute("HOME")
            .map(|home| home.join(".cache"))
            .ok_or_else(|| Error::new("no cache folder: HOME is not set").hint("set HOME or XDG_CACHE_HOME"))?,
    };
    Ok(folder.join("autogen"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_path_that_the_kernel_would_cut_is_not_used() {
        assert!(fits(Path::new("/home/ada/todo/.autogen/postgres/socket")));
        assert!(!fits(&Path::new("/").join("x".repeat(LONGEST_SOCKET_DIR))));
        assert!(!fits(Path::new("/home/ada/to, do/socket")));
        assert!(!fits(Path::new("/home/ada/my project/socket")));
    }

    #[test]
    fn a_path_always_has_the_same_short_name() {
        assert_eq!(digest(Path::new("/a")).len(), 16);
        assert_eq!(digest(Path::new("/a")), digest(Path::new("/a")));
        assert_ne!(digest(Path::new("/a")), digest(Path::new("/b")));
    }
}
