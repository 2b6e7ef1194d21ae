//! Which step must come before which?

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use crate::catalog::Catalog;
use crate::kind::{Backfill, Fact, Id, Need};
use crate::name::Qualified;

/// `(a, b)`: node a runs before node b.
pub type Edges = BTreeSet<(usize, usize)>;

/// How one node moves the facts of the database.
pub struct Moves {
    begins: BTreeSet<Fact>,
    ends: BTreeSet<Fact>,
    starts_needing: BTreeSet<Fact>,
    stops_needing: BTreeSet<Fact>,
    /// Those that are guessed from a text.
    guessed: Guessed,
    /// Better gone after it: what the values that it converts may need on their way.
    leans: BTreeSet<Fact>,
}

#[derive(Default)]
struct Guessed {
    /// Among what it needs.
    needed: BTreeSet<Fact>,
    /// Better there before it, and nothing that the server asks for.
    preferred: BTreeSet<Fact>,
}

impl Guessed {
    fn of(catalog: &Catalog, id: &Id) -> Self {
        let Some(all) = catalog.guesses(id) else { return Self::default() };
        let (needed, preferred) = all.iter().cloned().partition(|fact| catalog.requires(id).contains(fact));
        Self { needed, preferred }
    }

    fn or(mut self, other: Self) -> Self {
        self.needed.extend(other.needed);
        self.preferred.extend(other.preferred);
        self
    }
}

/// The order that is only guessed.
#[derive(Default)]
pub struct Soft {
    pub needed: Edges,
    pub preferred: Edges,
}

pub fn moves(nodes: &[Node], before: &Catalog, after: &Catalog, backfills: &BTreeMap<Id, Backfill>) -> Vec<Moves> {
    let mut moves: Vec<Moves> = nodes.iter().map(|node| moves_of(node, before, after)).collect();
    if !backfills.is_empty() {
        fill(&mut moves, nodes, before, after, backfills);
    }
    moves
}

/// What fills rows comes after all that it speaks of, and before what of that goes.
fn fill(moves: &mut [Moves], nodes: &[Node], before: &Catalog, after: &Catalog, backfills: &BTreeMap<Id, Backfill>) {
    let needs = |node: &Node| {
        let table = node.object().parent()?;
        let [schema, name] = table.path.as_slice() else { return None };
        Some(backfills.get(&node.object().id())?.needs(&Qualified::new(schema, name)))
    };
    let filling = nodes.iter().enumerate().filter(|(_, node)| !matches!(node, Node::Drop(_)));
    let (places, needs): (Vec<usize>, Vec<Vec<Need>>) = filling.filter_map(|(n, node)| Some((n, needs(node)?))).unzip();
    let (had, has) = (before.facts_of(needs.clone()), after.facts_of(needs));
    for (n, (had, has)) in places.into_iter().zip(had.into_iter().zip(has)) {
        let goes = had.difference(&has).filter(|fact| matches!(fact, Fact::Exists(_))).cloned();
        let goes: BTreeSet<Fact> = goes.collect();
        moves[n].guessed.needed.extend(goes.iter().chain(&has).cloned());
        moves[n].stops_needing.extend(goes);
        moves[n].starts_needing.extend(has);
    }
}

