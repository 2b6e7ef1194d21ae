//! Which revisions run only where somebody names them?
//!
//! Invariant: one that waits with nothing on it is no head: neither `head` nor a step leads to it.

use super::folder::{Folder, Stored};

impl Folder {
    /// Waits, and nothing stands on it.
    pub(super) fn is_aside(&self, at: usize) -> bool {
        self.stored[at].revision.waits() && self.graph.children(at).is_empty()
    }

    /// What stands on it and does not wait at the side.
    pub fn followers(&self, id: &str) -> Vec<&Stored> {
        self.children(id).into_iter().filter(|file| !self.is_aside(self.ids[file.id()])).collect()
    }

    /// Of these, what waits and is not what `target` names.
    pub fn held<'f>(&'f self, files: &[&'f Stored], target: &str) -> Vec<&'f Stored> {
        let named = target.rsplit(['@', ':']).next().unwrap_or(target).trim();
        let exact = self.get(named).is_some();
        let is_named =
            |file: &Stored| file.id() == named || !exact && !named.is_empty() && file.id().starts_with(named);
        files.iter().copied().filter(|file| file.revision.waits() && !is_named(file)).collect()
    }
}
