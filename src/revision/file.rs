//! How is a revision written as one SQL file, and read back without loss?
//!
//! Invariants: `parse(write(r)) == r`, and `write(parse(text)) == text` for a file that [`write`] made and a person edited
//! inside its sections, but for the one blank line that an empty upgrade always has. A marker counts at the start of a
//! line, outside quotes, dollar quotes and block comments; a line `\quit` stands between the sections, since `psql -f` would
//! run both directions without it.

use std::path::Path;

use crate::error::{Error, Result, did_you_mean};
use crate::lex::{Fault, Kind, Lexeme, Lexer};

use super::Revision;
use super::header;
use super::refuse;
use super::script::Script;
use super::source::{Cursor, Source};

const QUIT: &str = "\\quit";
const MARKERS: [&str; 5] = ["upgrade", "downgrade", "step transaction", "step no-transaction", "step batch"];
/// What a marker of a batch begins with; settings may follow.
pub(super) const BATCH: &str = "step batch";

pub fn write(revision: &Revision) -> String {
    let mut out = String::new();
    header::write(revision, &mut out);
    out.push_str("-- autogen:upgrade\n");
    out.push_str(revision.upgrade.text());
    out.push_str("\n\\quit\n-- autogen:downgrade\n");
    out.push_str(revision.downgrade.text());
    out
}

/// Reads a revision file. Damage is an error with its place; a section whose statements cannot be told apart is damage,
/// one that the runner would refuse ([`Script::check`]) is not.
pub fn parse(path: &Path, text: &str) -> Result<Revision> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source { path, text, first_line: 1 };
    let (mut revision, body) = header::parse(&source)?;
    let sections = Sections::find(&source, body)?;
    let mut cursor = Cursor::new(1);
    cursor.forward(text, sections.upgrade.0);
    revision.upgrade = Script::on_line(&text[sections.upgrade.0..sections.upgrade.1], cursor.line);
    cursor.forward(text, sections.downgrade);
    revision.downgrade = Script::on_line(&text[sections.downgrade..], cursor.line);
    revision.upgrade.steps(path)?;
    revision.downgrade.steps(path)?;
    Ok(revision)
}

/// What stands after `-- autogen:`, where the comment at this place is a marker.
pub(super) fn marker_at<'a>(text: &str, lexeme: &Lexeme<'a>) -> Option<&'a str> {
    let starts_line = lexeme.start == 0 || text.as_bytes()[lexeme.start - 1] == b'\n';
    if starts_line && lexeme.kind == Kind::Comment { header::marker(lexeme.text) } else { None }
}

pub(super) fn unknown_marker(source: &Source<'_>, at: usize, marker: &str) -> Error {
    let error = source.error(at, format!("unknown marker `-- autogen:{marker}`"));
    match did_you_mean(marker, MARKERS) {
        Some(known) => error.hint(format!("did you mean `-- autogen:{known}`?")),
        None => {
            error.hint(format!("the markers are {}", MARKERS.map(|known| format!("`-- autogen:{known}`")).join(", ")))
        }
    }
}

pub(super) fn fault(source: &Source<'_>, fault: &Fault) -> Error {
    source.error(fault.at, fault.message).hint("close it; all the text below it is taken for a part of it")
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Before,
    Upgrade { start: usize },
    Quit { start: usize, end: usize },
    Downgrade { upgrade: (usize, usize), start: usize },
}

/// The bytes of both sections.
struct Sections {
    upgrade: (usize, usize),
    downgrade: usize,
}

impl Sections {
    fn find(source: &Source<'_>, body: usize) -> Result<Self> {
        let mut state = State::Before;
        let mut lexer = Lexer::new(&source.text[body..]);
        while let Some(next) = lexer.next() {
            let lexeme = match next {
                Ok(lexeme) => Lexeme { start: lexeme.start + body, ..lexeme },
                Err(Fault { message, at }) => {
                    let before = Source { text: &source.text[..body + at], ..*source };
                    refuse::copied_data(&before, body)?;
                    return Err(fault(source, &Fault { message, at: body + at }));
                }
            };
            if let Some(marker) = marker_at(source.text, &lexeme) {
                state = state.marker(source, lexeme.start, marker)?;
            } else if is_quit(source.text, &lexeme) && matches!(state, State::Upgrade { .. }) {
                lexer.next();
                state = state.quit(lexeme.start);
            } else if matches!(state, State::Quit { .. }) {
                return Err(source
                    .error(lexeme.start, "this stands between `\\quit` and `-- autogen:downgrade`, in no section")
                    .hint("move it into one of the two sections"));
            }
        }
        match state {
            State::Downgrade { upgrade, start } => Ok(Self { upgrade, downgrade: start }),
            _ => Err(source
                .error(source.text.len(), "there is no `-- autogen:downgrade` line")
                .hint("end the upgrade with a line `\\quit` and a line `-- autogen:downgrade`; nothing need follow")),
        }
    }
}

impl State {
    fn marker(self, source: &Source<'_>, at: usize, marker: &str) -> Result<Self> {
        let start = source.text[at..].find('\n').map_or(source.text.len(), |newline| at + newline + 1);
        let wrong = |message: &str, hint: &str| Err(source.error(at, message).hint(hint));
        match (marker, self) {
            ("upgrade", State::Before) => Ok(State::Upgrade { start }),
            ("upgrade", _) => wrong("a second `-- autogen:upgrade`", "keep one section for each direction"),
            ("downgrade", State::Before) => wrong(
                "`-- autogen:downgrade` stands before `-- autogen:upgrade`",
                "put the upgrade first, then a line `\\quit`, then the downgrade",
            ),
            ("downgrade", State::Upgrade { .. }) => wrong(
                "there is no `\\quit` line above `-- autogen:downgrade`",
                "put a line `\\quit` above it: without it `psql -f` would run the upgrade and then undo it",
            ),
            ("downgrade", State::Quit { start: from, end }) => Ok(State::Downgrade { upgrade: (from, end), start }),
            ("downgrade", State::Downgrade { .. }) => {
                wrong("a second `-- autogen:downgrade`", "keep one section for each direction")
            }
            (step, State::Upgrade { .. } | State::Downgrade { .. }) if is_step(step) => Ok(self),
            (step, _) if is_step(step) => wrong(
                "a step marker outside the sections",
                "put it below `-- autogen:upgrade` or `-- autogen:downgrade`",
            ),
            _ => Err(unknown_marker(source, at, marker)),
        }
    }

    /// The upgrade ends before the line break that `\quit` follows, so that any text of a section can be written.
    fn quit(self, at: usize) -> Self {
        match self {
            State::Upgrade { start } => State::Quit { start, end: at.saturating_sub(1).max(start) },
            other => other,
        }
    }
}

fn is_step(marker: &str) -> bool {
    let batch = marker.strip_prefix(BATCH).is_some_and(|settings| settings.is_empty() || settings.starts_with(' '));
    batch || ["step transaction", "step no-transaction"].contains(&marker)
}

/// Whether a line that is `\quit` and nothing else begins here.
fn is_quit(text: &str, lexeme: &Lexeme<'_>) -> bool {
    lexeme.is_symbol("\\")
        && (lexeme.start == 0 || text.as_bytes()[lexeme.start - 1] == b'\n')
        && text[lexeme.start..].lines().next().is_some_and(|line| line.trim_end() == QUIT)
}
