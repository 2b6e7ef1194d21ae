//! Which statements does a section hold, in which steps, and where does each stand in its file?
//!
//! Invariants: the text is kept byte for byte; statements are told apart by tokens alone, as psql does: a `;` splits
//! outside quotes, comments, brackets and `BEGIN ATOMIC … END` (where a column named `AS end` ends nothing, unlike in psql).
//! A section starts in a transaction.

use std::path::Path;

use crate::error::{Error, Result};
use crate::lex::{Kind, Lexeme, Lexer, tokens};

use super::batch::Batch;
use super::file::{BATCH, fault, marker_at, unknown_marker};
use super::header;
use super::refuse;
use super::source::{Cursor, Source};

/// One section's text. Where it stood in its file is no part of what it is: `==` looks at the text alone.
#[derive(Debug, Clone)]
pub struct Script {
    text: String,
    first_line: usize,
}

impl PartialEq for Script {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Script {}

/// What runs as one: in one transaction, or statement by statement without any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub transaction: bool,
    /// Its statements are done in rounds, which have transactions of their own.
    pub batch: Option<Batch>,
    pub statements: Vec<Statement>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// As written, without the final `;`.
    pub sql: String,
    pub line: usize,
    pub column: usize,
    /// `add_column public.tasks.due_date`, where the comment above begins so; the model's place is left out.
    pub op: Option<String>,
    /// The comment lines directly above, without their `-- `.
    pub comments: Vec<String>,
}

/// A statement to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub comments: Vec<String>,
    pub sql: String,
    pub transaction: bool,
    /// It is done in rounds.
    pub batch: Option<Batch>,
}

impl Script {
    pub fn new(text: impl Into<String>) -> Self {
        Self::on_line(text, 1)
    }

    /// Text that begins on this line of its file.
    pub(super) fn on_line(text: impl Into<String>, first_line: usize) -> Self {
        Self { text: text.into(), first_line }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statements in their steps; a step without statements is left out.
    pub fn steps(&self, path: &Path) -> Result<Vec<Step>> {
        let source = Source { path, text: &self.text, first_line: self.first_line };
        split(source).or_else(|error| refuse::copied_data(&source, 0).and(Err(error)))
    }

    /// Refuses what the runner cannot run, with its line: transaction control, data from standard input, and a statement
    /// that cannot run in the transaction that it stands in.
    pub fn check(&self, path: &Path) -> Result<()> {
        let source = Source { path, text: &self.text, first_line: self.first_line };
        for step in self.steps(path)? {
            for statement in &step.statements {
                refuse::statement(&source, statement, step.transaction)?;
                if step.batch.is_some() {
                    refuse::no_rounds(&source, statement)?;
                }
            }
        }
        Ok(())
    }

    /// The text of a section, with a blank line between its statements and a marker where the kind of step changes.
    pub fn compose(entries: &[Entry]) -> Self {
        let mut text = String::new();
        let mut step = (true, None);
        for entry in entries {
            text.push('\n');
            if (entry.transaction, entry.batch) != step {
                step = (entry.transaction, entry.batch);
                let marker = match step {
                    (_, Some(batch)) => format!("{BATCH}{batch}"),
                    (true, None) => "step transaction".to_owned(),
                    (false, None) => "step no-transaction".to_owned(),
                };
                text.push_str(&format!("-- {}{marker}\n", header::MARKER));
            }
            for line in entry.comments.iter().flat_map(|comment| comment.split(['\n', '\r'])) {
                put_comment(&mut text, line);
            }
            put_statement(&mut text, &entry.sql);
        }
        Self::new(text)
    }
}

fn put_comment(text: &mut String, line: &str) {
    text.push_str("--");
    if !line.is_empty() {
        // two spaces keep a comment from being a marker
        text.push_str(if line.starts_with(header::MARKER) { "  " } else { " " });
        text.push_str(line);
    }
    text.push('\n');
}

fn put_statement(text: &mut String, sql: &str) {
    let sql = sql.trim_end();
    text.push_str(sql);
    let lexemes = tokens(sql).unwrap_or_default();
    let code = lexemes.iter().rfind(|lexeme| lexeme.kind != Kind::Comment);
    if !code.is_some_and(|last| last.is_symbol(";")) {
        // a `;` behind a line comment would be a part of it
        let commented = lexemes.last().is_some_and(|last| last.kind == Kind::Comment && last.text.starts_with("--"));
        text.push_str(if commented { "\n;" } else { ";" });
    }
    text.push('\n');
}

fn split(source: Source<'_>) -> Result<Vec<Step>> {
    let mut splitter = Splitter::new(source);
    for lexeme in Lexer::new(source.text) {
        splitter.lexeme(lexeme.map_err(|cause| fault(&source, &cause))?)?;
    }
    splitter.finish()
}

struct Splitter<'a> {
    source: Source<'a>,
    cursor: Cursor,
    steps: Vec<Step>,
    open: Option<Open<'a>>,
    /// Comment lines without a gap between them, and the line of the last.
    comments: Vec<String>,
    last_comment: usize,
    /// The line on which the last statement ended.
    last_end: usize,
}

