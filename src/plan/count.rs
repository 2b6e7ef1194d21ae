//! Where does something go on counting that begins to count the values of a column?
//!
//! Where another stopped that did so before; else behind the values that are there. A position that nobody takes over is
//! lost with what held it. Invariant: what hands a position over runs before what takes it.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use crate::catalog::Catalog;
use crate::kind::{Change, Id, Name, Object, Piece, Type};
use crate::rewrite::Steps;

/// By the column that is counted for.
#[derive(Default)]
pub struct Counting {
    /// With a number of its own in this plan.
    handed: BTreeMap<Id, usize>,
    /// With the type of the values that are there.
    behind: BTreeMap<Id, Type>,
}

impl Counting {
    pub fn of(nodes: &[Node], steps: &Steps, before: &Catalog, after: &Catalog) -> Self {
        let stop: BTreeSet<Id> = nodes.iter().filter_map(stops).collect();
        let begin: BTreeSet<Id> = nodes.iter().filter_map(begins).collect();
        let handed = begin.intersection(&stop).cloned().zip(1..).collect();
        let kept = |id: &&Id| before.get(id).is_some() && !steps.drops.contains(*id);
        let ty = |id: &Id| Some((id.clone(), after.get(id)?.as_column()?.1.ty));
        Self { handed, behind: begin.difference(&stop).filter(kept).filter_map(ty).collect() }
    }

    /// Pairs of nodes of which the first hands over to the second.
    pub fn bonds(&self, nodes: &[Node]) -> Vec<(usize, usize)> {
        let find =
            |what: fn(&Node) -> Option<Id>, id: &Id| nodes.iter().position(|node| what(node).as_ref() == Some(id));
        let pairs = self.handed.keys().filter_map(|id| Some((find(stops, id)?, find(begins, id)?)));
        pairs.filter(|(from, to)| from != to).collect()
    }

    /// What a hazard of losing the position goes by, which is none where that is handed over.
    pub fn spared(&self) -> impl Iterator<Item = Name> + '_ {
        self.handed.keys().map(Name::position)
    }

    /// The pieces of the node, with what has to be done so that the count goes on.
    pub fn carry(&self, node: &Node, mut pieces: Vec<Piece>) -> Vec<Piece> {
        if let (Some(number), Some(object)) = (stops(node).and_then(|id| self.handed.get(&id)), had(node)) {
            pieces.splice(0..0, object.hand_over(*number));
        }
        if let Some(id) = begins(node) {
            let object = node.object();
            pieces.extend(match (self.handed.get(&id), self.behind.get(&id)) {
                (Some(number), _) => object.take_over(*number),
                (None, Some(ty)) => object.go_on_behind(ty),
                (None, None) => None,
            });
        }
        pieces
    }
}

fn had<'a>(node: &Node<'a>) -> Option<&'a Object> {
    match node.change() {
        Change::Drop(old) | Change::Alter { old, .. } => Some(old),
        _ => None,
    }
}

fn stops(node: &Node) -> Option<Id> {
    let goes_on = matches!(node.change(), Change::Alter { new, .. } if new.counts_for().is_some());
    had(node)?.counts_for().filter(|_| !goes_on)
}

fn begins(node: &Node) -> Option<Id> {
    match node.change() {
        Change::Create(new) => new.counts_for(),
        Change::Alter { old, new } if old.counts_for().is_none() => new.counts_for(),
        _ => None,
    }
}
