//! Which steps are one statement?
//!
//! A child folds into its parent's CREATE where it can be written there, and vanishes in its parent's DROP; a swap is both. Folding must not
//! close a loop: where it would, the children that the loop runs through stand alone (two tables that refer to each other,
//! a default that needs a sequence that needs its column).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

use super::Node;
use super::order::{Edges, Soft};
use crate::kind::{Fact, Id, Name, Need, Object};

/// A statement: one node, and those that fold into it.
#[derive(Debug)]
pub struct Group {
    pub root: usize,
    pub children: Vec<Child>,
}

#[derive(Debug)]
pub struct Child {
    pub node: usize,
    /// The statement does it without saying so.
    pub silent: bool,
    pub children: Vec<Child>,
}

/// For each node, the node that it folds into.
type Parents = BTreeMap<usize, usize>;

/// Why there is no order.
pub enum Stuck {
    /// The nodes of a circle that nothing opens.
    Circle(Vec<usize>),
    /// What these alter would have to go before, and come after, what stands in the way: one of them has to be taken apart.
    Apart(Vec<usize>),
}

/// The groups. `silent` are the nodes that others bring about, each with its other.
///
/// Edges that are `soft` give way to a circle, and are taken out of `edges`: first those that the server does not ask for; the
/// others only where no alteration can be taken apart, or none `may_part`.
pub fn fold(
    nodes: &[Node],
    edges: &mut Edges,
    soft: &Soft,
    silent: &BTreeMap<usize, usize>,
    may_part: bool,
) -> Result<Vec<Group>, Stuck> {
    let mut parents = foldable(nodes, silent);
    loop {
        let roots = roots(&parents, nodes.len());
        let mut graph = DiGraph::<(), ()>::from_edges(
            edges.iter().map(|&(a, b)| (roots[a] as u32, roots[b] as u32)).filter(|(a, b)| a != b),
        );
        while graph.node_count() < nodes.len() {
            graph.add_node(());
        }
        let circles: Vec<BTreeSet<usize>> = tarjan_scc(&graph)
            .into_iter()
            .filter(|component| component.len() > 1)
            .map(|component| component.into_iter().map(|index| index.index()).collect())
            .collect();
        if circles.is_empty() {
            return Ok(groups(&parents, nodes, silent));
        }
        for circle in circles {
            let mut through = in_the_way(&circle, nodes, edges, &parents, &roots);
            through.retain(|node| !silent.contains_key(node));
            if through.is_empty() {
                let within = |(a, b): &(usize, usize)| circle.contains(&roots[*a]) && circle.contains(&roots[*b]);
                if give_way(edges, &soft.preferred, within) {
                    continue;
                }
                let twofold = twofold(nodes, edges, within);
                if may_part && !twofold.is_empty() {
                    return Err(Stuck::Apart(twofold));
                }
                if !give_way(edges, &soft.needed, within) {
                    return Err(Stuck::Circle(circle.into_iter().collect()));
                }
            }
            for node in through {
                parents.remove(&node);
            }
        }
    }
}

/// Whether there was one to take out.
fn give_way(edges: &mut Edges, soft: &Edges, within: impl Fn(&(usize, usize)) -> bool) -> bool {
    let count = edges.len();
    edges.retain(|edge| !(soft.contains(edge) && within(edge)));
    edges.len() < count
}

/// The alterations that wait for something in the circle and are waited for; first those that the fewest stand on.
fn twofold(nodes: &[Node], edges: &Edges, within: impl Fn(&(usize, usize)) -> bool) -> Vec<usize> {
    let (mut waits, mut waited) = (BTreeSet::new(), BTreeSet::new());
    for &(a, b) in edges.iter().filter(|edge| within(edge)) {
        waits.insert(b);
        waited.insert(a);
    }
    let parts = |n: &usize| matches!(nodes[*n], Node::Alter { old, .. } if !old.holds_data());
    let mut twofold: Vec<usize> = waits.intersection(&waited).copied().filter(parts).collect();
    twofold.sort_by_key(|n| Reverse(nodes[*n].object().tag()));
    twofold
}

