//! How is SQL text built so that no value can become code?
//!
//! Invariant: a [`Sql`] grows only by key words known at compile time (`&'static str`), by names, literals and types that
//! quote themselves, and by [`Expr`]s, which have been through the lexer. There is no way to append a loose string.

use std::fmt;

use crate::kind::Type;
use crate::lex::{Kind as Lex, Lexeme};
use crate::name::{Ident, Qualified};

/// What the name of an operator is made of.
pub const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

/// A piece of SQL under construction.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sql(String);

impl Sql {
    pub fn new() -> Self {
        Self::default()
    }

    /// Key words and punctuation; a space is put before unless the text so far ends in an opening one.
    pub fn kw(mut self, words: &'static str) -> Self {
        self.space(words);
        self.0.push_str(words);
        self
    }

    pub fn ident(mut self, name: &Ident) -> Self {
        self.space("");
        self.0.push_str(&name.quoted());
        self
    }

    pub fn qualified(mut self, name: &Qualified) -> Self {
        self.space("");
        self.0.push_str(&name.to_string());
        self
    }

    /// A string literal, with the escape form where the text holds a backslash.
    pub fn literal(mut self, text: &str) -> Self {
        self.space("");
        self.0.push_str(&quote_literal(text));
        self
    }

    /// A text in dollar quotes, which no part of it can end.
    pub fn dollar_quoted(mut self, text: &str) -> Self {
        let free = |tag: &String| !format!("{text}$").contains(tag.as_str());
        let tags = ["$$", "$function$"].map(str::to_owned).into_iter();
        let tag = tags.chain((1..).map(|n| format!("$function{n}$"))).find(free).unwrap_or_default();
        self.space("");
        self.0.push_str(&format!("{tag}{text}{tag}"));
        self
    }

