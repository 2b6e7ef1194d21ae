//! Where does a new revision stand, what is it called, and how does it become a file?

use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::batch::Batch;
use super::notice::Tell;
use super::post_write;
use crate::config::{Config, RevisionIds};
use crate::error::{Error, Exit, Place, Result};
use crate::revision::{self, Folder, Revision, Stored, Template};
use crate::runner::Interrupt;

/// What a revision that is about to be written is told.
#[derive(Debug, Clone, Default)]
pub struct New {
    /// What it does, in a few words; further lines are its body.
    pub message: Option<String>,
    /// Its id, in place of a fresh one.
    pub rev_id: Option<String>,
    /// Names for the branch that begins with it.
    pub branch_labels: Vec<String>,
    /// The folder to write it to, where `revisions:` of autogen.yaml names several.
    pub folder: Option<PathBuf>,
    /// Let it stand on a revision that others stand on already.
    pub splice: bool,
    /// What can stop it; nothing is written then.
    pub interrupt: Interrupt,
}

/// What is said of it, or nothing.
pub(super) fn message(new: &New) -> Result<Option<String>> {
    let Some(text) = &new.message else { return Ok(None) };
    let text = text.replace("\r\n", "\n").trim().to_owned();
    match text.is_empty() {
        true => Err(Error::new("the message is empty").hint("say in a few words what the revision does")),
        false => Ok(Some(text)),
    }
}

pub fn no_message() -> Error {
    Error::new("there is no message").hint("say with -m in a few words what the revision does")
}

/// A revision on these others (whole ids), with nothing in it.
pub fn skeleton(
    config: &Config,
    folder: &Folder,
    parents: Vec<String>,
    depends_on: Vec<String>,
    new: &New,
) -> Result<Revision> {
    if let Some(unknown) = parents.iter().find(|id| folder.get(id).is_none()) {
        return Err(Error::no(format!("no file holds {unknown}, so nothing can stand on it"))
            .hint("get its file back, or name another parent; `autogen heads` lists the newest"));
    }
    if !new.splice
        && let Some((parent, child)) = parents.iter().find_map(|id| Some((id, *folder.followers(id).first()?)))
    {
        return Err(Error::no(format!("{parent} is no head: {} stands on it", child.id()))
            .detail(child.path.display().to_string())
            .hint("--splice begins another branch there; `--head head` stands on the newest"));
    }
    let id = id_of(config, folder, new)?;
    for label in &new.branch_labels {
        revision::check_label(label)?;
        if folder.has_label(label) {
            return Err(Error::new(format!("there is a branch {label} already"))
                .hint(format!("choose another label; `autogen show {label}` is where it begins")));
        }
        if *label == id || folder.get(label).is_some() {
            return Err(Error::new(format!("{label} is the id of a revision, which would hide a branch of that name"))
                .hint("choose another label"));
        }
    }
    Ok(Revision {
        parents,
        depends_on,
        branch_labels: new.branch_labels.clone(),
        message: message(new)?.unwrap_or_default(),
        created: revision::created_line(&Timestamp::now().to_zoned(config.new_files.zone.clone())),
        ..Revision::bare(id)
    })
}

/// The one that is asked for, where nothing bears it; or a fresh one.
fn id_of(config: &Config, folder: &Folder, new: &New) -> Result<String> {
    match &new.rev_id {
        Some(id) => {
            revision::check_id(id)?;
            if let Some(there) = folder.get(id) {
                return Err(Error::new(format!("there is a revision {id} already"))
                    .detail(there.path.display().to_string())
                    .hint("choose another id, or leave --rev-id out"));
            }
            if folder.has_label(id) {
                return Err(Error::new(format!("there is a branch {id} already, and an id would hide it"))
                    .hint(format!("choose another id; `autogen show {id}` is where the branch begins")));
            }
            Ok(id.clone())
        }
        None => fresh_id(config, folder, &[]),
    }
}

/// An id that no file and none of these bears: twelve hexadecimal digits, or the number after the highest.
pub fn fresh_id(config: &Config, folder: &Folder, taken: &[String]) -> Result<String> {
    if config.new_files.ids == RevisionIds::Sequence {
        let ids = folder.iter().map(Stored::id).chain(taken.iter().map(String::as_str));
        return Ok(revision::number(ids.filter_map(revision::number_of).max().unwrap_or_default() + 1));
    }
    loop {
        let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
        let id = format!("{:012x}", random & 0xffff_ffff_ffff);
        if folder.get(&id).is_none() && !taken.contains(&id) {
            return Ok(id);
        }
    }
}

/// As they are written: an id whole, a label as it is.
pub fn dependencies(folder: &Folder, names: &[String], current: &[String]) -> Result<Vec<String>> {
    let whole = |name: &String| {
        if folder.has_label(name) {
            return Ok(name.clone());
        }
        match folder.resolve(name, current)?.as_slice() {
            [id] => Ok(id.clone()),
            _ => Err(Error::new(format!("{name} is not one revision")).hint("name each revision that it depends on")),
        }
    };
    names.iter().map(whole).collect()
}

