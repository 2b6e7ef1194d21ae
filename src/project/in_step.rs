//! Is everything as it was when it was last found in step?
//!
//! Who checks in a hook or an editor asks mostly about what has not changed. `.autogen/in_step.json` keeps the last answer "in
//! step" under a hash of all that went in (the program, the settings, the models) and the fingerprint of the catalog that was
//! read. Invariant: it is a cache, of that answer alone: whatever is wrong with it is passed over, and a difference is never
//! remembered.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use postgres::Client;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::cache;
use super::compare::{Comparison, count};
use super::models::Models;
use crate::config::Config;
use crate::connect::Address;
use crate::hex::hex;
use crate::introspect;
use crate::ours::PRESETS;

const FILE: &str = "in_step.json";

/// Some ten thousand things that are not modelled. A file that is larger was not written here.
const BYTES: u64 = 1 << 20;

/// What is said of models and a database that are in step.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct InStep {
    pub tables: usize,
    /// How many model files there are.
    pub files: usize,
    pub schemas: Vec<String>,
    pub unmodelled: Vec<String>,
    /// What models say of the way, and nothing does any more.
    pub hints: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    inputs: String,
    /// Asked for from the second time on: who checks once, as CI does, need not wait for it.
    catalog: Option<String>,
    found: InStep,
}

/// What an earlier check has left, and what this one may leave.
pub struct Memory {
    /// `None`: they cannot be read, which is for somebody else to say.
    inputs: Option<String>,
    before: Option<Kept>,
    /// As it was before anything else was read.
    catalog: Option<String>,
}

impl Memory {
    pub fn of(config: &Config, models: &Models, client: &mut Client) -> Self {
        let inputs = inputs(config, models);
        let before = read(&config.root).filter(|kept| Some(&kept.inputs) == inputs.as_ref());
        let catalog = before.as_ref().and_then(|_| introspect::fingerprint(client));
        Self { inputs, before, catalog }
    }

    /// What there is to say, if nothing has changed.
    pub fn unchanged(&self) -> Option<&InStep> {
        let before = self.before.as_ref()?;
        (self.catalog.is_some() && self.catalog == before.catalog).then_some(&before.found)
    }

    /// For next time. What changed while it was read is not kept.
    pub fn keep(self, comparison: &Comparison, config: &Config, client: &mut Client) {
        let rules = config.rules.of(&comparison.live.server.extensions);
        // which tables are somebody else's is then said by rows of a table, and not by the catalog
        let told = PRESETS.iter().any(|preset| preset.parents.is_some() && rules.has_preset(preset.name));
        let Some(inputs) = self.inputs.filter(|_| !told && comparison.left_out.is_empty()) else { return };
        let catalog = self.catalog.filter(|before| introspect::fingerprint(client).as_ref() == Some(before));
        let kept = Kept { inputs, catalog, found: InStep::of(comparison) };
        if let Ok(text) = serde_json::to_string_pretty(&kept) {
            cache::replace(&config.root, FILE, &text);
        }
    }
}

impl InStep {
    pub fn of(comparison: &Comparison) -> Self {
        Self {
            tables: comparison.wanted.objects().keys().filter(|id| id.tag.word() == "table").count(),
            files: comparison.files,
            schemas: comparison.live.server.schemas.clone(),
            unmodelled: comparison.unmodelled(),
            hints: comparison.hints(),
        }
    }

    /// `12 tables in 9 files equal public, audit of todo on localhost`
    pub fn describe(&self, address: &Address) -> String {
        let (tables, files) = (count(self.tables, "table"), count(self.files, "file"));
        format!("{tables} in {files} equal {} of {}", self.schemas.join(", "), address.describe())
    }
}

fn read(root: &Path) -> Option<Kept> {
    serde_json::from_str(&cache::read(root, FILE, BYTES)?).ok()
}

/// A hash of everything but the database that the answer depends on.
fn inputs(config: &Config, models: &Models) -> Option<String> {
    // where the database is, and which revisions there are, is looked at every time
    let Config {
        file: _,
        new_files: _,
        root,
        environment: _,
        models: _,
        revisions: _,
        schemas,
        search_path,
        naming,
        renames,
        names_follow,
        rules,
        managed,
        running: _,
        database: _,
        online: _,
        vars: _,
    } = config;
    let program = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let built = program.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let settings = (schemas, search_path, naming, renames, names_follow, rules, managed);
    let mut hash = Sha256::new();
    hash.update(format!("{} {} {built:?} {settings:?}", env!("CARGO_PKG_VERSION"), program.len()));
    for file in models.files(config)?.ok()? {
        let bytes = fs::read(&file).ok()?;
        hash.update(format!("\n{:?} {}\n", file.strip_prefix(root).unwrap_or(&file), bytes.len()));
        hash.update(bytes);
    }
    Some(hex(hash.finalize()))
}
