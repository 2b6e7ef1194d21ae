//! How do several files come to be, all of them or none?
//!
//! Invariant: a [`Batch`] that is dropped without [`Batch::keep`] takes back every file and folder that it made and puts back
//! what it replaced or took away. A file is at its path only when it is whole, so that a full disk or a signal leaves no half
//! of one.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

#[derive(Default)]
pub struct Batch {
    /// In the order in which it was done.
    done: Vec<Done>,
}

enum Done {
    Made(PathBuf),
    /// What stood at the path is kept beside it.
    Replaced {
        path: PathBuf,
        kept: PathBuf,
    },
}

impl Batch {
    /// Makes the folder, and those around it that are not there.
    pub fn folder(&mut self, dir: &Path) -> Result<()> {
        let missing: Vec<&Path> =
            dir.ancestors().take_while(|dir| *dir != Path::new("") && fs::symlink_metadata(dir).is_err()).collect();
        for dir in missing.into_iter().rev() {
            match fs::create_dir(dir) {
                Ok(()) => self.done.push(Done::Made(dir.to_owned())),
                Err(_) if dir.is_dir() => {}
                Err(cause) => return Err(Error::io("make the folder", dir, &cause)),
            }
        }
        match dir == Path::new("") || dir.is_dir() {
            true => Ok(()),
            false => Err(Error::new(format!("{} is no folder", dir.display())).hint("name another, or move it away")),
        }
    }

    /// Writes the file, in the place of one that is there already.
    pub fn file(&mut self, file: &Path, text: &str) -> Result<()> {
        let part = beside(file, "part");
        let failed = |cause: std::io::Error| Error::io("write", file, &cause);
        let written = fs::write(&part, text).map_err(failed).and_then(|()| {
            let kept = self.hold(file)?;
            let renamed = fs::rename(&part, file).map_err(failed);
            match (&renamed, kept) {
                (Ok(()), Some(kept)) => self.done.push(Done::Replaced { path: file.to_owned(), kept }),
                (Ok(()), None) => self.done.push(Done::Made(file.to_owned())),
                (Err(_), Some(kept)) => drop(fs::remove_file(kept)),
                (Err(_), None) => {}
            }
            renamed
        });
        written.inspect_err(|_| drop(fs::remove_file(&part)))
    }

    /// Takes the file away.
    pub fn remove(&mut self, file: &Path) -> Result<()> {
        let kept = beside(file, "old");
        fs::rename(file, &kept).map_err(|cause| Error::io("move", file, &cause))?;
        self.done.push(Done::Replaced { path: file.to_owned(), kept });
        Ok(())
    }

    /// A second name, or a copy where there can be none, for a file that is about to be replaced.
    fn hold(&self, file: &Path) -> Result<Option<PathBuf>> {
        let known = self.done.iter().any(|done| match done {
            Done::Made(path) | Done::Replaced { path, .. } => path == file,
        });
        if known || !file.is_file() {
            return Ok(None);
        }
        let kept = beside(file, "old");
        // left behind by a run that was killed
        let _ = fs::remove_file(&kept);
        let held = fs::hard_link(file, &kept).or_else(|_| fs::copy(file, &kept).map(drop));
        held.map_err(|cause| {
            let _ = fs::remove_file(&kept);
            Error::io("keep a copy of", file, &cause)
        })?;
        Ok(Some(kept))
    }

    /// All of it is there and stays.
    pub fn keep(mut self) {
        for done in std::mem::take(&mut self.done) {
            if let Done::Replaced { kept, .. } = done {
                let _ = fs::remove_file(kept);
            }
        }
    }
}

/// Neither models nor revisions are read from a name with a dot in front.
fn beside(file: &Path, ending: &str) -> PathBuf {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    file.with_file_name(format!(".{name}.{ending}"))
}

impl Drop for Batch {
    fn drop(&mut self) {
        for done in self.done.iter().rev() {
            // what cannot be taken back is named nowhere: the error that led here is the one to read
            let _ = match done {
                Done::Made(path) if path.is_dir() => fs::remove_dir(path),
                Done::Made(path) => fs::remove_file(path),
                Done::Replaced { path, kept } => fs::rename(kept, path),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_kept_is_as_it_was() {
        let dir = std::env::temp_dir().join(format!("autogen-batch-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let (there, gone) = (dir.join("there"), dir.join("gone"));
        fs::write(&there, "old").unwrap();
        fs::write(&gone, "old too").unwrap();
        let change = |batch: &mut Batch| {
            batch.folder(&dir.join("a/b")).unwrap();
            batch.file(&dir.join("a/b/new"), "new").unwrap();
            batch.file(&there, "changed").unwrap();
            batch.file(&there, "changed again").unwrap();
            batch.remove(&gone).unwrap();
        };
        let names = || {
            let entries = fs::read_dir(&dir).unwrap().flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        change(&mut Batch::default());
        assert_eq!(names(), ["gone", "there"]);
        assert_eq!(fs::read_to_string(&there).unwrap(), "old");
        assert_eq!(fs::read_to_string(&gone).unwrap(), "old too");
        let mut batch = Batch::default();
        change(&mut batch);
        batch.keep();
        assert_eq!(names(), ["a", "there"]);
        assert_eq!(fs::read_to_string(&there).unwrap(), "changed again");
        fs::remove_dir_all(&dir).unwrap();
    }
}
