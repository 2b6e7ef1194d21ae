//! What do the commands of `post_write:` make of a new revision file?
//!
//! Invariant: a file stays whatever becomes of them, and is still the revision that was written, or an error says so.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::batch::Batch;
use super::newly;
use super::notice::Tell;
use crate::config::{Config, Hook};
use crate::error::{Error, Result};
use crate::revision::{self, Folder, Stored};

/// Runs each command on each file, in the order of autogen.yaml.
pub fn run(config: &Config, folder: &Folder, files: &[(PathBuf, String)], tell: &Tell) -> Result<()> {
    if config.new_files.post_write.is_empty() {
        return Ok(());
    }
    let mut folder = folder.clone();
    for (file, text) in files {
        for hook in &config.new_files.post_write {
            call(config, hook, file, tell)?;
        }
        folder = look_over(config, &folder, file, text)?;
    }
    Ok(())
}

fn call(config: &Config, hook: &Hook, file: &Path, tell: &Tell) -> Result<()> {
    let shown = file.strip_prefix(&config.root).unwrap_or(file).display().to_string();
    // no file is taken for an option
    let named = if shown.starts_with('-') { format!("./{shown}") } else { shown.clone() };
    let words = hook.on(&named);
    let [program, arguments @ ..] = words.as_slice() else { return Ok(()) };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&config.root).stdin(Stdio::null());
    let failed = |what: String| {
        Error::no(format!("the post_write command {program} {what}"))
            .detail(format!("it ran as: {}", words.join(" ")))
            .hint(format!("{shown} is written and stays; correct it or the command, which is not run again by itself"))
    };
    let done = command.output().map_err(|cause| {
        let why = cause.to_string().to_lowercase();
        failed(format!("could not be started: {}", why.split(" (os error").next().unwrap_or_default()))
    })?;
    let said = [&done.stdout, &done.stderr].map(|bytes| String::from_utf8_lossy(bytes).trim_end().to_owned());
    let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
    if !done.status.success() {
        let error = failed(format!("failed with {}", done.status));
        return Err(if said.is_empty() { error } else { error.detail(said) });
    }
    if !said.is_empty() {
        tell.say(&said);
    }
    Ok(())
}

/// What the commands left has to be the revision still. That they wrote its statements another way is no person's edit, so
/// the file's own fingerprint follows.
fn look_over(config: &Config, folder: &Folder, file: &Path, before: &str) -> Result<Folder> {
    let shown = file.strip_prefix(&config.root).unwrap_or(file).display().to_string();
    let spoiled = |error: Error| {
        let error = error.detail(format!("{shown} was whole before the commands of `post_write:` ran"));
        error.hint("correct the file, and the command that wrote it")
    };
    let mut stored = Stored::read(file).map_err(spoiled)?;
    stored.revision.upgrade.check(file).map_err(spoiled)?;
    stored.revision.downgrade.check(file).map_err(spoiled)?;
    let written = revision::parse(file, before)?;
    if stored.id() != written.id {
        let error = Error::new(format!("the file of revision {} now says that it is {}", written.id, stored.id()));
        return Err(spoiled(error.at(crate::error::Place::new(file, 1, 1))));
    }
    let fingerprint = revision::fingerprint(&stored.revision);
    if stored.revision.fingerprint == written.fingerprint && fingerprint != written.fingerprint {
        stored.text = revision::with_fingerprint(&stored.text, &fingerprint);
        stored.revision.fingerprint = fingerprint;
        let mut batch = Batch::default();
        batch.file(file, &stored.text)?;
        batch.keep();
    }
    newly::among(folder, stored).map_err(spoiled)
}
