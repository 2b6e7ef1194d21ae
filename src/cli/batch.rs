//! How do several files come to be, all of them or none?
//!
//! Invariant: a [`Batch`] that is dropped without [`Batch::keep`] takes back every file and folder that it made, and a
//! file is at its path only when it is whole, so that a full disk or a signal leaves no half of one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

#[derive(Default)]
pub struct Batch {
    /// In the order in which they were made.
    made: Vec<PathBuf>,
}

impl Batch {
    /// Makes the folder, and those around it that are not there.
    pub fn folder(&mut self, dir: &Path) -> Result<()> {
        let missing: Vec<&Path> =
            dir.ancestors().take_while(|dir| *dir != Path::new("") && fs::symlink_metadata(dir).is_err()).collect();
        for dir in missing.into_iter().rev() {
            match fs::create_dir(dir) {
                Ok(()) => self.made.push(dir.to_owned()),
                Err(_) if dir.is_dir() => {}
                Err(cause) => return Err(Error::io("make the folder", dir, &cause)),
            }
        }
        match dir == Path::new("") || dir.is_dir() {
            true => Ok(()),
            false => Err(Error::new(format!("{} is no folder", dir.display())).hint("name another, or move it away")),
        }
    }

    /// Writes the file. One that is there already is replaced, and stays as it now is.
    pub fn file(&mut self, file: &Path, text: &str) -> Result<()> {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // neither models nor revisions are read from a name with a dot in front
        let part = file.with_file_name(format!(".{name}.part"));
        let fresh = !file.exists();
        fs::write(&part, text).and_then(|()| fs::rename(&part, file)).map_err(|cause| {
            let _ = fs::remove_file(&part);
            Error::io("write", file, &cause)
        })?;
        if fresh {
            self.made.push(file.to_owned());
        }
        Ok(())
    }

    /// All of it is there and stays.
    pub fn keep(mut self) {
        self.made.clear();
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        for path in self.made.iter().rev() {
            // what cannot be removed is named nowhere: the error that led here is the one to read
            let _ = if path.is_dir() { fs::remove_dir(path) } else { fs::remove_file(path) };
        }
    }
}
