//! Which revisions are there, and which files hold them?
//!
//! Invariants: no two revisions share an id or a branch label; the order of files decides nothing. A revision that is
//! missing or in a cycle is no error here: it breaks only what depends on it, and [`Folder::problems`] lists it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::error::{Error, Place, Result};

use super::Revision;
use super::file::parse;
use super::graph::Graph;
use super::naming;

/// A revision with the file it was read from.
#[derive(Debug, Clone)]
pub struct Stored {
    pub path: PathBuf,
    /// The whole file, as it was read.
    pub text: String,
    pub revision: Revision,
}

impl Stored {
    /// Reads one file.
    pub fn read(path: &Path) -> Result<Self> {
        read_file(path)
    }

    pub fn id(&self) -> &str {
        &self.revision.id
    }

    /// The header line of this key; the first line where there is none.
    pub(super) fn place(&self, key: &str) -> Place {
        let start = format!("-- {key}:");
        let line = self.text.lines().position(|line| line.starts_with(&start)).unwrap_or(0);
        Place::new(&self.path, line + 1, 1)
    }
}

/// All revisions of a project.
#[derive(Debug, Clone)]
pub struct Folder {
    pub(super) stored: Vec<Stored>,
    pub(super) ids: BTreeMap<String, usize>,
    pub(super) labels: BTreeMap<String, usize>,
    pub(super) graph: Graph,
    /// When each was made, as far as its file says so.
    pub(super) made: Vec<Option<Timestamp>>,
}

impl Folder {
    /// Reads every `*.sql` in these folders and below; names that begin with a dot are left out, and a file reached
    /// twice counts once. A folder that is not there holds nothing: version control keeps no empty folders.
    pub fn read(dirs: &[PathBuf]) -> Result<Self> {
        Self::new(Self::read_files(dirs)?)
    }

    /// The same files, whether or not they can stand beside each other.
    pub fn read_files(dirs: &[PathBuf]) -> Result<Vec<Stored>> {
        let mut found = Found::default();
        for dir in dirs {
            found.folder(dir)?;
        }
        found.files.iter().map(|path| read_file(path)).collect()
    }

    /// The revisions that were read, by whatever way.
    pub fn new(stored: Vec<Stored>) -> Result<Self> {
        let mut ids = BTreeMap::new();
        let mut labels: BTreeMap<String, usize> = BTreeMap::new();
        for (at, file) in stored.iter().enumerate() {
            if let Some(other) = ids.insert(file.revision.id.clone(), at) {
                let error = twice(&format!("two files hold revision {}", file.id()), &stored[other], file);
                return Err(match naming::number_of(file.id()) {
                    Some(_) => error.hint(
                        "if two branches took one number, `autogen rebase` gives one of them another; else remove the copy",
                    ),
                    None => error.hint("give one of them another id on its first line, or remove the copy"),
                });
            }
        }
        for (at, file) in stored.iter().enumerate() {
            for label in &file.revision.branch_labels {
                if let Some(other) = labels.insert(label.clone(), at).filter(|other| *other != at) {
                    return Err(twice(&format!("two revisions bear the branch label {label}"), &stored[other], file)
                        .hint("a label names one revision; what descends from it is found through it"));
                }
            }
        }
        let graph = Graph::new(&stored, &ids, &labels);
        let made = stored.iter().map(|file| naming::instant(&file.revision.created)).collect();
        Ok(Self { stored, ids, labels, graph, made })
    }

    /// These revisions one on the other, whatever they stand on in their files.
    pub fn line(files: &[&Stored]) -> Result<Self> {
        let mut stored: Vec<Stored> = Vec::with_capacity(files.len());
        for file in files {
            let mut file = (*file).clone();
            file.revision.parents = stored.last().map(|last| last.id().to_owned()).into_iter().collect();
            file.revision.depends_on.clear();
            file.revision.branch_labels.clear();
            stored.push(file);
        }
        Self::new(stored)
    }

    /// All revisions, in the order their files were read.
    pub fn iter(&self) -> impl Iterator<Item = &Stored> {
        self.stored.iter()
    }

    pub fn has_label(&self, label: &str) -> bool {
        self.labels.contains_key(label)
    }

    pub fn is_empty(&self) -> bool {
        self.stored.is_empty()
    }

    /// The revision of this whole id.
    pub fn get(&self, id: &str) -> Option<&Stored> {
        self.ids.get(id).map(|at| &self.stored[*at])
    }
}

fn twice(message: &str, one: &Stored, other: &Stored) -> Error {
    Error::new(message).at(Place::new(&other.path, 1, 1)).detail(format!(
        "{}\n{}",
        one.path.display(),
        other.path.display()
    ))
}

#[derive(Default)]
struct Found {
    files: Vec<PathBuf>,
    /// Real paths: a link that leads back up ends here, and a file given twice is read once.
    seen: BTreeSet<PathBuf>,
}

impl Found {
    fn folder(&mut self, dir: &Path) -> Result<()> {
        if !self.is_new(dir)? {
            return Ok(());
        }
        let failed = |cause| Error::io("read the folder", dir, &cause);
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(dir).map_err(failed)? {
            entries.push(entry.map_err(failed)?.path());
        }
        entries.sort();
        for path in entries {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if name.starts_with('.') {
                continue;
            }
            if path.is_dir() {
                self.folder(&path)?;
            } else if name.ends_with(".sql") && self.is_new(&path)? {
                self.files.push(path);
            }
        }
        Ok(())
    }

    /// `false` for what was seen before, and for what is not there.
    fn is_new(&mut self, path: &Path) -> Result<bool> {
        match path.canonicalize() {
            Ok(real) => Ok(self.seen.insert(real)),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound && !path.is_symlink() => Ok(false),
            Err(cause) => Err(Error::io("read", path, &cause)),
        }
    }
}

fn read_file(path: &Path) -> Result<Stored> {
    // opening a pipe would wait for somebody to write to it
    if !path.is_file() {
        return Err(Error::new(format!("cannot read {}: it is no file", path.display()))
            .hint("move it out of the folder of the revisions"));
    }
    let bytes = std::fs::read(path).map_err(|cause| Error::io("read", path, &cause))?;
    let text = String::from_utf8(bytes).map_err(|cause| {
        let line = 1 + cause.as_bytes()[..cause.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count();
        Error::new(format!("{} is not UTF-8 text", path.display()))
            .at(Place::new(path, line, 1))
            .hint("save the file as UTF-8")
    })?;
    // no message to the server can hold one: it would fail in the middle of a run
    if let Some(at) = text.find('\0') {
        let (before, line) = (&text[..at], 1 + text[..at].matches('\n').count());
        let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
        return Err(Error::new("a revision file cannot hold a NUL character")
            .at(Place::new(path, line, column))
            .hint("remove it"));
    }
    let revision = parse(path, &text)?;
    Ok(Stored { path: path.to_owned(), text, revision })
}
