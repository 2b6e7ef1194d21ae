//! What do the model files declare?
//!
//! Every file under the folder is read, in the order of paths, and together they are one [`Draft`]. A file that is not read
//! is an error and never passed over: a model that nobody reads would become a DROP.

use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::Config;
use crate::draft::{Draft, Scope};
use crate::error::{Error, Place, Result};
use crate::kind::{Id, Managed, Object, statement};
use crate::name::Ident;

pub(crate) mod explain;
mod read;
mod rust;
pub mod structs;
mod typed;
mod unsaid;
mod write;

pub use typed::{Declaration, Mixin, Model, ModelEnum};
pub use write::{Form, write, write_as};

/// Reads every model file of the project.
pub fn load(config: &Config) -> Result<Draft> {
    let files = files(config)?;
    let mut draft = Draft::default();
    let mut items = Vec::new();
    for file in &files {
        let shown = shown(file, &config.root);
        let text = read::text(file, &shown)?;
        match is(file, "rs") {
            // a type of one file may be an enum of another
            true => items.extend(structs::items(&text, &shown).map_err(|error| with_line(error, &text))?),
            false => declare(&text, &shown, config, &mut draft)?,
        }
    }
    structs::declare(items, &scope(&config.models, config), &mut draft)?;
    whole(draft, files.len(), config)
}

/// What types of the program itself declare.
pub fn declared(declarations: &[Declaration], config: &Config) -> Result<Draft> {
    let mut draft = Draft::default();
    let scope = scope(&config.models, config);
    declarations.iter().try_for_each(|one| structs::declaration_of(one, &scope, &mut draft))?;
    whole(draft, declarations.len(), config)
}

fn whole(mut draft: Draft, files: usize, config: &Config) -> Result<Draft> {
    draft.files = files;
    finish(&mut draft, &config.managed)?;
    twice(&draft)?;
    Ok(draft)
}

/// Every model file of the project, in the order of paths.
pub fn files(config: &Config) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect(&config.models, &mut Vec::new(), &mut files)?;
    Ok(files)
}

/// Adds to the draft what the text of one file declares.
pub fn declare(text: &str, file: &Path, config: &Config, draft: &mut Draft) -> Result<()> {
    let mut scope = scope(file, config);
    let declared = if is(file, "rs") {
        structs::items(text, file).and_then(|items| structs::declare(items, &scope, draft))
    } else if is(file, "sql") {
        read::statements(text, None, &mut scope, draft)
    } else {
        read::document(text, file).and_then(|document| document.declare(&scope, draft))
    };
    declared.map_err(|error| with_line(error, text))
}

fn scope<'a>(file: &'a Path, config: &'a Config) -> Scope<'a> {
    let schema = Ident::new(config.search_path.first().map_or("public", String::as_str));
    Scope { file, schema, naming: &config.naming, origin: None, places: None }
}

fn is(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|own| own == extension)
}

/// The path as a person would type it.
fn shown(file: &Path, root: &Path) -> PathBuf {
    file.strip_prefix(root).map_or_else(|_| file.to_owned(), Path::to_owned)
}

/// The error shows the line even where the current folder is another one.
fn with_line(error: Error, text: &str) -> Error {
    match error.place().and_then(|place| text.lines().nth(place.line.checked_sub(1)?)) {
        Some(line) => error.line(line),
        None => error,
    }
}

/// `within` are the real paths of the folders that this one is in, so that a link that leads back up ends there.
fn collect(folder: &Path, within: &mut Vec<PathBuf>, files: &mut Vec<PathBuf>) -> Result<()> {
    let real = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if within.contains(&real) {
        return Err(Error::new(format!("{} is a link to a folder that it is in", folder.display()))
            .hint("remove the link: its models would be read without end"));
    }
    within.push(real);
    let entries = std::fs::read_dir(folder).map_err(|cause| {
        Error::io("read the models in", folder, &cause)
            .hint("`autogen init` makes the folder; `models:` in autogen.yaml names it")
    })?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|cause| Error::io("read", folder, &cause))?.path());
    }
    paths.sort();
    for path in paths {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with('.') {
            continue;
        }
        if path.is_dir() {
            collect(&path, within, files)?;
            continue;
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("yaml" | "yml" | "rs" | "sql") => files.push(path),
            _ => {
                return Err(Error::new(format!("not supported: the model file {}", path.display())).hint(
                    "models are .yaml, .rs and .sql files; move anything else out of the folder, or begin its name with a dot",
                ));
            }
        }
    }
    within.pop();
    Ok(())
}

/// What can be said once all files are read: what statements said of things in other files, and who owns what states no owner.
/// What is stated must be managed.
pub fn finish(draft: &mut Draft, managed: &Managed) -> Result<()> {
    statement::settle(draft)?;
    if let Some((aspect, place)) = draft.stated.iter().find(|(aspect, _)| !managed.has(*aspect)) {
        let word = aspect.word();
        return Err(Error::new(format!("{word} are stated here, and not managed"))
            .at(place.clone())
            .hint(format!("add `manage: [{word}]` to autogen.yaml, or take them out of the models")));
    }
    draft.managed = managed.clone();
    let Some((role, place)) = draft.owner.take() else { return Ok(()) };
    let stated: FxHashSet<Id> = draft.entries.iter().map(|entry| entry.object.id()).collect();
    let owned = draft.entries.iter().filter_map(|entry| entry.object.owned_by(&role));
    let owned: Vec<Object> = owned.filter(|owner| !stated.contains(&owner.id())).collect();
    owned.into_iter().for_each(|owner| draft.push(owner, place.clone(), true));
    Ok(())
}

/// One object, declared in two places.
fn twice(draft: &Draft) -> Result<()> {
    let mut seen: FxHashMap<Id, &Place> = FxHashMap::default();
    for entry in draft.entries.iter().filter(|entry| entry.named) {
        let id = entry.object.id();
        if let Some(first) = seen.get(&id) {
            return Err(Error::new(format!("{id} is declared twice"))
                .at(entry.place.clone())
                .detail(format!("first at {first}"))
                .hint("keep one of the two"));
        }
        seen.insert(id, &entry.place);
    }
    Ok(())
}
