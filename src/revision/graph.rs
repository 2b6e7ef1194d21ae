//! In which order do revisions run, and which ones lie on the way to a target?
//!
//! Invariants: parents and dependencies come before what names them; what the graph leaves unordered is ordered by the time
//! it was made and then by id, so that the same files give the same order everywhere. A cycle or a missing revision is an
//! error only on a way that needs it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef, Reversed};

use crate::error::{Error, Result};

use super::folder::{Folder, Stored};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Parent,
    Needs,
}

impl Link {
    fn key(self) -> &'static str {
        match self {
            Link::Parent => "parents",
            Link::Needs => "depends-on",
        }
    }
}

/// Edges lead from what comes first to what comes after; node n is the n-th file.
#[derive(Debug, Clone)]
pub(super) struct Graph {
    edges: DiGraph<(), Link>,
    /// What a revision names and no file holds.
    missing: BTreeMap<usize, Vec<(Link, String)>>,
}

impl Graph {
    pub fn new(stored: &[Stored], ids: &BTreeMap<String, usize>, labels: &BTreeMap<String, usize>) -> Self {
        let mut edges = DiGraph::new();
        let mut missing: BTreeMap<usize, Vec<(Link, String)>> = BTreeMap::new();
        for _ in stored {
            edges.add_node(());
        }
        for (at, file) in stored.iter().enumerate() {
            let parents = file.revision.parents.iter().map(|id| (Link::Parent, id, ids.get(id)));
            let needs =
                file.revision.depends_on.iter().map(|id| (Link::Needs, id, ids.get(id).or_else(|| labels.get(id))));
            for (link, id, target) in parents.chain(needs) {
                match target {
                    Some(before) => {
                        edges.add_edge(NodeIndex::new(*before), NodeIndex::new(at), link);
                    }
                    None => missing.entry(at).or_default().push((link, id.clone())),
                }
            }
        }
        Self { edges, missing }
    }

    fn linked(&self, at: usize, direction: Direction) -> BTreeSet<usize> {
        let edges = self.edges.edges_directed(NodeIndex::new(at), direction);
        edges
            .filter(|edge| *edge.weight() == Link::Parent)
            .map(|edge| if direction == Direction::Outgoing { edge.target() } else { edge.source() }.index())
            .collect()
    }

    pub fn children(&self, at: usize) -> BTreeSet<usize> {
        self.linked(at, Direction::Outgoing)
    }

    pub fn parents(&self, at: usize) -> BTreeSet<usize> {
        self.linked(at, Direction::Incoming)
    }

    pub fn missing_parent(&self, at: usize) -> Option<&str> {
        let missing = self.missing.get(&at)?;
        missing.iter().find(|(link, _)| *link == Link::Parent).map(|(_, id)| id.as_str())
    }

    /// Whether another one names it behind `depends-on`.
    pub fn is_needed(&self, at: usize) -> bool {
        self.edges.edges_directed(NodeIndex::new(at), Direction::Outgoing).any(|edge| *edge.weight() == Link::Needs)
    }

    /// These and all that must come after them.
    pub fn with_descendants(&self, starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut search = Dfs::empty(&self.edges);
        search.stack = starts.into_iter().map(NodeIndex::new).collect();
        std::iter::from_fn(|| search.next(&self.edges)).map(NodeIndex::index).collect()
    }

    /// These and all that must come before them.
    pub fn with_ancestors(&self, starts: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let reversed = Reversed(&self.edges);
        let mut search = Dfs::empty(reversed);
        search.stack = starts.into_iter().map(NodeIndex::new).collect();
        std::iter::from_fn(|| search.next(reversed)).map(NodeIndex::index).collect()
    }

    /// This one and its descendants, by parents alone.
    pub fn branch(&self, start: usize) -> BTreeSet<usize> {
        self.closure(start, Self::children)
    }

    /// This one and its ancestors, by parents alone.
    pub fn trunk(&self, start: usize) -> BTreeSet<usize> {
        self.closure(start, Self::parents)
    }

    fn closure(&self, start: usize, next: fn(&Self, usize) -> BTreeSet<usize>) -> BTreeSet<usize> {
        let mut found = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            open.extend(next(self, at).into_iter().filter(|after| found.insert(*after)));
        }
        found
    }
}

