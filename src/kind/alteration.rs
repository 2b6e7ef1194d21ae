//! What does a kind say of its objects that is no object itself?

use super::Type;
use crate::name::{Ident, Qualified};

/// A column as another table could have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnShape {
    pub name: Ident,
    pub ty: Type,
    pub collation: Option<Qualified>,
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
}