/// A statement whose `;` has not come yet.
struct Open<'a> {
    start: usize,
    line: usize,
    column: usize,
    comments: Vec<String>,
    /// Byte of the first bracket that is still open, and how many are.
    bracket: usize,
    brackets: usize,
    /// The same for `BEGIN ATOMIC` and each CASE inside of it.
    atomic: usize,
    blocks: usize,
    last: Option<Lexeme<'a>>,
    before_last: Option<Lexeme<'a>>,
}

impl<'a> Splitter<'a> {
    fn new(source: Source<'a>) -> Self {
        let steps = vec![Step { transaction: true, batch: None, statements: Vec::new() }];
        let cursor = Cursor::new(source.first_line);
        Self { source, cursor, steps, open: None, comments: Vec::new(), last_comment: 0, last_end: 0 }
    }

    fn lexeme(&mut self, lexeme: Lexeme<'a>) -> Result<()> {
        if lexeme.kind == Kind::Comment {
            return self.comment(lexeme);
        }
        if lexeme.is_symbol("\\") {
            return Err(refuse::psql_command(&self.source, lexeme.start));
        }
        if lexeme.is_symbol(";") && self.open.as_ref().is_none_or(Open::may_end) {
            self.close(lexeme.start);
            return Ok(());
        }
        self.open_at(lexeme.start).take(lexeme);
        Ok(())
    }

    fn comment(&mut self, lexeme: Lexeme<'a>) -> Result<()> {
        if let Some(marker) = marker_at(self.source.text, &lexeme) {
            return self.marker(lexeme.start, marker);
        }
        if self.open.is_some() {
            return Ok(());
        }
        self.cursor.forward(self.source.text, lexeme.start);
        let line = self.cursor.line;
        let content = lexeme.text.strip_prefix("--").filter(|_| line != self.last_end);
        if content.is_none() || line != self.last_comment + 1 {
            self.comments.clear();
        }
        if let Some(content) = content {
            self.comments.push(content.strip_prefix(' ').unwrap_or(content).trim_end().to_owned());
            self.last_comment = line;
        }
        Ok(())
    }

    fn marker(&mut self, at: usize, marker: &str) -> Result<()> {
        let (transaction, batch) = match (marker, marker.strip_prefix(BATCH)) {
            ("step transaction", _) => (true, None),
            ("step no-transaction", _) => (false, None),
            (_, Some(settings)) => (
                false,
                Some(Batch::read(settings).map_err(|why| {
                    let error = self.source.error(at, format!("wrong settings of a batch: {why}"));
                    error.hint("write `-- autogen:step batch size=1000 pause=50ms`; both may be left out")
                })?),
            ),
            _ => return Err(unknown_marker(&self.source, at, marker)),
        };
        if let Some(open) = &self.open {
            return Err(self
                .source
                .error(at, format!("this marker stands inside the statement that begins on line {}", open.line))
                .hint("end that statement with `;`, or move the marker above it"));
        }
        self.comments.clear();
        self.steps.push(Step { transaction, batch, statements: Vec::new() });
        Ok(())
    }

