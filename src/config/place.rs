//! How is an error in autogen.yaml shown without showing a password?
//!
//! Invariant: of a line that may belong to `database:`, only its key is shown, and no value that the YAML reader quotes
//! gets into a message.

use std::path::Path;

use serde_yaml::{Error as YamlError, Location};

use super::file::{EMPTY_NAME, NUL_IN_NAME, described_keys};
use crate::error::{Error, Place, did_you_mean};

/// The file, for pointing into it.
pub(super) struct Source<'a> {
    pub file: &'a Path,
    pub text: &'a str,
}

impl Source<'_> {
    /// Points `error` at a place in the file.
    pub(super) fn at(&self, error: Error, location: Location) -> Error {
        let (line, column) = (location.line() as usize, location.column() as usize);
        if line == 0 {
            return error.at(Place::new(self.file, 1, 1)).line("");
        }
        error.at(Place::new(self.file, line, column)).line(shown(self.text, line, column))
    }

    fn line(&self, location: Location) -> &str {
        (location.line() as usize).checked_sub(1).and_then(|n| self.text.lines().nth(n)).unwrap_or_default()
    }

    /// What the YAML reader refused.
    pub(super) fn refused(&self, cause: &YamlError) -> Error {
        let cause = cause.without_snippet();
        let location = cause.location().unwrap_or(Location::UNKNOWN);
        let secret = may_be_secret(self.text, location.line() as usize);
        let error = match cause {
            YamlError::SerdeUnknownField { field, expected, .. } => unknown_key(field, expected),
            YamlError::DuplicateMappingKey { key: Some(key), .. } => {
                Error::new(format!("the key {key} is written twice")).hint("keep one of the two")
            }
            YamlError::Unexpected { expected: "string scalar", .. } => {
                Error::new("expected one text, found a list or keys").hint("write one value after the colon")
            }
            YamlError::Unexpected { expected: "sequence start", .. } => {
                Error::new("expected a list").hint("write [a, b], or each on a line of its own after a dash")
            }
            YamlError::Unexpected { expected: "mapping start", .. } => {
                Error::new("expected keys with values").hint(keys_hint(self.line(location)))
            }
            YamlError::SerdeInvalidType { unexpected, expected, .. } => {
                // the reader quotes the value after its type
                let found = unexpected.split([' ', '`', '"']).next().unwrap_or_default();
                Error::new(format!("expected {expected}, found a {found}")).hint("write [a, b] or a, b")
            }
            YamlError::Message { msg, .. } if msg == EMPTY_NAME => Error::new(EMPTY_NAME).hint("write [a, b] or a, b"),
            YamlError::Message { msg, .. } if msg == NUL_IN_NAME => Error::new(NUL_IN_NAME).hint("take the escape out"),
            _ if secret => Error::new("this cannot be read as YAML")
                .hint("put the value in single quotes if it holds any of : # { } [ ] , & * ! | > ' \" % @ `"),
            other => {
                let reason = reason(other);
                let tab = reason.contains("tab");
                let error = Error::new(format!("this cannot be read as YAML: {reason}"));
                if tab {
                    error.hint("indent with spaces")
                } else {
                    error.hint("values with special characters go in quotes")
                }
            }
        };
        self.at(error, location)
    }
}

fn unknown_key(field: &str, expected: &[&'static str]) -> Error {
    let error = Error::new(format!("unknown key {field}"));
    match did_you_mean(field, expected.iter().copied()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("known keys: {}", expected.join(", "))),
    }
}

/// What belongs where somebody wrote a single value.
fn keys_hint(line: &str) -> &'static str {
    match line.split(':').next().unwrap_or_default().trim() {
        "database" => "write under it `url: postgresql://…`, or host, port, name, user, password",
        "naming" => "write a template under it, as `uq: uq_%(table_name)s_%(column_0_N_name)s`",
        "environments" => "write a name under it, and under that the keys of that environment",
        _ => "write `key: value` lines, as in the file that `autogen init` makes",
    }
}

/// The reader's own words, without the position that the error shows anyhow.
fn reason(cause: &YamlError) -> String {
    let text = match cause {
        YamlError::Message { msg, .. } => msg.clone(),
        other => other.to_string(),
    };
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let first = match first.find(" at line ") {
        Some(end) => &first[..end],
        None => first,
    };
    let first = match first.strip_prefix("line ").and_then(|rest| rest.split_once(": ")) {
        Some((_, rest)) => rest,
        None => first,
    };
    first.trim_end_matches('.').to_owned()
}

/// The line as it may be shown: whole, or only the key that it begins with.
fn shown(text: &str, line: usize, column: usize) -> String {
    let whole = text.lines().nth(line - 1).unwrap_or_default();
    if !may_be_secret(text, line) {
        return whole.to_owned();
    }
    let trimmed = whole.trim_start();
    let indent = &whole[..whole.len() - trimmed.len()];
    match trimmed.split_once(':') {
        // what stands at the place itself was read as a key, and the message says it anyhow
        Some((key, _)) if indent.chars().count() + 1 == column || is_known(key) => format!("{indent}{key}: …"),
        _ => format!("{indent}…"),
    }
}

fn is_known(key: &str) -> bool {
    described_keys().iter().any(|(name, _)| name.rsplit('.').next() == Some(key))
}

/// Whether the line is part of `database:`, or looks as if it held an address or a password.
fn may_be_secret(text: &str, line: usize) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let Some(this) = line.checked_sub(1).and_then(|n| lines.get(n)) else { return false };
    let lower = this.to_lowercase();
    if ["database", "passw", "secret", "url", "://"].iter().any(|word| lower.contains(word)) {
        return true;
    }
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut depth = indent(this);
    // a `- x` or a closing bracket may stand as far left as its parent
    let mut loose = this.trim_start().starts_with(['}', ']', '-']);
    for above in lines[..line - 1].iter().rev().filter(|line| !line.trim().is_empty()) {
        if indent(above) < depth || (loose && indent(above) <= depth) {
            if above.trim_start().trim_start_matches(['"', '\'', '{']).trim_start().starts_with("database") {
                return true;
            }
            depth = indent(above);
            loose = false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "models: schema\ndatabase:\n  host: h\n\n  passwrd: hunter2\n  nested:\n    deep: hunter2\n\
                        naming:\n  ix: a\ndatabase: {user: hunter2, hots: b}\n";

    #[test]
    fn only_the_key_of_a_secret_line_is_shown() {
        assert_eq!(shown(TEXT, 5, 3), "  passwrd: …");
        assert_eq!(shown(TEXT, 5, 12), "  …");
        assert_eq!(shown(TEXT, 7, 5), "    deep: …");
        assert_eq!(shown(TEXT, 10, 27), "database: …");
        assert_eq!(shown("database: postgres://u:p@h/d", 1, 11), "database: …");
    }

    #[test]
    fn other_lines_are_shown_whole() {
        assert_eq!(shown(TEXT, 1, 1), "models: schema");
        assert_eq!(shown(TEXT, 9, 3), "  ix: a");
    }
}