    /// `public.add(integer, integer)`
    pub fn routine<'a>(self, name: &Qualified, types: impl IntoIterator<Item = &'a Type>) -> Self {
        self.qualified(name).glued("(").list(types.into_iter().map(|ty| Sql::new().ty(ty))).kw(")")
    }

    /// Without a space before it.
    pub fn glued(mut self, word: &'static str) -> Self {
        self.0.push_str(word);
        self
    }

    /// An operator, found along the search path or in a schema; one of PostgreSQL's own needs none.
    pub fn operator(mut self, schema: Option<&Ident>, symbols: &str) -> Self {
        let symbols: String = symbols.chars().filter(|c| OPERATOR.contains(*c)).collect();
        self.space("");
        self.0.push_str(&match schema.filter(|schema| schema.as_str() != "pg_catalog") {
            None => symbols,
            Some(schema) => format!("OPERATOR({schema}.{symbols})"),
        });
        self
    }

    /// `public.===`, where an operator is made or changed.
    pub fn operator_name(mut self, schema: &Ident, symbols: &str) -> Self {
        let symbols: String = symbols.chars().filter(|c| OPERATOR.contains(*c)).collect();
        self.space("");
        self.0.push_str(&format!("{schema}.{symbols}"));
        self
    }

    /// The types that a cast or an operator is known by, as its id has them: `(text AS public.mood)`, `(NONE, integer)`.
    pub fn bracketed(self, types: &Ident) -> Self {
        let inner = types.as_str().trim_start_matches('(').strip_suffix(')').unwrap_or_default();
        let ty = |text: &str| match text {
            "NONE" => Sql::new().kw("NONE"),
            text => Sql::new().ty(&Type::from_server(text)),
        };
        let sql = self.kw("(");
        match inner.split_once(" AS ") {
            Some((source, target)) => sql.sql(&ty(source)).kw("AS").sql(&ty(target)).kw(")"),
            None => sql.list(crate::lex::items(inner).into_iter().map(ty)).kw(")"),
        }
    }

    pub fn number(mut self, value: impl Into<i128>) -> Self {
        self.space("");
        self.0.push_str(&value.into().to_string());
        self
    }

    pub fn ty(mut self, ty: &Type) -> Self {
        self.space("");
        self.0.push_str(&ty.to_string());
        self
    }

    /// A dotted name of as many parts as the kind has.
    pub fn path(mut self, path: &[Ident]) -> Self {
        self.space("");
        self.0.push_str(&path.iter().map(Ident::quoted).collect::<Vec<_>>().join("."));
        self
    }

    /// A storage parameter: `fillfactor = '70'`; one of the table's TOAST table is `toast.autovacuum_enabled = 'false'`.
    pub fn setting(self, name: &Ident, value: &str) -> Self {
        self.parameter(name).kw("=").literal(value)
    }

    pub fn parameter(self, name: &Ident) -> Self {
        match name.as_str().strip_prefix("toast.") {
            Some(own) => self.path(&[Ident::new("toast"), Ident::new(own)]),
            None => self.ident(name),
        }
    }

    /// `table.column`, as OWNED BY takes it.
    pub fn column(mut self, table: &Qualified, column: &Ident) -> Self {
        self.space("");
        self.0.push_str(&format!("{table}.{column}"));
        self
    }

    /// `::type` put behind without a space; `operator` may hold casts on the way.
    pub fn cast(mut self, operator: &'static str, ty: &Type) -> Self {
        self.0.push_str(operator);
        self.0.push_str(&ty.to_string());
        self
    }

    pub fn expr(mut self, expression: &Expr) -> Self {
        self.space("");
        self.0.push_str(expression.text());
        self
    }

    /// Another piece, as it is.
    pub fn sql(mut self, other: &Sql) -> Self {
        self.space(&other.0);
        self.0.push_str(&other.0);
        self
    }

    /// Pieces with `, ` between.
    pub fn list(self, pieces: impl IntoIterator<Item = Sql>) -> Self {
        self.joined(pieces, ", ")
    }

    /// Pieces one to a line, four spaces in, with commas.
    pub fn lines(self, pieces: impl IntoIterator<Item = Sql>) -> Self {
        let mut out = self.lines_open(pieces);
        out.0.push('\n');
        out
    }

    /// The same without the line that would follow.
    pub fn lines_open(self, pieces: impl IntoIterator<Item = Sql>) -> Self {
        self.joined(pieces.into_iter().map(|p| Sql(format!("\n    {}", p.0))), ",")
    }

    /// `(a, b)` of names.
    pub fn names<'a>(self, names: impl IntoIterator<Item = &'a Ident>) -> Self {
        self.kw("(").list(names.into_iter().map(|n| Sql::new().ident(n))).kw(")")
    }

    pub fn when(self, condition: bool, then: impl FnOnce(Self) -> Self) -> Self {
        if condition { then(self) } else { self }
    }

    pub fn maybe<T>(self, value: Option<T>, then: impl FnOnce(Self, T) -> Self) -> Self {
        match value {
            Some(value) => then(self, value),
            None => self,
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn joined(mut self, pieces: impl IntoIterator<Item = Sql>, separator: &str) -> Self {
        for (n, piece) in pieces.into_iter().enumerate() {
            if n == 0 {
                self.space(&piece.0);
            } else {
                self.0.push_str(separator);
            }
            self.0.push_str(&piece.0);
        }
        self
    }

    fn space(&mut self, next: &str) {
        let closed = self.0.is_empty() || self.0.ends_with(['(', ' ', '\n', '[']);
        if !closed && !next.starts_with([')', ',', ';', '\n', ']']) {
            self.0.push(' ');
        }
    }
}

impl fmt::Display for Sql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A string as a literal that reads the same whatever `standard_conforming_strings` says.
pub fn quote_literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') { format!("E'{}'", doubled.replace('\\', "\\\\")) } else { format!("'{doubled}'") }
}

/// A string literal of any text that is one line of a script.
pub fn quote_on_one_line(text: &str) -> String {
    let doubled = text.replace('\'', "''").replace('\\', "\\\\");
    format!("E'{}'", doubled.replace('\n', "\\n").replace('\r', "\\r"))
}

/// One SQL expression, as somebody wrote it or as the server printed it. It has been through the lexer: brackets balance,
/// strings are closed, and there is no `;`, no comment and no `,` outside brackets, so that it stays an expression wherever it is put.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expr(String);

