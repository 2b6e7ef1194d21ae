//! Where in its file is what a server's error speaks of?
//!
//! Invariant: what is shown of a file, or remembered of it, holds no literal that may be a password.

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

/// The whole file, its line ends as in any checkout.
pub fn without_secrets(file: &Stored) -> String {
    let revision = &file.revision;
    let unix = |text: &str| text.replace("\r\n", "\n");
    // a file that was read is one whose statements can be told apart
    let steps = [&revision.upgrade, &revision.downgrade].map(|section| section.steps(&file.path).unwrap_or_default());
    let mut text = unix(file.text.strip_prefix('\u{feff}').unwrap_or(&file.text));
    for statement in steps.iter().flatten().flat_map(|step| &step.statements) {
        let sql = unix(&statement.sql);
        let hidden = known::secrets(&sql).iter().fold(sql.clone(), |sql, secret| {
            let quoted = format!("'{secret}'");
            if sql.contains(&quoted) { sql.replace(&quoted, "'***'") } else { sql.replace(secret, "***") }
        });
        if hidden != sql {
            text = text.replace(&sql, &hidden);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::parse;

    const FILE: &str = "\u{feff}-- autogen revision a1\n-- message: roles\n-- parents: (none)\n\
        -- created: 2026-11-20 09:41:00+00:00\n\n-- autogen:upgrade\nCREATE ROLE x PASSWORD\r\n 'x';\n\
        DO $$BEGIN\nEXECUTE 'ALTER ROLE x PASSWORD ''y''';\nEND$$;\nSELECT 'x';\n\n\\quit\n-- autogen:downgrade\nDROP ROLE x;\n";

    #[test]
    fn what_is_remembered_of_a_file_holds_no_password() {
        let path = std::path::PathBuf::from("a1.sql");
        let revision = parse(&path, FILE).unwrap_or_else(|error| panic!("{error}"));
        let kept = without_secrets(&Stored { path, text: FILE.into(), revision });
        assert!(kept.contains("CREATE ROLE x PASSWORD\n '***';\nDO ***;\nSELECT 'x';\n"), "{kept}");
        assert!(kept.starts_with("-- autogen revision a1\n") && !kept.contains('\r'), "{kept}");
    }
}
