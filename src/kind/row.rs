//! How is one row of the catalog read, by column name and never by position?
//!
//! Rows arrive as text (the simple protocol); lists of names arrive as JSON, so that no name can be mistaken for a separator.
//! What thousands of rows have in common (the table, its columns) arrives as the catalog's own numbers, and [`Names`] tells
//! what they stand for: to look a name up in every row, and to send it, costs more than all else.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::error::{Error, Result};
use crate::name::{Ident, Qualified};
use crate::sql::Expr;

use super::{Expression, Space, Type};

/// `DEFAULT_COLLATION_OID` of `pg_collation.dat`, which is no other collation than that of a type without one.
const DEFAULT_COLLATION: u32 = 100;

/// What the numbers in the rows stand for.
#[derive(Debug, Default)]
pub struct Names {
    things: FxHashMap<(Space, u32), Qualified>,
    /// Operator classes that are the usual ones of their types.
    usual: FxHashSet<u32>,
    columns: FxHashMap<(u32, i16), Numbered>,
    /// By `atttypid` and `atttypmod`; with the collation that is usual for the type.
    types: FxHashMap<(u32, i32), (Type, u32)>,
}

#[derive(Debug)]
struct Numbered {
    name: Ident,
    collation: u32,
}

impl Names {
    pub fn add(&mut self, space: Space, oid: u32, name: Qualified) {
        self.things.insert((space, oid), name);
    }

    pub fn ty(&mut self, oid: u32, modifier: i32, ty: Type, collation: u32) {
        self.types.insert((oid, modifier), (ty, collation));
    }

    pub fn usual(&mut self, opclass: u32) {
        self.usual.insert(opclass);
    }

    /// A row that has a `position` is of a column of its `table`.
    pub fn learn(&mut self, row: &Row) -> Result<()> {
        let Some(position) = row.opt("position").and_then(|text| text.parse().ok()) else { return Ok(()) };
        let collation = row.opt("collation").and_then(|text| text.parse().ok()).unwrap_or(0);
        self.columns.insert((row.oid("table")?, position), Numbered { name: row.ident("name")?, collation });
        Ok(())
    }
}

/// One row and the names of its columns.
pub struct Row<'a> {
    columns: &'a [String],
    /// NULL is none.
    values: Vec<Option<&'a str>>,
    names: &'a Names,
}

impl<'a> Row<'a> {
    pub fn new(columns: &'a [String], values: impl Iterator<Item = Option<&'a str>>, names: &'a Names) -> Self {
        Self { columns, values: values.collect(), names }
    }

    /// The column's text, or `None` where it is NULL or the query has no such column.
    pub fn opt(&self, column: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|name| name == column)?;
        *self.values.get(at)?
    }

    pub fn text(&self, column: &str) -> Result<&'a str> {
        self.opt(column).ok_or_else(|| Error::new(format!("the catalog query gave no value for {column}")))
    }

    pub fn ident(&self, column: &str) -> Result<Ident> {
        self.text(column).map(Ident::new)
    }

    pub fn qualified(&self, schema: &str, name: &str) -> Result<Qualified> {
        Ok(Qualified { schema: self.ident(schema)?, name: self.ident(name)? })
    }

    /// A schema and a name, in JSON, where there is one.
    pub fn pair(&self, column: &str) -> Result<Option<Qualified>> {
        let pair: Option<(String, String)> = self.json(column)?;
        Ok(pair.map(|(schema, name)| Qualified { schema: Ident::new(schema), name: Ident::new(name) }))
    }

    /// The same where there is always one.
    pub fn must_pair(&self, column: &str) -> Result<Qualified> {
        self.pair(column)?.ok_or_else(|| Error::new(format!("the catalog query gave no value for {column}")))
    }

    pub fn is(&self, column: &str) -> bool {
        self.opt(column) == Some("t")
    }

    pub fn number(&self, column: &str) -> Result<i64> {
        let text = self.text(column)?;
        text.parse().map_err(|_| Error::new(format!("the catalog query gave \"{text}\" for {column}, not a number")))
    }

    pub fn oid(&self, column: &str) -> Result<u32> {
        Ok(self.number(column)? as u32)
    }

    /// The managed table that the column gives the oid of.
    pub fn table(&self, column: &str) -> Result<Qualified> {
        self.named(Space::Relation, self.oid(column)?).cloned()
    }

    fn named(&self, space: Space, oid: u32) -> Result<&'a Qualified> {
        let unknown = || Error::new(format!("the catalog query gave the number {oid}, which stands for no name"));
        self.names.things.get(&(space, oid)).ok_or_else(unknown)
    }

    /// The operator class of this number, and whether it is the usual one of its type.
    pub fn opclass(&self, oid: u32) -> Option<(&'a Qualified, bool)> {
        let name = self.names.things.get(&(Space::OperatorClass, oid))?;
        Some((name, self.names.usual.contains(&oid)))
    }

    /// The name of the column of this number in the table.
    pub fn column(&self, table: u32, number: i16) -> Result<Ident> {
        let unknown = || Error::new(format!("the catalog query gave column {number} of {table}, which has no name"));
        self.names.columns.get(&(table, number)).map(|column| column.name.clone()).ok_or_else(unknown)
    }

    /// The type that the row gives the number and the modifier of, and the number of its usual collation.
    pub fn column_type(&self) -> Result<(&'a Type, u32)> {
        let modifier = self.opt("modifier").and_then(|text| text.parse().ok()).unwrap_or(-1);
        let oid = self.oid("type")?;
        let unknown = || Error::new(format!("the catalog query gave the type {oid}, which has no name"));
        self.names.types.get(&(oid, modifier)).map(|(ty, collation)| (ty, *collation)).ok_or_else(unknown)
    }

    /// The number of the collation that the column of the table has.
    pub fn collation_of(&self, table: u32, column: i16) -> u32 {
        self.names.columns.get(&(table, column)).map_or(0, |column| column.collation)
    }

    pub fn collation(&self, oid: u32) -> Option<&'a Qualified> {
        self.names.things.get(&(Space::Collation, oid))
    }

    /// The collation, where it is another than the usual one.
    pub fn collation_beside(&self, usual: u32, collation: u32) -> Option<&'a Qualified> {
        let known = |oid: u32| if oid == DEFAULT_COLLATION { 0 } else { oid };
        (collation != 0 && known(usual) != known(collation)).then(|| self.collation(collation))?
    }

    /// An array or a vector of numbers; NULL is the empty list.
    pub fn numbers<T: std::str::FromStr>(&self, column: &str) -> Result<Vec<T>> {
        let text = self.opt(column).unwrap_or_default();
        let numbers = text.trim_matches(['{', '}']).split([',', ' ']).filter(|number| !number.is_empty());
        let bad = |_| Error::new(format!("the catalog query gave \"{text}\" for {column}, not a list of numbers"));
        numbers.map(|number| number.parse().map_err(bad)).collect()
    }

    /// The columns, of the table that `table` gives the oid of, that `column` gives the numbers of.
    pub fn columns(&self, table: &str, column: &str) -> Result<Vec<Ident>> {
        let table = self.oid(table)?;
        self.numbers(column)?.into_iter().map(|number| self.column(table, number)).collect()
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
