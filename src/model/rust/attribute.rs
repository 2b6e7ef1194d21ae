//! How does a declaration become `#[model(…)]`?
//!
//! Invariant: what comes from a database stands in a literal that rustc and syn read back unchanged, or is plain words, which
//! are nothing but letters, digits and `_`; so no name, comment or body leads out of the attribute.

use super::name;
use crate::error::{Error, Result};
use crate::kind::Doc;

/// rustfmt's own width.
pub const WIDTH: usize = 100;

/// What rustfmt leaves in one line between the brackets of an attribute (`attr_fn_like_width`).
const BETWEEN: usize = 70;

/// One entry of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// `unique`
    Flag(String),
    /// `default = "now()"`; the value is Rust already.
    Value(String, String),
    /// `columns = [a, b]`
    List(String, Vec<String>),
    /// `references(users.id, on_delete = cascade)`
    Map(String, Vec<Entry>),
    /// `users.id`
    Alone(String),
}

/// Words of a fixed set, which look better without quotes.
const WORDS: &[&str] = &[
    "check_option",
    "compression",
    "context",
    "enabled",
    "finalfunc_modify",
    "for",
    "for_each",
    "generation",
    "identity",
    "language",
    "match",
    "method",
    "mfinalfunc_modify",
    "on",
    "on_delete",
    "on_update",
    "parallel",
    "partitions",
    "provider",
    "references",
    "replica_identity",
    "storage",
    "timing",
    "volatility",
];

/// Lists of names, most of which need no quotes.
const NAMES: &[&str] = &[
    "cluster_on",
    "columns",
    "hash",
    "include",
    "inherits",
    "is",
    "kinds",
    "list",
    "primary_key",
    "publications",
    "range",
    "ref_columns",
    "set_columns",
    "to",
];

/// What is granted, by role.
const GRANTS: &[&str] = &["privileges", "column_privileges", "default_privileges"];

impl Entry {
    pub fn text(key: &str, text: &str) -> Self {
        Entry::Value(written_key(key), literal(text))
    }

    /// A key of YAML with its value.
    pub fn of(key: &str, doc: &Doc) -> Result<Self> {
        Self::within(key, doc, GRANTS.contains(&key))
    }

    fn within(key: &str, doc: &Doc, granted: bool) -> Result<Self> {
        let written = written_key(key);
        Ok(match doc {
            Doc::Truth(true) => Entry::Flag(written),
            Doc::Truth(false) => Entry::Value(written, "false".to_owned()),
            Doc::Number(number) => Entry::Value(written, number.to_string()),
            Doc::Text(text) if granted || WORDS.contains(&key) => Entry::Value(written, words(text)),
            Doc::Text(text) => Entry::Value(written, literal(text)),
            Doc::List(items) => {
                let bare = granted || NAMES.contains(&key);
                Entry::List(written, items.iter().map(|item| self::item(key, item, bare)).collect::<Result<_>>()?)
            }
            Doc::Map(entries) | Doc::Section(entries) => {
                let entries = entries.iter().map(|(key, doc)| Self::within(key, doc, granted));
                Entry::Map(written, entries.collect::<Result<_>>()?)
            }
        })
    }

    /// `None` of what stands alone.
    pub fn key(&self) -> Option<&str> {
        match self {
            Entry::Flag(key) | Entry::Value(key, _) | Entry::List(key, _) | Entry::Map(key, _) => Some(key),
            Entry::Alone(_) => None,
        }
    }

    fn in_one_line(&self) -> String {
        match self {
            Entry::Flag(key) => key.clone(),
            Entry::Value(key, value) => format!("{key} = {value}"),
            Entry::List(key, items) => format!("{key} = [{}]", items.join(", ")),
            Entry::Map(key, entries) => format!("{key}({})", one_line(entries)),
            Entry::Alone(text) => text.clone(),
        }
    }

    /// Broken over lines where it does not fit into what is left of one.
    fn write(&self, indent: usize, out: &mut String) {
        let line = self.in_one_line();
        if self.is_narrow() && fits(&line, indent + 1) {
            out.push_str(&line);
            return;
        }
        match self {
            Entry::Map(key, entries) => {
                out.push_str(key);
                out.push('(');
                block(entries, indent, out);
                out.push(')');
            }
            Entry::List(key, items) => {
                out.push_str(key);
                out.push_str(" = [");
                block(&items.iter().cloned().map(Entry::Alone).collect::<Vec<_>>(), indent, out);
                out.push(']');
            }
            _ => out.push_str(&line),
        }
    }

    fn is_narrow(&self) -> bool {
        match self {
            Entry::Map(_, entries) => are_narrow(entries),
            _ => true,
        }
    }

    /// Holds others, and is easier to read in an attribute of its own.
    fn is_map(&self) -> bool {
        matches!(self, Entry::Map(..))
    }
}

/// An item of a list.
fn item(key: &str, doc: &Doc, bare: bool) -> Result<String> {
    match doc {
        Doc::Text(text) if bare => Ok(words(text)),
        Doc::Text(text) => Ok(literal(text)),
        Doc::Truth(truth) => Ok(truth.to_string()),
        Doc::Number(number) => Ok(number.to_string()),
        Doc::List(_) | Doc::Map(_) | Doc::Section(_) => {
            Err(Error::new(format!("not supported: a map in the list `{key}` as a Rust attribute"))
                .hint("`--format yaml` writes it"))
        }
    }
}

fn one_line(entries: &[Entry]) -> String {
    entries.iter().map(Entry::in_one_line).collect::<Vec<_>>().join(", ")
}

