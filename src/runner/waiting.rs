//! Who lets a revision go that waits?
//!
//! Whoever names it: `autogen upgrade ID`. Invariant: on the way to anything else it does not run.

use crate::error::{Error, Result};
use crate::revision::{Folder, Stored};

/// The files, if all of them may run on the way to `target`.
pub fn let_go<'f>(folder: &'f Folder, files: Vec<&'f Stored>, target: &str) -> Result<Vec<&'f Stored>> {
    let Some(held) = folder.held(&files, target).first().copied() else { return Ok(files) };
    let mut error = Error::no(format!("{} waits, and what is to run stands on it", held.id()));
    for file in files.iter().filter(|file| file.id() != held.id()) {
        error = error.detail(format!("{}, {}", file.id(), file.revision.title()));
    }
    Err(error
        .detail(waits(held))
        .hint(format!("once that is so, `autogen upgrade {}` lets it go; then run this again", held.id())))
}

/// What it waits for, and how it is let go.
pub fn waits(file: &Stored) -> String {
    let (id, gone) = (file.id(), &file.revision.waits);
    format!("{id} waits until no program uses {gone} any more; `autogen upgrade {id}` lets it go")
}
