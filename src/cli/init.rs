//! `autogen init`: what does a project begin with?

use std::fs;
use std::path::Path;

use super::batch::Batch;
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
    let mut batch = Batch::default();
    batch.folder(dir)?;
    let schema = dir.join("schema");
    let fresh = !schema.exists();
    batch.folder(&schema)?;
    batch.folder(&dir.join("revisions"))?;
    if fresh {
        batch.file(&schema.join("tasks.yaml"), SAMPLE)?;
    }
    batch.file(&file, Config::sample())?;
    // last, since a line that was added to a file is not taken back
    ignore(&dir.join(".gitignore"), &mut batch)?;
    batch.keep();
    if fresh {
        output.say(&format!("wrote {}", schema.join("tasks.yaml").display()));
    }
    output.say(&format!("wrote {}", file.display()));
    output.say("next: edit the models, then `autogen revision -m \"first tables\"`");
    Ok(0)
}

fn ignore(file: &Path, batch: &mut Batch) -> Result<()> {
    let before = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(cause) => return Err(Error::io("read", file, &cause)),
    };
    if before.lines().any(|line| line.trim().trim_end_matches('/') == IGNORED.trim_end_matches('/')) {
        return Ok(());
    }
    let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    batch.file(file, &format!("{before}{gap}{IGNORED}\n"))
}
