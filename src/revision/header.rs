//! How do a revision's facts stand in comment lines that a person reads and a program reads back?
//!
//! Invariant: whatever the message or summary holds, each header line is one SQL comment line and none looks like a marker.
//! A message of several lines goes on in lines that begin with `|`, and so does a list of renames, one to a line. A control character is written `\u{d}`, and a
//! backslash only where `u{` follows it; every other backslash stands for itself.

use crate::error::{Error, Result, did_you_mean};

use super::Revision;
use super::source::Source;

pub(super) const FIRST: &str = "-- autogen revision ";
const KEYS: [&str; 9] =
    ["message", "parents", "depends-on", "branch-labels", "waits", "created", "renames", "no-renames", "fingerprint"];
/// Keys whose value goes on in lines that begin with `|`.
const LONG: [&str; 3] = ["message", "renames", "no-renames"];
/// What a target may say instead of an id.
pub(super) const RESERVED: [&str; 4] = ["head", "heads", "base", "current"];
pub(super) const NO_PARENTS: &str = "(none)";
/// What every marker begins with, after the two dashes.
pub(super) const MARKER: &str = "autogen:";

pub(super) fn write(revision: &Revision, out: &mut String) {
    write_facts(revision, out);
    if !revision.summary.is_empty() {
        out.push_str("--\n");
    }
    write_summary(revision, out);
    out.push('\n');
}

/// The lines that say which revision it is.
pub(super) fn write_facts(revision: &Revision, out: &mut String) {
    out.push_str(&format!("{FIRST}{}\n", revision.id));
    put_lines(out, "-- message:", revision.message.split('\n'));
    let parents = if revision.parents.is_empty() { NO_PARENTS.to_owned() } else { revision.parents.join(", ") };
    put(out, "-- parents:", &parents);
    for (key, list) in [("-- depends-on:", &revision.depends_on), ("-- branch-labels:", &revision.branch_labels)] {
        if !list.is_empty() {
            put(out, key, &list.join(", "));
        }
    }
    if revision.waits() {
        put(out, "-- waits:", &escape(&revision.waits));
    }
    put(out, "-- created:", &escape(&revision.created));
    for (key, answers) in [("-- renames:", &revision.renames), ("-- no-renames:", &revision.no_renames)] {
        if !answers.is_empty() {
            put_lines(out, key, answers.iter().map(String::as_str));
        }
    }
    if !revision.fingerprint.is_empty() {
        put(out, "-- fingerprint:", &escape(&revision.fingerprint));
    }
}

/// The lines for the reviewer.
pub(super) fn write_summary(revision: &Revision, out: &mut String) {
    for line in &revision.summary {
        let line = escape(line);
        match line.strip_prefix('a').filter(|_| line.starts_with(MARKER)) {
            Some(rest) => put(out, "--", &format!("\\u{{61}}{rest}")),
            None => put(out, "--", &line),
        }
    }
}

fn put_lines<'a>(out: &mut String, start: &str, lines: impl Iterator<Item = &'a str>) {
    for (n, line) in lines.map(escape).enumerate() {
        put(out, if n == 0 { start } else { "--   |" }, &line);
    }
}

/// No space at the end of a line that would only hold one.
fn put(out: &mut String, start: &str, value: &str) {
    out.push_str(start);
    if !value.is_empty() {
        out.push(' ');
        out.push_str(value);
    }
    out.push('\n');
}

/// The header's facts with both sections still empty, and the byte where the first marker begins.
pub(super) fn parse(source: &Source<'_>) -> Result<(Revision, usize)> {
    let mut lines = Lines { source, at: 0 };
    let mut reader = Reader::new(source, first_line(&mut lines)?);
    let mut blank = 0;
    for (at, line) in lines {
        if is_marker(line) {
            return Ok((reader.finish()?, at));
        }
        if let Some(column) = line.find('\r') {
            return Err(source
                .error(at + column, "a carriage return ends the comment in the middle of this line")
                .hint("remove it: what follows it would run as SQL"));
        }
        match line.strip_prefix("--") {
            None if line.trim().is_empty() => {
                blank += 1;
                reader.in_keys = false;
            }
            None => {
                return Err(source
                    .error(at, "this line stands before the first section")
                    .hint("put statements below `-- autogen:upgrade` or `-- autogen:downgrade`"));
            }
            Some(content) => {
                // blank lines between summary lines are kept, those before the first marker are not the summary's
                if !reader.revision.summary.is_empty() {
                    reader.revision.summary.extend(std::iter::repeat_n(String::new(), blank));
                }
                blank = 0;
                reader.line(at, content)?;
            }
        }
    }
    Err(source
        .error(source.text.len(), "there is no `-- autogen:upgrade` line")
        .hint("restore the file, or put `-- autogen:upgrade` above the statements that apply the revision"))
}

