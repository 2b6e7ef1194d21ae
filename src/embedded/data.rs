//! How does a data directory come into being?
//!
//! `initdb` takes most of a second; copying what it made takes a fraction of that. So its result is kept in the cache, one
//! for each copy of the programs, and copied. Invariant: a directory under its final name is whole.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::Account;
use super::lock::Lock;
use super::place::{self, DATA, Place};
use super::{Binaries, files, process, server};
use crate::error::{Error, Result};

/// Long enough for another process to run `initdb` on a busy machine.
const TEMPLATE: Duration = Duration::from_secs(120);

/// The major version that made the data directory; `None` when there is none yet. Under [`Place::lock`].
pub(super) fn major(place: &Place) -> Result<Option<u32>> {
    let data = place.data();
    if !data.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(data.join("PG_VERSION")).unwrap_or_default();
    // up to 9.6 the major version had two parts; their first is all that matters for refusing it
    text.trim().split('.').next().and_then(|first| first.parse().ok()).map(Some).ok_or_else(|| {
        Error::new(format!("{} is not a data directory: it has no readable PG_VERSION", data.display()))
            .hint("`autogen db reset` makes a new one")
    })
}

/// Makes the data directory. Under [`Place::lock`], with nothing there yet.
pub(super) fn make(place: &Place, binaries: &Binaries) -> Result<()> {
    files::sweep(place.base(), DATA);
    let copied = finish(place, |fresh| files::copy_into(&template(binaries, place.account)?, fresh, place.account));
    // a cache that cannot be used (full, read-only, no HOME) costs time, nothing else
    copied.or_else(|_| finish(place, |fresh| initdb(binaries, fresh, place.account, &["--no-sync"])))
}

fn finish(place: &Place, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let fresh = files::unfinished(place.base(), DATA, place.account)?;
    let made = fill(&fresh).and_then(|()| files::rename(&fresh, &place.data()));
    if made.is_err() {
        let _ = files::remove(&fresh);
    }
    made
}

fn template(binaries: &Binaries, account: Account) -> Result<PathBuf> {
    let folder = place::cache(account)?.join("templates");
    files::passable(&folder)?;
    let key = template_key(binaries)?;
    let finished = folder.join(&key);
    if finished.exists() {
        return Ok(finished);
    }
    let _lock = Lock::exclusive(&folder.join(format!("{key}.lock")), TEMPLATE)?;
    if finished.exists() {
        return Ok(finished);
    }
    files::sweep(&folder, &key);
    let fresh = files::unfinished(&folder, &key, account)?;
    // written through to the disk: a power failure must not leave a hollow template that every project would copy
    let made = initdb(binaries, &fresh, account, &[]).and_then(|()| files::rename(&fresh, &finished));
    if made.is_err() {
        let _ = files::remove(&fresh);
    }
    made.map(|()| finished)
}

/// Two copies of one version may differ in their collations, so the folder counts; a package update in place changes the
/// program's time or size.
fn template_key(binaries: &Binaries) -> Result<String> {
    let program = binaries.dir.join("postgres");
    let metadata = std::fs::metadata(&program).map_err(|e| Error::io("look at", &program, &e))?;
    let mut identity = program.as_os_str().as_bytes().to_vec();
    identity.extend(format!("\0{}\0{}\0{}", std::env::consts::ARCH, metadata.len(), metadata.mtime()).bytes());
    Ok(format!("{}-{}", binaries.version, place::short_hash(&identity)))
}

fn initdb(binaries: &Binaries, into: &Path, account: Account, further: &[&str]) -> Result<()> {
    let program = binaries.dir.join("initdb");
    let mut failure = None;
    // macOS and old systems have no C.UTF-8; both sort by code point
    for locale in ["C.UTF-8", "C"] {
        let mut command = process::command(&program, account);
        command.arg("-D").arg(into).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--wal-segsize=1"]);
        command.arg(format!("--locale={locale}")).args(further);
        // the servers that initdb runs read from it and end when it is gone
        process::tied(&mut command, libc::SIGKILL);
        let output = command.output().map_err(|e| Error::io("run", &program, &e))?;
        if output.status.success() {
            return Ok(());
        }
        failure = Some(output);
    }
    let mut error = Error::new(format!("{} could not make a data directory", program.display()));
    if let Some(output) = failure {
        error = error.detail(server::ended(output.status));
        for line in String::from_utf8_lossy(&output.stderr).lines().filter(|line| !line.is_empty()) {
            error = error.detail(line);
        }
    }
    Err(error.hint("make room or rights as it says, or set AUTOGEN_PG_BIN to another PostgreSQL's folder of programs"))
}