impl Folder {
    /// Revisions that are no revision's parent, as if what waits at the side were not there.
    pub fn heads(&self) -> Vec<&Stored> {
        let last =
            |at: &usize| !self.is_aside(*at) && self.graph.children(*at).into_iter().all(|child| self.is_aside(child));
        self.sorted((0..self.stored.len()).filter(last))
    }

    /// Revisions that name no parent.
    pub fn bases(&self) -> Vec<&Stored> {
        self.sorted((0..self.stored.len()).filter(|at| self.stored[*at].revision.parents.is_empty()))
    }

    /// The applied revisions that are no parent of another applied one; one that no file holds is a head too.
    pub fn heads_of(&self, applied: &BTreeSet<String>) -> Vec<String> {
        let known = applied.iter().filter_map(|id| self.get(id));
        let parents: BTreeSet<&String> = known.flat_map(|file| &file.revision.parents).collect();
        applied.iter().filter(|id| !parents.contains(id)).cloned().collect()
    }

    /// What has yet to run before the targets (whole ids) are reached, in the order to run it.
    pub fn upgrade_path(&self, applied: &BTreeSet<String>, targets: &[String]) -> Result<Vec<&Stored>> {
        self.check_applied(applied)?;
        let targets = self.located(targets)?;
        let mut wanted = self.graph.with_ancestors(targets);
        wanted.retain(|at| !applied.contains(self.stored[*at].id()));
        if let Some(error) = wanted.iter().find_map(|at| self.missing_errors(*at).next()) {
            return Err(error);
        }
        let ordered = self.ordered(&wanted).map_err(|cycle| self.cycle_error(&cycle))?;
        Ok(ordered.into_iter().map(|at| &self.stored[at]).collect())
    }

    /// What has to be undone until the targets (whole ids) and what came before them are all that is applied, in the
    /// order to undo it. No target is the base: everything goes.
    pub fn downgrade_path(&self, applied: &BTreeSet<String>, targets: &[String]) -> Result<Vec<&Stored>> {
        self.check_applied(applied)?;
        let kept = self.located(targets)?;
        if let Some(at) = kept.iter().find(|at| !applied.contains(self.stored[**at].id())) {
            let file = &self.stored[*at];
            return Err(Error::new(format!("cannot downgrade to {}, which is not applied", file.id()))
                .detail(file.path.display().to_string())
                .hint(format!(
                    "`autogen upgrade {}` applies it; `autogen current` shows where the database is",
                    file.id()
                )));
        }
        let kept = self.graph.with_ancestors(kept);
        let undone =
            applied.iter().filter_map(|id| self.ids.get(id).copied()).filter(|at| !kept.contains(at)).collect();
        let ordered = self.ordered(&undone).map_err(|cycle| self.cycle_error(&cycle))?;
        Ok(ordered.into_iter().rev().map(|at| &self.stored[at]).collect())
    }

    /// All revisions, newest first. Revisions in a cycle, and what comes after it, stand first.
    pub fn history(&self) -> Vec<&Stored> {
        let mut all: BTreeSet<usize> = (0..self.stored.len()).collect();
        let mut newest = Vec::new();
        if let Err(cycle) = self.ordered(&all) {
            newest = cycle.left.clone();
            cycle.left.iter().for_each(|at| {
                all.remove(at);
            });
        }
        let rest = self.ordered(&all).unwrap_or_default();
        newest.into_iter().chain(rest.into_iter().rev()).map(|at| &self.stored[at]).collect()
    }

    /// Refuses a database that has applied what no file holds: nothing can be said about where it stands.
    pub fn check_applied(&self, applied: &BTreeSet<String>) -> Result<()> {
        match applied.iter().find(|id| !self.ids.contains_key(*id)) {
            Some(id) => Err(Error::new(format!("the database has applied revision {id}, which no file holds"))
                .hint("restore its file, e.g. from the branch that made it; or `autogen stamp` the revision that the database is at")),
            None => Ok(()),
        }
    }

    /// Every missing revision and every cycle.
    pub fn problems(&self) -> Vec<Error> {
        self.lost().into_iter().chain(self.cycle_errors()).collect()
    }

    /// Every missing revision.
    pub fn lost(&self) -> Vec<Error> {
        self.graph.missing.keys().flat_map(|at| self.missing_errors(*at)).collect()
    }

    pub fn cycle_errors(&self) -> impl Iterator<Item = Error> {
        self.cycles().into_iter().map(|cycle| self.cycle_error(&Cycle { left: cycle }))
    }

