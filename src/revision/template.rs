//! How is a new revision written after a file of the project's own?
//!
//! A hole is a line `-- autogen:hole NAME`: a comment of our own, so that no SQL can be taken for one. Invariant: what a
//! template makes of a revision has the same facts, and all its statements, in the sections that they belong to.

use std::path::{Path, PathBuf};

use crate::error::{Error, Place, Result, did_you_mean};

use super::file::parse;
use super::header::{self, marker};
use super::script::{Entry, Script};
use super::{Revision, fingerprint};

/// What the lines stand for, and whether a file can be without them.
const HOLES: [(&str, bool); 4] = [("header", true), ("summary", false), ("upgrade", true), ("downgrade", true)];
const HOLE: &str = "hole";

/// A file with holes, all of them where they can be filled.
#[derive(Debug, Clone)]
pub struct Template {
    path: PathBuf,
    lines: Vec<Line>,
}

#[derive(Debug, Clone)]
enum Line {
    Text(String),
    Hole(&'static str),
}

impl Template {
    pub fn read(path: &Path, text: &str) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let mut lines: Vec<Line> = Vec::new();
        for (n, line) in text.lines().enumerate() {
            let at = |error: Error| error.at(Place::new(path, n + 1, 1)).line(line);
            let Some(name) = hole(line) else {
                lines.push(Line::Text(line.to_owned()));
                continue;
            };
            let Some((known, _)) = HOLES.into_iter().find(|(known, _)| *known == name) else {
                let names = HOLES.map(|(known, _)| known);
                let error = Error::new(format!("unknown hole `{name}` in a template of revisions"));
                return Err(at(match did_you_mean(name, names) {
                    Some(near) => error.hint(format!("did you mean `{near}`?")),
                    None => error.hint(format!("the holes are {}", names.join(", "))),
                }));
            };
            if lines.iter().any(|line| matches!(line, Line::Hole(name) if *name == known)) {
                return Err(at(Error::new(format!("a second hole `{known}`")).hint("keep one of them")));
            }
            if known == "header" && n > 0 {
                let error = Error::new("the hole `header` is not the template's first line");
                return Err(at(error.hint("move it up: a revision file begins with its header")));
            }
            lines.push(Line::Hole(known));
        }
        let template = Self { path: path.to_owned(), lines };
        for (name, _) in HOLES.into_iter().filter(|(_, required)| *required) {
            template.line_of(name).ok_or_else(|| {
                Error::new(format!("the template has no hole `{name}`"))
                    .at(Place::new(path, 1, 1))
                    .hint(format!("add a line `-- autogen:hole {name}`{}", place_of(name)))
            })?;
        }
        template.check()?;
        Ok(template)
    }

    /// The revision as a file after the template reads: with what the template says around its statements.
    pub fn apply(&self, revision: &Revision) -> Result<Revision> {
        let mut made = self.fill(revision)?;
        made.fingerprint = fingerprint(&made);
        let facts = |revision: &Revision| {
            // all but what the file says of itself
            let Revision { id, parents, depends_on, branch_labels, waits, message, created, .. } = revision.clone();
            let answers = (revision.renames.clone(), revision.no_renames.clone());
            (id, parents, depends_on, branch_labels, waits, message, created, answers)
        };
        match facts(&made) == facts(revision) {
            true => Ok(made),
            false => Err(Error::new("a revision after this template would not read back as it is")
                .at(Place::new(&self.path, 1, 1))
                .hint("take what looks like a part of the header out of the template")),
        }
    }

    fn line_of(&self, name: &str) -> Option<usize> {
        self.lines.iter().position(|line| matches!(line, Line::Hole(hole) if *hole == name))
    }

