//! Which line and column of a file does a byte of its text stand at?
//!
//! Invariant: lines end at `\n` only, columns count characters, and both count from 1, as an editor shows them.

use std::path::Path;

use crate::error::{Error, Place};

/// Text with the place it was read from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub path: &'a Path,
    pub text: &'a str,
    /// The line of the file that the text begins on.
    pub first_line: usize,
}

impl Source<'_> {
    /// An error that points at the byte `at`.
    pub fn error(&self, at: usize, message: impl Into<String>) -> Error {
        let mut cursor = Cursor::new(self.first_line);
        cursor.forward(self.text, at);
        let begin = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[begin..].lines().next().unwrap_or_default();
        Error::new(message).at(Place::new(self.path, cursor.line, cursor.column)).line(line)
    }
}

/// Goes through a text once, from its start; asking for many places in turn stays linear.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor {
    at: usize,
    pub line: usize,
    pub column: usize,
}

impl Cursor {
    pub fn new(first_line: usize) -> Self {
        Self { at: 0, line: first_line, column: 1 }
    }

    /// Moves on to the byte `to`, which is not before where the cursor stands.
    pub fn forward(&mut self, text: &str, to: usize) {
        for c in text[self.at..to].chars() {
            if c == '\n' {
                (self.line, self.column) = (self.line + 1, 1);
            } else {
                self.column += 1;
            }
        }
        self.at = to;
    }
}