/// Among several folders, the one that is asked for, or the one of its parent.
pub fn path_of(config: &Config, folder: &Folder, revision: &Revision, new: &New) -> Result<PathBuf> {
    let folders = &config.revisions;
    let listed = || folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join("\n");
    let same = |one: &Path, other: &Path| match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    };
    let dir = match (&new.folder, folders.as_slice()) {
        (Some(asked), _) => folders
            .iter()
            .find(|folder| same(folder, asked) || same(folder, &config.root.join(asked)))
            .ok_or_else(|| {
                Error::new(format!("{} is no folder of revisions", asked.display()))
                    .detail(listed())
                    .hint("name one of these, or add it to `revisions:` in autogen.yaml")
            })?,
        (None, [only]) => only,
        (None, _) => {
            let parent = revision.parents.iter().find_map(|id| folder.get(id));
            let of_parent = parent.and_then(|file| folders.iter().find(|folder| file.path.starts_with(folder)));
            of_parent.ok_or_else(|| {
                Error::new("there are several folders of revisions").detail(listed()).hint("choose with --version-path")
            })?
        }
    };
    let file = dir.join(config.new_files.name.path(revision, config.new_files.slug)?);
    match file.exists() {
        true => Err(Error::new(format!("{} is there already", file.display())).hint("run again")),
        false => Ok(file),
    }
}

/// The file's text, after the template of the project, and after reading it back, alone and among the others: what is
/// written is what will be run.
pub fn checked(config: &Config, file: &Path, folder: &Folder, new: &Revision) -> Result<String> {
    let new = match &config.new_files.template {
        Some((path, place)) => template(path, place)?.apply(new)?,
        None => new.clone(),
    };
    let text = revision::write(&new);
    let back = revision::parse(file, &text)?;
    let checked = back.upgrade.check(file).and_then(|()| back.downgrade.check(file));
    checked.map_err(|error| match &config.new_files.template {
        Some((path, _)) => error.detail(format!("so it would stand in a file after the template {}", path.display())),
        None => error,
    })?;
    if back != new {
        return Err(Error::new(format!("revision {} would not read back as it was written", new.id))
            .hint("this is a fault of autogen: please report it with the models and the template"));
    }
    among(folder, Stored { path: file.to_owned(), text: text.clone(), revision: back })?;
    Ok(text)
}

/// All revisions, with this one in the place of the one of its id.
pub fn among(folder: &Folder, new: Stored) -> Result<Folder> {
    let mut all: Vec<Stored> = folder.iter().filter(|stored| stored.id() != new.id()).cloned().collect();
    all.push(new);
    Folder::new(all)
}

fn template(path: &Path, place: &Place) -> Result<Template> {
    let text = fs::read_to_string(path).map_err(|cause| {
        let error = Error::io("read the template of revisions", path, &cause).at(place.clone());
        error.hint("correct `template:` of autogen.yaml; the README shows a template")
    })?;
    Template::read(path, &text)
}

/// Makes its file, and says which.
pub fn add(config: &Config, folder: &Folder, mut revision: Revision, new: &New, tell: &Tell) -> Result<PathBuf> {
    revision.fingerprint = revision::fingerprint(&revision);
    let file = path_of(config, folder, &revision, new)?;
    let text = checked(config, &file, folder, &revision)?;
    write(config, folder, &[(file.clone(), text)], new, tell)?;
    Ok(file)
}

/// Writes all of them or none, says which, and has the commands of the project look them over.
pub(super) fn write(
    config: &Config,
    folder: &Folder,
    files: &[(PathBuf, String)],
    new: &New,
    tell: &Tell,
) -> Result<()> {
    let interrupt = &new.interrupt;
    let working = interrupt.work();
    let mut batch = Batch::default();
    for (file, text) in files {
        batch.folder(file.parent().unwrap_or(Path::new("")))?;
        batch.file(file, text)?;
        if let Some(signal) = interrupt.signal() {
            return Err(Error::new("interrupted: nothing was written").exit(Exit::Signal(signal)));
        }
    }
    batch.keep();
    drop(working);
    let shown = |file: &PathBuf| file.strip_prefix(&config.root).unwrap_or(file).display().to_string();
    tell.written(files.iter().map(|(file, _)| shown(file)).collect());
    post_write::run(config, folder, files, tell)
}

/// Two revisions written at a time would both stand on the head that each of them saw. Held while the value lives; where
/// the file system has no locks, nobody waits.
pub fn alone(config: &Config, tell: &Tell) -> Option<fs::File> {
    let root = fs::File::open(&config.root).ok()?;
    if let Err(fs::TryLockError::WouldBlock) = root.try_lock() {
        tell.say("waiting for another `autogen revision` in this project");
        root.lock().ok()?;
    }
    Some(root)
}
