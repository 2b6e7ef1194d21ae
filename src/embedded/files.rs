//! How are whole folders made, copied and removed?
//!
//! Invariant: nothing here follows a symbolic link, and what is made belongs to the account that will use it.

use std::fs::{self, DirBuilder, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::account::{Account, effective_uid};
use crate::error::{Error, Result};

/// What a folder is called while it is being made; followed by who makes it.
const UNFINISHED: &str = "unfinished-";

/// A folder under `parent` that nobody else can enter, to be filled and renamed. Whoever calls holds a lock on `parent`
/// or on `what`, so that [`sweep`] cannot take it away.
pub(super) fn unfinished(parent: &Path, what: &str, account: Account) -> Result<PathBuf> {
    let me = std::process::id();
    for attempt in 0.. {
        let path = parent.join(format!("{UNFINISHED}{what}-{me}-{attempt}"));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => return account.own(&path).map(|()| path),
            // one that could not be swept
            Err(e) if e.kind() == ErrorKind::AlreadyExists && attempt < 1000 => {}
            Err(e) => return Err(Error::io("make", &path, &e)),
        }
    }
    unreachable!("the loop ends by returning")
}

/// Removes what processes that were killed left half made. One that cannot be removed now (a dying `initdb` may still
/// write into it) does no harm and goes the next time.
pub(super) fn sweep(parent: &Path, what: &str) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    let prefix = format!("{UNFINISHED}{what}-");
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(&prefix)) {
        let _ = remove(&entry.path());
    }
}

pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|e| Error::io("move a finished folder to", to, &e))
}

/// Removes a file or folder; one that is not there is removed already.
pub(super) fn remove(path: &Path) -> Result<()> {
    for attempt in 0..5 {
        let result = match fs::symlink_metadata(path) {
            Ok(m) if m.is_dir() => fs::remove_dir_all(path),
            Ok(_) => fs::remove_file(path),
            Err(e) => Err(e),
        };
        match result {
            Ok(()) => return Ok(()),
            Err(e) if e.kind() == ErrorKind::NotFound && attempt > 0 => return Ok(()),
            Err(e) if e.kind() == ErrorKind::NotFound && !path.exists() => return Ok(()),
            Err(e) if attempt == 4 => return Err(Error::io("remove", path, &e)),
            // something that is on its way out put a file there meanwhile
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Ok(())
}

/// Copies what is in the folder `from` into `to`, which exists; permissions stay.
pub(super) fn copy_into(from: &Path, to: &Path, account: Account) -> Result<()> {
    for entry in fs::read_dir(from).map_err(|e| Error::io("read", from, &e))? {
        let entry = entry.map_err(|e| Error::io("read", from, &e))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let metadata = entry.metadata().map_err(|e| Error::io("look at", &source, &e))?;
        if metadata.is_dir() {
            DirBuilder::new()
                .mode(metadata.mode() & 0o777)
                .create(&target)
                .map_err(|e| Error::io("make", &target, &e))?;
            copy_into(&source, &target, account)?;
        } else if metadata.is_symlink() {
            let aim = fs::read_link(&source).map_err(|e| Error::io("read", &source, &e))?;
            std::os::unix::fs::symlink(aim, &target).map_err(|e| Error::io("make", &target, &e))?;
        } else {
            fs::copy(&source, &target).map_err(|e| Error::io("copy to", &target, &e))?;
        }
        account.own(&target)?;
    }
    Ok(())
}

/// Makes `path` and what is missing above it so that others can pass through: the server of root runs as another user.
pub(super) fn passable(path: &Path) -> Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|p| !p.as_os_str().is_empty() && !p.exists()).collect();
    fs::create_dir_all(path).map_err(|e| Error::io("make", path, &e))?;
    if effective_uid() == 0 {
        for made in missing {
            fs::set_permissions(made, Permissions::from_mode(0o755)).map_err(|e| Error::io("open", made, &e))?;
        }
    }
    Ok(())
}

/// Makes everything below `path` readable for everyone, and executable where it is for its owner.
pub(super) fn open_to_all(path: &Path) -> Result<()> {
    let metadata = fs::symlink_metadata(path).map_err(|e| Error::io("look at", path, &e))?;
    if metadata.is_symlink() {
        return Ok(());
    }
    let mode = metadata.mode() & 0o777;
    let wanted = mode | 0o444 | if metadata.is_dir() || mode & 0o100 != 0 { 0o111 } else { 0 };
    fs::set_permissions(path, Permissions::from_mode(wanted)).map_err(|e| Error::io("open", path, &e))?;
    if metadata.is_dir() {
        for entry in fs::read_dir(path).map_err(|e| Error::io("read", path, &e))? {
            open_to_all(&entry.map_err(|e| Error::io("read", path, &e))?.path())?;
        }
    }
    Ok(())
}

/// A folder that only the account can enter. One that somebody else put there is refused, never used: whoever owns the
/// folder of a socket can pose as the server.
pub(super) fn private(path: &Path, account: Account) -> Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {
            let metadata = fs::symlink_metadata(path).map_err(|e| Error::io("look at", path, &e))?;
            let known = metadata.uid() == effective_uid() || metadata.uid() == account.uid();
            if !metadata.is_dir() || !known {
                return Err(Error::new(format!("{} is not a folder of ours", path.display()))
                    .hint("remove it, or have its owner do so"));
            }
            fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(|e| Error::io("close", path, &e))?;
        }
        Err(e) => return Err(Error::io("make", path, &e)),
    }
    account.own(path)
}
