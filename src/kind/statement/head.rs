//! How are the words of a statement read, one after the other?
//!
//! By their tokens; what is taken as it stands (a query, a body, a type) keeps its own bytes.

use super::super::document::{Declare, Given};
use super::said;
use crate::draft::{Draft, Scope};
use crate::error::{Error, Place, Result};
use crate::lex::{self, Kind, Lexeme};
use crate::name::Ident;
use crate::spanned::Spanned;
use crate::sql::OPERATOR;

/// A statement, read from its beginning.
pub struct Head<'a> {
    pub sql: &'a str,
    pub tokens: Vec<Lexeme<'a>>,
    pub at: usize,
    pub scope: &'a Scope<'a>,
}

impl<'a> Head<'a> {
    pub fn of(sql: &'a str, scope: &'a Scope<'a>) -> Result<Self> {
        let tokens = lex::tokens(sql).map_err(|why| scope.error(why, &said("")))?;
        let tokens = tokens.into_iter().filter(|token| token.kind != Kind::Comment).collect();
        Ok(Self { sql, tokens, at: 0, scope })
    }

    /// At the token that is next.
    pub fn wrong(&self, message: impl Into<String>) -> Error {
        let offset = self.tokens.get(self.at).map_or(self.sql.len(), |token| token.start);
        Error::new(message).at(self.place(offset))
    }

    /// The scope, with the token that is next as the place of what is read there.
    pub fn here(&self) -> Scope<'a> {
        let offset = self.tokens.get(self.at).map_or(self.sql.len(), |token| token.start);
        Scope { origin: Some(self.place(offset)), ..self.scope.clone() }
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

    /// The one of these words that comes next.
    pub fn one_of(&mut self, words: &[&'static str]) -> Result<&'static str> {
        let known = words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>().join(" or ");
        let wrong = self.wrong(format!("{known} is expected here")).hint("correct the statement");
        words.iter().find(|word| self.takes(word)).copied().ok_or(wrong)
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
        let parts = self.parts()?;
        Ok(said(parts.iter().map(Ident::quoted).collect::<Vec<_>>().join(".")))
    }

    /// The parts of a dotted name.
    pub fn parts(&mut self) -> Result<Vec<Ident>> {
        let mut parts = vec![Ident::new(self.ident()?.value)];
        while self.takes(".") {
            parts.push(Ident::new(self.ident()?.value));
        }
        Ok(parts)
    }

    /// `public.add(integer, integer)`; the brackets may be missing.
    pub fn routine(&mut self) -> Result<Spanned<String>> {
        let name = self.name()?.value;
        Ok(said(if self.is("(") { format!("{name}({})", self.bracketed()?) } else { name }))
    }

    /// `===`, `public.===`
    pub fn operator(&mut self) -> Result<Spanned<String>> {
        let mut schema = String::new();
        if self.tokens.get(self.at + 1).is_some_and(|next| next.is_symbol(".")) {
            schema = Ident::new(self.ident()?.value).quoted() + ".";
            self.must(".")?;
        }
        let wrong = self.wrong("an operator is expected here").hint("correct the statement");
        let is = |text: &str| text.chars().all(|c| OPERATOR.contains(c));
        let token = self.peek().filter(|token| token.kind == Kind::Symbol && is(token.text)).ok_or(wrong)?;
        self.at += 1;
        Ok(said(schema + token.text))
    }

    /// What commas separate.
    pub fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let mut items = vec![one(self)?];
        while self.takes(",") {
            items.push(one(self)?);
        }
        Ok(items)
    }

    /// `(PARSER = p, MERGES)`: `one` has the name of each and reads the rest of it.
    pub fn parameters(&mut self, mut one: impl FnMut(&mut Self, &str) -> Result<()>) -> Result<()> {
        self.must("(")?;
        self.list(|head| {
            let name = head.ident()?.value;
            one(head, &name)
        })?;
        self.must(")")
    }

    /// The name of a parameter, which was read last.
    pub fn unknown_option(&self, statement: &str, option: &str) -> Error {
        let word = option.to_uppercase();
        let before = self.at.saturating_sub(1);
        let offset = self.tokens.get(before).map_or(0, |token| token.start);
        Error::new(format!("not supported: {word} in {statement}")).at(self.place(offset))
    }

    /// `= value` of what is true where nothing is said.
    pub fn flag(&mut self) -> bool {
        !self.takes("=") || !matches!(self.value().to_lowercase().as_str(), "false" | "off" | "0")
    }

    /// To the comma or the bracket behind it.
    pub fn value(&mut self) -> &'a str {
        let mut depth = 0;
        for (n, token) in self.tokens.iter().enumerate().skip(self.at) {
            match token.text {
                "(" | "[" => depth += 1,
                ")" | "," if depth == 0 => return self.rest(n),
                ")" | "]" => depth -= 1,
                _ => {}
            }
        }
        self.rest(self.tokens.len())
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
