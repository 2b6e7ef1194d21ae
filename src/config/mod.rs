//! What does autogen.yaml set for this run?
//!
//! Invariant: a [`Config`] is whole and checked: defaults are filled in, the chosen environment is laid over the top level,
//! paths start at the file's folder. Only `${VAR}` in `database` waits until the address is needed, so that commands that
//! need no database run without the variable.

mod file;
mod hook;
mod naming;
mod new_files;
mod place;
mod rules;
mod running;
mod secret;
#[cfg(test)]
mod tests;
mod vars;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use schemars::{Schema, SchemaGenerator};

use crate::error::{Error, Place, Result, did_you_mean};
use crate::introspect::Asked;
use crate::json_schema;
use crate::kind::{Aspect, Managed, Manner};
use crate::ours::Rules;
use crate::spanned::Spanned;
use file::{DatabaseKeys, Layer, NamingKeys};
use naming::Template;
use place::Source;

pub use hook::Hook;
pub use naming::Naming;
pub use new_files::{NewFiles, RevisionIds};
pub use running::{Confirm, Hooks, LogFormat, Running};
pub use secret::Secret;
pub use vars::{Origin, Vars};

/// The file that is read when `--config` names none.
pub const FILE: &str = "autogen.yaml";

/// What to do where a drop and a create look like a rename.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Renames {
    #[default]
    Ask,
    WhenCertain,
    Never,
}

impl Renames {
    const WORDS: [(&'static str, Renames); 3] =
        [("ask", Renames::Ask), ("when-certain", Renames::WhenCertain), ("never", Renames::Never)];

    /// `from` names the place that the word comes from.
    fn read(word: &str, from: &str) -> Result<Self> {
        one_of(word, from, Self::WORDS)
    }
}

json_schema::words!(of Renames = Renames::WORDS.map(|(word, _)| word));

/// Whether names that nobody chose follow what they are made of.
const DERIVED_NAMES: [(&str, bool); 2] = [("follow", true), ("stay", false)];
json_schema::words!(DerivedNames = DERIVED_NAMES.map(|(word, _)| word));

/// The schema of the file, for an editor.
pub fn schema(generator: SchemaGenerator) -> Schema {
    generator.into_root_schema_for::<Layer>()
}

/// What a word means of a key that takes one of a few; `from` names the place that the word comes from.
fn one_of<T: Copy, const N: usize>(word: &str, from: &str, words: [(&'static str, T); N]) -> Result<T> {
    let known = words.map(|(known, _)| known);
    words.iter().find(|(known, _)| *known == word).map(|(_, meant)| *meant).ok_or_else(|| {
        Error::new(format!("{from} cannot be {word}")).hint(match did_you_mean(word, known) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("it is one of {}", known.join(", ")),
        })
    })
}

/// The settings of one run.
#[derive(Debug, Clone)]
pub struct Config {
    /// The file, as it was named.
    pub file: PathBuf,
    /// The folder of the file; relative paths in it start there.
    pub root: PathBuf,
    /// The environment chosen by `--env` or AUTOGEN_ENV.
    pub environment: Option<String>,
    pub models: PathBuf,
    /// At least one.
    pub revisions: Vec<PathBuf>,
    pub new_files: NewFiles,
    /// The schemas to manage; `None`: all but Postgres's own and those of extensions.
    pub schemas: Option<Vec<String>>,
    pub search_path: Vec<String>,
    pub naming: Naming,
    pub renames: Renames,
    /// Names that are made of a table's or a column's follow a rename of it.
    pub names_follow: bool,
    /// What is done so that whoever uses the database is not stopped.
    pub online: BTreeSet<Manner>,
    /// What is managed though it usually is not.
    pub managed: Managed,
    /// Which of the things in a database are ours.
    pub rules: Rules,
    /// How revisions run.
    pub running: Running,
    /// The keys of `database:`, variables not yet replaced; empty if it says nothing.
    pub database: Vec<Setting>,
    /// The environment and `.env`.
    pub vars: Vars,
}

/// One key of `database:` as it is written.
#[derive(Debug, Clone)]
pub struct Setting {
    pub key: &'static str,
    written: Secret,
    place: Place,
}

impl Config {
    /// What of a database is to be read. With `members`, what extensions have brought is named too.
    pub fn asked(&self, members: bool) -> Asked<'_> {
        Asked { schemas: self.schemas.as_deref(), rules: &self.rules, managed: &self.managed, members }
    }

    /// Reads `path`, or autogen.yaml in the current folder, under the environment `env` (of `--env`) or AUTOGEN_ENV.
    pub fn load(path: Option<&Path>, env: Option<&str>) -> Result<Self> {
        let file = path.unwrap_or(Path::new(FILE));
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Err(missing(path)),
            Err(cause) => return Err(Error::io("read", file, &cause)),
        };
        let vars = Vars::load(&folder(file))?;
        Self::read(file, &text, env, vars)
    }

    /// The defaults, as a file in `root` would give them that sets nothing.
    pub fn defaults(root: &Path) -> Result<Self> {
        Self::read(&root.join(FILE), "", None, Vars::load(root)?)
    }

    /// The commented file that `autogen init` writes; it sets nothing.
    pub fn sample() -> &'static str {
        include_str!("sample.yaml")
    }

