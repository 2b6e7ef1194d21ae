//! How does the text of a model file become its declarations?

use std::io::ErrorKind;
use std::path::Path;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::draft::{Draft, Scope};
use crate::error::{Error, Place, Result};
use crate::kind::document::Document;
use crate::kind::statement;
use crate::revision::Script;

/// The whole text of a file; `shown` is its path as a person would type it.
pub fn text(file: &Path, shown: &Path) -> Result<String> {
    let failed = |cause: &std::io::Error| Error::io("read", shown, cause);
    // opening a pipe would wait for somebody to write to it
    let metadata = std::fs::metadata(file).map_err(|cause| match file.is_symlink() {
        true => failed(&cause).hint("it is a link that leads nowhere: remove it, or restore what it leads to"),
        false => failed(&cause),
    })?;
    if !metadata.is_file() {
        return Err(Error::new(format!("cannot read {}: it is no file", shown.display()))
            .hint("move it out of the folder of the models"));
    }
    let bytes = std::fs::read(file).map_err(|cause| failed(&cause))?;
    String::from_utf8(bytes).map_err(|cause| {
        let before = &cause.as_bytes()[..cause.utf8_error().valid_up_to()];
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let column = 1 + String::from_utf8_lossy(&before[start..]).chars().count();
        failed(&ErrorKind::InvalidData.into()).at(Place::new(shown, line, column))
    })
}

pub fn document(text: &str, file: &Path) -> Result<Document> {
    // an empty file, or one of comments alone, declares nothing
    if text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Document::default());
    }
    let document = parsed(text, file)?;
    // only an escape can have put one there, since YAML takes none as it is
    if ["\\0", "\\x00", "\\u0000", "\\U00000000"].iter().any(|escape| text.contains(escape)) {
        serde_yaml::from_str::<WithoutNul>(text).map_err(|cause| super::explain::explain(&cause, text, file))?;
    }
    Ok(document)
}

/// YAML with something in it.
pub fn parsed(text: &str, file: &Path) -> Result<Document> {
    serde_yaml::from_str(text).map_err(|cause| super::explain::explain(&cause, text, file))
}

/// The statements of a file, each where it begins; `within` is where the text begins that is not a whole file.
pub fn statements(text: &str, within: Option<&Place>, scope: &mut Scope, draft: &mut Draft) -> Result<()> {
    let place = |line: usize, column: usize| match within {
        None => Place::new(scope.file, line, column),
        Some(begin) if line == 1 => Place::new(&begin.file, begin.line, begin.column),
        Some(begin) => Place::new(&begin.file, begin.line + line - 1, column),
    };
    let steps = Script::new(text).steps(scope.file).map_err(|error| match error.place().cloned() {
        Some(at) => error.at(place(at.line, at.column)),
        None => error,
    })?;
    for step in steps {
        for statement in step.statements {
            scope.origin = Some(place(statement.line, statement.column));
            statement::declare(&statement.sql, scope, draft)?;
        }
    }
    Ok(())
}

/// What PostgreSQL can hold: any YAML whose texts have no NUL character.
struct WithoutNul;

pub(super) const NUL: &str = "a text cannot hold a NUL character";

impl<'de> Deserialize<'de> for WithoutNul {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WithoutNul)
    }
}

impl<'de> Visitor<'de> for WithoutNul {
    type Value = WithoutNul;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a text without NUL")
    }
    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self, E> {
        if text.contains('\0') { Err(E::custom(NUL)) } else { Ok(self) }
    }
    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<WithoutNul>()?.is_some() {}
        Ok(self)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<WithoutNul, WithoutNul>()?.is_some() {}
        Ok(self)
    }
}
