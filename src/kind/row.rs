//! How is one row of the catalog read, by column name and never by position?
//!
//! Rows arrive as text (the simple protocol); lists arrive as JSON, so that no name can be mistaken for a separator.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::name::{Ident, Qualified};
use crate::sql::Expr;

use super::Expression;

/// One row and the names of its columns.
pub struct Row {
    columns: Arc<[String]>,
    /// The values one after another, and where each ends; NULL is none.
    text: String,
    ends: Vec<(usize, bool)>,
}

impl Row {
    pub fn new<'a>(columns: Arc<[String]>, values: impl Iterator<Item = Option<&'a str>>) -> Self {
        let (mut text, mut ends) = (String::new(), Vec::with_capacity(columns.len()));
        for value in values {
            text.push_str(value.unwrap_or_default());
            ends.push((text.len(), value.is_some()));
        }
        Self { columns, text, ends }
    }

    /// The column's text, or `None` where it is NULL or the query has no such column.
    pub fn opt(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        let (end, there) = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before].0);
        there.then(|| &self.text[start..end])
    }

    pub fn text(&self, column: &str) -> Result<&str> {
        self.opt(column).ok_or_else(|| Error::new(format!("the catalog query gave no value for {column}")))
    }

    pub fn ident(&self, column: &str) -> Result<Ident> {
        self.text(column).map(Ident::new)
    }

    pub fn qualified(&self, schema: &str, name: &str) -> Result<Qualified> {
        Ok(Qualified { schema: self.ident(schema)?, name: self.ident(name)? })
    }

    pub fn is(&self, column: &str) -> bool {
        self.opt(column) == Some("t")
    }

    pub fn number(&self, column: &str) -> Result<i64> {
        let text = self.text(column)?;
        text.parse().map_err(|_| Error::new(format!("the catalog query gave \"{text}\" for {column}, not a number")))
    }

    /// A JSON list of strings; NULL is the empty list.
    pub fn list(&self, column: &str) -> Result<Vec<String>> {
        self.json(column).map(Option::unwrap_or_default)
    }

    pub fn idents(&self, column: &str) -> Result<Vec<Ident>> {
        Ok(self.list(column)?.into_iter().map(Ident::new).collect())
    }

    pub fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        self.opt(column)
            .map(serde_json::from_str)
            .transpose()
            .map_err(|cause| Error::new(format!("the catalog query gave no list for {column}: {cause}")))
    }

    /// An expression that the server printed, where there is one. It gives NULL for one of an object that is gone by now,
    /// which must not be taken for there being none.
    pub fn expression(&self, column: &str, there: bool) -> Result<Option<Expression>> {
        let read = || Ok(Expression::new(Expr::from_server(self.text(column)?)));
        there.then(read).transpose()
    }
}
