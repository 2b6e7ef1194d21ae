//! What is the value of a variable, and of a text with `${VAR}` in it?
//!
//! Invariant: the process's environment wins over `.env`, even where it sets a variable to nothing; `.env` is only read,
//! never put into the environment. No error shows a value.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::{Error, Place, Result};

/// The variables that a project sees.
#[derive(Clone)]
pub struct Vars {
    process: fn(&str) -> Option<String>,
    file: PathBuf,
    dotenv: BTreeMap<String, Entry>,
}

/// A line of `.env`.
#[derive(Clone)]
struct Entry {
    line: usize,
    /// The value, or the variable that it mentions and that is set nowhere.
    value: Result<String, Unresolved>,
}

/// Where a variable was found; the wording tells a person which place to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Environment,
    DotEnv,
}

/// Why a text with `${…}` has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// The variable is set nowhere.
    Unset(String),
    /// `${` without `}`, or something other than a name between them.
    Malformed,
    /// The variable is in `.env`, and its own value cannot be had.
    InDotEnv { name: String, line: usize },
}

/// Values may be passwords, so none is printed.
impl std::fmt::Debug for Vars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vars").field("file", &self.file).field("names", &self.dotenv.keys()).finish()
    }
}

fn from_process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

impl Vars {
    /// The environment, and `.env` in the folder if there is one.
    pub fn load(folder: &Path) -> Result<Self> {
        let file = if folder == Path::new(".") { PathBuf::from(".env") } else { folder.join(".env") };
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(cause) => return Err(Error::io("read", &file, &cause)),
        };
        Ok(Self::new(from_process, file, &text))
    }

    pub(crate) fn new(process: fn(&str) -> Option<String>, file: PathBuf, dotenv: &str) -> Self {
        let mut vars = Self { process, file, dotenv: BTreeMap::new() };
        for Assignment { line, name, value, literal } in assignments(dotenv) {
            let value = if literal { Ok(value) } else { vars.expand(&value).map_err(|why| vars.root_cause(why)) };
            vars.dotenv.insert(name, Entry { line, value });
        }
        vars
    }

    /// What an earlier line of `.env` lacks is what the line lacks that mentions it.
    fn root_cause(&self, why: Unresolved) -> Unresolved {
        match &why {
            Unresolved::InDotEnv { name, .. } => match self.dotenv.get(name) {
                Some(Entry { value: Err(root), .. }) => root.clone(),
                _ => why,
            },
            _ => why,
        }
    }

    /// The value of a variable and where it was found.
    pub fn get(&self, name: &str) -> Result<Option<(String, Origin)>> {
        match self.lookup(name) {
            Ok(found) => Ok(found),
            Err(why) => Err(self.explain(&why, name)),
        }
    }

    fn lookup(&self, name: &str) -> Result<Option<(String, Origin)>, Unresolved> {
        if let Some(value) = (self.process)(name) {
            return Ok(Some((value, Origin::Environment)));
        }
        match self.dotenv.get(name) {
            None => Ok(None),
            Some(Entry { value: Ok(value), .. }) => Ok(Some((value.clone(), Origin::DotEnv))),
            Some(Entry { line, .. }) => Err(Unresolved::InDotEnv { name: name.to_owned(), line: *line }),
        }
    }

    /// The text with every `${VAR}` and `${VAR:-default}` replaced; `$${` stands for `${`. As in a shell, the default
    /// also serves a variable that is set to nothing.
    pub(super) fn expand(&self, text: &str) -> Result<String, Unresolved> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                out.push_str(&rest[..at - 1]);
                out.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            out.push_str(&rest[..at]);
            let (inside, after) = rest[at + 2..].split_once('}').ok_or(Unresolved::Malformed)?;
            rest = after;
            let (name, default) = match inside.split_once(":-") {
                Some((name, default)) => (name, Some(default)),
                None => (inside, None),
            };
            if !is_name(name) {
                return Err(Unresolved::Malformed);
            }
            match (self.lookup(name)?, default) {
                (Some((value, _)), None) => out.push_str(&value),
                (Some((value, _)), Some(_)) if !value.is_empty() => out.push_str(&value),
                (_, Some(default)) => out.push_str(default),
                (None, None) => return Err(Unresolved::Unset(name.to_owned())),
            }
        }
        out.push_str(rest);
        Ok(out)
    }

    /// `what` names the text that was to be expanded.
    pub(super) fn explain(&self, why: &Unresolved, what: &str) -> Error {
        match why {
            Unresolved::Unset(name) => Error::new(format!("{what} mentions ${{{name}}}, which is not set")).hint(
                format!("set {name} in the environment or in {}, or write ${{{name}:-default}}", self.file.display()),
            ),
            Unresolved::Malformed => Error::new(format!("{what} has a `${{` that begins no variable"))
                .hint("a variable is written ${VAR} or ${VAR:-default}, and a plain `${` is written `$${`"),
            Unresolved::InDotEnv { name, line } => self.explain_dotenv(name, *line),
        }
    }

    fn explain_dotenv(&self, name: &str, line: usize) -> Error {
        let what = format!("{name} of {}", self.file.display());
        let why = match self.dotenv.get(name) {
            Some(Entry { value: Err(why), .. }) => why.clone(),
            _ => Unresolved::Malformed,
        };
        // the line may hold a password, so only its name is shown
        self.explain(&why, &what).at(Place::new(&self.file, line, 1)).line(format!("{name}=…"))
    }
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

struct Assignment {
    line: usize,
    name: String,
    value: String,
    /// In single quotes: `${…}` in it is text.
    literal: bool,
}