fn moves_of(node: &Node, before: &Catalog, after: &Catalog) -> Moves {
    let set = |facts: &[Fact]| facts.iter().cloned().collect::<BTreeSet<_>>();
    let none = BTreeSet::new;
    match node {
        Node::Create(new) => Moves {
            begins: set(&new.provides()),
            ends: none(),
            starts_needing: set(after.requires(&new.id())),
            stops_needing: none(),
            guessed: Guessed::of(after, &new.id()),
            leans: none(),
        },
        Node::Drop(old) => Moves {
            begins: none(),
            ends: set(&old.provides()),
            starts_needing: none(),
            stops_needing: set(before.requires(&old.id())),
            guessed: Guessed::of(before, &old.id()),
            leans: none(),
        },
        Node::Alter { old, new } => {
            let (had, has) = (set(&old.provides()), set(&new.provides()));
            let (needed, needs) = (set(before.requires(&old.id())), set(after.requires(&new.id())));
            let leans = if old.holds_data() { Guessed::of(before, &old.id()).preferred } else { none() };
            Moves {
                leans,
                begins: &has - &had,
                ends: &had - &has,
                starts_needing: &needs - &needed,
                stops_needing: &needed - &needs,
                guessed: Guessed::of(before, &old.id()).or(Guessed::of(after, &new.id())),
            }
        }
        // all that the old type gave ends, and the new one gives it again; the columns that move never stop needing it
        Node::Swap { old, new, moved } => {
            let types = |object: &crate::kind::Object| {
                object.provides().into_iter().filter(|fact| matches!(fact, Fact::Type(..) | Fact::ExactType(..)))
            };
            let carried: BTreeSet<Fact> = moved.iter().flat_map(|object| types(object)).collect();
            let (needed, needs) = (set(before.requires(&old.id())), set(after.requires(&new.id())));
            Moves {
                leans: none(),
                begins: &set(&new.provides()) | &carried,
                ends: &set(&old.provides()) | &carried,
                starts_needing: &needs - &needed,
                stops_needing: &needed - &needs,
                guessed: Guessed::of(before, &old.id()).or(Guessed::of(after, &new.id())),
            }
        }
    }
}

/// The order that must be, and the one that is only guessed.
pub fn edges(all: &[Moves]) -> (Edges, Soft) {
    let mut begins: BTreeMap<Fact, Vec<usize>> = BTreeMap::new();
    let mut ends: BTreeMap<Fact, Vec<usize>> = BTreeMap::new();
    for (n, moves) in all.iter().enumerate() {
        for fact in &moves.begins {
            begins.entry(fact.clone()).or_default().push(n);
        }
        for fact in &moves.ends {
            ends.entry(fact.clone()).or_default().push(n);
        }
    }
    let (mut firm, mut soft) = (Edges::new(), Soft::default());
    for (n, moves) in all.iter().enumerate() {
        let makers = |fact: &Fact| begins.get(fact).into_iter().flatten().map(|&maker| (maker, n)).collect::<Vec<_>>();
        let Guessed { needed, preferred } = &moves.guessed;
        soft.needed.extend(needed.iter().filter(|fact| !moves.stops_needing.contains(fact)).flat_map(makers));
        soft.preferred.extend(preferred.iter().filter(|fact| !moves.stops_needing.contains(fact)).flat_map(makers));
        for fact in moves.leans.iter().filter(|fact| !begins.contains_key(fact)) {
            soft.preferred.extend(ends.get(fact).into_iter().flatten().map(|&ender| (n, ender)));
        }
        for fact in &moves.starts_needing {
            let edges = if needed.contains(fact) { &mut soft.needed } else { &mut firm };
            edges.extend(begins.get(fact).into_iter().flatten().map(|&maker| (maker, n)));
            // another object may hold the fact all the while; what ends it must not be leant on for the last time
            edges.extend(ends.get(fact).into_iter().flatten().map(|&ender| (ender, n)));
        }
        for fact in &moves.stops_needing {
            let edges = if needed.contains(fact) { &mut soft.needed } else { &mut firm };
            edges.extend(ends.get(fact).into_iter().flatten().map(|&ender| (n, ender)));
        }
        // a name is free only after whatever bore it is gone
        for fact in moves.begins.iter().filter(|fact| matches!(fact, Fact::Exists(_) | Fact::Passes(_))) {
            firm.extend(ends.get(fact).into_iter().flatten().map(|&ender| (ender, n)));
        }
    }
    firm.retain(|(a, b)| a != b);
    soft.needed.retain(|edge| edge.0 != edge.1 && !firm.contains(edge));
    soft.preferred.retain(|edge| edge.0 != edge.1 && !firm.contains(edge) && !soft.needed.contains(edge));
    (firm, soft)
}

/// Labels that begin with one node and are needed by another.
pub fn needed_labels(all: &[Moves]) -> BTreeSet<Fact> {
    let label = |fact: &&Fact| matches!(fact, Fact::Label(..));
    let begun: BTreeSet<&Fact> = all.iter().flat_map(|moves| &moves.begins).filter(label).collect();
    all.iter().flat_map(|moves| &moves.starts_needing).filter(|fact| begun.contains(fact)).cloned().collect()
}
