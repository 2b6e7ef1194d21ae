//! What does a Python file assign at its top level?
//!
//! A reader of just enough of Python: texts, comments, brackets and lines. Invariant: a name in a text, a comment or an
//! indented line is no assignment.

use std::iter::Peekable;
use std::path::Path;
use std::str::Chars;

use crate::error::{Error, Place, Result};

/// `name = value` or `name: type = value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub name: String,
    pub line: usize,
    /// Its texts, none for `None`; `None` where it is something else.
    pub value: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Name(String),
    /// `None`: not a plain text, as `f"…"` and `b"…"` are not.
    Text(Option<String>),
    Sign(char),
}

/// A line as Python sees it: what stands in brackets goes on over line ends.
struct Line {
    number: usize,
    indented: bool,
    tokens: Vec<Token>,
}

/// The docstring, and every assignment in the order of the file.
pub fn assignments(path: &Path, text: &str) -> Result<(Option<String>, Vec<Assignment>)> {
    let lines = Lexer::new(path, text).lines()?;
    let docstring = lines.first().and_then(|line| match line.tokens.as_slice() {
        [Token::Text(text)] => text.clone(),
        _ => None,
    });
    Ok((docstring, lines.iter().filter(|line| !line.indented).filter_map(assignment).collect()))
}

fn assignment(line: &Line) -> Option<Assignment> {
    let Some((Token::Name(name), rest)) = line.tokens.split_first() else { return None };
    let rest = match rest {
        [Token::Sign('='), Token::Sign('='), ..] => return None,
        [Token::Sign('='), value @ ..] => value,
        [Token::Sign(':'), typed @ ..] => {
            // no type has an equals sign
            let equals = typed.iter().position(|token| *token == Token::Sign('='))?;
            &typed[equals + 1..]
        }
        _ => return None,
    };
    Some(Assignment { name: name.clone(), line: line.number, value: value(rest) })
}

fn value(tokens: &[Token]) -> Option<Vec<String>> {
    let inner = match tokens {
        [Token::Sign('('), inner @ .., Token::Sign(')')] | [Token::Sign('['), inner @ .., Token::Sign(']')] => inner,
        bare => bare,
    };
    let mut texts = Vec::new();
    for item in inner.split(|token| *token == Token::Sign(',')) {
        match item {
            [] => {}
            [Token::Name(none)] if none == "None" => {}
            // texts that stand side by side are one
            parts => texts.push(parts.iter().map(plain).collect::<Option<String>>()?),
        }
    }
    (!tokens.is_empty()).then_some(texts)
}

fn plain(token: &Token) -> Option<String> {
    match token {
        Token::Text(text) => text.clone(),
        _ => None,
    }
}

struct Lexer<'a> {
    path: &'a Path,
    chars: Peekable<Chars<'a>>,
    number: usize,
    /// Whether nothing of the line has been read.
    fresh: bool,
}

impl<'a> Lexer<'a> {
    fn new(path: &'a Path, text: &'a str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self { path, chars: text.chars().peekable(), number: 1, fresh: true }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.chars.next()?;
        self.number += usize::from(c == '\n');
        Some(c)
    }

    fn lines(mut self) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut line = Line { number: 1, indented: false, tokens: Vec::new() };
        let (mut depth, mut indented) = (0_usize, false);
        while let Some(c) = self.chars.peek().copied() {
            match c {
                '\n' | ';' if depth == 0 => {
                    self.next();
                    let next = Line { number: self.number, indented: false, tokens: Vec::new() };
                    lines.extend(Some(std::mem::replace(&mut line, next)).filter(|line| !line.tokens.is_empty()));
                    self.fresh = c == '\n';
                    indented &= c == ';';
                    continue;
                }
                ' ' | '\t' if self.fresh => indented = true,
                '#' => {
                    while self.chars.peek().is_some_and(|c| *c != '\n') {
                        self.next();
                    }
                    continue;
                }
                '\\' => {
                    // the line goes on
                    self.next();
                }
                c if c.is_whitespace() => {}
                _ => {
                    if line.tokens.is_empty() {
                        (line.number, line.indented) = (self.number, indented);
                    }
                    self.fresh = false;
                    let token = self.token()?;
                    match token {
                        Token::Sign('(' | '[' | '{') => depth += 1,
                        Token::Sign(')' | ']' | '}') => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                    line.tokens.push(token);
                    continue;
                }
            }
            self.next();
        }
        lines.extend((!line.tokens.is_empty()).then_some(line));
        Ok(lines)
    }

