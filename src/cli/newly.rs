//! Where does a new revision stand, what is it called, and how does it become a file?

use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::args::New;
use super::batch::Batch;
use super::output::Output;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::revision::{self, Folder, Revision, Script, Stored};

/// What the command line says of it, or nothing.
pub fn message(new: &New) -> Result<Option<String>> {
    let text = match &new.message_file {
        Some(file) if file.as_os_str() == "-" => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|cause| Error::io("read the message from", "standard input".as_ref(), &cause))?;
            text
        }
        Some(file) => fs::read_to_string(file).map_err(|cause| Error::io("read the message from", file, &cause))?,
        None if new.message.is_empty() => return Ok(None),
        None => new.message.join("\n\n"),
    };
    let text = text.replace("\r\n", "\n").trim_end().to_owned();
    match text.trim().is_empty() {
        true => Err(Error::new("the message is empty").hint("say in a few words what the revision does")),
        false => Ok(Some(text)),
    }
}

pub fn no_message() -> Error {
    Error::new("there is no message").hint("say with -m in a few words what the revision does")
}

/// A revision on these others (whole ids), with nothing in it.
pub fn skeleton(folder: &Folder, parents: Vec<String>, depends_on: Vec<String>, new: &New) -> Result<Revision> {
    if let Some(unknown) = parents.iter().find(|id| folder.get(id).is_none()) {
        return Err(Error::no(format!("no file holds {unknown}, so nothing can stand on it"))
            .hint("get its file back, or name another parent; `autogen heads` lists the newest"));
    }
    if !new.splice
        && let Some((parent, child)) = parents.iter().find_map(|id| Some((id, *folder.children(id).first()?)))
    {
        return Err(Error::no(format!("{parent} is no head: {} stands on it", child.id()))
            .detail(child.path.display().to_string())
            .hint("--splice begins another branch there; `--head head` stands on the newest"));
    }
    let id = match &new.rev_id {
        Some(id) => {
            revision::check_id(id)?;
            if let Some(there) = folder.get(id) {
                return Err(Error::new(format!("there is a revision {id} already"))
                    .detail(there.path.display().to_string())
                    .hint("choose another id, or leave --rev-id out"));
            }
            id.clone()
        }
        None => random_id(folder),
    };
    for label in &new.branch_label {
        revision::check_label(label)?;
        if folder.has_label(label) {
            return Err(Error::new(format!("there is a branch {label} already"))
                .hint(format!("choose another label; `autogen show {label}` is where it begins")));
        }
    }
    Ok(Revision {
        id,
        parents,
        depends_on,
        branch_labels: new.branch_label.clone(),
        message: message(new)?.unwrap_or_default(),
        created: Timestamp::now().to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S+00:00").to_string(),
        fingerprint: String::new(),
        summary: Vec::new(),
        upgrade: Script::new(""),
        downgrade: Script::new(""),
    })
}

/// Twelve hexadecimal digits that no file bears yet.
fn random_id(folder: &Folder) -> String {
    loop {
        let random = std::collections::hash_map::RandomState::new().build_hasher().finish();
        let id = format!("{:012x}", random & 0xffff_ffff_ffff);
        if folder.get(&id).is_none() {
            return id;
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
    let dir = match (&new.version_path, folders.as_slice()) {
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
    let created = Timestamp::now().to_zoned(TimeZone::UTC).datetime();
    let file = dir.join(revision::file_name(created, &revision.id, &revision::slug(revision.title(), 40)));
    match file.exists() {
        true => Err(Error::new(format!("{} is there already", file.display())).hint("run again")),
        false => Ok(file),
    }
}

/// The file's text, after reading it back, alone and among the others: what is written is what will be run.
pub fn checked(file: &Path, folder: &Folder, new: &Revision) -> Result<String> {
    let text = revision::write(new);
    let back = revision::parse(file, &text)?;
    back.upgrade.check(file)?;
    back.downgrade.check(file)?;
    let others = folder.iter().filter(|stored| stored.id() != new.id).cloned();
    Folder::new(others.chain([Stored { path: file.to_owned(), text: text.clone(), revision: back }]).collect())?;
    Ok(text)
}

/// Makes its file, and says which.
pub fn add(config: &Config, folder: &Folder, mut revision: Revision, new: &New, output: Output) -> Result<u8> {
    revision.fingerprint = revision::fingerprint(&revision);
    let file = path_of(config, folder, &revision, new)?;
    write(&file, &checked(&file, folder, &revision)?)?;
    output.result(&file.strip_prefix(&config.root).unwrap_or(&file).display().to_string());
    Ok(0)
}

pub fn write(file: &Path, text: &str) -> Result<()> {
    let mut batch = Batch::default();
    batch.folder(file.parent().unwrap_or(Path::new("")))?;
    batch.file(file, text)?;
    batch.keep();
    Ok(())
}

/// Two revisions written at a time would both stand on the head that each of them saw. Held while the value lives; where
/// the file system has no locks, nobody waits.
pub fn alone(config: &Config, output: Output) -> Option<fs::File> {
    let root = fs::File::open(&config.root).ok()?;
    if let Err(fs::TryLockError::WouldBlock) = root.try_lock() {
        output.say("waiting for another `autogen revision` in this project");
        root.lock().ok()?;
    }
    Some(root)
}