    /// Fills it with one statement in each direction, and looks where they have come to stand.
    fn check(&self) -> Result<()> {
        let sample = sample();
        let above = head(&sample).matches('\n').count() - 1;
        let made = self.fill(&sample).map_err(|error| match error.place().cloned() {
            Some(place) => {
                let line = place.line.saturating_sub(above).max(1);
                let error = error.at(Place::new(&self.path, line, place.column));
                match self.lines.get(line - 1) {
                    Some(Line::Text(text)) => error.line(text),
                    _ => error,
                }
            }
            None => error,
        })?;
        for (name, script) in [("upgrade", &made.upgrade), ("downgrade", &made.downgrade)] {
            let refused = |message: String, hint: String| {
                let line = self.line_of(name).unwrap_or_default() + 1;
                Err(Error::new(message).at(Place::new(&self.path, line, 1)).hint(hint))
            };
            let steps = script.steps(&self.path)?;
            let mine = steps.iter().find(|step| step.statements.iter().any(|one| one.sql == stand_in(name)));
            match mine {
                None => {
                    let hint = format!("put it on a line of its own{}, outside quotes and comments", place_of(name));
                    return refused(format!("no statement can stand where the hole `{name}` is"), hint);
                }
                Some(step) if !step.transaction => {
                    let hint = "put a line `-- autogen:step transaction` above it".to_owned();
                    return refused(format!("the hole `{name}` is in a step without a transaction"), hint);
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn fill(&self, revision: &Revision) -> Result<Revision> {
        let mut text = String::new();
        for (n, line) in self.lines.iter().enumerate() {
            match line {
                Line::Text(line) => text.push_str(&format!("{line}\n")),
                Line::Hole("header") => text.push_str(&head(revision)),
                Line::Hole("summary") => header::write_summary(revision, &mut text),
                Line::Hole("upgrade") => text.push_str(&self.section(n, &revision.upgrade)?),
                Line::Hole(_) => text.push_str(&self.section(n, &revision.downgrade)?),
            }
        }
        parse(&self.path, &text)
    }

    /// A section's text; what follows the hole runs in a transaction whatever kind of step the text ends with.
    fn section(&self, hole: usize, script: &Script) -> Result<String> {
        let mut text = script.text().trim_start_matches('\n').to_owned();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let says = |line: &&Line| !matches!(line, Line::Text(line) if line.trim().is_empty());
        let more = match self.lines[hole + 1..].iter().find(says) {
            Some(Line::Text(line)) => line.trim() != "\\quit",
            _ => false,
        };
        let apart = script.steps(&self.path)?.last().is_some_and(|step| !step.transaction);
        if more && apart {
            text.push_str("-- autogen:step transaction\n");
        }
        Ok(text)
    }
}

fn hole(line: &str) -> Option<&str> {
    let rest = marker(line)?.strip_prefix(HOLE)?;
    (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim())
}

fn place_of(name: &str) -> &'static str {
    match name {
        "header" => " as its first line",
        "upgrade" => " between `-- autogen:upgrade` and `\\quit`",
        _ => " below `-- autogen:downgrade`",
    }
}

fn head(revision: &Revision) -> String {
    let mut text = String::new();
    header::write_facts(revision, &mut text);
    text
}

fn stand_in(name: &str) -> String {
    format!("SELECT statements_of_the_{name}")
}

fn sample() -> Revision {
    let script =
        |name| Script::compose(&[Entry { comments: Vec::new(), sql: stand_in(name), transaction: true, batch: None }]);
    Revision {
        message: "sample".into(),
        created: "2026-11-20 09:41:00+00:00".into(),
        summary: vec!["summary".into()],
        upgrade: script("upgrade"),
        downgrade: script("downgrade"),
        ..Revision::bare("sample")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::revision::write;

    const WHOLE: &str = "-- autogen:hole header\n--\n-- Reviewed by:\n-- autogen:hole summary\n\n-- autogen:upgrade\n\
        SET LOCAL lock_timeout = '2s';\n-- autogen:hole upgrade\nSELECT 'after';\n\\quit\n-- autogen:downgrade\n\
        -- autogen:hole downgrade\n";

    fn read(text: &str) -> Result<Template> {
        Template::read(Path::new("template.txt"), text)
    }

    #[test]
    fn a_file_after_a_template_reads_back_as_it_is() {
        let mut revision = crate::revision::tests::revision("0a1b2c3d4e5f");
        revision.summary = vec!["1 column".into(), String::new(), "autogen:hole upgrade".into()];
        revision.message = "a title\n\n-- autogen:hole upgrade\n\\quit".into();
        let made = read(WHOLE).unwrap().apply(&revision).unwrap();
        assert_eq!(parse(Path::new("r.sql"), &write(&made)).unwrap(), made);
        assert!(!made.is_edited());
        assert_eq!(made.summary[0], "Reviewed by:");
        assert_eq!(made.summary[1..], revision.summary[..]);
        let statements = made.upgrade.steps(Path::new("r.sql")).unwrap();
        assert_eq!(statements[0].statements.len(), 3);
    }

    #[test]
    fn what_follows_the_hole_stays_in_a_transaction() {
        let mut revision = crate::revision::tests::revision("0a1b2c3d4e5f");
        let entry = Entry { comments: Vec::new(), sql: "VACUUM".into(), transaction: false, batch: None };
        revision.upgrade = Script::compose(&[entry]);
        let made = read(WHOLE).unwrap().apply(&revision).unwrap();
        let steps = made.upgrade.steps(Path::new("r.sql")).unwrap();
        assert_eq!(steps.iter().map(|step| step.transaction).collect::<Vec<_>>(), [true, false, true]);
    }

    #[test]
    fn holes_that_cannot_be_filled_are_refused_at_their_line() {
        for (change, line, why) in [
            (("-- autogen:hole header\n", ""), 1, "no hole `header`"),
            (("-- autogen:hole upgrade\n", ""), 1, "no hole `upgrade`"),
            (("hole summary", "hole sumary"), 4, "unknown hole `sumary`"),
            (("hole summary", "hole"), 4, "unknown hole ``"),
            (("hole summary", "hole upgrade"), 8, "a second hole `upgrade`"),
            (("-- autogen:hole header\n", "--\n-- autogen:hole header\n"), 2, "not the template's first line"),
            (("--\n-- Reviewed by:", "-- Reviewed by:"), 2, "unknown key"),
            (("SELECT 'after';\n", "SELECT 'after;\n"), 9, "closed"),
            (("'2s';\n-- autogen:hole upgrade\n", "'2s\n-- autogen:hole upgrade\n';\n"), 8, "no statement can stand"),
            (("'2s';\n", "'2s'\n"), 8, "no statement can stand"),
            (("-- autogen:hole upgrade", "-- autogen:step no-transaction\n-- autogen:hole upgrade"), 9, "without a"),
            (("\\quit\n", ""), 10, "no `\\quit` line"),
        ] {
            let text = WHOLE.replacen(change.0, change.1, 1);
            let error = read(&text).expect_err(&text);
            assert!(error.message().contains(why), "{why}: {error}");
            assert_eq!(error.place().map(|place| place.line), Some(line), "{error}");
        }
    }
}
