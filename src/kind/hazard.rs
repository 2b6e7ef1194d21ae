//! What should a person know before an op runs?

use super::{Name, Space};
use crate::name::Qualified;

/// What is known of the risk or the cost of one op.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hazard {
    pub risk: Risk,
    /// The relation that is locked, rewritten or lost; a hazard to one that the same plan creates is none.
    pub on: Name,
    pub text: String,
    /// Made by the same plan, it takes the hazard away: the default of a new NOT NULL column.
    pub spared_by: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Rows, values or a position are lost.
    Loses,
    /// Values come out otherwise than they look.
    Converts,
    /// Fails on rows that are there.
    MayFail,
    /// Rewrites the table.
    Rewrites,
    /// Blocks reads or writes for longer than the change of a catalog row.
    Blocks,
    /// Cannot be undone as it was.
    OneWay,
    /// Breaks programs that use the old form.
    Breaks,
    /// The lock, for the record.
    Lock,
}

impl Risk {
    pub fn word(self) -> &'static str {
        match self {
            Risk::Loses => "LOSES DATA",
            Risk::Converts => "converts",
            Risk::MayFail => "may fail",
            Risk::Rewrites => "rewrites",
            Risk::Blocks => "blocks",
            Risk::OneWay => "one way",
            Risk::Breaks => "breaks",
            Risk::Lock => "lock",
        }
    }
}

impl Hazard {
    pub fn new(risk: Risk, on: &Qualified, text: impl Into<String>) -> Self {
        Self { risk, on: Name::relation(on), text: text.into(), spared_by: None }
    }

    /// Of what harms more than what it is of, so that it is said though the plan makes that.
    pub fn everywhere(risk: Risk, text: impl Into<String>) -> Self {
        let on = Name { space: Space::Schema, path: Vec::new() };
        Self { risk, on, text: text.into(), spared_by: None }
    }

    /// The strongest lock on the table, taken for the change of a catalog row only.
    pub fn instant(table: &Qualified) -> Self {
        Self::new(Risk::Lock, table, format!("ACCESS EXCLUSIVE on {table}, instant"))
    }
}
