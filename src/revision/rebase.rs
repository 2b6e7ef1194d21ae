//! Which revisions move when a branch goes onto another head, and what do they say then?
//!
//! Invariant: a branch that moves is whole: its first revision and all that stands on it, merged with nothing else. Nothing is
//! said here of what the statements do.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};

use super::folder::{Folder, Stored};
use super::naming::{number, number_of};

/// A branch on its way, each list in the order in which it runs.
#[derive(Debug)]
pub struct Branch {
    pub onto: String,
    /// What both sides stand on.
    pub common: Vec<String>,
    /// What it is to come after.
    pub before: Vec<String>,
    /// The first one stands on `onto` from now on.
    pub moved: Vec<String>,
}

impl Folder {
    /// The branch that is asked for, or the one of two that is to move: the one that is not applied, else the newer one.
    pub fn branch_to_move(
        &self,
        asked: Option<&str>,
        onto: Option<&str>,
        applied: &BTreeSet<String>,
    ) -> Result<Branch> {
        if let Some(cycle) = self.cycle_errors().next() {
            return Err(cycle);
        }
        let heads: Vec<usize> = self.heads().iter().map(|file| self.ids[file.id()]).collect();
        let at = |id: &str| self.ids.get(id).copied().ok_or_else(|| self.unknown(id));
        let (from, onto) = match (asked, onto) {
            (Some(from), Some(onto)) => (at(from)?, at(onto)?),
            (Some(from), None) => {
                let (from, mut others) = (at(from)?, heads);
                let own = self.graph.branch(from);
                others.retain(|head| !own.contains(head));
                (from, self.one_of(&others, "onto which of them is not clear", "--onto")?)
            }
            (None, Some(onto)) => {
                let (onto, mut others) = (at(onto)?, heads);
                let (trunk, branch) = (self.graph.trunk(onto), self.graph.branch(onto));
                others.retain(|head| !trunk.contains(head) && !branch.contains(head));
                (self.one_of(&others, "which branch moves is not clear", "rebase")?, onto)
            }
            (None, None) => match heads.as_slice() {
                [] | [_] => return Err(one_line()),
                [one, other] => self.of_two(*one, *other, applied)?,
                _ => {
                    return Err(self
                        .listed(format!("there are {} heads", heads.len()), &heads)
                        .hint("say which one moves and where to: `autogen rebase REVISION --onto REVISION`"));
                }
            },
        };
        self.branch_between(from, onto)
    }

    fn one_of(&self, found: &[usize], message: &str, option: &str) -> Result<usize> {
        match found {
            [] => Err(one_line()),
            [only] => Ok(*only),
            _ => Err(self.listed(message.to_owned(), found).hint(match option {
                "--onto" => "name one of them: --onto REVISION",
                _ => "name one of them: `autogen rebase REVISION --onto REVISION`",
            })),
        }
    }

    /// Of two heads, the one that moves first.
    fn of_two(&self, one: usize, other: usize, applied: &BTreeSet<String>) -> Result<(usize, usize)> {
        let (trunk_of_one, trunk_of_other) = (self.graph.trunk(one), self.graph.trunk(other));
        let sides = [&trunk_of_one - &trunk_of_other, &trunk_of_other - &trunk_of_one];
        let unclear = |why: String| {
            let id = |at: usize| self.stored[at].id();
            Error::no(why).detail(self.listing(&[one, other])).hint(format!(
                "say which one moves: `autogen rebase {}` or `autogen rebase {}`",
                id(one),
                id(other)
            ))
        };
        if (&trunk_of_one & &trunk_of_other).is_empty() {
            return Err(unclear("the two lines have nothing in common, so they may be meant to be two".into()));
        }
        let labels = sides.iter().flatten().flat_map(|at| &self.stored[*at].revision.branch_labels);
        if let Some(label) = labels.into_iter().next() {
            return Err(unclear(format!("the branch {label} may be meant to stay one")));
        }
        let is_applied = |side: &BTreeSet<usize>| side.iter().any(|at| applied.contains(self.stored[*at].id()));
        let begun = |side: &BTreeSet<usize>| side.iter().filter_map(|at| self.made[*at]).min();
        match (is_applied(&sides[0]), is_applied(&sides[1])) {
            (true, false) => Ok((other, one)),
            (false, true) => Ok((one, other)),
            (true, true) => Err(Error::no("the database has revisions of both branches, and what is applied stays")
                .detail(self.listing(&[one, other]))
                .hint("`autogen merge heads` brings them together")),
            (false, false) => match (begun(&sides[0]), begun(&sides[1])) {
                (Some(first), Some(second)) if first < second => Ok((other, one)),
                (Some(first), Some(second)) if first > second => Ok((one, other)),
                _ => Err(unclear("neither branch is applied, and which one is newer is not known".into())),
            },
        }
    }

