//! What is not ours, and stands on something that is?
//!
//! Nothing here is compared. A change that would take such a thing along, or that the server would refuse because of it, is
//! refused by its name.

use std::collections::BTreeSet;

use crate::kind::{Fact, Name};

/// Left out by a rule, in a schema that is not managed, or an extension's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Outsider {
    /// `view secret.v`
    pub what: String,
    /// What has to hold for it.
    pub on: BTreeSet<Fact>,
    /// Columns whose type the server does not change under it.
    pub types: BTreeSet<Name>,
    /// It goes with one of these, as a trigger goes with its table.
    pub within: Vec<Name>,
}

impl Outsider {
    /// What it stands on that ends.
    pub fn harmed<'a>(&'a self, ended: &BTreeSet<Fact>) -> Option<&'a Name> {
        let exists = |name: &Name| Fact::Exists(name.clone());
        if self.within.iter().any(|name| ended.contains(&exists(name))) {
            return None;
        }
        let lost = self.on.iter().find(|fact| ended.contains(*fact)).map(|fact| match fact {
            Fact::Exists(name) | Fact::Type(name, _) | Fact::ExactType(name, _) | Fact::NotNull(name) => name,
            Fact::Label(name, _)
            | Fact::Attribute(name, _)
            | Fact::Key(name, _)
            | Fact::Logged(name, _)
            | Fact::Passes(name) => name,
        });
        let other_type = |name: &&Name| {
            let is = |fact: &Fact| matches!(fact, Fact::Type(of, _) | Fact::ExactType(of, _) if of == *name);
            ended.iter().any(is)
        };
        lost.or_else(|| self.types.iter().find(other_type))
    }

    /// Every name in it, to be read as it will be after renames.
    pub fn rename(&mut self, rename: impl Fn(&mut Name)) {
        let renamed = |mut name: Name| {
            rename(&mut name);
            name
        };
        let facts = std::mem::take(&mut self.on).into_iter().map(|fact| match fact {
            Fact::Exists(name) => Fact::Exists(renamed(name)),
            Fact::Key(name, columns) => Fact::Key(renamed(name), columns),
            other => other,
        });
        self.on = facts.collect();
        self.types = std::mem::take(&mut self.types).into_iter().map(renamed).collect();
        self.within = std::mem::take(&mut self.within).into_iter().map(renamed).collect();
    }
}