/// The assignments of a `.env` file. Other tools read the file too and allow more than we need, so a line that assigns
/// nothing is passed over.
fn assignments(text: &str) -> Vec<Assignment> {
    let mut out = Vec::new();
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    while !rest.is_empty() {
        let (this, _) = rest.split_once('\n').unwrap_or((rest, ""));
        let mut taken = (this.len() + 1).min(rest.len());
        let bare = this.trim_start();
        let bare = bare.strip_prefix("export ").unwrap_or(bare);
        if let Some((name, _)) = bare.split_once('=')
            && is_name(name.trim())
        {
            let start = this.len() - bare.len() + name.len() + 1;
            let (value, literal, length) = value(&rest[start..]);
            out.push(Assignment { line, name: name.trim().to_owned(), value, literal });
            taken = taken.max(start + length);
        }
        line += rest[..taken].matches('\n').count();
        rest = &rest[taken..];
    }
    out
}

/// The value at the start of `text`, whether it is literal, and how many bytes it took. A quoted value may run over lines.
fn value(text: &str) -> (String, bool, usize) {
    let (first_line, _) = text.split_once('\n').unwrap_or((text, ""));
    let trimmed = first_line.trim_start();
    let skipped = first_line.len() - trimmed.len();
    let body = &text[skipped..];
    if let Some(inside) = body.strip_prefix('\'')
        && let Some(end) = inside.find('\'')
    {
        return (inside[..end].to_owned(), true, skipped + end + 2);
    }
    if let Some(inside) = body.strip_prefix('"')
        && let Some((value, length)) = double_quoted(inside)
    {
        return (value, false, skipped + 1 + length);
    }
    // a comment needs a blank before it: a password may hold `#`
    let end =
        if trimmed.starts_with('#') { 0 } else { trimmed.find(" #").or(trimmed.find("\t#")).unwrap_or(trimmed.len()) };
    (trimmed[..end].trim_end().to_owned(), false, 0)
}

/// The text up to the closing quote, with its escapes read, and the bytes taken including the quote.
fn double_quoted(text: &str) -> Option<(String, usize)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((out, at + 1)),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                c @ ('"' | '\\' | '\'') => out.push(c),
                // `\${` is no variable; `expand` knows it as `$${`
                '$' if text[at..].starts_with("\\${") => out.push_str("$$"),
                '$' => out.push('$'),
                other => out.extend(['\\', other]),
            },
            c => out.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(name: &str) -> Option<String> {
        match name {
            "HOME_TOWN" => Some("delft".into()),
            "EMPTY" => Some(String::new()),
            _ => None,
        }
    }

    fn vars(dotenv: &str) -> Vars {
        Vars::new(process, ".env".into(), dotenv)
    }

    fn found(vars: &Vars, name: &str) -> Option<String> {
        vars.get(name).unwrap().map(|(value, _)| value)
    }

    #[test]
    fn a_dotenv_is_read_as_other_tools_read_it() {
        let text = "# comment\nA=1\nexport B = two words # note\n\
                    C='sin$gle ${A}'\r\nD=\"a\\\"b\\nc ${A}\"\nE=p#w\nF=\n\n\
                    G=\"x\ny\"\nH=${A}${B}\nnot an assignment\nI=\"\\${A} \\$A\"\nJ= # only a comment\n";
        let vars = vars(text);
        for (name, value) in [
            ("A", "1"),
            ("B", "two words"),
            ("C", "sin$gle ${A}"),
            ("D", "a\"b\nc 1"),
            ("E", "p#w"),
            ("F", ""),
            ("G", "x\ny"),
            ("H", "1two words"),
            ("I", "${A} $A"),
            ("J", ""),
        ] {
            assert_eq!(found(&vars, name).as_deref(), Some(value), "{name}");
        }
        assert_eq!(vars.dotenv["H"].line, 11);
        assert_eq!(vars.dotenv.len(), 10);
    }

    #[test]
    fn the_environment_wins_over_dotenv_even_with_nothing() {
        let vars = vars("HOME_TOWN=leiden\nEMPTY=full\n");
        assert_eq!(vars.get("HOME_TOWN").unwrap(), Some(("delft".into(), Origin::Environment)));
        assert_eq!(found(&vars, "EMPTY").as_deref(), Some(""));
    }

    #[test]
    fn variables_are_replaced_and_defaults_serve_the_unset() {
        let vars = vars("A=1\n");
        let expanded = vars.expand("${A}/${B:-two}/${EMPTY:-three}/${EMPTY}/$A/$${A}/pa$$word/${B:-}").unwrap();
        assert_eq!(expanded, "1/two/three//$A/${A}/pa$$word/");
        assert_eq!(vars.expand("${B}"), Err(Unresolved::Unset("B".into())));
        for bad in ["${", "${}", "${A-b}", "${A:?x}", "${1}"] {
            assert_eq!(vars.expand(bad), Err(Unresolved::Malformed), "{bad}");
        }
    }

    #[test]
    fn a_dotenv_line_that_needs_an_unset_variable_fails_when_it_is_asked_for() {
        let vars = vars("A=1\nURL=postgres://app:${MISSING}@h/db\n");
        assert_eq!(found(&vars, "A").as_deref(), Some("1"));
        let error = vars.get("URL").unwrap_err();
        assert_eq!(error.message(), "URL of .env mentions ${MISSING}, which is not set");
        assert_eq!(error.place().unwrap().line, 2);
        assert!(!error.to_string().contains("app:"));
    }

    #[test]
    fn debug_output_holds_no_value() {
        assert!(!format!("{:?}", vars("PASSWORD=hunter2")).contains("hunter2"));
    }
}
