//! How is an SQL expression held, so that it is shown as written and compared as the server spells it?

use crate::name::{Ident, Qualified};
use crate::sql::Expr;

/// An SQL expression: as written, and as the server spells it.
#[derive(Debug, Clone)]
pub struct Expression {
    pub written: Expr,
    /// Compared; equals `written` until [`crate::normal`] has found the server's spelling.
    pub canonical: String,
}

impl Expression {
    pub fn new(written: Expr) -> Self {
        let canonical = written.text().to_owned();
        Self { written, canonical }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Expression {}

/// Where an expression stands, which decides how the server reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Default(Ident),
    Generated(Ident),
    Check,
    IndexKey,
    Predicate,
    /// Of a partition of the table, whose `PARTITION BY` it is read by; the table knows that.
    Bound(String),
    Statistics,
}

/// An expression of an object, to be made canonical.
pub struct Slot<'a> {
    pub table: Qualified,
    pub role: Role,
    pub expression: &'a mut Expression,
}
