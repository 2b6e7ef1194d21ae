//! Where does a project's Alembic stand, by its own version files?
//!
//! They are Python, and are never run: of each, the assignments at its top are read that make it a revision. Invariant: what
//! cannot be read for certain is an error at its line, never a guess.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Place, Result};

mod python;
mod settings;

use python::{Assignment, assignments};
pub use settings::Locations;

/// One of Alembic's revisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub path: PathBuf,
    pub id: String,
    pub parents: Vec<String>,
    /// Ids, beginnings of ids, or labels.
    pub depends_on: Vec<String>,
    pub labels: Vec<String>,
    /// The first line of the file's docstring.
    pub title: String,
}

/// Every version file of these folders.
pub fn versions(locations: &Locations) -> Result<Vec<Version>> {
    let mut files = Vec::new();
    for folder in &locations.folders {
        collect(folder, locations.recursive, &mut files)?;
    }
    files.sort();
    files.dedup();
    let mut versions: Vec<Version> = Vec::with_capacity(files.len());
    for path in files {
        let version = read(path)?;
        if let Some(other) = versions.iter().find(|other| other.id == version.id) {
            return Err(Error::new(format!("two of Alembic's files hold revision {}", version.id))
                .at(Place::new(&version.path, 1, 1))
                .detail(other.path.display().to_string())
                .hint("remove the copy"));
        }
        versions.push(version);
    }
    Ok(versions)
}

fn collect(folder: &Path, recursive: bool, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |cause| Error::io("read Alembic's version files in", folder, &cause);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() {
            if recursive && !name.starts_with('.') && name != "__pycache__" {
                collect(&path, recursive, files)?;
            }
        } else if name.ends_with(".py") && !name.starts_with(".#") && name != "__init__.py" {
            files.push(path);
        }
    }
    Ok(())
}

fn read(path: PathBuf) -> Result<Version> {
    let text = fs::read_to_string(&path).map_err(|cause| Error::io("read", &path, &cause))?;
    let (docstring, found) = assignments(&path, &text.replace("\r\n", "\n"))?;
    let last = |name: &str| found.iter().rev().find(|one| one.name == name);
    let list = |name: &str| last(name).map_or(Ok(Vec::new()), |one| one.texts(&path));
    let ids = last("revision").map_or_else(|| Err(no_revision(&path)), |one| one.texts(&path))?;
    let [id] = ids.as_slice() else { return Err(no_revision(&path)) };
    let title = docstring.unwrap_or_default().trim().lines().next().unwrap_or_default().to_owned();
    let (parents, depends_on, labels) = (list("down_revision")?, list("depends_on")?, list("branch_labels")?);
    Ok(Version { id: id.clone(), parents, depends_on, labels, title, path })
}

fn no_revision(path: &Path) -> Error {
    Error::new("this is none of Alembic's version files: it says no `revision = \"…\"`")
        .at(Place::new(path, 1, 1))
        .hint("move it out of the folder, or name the right folder with --versions")
}

impl Assignment {
    /// The texts of it: none, one, or a tuple or list of them.
    fn texts(&self, path: &Path) -> Result<Vec<String>> {
        self.value.clone().ok_or_else(|| {
            Error::new(format!("cannot read what `{}` is: it is not a text, None, or a tuple of texts", self.name))
                .at(Place::new(path, self.line, 1))
                .hint("write it out as Alembic's template does")
        })
    }
}

/// Those that no other stands on or depends on: what Alembic's own table holds when all is applied.
pub fn heads(versions: &[Version]) -> Vec<&Version> {
    let named: BTreeSet<&String> = versions.iter().flat_map(|version| &version.parents).collect();
    let needed: BTreeSet<&String> = versions.iter().flat_map(|version| &version.depends_on).collect();
    let is_needed = |version: &Version| {
        needed.iter().any(|name| version.id.starts_with(name.as_str()) || version.labels.contains(name))
    };
    versions.iter().filter(|version| !named.contains(&version.id) && !is_needed(version)).collect()
}

/// Those that have yet to be applied before the head is reached, newest first.
pub fn pending<'a>(versions: &'a [Version], at: &str, head: &'a Version) -> Vec<&'a Version> {
    let (mut found, mut open): (Vec<&Version>, Vec<&Version>) = (Vec::new(), vec![head]);
    while let Some(version) = open.pop() {
        if version.id == at || found.iter().any(|other| other.id == version.id) {
            continue;
        }
        found.push(version);
        open.extend(versions.iter().filter(|other| version.parents.contains(&other.id)));
    }
    found
}
