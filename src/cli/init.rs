//! `autogen init`: what does a project begin with?

use std::fs;
use std::path::Path;

use super::args::Global;
use super::baseline::{self, Contents};
use super::newly;
use super::output::Output;
use super::run::Run;
use super::session::{self, Session};
use crate::catalog::Catalog;
use crate::config::{self, Config};
use crate::connect::Address;
use crate::error::{Error, Exit, Result};
use crate::model::{self, Form};
use crate::name::Ident;
use crate::project::batch::Batch;
use crate::project::compare::{compare, count};
use crate::project::{InStep, New, editors};
use crate::render;
use crate::revision::Stored;

/// A model to begin with, in each form; it is replaced by the project's own.
const SAMPLE: &str = include_str!("sample.yaml");
const SAMPLE_IN_RUST: &str = include_str!("sample.rs");

/// What autogen keeps for itself, and nobody commits.
const IGNORED: &str = ".autogen/";

pub fn init(dir: &Path, form: Form, output: Output) -> Result<u8> {
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
    let (name, text) = match form {
        Form::Yaml => ("tasks.yaml", SAMPLE),
        Form::Rust => ("tasks.rs", SAMPLE_IN_RUST),
    };
    if fresh {
        batch.file(&schema.join(name), text)?;
    }
    batch.file(&file, Config::sample())?;
    editors::write(dir, &mut batch)?;
    // last, since a line that was added to a file is not taken back
    ignore(&dir.join(".gitignore"), &mut batch)?;
    batch.keep();
    if fresh {
        output.say(&format!("wrote {}", schema.join(name).display()));
    }
    output.say(&format!("wrote {}", file.display()));
    output.say("next: edit the models, then `autogen revision -m \"first tables\"`");
    Ok(0)
}

/// The project of a database that was there first: models, a baseline, and a check that finds nothing, or nothing at all.
pub fn from_database(global: &Global, dir: &Path, form: Form, output: Output) -> Result<u8> {
    if global.config.is_some() && dir != Path::new(".") {
        return Err(Error::new("both a folder and --config say where the project is").hint("leave one of them out"));
    }
    let file = global.config.clone().unwrap_or_else(|| dir.join(config::FILE));
    let mut batch = Batch::default();
    batch.folder(dir)?;
    let (config, fresh) = match file.exists() {
        true => (Config::load(Some(&file), global.env.as_deref())?, false),
        false if global.config.is_some() || global.env.is_some() => {
            return Err(Error::new(format!("there is no {}", file.display()))
                .hint("leave --config and --env out: the file is written here, and says where all is by default"));
        }
        false => (Config::defaults(dir)?, true),
    };
    no_models(&config)?;
    let cache = config.root.join(".autogen");
    let had_cache = cache.exists();
    if !had_cache && Address::find(global.database_url.as_deref(), &config)?.is_none() {
        return Err(Error::new("no database is named")
            .hint("name it with --database-url or DATABASE_URL; `autogen init` alone begins with a sample"));
    }
    let mut adopted = Adopted { batch, form, fresh };
    let done = adopted.adopt(global, config, output);
    match done {
        Ok(code) => {
            adopted.batch.keep();
            Ok(code)
        }
        Err(error) => {
            // what comparing has remembered is of no use without the rest
            if !had_cache {
                let _ = fs::remove_dir_all(cache);
            }
            Err(error)
        }
    }
}

fn no_models(config: &Config) -> Result<()> {
    let models = if config.models.exists() { model::files(config)? } else { Vec::new() };
    match models.first() {
        None => Ok(()),
        Some(model) => Err(Error::no("there are models already").detail(model.display().to_string()).hint(
            "`autogen revision --baseline` begins with the database and leaves models alone; or move these away",
        )),
    }
}

/// A project that is coming to be.
struct Adopted {
    batch: Batch,
    form: Form,
    /// It has no autogen.yaml yet.
    fresh: bool,
}

impl Adopted {
    fn adopt(&mut self, global: &Global, config: Config, output: Output) -> Result<u8> {
        let mut run = Run::of(session::open_project(config, global, output)?, global, output)?;
        let session = &mut run.session;
        let _alone = newly::alone(&session.config, &output.tell());
        let folder = baseline::no_revisions(session)?;
        let live = baseline::live(session)?;
        // from here on a signal waits until what was written can be taken back
        let interrupt = run.options.interrupt.clone();
        let _working = interrupt.work();
        let models = self.models(&live, session)?;
        let in_step = equal(session)?;
        if let Some(signal) = interrupt.signal() {
            return Err(Error::new("interrupted: nothing was written").exit(Exit::Signal(signal)));
        }
        // among several folders, the first
        let first = session.config.revisions.first().cloned();
        let new = New { message: Some("baseline".to_owned()), folder: first, ..New::default() };
        let unmodelled = live.notes.unmodelled.clone();
        let stored = Contents::of(live, &session.config.managed)?.stored(session, &folder, &new)?;
        let (config, batch, fresh) = (session.config.clone(), &mut self.batch, self.fresh);
        baseline::note(&mut run, &stored, &mut |stored: &Stored| {
            baseline::file(batch, stored)?;
            if fresh {
                batch.file(&config.file, Config::sample())?;
            }
            editors::write(&config.root, batch)?;
            // last, since a line that was added to a file is not taken back
            ignore(&config.root.join(".gitignore"), batch)
        })?;
        let session = &run.session;
        let folder = session.config.models.display();
        output.say(&format!("wrote {} to {folder}", count(models, "model file")));
        if fresh {
            output.say(&format!("wrote {}", session.config.file.display()));
        }
        output.say(&format!("wrote {}", stored.path.display()));
        output.say(&format!("the database is at {}, and nothing was run", stored.id()));
        output.say(&format!("in step: {}", in_step.describe(&session.address)));
        output.unmodelled(&unmodelled);
        if global.database_url.is_some() {
            output.say(
                "next: put the address into DATABASE_URL, where `autogen check` and all other commands look for it",
            );
        } else {
            output.say("next: edit the models, then `autogen revision -m …`");
        }
        Ok(u8::from(!unmodelled.is_empty()))
    }

    /// How many files they are.
    fn models(&mut self, live: &Catalog, session: &Session) -> Result<usize> {
        let config = &session.config;
        let schema = Ident::new(config.search_path.first().map_or("public", String::as_str));
        let files = model::write_as(self.form, live, &schema, &config.managed)?;
        self.batch.folder(&config.models)?;
        for folder in &config.revisions {
            self.batch.folder(folder)?;
        }
        for (name, text) in &files {
            let file = config.models.join(name);
            self.batch.file(&file, &editors::headed(text, &file, &config.root)?)?;
        }
        Ok(files.len())
    }
}

/// What was written has to mean what is there.
fn equal(session: &mut Session) -> Result<InStep> {
    let comparison = compare(session)?;
    if let Some(error) = comparison.untold() {
        return Err(error);
    }
    if comparison.is_equal() {
        return Ok(InStep::of(&comparison));
    }
    let lines = render::lines(&comparison.upgrade, false);
    let texts = lines.iter().map(|line| line.iter().map(|(_, text)| text.as_str()).collect::<String>());
    Err(texts.fold(Error::new("the models that were written do not say what the database is"), Error::detail).hint(
        "another session may be changing it: run this again; `autogen inspect --out schema` writes the models alone",
    ))
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