/// Whether a whole line is a marker. The same in header and sections, where the lexer says what is a comment.
pub(super) fn is_marker(line: &str) -> bool {
    marker(line).is_some()
}

/// What stands after `-- autogen:`.
pub(super) fn marker(comment: &str) -> Option<&str> {
    let content = comment.strip_prefix("--")?;
    content.strip_prefix(' ').unwrap_or(content).strip_prefix(MARKER).map(str::trim)
}

fn first_line<'a>(lines: &mut Lines<'a, '_>) -> Result<&'a str> {
    let source = lines.source;
    let first = lines.next().map(|(_, line)| line).unwrap_or_default();
    let Some(id) = first.strip_prefix(FIRST.trim_end()).filter(|rest| rest.is_empty() || rest.starts_with(' ')) else {
        return Err(source
            .error(0, "this is no revision file: its first line is not `-- autogen revision <id>`")
            .hint("restore the line, or move a file that is no revision out of the folder"));
    };
    let id = id.trim();
    if id.is_empty() {
        return Err(source
            .error(first.len(), "the revision has no id")
            .hint("write it after `-- autogen revision`; the file's name holds it too"));
    }
    check_id(id).map_err(|why| source.error(FIRST.len(), why.message()).hint("use letters, digits, `_` and `.`"))?;
    Ok(id)
}

/// Lines without their ends, each with the byte it begins at.
struct Lines<'a, 's> {
    source: &'s Source<'a>,
    at: usize,
}

impl<'a> Iterator for Lines<'a, '_> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.at;
        let rest = &self.source.text[start..];
        if rest.is_empty() {
            return None;
        }
        let length = rest.find('\n').unwrap_or(rest.len());
        self.at = (start + length + 1).min(self.source.text.len());
        let line = &rest[..length];
        Some((start, line.strip_suffix('\r').unwrap_or(line)))
    }
}

struct Reader<'a, 's> {
    source: &'s Source<'a>,
    revision: Revision,
    seen: Vec<&'static str>,
    /// Until the first empty line; what follows is the summary.
    in_keys: bool,
}

impl<'a, 's> Reader<'a, 's> {
    fn new(source: &'s Source<'a>, id: &str) -> Self {
        let revision = Revision::bare(id);
        Self { source, revision, seen: Vec::new(), in_keys: true }
    }

    /// One comment line; `content` is what follows its two dashes.
    fn line(&mut self, at: usize, content: &str) -> Result<()> {
        if !self.in_keys {
            self.revision.summary.push(unescape(without_space(content)));
            return Ok(());
        }
        if content.trim().is_empty() {
            self.in_keys = false;
            return Ok(());
        }
        if let Some(more) = content.trim_start().strip_prefix('|')
            && let Some(key) = self.seen.last().filter(|key| LONG.contains(key))
        {
            let more = unescape(without_space(more));
            match *key {
                "renames" => self.revision.renames.push(more),
                "no-renames" => self.revision.no_renames.push(more),
                _ => {
                    self.revision.message.push('\n');
                    self.revision.message.push_str(&more);
                }
            }
            return Ok(());
        }
        let written = content.split(':').next().unwrap_or_default().trim();
        let at = at + 2 + (content.len() - content.trim_start().len());
        let Some(key) = KEYS.into_iter().find(|key| *key == written && content.contains(':')) else {
            return Err(self.unknown_key(at, written, content.contains(':')));
        };
        if self.seen.contains(&key) {
            return Err(self.source.error(at, format!("the header has two `{key}` lines")).hint("keep one of them"));
        }
        self.seen.push(key);
        let value = content.split_once(':').map_or("", |(_, value)| value);
        self.set(key, at + key.len() + 1, value)
    }

    fn set(&mut self, key: &str, at: usize, value: &str) -> Result<()> {
        match key {
            "message" => self.revision.message = unescape(without_space(value)),
            "parents" if value.trim() != NO_PARENTS => self.revision.parents = self.list(at, value, check_id)?,
            "depends-on" => self.revision.depends_on = self.list(at, value, check_dependency)?,
            "branch-labels" => self.revision.branch_labels = self.list(at, value, check_label)?,
            "waits" => {
                self.revision.waits = unescape(value.trim());
                if self.revision.waits.is_empty() {
                    let error = self.source.error(at, "it is not said what the revision waits for");
                    return Err(error.hint("name what it takes away, or take the line away"));
                }
            }
            "created" => self.revision.created = unescape(value.trim()),
            "renames" => self.revision.renames = vec![unescape(without_space(value))],
            "no-renames" => self.revision.no_renames = vec![unescape(without_space(value))],
            "fingerprint" => self.revision.fingerprint = unescape(value.trim()),
            _ => {}
        }
        Ok(())
    }

