//! Who else is at work here?
//!
//! Invariant: a lock is held exactly as long as some process has it open; the kernel releases it when that process ends,
//! however it ends. The files themselves say nothing by being there, and are never deleted while they could be waited for.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::fd::{AsRawFd, RawFd};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

#[derive(Debug)]
pub(super) struct Lock(File);

const POLL: Duration = Duration::from_millis(10);

impl Lock {
    /// Waits for others, at most `patience`.
    pub fn exclusive(path: &Path, patience: Duration) -> Result<Self> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(lock) = Self::try_exclusive(path)? {
                return Ok(lock);
            }
            if Instant::now() > deadline {
                return Err(Error::new(format!(
                    "another process has held {} for {} seconds",
                    path.display(),
                    patience.as_secs()
                ))
                .hint("see what it is with `fuser -v` on that file; end it, and try again"));
            }
            std::thread::sleep(POLL);
        }
    }

    /// `None` when another holds it, alone or with others.
    pub fn try_exclusive(path: &Path) -> Result<Option<Self>> {
        let file = open(path)?;
        let ours = answered(path, file.try_lock())?;
        Ok(ours.then_some(Self(file)))
    }

    /// Held beside others who share it. Only for locks that nobody holds alone for long.
    pub fn shared(path: &Path) -> Result<Self> {
        let file = open(path)?;
        file.lock_shared().map_err(|e| Error::io("lock", path, &e))?;
        Ok(Self(file))
    }

    /// For handing the lock on to a child, which then holds it together with us.
    pub fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .open(path)
        .map_err(|e| Error::io("open the lock file", path, &e))
}

fn answered(path: &Path, answer: Result<(), TryLockError>) -> Result<bool> {
    match answer {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(e)) => Err(Error::io("lock", path, &e)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_held_is_not_given_twice_and_is_free_again_when_dropped() {
        let path = std::env::temp_dir().join(format!("autogen-lock-{}", std::process::id()));
        let held = Lock::try_exclusive(&path).unwrap().unwrap();
        assert!(Lock::try_exclusive(&path).unwrap().is_none());
        let refused = Lock::exclusive(&path, Duration::from_millis(20)).unwrap_err();
        assert!(refused.message().contains("autogen-lock-"), "{refused}");
        drop(held);
        let (one, two) = (Lock::shared(&path).unwrap(), Lock::shared(&path).unwrap());
        assert!(Lock::try_exclusive(&path).unwrap().is_none());
        drop((one, two));
        assert!(Lock::try_exclusive(&path).unwrap().is_some());
        std::fs::remove_file(&path).unwrap();
    }
}