/// Every bracket has its other; `allowed` says what is wrong with a token, which may stand within brackets or not.
fn balanced(tokens: &[Lexeme], allowed: impl Fn(&Lexeme, bool) -> Result<(), &'static str>) -> Result<(), String> {
    let mut open = Vec::new();
    for token in tokens {
        allowed(token, !open.is_empty())?;
        match (token.kind, token.text) {
            (Lex::Symbol, "(" | "[") => open.push(token.text),
            (Lex::Symbol, close @ (")" | "]")) if open.pop() != Some(if close == ")" { "(" } else { "[" }) => {
                return Err(format!("`{close}` has no opening bracket"));
            }
            _ => {}
        }
    }
    open.pop().map_or(Ok(()), |bracket| Err(format!("`{bracket}` is never closed")))
}

impl Expr {
    /// `Err` says in words what keeps the text from being one expression.
    pub fn checked(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("the expression is empty".into());
        }
        let tokens = crate::lex::tokens(text)?;
        balanced(&tokens, |token, within| match (token.kind, token.text) {
            (Lex::Comment, _) => Err("an expression cannot hold a comment"),
            (Lex::Symbol, ";") => Err("an expression cannot hold `;`"),
            // in ALTER TABLE the next subcommand would follow
            (Lex::Symbol, ",") if !within => Err("one expression is wanted, and `,` begins another"),
            _ => Ok(()),
        })?;
        Ok(Self(text.to_owned()))
    }

    /// `BEGIN ATOMIC … END` or `RETURN …`: statements within, and nothing behind.
    pub fn block(text: &str) -> Result<Self, String> {
        let text = text.trim().trim_end_matches(';').trim_end();
        let tokens = crate::lex::tokens(text)?;
        let tokens: Vec<_> = tokens.iter().filter(|token| token.kind != Lex::Comment).collect();
        match tokens.as_slice() {
            [first, ..] if first.is_word("return") => Self::statement(text),
            [first, second, .., last] if first.is_word("begin") && second.is_word("atomic") && last.is_word("end") => {
                Ok(Self(text.to_owned()))
            }
            _ => Err("the body begins with neither RETURN nor BEGIN ATOMIC, or has no END".into()),
        }
    }

    /// A query, or another text that is a statement's to the end: it may hold commas and comments, and nothing that would end it.
    pub fn statement(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let mut tokens = crate::lex::tokens(text)?;
        while tokens.last().is_some_and(|last| last.is_symbol(";")) {
            tokens.pop();
        }
        let Some(last) = tokens.last() else { return Err("the text is empty".into()) };
        let (end, ends_in_comment) = (last.end(), last.kind == Lex::Comment);
        balanced(&tokens, |token, within| match token.is_symbol(";") && !within {
            true => Err("one statement is wanted, and `;` ends it"),
            false => Ok(()),
        })?;
        // what follows must not become a part of the comment
        Ok(Self(if ends_in_comment { format!("{}\n", &text[..end]) } else { text[..end].to_owned() }))
    }

    /// Text that the server printed.
    pub fn from_server(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// The text where the grammar takes only a part of an expression (`DEFAULT` within a column definition): in brackets
    /// unless it is one literal, name, call or cast, which no clause that follows can bind to.
    pub fn as_operand(&self) -> Sql {
        if crate::lex::is_operand(&self.0) { Sql(self.0.clone()) } else { self.in_brackets() }
    }

    /// The text in brackets, unless one pair already holds all of it.
    pub fn in_brackets(&self) -> Sql {
        if crate::lex::is_bracketed(&self.0) { Sql(self.0.clone()) } else { Sql(format!("({})", self.0)) }
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_that_would_end_its_statement_is_refused() {
        for bad in ["1; drop table t", "1) , (2", "1, drop column a", "(1", "1 -- x", "1 /* x */", "'a", "", "$$a"] {
            assert!(Expr::checked(bad).is_err(), "{bad}");
        }
        for good in ["1", "lower(a)", "';--'", "$$;$$", "a ->> 'x'", "\"--\" > 1", "(a)[1]", "f(a, b)", "array[1, 2]"] {
            assert!(Expr::checked(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_literal_keeps_its_backslashes() {
        assert_eq!(quote_literal("a'b\\c"), "E'a''b\\\\c'");
    }

    #[test]
    fn brackets_are_put_only_around_what_has_none() {
        let put = |text: &str| Expr::checked(text).unwrap().in_brackets().to_string();
        assert_eq!(put("a > 0"), "(a > 0)");
        assert_eq!(put("(a > 0)"), "(a > 0)");
        assert_eq!(put("(a) > (b)"), "((a) > (b))");
    }
}
