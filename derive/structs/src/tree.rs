//! What is a declaration before anybody knows what its keys mean?
//!
//! A tree as YAML has it, each part with the place it was written at: `P` is a span while a compiler may want to point at it,
//! and an [`At`] from then on.

use std::sync::Arc;

use proc_macro2::Span;

/// Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    pub file: Arc<str>,
    pub line: usize,
    pub column: usize,
}

impl At {
    pub fn new(file: &Arc<str>, line: usize, column: usize) -> Self {
        Self { file: file.clone(), line, column }
    }

    pub fn of(span: Span, file: &Arc<str>) -> Self {
        let start = span.start();
        Self::new(file, start.line, start.column + 1)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node<P = At> {
    pub at: P,
    pub value: Value<P>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<P = At> {
    Null,
    Truth(bool),
    /// As YAML reads it.
    Number(String),
    Text(String),
    List(Vec<Node<P>>),
    Map(Vec<Entry<P>>),
    /// The SQL type that the enum at this path of Rust stands for, or an array of it: known once all items are.
    Enum {
        path: String,
        array: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<P = At> {
    /// `None` of what has no name.
    pub key: Option<String>,
    pub at: P,
    pub value: Node<P>,
}

impl<P> Node<P> {
    pub fn new(at: P, value: Value<P>) -> Self {
        Self { at, value }
    }

    pub fn text(at: P, text: impl Into<String>) -> Self {
        Self::new(at, Value::Text(text.into()))
    }

    pub fn truth(at: P, truth: bool) -> Self {
        Self::new(at, Value::Truth(truth))
    }

    pub fn map(at: P, entries: Vec<Entry<P>>) -> Self {
        Self::new(at, Value::Map(entries))
    }
}

impl<P> Entry<P> {
    pub fn new(key: impl Into<String>, at: P, value: Node<P>) -> Self {
        Self { key: Some(key.into()), at, value }
    }

    pub fn is(&self, key: &str) -> bool {
        self.key.as_deref() == Some(key)
    }

    /// The key, or nothing where there is none.
    pub fn word(&self) -> &str {
        self.key.as_deref().unwrap_or_default()
    }
}

/// The same with other places.
impl<P> Node<P> {
    pub fn placed<Q>(self, place: &impl Fn(P) -> Q) -> Node<Q> {
        let value = match self.value {
            Value::Null => Value::Null,
            Value::Truth(truth) => Value::Truth(truth),
            Value::Number(number) => Value::Number(number),
            Value::Text(text) => Value::Text(text),
            Value::List(items) => Value::List(items.into_iter().map(|item| item.placed(place)).collect()),
            Value::Map(entries) => Value::Map(entries.into_iter().map(|entry| entry.placed(place)).collect()),
            Value::Enum { path, array } => Value::Enum { path, array },
        };
        Node { at: place(self.at), value }
    }
}

impl<P> Entry<P> {
    pub fn placed<Q>(self, place: &impl Fn(P) -> Q) -> Entry<Q> {
        Entry { key: self.key, at: place(self.at), value: self.value.placed(place) }
    }
}
