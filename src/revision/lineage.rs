//! What is around a revision: its branches, and what stands between two?

use std::collections::BTreeSet;

use crate::error::{Error, Result};

use super::folder::{Folder, Stored};

impl Folder {
    /// The branch labels that it bears: its own, those of what it descends from, and those of what follows it up to where a
    /// branch begins or ends.
    pub fn labels(&self, id: &str) -> BTreeSet<&str> {
        let Some(&at) = self.ids.get(id) else { return BTreeSet::new() };
        let above = self.graph.trunk(at);
        let bears = |labelled: usize| above.contains(&labelled) || self.run_up(labelled).contains(&at);
        self.labels.iter().filter(|(_, labelled)| bears(**labelled)).map(|(label, _)| label.as_str()).collect()
    }

    /// Before this one in a single line, as far as that goes.
    fn run_up(&self, at: usize) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut parents = self.graph.parents(at);
        while let (1, Some(&parent)) = (parents.len(), parents.first()) {
            if self.graph.children(parent).len() > 1 || !found.insert(parent) {
                break;
            }
            parents = self.graph.parents(parent);
        }
        found
    }

    /// Those that name it as a parent.
    pub fn children(&self, id: &str) -> Vec<&Stored> {
        let children = self.ids.get(id).map(|at| self.graph.children(*at)).unwrap_or_default();
        self.sorted(children.into_iter())
    }

    /// Whether nothing stands on it by `parents` though something does by `depends-on`.
    pub fn is_only_depended_on(&self, id: &str) -> bool {
        self.children(id).is_empty() && self.ids.get(id).is_some_and(|at| self.graph.is_needed(*at))
    }

    /// From the one to the other, both included, newest first: `a:b`, `a:`, `:b`. A step as one end starts from the other.
    pub fn range(&self, range: &str, current: &[String]) -> Result<Vec<&Stored>> {
        let Some((from, to)) = range.split_once(':') else {
            return Err(Error::new(format!("{range} is no range")).hint("write FROM:TO; either may be left out"));
        };
        let steps = |end: &str| end.starts_with(['+', '-']);
        let (first, last) = match (from, to) {
            ("", "") => (Vec::new(), self.resolve("heads", current)?),
            ("", to) => (Vec::new(), self.resolve(to, current)?),
            (from, "") if steps(from) => {
                let last = self.resolve("heads", current)?;
                let first = last.iter().map(|head| self.resolve(from, std::slice::from_ref(head)));
                (first.collect::<Result<Vec<_>>>()?.concat(), last)
            }
            (from, "") => (self.resolve(from, current)?, self.resolve("heads", current)?),
            (from, to) if steps(to) && !steps(from) => {
                let first = self.resolve(from, current)?;
                let last = self.resolve(to, &first)?;
                (first, last)
            }
            (from, to) if steps(from) && !steps(to) => {
                let last = self.resolve(to, current)?;
                (self.resolve(from, &last)?, last)
            }
            (from, to) => (self.resolve(from, current)?, self.resolve(to, current)?),
        };
        let (first, last) = (self.located(&first)?, self.located(&last)?);
        let mut within = self.graph.with_ancestors(last);
        if !first.is_empty() {
            let after: BTreeSet<usize> = first.iter().flat_map(|at| self.graph.branch(*at)).collect();
            within.retain(|at| after.contains(at));
            if within.is_empty() {
                return Err(Error::new(format!("nothing leads from {from} to {to}"))
                    .hint("`autogen history` shows which revisions stand on which; the older one comes first"));
            }
        }
        Ok(self.history().into_iter().filter(|file| within.contains(&self.ids[file.id()])).collect())
    }

    /// All that comes after it, itself left out.
    pub fn after(&self, id: &str) -> BTreeSet<String> {
        let after = self.ids.get(id).map(|at| self.graph.with_descendants([*at])).unwrap_or_default();
        after.into_iter().map(|at| self.stored[at].revision.id.clone()).filter(|other| other != id).collect()
    }

    /// Those that are not applied though something that comes after them is, each with the first such, oldest first.
    pub fn below(&self, applied: &BTreeSet<String>) -> Vec<(&Stored, &Stored)> {
        let open = self.history().into_iter().rev().filter(|file| !applied.contains(file.id()));
        let first_above = |file: &Stored| {
            let after = self.graph.with_descendants([self.ids[file.id()]]);
            self.sorted(after.into_iter().filter(|at| applied.contains(self.stored[*at].id()))).into_iter().next()
        };
        open.filter_map(|file| Some((file, first_above(file)?))).collect()
    }

    /// Applied ones that neither lead to these nor follow them.
    pub fn unrelated(&self, applied: &BTreeSet<String>, ids: &[String]) -> Result<Vec<String>> {
        let mut related = BTreeSet::new();
        for at in self.located(ids)? {
            related.extend(self.graph.with_ancestors([at]));
            related.extend(self.graph.with_descendants([at]));
        }
        let known = applied.iter().filter(|id| self.ids.get(*id).is_some_and(|at| !related.contains(at)));
        Ok(known.cloned().collect())
    }
}