fn foldable(nodes: &[Node], silent: &BTreeMap<usize, usize>) -> Parents {
    let by_id = |wanted: fn(&Node) -> bool| -> BTreeMap<Id, usize> {
        nodes.iter().enumerate().filter(|(_, node)| wanted(node)).map(|(n, node)| (node.object().id(), n)).collect()
    };
    let created = by_id(|node| matches!(node, Node::Create(_)));
    let dropped = by_id(|node| matches!(node, Node::Drop(_)));
    let swapped = by_id(|node| matches!(node, Node::Swap { .. }));
    let mut parents = over_swapped(nodes);
    let mut keys = BTreeSet::new();
    for (n, node) in nodes.iter().enumerate() {
        if let Some(&other) = silent.get(&n) {
            parents.insert(n, other);
            continue;
        }
        let Some(parent) = node.object().parent() else { continue };
        let into = match node {
            // of two keys on the same columns in one CREATE TABLE, PostgreSQL makes only one
            Node::Create(object) if object.provides().into_iter().any(|fact| is_key(&fact) && !keys.insert(fact)) => {
                None
            }
            Node::Create(object) if object.element(Vec::new()).is_some() => {
                let whole = created.get(&parent).or_else(|| swapped.get(&parent));
                whole.filter(|parent| !silent.contains_key(parent))
            }
            Node::Drop(object) if !object.holds_parent() => dropped.get(&parent).or_else(|| swapped.get(&parent)),
            _ => None,
        };
        parents.extend(into.map(|&parent| (n, parent)));
    }
    parents
}

/// A type over another one that is swapped goes along in the middle of it.
fn over_swapped(nodes: &[Node]) -> Parents {
    let swaps = || nodes.iter().enumerate().filter(|(_, node)| matches!(node, Node::Swap { .. }));
    let names: BTreeMap<Name, usize> =
        swaps().flat_map(|(n, node)| node.object().occupies().into_iter().map(move |name| (name, n))).collect();
    let beneath = |object: &Object| {
        object.requires().into_iter().find_map(|need| match need {
            Need::Fact(Fact::Exists(name)) => names.get(&name).copied(),
            _ => None,
        })
    };
    swaps().filter_map(|(n, node)| Some((n, beneath(node.object())?))).filter(|(n, other)| n != other).collect()
}

fn is_key(fact: &Fact) -> bool {
    matches!(fact, Fact::Key(..))
}

fn roots(parents: &Parents, count: usize) -> Vec<usize> {
    let root = |mut n: usize| {
        while let Some(&parent) = parents.get(&n) {
            n = parent;
        }
        n
    };
    (0..count).map(root).collect()
}

/// The folded nodes that an edge of the circle ends in (of those being created, what they require comes between) or starts
/// from (of those being dropped).
fn in_the_way(
    circle: &BTreeSet<usize>,
    nodes: &[Node],
    edges: &Edges,
    parents: &Parents,
    roots: &[usize],
) -> BTreeSet<usize> {
    let mut through = BTreeSet::new();
    for &(a, b) in edges {
        if roots[a] == roots[b] || !circle.contains(&roots[a]) || !circle.contains(&roots[b]) {
            continue;
        }
        if matches!(nodes[b], Node::Create(_)) && parents.contains_key(&b) {
            through.insert(b);
        }
        if matches!(nodes[a], Node::Drop(_)) && parents.contains_key(&a) {
            through.insert(a);
        }
    }
    through
}

fn groups(parents: &Parents, nodes: &[Node], silent: &BTreeMap<usize, usize>) -> Vec<Group> {
    let mut children: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (&child, &parent) in parents {
        children.entry(parent).or_default().push(child);
    }
    (0..nodes.len())
        .filter(|n| !parents.contains_key(n))
        .map(|root| Group { root, children: descend(root, &children, silent) })
        .collect()
}

fn descend(node: usize, children: &BTreeMap<usize, Vec<usize>>, silent: &BTreeMap<usize, usize>) -> Vec<Child> {
    let of = |&child: &usize| Child {
        node: child,
        silent: silent.contains_key(&child),
        children: descend(child, children, silent),
    };
    children.get(&node).into_iter().flatten().map(of).collect()
}

/// For each node, the index of its group.
pub fn membership(groups: &[Group], count: usize) -> Vec<usize> {
    fn mark(children: &[Child], group: usize, of: &mut [usize]) {
        for child in children {
            of[child.node] = group;
            mark(&child.children, group, of);
        }
    }
    let mut of = vec![0; count];
    for (n, group) in groups.iter().enumerate() {
        of[group.root] = n;
        mark(&group.children, n, &mut of);
    }
    of
}
