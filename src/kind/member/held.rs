//! Which members does a class keep, and which are the family's?
//!
//! Since version 14 the access method decides (`amadjustmembers`), and moves to the family what the class can be without. Such a member
//! outlives its class; nothing takes a member that the class keeps out of it.

use super::{Member, What};
use crate::kind::Type;
use crate::name::Ident;

impl Member {
    /// Whether a class of this method for this type keeps it.
    pub fn is_held(&self, method: &Ident, ty: &Type) -> bool {
        let own = [&self.left, &self.right].iter().all(|side| side.base() == ty.base());
        match (method.as_str(), &self.what) {
            ("btree" | "hash", What::Operator { .. }) => own,
            // nbtvalidate.c, hashvalidate.c: the comparison, the hash
            ("btree" | "hash", What::Function { .. }) => own && self.number == 1,
            ("gist" | "gin" | "spgist", What::Operator { .. }) => false,
            // gistvalidate.c: consistent, union, penalty, picksplit, same
            ("gist", What::Function { .. }) => matches!(self.number, 1 | 2 | 5 | 6 | 7),
            // ginvalidate.c: extractValue, extractQuery
            ("gin", What::Function { .. }) => matches!(self.number, 2 | 3),
            // spgvalidate.c: config, choose, picksplit, inner_consistent, leaf_consistent
            ("spgist", What::Function { .. }) => matches!(self.number, 1..=5),
            _ => true,
        }
    }
}

/// The types of a function that states none (`assignProcTypes` of opclasscmds.c); `None` where they are those of the class.
pub fn usual(method: &Ident, number: i16, arguments: &[Type]) -> Option<(Type, Type)> {
    match (method.as_str(), number, arguments) {
        ("btree", 1, [left, right]) | ("btree", 3, [left, _, right, ..]) => Some((left.clone(), right.clone())),
        ("hash", 1 | 2, [one, ..]) => Some((one.clone(), one.clone())),
        _ => None,
    }
}
