//! Which answers were given with the command, in a file or when the revision was first written?
//!
//! An answer is a text as `--rename` and `--no-rename` take it: a name, with its kind before it where two kinds have it
//! (`index public.ix_a=ix_b`). What it names in this database is for [`super::resolve`] to find.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::Answers;
use crate::error::{Error, Place, Result};
use crate::kind::Tag;
use crate::kind::shapes::Texts;
use crate::model::explain::explain;
use crate::name::Ident;
use crate::revision::Revision;
use crate::spanned::Spanned;

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Option,
    File(Place),
    /// It is in the header of the revision that is written anew. What has no place any more is nobody's error.
    Before,
    /// A person at the terminal.
    Terminal,
    /// Nobody can have meant anything else.
    Certain,
}

/// One answer, as it was written.
#[derive(Debug, Clone)]
pub struct Given {
    /// `--rename public.tasks.title=name`
    pub text: String,
    pub kind: Option<String>,
    pub path: Vec<String>,
    /// The types of a routine, in brackets.
    pub signature: Option<String>,
    /// The new name; `None` where it is no rename.
    pub to: Option<Ident>,
    pub source: Source,
}

const FORM: &str = "write the old name, `=` and the new one, as in public.tasks.title=name; \
                    a kind may stand before it, as in 'index public.ix_a=ix_b'";
const NO_FORM: &str = "write the name of what goes, as in public.tasks.title; a kind may stand before it";

/// What the command line says, and the file that it names.
pub fn given(answers: &Answers) -> Result<Vec<Given>> {
    let mut all = Vec::new();
    for text in &answers.rename {
        all.push(Given::rename(text, Source::Option)?);
    }
    for text in &answers.no_rename {
        all.push(Given::no_rename(text, Source::Option)?);
    }
    if let Some(file) = &answers.file {
        all.extend(from_file(file)?);
    }
    Ok(all)
}

/// What the revision was first written with.
pub fn remembered(revision: &Revision) -> Vec<Given> {
    let renames = revision.renames.iter().filter_map(|text| Given::rename(text, Source::Before).ok());
    let no_renames = revision.no_renames.iter().filter_map(|text| Given::no_rename(text, Source::Before).ok());
    renames.chain(no_renames).collect()
}

impl Given {
    fn rename(text: &str, source: Source) -> Result<Self> {
        let told = format!("--rename {text}");
        let wrong = |source: &Source| {
            source.place(Error::new(format!("`{told}` does not say what is renamed to what")).hint(FORM))
        };
        let at = split_at(text, '=').ok_or_else(|| wrong(&source))?;
        let name = parts(&text[at + 1..]).filter(|parts| parts.len() == 1).ok_or_else(|| wrong(&source))?;
        let to =
            Ident::checked(&name[0]).map_err(|why| source.place(Error::new(format!("`{told}`: {why}")).hint(FORM)))?;
        Self::named(&text[..at], told.clone(), Some(to), source.clone()).ok_or_else(|| wrong(&source))
    }

    fn no_rename(text: &str, source: Source) -> Result<Self> {
        let told = format!("--no-rename {text}");
        let wrong = Error::new(format!("`{told}` names nothing")).hint(NO_FORM);
        Self::named(text, told, None, source.clone()).ok_or_else(|| source.place(wrong))
    }

    fn named(text: &str, told: String, to: Option<Ident>, source: Source) -> Option<Self> {
        let text = text.trim();
        let words = Tag::ALL.iter().flat_map(|tag| [tag.word().to_owned(), format!("{} value", tag.word())]);
        let kind = words.filter(|word| text.strip_prefix(word.as_str()).is_some_and(|rest| rest.starts_with(' ')));
        let kind = kind.max_by_key(String::len);
        let name = kind.as_ref().map_or(text, |kind| &text[kind.len()..]).trim();
        let bracket = split_at(name, '(').filter(|_| name.ends_with(')'));
        let (name, signature) = name.split_at(bracket.unwrap_or(name.len()));
        let signature = (!signature.is_empty()).then(|| signature.to_owned());
        Some(Self { text: told, kind, path: parts(name)?, signature, to, source })
    }
}

impl Source {
    /// The error where the answer stands.
    pub fn place(&self, error: Error) -> Error {
        match self {
            Source::File(place) => error.at(place.clone()),
            _ => error,
        }
    }

    pub fn is_a_person(&self) -> bool {
        !matches!(self, Source::Certain)
    }

    /// Where a rename is stated.
    pub fn as_place(&self) -> Place {
        match self {
            Source::File(place) => place.clone(),
            _ => Place::new("--rename", 1, 1),
        }
    }
}

