//! `autogen check`: do models, revisions and database agree?
//!
//! 0 yes, 1 no, 2 could not tell. A difference is reported only after a second reading gave it too. What is applied has to be
//! what its files say, whatever is remembered of models and database.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::args::{Format, Global};
use super::compare::{Comparison, compare_plainly, count, pending};
use super::in_step::{InStep, Memory};
use super::output::Output;
use super::renames::{self, Question};
use super::session::{self, Session};
use crate::error::Result;
use crate::render;
use crate::revision::Stored;
use crate::runner::{self, Ledger, Standing};

/// A file of an applied revision is gone or other than it was, or one has come in below an applied one.
pub const CHANGED: &str = "changed revision";

pub fn check(global: &Global, format: Format, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    let folder = session::folder(&session.config)?;
    let ledger = Ledger::read_there(&mut session.client, session.has_ledger)?;
    let standing = Standing::of(&folder, &ledger);
    let root = session.config.root.clone();
    let waiting = standing.waiting.iter().map(|file| runner::waits(file)).collect();
    let books = Books { pending: pending(&standing), waiting, to_head: session::to_head(&folder), standing, root };
    // the order of columns, which -v tells, is not remembered
    let memory = (books.agree() && books.waiting.is_empty() && !output.verbose)
        .then(|| Memory::of(&session.config, &mut session.client));
    if let Some(found) = memory.as_ref().and_then(Memory::unchanged) {
        match format {
            Format::Json => output.result(&format!("{:#}", agreed(found))),
            Format::Text => {
                output.unmodelled(&found.unmodelled);
                say_in_step(&session, found, output);
            }
        }
        return Ok(Verdict::InStep.code());
    }
    let mut comparison = compare_plainly(&mut session)?;
    if !comparison.is_equal() {
        comparison = compare_plainly(&mut session)?;
    }
    let verdict = Verdict::of(&comparison, &books);
    let questions = match verdict {
        Verdict::Drift => renames::open_of(&comparison, &session.config)?,
        _ => Vec::new(),
    };
    match format {
        Format::Json => output.result(&format!("{:#}", json(&comparison, &books, verdict, &questions))),
        Format::Text => text(&session, &comparison, &books, verdict, &questions, output),
    }
    if let Some(memory) = memory.filter(|_| verdict == Verdict::InStep) {
        memory.keep(&comparison, &session.config, &mut session.client);
    }
    let answer = match (verdict, comparison.untold()) {
        (Verdict::Unknown, Some(error)) if format == Format::Text => Err(error),
        _ => Ok(verdict.code()),
    };
    // the process ends: taking two catalogs apart, object by object, would be for nothing
    std::mem::forget(comparison);
    answer
}

/// What the files and the bookkeeping say.
struct Books<'a> {
    standing: Standing<'a, 'a>,
    pending: Vec<String>,
    /// What waits until it is named, which nobody need run.
    waiting: Vec<String>,
    /// What to run where something is pending.
    to_head: &'static str,
    /// The project's folder.
    root: PathBuf,
}

impl Books<'_> {
    fn shown(&self, file: &Stored) -> String {
        file.path.strip_prefix(&self.root).unwrap_or(&file.path).display().to_string()
    }

    fn agree(&self) -> bool {
        self.pending.is_empty() && !self.standing.is_odd()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    InStep,
    Changed,
    Drift,
    NotAtHead,
    Unknown,
}

impl Verdict {
    fn of(comparison: &Comparison, books: &Books<'_>) -> Self {
        if books.standing.is_odd() {
            Verdict::Changed
        } else if !books.pending.is_empty() {
            Verdict::NotAtHead
        } else if !comparison.is_equal() {
            Verdict::Drift
        } else if !comparison.unknowns.is_empty() {
            Verdict::Unknown
        } else {
            Verdict::InStep
        }
    }

    fn code(self) -> u8 {
        match self {
            Verdict::InStep => 0,
            Verdict::Changed | Verdict::Drift | Verdict::NotAtHead => 1,
            Verdict::Unknown => 2,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Verdict::InStep => "in step",
            Verdict::Changed => CHANGED,
            Verdict::Drift => "drift",
            Verdict::NotAtHead => "not at head",
            Verdict::Unknown => "could not tell",
        }
    }
}

