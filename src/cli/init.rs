//! `autogen init`: what does a project begin with?

use std::fs;
use std::path::Path;

use super::output::Output;
use crate::config::{self, Config};
use crate::error::{Error, Result};

/// A model to begin with; it is replaced by the project's own.
const SAMPLE: &str = include_str!("sample.yaml");

/// What autogen keeps for itself, and nobody commits.
const IGNORED: &str = ".autogen/";

pub fn init(dir: &Path, output: Output) -> Result<u8> {
    let file = dir.join(config::FILE);
    if file.exists() {
        return Err(Error::new(format!("{} is there already", file.display()))
            .hint("edit it, or name another folder: `autogen init DIR`"));
    }
    make(dir)?;
    let schema = dir.join("schema");
    let fresh = !schema.exists();
    make(&schema)?;
    make(&dir.join("revisions"))?;
    if fresh {
        write(&schema.join("tasks.yaml"), SAMPLE)?;
        output.say(&format!("wrote {}", schema.join("tasks.yaml").display()));
    }
    ignore(&dir.join(".gitignore"))?;
    // last, since it is what says that there is a project
    write(&file, Config::sample())?;
    output.say(&format!("wrote {}", file.display()));
    output.say("next: edit the models, then `autogen revision -m \"first tables\"`");
    Ok(0)
}

fn make(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).map_err(|cause| Error::io("make the folder", dir, &cause))
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).map_err(|cause| Error::io("write", file, &cause))
}

fn ignore(file: &Path) -> Result<()> {
    let before = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(Error::io("read", file, &cause)),
    };
    if before.lines().any(|line| line.trim().trim_end_matches('/') == IGNORED.trim_end_matches('/')) {
        return Ok(());
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    write(file, &format!("{before}{gap}{IGNORED}\n"))
}
