//! What does a routine do?

use super::super::{Doc, Expression, Fields, Making, Reading, Role, Row, Slot};
use crate::error::Result;
use crate::name::Qualified;
use crate::sql::{Expr, Sql};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// A text that only the language reads.
    Text(String),
    /// A function of a library that is loaded.
    Linked { file: String, symbol: String },
    /// `BEGIN ATOMIC …` or `RETURN …`, which PostgreSQL has parsed.
    Parsed(Expression),
}

impl Body {
    pub fn read(row: &Row) -> Result<Self> {
        if let Some(body) = row.expression("sql_body", row.is("parsed"))? {
            return Ok(Body::Parsed(body));
        }
        let source = row.text("source")?.to_owned();
        Ok(match row.opt("file") {
            Some(file) => Body::Linked { file: file.to_owned(), symbol: source },
            None => Body::Text(source),
        })
    }

    pub fn parsed_mut(&mut self) -> Option<&mut Expression> {
        match self {
            Body::Parsed(body) => Some(body),
            _ => None,
        }
    }

    pub fn parsed(&self) -> Option<&Expression> {
        match self {
            Body::Parsed(body) => Some(body),
            _ => None,
        }
    }

    pub fn quoted(&self) -> Option<&str> {
        match self {
            Body::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Block text of YAML ends in a line break, which nobody means, and begins without one.
    pub fn adopt(&mut self, live: &Self) {
        if let (Body::Text(text), Body::Text(live)) = (self, live)
            && text.ends_with('\n')
            && !text.starts_with('\n')
            && text.trim_matches('\n') == live.trim_matches('\n')
        {
            text.clone_from(live);
        }
    }

    /// Tried in a function with the same arguments and result.
    pub fn slot(&mut self, of: &Qualified, arguments: Sql, returns: Sql) -> Option<Slot<'_>> {
        let Body::Parsed(expression) = self else { return None };
        // the server qualifies arguments with the function's own name
        let name = Qualified::new("pg_temp", &of.name);
        let made =
            Sql::new().kw(if returns.is_empty() { "CREATE PROCEDURE" } else { "CREATE FUNCTION" }).qualified(&name);
        let before = made.kw("(").sql(&arguments).kw(")").sql(&returns).kw("LANGUAGE sql");
        let making = Making { before, after: Sql::new(), read: Reading::Body };
        Some(Slot { table: of.clone(), role: Role::Made(Box::new(making)), expression })
    }

    pub fn sql(&self, sql: Sql) -> Sql {
        match self {
            Body::Text(text) => sql.kw("AS").dollar_quoted(text),
            Body::Linked { file, symbol } => sql.kw("AS").literal(file).kw(",").literal(symbol),
            Body::Parsed(body) => sql.expr(&body.written),
        }
    }

    pub fn write(&self, fields: Fields) -> Fields {
        match self {
            Body::Text(text) => fields.put("body", Doc::text(text)),
            Body::Linked { file, symbol } => fields.put("file", Doc::text(file)).put("symbol", Doc::text(symbol)),
            Body::Parsed(body) => fields.put("sql_body", Doc::text(body.written.text())),
        }
    }

    /// `BEGIN ATOMIC` holds statements with their semicolons; what lexes and balances is one body.
    pub fn declared(text: &str) -> Result<Self, String> {
        Ok(Body::Parsed(Expression::new(Expr::block(text)?)))
    }
}
