//! How do values go over to a type that takes another one's place?
//!
//! Through their text, and where the new type lacks a value, as what is said to take its place. Invariant: what takes a place
//! is a value of the new type, and never one that has to be replaced itself.

use std::collections::BTreeMap;

use super::Type;
use crate::sql::Sql;

/// Values that the new type lacks, each with what it becomes: nothing is null.
pub type Values = BTreeMap<String, Option<String>>;

/// What the models say of the values of one type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    pub values: Values,
    /// It was said of the other way.
    pub back: bool,
}

impl Mapping {
    pub fn inverted(&self) -> Self {
        Self { values: self.values.clone(), back: !self.back }
    }
}

/// What everything that moves to one type has in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Carriage {
    pub values: Values,
    /// Values that were told apart become one.
    pub merges: bool,
    /// What looks like a single value is a list of them.
    pub lists: bool,
}

/// What to do where what takes the values is NOT NULL.
pub const NO_NULL: &str = "say a value in place of null, or let it take null in a revision before";

impl Carriage {
    /// A value that has none in its place.
    pub fn null(&self) -> Option<&str> {
        self.values.iter().find(|(_, new)| new.is_none()).map(|(value, _)| value.as_str())
    }

    /// The value as one of the new type; `value` is a name.
    pub fn expression(&self, value: &Sql, ty: &Type) -> Sql {
        let lists = self.lists || ty.array;
        if self.values.is_empty() {
            return value.clone().cast(if lists { "::text[]::" } else { "::text::" }, ty);
        }
        let put = |sql: Sql, new: &Option<String>| match new {
            Some(new) => sql.literal(new),
            None => sql.kw("NULL"),
        };
        let replaced = match lists {
            // elements of any dimension
            true => self.values.iter().fold(value.clone().glued("::text[]"), |list, (old, new)| {
                put(Sql::new().kw("array_replace").glued("(").sql(&list).glued(",").literal(old).glued(","), new)
                    .kw(")")
            }),
            false => {
                let text = value.clone().glued("::text");
                let start = Sql::new().kw("(CASE").sql(&text);
                let each =
                    |sql: Sql, (old, new): (&String, &Option<String>)| put(sql.kw("WHEN").literal(old).kw("THEN"), new);
                self.values.iter().fold(start, each).kw("ELSE").sql(&text).kw("END)")
            }
        };
        replaced.cast("::", ty)
    }
}