/// The first place of the character outside double quotes; of `=`, the last, since an operator may hold one.
fn split_at(text: &str, wanted: char) -> Option<usize> {
    let mut quoted = false;
    let mut found = None;
    for (at, c) in text.char_indices() {
        quoted ^= c == '"';
        if c == wanted && !quoted && (found.is_none() || wanted == '=') {
            found = Some(at);
        }
    }
    found
}

/// The parts of a dotted name, quotes taken off.
fn parts(name: &str) -> Option<Vec<String>> {
    crate::draft::split_name(name.trim())
}

/// What `--format json` prints, edited; or the answers alone.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    /// `--rename` as a map.
    rename: crate::kind::shapes::Entries<Spanned<String>>,
    no_rename: Texts,
    questions: Vec<Question>,
    // what the program says of itself, and nobody need take out
    #[serde(rename = "version")]
    _version: serde::de::IgnoredAny,
    #[serde(rename = "reason")]
    _reason: serde::de::IgnoredAny,
    #[serde(rename = "files")]
    _files: serde::de::IgnoredAny,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    #[serde(rename = "kind")]
    _kind: serde::de::IgnoredAny,
    old: Spanned<String>,
    #[serde(rename = "new")]
    _new: serde::de::IgnoredAny,
    answer: Spanned<Answer>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Answer {
    One(String),
    Several(Vec<String>),
}

fn from_file(file: &Path) -> Result<Vec<Given>> {
    let text = fs::read_to_string(file).map_err(|cause| {
        Error::io("read the answers from", file, &cause)
            .hint("`autogen revision --format json` prints the questions for it")
    })?;
    let read: File = serde_yaml::from_str(&text).map_err(|cause| explain(&cause, &text, file))?;
    let from = |at: serde_yaml::Location| {
        let (line, column) = (at.line() as usize, at.column() as usize);
        Source::File(Place::new(file, line.max(1), column.max(1)))
    };
    let at = |text: &Spanned<String>| from(text.referenced);
    let mut all = Vec::new();
    for (old, new) in &read.rename.0 {
        let name = Ident::new(new.value.as_str()).quoted();
        all.push(Given::rename(&format!("{}={name}", old.value), at(old))?);
    }
    for name in &read.no_rename.0 {
        all.push(Given::no_rename(&name.value, at(name))?);
    }
    for question in &read.questions {
        let answer = match &question.answer.value {
            Answer::One(answer) => answer,
            Answer::Several(answers) => match answers.as_slice() {
                [only] => only,
                _ => {
                    let error = Error::no(format!("the question about {} has no answer", question.old.value));
                    return Err(at(&question.old).place(error).hint("leave one of the texts of `answer`"));
                }
            },
        };
        let (written, source) = (answer.trim(), from(question.answer.referenced));
        all.push(match (written.strip_prefix("--rename "), written.strip_prefix("--no-rename ")) {
            (Some(text), _) => Given::rename(&shell(text), source)?,
            (_, Some(text)) => Given::no_rename(&shell(text), source)?,
            _ => {
                let error = Error::new(format!("`{written}` is no answer"));
                return Err(source.place(error).hint("an answer begins with --rename or --no-rename"));
            }
        });
    }
    Ok(all)
}

/// As a shell takes it: what [`super::show::option`] has put in quotes.
fn shell(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        Some(inner) => inner.replace("'\\''", "'"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let read = |text: &str| Given::rename(text, Source::Option).unwrap();
        let column = read("public.tasks.title=name");
        assert_eq!((column.kind, column.path.join("/")), (None, "public/tasks/title".to_owned()));
        assert_eq!(column.to, Some(Ident::new("name")));
        let index = read("index public.\"ix=a.b\"=\"Odd Name\"");
        assert_eq!((index.kind.as_deref(), index.path.join("/")), (Some("index"), "public/ix=a.b".to_owned()));
        assert_eq!(index.to, Some(Ident::new("Odd Name")));
        let routine = read("function public.add(integer, text)=plus");
        assert_eq!(routine.signature.as_deref(), Some("(integer, text)"));
        assert_eq!(read("enum value status.\"in progress\"=doing").kind.as_deref(), Some("enum value"));
        for wrong in ["", "a", "a=", "=b", "a..b=c", "a=b.c"] {
            assert!(Given::rename(wrong, Source::Option).is_err(), "{wrong}");
        }
        assert!(Given::no_rename("  ", Source::Option).is_err());
    }

    #[test]
    fn what_a_shell_would_take_off_is_taken_off() {
        assert_eq!(shell("'index public.\"it'\\''s\"=b'"), "index public.\"it's\"=b");
        assert_eq!(shell("a=b"), "a=b");
    }
}