    fn open_at(&mut self, start: usize) -> &mut Open<'a> {
        let Self { source, cursor, comments, last_comment, open, .. } = self;
        open.get_or_insert_with(|| {
            cursor.forward(source.text, start);
            let comments = std::mem::take(comments);
            let above = cursor.line == *last_comment + 1;
            Open {
                start,
                line: cursor.line,
                column: cursor.column,
                comments: if above { comments } else { Vec::new() },
                bracket: start,
                brackets: 0,
                atomic: start,
                blocks: 0,
                last: None,
                before_last: None,
            }
        })
    }

    fn close(&mut self, end: usize) {
        self.cursor.forward(self.source.text, end);
        self.last_end = self.cursor.line;
        self.comments.clear();
        let Some(open) = self.open.take() else { return };
        let statement = Statement {
            sql: self.source.text[open.start..end].trim_end().to_owned(),
            line: open.line,
            column: open.column,
            op: open.comments.first().and_then(|comment| op(comment)),
            comments: open.comments,
        };
        if let Some(step) = self.steps.last_mut() {
            step.statements.push(statement);
        }
    }

    fn finish(mut self) -> Result<Vec<Step>> {
        if let Some(open) = &self.open {
            return Err(open.unfinished(&self.source));
        }
        self.steps.retain(|step| !step.statements.is_empty());
        Ok(self.steps)
    }
}

impl<'a> Open<'a> {
    fn may_end(&self) -> bool {
        self.brackets == 0 && self.blocks == 0
    }

    fn take(&mut self, lexeme: Lexeme<'a>) {
        match (lexeme.kind, lexeme.text) {
            (Kind::Symbol, "(") => {
                if self.brackets == 0 {
                    self.bracket = lexeme.start;
                }
                self.brackets += 1;
            }
            (Kind::Symbol, ")") => self.brackets = self.brackets.saturating_sub(1),
            (Kind::Word, _) if self.brackets == 0 => self.word(lexeme),
            _ => {}
        }
        self.before_last = self.last.replace(lexeme);
    }

    /// Counts the blocks of an SQL-standard body. `CASE` and `END` may also be a column's name behind `.` or `AS`.
    fn word(&mut self, word: Lexeme<'a>) {
        let after = |text: &str| self.last.is_some_and(|last| last.is_word(text));
        let named = after("as") || self.last.is_some_and(|last| last.is_symbol("."));
        if word.is_word("atomic") && after("begin") {
            let begin = self.last.map_or(word.start, |begin| begin.start);
            // CREATE FUNCTION atomic.begin, or a name behind AS, opens nothing
            if !self.before_last.is_some_and(|before| before.is_symbol(".") || before.is_word("as")) {
                if self.blocks == 0 {
                    self.atomic = begin;
                }
                self.blocks += 1;
            }
        } else if self.blocks > 0 && !named {
            if word.is_word("case") {
                self.blocks += 1;
            } else if word.is_word("end") {
                self.blocks -= 1;
            }
        }
    }

    fn unfinished(&self, source: &Source<'_>) -> Error {
        if self.brackets > 0 {
            return source
                .error(self.bracket, "this bracket is never closed")
                .hint("close it: a `;` inside brackets ends nothing");
        }
        if self.blocks > 0 {
            return source.error(self.atomic, "this BEGIN ATOMIC has no END").hint("close it with END and a `;`");
        }
        source.error(self.start, "this statement has no final `;`").hint("write `;` after it: psql would leave it out")
    }
}

/// `add_column public.tasks.due_date` out of `add_column public.tasks.due_date (schema/tasks.yaml:14:7)`.
fn op(comment: &str) -> Option<String> {
    let comment = comment.trim();
    let line = match comment.rsplit_once(" (") {
        Some((before, place)) if place.ends_with(')') && place.contains(':') => before.trim_end(),
        _ => comment,
    };
    let (word, object) = line.split_once(' ')?;
    let is_op = !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_op && (word.contains('_') || !object.contains(' '))).then(|| line.to_owned())
}