/// What stands between brackets; one alone that has brackets of its own is as wide as it likes.
fn are_narrow(entries: &[Entry]) -> bool {
    let own = matches!(entries, [Entry::Map(..)]);
    entries.iter().all(Entry::is_narrow) && (own || one_line(entries).chars().count() <= BETWEEN)
}

/// Between the brackets of `#[model()]`.
fn fits_between(entries: &[Entry], indent: usize) -> bool {
    are_narrow(entries) && fits(&one_line(entries), indent + "#[model()]".len())
}

/// Over a field, rustfmt counts one column more.
fn fits_alone(entry: &Entry, indent: usize) -> bool {
    fits(&entry.in_one_line(), indent + "#[model()]".len() + usize::from(indent > 0))
}

fn fits(line: &str, beside: usize) -> bool {
    !line.contains('\n') && line.chars().count() + beside <= WIDTH
}

/// One entry to a line, a comma behind each, up to the line of the closing bracket.
fn block(entries: &[Entry], indent: usize, out: &mut String) {
    out.push('\n');
    for entry in entries {
        out.push_str(&" ".repeat(indent + 4));
        entry.write(indent + 4, out);
        out.push_str(",\n");
    }
    out.push_str(&" ".repeat(indent));
}

/// `#[model(…)]` lines. What holds others stands alone if `apart`; the rest share lines.
pub fn attributes(entries: &[Entry], indent: usize, apart: bool) -> String {
    let mut out = String::new();
    let mut line: Vec<Entry> = Vec::new();
    for entry in entries {
        let with = line.iter().chain([entry]).cloned().collect::<Vec<_>>();
        let alone = apart && (entry.is_map() || line.iter().any(Entry::is_map));
        if !line.is_empty() && (alone || !fits_between(&with, indent)) {
            attribute(&std::mem::take(&mut line), indent, &mut out);
        }
        line.push(entry.clone());
    }
    if !line.is_empty() {
        attribute(&line, indent, &mut out);
    }
    out
}

fn attribute(entries: &[Entry], indent: usize, out: &mut String) {
    out.push_str(&" ".repeat(indent));
    out.push_str("#[model(");
    match entries {
        _ if fits_between(entries, indent) => out.push_str(&one_line(entries)),
        [Entry::Map(key, inner)] => {
            out.push_str(key);
            out.push('(');
            block(inner, indent, out);
            out.push(')');
        }
        // one that stands alone is broken at the brackets, without a comma
        [Entry::Value(key, value)] if !value.contains('\n') && !fits_alone(&entries[0], indent) => {
            out.push_str(&format!("\n{0}    {key} = {value}\n{0}", " ".repeat(indent)));
        }
        [alone] => alone.write(indent, out),
        several => block(several, indent, out),
    }
    out.push_str(")]\n");
}

/// A key that is no plain word is written as a text.
fn written_key(key: &str) -> String {
    if is_word(key) { key.to_owned() } else { literal(key) }
}

/// Plain words stay bare: `cascade`, `created_at desc`, `users.id`.
pub fn words(text: &str) -> String {
    let plain = text.split([' ', '.']).all(is_lexed) && !VALUES.contains(&text);
    if plain { text.to_owned() } else { literal(text) }
}

/// Words that are values of their own where they stand alone.
const VALUES: &[&str] = &["true", "false", "null"];

fn is_word(text: &str) -> bool {
    is_lexed(text) && !VALUES.contains(&text)
}

/// What the lexer of Rust takes for a word.
fn is_lexed(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    text.starts_with(letter)
        && text.chars().all(|c| letter(c) || c.is_ascii_digit())
        && text != "_"
        && !name::NEVER_RAW.contains(&text)
}

/// A text of several lines as it is, where nothing in it needs an escape.
pub fn literal(text: &str) -> String {
    let as_it_is = |c: char| matches!(c, '\n' | '\t' | '"' | '\\' | '\'') || !is_escaped(c);
    if text.contains('\n') && text.chars().all(as_it_is) {
        let longest = text.split('"').skip(1).map(|rest| rest.chars().take_while(|c| *c == '#').count()).max();
        let hashes = "#".repeat(longest.map_or(1, |longest| longest + 1));
        return format!("r{hashes}\"{text}\"{hashes}");
    }
    let escaped: String = text
        .chars()
        .map(|c| if c == '\'' || !is_escaped(c) { c.to_string() } else { c.escape_debug().to_string() })
        .collect();
    format!("\"{escaped}\"")
}

/// Quotes and backslashes, what cannot be seen, and what turns the direction of writing, which rustc refuses.
fn is_escaped(c: char) -> bool {
    c.escape_debug().count() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_reads_back_as_the_text_whatever_it_holds() {
        let texts = [
            "",
            "plain",
            "it's \"quoted\" \\ with #",
            "a\nb",
            "a\r\nb",
            "a\n\"#b\"##",
            "\u{202e}turned\u{2066}",
            "a\n\u{202e}",
            "\u{feff}\u{200b}e\u{301}",
            "tab\there\u{7f}\u{1}",
            "{braces} {{}}",
            "/* */ // ",
            "\n",
        ];
        for text in texts {
            let source = literal(text);
            let read: syn::LitStr = syn::parse_str(&source).unwrap_or_else(|e| panic!("{source}: {e}"));
            assert_eq!(read.value(), text, "{source}");
            let turned = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
            assert!(!source.contains(turned), "{source:?}");
        }
    }

    #[test]
    fn only_plain_words_go_without_quotes() {
        for bare in ["cascade", "set null", "created_at DESC NULLS LAST", "users.id", "type", "_a"] {
            assert_eq!(words(bare), bare);
        }
        for quoted in ["", "_", "true", "a  b", "a.", "self", "lower(a)", "é", "1", "a\nb", "null", "a;b"] {
            assert_eq!(words(quoted), literal(quoted));
        }
    }
}
