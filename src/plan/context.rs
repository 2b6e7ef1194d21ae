//! How is a group of nodes written as statements?

use std::collections::{BTreeMap, BTreeSet};

use super::carry::{Carried, Carrier};
use super::count::Counting;
use super::online::Course;
use super::schedule::Turn;
use super::{Body, Node, Op, Statement, descent, fold};
use crate::catalog::Catalog;
use crate::kind::{Change, Id, Name, Object, Piece, Risk};
use crate::name::Qualified;
use crate::rewrite::Steps;
use crate::sql::Sql;

/// The changes of the nodes that fold into a statement.
fn folded(children: &[fold::Child], nodes: &[Node], changes: &mut Vec<Change<Object>>) {
    for child in children {
        changes.push(nodes[child.node].change().map(Clone::clone));
        folded(&child.children, nodes, changes);
    }
}

/// Columns in their order, then constraints: as a person writes a CREATE TABLE.
pub fn elements(children: &[fold::Child], nodes: &[Node], after: &Catalog) -> Vec<Sql> {
    let place = |child: &&fold::Child| {
        let id = nodes[child.node].object().id();
        (id.tag, after.notes.order.get(&id).copied().unwrap_or(0), id)
    };
    let there = |child: &&fold::Child| !child.silent && !matches!(nodes[child.node], Node::Drop(_));
    let mut children: Vec<&fold::Child> = children.iter().filter(there).collect();
    children.sort_by_key(place);
    let write = |child: &fold::Child| {
        let inner = elements(&child.children, nodes, after);
        nodes[child.node].object().element(inner)
    };
    children.into_iter().filter_map(write).collect()
}

/// What one needs to know to write a group of nodes as a statement.
pub struct Context<'a> {
    pub steps: &'a Steps,
    pub before: &'a Catalog,
    pub after: &'a Catalog,
    /// Relations that were not there before: nothing waits for a lock on them, no row stops a constraint.
    pub created: BTreeSet<Name>,
    /// Of each group.
    pub courses: Vec<Course>,
    /// What stays or is born with its parent, by that, where something is made below.
    pub parts: BTreeMap<Id, Vec<&'a Object>>,
    /// What moves with each node that is swapped, and what is said of values.
    pub carried: BTreeMap<usize, Carried>,
    pub carrier: &'a Carrier<'a>,
    /// What comes with what is made, by itself.
    pub given: &'a BTreeMap<Id, Object>,
    /// Tables from which another one begins or ceases to inherit.
    pub relinked: BTreeSet<Qualified>,
    pub counting: Counting,
}

