//! Where does the tour happen, and what is left of it?
//!
//! Invariant: the folder is a new one, and it is removed however the tour ends, short of a kill, unless it was to be kept.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::embedded;
use crate::error::{Error, Result};

pub struct Scratch {
    pub folder: PathBuf,
    keep: bool,
}

impl Scratch {
    pub fn make(keep: bool) -> Result<Self> {
        let parent = std::env::temp_dir();
        let mut number = std::process::id();
        loop {
            let folder = parent.join(format!("autogen-tour-{number}"));
            match fs::create_dir(&folder) {
                Ok(()) => return Ok(Self { folder, keep }),
                // left by a tour that was killed, or somebody else's: never entered
                Err(cause) if cause.kind() == ErrorKind::AlreadyExists => number = number.wrapping_add(1),
                Err(cause) => return Err(Error::io("make the folder", &folder, &cause)),
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.keep {
            eprintln!("kept: {}", self.folder.display());
            return;
        }
        // the data may be outside of the folder, where the server's user could not enter it
        let _ = embedded::reset(&self.folder.join(".autogen").join("postgres"));
        if let Err(cause) = fs::remove_dir_all(&self.folder) {
            eprintln!("warning: {}", Error::io("remove", &self.folder, &cause).message());
        }
    }
}

static SIGNAL: AtomicI32 = AtomicI32::new(0);

extern "C" fn note(signal: libc::c_int) {
    SIGNAL.store(signal, Ordering::SeqCst);
}

/// Notes SIGINT and SIGTERM from now on instead of dying of them, so that the folder is still removed. A command that
/// runs meanwhile gets Ctrl-C itself: a handler, unlike an ignored signal, is not inherited.
pub fn listen() -> impl Fn() -> Option<i32> {
    let handler: extern "C" fn(libc::c_int) = note;
    for signal in [libc::SIGINT, libc::SIGTERM] {
        // SAFETY: the handler does nothing but store to an atomic, which is safe at any moment
        unsafe { libc::signal(signal, handler as *const () as libc::sighandler_t) };
    }
    || Some(SIGNAL.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
}
