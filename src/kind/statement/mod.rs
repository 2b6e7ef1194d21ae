//! How does a `CREATE …` statement become the declaration that YAML would have given?
//!
//! The head is read token by token, by a small reader for each kind of statement; what follows it (a query, a body) is taken as it
//! stands. Both forms make the same declarations.

use serde_yaml::{Location, Spanned};

use super::document::{Declare, Given};
use crate::draft::{Draft, Scope};
use crate::error::{Error, Place, Result};
use crate::lex::{self, Kind, Lexeme};
use crate::name::Ident;

mod aggregate;
mod database;
mod on_table;
mod routine;
mod view;

/// Declares what one statement says, without its semicolon. It begins at the scope's origin.
pub fn declare(sql: &str, scope: &Scope, draft: &mut Draft) -> Result<()> {
    let mut head = Head::of(sql, scope)?;
    if !head.takes("create") {
        return Err(head.unknown());
    }
    if head.takes("or") {
        head.must("replace")?;
    }
    let constraint = head.takes("constraint");
    let begin = head.at;
    let word = head.word().unwrap_or_default();
    match word.as_str() {
        "view" => view::view(&mut head, draft),
        "materialized" => view::materialized(&mut head, draft),
        "function" => routine::function(&mut head, draft),
        "procedure" => routine::procedure(&mut head, draft),
        "aggregate" => aggregate::aggregate(&mut head, draft),
        "trigger" => on_table::trigger(&mut head, constraint, draft),
        "policy" => on_table::policy(&mut head, draft),
        "rule" => on_table::rule(&mut head, draft),
        "event" => database::event_trigger(&mut head, draft),
        "server" => database::server(&mut head, draft),
        "user" => database::user_mapping(&mut head, draft),
        "publication" => database::publication(&mut head, draft),
        "subscription" => database::subscription(&mut head, draft),
        _ => {
            head.at = begin;
            Err(head.unknown())
        }
    }
}

/// A statement, read from its beginning.
pub struct Head<'a> {
    sql: &'a str,
    tokens: Vec<Lexeme<'a>>,
    at: usize,
    scope: &'a Scope<'a>,
}

/// A text of a declaration; where it stands is the scope's to say.
pub fn said(text: impl Into<String>) -> Spanned<String> {
    Spanned::new(text.into(), Location::UNKNOWN, Location::UNKNOWN)
}

impl<'a> Head<'a> {
    fn of(sql: &'a str, scope: &'a Scope<'a>) -> Result<Self> {
        let tokens = lex::tokens(sql).map_err(|why| scope.error(why, &said("")))?;
        let tokens = tokens.into_iter().filter(|token| token.kind != Kind::Comment).collect();
        Ok(Self { sql, tokens, at: 0, scope })
    }

    fn unknown(&self) -> Error {
        let words: Vec<&str> = self.tokens.iter().take(3).map(|token| token.text).collect();
        self.wrong(format!("not supported: {} … in a model file", words.join(" "))).hint(
            "such a file holds CREATE VIEW, MATERIALIZED VIEW, FUNCTION, PROCEDURE, AGGREGATE, TRIGGER, POLICY, RULE, EVENT TRIGGER, SERVER, USER MAPPING, PUBLICATION and SUBSCRIPTION; declare anything else in YAML",
        )
    }

    /// At the token that is next.
    pub fn wrong(&self, message: impl Into<String>) -> Error {
        let offset = self.tokens.get(self.at).map_or(self.sql.len(), |token| token.start);
        Error::new(message).at(self.place(offset))
    }

    fn place(&self, offset: usize) -> Place {
        let origin = self.scope.place(&said(""));
        let before = &self.sql[..offset];
        let lines = before.matches('\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count();
        Place::new(&origin.file, origin.line + lines, if lines == 0 { origin.column + column } else { column + 1 })
    }

    pub fn peek(&self) -> Option<Lexeme<'a>> {
        self.tokens.get(self.at).copied()
    }

    pub fn is(&self, word: &str) -> bool {
        self.peek().is_some_and(|token| token.is_word(word) || token.is_symbol(word))
    }

    pub fn takes(&mut self, word: &str) -> bool {
        let is = self.is(word);
        self.at += usize::from(is);
        is
    }

    /// All of these words, or none.
    pub fn takes_all(&mut self, words: &[&str]) -> bool {
        let begin = self.at;
        let all = words.iter().all(|word| self.takes(word));
        if !all {
            self.at = begin;
        }
        all
    }

    pub fn must(&mut self, word: &str) -> Result<()> {
        match self.takes(word) {
            true => Ok(()),
            false => {
                Err(self.wrong(format!("`{}` is expected here", word.to_uppercase())).hint("correct the statement"))
            }
        }
    }

