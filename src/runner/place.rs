//! Where in its file is what a server's error speaks of?
//!
//! Invariant: what is shown of a file holds no literal that may be a password.

use crate::error::Place;
use crate::revision::{Statement, Stored};

use super::known;

/// The place of the statement's character `position`, from 1, as the server counts them.
pub(super) fn place(file: &Stored, statement: &Statement, position: Option<u32>) -> Place {
    let before = position.and_then(|position| usize::try_from(position).ok()?.checked_sub(1)).unwrap_or(0);
    let (mut line, mut column) = (statement.line, statement.column);
    for c in statement.sql.chars().take(before) {
        (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    Place::new(&file.path, line, column)
}

/// That line of the file.
pub(super) fn line(file: &Stored, statement: &Statement, place: &Place) -> String {
    let text = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    let line = text.split('\n').nth(place.line.saturating_sub(1)).unwrap_or_default();
    masked(line.trim_end_matches('\r'), statement)
}

/// The text without the passwords of the statement, of which a literal over several lines may show one line.
pub(super) fn masked(text: &str, statement: &Statement) -> String {
    let mut text = text.to_owned();
    for secret in known::secrets(&statement.sql) {
        for part in secret.lines().map(str::trim).filter(|part| !part.is_empty()) {
            text = text.replace(part, "***");
        }
    }
    text
}
