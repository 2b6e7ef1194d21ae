//! Which of the orders that the edges allow is the one to read, and to run?
//!
//! The one that a person would write. Where something has to be committed alone, as few steps as the order allows: what has a
//! transaction keeps together, and so does what has none. What is lost for good comes after what may still fail alone.

use std::collections::BTreeSet;

use super::Node;
use super::fold::{Group, membership};
use super::online::Course;
use super::order::Edges;
use crate::catalog::Catalog;
use crate::kind::Id;
use crate::name::Ident;

/// A group in one of its phases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    pub group: usize,
    pub phase: usize,
}

pub fn schedule(
    nodes: &[Node],
    edges: &Edges,
    groups: &[Group],
    courses: &[Course],
    before: &Catalog,
    after: &Catalog,
) -> Vec<Turn> {
    let keys: Vec<Key> = groups.iter().map(|group| Key::of(&nodes[group.root], before, after)).collect();
    let board = Board::of(nodes, edges, groups, courses, &keys);
    let (steps, order) = board.play(false);
    let alone = board.turns.iter().any(|turn| courses[turn.group].is_alone(turn.phase));
    let order = match alone.then(|| board.play(true)) {
        Some((fewer, other)) if fewer < steps => other,
        _ => order,
    };
    order.into_iter().map(|n| board.turns[n]).collect()
}

/// The turns, and what each waits for.
struct Board<'a> {
    turns: Vec<Turn>,
    waiting: Vec<usize>,
    next: Vec<Vec<usize>>,
    lanes: Vec<Lane>,
    /// Where nothing is atomic, what goes comes behind what is made: it may be what takes its place.
    goes: Vec<bool>,
    keys: &'a [Key],
}

/// Where a turn runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    Together,
    Alone,
    /// In a transaction too, and better late.
    Last,
}

/// What may come next, by lane.
type Ready<'a> = [BTreeSet<(bool, &'a Key, usize)>; 3];

impl<'a> Board<'a> {
    fn of(nodes: &[Node], edges: &Edges, groups: &[Group], courses: &[Course], keys: &'a [Key]) -> Self {
        let (mut turns, mut first) = (Vec::new(), Vec::with_capacity(groups.len()));
        for (group, course) in courses.iter().enumerate() {
            first.push(turns.len());
            turns.extend((0..course.turns()).map(|phase| Turn { group, phase }));
        }
        let group_of = membership(groups, nodes.len());
        let apart = edges.iter().map(|&(a, b)| (group_of[a], group_of[b])).filter(|(a, b)| a != b);
        // one may lean on the other once that has happened
        let mut lifted: BTreeSet<(usize, usize)> = apart.map(|(a, b)| (first[a] + courses[a].done, first[b])).collect();
        lifted.extend((1..turns.len()).filter(|&n| turns[n].phase > 0).map(|n| (n - 1, n)));
        let (mut waiting, mut next) = (vec![0; turns.len()], vec![Vec::new(); turns.len()]);
        for (a, b) in lifted {
            waiting[b] += 1;
            next[a].push(b);
        }
        let lane = |turn: &Turn| match courses[turn.group].is_alone(turn.phase) {
            true => Lane::Alone,
            false if keys[turn.group].phase >= Key::LOSES => Lane::Last,
            false => Lane::Together,
        };
        let lanes: Vec<Lane> = turns.iter().map(lane).collect();
        let drops = |group: usize| matches!(nodes[groups[group].root], Node::Drop(_));
        let goes = turns.iter().zip(&lanes).map(|(turn, lane)| *lane == Lane::Alone && drops(turn.group)).collect();
        Self { turns, waiting, next, lanes, goes, keys }
    }

    /// How often a step ends, and the order.
    fn play(&self, mut alone: bool) -> (usize, Vec<usize>) {
        let mut waiting = self.waiting.clone();
        let mut ready = Ready::default();
        let put = |ready: &mut Ready<'a>, n: usize| {
            ready[self.lanes[n] as usize].insert((self.goes[n], &self.keys[self.turns[n].group], n));
        };
        (0..self.turns.len()).filter(|&n| waiting[n] == 0).for_each(|n| put(&mut ready, n));
        let (mut changes, mut out) = (0, Vec::with_capacity(self.turns.len()));
        loop {
            let [first, second] = if alone { [Lane::Alone, Lane::Together] } else { [Lane::Together, Lane::Alone] };
            let lanes = [first, second, Lane::Last];
            let Some((lane, n)) = lanes.iter().find_map(|&lane| Some((lane, ready[lane as usize].pop_first()?.2)))
            else {
                return (changes, out);
            };
            changes += usize::from(alone != (lane == Lane::Alone));
            alone = lane == Lane::Alone;
            out.push(n);
            for &after in &self.next[n] {
                waiting[after] -= 1;
                if waiting[after] == 0 {
                    put(&mut ready, after);
                }
            }
        }
    }
}

/// Where unrelated steps stand: what goes down, what is made, what is changed (table by table), what is lost last.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    phase: u8,
    /// The table (or the schema) that it belongs to, so that neighbours can join.
    family: Vec<Ident>,
    step: u8,
    order: i64,
    id: Id,
}

impl Key {
    /// The first phase of what is lost.
    const LOSES: u8 = 8;

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
