//! Which step must come before which, and which of the orders that are left is the one to read?

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::Node;
use super::fold::Group;
use crate::catalog::Catalog;
use crate::kind::{Fact, Id};

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

pub fn moves(nodes: &[Node], before: &Catalog, after: &Catalog) -> Vec<Moves> {
    nodes.iter().map(|node| moves_of(node, before, after)).collect()
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
        },
        Node::Drop(old) => Moves {
            begins: none(),
            ends: set(&old.provides()),
            starts_needing: none(),
            stops_needing: set(before.requires(&old.id())),
            guessed: Guessed::of(before, &old.id()),
        },
        Node::Alter { old, new } => {
            let (had, has) = (set(&old.provides()), set(&new.provides()));
            let (needed, needs) = (set(before.requires(&old.id())), set(after.requires(&new.id())));
            Moves {
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

/// Groups in an order that the edges allow; among those, the one a person would write.
pub fn schedule(nodes: &[Node], edges: &Edges, groups: &[Group], before: &Catalog, after: &Catalog) -> Vec<usize> {
    let group_of = super::fold::membership(groups, nodes.len());
    let lifted: BTreeSet<(usize, usize)> =
        edges.iter().map(|&(a, b)| (group_of[a], group_of[b])).filter(|(a, b)| a != b).collect();
    let mut waiting = vec![0usize; groups.len()];
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); groups.len()];
    for &(a, b) in &lifted {
        waiting[b] += 1;
        next[a].push(b);
    }
    let keys: Vec<Key> = groups.iter().map(|group| Key::of(&nodes[group.root], before, after)).collect();
    let mut ready: BinaryHeap<Reverse<(&Key, usize)>> =
        (0..groups.len()).filter(|&g| waiting[g] == 0).map(|g| Reverse((&keys[g], g))).collect();
    let mut out = Vec::with_capacity(groups.len());
    while let Some(Reverse((_, group))) = ready.pop() {
        out.push(group);
        for &after in &next[group] {
            waiting[after] -= 1;
            if waiting[after] == 0 {
                ready.push(Reverse((&keys[after], after)));
            }
        }
    }
    out
}

/// Where unrelated steps stand: what goes down, what is made, what is changed (table by table), what is lost last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    phase: u8,
    /// The table (or the schema) that it belongs to, so that neighbours can join.
    family: Vec<crate::name::Ident>,
    step: u8,
    order: i64,
    id: Id,
}

impl Key {
    fn of(node: &Node, before: &Catalog, after: &Catalog) -> Self {
        let object = node.object();
        let id = object.id();
        let tag = id.tag as u8;
        let has_element = object.element(Vec::new()).is_some();
        let rooted = object.parent().is_none();
        let holds = object.holds_data();
        let (phase, step) = match node {
            // what is made before is made under what it said until then
            _ if object.gives() => (10, tag),
            Node::Drop(_) if rooted => (9, u8::MAX - tag),
            Node::Drop(_) if holds => (8, 0),
            Node::Drop(_) => (0, u8::MAX - tag),
            // comments and their like come when all that they may speak of is there
            Node::Create(_) if id.on.is_some() => (7, tag),
            Node::Create(_) if rooted => (1, tag),
            Node::Create(_) if !has_element && !holds => (6, tag),
            Node::Alter { .. } | Node::Swap { .. } if rooted => (1, tag),
            _ => (4, tag),
        };
        let order = after.notes.order.get(&id).or_else(|| before.notes.order.get(&id)).copied().unwrap_or(0);
        let family = if phase == 4 || phase == 8 { id.path.iter().take(2).cloned().collect() } else { Vec::new() };
        Key { phase, family, step, order, id }
    }
}
