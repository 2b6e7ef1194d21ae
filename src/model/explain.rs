//! What is wrong with a model file that cannot be read, in words and at its place?

use std::path::Path;

use serde_yaml::Error as Yaml;

use crate::error::{Error, Place, did_you_mean};

pub fn explain(cause: &Yaml, text: &str, file: &Path) -> Error {
    let cause = cause.without_snippet();
    let (line, column) = cause.location().map_or((1, 1), |at| (at.line() as usize, at.column() as usize));
    let place = Place::new(file, line.max(1), column.max(1));
    let error = match cause {
        Yaml::SerdeUnknownField { field, expected, .. } => {
            let error = Error::new(format!("unknown key `{field}`"));
            if field.contains([')', '(', '\'', ' ']) {
                // `{ type: numeric(10,2) }` is cut at the comma
                return error.hint("inside { }, a text that holds a comma goes in quotes").at(place);
            }
            match did_you_mean(field, expected.iter().copied()) {
                Some(near) => error.hint(format!("did you mean `{near}`?")),
                None => error.hint(format!("known here: {}", expected.join(", "))),
            }
        }
        Yaml::SerdeMissingField { field, .. } => {
            Error::new(format!("`{field}` is missing")).hint(format!("add `{field}: …`"))
        }
        Yaml::DuplicateMappingKey { key, .. } => {
            let key = key.as_deref().unwrap_or("a key");
            Error::new(format!("`{key}` is written twice")).hint("keep one of the two")
        }
        Yaml::SerdeInvalidType { unexpected, expected, .. } => {
            Error::new(format!("expected {expected}, found {unexpected}"))
                .hint("the README's model reference shows each form")
        }
        other => told(&reason(other), text.lines().nth(line.saturating_sub(1)).unwrap_or_default()),
    };
    error.at(place)
}

/// What the reader says in words only.
fn told(reason: &str, line: &str) -> Error {
    const FORMS: &str = "the README's model reference shows each form";
    match reason {
        "expected mapping start" => Error::new("expected keys with values").hint(FORMS),
        "expected sequence start" => Error::new("expected a list").hint(FORMS),
        "expected string scalar" => Error::new("expected one text, found a list or keys").hint(FORMS),
        "invalid boolean" => Error::new("expected true or false").hint(FORMS),
        super::read::NUL => Error::new(reason).hint("PostgreSQL holds none: take the escape out"),
        _ if reason.contains("null into string") => {
            Error::new("expected a text, found null").hint("null as a text is written in quotes: \"null\"")
        }
        _ if reason.starts_with("multiple YAML documents") => Error::new("the file holds more than one YAML document")
            .hint("take the `---` line out, or make two files of it"),
        _ if reason.starts_with("invalid i") || reason.starts_with("invalid u") => {
            Error::new("expected a whole number of at most 64 bits").hint(FORMS)
        }
        _ => syntax(reason, line),
    }
}

fn syntax(reason: &str, line: &str) -> Error {
    let error = Error::new(format!("this cannot be read as YAML: {reason}"));
    if line.contains('\t') || reason.contains("tab") {
        error.hint("indent with spaces; YAML does not allow a tab there")
    } else {
        error.hint("text that holds `: `, ` #`, or begins with one of [ ] { } , & * ! | > % @ goes in quotes")
    }
}

/// The reader's own words, without the position that the error shows anyhow.
fn reason(cause: &Yaml) -> String {
    let text = cause.to_string();
    let first = text.lines().next().unwrap_or_default().trim_start_matches("error: ");
    let end = first.find(" at line ").unwrap_or(first.len());
    first[..end].trim_end_matches('.').to_owned()
}