fn text(
    session: &Session,
    comparison: &Comparison,
    books: &Books<'_>,
    verdict: Verdict,
    questions: &[Question],
    output: Output,
) {
    let pending = &books.pending;
    output.unmodelled(&comparison.live.catalog.notes.unmodelled);
    output.left_out(&comparison.left_out);
    if output.verbose {
        comparison.column_orders().iter().for_each(|order| output.detail(order));
    }
    for odd in books.standing.errors() {
        let text = odd.to_string();
        output.say(&format!("{CHANGED}: {}", text.strip_prefix("error: ").unwrap_or(&text)));
    }
    if !pending.is_empty() {
        output.say(&format!("not at head: {} pending", count(pending.len(), "revision")));
        for revision in pending {
            output.say(&format!("  {revision}"));
        }
        if verdict == Verdict::NotAtHead {
            output.say(&format!("  hint: run `{}`, then check again", books.to_head));
        }
    }
    // what is still to run would look like drift
    if pending.is_empty() && !comparison.is_equal() {
        let ops = comparison.upgrade.statements.iter().map(|statement| statement.ops.len()).sum();
        output.say(&format!(
            "drift: {} between the models and {}",
            count(ops, "difference"),
            session.address.describe()
        ));
        output.lines(&render::lines(&comparison.upgrade, output.verbose));
        renames::show::lines(questions).iter().for_each(|line| output.say(&format!("  {line}")));
        output.say("  hint: `autogen revision -m …` writes what makes the database follow the models");
        output
            .say("  hint: what was changed by hand and is to stay belongs into the models: `autogen inspect` shows it");
        for unknown in &comparison.unknowns {
            output.say(&format!("could not tell: {}: {}", unknown.id, unknown.reason));
        }
    }
    books.waiting.iter().for_each(|waits| output.say(&format!("waiting: {waits}")));
    if verdict == Verdict::InStep {
        say_in_step(session, &InStep::of(comparison), output);
    }
}

fn say_in_step(session: &Session, found: &InStep, output: Output) {
    output.say(&format!("in step: {}", found.describe(&session.address)));
    for hint in &found.hints {
        output.say(&format!("done here, and out of the model once it is done everywhere: {hint}"));
    }
}

/// The same as [`json`] of a comparison that found nothing.
fn agreed(found: &InStep) -> Value {
    told(Told { unmodelled: &found.unmodelled, hints: &found.hints, ..Told::of(Verdict::InStep) })
}

fn json(comparison: &Comparison, books: &Books<'_>, verdict: Verdict, questions: &[Question]) -> Value {
    told(Told {
        differences: render::json(&comparison.upgrade),
        unknown: comparison.unknown(),
        unmodelled: &comparison.unmodelled(),
        pending: &books.pending,
        waiting: &books.waiting,
        revisions: odd(books),
        questions: renames::show::json(questions),
        hints: &comparison.hints(),
        ..Told::of(verdict)
    })
}

/// What `--format json` prints.
struct Told<'a> {
    verdict: Verdict,
    differences: Vec<Value>,
    unknown: Vec<Value>,
    unmodelled: &'a [String],
    pending: &'a [String],
    waiting: &'a [String],
    revisions: Vec<Value>,
    questions: Vec<Value>,
    hints: &'a [String],
}

impl Told<'_> {
    /// With nothing else to say.
    fn of(verdict: Verdict) -> Self {
        let (differences, unknown, revisions, questions) = Default::default();
        let (unmodelled, pending, waiting, hints) = Default::default();
        Self { verdict, differences, unknown, unmodelled, pending, waiting, revisions, questions, hints }
    }
}

fn told(told: Told) -> Value {
    json!({
        "version": render::JSON_VERSION,
        "reason": told.verdict.word(),
        "differences": told.differences,
        "unknown": told.unknown,
        "unmodelled": told.unmodelled,
        "pending": told.pending,
        "waiting": told.waiting,
        "revisions": told.revisions,
        "questions": told.questions,
        "hints": told.hints,
    })
}

/// Revisions that are not as they were applied.
fn odd(books: &Books<'_>) -> Vec<Value> {
    let (standing, shown) = (&books.standing, |file: &Stored| books.shown(file));
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
