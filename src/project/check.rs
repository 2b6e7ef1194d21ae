//! Do models, revisions and database agree?
//!
//! A difference is reported only after a second reading gave it too. What is applied has to be what its files say, whatever is
//! remembered of models and database.

use std::path::Path;

use serde_json::{Value, json};

use super::compare::{Comparison, compare_plainly, pending};
use super::in_step::{InStep, Memory};
use super::renames::{self, Question};
use super::session::{self, Session};
use crate::error::{Error, Result};
use crate::render;
use crate::revision::Stored;
use crate::runner::{self, Standing};

/// A file of an applied revision is gone or other than it was, or one has come in below an applied one.
pub const CHANGED: &str = "changed revision";

/// The answer, and all that led to it.
#[derive(Debug)]
pub struct Check {
    pub verdict: Verdict,
    pub found: Found,
    /// Revisions that are in files and not in the database: `3f2a9c1d7b04, add due dates`.
    pub pending: Vec<String>,
    /// What waits until it is named, which nobody need run.
    pub waiting: Vec<String>,
    /// How what is applied is other than its files say.
    pub changed: Vec<Error>,
    /// What to run where something is pending.
    pub to_head: &'static str,
    /// Differences that may be renames.
    pub questions: Vec<Question>,
    /// `changed`, for a program.
    odd: Vec<Value>,
}

/// What models and database were found to be.
#[derive(Debug)]
pub enum Found {
    /// As they were when they were last found in step: nothing was compared.
    Unchanged(InStep),
    Compared(Box<Comparison>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    InStep,
    /// What is applied is other than its files say.
    Changed,
    /// Models and database differ.
    Drift,
    NotAtHead,
    /// Something could not be compared.
    Unknown,
}

impl Verdict {
    /// What `autogen check` exits with.
    pub fn code(self) -> u8 {
        match self {
            Verdict::InStep => 0,
            Verdict::Changed | Verdict::Drift | Verdict::NotAtHead => 1,
            Verdict::Unknown => 2,
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Verdict::InStep => "in step",
            Verdict::Changed => CHANGED,
            Verdict::Drift => "drift",
            Verdict::NotAtHead => "not at head",
            Verdict::Unknown => "could not tell",
        }
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// With `anew`, nothing that is remembered is the answer.
pub(super) fn check(session: &mut Session, anew: bool) -> Result<Check> {
    let folder = session::folder(&session.config)?;
    let ledger = session.ledger()?;
    let standing = Standing::of(&folder, &ledger);
    let mut check = Check {
        verdict: Verdict::InStep,
        found: Found::Unchanged(InStep::default()),
        pending: pending(&standing),
        waiting: standing.waiting.iter().map(|file| runner::waits(file)).collect(),
        changed: standing.errors(),
        to_head: session::to_head(&folder),
        questions: Vec::new(),
        odd: odd(&standing, &session.config.root),
    };
    let agree = check.pending.is_empty() && !standing.is_odd();
    let memory = (agree && check.waiting.is_empty() && session.remembers && !anew)
        .then(|| Memory::of(&session.config, &session.models, &mut session.client));
    if let Some(found) = memory.as_ref().and_then(Memory::unchanged) {
        check.found = Found::Unchanged(found.clone());
        return Ok(check);
    }
    let mut comparison = compare_plainly(session)?;
    if !comparison.is_equal() {
        comparison = compare_plainly(session)?;
    }
    check.verdict = if standing.is_odd() {
        Verdict::Changed
    } else if !check.pending.is_empty() {
        Verdict::NotAtHead
    } else if !comparison.is_equal() {
        Verdict::Drift
    } else if !comparison.unknowns.is_empty() {
        Verdict::Unknown
    } else {
        Verdict::InStep
    };
    if check.verdict == Verdict::Drift {
        check.questions = renames::open_of(&comparison, &session.config)?;
    }
    if let Some(memory) = memory.filter(|_| check.verdict == Verdict::InStep) {
        memory.keep(&comparison, &session.config, &mut session.client);
    }
    check.found = Found::Compared(Box::new(comparison));
    Ok(check)
}

impl Check {
    pub fn is_in_step(&self) -> bool {
        self.verdict == Verdict::InStep
    }

    /// What was compared, unless all is as it was.
    pub fn comparison(&self) -> Option<&Comparison> {
        match &self.found {
            Found::Unchanged(_) => None,
            Found::Compared(comparison) => Some(comparison),
        }
    }

    /// What `autogen check --format json` prints.
    pub fn json(&self) -> Value {
        let (differences, unknown, unmodelled, hints) = match &self.found {
            Found::Unchanged(found) => (Vec::new(), Vec::new(), found.unmodelled.clone(), found.hints.clone()),
            Found::Compared(comparison) => {
                (render::json(&comparison.upgrade), comparison.unknown(), comparison.unmodelled(), comparison.hints())
            }
        };
        json!({
            "version": render::JSON_VERSION,
            "reason": self.verdict.word(),
            "differences": differences,
            "unknown": unknown,
            "unmodelled": unmodelled,
            "pending": self.pending,
            "waiting": self.waiting,
            "revisions": self.odd,
            "questions": renames::show::json(&self.questions),
            "hints": hints,
        })
    }
}

/// Revisions that are not as they were applied.
fn odd(standing: &Standing<'_, '_>, root: &Path) -> Vec<Value> {
    let shown = |file: &Stored| file.path.strip_prefix(root).unwrap_or(&file.path).display().to_string();
    let unknown = standing.unknown.iter().map(|row| {
        let (at, by) = (&row.applied_at, &row.applied_by);
        json!({ "id": row.id, "state": "unknown", "file": null, "applied_at": at, "applied_by": by })
    });
    let changed = standing.changed.iter().map(|(row, file)| {
        let (at, by) = (&row.applied_at, &row.applied_by);
        json!({ "id": row.id, "state": "changed", "file": shown(file), "applied_at": at, "applied_by": by })
    });
    let below = standing.below.iter().map(
        |(file, above)| json!({ "id": file.id(), "state": "slipped in", "file": shown(file), "below": above.id() }),
    );
    unknown.chain(changed).chain(below).collect()
}
