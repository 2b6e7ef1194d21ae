//! `autogen edit`: a revision file in the person's own editor.

use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;

use super::args::Global;
use super::output::Output;
use super::session;
use crate::error::{Error, Result};
use crate::revision::Stored;

/// Tried where neither variable says anything.
const EDITORS: [&str; 4] = ["sensible-editor", "nano", "vim", "vi"];

pub fn edit(global: &Global, target: &str, output: Output) -> Result<u8> {
    let config = session::config(global)?;
    let folder = session::folder(&config)?;
    let current = session::current(global, target, &folder, output)?;
    let ids = folder.resolve(target, &current)?;
    let files: Vec<&Stored> = ids.iter().filter_map(|id| folder.get(id)).collect();
    if files.is_empty() {
        return Err(Error::no(format!("{target} is no revision")).hint("`autogen history` lists the revisions"));
    }
    let editor = editor()?;
    // as git does: the value may hold arguments, and a file's name stays one word whatever is in it
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{editor} \"$@\"")).arg(&editor).args(files.iter().map(|file| &file.path));
    let status = command.status().map_err(|cause| Error::new(format!("cannot start {editor}: {cause}")))?;
    if !status.success() {
        return Err(Error::new(format!("{editor} ended with {status}")).hint("set EDITOR to the editor you use"));
    }
    // says what is wrong with it now, while it is still in mind
    let folder = session::folder(&config)?;
    for file in files {
        let Some(now) = folder.iter().find(|now| now.path == file.path) else { continue };
        now.revision.upgrade.check(&now.path)?;
        now.revision.downgrade.check(&now.path)?;
        let what = if now.text == file.text { "unchanged" } else { "written" };
        output.say(&format!("{what}: {}", now.path.strip_prefix(&config.root).unwrap_or(&now.path).display()));
    }
    Ok(0)
}

fn editor() -> Result<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    if let Some(editor) = set("EDITOR").or_else(|| set("VISUAL")) {
        return Ok(editor);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there =
        |name: &&str| std::env::split_paths(&path).any(|dir: std::path::PathBuf| Path::is_file(&dir.join(name)));
    let known = EDITORS.into_iter().find(there).filter(|_| std::io::stdin().is_terminal());
    known.map(str::to_owned).ok_or_else(|| Error::new("there is no editor").hint("set EDITOR, as in `EDITOR=nano`"))
}
