//! How is an SQL expression held, so that it is shown as written and compared as the server spells it?

use crate::name::{Ident, Qualified};
use crate::sql::{Expr, Sql};

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
    /// A condition of a domain, which calls what it speaks of VALUE.
    Value,
    ValueDefault,
    /// Of something that a statement of its own makes.
    Made(Box<Making>),
}

/// The statement that makes such a thing in the temporary schema, where the text goes between its halves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Making {
    pub before: Sql,
    pub after: Sql,
    pub read: Reading,
}

/// What is read back of a thing that is called [`MADE`] there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// The query of a view, behind a line of its columns.
    Query,
    /// The body of a function that PostgreSQL has parsed.
    Body,
    /// The default of a function's first argument.
    Argument,
    /// The condition of a trigger.
    When,
    /// Of a policy: which rows are seen, and which may be written.
    Using,
    Check,
    /// All that a rule says behind the name of its table.
    Action,
}

/// What a thing is called while it is tried.
pub const MADE: &str = "autogen made";

impl Role {
    /// Reads back the same of the same kind of thing, however it is made.
    pub fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Role::Made(one), Role::Made(other)) => one.read == other.read,
            _ => self == other,
        }
    }

    /// Whether the text may speak of any relation there is.
    pub fn is_made(&self) -> bool {
        matches!(self, Role::Made(_))
    }

    /// Whether the text stands on its table, and not on its own.
    pub fn is_of_table(&self) -> bool {
        match self {
            Role::Made(making) => !matches!(making.read, Reading::Query | Reading::Body | Reading::Argument),
            role => !role.is_of_domain(),
        }
    }

    /// Of a domain, and not of a table.
    pub fn is_of_domain(&self) -> bool {
        matches!(self, Role::Value | Role::ValueDefault)
    }
}

/// An expression of an object, to be made canonical.
pub struct Slot<'a> {
    /// The table, or the domain, that it is of.
    pub table: Qualified,
    pub role: Role,
    pub expression: &'a mut Expression,
}