    /// A bare word, in lower case.
    pub fn word(&mut self) -> Option<String> {
        let token = self.peek().filter(|token| token.kind == Kind::Word)?;
        self.at += 1;
        Some(lex::unquoted(token.text))
    }

    pub fn ident(&mut self) -> Result<Spanned<String>> {
        let wrong = self.wrong("a name is expected here").hint("correct the statement");
        self.word().map(said).ok_or(wrong)
    }

    /// A dotted name, as a model has it.
    pub fn name(&mut self) -> Result<Spanned<String>> {
        let mut parts = vec![self.ident()?.value];
        while self.takes(".") {
            parts.push(self.ident()?.value);
        }
        let quoted: Vec<String> = parts.iter().map(|part| Ident::new(part.as_str()).quoted()).collect();
        Ok(said(quoted.join(".")))
    }

    /// What stands in the brackets that open here.
    pub fn bracketed(&mut self) -> Result<&'a str> {
        let open = self.peek().filter(|token| token.is_symbol("("));
        let open = open.ok_or_else(|| self.wrong("`(` is expected here").hint("correct the statement"))?;
        let mut depth = 0;
        while let Some(token) = self.peek() {
            self.at += 1;
            match token.text {
                "(" if token.kind == Kind::Symbol => depth += 1,
                ")" if token.kind == Kind::Symbol => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(self.sql[open.end()..token.start].trim());
            }
        }
        Err(self.wrong("the bracket is never closed").hint("correct the statement"))
    }

    /// Names in brackets, where there are any.
    pub fn names(&mut self) -> Result<Vec<Spanned<String>>> {
        if !self.is("(") {
            return Ok(Vec::new());
        }
        Ok(lex::items(self.bracketed()?).into_iter().map(|item| said(lex::unquoted(item))).collect())
    }

    /// `(fillfactor = 70, security_barrier)`
    pub fn options(&mut self) -> Result<Vec<(Spanned<String>, String)>> {
        let option = |item: &str| match item.split_once('=') {
            Some((name, value)) => (said(lex::unquoted(name.trim())), value.trim().trim_matches('\'').to_owned()),
            None => (said(lex::unquoted(item)), "true".to_owned()),
        };
        Ok(lex::items(self.bracketed()?).into_iter().map(option).collect())
    }

    /// A string, in whichever quotes.
    pub fn string(&mut self) -> Result<String> {
        let wrong = self.wrong("a text in quotes is expected here").hint("write it in '…' or $$…$$");
        let token = self.peek().filter(|token| token.kind == Kind::Text).ok_or_else(|| wrong.clone())?;
        self.at += 1;
        if token.text.starts_with('$') {
            let tag = token.text[1..].find('$').map_or(0, |end| end + 2);
            return Ok(token.text[tag..token.text.len() - tag].to_owned());
        }
        let inner = token.text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        inner.map(|inner| inner.replace("''", "'")).ok_or(wrong)
    }

    /// From here to the end, or to a token.
    pub fn rest(&mut self, end: usize) -> &'a str {
        let start = self.peek().map_or(self.sql.len(), |token| token.start);
        let stop = self.tokens.get(end).map_or(self.sql.len(), |token| token.start);
        self.at = end;
        self.sql[start.min(stop)..stop].trim()
    }

    /// Whether the statement ends in these words, and where they begin.
    pub fn ends_in(&self, words: &[&str]) -> Option<usize> {
        let start = self.tokens.len().checked_sub(words.len()).filter(|start| *start > self.at)?;
        self.tokens[start..].iter().zip(words).all(|(token, word)| token.is_word(word)).then_some(start)
    }

    pub fn end(&self) -> Result<()> {
        match self.peek() {
            None => Ok(()),
            Some(token) => {
                Err(self.wrong(format!("`{}` is not expected here", token.text)).hint("correct the statement"))
            }
        }
    }

    pub fn declare(&self, name: Spanned<String>, declaration: &impl Declare, draft: &mut Draft) -> Result<()> {
        let place = self.scope.place(&name);
        declaration.declare(Given { name: Some(&name), place: &place, table: None, column: None }, self.scope, draft)
    }

    /// Within a table.
    pub fn declare_on(
        &self,
        table: &Spanned<String>,
        name: Spanned<String>,
        declaration: &impl Declare,
        draft: &mut Draft,
    ) -> Result<()> {
        let (place, table) = (self.scope.place(&name), self.scope.declared(table)?);
        let given = Given { name: Some(&name), place: &place, table: Some(&table), column: None };
        declaration.declare(given, self.scope, draft)
    }
}