    /// Every key by its full name, in the order of the file.
    pub fn keys() -> &'static [&'static str] {
        static KEYS: LazyLock<Vec<&'static str>> =
            LazyLock::new(|| file::described_keys().iter().map(|(key, _)| *key).collect());
        &KEYS
    }

    /// Every key with one line on what it is for.
    pub fn described_keys() -> &'static [(&'static str, &'static str)] {
        file::described_keys()
    }

    /// The value of a key of `database:` with its variables replaced.
    pub fn resolve(&self, setting: &Setting) -> Result<Secret> {
        self.vars.expand(setting.written.expose()).map(Secret::new).map_err(|why| {
            let error = self.vars.explain(&why, &format!("database.{}", setting.key));
            if error.place().is_some() { error } else { setting.blame(error) }
        })
    }

    pub(crate) fn read(file: &Path, text: &str, env: Option<&str>, vars: Vars) -> Result<Self> {
        let source = Source { file, text };
        let root = folder(file);
        let top: Option<Layer> = serde_yaml::from_str(text).map_err(|cause| source.refused(&cause))?;
        let top = top.unwrap_or_default();
        let environment = match env {
            Some(name) => Some((name.to_owned(), "--env")),
            None => set(&vars, "AUTOGEN_ENV")?.map(|name| (name, "AUTOGEN_ENV")),
        };
        let mut layer = match &environment {
            Some((name, from)) => choose(top, name, from, file, &source)?,
            None => {
                refuse_nested(&top, &source)?;
                top
            }
        };
        let search_path = layer.search_path.take().map_or_else(|| vec!["public".to_owned()], |words| words.value.0);
        let renames = match &layer.renames {
            None => Renames::default(),
            Some(word) => Renames::read(&word.value, "renames").map_err(|e| source.at(e, word.referenced))?,
        };
        // it goes before the file, which has to make sense all the same
        let renames = match set(&vars, "AUTOGEN_RENAMES")? {
            None => renames,
            Some(word) => Renames::read(&word, "AUTOGEN_RENAMES")?,
        };
        let managed = managed(layer.manage.take(), &source)?;
        let online = online(&layer);
        let names_follow = match &layer.derived_names {
            None => true,
            Some(word) => one_of(&word.value, "derived_names", DERIVED_NAMES)
                .map_err(|error| source.at(error, word.referenced))?,
        };
        let rules = rules::rules(&mut layer, &search_path, &source)?;
        let running = Running::take(&mut layer, &source)?;
        let new_files = new_files::new_files(&mut layer, &root, &source)?;
        Ok(Self {
            new_files,
            models: path(&root, layer.models, "models", "schema", &source)?,
            revisions: paths(&root, layer.revisions, &source)?,
            schemas: layer.schemas.map(|words| words.value.0),
            search_path,
            naming: naming(layer.naming.unwrap_or_default(), &source)?,
            renames,
            names_follow,
            online,
            managed,
            rules,
            running,
            database: database(layer.database.unwrap_or_default(), &source)?,
            environment: environment.map(|(name, _)| name),
            file: file.to_owned(),
            root,
            vars,
        })
    }
}

impl Setting {
    /// Points an error at this key, its value not shown.
    pub fn blame(&self, error: Error) -> Error {
        let indent = " ".repeat(self.place.column.saturating_sub(self.key.len() + 3));
        error.at(self.place.clone()).line(format!("{indent}{}: …", self.key))
    }
}

fn missing(named: Option<&Path>) -> Error {
    match named {
        Some(path) => Error::new(format!("there is no file {}", path.display()))
            .hint("correct --config, or make one with `autogen init`"),
        None => Error::new(format!("there is no {FILE} in this folder"))
            .hint("`autogen init` makes one; or go to the folder that has it, or name it with --config"),
    }
}

