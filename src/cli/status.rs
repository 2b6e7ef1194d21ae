//! `autogen status`: which revisions has this database, which has it not, and are they what the files say?
//!
//! One line for each revision, its state in front: first those that were applied, in that order, then what has yet to run. 0
//! all is applied as the files have it, 1 not, 2 could not tell.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use similar::TextDiff;

use super::args::{Format, Global};
use super::output::Output;
use super::session::{self, Session, shown};
use crate::error::{Error, Result};
use crate::project::check::CHANGED;
use crate::project::compare::count;
use crate::render::{JSON_VERSION, Line, Tone};
use crate::revision::{Folder, Stored};
use crate::runner::{self, Applied, Begun, Content, Direction, Ledger, Standing};

pub fn status(global: &Global, format: Format, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    let folder = session::folder(&session.config)?;
    let ledger = session.ledger()?;
    let standing = Standing::of(&folder, &ledger);
    let files: Vec<&Stored> = standing.changed.iter().map(|(_, file)| *file).collect();
    let contents = runner::contents(&mut session.client, &files)?;
    let changes = files.iter().filter_map(|file| Some((file.id(), change(contents.get(file.id())?, file, &session))));
    let status = Status {
        session: &session,
        folder: &folder,
        ledger: &ledger,
        changes: changes.collect(),
        problems: folder.problems(),
        standing,
    };
    let reason = status.reason();
    match format {
        Format::Json => output.result(&format!("{:#}", status.json(reason))),
        Format::Text => status.text(output),
    }
    Ok(u8::from(reason != AT_HEAD))
}

const AT_HEAD: &str = "at head";

struct Status<'a> {
    session: &'a Session,
    folder: &'a Folder,
    ledger: &'a Ledger,
    standing: Standing<'a, 'a>,
    /// What was changed since it was applied, by id.
    changes: BTreeMap<&'a str, Change>,
    /// What is wrong with the graph.
    problems: Vec<Error>,
}

