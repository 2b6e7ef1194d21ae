//! What happened, where, and what can be done about it?
//!
//! Every failure that a person sees is one [`Error`]: a message that names the object, the place in a file if there is
//! one (with the line itself), details that the server or a library gave, hints that say what to do, and the exit code.
//! No error holds a password: addresses are written by [`crate::connect`], which never prints one.

use std::fmt;
use std::path::{Path, PathBuf};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How the process ends when an error reaches `main`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 1: the answer is no (differences, not at head, an unanswered question).
    No,
    /// 2: there is no answer (model error, usage, no server, SQL error).
    CouldNot,
    /// 128 + n: stopped by signal n.
    Signal(i32),
}

impl Exit {
    pub fn code(self) -> i32 {
        match self {
            Exit::No => 1,
            Exit::CouldNot => 2,
            Exit::Signal(n) => 128 + n,
        }
    }
}

/// A position in a file. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    pub file: PathBuf,
    pub line: usize,
    pub column: usize,
}

impl Place {
    pub fn new(file: impl Into<PathBuf>, line: usize, column: usize) -> Self {
        Self { file: file.into(), line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

#[derive(Clone)]
pub struct Error {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    exit: Exit,
    message: String,
    place: Option<Place>,
    source_line: Option<String>,
    details: Vec<String>,
    hints: Vec<String>,
}

impl Error {
    /// An error with exit code 2. `message` is lower case, without a final period.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                exit: Exit::CouldNot,
                message: message.into(),
                place: None,
                source_line: None,
                details: Vec::new(),
                hints: Vec::new(),
            }),
        }
    }

    /// An error with exit code 1: the answer is no.
    pub fn no(message: impl Into<String>) -> Self {
        Self::new(message).exit(Exit::No)
    }

    /// Reading or writing `path` failed.
    pub fn io(doing: &str, path: &Path, cause: &std::io::Error) -> Self {
        let error = Self::new(format!("cannot {doing} {}: {}", path.display(), io_reason(cause)));
        io_hint(cause.kind()).into_iter().fold(error, Self::hint)
    }

    pub fn exit(mut self, exit: Exit) -> Self {
        self.inner.exit = exit;
        self
    }

    /// Points at a place; the line itself is read from the file when the error is shown, if it is still there.
    pub fn at(mut self, place: Place) -> Self {
        self.inner.place = Some(place);
        self
    }

    /// The text of the line that [`Error::at`] points at, where the caller has it at hand.
    pub fn line(mut self, text: impl Into<String>) -> Self {
        self.inner.source_line = Some(text.into());
        self
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.inner.details.push(detail.into());
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.inner.hints.push(hint.into());
        self
    }

    /// The same with its hints in other words.
    pub fn hints_as(mut self, words: impl Fn(&str) -> String) -> Self {
        self.inner.hints.iter_mut().for_each(|hint| *hint = words(hint));
        self
    }

    pub fn code(&self) -> i32 {
        self.inner.exit.code()
    }

    pub fn message(&self) -> &str {
        &self.inner.message
    }

    pub fn place(&self) -> Option<&Place> {
        self.inner.place.as_ref()
    }

    pub fn details(&self) -> &[String] {
        &self.inner.details
    }

    pub fn hints(&self) -> &[String] {
        &self.inner.hints
    }

    /// The line that the place points at: given, or read back from the file.
    fn shown_line(&self) -> Option<String> {
        if self.inner.source_line.is_some() {
            return self.inner.source_line.clone();
        }
        let place = self.inner.place.as_ref()?;
        let text = std::fs::read_to_string(&place.file).ok()?;
        text.lines().nth(place.line.checked_sub(1)?).map(str::to_owned)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {self:?}")
    }
}

/// What a person reads, too: of `unwrap`, and of a `main` that returns the error.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        if let Some(place) = &self.inner.place {
            write!(f, "\n  at {place}")?;
            if let Some(line) = self.shown_line() {
                let number = place.line.to_string();
                // a tab would put the caret elsewhere than the character it points at
                let line: String = line.chars().map(|c| if c == '\t' { '→' } else { c }).collect();
                write!(f, "\n  {number} | {}", line.trim_end())?;
                let pad = " ".repeat(number.len() + 2 + place.column);
                write!(f, "\n  {pad}^")?;
            }
        }
        for detail in &self.inner.details {
            write!(f, "\n  {}", detail.replace('\n', "\n  "))?;
        }
        for hint in &self.inner.hints {
            write!(f, "\n  hint: {}", hint.replace('\n', "\n        "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// What to do where the caller knows no more than the system does.
fn io_hint(kind: std::io::ErrorKind) -> Option<&'static str> {
    use std::io::ErrorKind::*;
    match kind {
        PermissionDenied => Some("give this user the right to it"),
        StorageFull | QuotaExceeded => Some("make room, then run again"),
        ReadOnlyFilesystem => Some("run where it can be written"),
        InvalidData => Some("save it as UTF-8"),
        NotADirectory => Some("something else has its name: move that away"),
        IsADirectory => Some("name a file, this is a folder"),
        _ => None,
    }
}

/// The system's reason without the errno that std appends.
fn io_reason(cause: &std::io::Error) -> String {
    if cause.kind() == std::io::ErrorKind::InvalidData {
        return "it is not UTF-8 text".to_owned();
    }
    let text = cause.to_string();
    match text.find(" (os error") {
        Some(end) => text[..end].to_lowercase(),
        None => text,
    }
}

/// `; did you mean x?` for the nearest of the known words, or nothing.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count() / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
