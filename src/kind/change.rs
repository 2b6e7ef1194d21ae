//! What happens to one object, and how can it?

use super::Type;
use crate::name::{Ident, Qualified};

/// A column as another table could have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnShape {
    pub name: Ident,
    pub ty: Type,
    pub collation: Option<Qualified>,
}

/// A change of one object. It carries whole values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change<T> {
    Create(T),
    Drop(T),
    Rename { old: T, new: T },
    Alter { old: T, new: T },
}

impl<T> Change<T> {
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Change<U> {
        match self {
            Change::Create(new) => Change::Create(f(new)),
            Change::Drop(old) => Change::Drop(f(old)),
            Change::Rename { old, new } => Change::Rename { old: f(old), new: f(new) },
            Change::Alter { old, new } => Change::Alter { old: f(old), new: f(new) },
        }
    }

    /// The value that stands for the change: the new one where there is one.
    pub fn subject(self) -> T {
        match self {
            Change::Create(value) | Change::Drop(value) => value,
            Change::Rename { new, .. } | Change::Alter { new, .. } => new,
        }
    }
}

/// Whether one value can become the other where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alteration {
    InPlace,
    /// Dropped and created again; refused for what holds data.
    Recreate,
    /// A second object takes over, and what holds data moves to it.
    Swap,
    Refused(String),
    /// Could be made if the models said more of the way; and what they should say.
    Unsaid {
        what: String,
        hint: String,
    },
}
