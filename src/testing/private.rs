//! How does a process that tests have a server, and leave nothing of it?

use std::fs::{self, File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

use crate::embedded::{self, Cluster};
use crate::error::{Error, Result};

/// The private server of this process.
pub(super) struct Server {
    cluster: Cluster,
    folder: PathBuf,
    /// Locked as long as this process lives.
    _alive: File,
}

impl Server {
    pub fn start() -> Result<Self> {
        let (folder, alive) = folder().map_err(|cause| {
            Error::new(format!("cannot make a folder for the private server of the tests: {cause}"))
        })?;
        let opened = embedded::find(None).and_then(|binaries| Cluster::open(&home(&folder), &binaries));
        match opened {
            Ok(cluster) => Ok(Self { cluster, folder, _alive: alive }),
            Err(error) => {
                remove(&folder);
                Err(error)
            }
        }
    }

    pub fn url(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    /// Stops it and removes its folder.
    pub fn end(self) {
        let Self { cluster, folder, _alive } = self;
        drop(cluster);
        remove(&folder);
    }
}

/// Has the function called when the process exits.
pub(super) fn at_exit(call: extern "C" fn()) {
    // SAFETY: the function is of the type asked for, and there for as long as the process
    unsafe { libc::atexit(call) };
}

pub(super) fn random() -> u32 {
    let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
    u32::try_from(random & 0xffff_ffff).unwrap_or_default()
}

fn home(folder: &Path) -> PathBuf {
    folder.join("postgres")
}

fn remove(folder: &Path) {
    let _ = embedded::reset(&home(folder));
    let _ = fs::remove_dir_all(folder);
}

/// A new folder, once those of processes that are gone have been removed. One lock around both, so that a folder that is
/// just being made is not taken for one left behind.
fn folder() -> std::io::Result<(PathBuf, File)> {
    let temporary = std::env::temp_dir();
    let prefix = format!("autogen-testing-{}", user());
    let everyone = open(&temporary.join(format!("{prefix}.lock")))?;
    everyone.lock()?;
    for entry in fs::read_dir(&temporary)?.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(&format!("{prefix}-"))
            && open(&entry.path().join("alive")).is_ok_and(|alive| alive.try_lock().is_ok())
        {
            remove(&entry.path());
        }
    }
    let folder = temporary.join(format!("{prefix}-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let alive = open(&folder.join("alive"))?;
    alive.lock()?;
    Ok((folder, alive))
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
}

/// One user cannot lock the files of another.
fn user() -> u32 {
    // SAFETY: geteuid takes nothing and cannot fail
    #[cfg(unix)]
    return unsafe { libc::geteuid() };
    #[cfg(not(unix))]
    return 0;
}