    fn missing_errors(&self, at: usize) -> impl Iterator<Item = Error> {
        let file = &self.stored[at];
        self.graph.missing.get(&at).into_iter().flatten().map(move |(link, id)| {
            let what = match link {
                Link::Parent => "parent",
                Link::Needs => "dependency",
            };
            let error = Error::new(format!("revision {} names {id} as {what}, which no file holds", file.id()))
                .at(file.place(link.key()));
            let guess = crate::error::did_you_mean(id, self.ids.keys().map(String::as_str));
            match guess.and_then(|id| self.get(id)) {
                Some(near) => error.hint(format!("did you mean {} ({})?", near.id(), near.path.display())),
                None => error.hint(format!("restore the file of {id}, or correct this `{}` line", link.key())),
            }
        })
    }

    pub(super) fn located(&self, ids: &[String]) -> Result<BTreeSet<usize>> {
        ids.iter().map(|id| self.ids.get(id).copied().ok_or_else(|| self.unknown(id))).collect()
    }

    /// By time made, then by id.
    pub(super) fn sorted(&self, revisions: impl Iterator<Item = usize>) -> Vec<&Stored> {
        let keys: BTreeSet<_> = revisions.map(|at| self.key(at)).collect();
        keys.into_iter().map(|(.., at)| &self.stored[at]).collect()
    }

    /// Two files may have been made in two time zones.
    fn key(&self, at: usize) -> (Option<Timestamp>, &str, &str, usize) {
        let revision = &self.stored[at].revision;
        (self.made[at], &revision.created, &revision.id, at)
    }

    /// The members in an order that puts what comes first, first.
    fn ordered(&self, members: &BTreeSet<usize>) -> Result<Vec<usize>, Cycle> {
        let edges = &self.graph.edges;
        let within = |at: usize, direction| {
            let linked = edges.neighbors_directed(NodeIndex::new(at), direction).map(NodeIndex::index);
            linked.filter(|other| members.contains(other)).collect::<Vec<_>>()
        };
        let mut waiting: BTreeMap<usize, usize> =
            members.iter().map(|at| (*at, within(*at, Direction::Incoming).len())).collect();
        let mut ready: BTreeSet<_> = waiting.iter().filter(|(_, n)| **n == 0).map(|(at, _)| self.key(*at)).collect();
        let mut ordered = Vec::with_capacity(members.len());
        while let Some((.., at)) = ready.pop_first() {
            ordered.push(at);
            waiting.remove(&at);
            for after in within(at, Direction::Outgoing) {
                if let Some(count) = waiting.get_mut(&after) {
                    *count -= 1;
                    if *count == 0 {
                        ready.insert(self.key(after));
                    }
                }
            }
        }
        if waiting.is_empty() { Ok(ordered) } else { Err(Cycle { left: waiting.into_keys().collect() }) }
    }

    /// Revisions that come before themselves, each cycle as one list.
    fn cycles(&self) -> Vec<Vec<usize>> {
        let edges = &self.graph.edges;
        let mut cycles: Vec<Vec<usize>> = tarjan_scc(edges)
            .into_iter()
            .filter(|group| group.len() > 1 || group.iter().any(|at| edges.contains_edge(*at, *at)))
            .map(|group| group.into_iter().map(NodeIndex::index).collect())
            .collect();
        cycles.iter_mut().for_each(|cycle| cycle.sort_unstable_by_key(|at| self.key(*at)));
        cycles.sort();
        cycles
    }

    fn cycle_error(&self, cycle: &Cycle) -> Error {
        let found = self.cycles().into_iter().find(|group| group.iter().any(|at| cycle.left.contains(at)));
        let group = found.unwrap_or_else(|| cycle.left.clone());
        let Some(first) = group.first().map(|at| &self.stored[*at]) else {
            return Error::new("the revisions form a cycle");
        };
        let itself = first.revision.parents.contains(&first.revision.id);
        let key = if itself || group.len() > 1 { "parents" } else { "depends-on" };
        let message = if group.len() == 1 {
            format!("revision {} comes before itself", first.id())
        } else {
            format!("{} revisions come before each other", group.len())
        };
        let files: Vec<_> = group.iter().map(|at| self.stored[*at].path.display().to_string()).collect();
        Error::new(message)
            .at(first.place(key))
            .detail(files.join("\n"))
            .hint("correct a `parents` or `depends-on` line, so that one of them comes first")
    }
}

/// What no order was found for: the revisions of a cycle and all that comes after.
struct Cycle {
    left: Vec<usize>,
}