/// The folder of a file, `.` where the path has none.
fn folder(file: &Path) -> PathBuf {
    match file.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A variable that is set to something.
fn set(vars: &Vars, name: &str) -> Result<Option<String>> {
    Ok(vars.get(name)?.map(|(value, _)| value).filter(|value| !value.is_empty()))
}

/// The layer of the environment `name` over the top level.
fn choose(mut top: Layer, name: &str, from: &str, file: &Path, source: &Source<'_>) -> Result<Layer> {
    refuse_nested(&top, source)?;
    let mut environments = top.environments.take().map(|environments| environments.value).unwrap_or_default();
    match environments.swap_remove(name) {
        Some(layer) => Ok(layer.unwrap_or_default().laid_over(top)),
        None if environments.is_empty() => Err(Error::new(format!("unknown environment {name} (from {from})"))
            .hint(format!("{} has no `environments:`; leave {from} out or add one", file.display()))),
        None => {
            let known: Vec<&str> = environments.keys().map(String::as_str).collect();
            let error = Error::new(format!("unknown environment {name} (from {from})"));
            let error = match did_you_mean(name, known.iter().copied()) {
                Some(near) => error.hint(format!("did you mean {near}?")),
                None => error,
            };
            Err(error.hint(format!("{} knows {}", file.display(), known.join(", "))))
        }
    }
}

fn refuse_nested(top: &Layer, source: &Source<'_>) -> Result<()> {
    let environments = top.environments.iter().flat_map(|environments| &environments.value);
    for (name, layer) in environments {
        if let Some(nested) = layer.as_ref().and_then(|layer| layer.environments.as_ref()) {
            let error = Error::new(format!("the environment {name} cannot have environments of its own"))
                .hint("move them up, beside it");
            return Err(source.at(error, nested.referenced));
        }
    }
    Ok(())
}

fn path(
    root: &Path,
    written: Option<Spanned<String>>,
    key: &str,
    default: &str,
    source: &Source<'_>,
) -> Result<PathBuf> {
    let folder = match written {
        Some(written) if written.value.trim().is_empty() => {
            let error = Error::new(format!("{key} is empty")).hint(format!("name a folder, or leave {key} out"));
            return Err(source.at(error, written.referenced));
        }
        Some(written) => written.value,
        None => default.to_owned(),
    };
    // `./schema` would only make every message longer
    Ok(if root == Path::new(".") { PathBuf::from(folder) } else { root.join(folder) })
}

/// The folders of the revisions.
fn paths(root: &Path, written: Option<Spanned<file::Words>>, source: &Source<'_>) -> Result<Vec<PathBuf>> {
    let one = |written| path(root, written, "revisions", "revisions", source);
    match written {
        Some(words) if !words.value.0.is_empty() => {
            let text = |folder: &String| Spanned::new(folder.clone(), words.referenced, words.referenced);
            words.value.0.iter().map(|folder| one(Some(text(folder)))).collect()
        }
        Some(words) => {
            one(Some(Spanned::new(String::new(), words.referenced, words.referenced))).map(|path| vec![path])
        }
        None => Ok(vec![one(None)?]),
    }
}

fn online(layer: &Layer) -> BTreeSet<Manner> {
    let set = |key: Option<&Spanned<bool>>| key.is_some_and(|key| key.value);
    let concurrently = set(layer.indexes.as_ref().and_then(|keys| keys.concurrently.as_ref()));
    let validated = set(layer.constraints.as_ref().and_then(|keys| keys.online.as_ref()));
    let asked = [(concurrently, Manner::Concurrently), (validated, Manner::Validated)];
    asked.into_iter().filter(|(asked, _)| *asked).map(|(_, manner)| manner).collect()
}

fn naming(keys: NamingKeys, source: &Source<'_>) -> Result<Naming> {
    let read = |key: &str, text: Option<Spanned<String>>| -> Result<Option<Template>> {
        let Some(text) = text else { return Ok(None) };
        Template::read(key, &text.value)
            .map(Some)
            .map_err(|refused| source.at(Error::new(refused.message).hint(refused.hint), text.referenced))
    };
    let NamingKeys { ix, uq, ck, fk, pk } = keys;
    Ok(Naming {
        ix: read("ix", ix)?.unwrap_or(Naming::default().ix),
        uq: read("uq", uq)?,
        ck: read("ck", ck)?,
        fk: read("fk", fk)?,
        pk: read("pk", pk)?,
    })
}

/// An unknown word is no part that could be managed.
fn managed(words: Option<Spanned<file::Words>>, source: &Source<'_>) -> Result<Managed> {
    let Some(words) = words else { return Ok(Managed::default()) };
    let known = Aspect::ALL.map(Aspect::word);
    let aspect = |word: &String| {
        Aspect::ALL.into_iter().find(|aspect| aspect.word() == word).ok_or_else(|| {
            let error = Error::new(format!("manage cannot name {word}")).hint(match did_you_mean(word, known) {
                Some(near) => format!("did you mean {near}?"),
                None => format!("it may name {}", known.join(" and ")),
            });
            source.at(error, words.referenced)
        })
    };
    words.value.0.iter().map(aspect).collect::<Result<_>>().map(Managed)
}

fn database(keys: DatabaseKeys, source: &Source<'_>) -> Result<Vec<Setting>> {
    let setting = |key: &'static str, value: &Spanned<Secret>| {
        let (line, column) = (value.referenced.line() as usize, value.referenced.column() as usize);
        Setting { key, written: value.value.clone(), place: Place::new(source.file, line, column) }
    };
    match (&keys.url, keys.parts().next()) {
        (Some(_), Some((part, value))) => {
            let error = Error::new(format!("database has both url and {part}")).hint(format!(
                "the url already says it all: write {part} into it, or replace url by host, name, user …"
            ));
            Err(source.at(error, value.referenced))
        }
        (Some(url), None) => Ok(vec![setting("url", url)]),
        (None, _) => Ok(keys.parts().map(|(key, value)| setting(key, value)).collect()),
    }
}
