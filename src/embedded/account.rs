//! As which user does the server run?
//!
//! PostgreSQL refuses to run as root, so root hands it to the user `postgres`, else `nobody`; anyone else runs it as
//! themselves. Invariant: every file the server needs goes through [`Account::own`], every program through
//! [`Account::apply`], so that nothing else has to know whether there was a switch.

use std::ffi::CString;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};

/// `None` inside: the user that autogen itself runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account(Option<Ids>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ids {
    uid: u32,
    gid: u32,
}

pub(super) fn effective_uid() -> u32 {
    // SAFETY: geteuid takes nothing and cannot fail
    unsafe { libc::geteuid() }
}

impl Account {
    /// No switch: for what autogen does itself.
    pub fn oneself() -> Self {
        Self(None)
    }

    /// The account for a new server.
    pub fn current() -> Result<Self> {
        if effective_uid() != 0 {
            return Ok(Self(None));
        }
        // macOS calls its own one _postgres
        let ids = ["postgres", "_postgres", "nobody"].iter().find_map(|name| look_up(name)).ok_or_else(|| {
            Error::new("PostgreSQL cannot run as root, and there is no user postgres or nobody to run it as")
                .hint("run autogen as another user, or set DATABASE_URL")
        })?;
        Ok(Self(Some(ids)))
    }

    /// The account that `data`, an existing data directory, belongs to: the server refuses to run as any other.
    pub fn owner_of(data: &Path) -> Result<Self> {
        let metadata = std::fs::metadata(data).map_err(|e| Error::io("look at", data, &e))?;
        let (uid, gid) = (metadata.uid(), metadata.gid());
        match effective_uid() {
            0 if uid == 0 => Self::current(),
            0 => Ok(Self(Some(Ids { uid, gid }))),
            me if me == uid => Ok(Self(None)),
            _ => Err(Error::new(format!("the data directory {} belongs to another user (uid {uid})", data.display()))
                .hint("run autogen as that user, or as root: `autogen db reset` makes a new one")),
        }
    }

    pub fn is_other(self) -> bool {
        self.0.is_some()
    }

    /// The user id that files of the server carry.
    pub fn uid(self) -> u32 {
        self.0.map_or_else(effective_uid, |ids| ids.uid)
    }

    pub fn apply(self, command: &mut Command) {
        if let Some(Ids { uid, gid }) = self.0 {
            // std empties the list of further groups too when root sets a user
            command.uid(uid).gid(gid);
        }
    }

    /// Gives `path` (not what is in it) to the account; a link is given itself, never what it points at.
    pub fn own(self, path: &Path) -> Result<()> {
        let Some(Ids { uid, gid }) = self.0 else { return Ok(()) };
        std::os::unix::fs::lchown(path, Some(uid), Some(gid)).map_err(|e| Error::io("change the owner of", path, &e))
    }

    /// Can the account come to `path`, through every folder above it? What does not exist yet is no obstacle.
    pub fn reaches(self, path: &Path) -> bool {
        let Some(ids) = self.0 else { return true };
        let Ok(path) = path.canonicalize() else { return path.parent().is_none_or(|parent| self.reaches(parent)) };
        path.ancestors().all(|step| std::fs::metadata(step).is_ok_and(|m| !m.is_dir() || ids.may_enter(&m)))
    }
}

impl Ids {
    fn may_enter(self, folder: &std::fs::Metadata) -> bool {
        let bit = match folder {
            m if m.uid() == self.uid => 0o100,
            m if m.gid() == self.gid => 0o010,
            _ => 0o001,
        };
        folder.mode() & bit != 0
    }
}

fn look_up(name: &str) -> Option<Ids> {
    let name = CString::new(name).ok()?;
    // the manual names no upper bound for the text of one entry; 16 kB is what glibc itself suggests at most
    let mut text = vec![0; 16 * 1024];
    // SAFETY: passwd is plain data, for which zeroes are a valid value
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    // SAFETY: all pointers are to live values of the types asked for, and the length is that of the buffer
    let code = unsafe { libc::getpwnam_r(name.as_ptr(), &mut entry, text.as_mut_ptr(), text.len(), &mut found) };
    (code == 0 && !found.is_null() && entry.pw_uid != 0).then_some(Ids { uid: entry.pw_uid, gid: entry.pw_gid })
}
