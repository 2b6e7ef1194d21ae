//! How do the declarations of Rust structs reach the draft?
//!
//! By the way of YAML: a [`Declaration`] is the tree that a model file has, and is written as one, a key or a value to a line, with
//! the place in Rust that each line is from. So one reader decides what a key means, and what it says of one that it does
//! not know is said at the attribute.

use std::path::Path;
use std::sync::Arc;

use autogen_structs::{At, Declaration, Entry, Item, Node, Statement, Value};

use super::read;
use crate::draft::{Draft, Scope};
use crate::error::{Error, Place, Result};
use crate::kind::shapes::UNNAMED;

/// For a parser that goes down as deep as a file does.
const STACK: usize = 256 << 20;

/// What a Rust file declares, before it is known what the others do.
pub fn items(text: &str, file: &Path) -> Result<Vec<Item>> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, || read_items(text, file));
        match thread.map(|thread| thread.join()) {
            Ok(Ok(items)) => items,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(cause) => Err(Error::io("read", file, &cause)),
        }
    })
}

fn read_items(text: &str, file: &Path) -> Result<Vec<Item>> {
    let name: Arc<str> = file.display().to_string().into();
    let place = |span| At::of(span, &name);
    match autogen_structs::file(text) {
        Ok(items) => Ok(items.into_iter().map(|item| item.placed(&place)).collect()),
        Err(error) => Err(wrong(error.placed(place))),
    }
}

/// Adds what the items of all files declare to the draft.
pub fn declare(items: Vec<Item>, scope: &Scope, draft: &mut Draft) -> Result<()> {
    let declarations = autogen_structs::resolve(items).map_err(wrong)?;
    declarations.iter().try_for_each(|declaration| declaration_of(declaration, scope, draft))
}

/// Adds one declaration to the draft.
pub fn declaration_of(declaration: &Declaration, scope: &Scope, draft: &mut Draft) -> Result<()> {
    let mut written = Written::default();
    written.node(&declaration.document);
    let Written { text, places } = written;
    let file = places.first().map_or(scope.file, |place| place.file.as_path());
    let scope = Scope { file, places: Some(&places), ..scope.clone() };
    let there = |error: Error| match error.place().and_then(|place| places.get(place.line.checked_sub(1)?)) {
        Some(place) => error.clone().at(place.clone()),
        None => error,
    };
    let document = read::parsed(&text, file).map_err(|error| in_rust(there(error)))?;
    document.declare(&scope, draft).map_err(in_rust)?;
    declaration.statements.iter().try_for_each(|Statement { at, sql }| {
        let mut scope = Scope { places: None, ..scope.clone() };
        read::statements(sql, Some(&place(at)), &mut scope, draft)
    })
}

fn wrong(error: autogen_structs::Error<At>) -> Error {
    let said = Error::new(error.message).at(place(&error.at));
    error.hint.into_iter().fold(said, Error::hint)
}

/// With hints that say what to write as it is written in Rust: `key = value`.
fn in_rust(error: Error) -> Error {
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    error.hints_as(|hint| {
        // what stands in backquotes is every second part
        let parts = hint.split('`').enumerate().map(|(number, part)| match part.split_once(": ") {
            Some((key, value)) if number % 2 == 1 && is_key(key) => format!("{key} = {value}"),
            _ => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("`")
    })
}

fn place(at: &At) -> Place {
    Place::new(&*at.file, at.line, at.column)
}

/// YAML as a reader of it alone would write it.
#[derive(Default)]
struct Written {
    text: String,
    /// Of each line, from the first.
    places: Vec<Place>,
}

impl Written {
    fn line(&mut self, text: &str, at: &At) {
        self.text.push_str(text);
        self.text.push('\n');
        self.places.push(place(at));
    }

    fn node(&mut self, node: &Node) {
        let at = &node.at;
        match &node.value {
            Value::Null => self.line("null", at),
            Value::Truth(truth) => self.line(&truth.to_string(), at),
            Value::Number(number) => self.line(number, at),
            Value::Text(text) => self.line(&quoted(text), at),
            // resolved before it comes here
            Value::Enum { path, .. } => self.line(&quoted(path), at),
            Value::List(items) => {
                self.line("[", at);
                for item in items {
                    self.node(item);
                    self.line(",", &item.at);
                }
                self.line("]", at);
            }
            Value::Map(entries) => {
                self.line("{", at);
                for (number, Entry { key, at, value }) in entries.iter().enumerate() {
                    let unnamed = || format!("{UNNAMED}{number}");
                    self.line(&format!("{}:", quoted(&key.clone().unwrap_or_else(unnamed))), at);
                    self.node(value);
                    self.line(",", at);
                }
                self.line("}", at);
            }
        }
    }
}

/// With everything escaped that is not to stand in YAML as it is.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' => out.push(c),
            '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'.. => out.push(c),
            _ => out.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    out.push('"');
    out
}
