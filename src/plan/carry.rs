//! How does what holds data move to a type that takes another one's place?
//!
//! A type over the one that goes goes along, in the middle of it: made over the new one, and dropped before the old one. What
//! one table does, those below it do.

use std::collections::{BTreeMap, BTreeSet};

use super::context::elements;
use super::{Node, fold};
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::kind::{Carriage, Fact, Hazard, Id, Mapping, Name, Object, Piece, Risk, Values};

/// What is done, and what it costs.
#[derive(Debug, Clone)]
pub struct Carried {
    pub pieces: Vec<Piece>,
    pub hazards: Vec<Hazard>,
}

pub struct Carrier<'a> {
    pub nodes: &'a [Node<'a>],
    /// What becomes of values, by their type.
    pub values: &'a BTreeMap<Name, Mapping>,
    pub before: &'a Catalog,
    pub after: &'a Catalog,
}

impl Carrier<'_> {
    /// Of each node that is swapped for its own sake. Refused is, by name, what cannot hold what it would get.
    pub fn all(&self, groups: &[fold::Group]) -> Result<BTreeMap<usize, Carried>> {
        let mut all = BTreeMap::new();
        for group in groups {
            let Node::Swap { old, new, .. } = &self.nodes[group.root] else { continue };
            let mapping = self.mapping(old, new);
            let values = mapping.as_ref().map_or_else(Values::new, |mapping| Object::replaced(old, new, mapping));
            let carriage = Carriage { merges: merges(old, &values), values, lists: false };
            let mut carried = self.carried(group.root, &group.children, &carriage)?;
            let used = self.is_used(group.root, &group.children);
            let mut hazards = Object::relabelled(old, new, &mapping.unwrap_or_default(), used);
            hazards.append(&mut carried.hazards);
            hazards.dedup();
            all.insert(group.root, Carried { hazards, ..carried });
        }
        Ok(all)
    }

    /// What is said of the values of a type.
    pub fn mapping(&self, old: &Object, new: &Object) -> Option<Mapping> {
        let names = [new, old].into_iter().flat_map(Object::occupies);
        names.into_iter().find_map(|name| self.values.get(&name)).cloned()
    }

    fn carried(&self, node: usize, children: &[fold::Child], carriage: &Carriage) -> Result<Carried> {
        let Node::Swap { old, new, moved } = &self.nodes[node] else {
            return Ok(Carried { pieces: Vec::new(), hazards: Vec::new() });
        };
        let (mut inner, mut hazards) = (Vec::new(), Vec::new());
        let below = |object: &Object| object.origins().iter().any(|origin| moved.iter().any(|m| m.id() == origin.id));
        for object in moved {
            let id = object.id();
            let cost = self.before.get(&id).map(|before| Object::carrying(before, object, carriage));
            hazards.extend(cost.unwrap_or_else(|| Ok(Vec::new())).map_err(|why| self.refused(why, &id))?);
            hazards.extend(self.equal(object, carriage));
            if !below(object) {
                inner.extend(object.carry(carriage));
            }
        }
        for child in children.iter().filter(|child| matches!(self.nodes[child.node], Node::Swap { .. })) {
            let over = self.nodes[child.node].object();
            let carriage = over.through(carriage).map_err(|why| self.refused(why, &over.id()))?;
            let mut carried = self.carried(child.node, &child.children, &carriage)?;
            inner.append(&mut carried.pieces);
            hazards.append(&mut carried.hazards);
        }
        let pieces = Object::swap(old, new, elements(children, self.nodes, self.after), inner);
        Ok(Carried { pieces, hazards })
    }

    /// Rows that a key tells apart by the values that become one.
    fn equal(&self, object: &Object, carriage: &Carriage) -> Option<Hazard> {
        let (table, shape) = object.as_column().filter(|_| carriage.merges)?;
        let key = |fact: &Fact| match fact {
            Fact::Key(of, columns) if *of == Name::relation(table) && columns.contains(&shape.name) => {
                Some(columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            _ => None,
        };
        let columns = self.after.objects().values().flat_map(Object::provides).find_map(|fact| key(&fact))?;
        let text = format!("rows of {table} that get the same ({columns}) stop it");
        Some(Hazard::new(Risk::MayFail, table, text))
    }

    fn is_used(&self, node: usize, children: &[fold::Child]) -> bool {
        let holds = matches!(&self.nodes[node], Node::Swap { moved, .. } if !moved.is_empty());
        holds || children.iter().any(|child| self.is_used(child.node, &child.children))
    }

    fn refused(&self, [why, hint]: [String; 2], id: &Id) -> Error {
        let error = Error::no(format!("not supported: {why}")).hint(hint);
        self.after.place(id).cloned().into_iter().fold(error, Error::at)
    }
}

/// Whether a value takes another's place that something else may hold too.
fn merges(old: &Object, values: &Values) -> bool {
    let had: BTreeSet<String> = old.labels().into_iter().collect();
    let mut new = BTreeSet::new();
    values.values().flatten().any(|value| had.contains(value) || !new.insert(value))
}