    fn branch_between(&self, from: usize, onto: usize) -> Result<Branch> {
        let id = |at: usize| self.stored[at].id().to_owned();
        let trunk = self.graph.trunk(onto);
        let side = &self.graph.trunk(from) - &trunk;
        let firsts: Vec<usize> = side.iter().copied().filter(|at| self.graph.parents(*at).is_disjoint(&side)).collect();
        let root = match firsts.as_slice() {
            [] => return Err(Error::no(format!("{} is below {} already", id(from), id(onto))).hint(HEADS)),
            [only] => *only,
            several => {
                return Err(self
                    .listed(format!("the branch of {} begins with several revisions", id(from)), several)
                    .hint("`autogen merge heads` brings such branches together"));
            }
        };
        let moved = self.graph.branch(root);
        let merge = moved.iter().find(|at| **at != root && !self.graph.parents(**at).is_subset(&moved));
        if let Some(at) = merge.or_else(|| Some(&root).filter(|at| self.graph.parents(**at).len() > 1)) {
            return Err(Error::no(format!("{} merges the branch with another one, so it cannot move", id(*at)))
                .detail(self.stored[*at].path.display().to_string())
                .hint("what is merged is one line already"));
        }
        let above = self.graph.with_ancestors([onto]);
        if let Some(at) = above.iter().find(|at| moved.contains(at)) {
            return Err(Error::no(format!("{} needs {}, which would come after it", id(onto), id(*at)))
                .detail(self.listing(&[onto, *at]))
                .hint("name the other one as the branch that moves"));
        }
        if self.stored[root].revision.parents == [id(onto)] {
            return Err(Error::no(format!("{} stands on {} already", id(root), id(onto))).hint(HEADS));
        }
        let needed = &self.graph.with_ancestors(moved.iter().copied()) - &moved;
        let targets: Vec<String> = moved.iter().chain([&onto]).map(|at| id(*at)).collect();
        let all = self.upgrade_path(&BTreeSet::new(), &targets)?;
        let pick = |wanted: &dyn Fn(usize) -> bool| {
            all.iter().filter(|file| wanted(self.ids[file.id()])).map(|file| file.id().to_owned()).collect()
        };
        Ok(Branch {
            onto: id(onto),
            common: pick(&|at| needed.contains(&at)),
            before: pick(&|at| above.contains(&at) && !needed.contains(&at)),
            moved: pick(&|at| moved.contains(&at)),
        })
    }

    /// The branch's files as they are once it has moved, and whatever other file names one of them. With `sequence`, numbers
    /// go on after the highest.
    pub fn rebased(&self, branch: &Branch, sequence: bool) -> Vec<Stored> {
        let ids = if sequence { self.numbers(&branch.moved) } else { BTreeMap::new() };
        let new_id = |id: &String| ids.get(id).unwrap_or(id).clone();
        let mut all: Vec<Stored> = self.stored.clone();
        for file in &mut all {
            let revision = &mut file.revision;
            match branch.moved.first() == Some(&revision.id) {
                true => revision.parents = vec![branch.onto.clone()],
                false => revision.parents = revision.parents.iter().map(new_id).collect(),
            }
            revision.depends_on = revision.depends_on.iter().map(new_id).collect();
            revision.id = new_id(&revision.id);
        }
        all
    }

    /// New numbers for those whose own are not in order any more.
    fn numbers(&self, moved: &[String]) -> BTreeMap<String, String> {
        let highest = self.ids.keys().filter(|id| !moved.contains(id)).filter_map(|id| number_of(id)).max();
        let mut last = highest.unwrap_or_default();
        let in_order = moved.iter().filter_map(|id| number_of(id)).all(|number| {
            let above = number > last;
            last = number;
            above
        });
        let mut next = highest.unwrap_or_default();
        let mut ids = BTreeMap::new();
        for id in moved.iter().filter(|id| !in_order && number_of(id).is_some()) {
            next += 1;
            ids.insert(id.clone(), number(next));
        }
        ids
    }

    fn listed(&self, message: String, found: &[usize]) -> Error {
        Error::no(message).detail(self.listing(found))
    }

    fn listing(&self, found: &[usize]) -> String {
        let line = |at: &usize| {
            let file = &self.stored[*at];
            format!("{} {} ({})", file.id(), file.revision.title(), file.path.display())
        };
        found.iter().map(line).collect::<Vec<_>>().join("\n")
    }
}

const HEADS: &str = "`autogen heads` lists the heads";

fn one_line() -> Error {
    Error::no("there is nothing to rebase: the revisions are one line").hint("`autogen history --graph` draws them")
}