    fn token(&mut self) -> Result<Token> {
        let mut word = String::new();
        while let Some(c) = self.chars.peek().copied().filter(|c| c.is_alphanumeric() || *c == '_') {
            word.push(c);
            self.next();
        }
        match self.chars.peek().copied() {
            Some(quote @ ('"' | '\'')) if word.len() <= 2 && word.chars().all(|c| "rRuUbBfF".contains(c)) => {
                let text = self.text(quote, word.contains(['r', 'R']))?;
                Ok(Token::Text(text.filter(|_| !word.contains(['b', 'B', 'f', 'F']))))
            }
            _ if !word.is_empty() => Ok(Token::Name(word)),
            _ => Ok(Token::Sign(self.next().unwrap_or_default())),
        }
    }

    /// From the opening quote to behind the closing one. `None`: what it stands for is not the text as it is written.
    fn text(&mut self, quote: char, raw: bool) -> Result<Option<String>> {
        let begun = self.number;
        let mut quotes = 0;
        while quotes < 3 && self.chars.next_if_eq(&quote).is_some() {
            quotes += 1;
        }
        if quotes == 2 {
            return Ok(Some(String::new()));
        }
        let (mut text, mut is_plain, mut closing) = (String::new(), true, 0);
        while let Some(c) = self.next() {
            match c {
                '\n' if quotes == 1 => break,
                '\\' => {
                    let escaped = self.next();
                    is_plain &= raw || matches!(escaped, Some('\\' | '\'' | '"'));
                    text.extend(raw.then_some('\\'));
                    text.extend(escaped);
                    closing = 0;
                }
                c if c == quote => {
                    closing += 1;
                    if closing == quotes {
                        text.truncate(text.len() - (quotes - 1));
                        return Ok(is_plain.then_some(text));
                    }
                    text.push(c);
                }
                c => {
                    closing = 0;
                    text.push(c);
                }
            }
        }
        Err(Error::new("a text is not closed")
            .at(Place::new(self.path, begun, 1))
            .hint("Python would not read this file either"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Option<Vec<String>>)> {
        let (_, found) = assignments(Path::new("a.py"), text).unwrap_or_else(|error| panic!("{error}"));
        found.into_iter().map(|one| (one.name, one.value)).collect()
    }

    fn down(text: &str) -> Option<Vec<String>> {
        let found = read(text);
        let last = found.iter().rev().find(|(name, _)| name == "down_revision");
        last.unwrap_or_else(|| panic!("{text}: {found:?}")).1.clone()
    }

    #[test]
    fn every_way_in_which_a_parent_is_written_is_read() {
        let none: Vec<String> = Vec::new();
        for (text, expected) in [
            ("down_revision = None", none.clone()),
            ("down_revision: Union[str, None] = None", none.clone()),
            ("down_revision: Union[str, Sequence[str], None] = 'a1'  # 'b2'", vec!["a1".to_owned()]),
            ("down_revision: str | None = \"a1\"", vec!["a1".into()]),
            ("down_revision='''a1'''", vec!["a1".into()]),
            ("down_revision = u'a1'\r\n", vec!["a1".into()]),
            ("down_revision = ('a1', \"b2\")", vec!["a1".into(), "b2".into()]),
            ("down_revision = 'a1', 'b2'", vec!["a1".into(), "b2".into()]),
            ("down_revision = (\n    'a1',  # one\n    'b2',\n)", vec!["a1".into(), "b2".into()]),
            ("down_revision = ['a1']", vec!["a1".into()]),
            ("down_revision = 'a' \\\n  '1'", vec!["a1".into()]),
            ("revision = 'x'; down_revision = 'a1'", vec!["a1".into()]),
            ("x = {\n'down_revision': 'no'}\ndown_revision = 'a1'", vec!["a1".into()]),
            ("\"\"\"doc\n\ndown_revision = 'no'\n\"\"\"\ndown_revision = r'a1'", vec!["a1".into()]),
            ("down_revision = 'a1'\ndef f():\n    down_revision = 'no'\n# down_revision = 'no'", vec!["a1".into()]),
            ("down_revision = 'a1'\nif down_revision == 'no': pass", vec!["a1".into()]),
        ] {
            assert_eq!(down(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_known_without_running_it_is_no_value() {
        for text in [
            "down_revision = PREVIOUS",
            "down_revision = f'{x}'",
            "down_revision = 'a' + 'b'",
            "down_revision = 'a\\x31'",
        ] {
            assert_eq!(down(text), None, "{text}");
        }
        assert!(assignments(Path::new("a.py"), "x = 'abc\ny = 1").is_err());
        assert_eq!(read("revision == 'x'\nprint('revision = 1')\nrevision.x = 1"), []);
    }

    #[test]
    fn the_docstring_is_the_message() {
        let text = "\"\"\"add tasks\n\nRevision ID: a1\n\"\"\"\nrevision = 'a1'";
        assert_eq!(
            assignments(Path::new("a.py"), text).ok().and_then(|(doc, _)| doc).as_deref(),
            Some("add tasks\n\nRevision ID: a1\n")
        );
    }
}
