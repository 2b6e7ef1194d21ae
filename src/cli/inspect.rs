//! `autogen inspect`: how would one declare what is there?

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;

use super::args::Global;
use super::output::Output;
use super::session;
use crate::error::{Error, Result};
use crate::introspect;
use crate::model::{self, Form};
use crate::name::Ident;
use crate::ours;
use crate::project::batch::Batch;
use crate::project::editors;

/// How models are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Models {
    Yaml,
    Rust,
}

impl From<Models> for Form {
    fn from(models: Models) -> Self {
        match models {
            Models::Yaml => Form::Yaml,
            Models::Rust => Form::Rust,
        }
    }
}

pub fn inspect(global: &Global, form: Form, out: &Path, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    let config = &session.config;
    let live = introspect::introspect(&mut session.client, &config.asked(false), || Ok(BTreeSet::new()))?;
    let catalog = ours::without_spared(live.catalog);
    let schema = Ident::new(session.config.search_path.first().map_or("public", String::as_str));
    let files = model::write_as(form, &catalog, &schema, &session.config.managed)?;
    if out == Path::new("-") {
        let mark = if form == Form::Rust { "//" } else { "#" };
        for (name, text) in &files {
            output.raw(&format!("{mark} {name}\n{text}"));
        }
    } else {
        let folder = if out.is_absolute() { out.to_owned() } else { session.config.root.join(out) };
        let taken = files.keys().map(|name| folder.join(name)).find(|file| file.exists());
        if let Some(taken) = taken {
            return Err(Error::new(format!("{} is there already", taken.display()))
                .hint("name another folder with --out, or move the old models away"));
        }
        let mut batch = Batch::default();
        batch.folder(&folder)?;
        for (name, text) in &files {
            let file = folder.join(name);
            batch.file(&file, &editors::headed(text, &file, &session.config.root)?)?;
        }
        batch.keep();
        output.say(&format!("wrote {} to {}", crate::project::compare::count(files.len(), "file"), folder.display()));
    }
    let unmodelled = &catalog.notes.unmodelled;
    output.unmodelled(unmodelled);
    Ok(u8::from(!unmodelled.is_empty()))
}