impl Context<'_> {
    /// What the turn does, and of which node.
    pub fn say<'n>(&self, turn: Turn, groups: &[fold::Group], nodes: &'n [Node<'n>]) -> descent::Said<'n> {
        let node = &nodes[groups[turn.group].root];
        let pieces = match self.courses[turn.group].phases.get(turn.phase) {
            Some(phase) => phase.pieces.clone(),
            None => self.counting.carry(node, self.pieces(&groups[turn.group], nodes)),
        };
        descent::Said { turn, node, pieces, hazards: Vec::new() }
    }

    fn pieces(&self, group: &fold::Group, nodes: &[Node]) -> Vec<Piece> {
        let elements = elements(&group.children, nodes, self.after);
        match &nodes[group.root] {
            Node::Create(new) if self.given.contains_key(&new.id()) => Object::alter(&self.given[&new.id()], new),
            Node::Create(new) => {
                let copied = group.children.iter().flat_map(|child| self.uncopied(new, &nodes[child.node]));
                let relinked = new.as_column().is_some_and(|(table, _)| self.relinked.contains(table));
                let named = relinked.then(|| new.with_names()).flatten();
                named.as_ref().unwrap_or(new).create(elements).into_iter().chain(copied).collect()
            }
            Node::Drop(old) => old.drop(),
            Node::Alter { old, new } => Object::alter(old, new),
            Node::Swap { .. } => {
                self.carried.get(&group.root).map(|carried| carried.pieces.clone()).unwrap_or_default()
            }
        }
    }

    /// What a table has copied from those above it as they were, and does not have. One that is linked to them later copies nothing.
    fn uncopied(&self, table: &Object, node: &Node) -> Vec<Piece> {
        let Node::Create(new) = node else { return Vec::new() };
        let (below, origins) = (new.id(), new.origins());
        if origins.iter().all(|origin| origin.id != table.id()) {
            return Vec::new();
        }
        let parts = origins.iter().flat_map(|origin| self.parts.get(&origin.id).into_iter().flatten());
        let taken_back = |part: &&Object| {
            let mut id = part.id();
            id.path.clone_from(&below.path);
            part.uncopied(&below, self.after.get(&id))
        };
        parts.flat_map(taken_back).collect()
    }

    /// What is done without saying so goes to a neighbour.
    pub fn gather(&self, said: Vec<descent::Said>, groups: &[fold::Group], nodes: &[Node]) -> Vec<Statement> {
        let mut statements: Vec<Statement> = Vec::with_capacity(said.len());
        let mut unsaid = Vec::new();
        for one in said {
            let silent = one.pieces.is_empty();
            let mut statement = self.statement(one.turn, &groups[one.turn.group], nodes, one.pieces);
            statement.ops[0].hazards.extend(one.hazards);
            match statements.last_mut() {
                Some(last) if silent => last.changes.append(&mut statement.changes),
                None if silent => unsaid.append(&mut statement.changes),
                _ => {
                    statement.changes.splice(0..0, unsaid.drain(..));
                    statements.push(statement);
                }
            }
        }
        statements
    }

    fn statement(&self, turn: Turn, group: &fold::Group, nodes: &[Node], pieces: Vec<Piece>) -> Statement {
        let (root, course) = (&nodes[group.root], &self.courses[turn.group]);
        let ops = vec![self.op(group.root, root, turn)];
        let mut changes: Vec<Change<Object>> = match root {
            _ if turn.phase != course.done => Vec::new(),
            // neither catalog has it
            Node::Create(new) if self.given.contains_key(&new.id()) && new.usual().as_ref() == Some(*new) => Vec::new(),
            root => vec![root.change().map(Clone::clone)],
        };
        if turn.phase == course.done {
            folded(&group.children, nodes, &mut changes);
        }
        let pace = course.phases.get(turn.phase).and_then(|phase| phase.pace);
        Statement { ops, changes, body: Body::of(pieces), own_transaction: course.is_alone(turn.phase), pace }
    }

    fn op(&self, root: usize, node: &Node, turn: Turn) -> Op {
        let id = node.object().id();
        let change = match (node.change(), self.given.get(&id)) {
            (Change::Create(new), Some(old)) => Change::Alter { old, new },
            (change, _) => change,
        };
        let recreated = self.steps.drops.contains(&id) && self.steps.creates.contains(&id);
        let course = &self.courses[turn.group];
        let (name, mut hazards) = match course.phases.get(turn.phase) {
            Some(phase) => (phase.op, phase.hazards.clone()),
            None => (Object::op(change), Object::hazards(change)),
        };
        match (node, self.carried.get(&root)) {
            (_, Some(carried)) => hazards.extend(carried.hazards.clone()),
            (Node::Alter { old, new }, None) => {
                let mapping = self.carrier.mapping(old, new);
                hazards.extend(mapping.into_iter().flat_map(|mapping| Object::relabelled(old, new, &mapping, false)));
            }
            _ => {}
        }
        hazards.extend(course.note.clone());
        hazards.retain(|hazard| !self.created.contains(&hazard.on));
        // what comes back as it was breaks nothing
        let same = recreated && self.before.get(&id) == self.after.get(&id);
        hazards.retain(|hazard| !same || hazard.risk != Risk::Breaks);
        hazards.retain(|hazard| hazard.spared_by.as_ref().is_none_or(|name| !self.created.contains(name)));
        let meanwhile = course.phases.get(turn.phase).and_then(|phase| phase.meanwhile.clone());
        hazards.extend(meanwhile.filter(|_| recreated));
        let (old, new) = match change {
            // it is on its way, or has happened
            Change::Create(new) if turn.phase == 0 => (None, Some(new)),
            Change::Create(new) => (Some(new), Some(new)),
            change if turn.phase != course.done => (Some(change.subject()), Some(change.subject())),
            Change::Drop(old) => (Some(old), None),
            Change::Alter { old, new } | Change::Rename { old, new } => (Some(old), Some(new)),
        };
        let place = self.after.place(&id).or_else(|| self.before.place(&id)).cloned();
        Op { name, id, old: old.cloned(), new: new.cloned(), hazards, recreated, place }
    }
}
