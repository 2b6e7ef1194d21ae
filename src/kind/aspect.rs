//! Which parts of a database are managed only where somebody asks for it?

use std::collections::BTreeSet;

/// A part that is left alone unless `manage:` of autogen.yaml names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    Privileges,
    Owners,
}

impl Aspect {
    pub const ALL: [Aspect; 2] = [Aspect::Privileges, Aspect::Owners];

    pub fn word(self) -> &'static str {
        match self {
            Aspect::Privileges => "privileges",
            Aspect::Owners => "owners",
        }
    }
}

/// Those that are managed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Managed(pub BTreeSet<Aspect>);

impl Managed {
    pub fn has(&self, aspect: Aspect) -> bool {
        self.0.contains(&aspect)
    }
}