enum Change {
    /// The lines that differ, in diff's unified form.
    Shown(String),
    /// Nothing that could be shown.
    Hidden(&'static str),
}

fn change(content: &Content, file: &Stored, session: &Session) -> Change {
    let Some(applied) = &content.applied else {
        return Change::Hidden("what was applied is not remembered: an older autogen applied it");
    };
    let (before, after) = (format!("{} as applied", file.id()), shown(session, &file.path));
    let diff = TextDiff::from_lines(applied.as_str(), content.now.as_str());
    match diff.unified_diff().context_radius(2).header(&before, &after).to_string() {
        lines if lines.is_empty() => Change::Hidden("the difference is not shown: it may be a password"),
        lines => Change::Shown(lines),
    }
}

impl Status<'_> {
    fn reason(&self) -> &'static str {
        if self.standing.is_odd() || (self.standing.pending.is_empty() && !self.problems.is_empty()) {
            CHANGED
        } else if !self.ledger.begun().is_empty() {
            "half done"
        } else if !self.standing.pending.is_empty() {
            "not at head"
        } else {
            AT_HEAD
        }
    }

    /// The steps of it that have begun, where it is half done.
    fn begun(&self, id: &str) -> Vec<&Begun> {
        self.ledger.begun().iter().filter(|begun| begun.revision == id).collect()
    }

    fn state(&self, row: &Applied) -> &'static str {
        if self.folder.get(&row.id).is_none() {
            "unknown"
        } else if !self.begun(&row.id).is_empty() {
            "half undone"
        } else if self.changes.contains_key(row.id.as_str()) {
            "changed"
        } else {
            "applied"
        }
    }

    fn state_of_pending(&self, file: &Stored) -> &'static str {
        if !self.begun(file.id()).is_empty() {
            "half applied"
        } else if self.above(file).is_some() {
            "slipped in"
        } else if file.revision.waits() {
            "waiting"
        } else {
            "pending"
        }
    }

    /// What is applied and comes after it.
    fn above(&self, file: &Stored) -> Option<&str> {
        self.standing.below.iter().find(|(below, _)| below.id() == file.id()).map(|(_, above)| above.id())
    }

    /// Rows of steps whose revision is neither applied nor in a file.
    fn lost(&self) -> Vec<&str> {
        let known = |id: &str| self.ledger.get(id).is_some() || self.folder.get(id).is_some();
        let mut lost: Vec<&str> = self.ledger.begun().iter().map(|begun| begun.revision.as_str()).collect();
        lost.retain(|id| !known(id));
        lost.dedup();
        lost
    }

    fn text(&self, output: Output) {
        for row in self.ledger.rows() {
            let seconds = row.duration_ms as f64 / 1000.0;
            let (at, by, version) = (&row.applied_at, &row.applied_by, &row.autogen_version);
            let mut notes = vec![format!("applied {at} by {by} in {seconds:.1} s, autogen {version}")];
            notes.extend(self.progress(&row.id));
            output.lines(&[line(self.state(row), &row.id, title(&row.message), &notes)]);
            match self.changes.get(row.id.as_str()) {
                Some(Change::Shown(lines)) => output.lines(&lines.lines().map(coloured).collect::<Vec<_>>()),
                Some(Change::Hidden(why)) => output.result(&format!("    {why}")),
                None => {}
            }
        }
        for file in self.standing.pending.iter().chain(&self.standing.waiting) {
            let below = self.above(file).map(|above| format!("below {above}"));
            let waits = file.revision.waits().then(|| format!("until no program uses {}", file.revision.waits));
            let notes: Vec<String> = below.into_iter().chain(waits).chain(self.progress(file.id())).collect();
            output.lines(&[line(self.state_of_pending(file), file.id(), file.revision.title(), &notes)]);
        }
        for id in self.lost() {
            output.lines(&[line("unknown", id, "", &self.progress(id).into_iter().collect::<Vec<_>>())]);
        }
        self.problems.iter().for_each(|problem| output.warn_of(problem));
        for odd in self.standing.errors() {
            output.warn_of(&odd);
        }
        output.say(&self.sum());
    }

    /// `upgrade began 2026-11-20 09:41:00 UTC, 2 of 4 steps done`
    fn progress(&self, id: &str) -> Option<String> {
        let begun = self.begun(id);
        let first = begun.first()?;
        let done = begun.iter().filter(|begun| begun.finished).count();
        let of = self.steps(id, first.direction).map(|steps| format!(" of {steps}")).unwrap_or_default();
        Some(format!("{} began {}, {done}{of} steps done", first.direction, first.started_at))
    }

    fn steps(&self, id: &str, direction: Direction) -> Option<usize> {
        let file = self.folder.get(id)?;
        let section = match direction {
            Direction::Upgrade => &file.revision.upgrade,
            Direction::Downgrade => &file.revision.downgrade,
        };
        section.steps(&file.path).ok().map(|steps| steps.len())
    }

    /// `the database is at 3f2a: 2 applied, 1 pending`
    fn sum(&self) -> String {
        let heads = self.ledger.stands(self.folder);
        let at = if heads.is_empty() { "base".to_owned() } else { heads.join(", ") };
        let mut counts = vec![format!("{} applied", count(self.ledger.applied().len(), "revision"))];
        for (number, what) in [
            (self.standing.changed.len(), "changed since"),
            (self.standing.unknown.len(), "in no file"),
            (self.standing.pending.len(), "pending"),
            (self.standing.waiting.len(), "waiting"),
        ] {
            counts.extend((number > 0).then(|| format!("{number} {what}")));
        }
        format!("{} is at {at}: {}", self.session.address.describe(), counts.join(", "))
    }

    fn json(&self, reason: &str) -> Value {
        let applied: Vec<Value> = self.ledger.rows().into_iter().map(|row| self.row(row)).collect();
        let pending: Vec<Value> = self.standing.pending.iter().map(|file| self.open(file)).collect();
        let waiting: Vec<Value> = self.standing.waiting.iter().map(|file| self.open(file)).collect();
        let half: Vec<Value> = self.half().into_iter().map(|id| self.half_done(id)).collect();
        json!({
            "version": JSON_VERSION,
            "reason": reason,
            "current": self.ledger.stands(self.folder),
            "applied": applied,
            "pending": pending,
            "waiting": waiting,
            "half_done": half,
            "problems": self.problems.iter().map(Error::message).collect::<Vec<_>>(),
        })
    }

    fn row(&self, row: &Applied) -> Value {
        let file = self.folder.get(&row.id).map(|file| shown(self.session, &file.path));
        let change = match self.changes.get(row.id.as_str()) {
            Some(Change::Shown(lines)) => Some(lines),
            _ => None,
        };
        json!({
            "id": row.id,
            "message": row.message,
            "state": self.state(row),
            "file": file,
            "applied_at": row.applied_at,
            "applied_by": row.applied_by,
            "duration_ms": row.duration_ms,
            "autogen_version": row.autogen_version,
            "change": change,
        })
    }

    fn open(&self, file: &Stored) -> Value {
        json!({
            "id": file.id(),
            "message": file.revision.message,
            "state": self.state_of_pending(file),
            "file": shown(self.session, &file.path),
            "below": self.above(file),
        })
    }

    fn half(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.ledger.begun().iter().map(|begun| begun.revision.as_str()).collect();
        ids.dedup();
        ids
    }

    fn half_done(&self, id: &str) -> Value {
        let begun = self.begun(id);
        let direction = begun.first().map_or(Direction::Upgrade, |begun| begun.direction);
        json!({
            "id": id,
            "direction": direction.word(),
            "began_at": begun.first().map(|begun| &begun.started_at),
            "steps_done": begun.iter().filter(|begun| begun.finished).count(),
            "steps": self.steps(id, direction),
        })
    }
}

fn title(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

/// `pending       3f2a, add due dates`, with the notes behind it.
fn line(state: &'static str, id: &str, title: &str, notes: &[String]) -> Line {
    let tone = match state {
        "applied" => Tone::Plain,
        "pending" => Tone::Added,
        "unknown" | "changed" | "slipped in" => Tone::Removed,
        _ => Tone::Warning,
    };
    let comma = if title.is_empty() { "" } else { ", " };
    let title: String = title.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let notes = if notes.is_empty() { String::new() } else { format!("  ({})", notes.join("; ")) };
    vec![(tone, format!("{state:<12}")), (Tone::Plain, format!(" {id}{comma}{title}")), (Tone::Faint, notes)]
}

fn coloured(line: &str) -> Line {
    let tone = match line.as_bytes().first() {
        Some(b'+') => Tone::Added,
        Some(b'-') => Tone::Removed,
        Some(b'@') => Tone::Faint,
        _ => Tone::Plain,
    };
    vec![(tone, format!("    {line}"))]
}
