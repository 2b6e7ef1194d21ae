//! How does an object become the declaration that would declare it?
//!
//! A [`Doc`] is a piece of a model file. Children hand their parts to their parent, which puts them where its declaration
//! holds them; whatever can be said shortly is said shortly, so that the file is one a person would keep.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_yaml::{FlowMap, FlowSeq};

/// A declaration, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub enum Doc {
    Text(String),
    Truth(bool),
    Number(i64),
    /// Written in one line.
    List(Vec<Doc>),
    /// Written in one line where it is short and holds nothing nested, else one key to a line.
    Map(Vec<(String, Doc)>),
    /// Always one key to a line.
    Section(Vec<(String, Doc)>),
}

/// The declaration of one object, and what it is called in its section.
#[derive(Debug, Clone)]
pub struct Part {
    /// `None` where the section holds the value itself.
    pub key: Option<String>,
    pub doc: Doc,
}

/// Parts of the children, by section, in their order.
#[derive(Debug)]
pub struct Parts {
    pub sections: BTreeMap<&'static str, Vec<Part>>,
    /// Names in this schema are written without it.
    pub schema: crate::name::Ident,
    /// The object is declared within another that is not its parent.
    pub is_guest: bool,
}

/// A line is not made longer than this for the sake of a short form.
const LINE: usize = 100;

impl Doc {
    pub fn text(text: impl ToString) -> Self {
        Doc::Text(text.to_string())
    }

    pub fn names<'a>(names: impl IntoIterator<Item = &'a crate::name::Ident>) -> Self {
        Doc::List(names.into_iter().map(|name| Doc::text(name.as_str())).collect())
    }

    fn length(&self) -> usize {
        match self {
            Doc::Text(text) => text.chars().count() + 2,
            Doc::Truth(_) | Doc::Number(_) => 6,
            Doc::List(items) => 2 + items.iter().map(|item| item.length() + 2).sum::<usize>(),
            Doc::Map(entries) | Doc::Section(entries) => {
                2 + entries.iter().map(|(key, value)| key.chars().count() + value.length() + 4).sum::<usize>()
            }
        }
    }

    fn in_one_line(&self) -> bool {
        let plain = |doc: &Doc| match doc {
            Doc::Text(text) => !text.contains('\n'),
            Doc::Section(_) => false,
            _ => true,
        };
        match self {
            Doc::Map(entries) => self.length() <= LINE && entries.iter().all(|(_, value)| plain(value)),
            Doc::List(items) => items.iter().all(plain),
            other => plain(other),
        }
    }
}

impl Part {
    /// The entries, each in one line; the one of a short form is its definition.
    pub fn says(self) -> Vec<(String, String)> {
        match self.doc {
            Doc::Map(entries) | Doc::Section(entries) => {
                entries.into_iter().map(|(key, doc)| (key, doc.to_string())).collect()
            }
            short => vec![("definition".to_owned(), short.to_string())],
        }
    }
}

/// In one line, for a person.
impl std::fmt::Display for Doc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |items: Vec<String>| items.join(", ");
        match self {
            Doc::Text(text) => f.write_str(text),
            Doc::Truth(truth) => write!(f, "{truth}"),
            Doc::Number(number) => write!(f, "{number}"),
            Doc::List(items) => f.write_str(&list(items.iter().map(Doc::to_string).collect())),
            Doc::Map(entries) | Doc::Section(entries) => {
                f.write_str(&list(entries.iter().map(|(key, doc)| format!("{key} {doc}")).collect()))
            }
        }
    }
}

impl Parts {
    /// Of what is looked at alone; names have their schemas.
    pub fn none() -> Self {
        Self { sections: BTreeMap::new(), schema: crate::name::Ident::new(""), is_guest: false }
    }

    /// The value of a section that holds one part without a name.
    pub fn take_one(&mut self, section: &str) -> Option<Doc> {
        self.sections.remove(section)?.into_iter().next().map(|part| part.doc)
    }

    /// A section as a map by name.
    pub fn take_map(&mut self, section: &str) -> Option<Doc> {
        let parts = self.sections.remove(section)?;
        Some(Doc::Section(parts.into_iter().map(|part| (part.key.unwrap_or_default(), part.doc)).collect()))
    }
}

/// The entries of a map under construction; what is not there is not written.
#[derive(Debug, Default)]
pub struct Fields(pub Vec<(String, Doc)>);

impl Fields {
    pub fn put(mut self, key: &str, doc: impl Into<Option<Doc>>) -> Self {
        self.0.extend(doc.into().map(|doc| (key.to_owned(), doc)));
        self
    }

    /// The entries of a map that has no key of its own.
    pub fn all(mut self, doc: Option<Doc>) -> Self {
        if let Some(Doc::Map(entries)) = doc {
            self.0.extend(entries);
        }
        self
    }

    pub fn when(self, key: &str, condition: bool) -> Self {
        self.put(key, condition.then_some(Doc::Truth(true)))
    }

    /// The value of `key` alone where nothing else is said, else the map.
    pub fn or_just(mut self, key: &str) -> Doc {
        match self.0.as_slice() {
            [(only, _)] if only == key => self.0.remove(0).1,
            _ => Doc::Map(self.0),
        }
    }
}

/// Serialized in one line whatever it is.
struct Flow<'a>(&'a Doc);

impl Serialize for Flow<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Doc::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(&Flow(item)))?;
                seq.end()
            }
            Doc::Map(entries) | Doc::Section(entries) => block(entries, serializer, Flow),
            Doc::Text(text) => serializer.serialize_str(text),
            Doc::Truth(truth) => serializer.serialize_bool(*truth),
            Doc::Number(number) => serializer.serialize_i64(*number),
        }
    }
}

impl Serialize for Doc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Doc::List(_) if self.in_one_line() => FlowSeq(Flow(self)).serialize(serializer),
            Doc::Map(_) if self.in_one_line() => FlowMap(Flow(self)).serialize(serializer),
            Doc::Map(entries) | Doc::Section(entries) => block(entries, serializer, |doc| doc),
            Doc::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| seq.serialize_element(item))?;
                seq.end()
            }
            scalar => Flow(scalar).serialize(serializer),
        }
    }
}

fn block<'a, S, V>(entries: &'a [(String, Doc)], serializer: S, value: impl Fn(&'a Doc) -> V) -> Result<S::Ok, S::Error>
where
    S: Serializer,
    V: Serialize,
{
    let mut map = serializer.serialize_map(Some(entries.len()))?;
    for (key, doc) in entries {
        map.serialize_entry(key, &value(doc))?;
    }
    map.end()
}