    fn list(&self, at: usize, value: &str, check: fn(&str) -> Result<()>) -> Result<Vec<String>> {
        let mut list = Vec::new();
        let mut start = at;
        for item in value.split(',') {
            let name = item.trim();
            if name.is_empty() && value.trim().is_empty() {
                break;
            }
            let column = start + (item.len() - item.trim_start().len());
            check(name).map_err(|why| {
                self.source.error(column, why.message()).hint("separate several by `, `; write no empty item")
            })?;
            list.push(name.to_owned());
            start += item.len() + 1;
        }
        Ok(list)
    }

    fn unknown_key(&self, at: usize, written: &str, colon: bool) -> Error {
        if !colon {
            return self
                .source
                .error(at, "this header line is no `key: value`")
                .hint("put an empty `--` line between the header and lines for the reader");
        }
        let error = self.source.error(at, format!("the header has an unknown key `{written}`"));
        match did_you_mean(written, KEYS) {
            Some(key) => error.hint(format!("did you mean `{key}`?")),
            None => error.hint(format!(
                "the keys are {}; put an empty `--` line between the header and lines for the reader",
                KEYS.join(", ")
            )),
        }
    }

    fn finish(self) -> Result<Revision> {
        for (key, example) in [
            ("message", "-- message: add due dates"),
            ("parents", "-- parents: (none)"),
            ("created", "-- created: 2026-11-20 09:41:00+00:00"),
        ] {
            if !self.seen.contains(&key) {
                let error = self.source.error(0, format!("the header has no `{key}` line"));
                return Err(error.hint(format!("restore it below the first line, in the form `{example}`")));
            }
        }
        Ok(self.revision)
    }
}

/// Whether a revision can have this id: it must stand in lists, file names and targets such as `ID+1`.
pub fn check_id(id: &str) -> Result<()> {
    check_name("revision id", id, |c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// Whether a branch can have this label: as an id, with `-` and `/` too.
pub fn check_label(label: &str) -> Result<()> {
    check_name("branch label", label, is_label_part)
}

fn check_dependency(name: &str) -> Result<()> {
    check_name("dependency", name, is_label_part)
}

fn is_label_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/')
}

fn check_name(what: &str, name: &str, accept: fn(char) -> bool) -> Result<()> {
    if name.is_empty() {
        return Err(Error::new(format!("a {what} is empty")));
    }
    if let Some(c) = name.chars().find(|c| !accept(*c)) {
        return Err(Error::new(format!("the {what} `{name}` holds {c:?}")).hint("use letters, digits, `_` and `.`"));
    }
    if RESERVED.contains(&name) {
        return Err(
            Error::new(format!("`{name}` has a meaning of its own and cannot be a {what}")).hint("choose another")
        );
    }
    Ok(())
}

fn without_space(text: &str) -> &str {
    text.strip_prefix(' ').unwrap_or(text)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if (c.is_control() && c != '\t') || (c == '\\' && text[at..].starts_with("\\u{")) {
            out.push_str(&format!("\\u{{{:x}}}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u{") {
        out.push_str(&rest[..at]);
        let inner = &rest[at + 3..];
        let code = inner.split('}').next().filter(|hex| hex.len() < inner.len() && hex.len() <= 6);
        match code.and_then(|hex| Some((hex, char::from_u32(u32::from_str_radix(hex, 16).ok()?)?))) {
            Some((hex, c)) => {
                out.push(c);
                rest = &inner[hex.len() + 1..];
            }
            None => {
                out.push_str("\\u{");
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping_comes_back_whatever_the_text() {
        for text in [
            "",
            "C:\\readme",
            "\\u{41}",
            "\\\\u{",
            "a\rb",
            "\u{0}\u{85}\u{7f}",
            "\\u{110000}",
            "tab\tstays",
            "\\u{d",
            "\\u{}",
        ] {
            assert_eq!(unescape(&escape(text)), text);
            assert!(!escape(text).contains(['\r', '\0', '\u{85}']));
        }
        assert_eq!(escape("C:\\readme"), "C:\\readme");
    }

    #[test]
    fn ids_that_a_target_could_not_name_are_refused() {
        for id in ["", "a b", "a-1", "a+1", "x@y", "a:b", "a,b", "head", "current", "../a"] {
            assert!(check_id(id).is_err(), "{id}");
        }
        assert!(check_id("3f2a9c1d7b04").is_ok() && check_id("v1.2_é").is_ok());
        assert!(check_label("feature/due-dates").is_ok() && check_label("heads").is_err());
    }
}
