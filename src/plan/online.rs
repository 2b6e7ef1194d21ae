//! Which changes happen in phases, and what has to be committed alone?
//!
//! Only what is about a table that is there before and after: nobody waits for a new one, and nobody uses one that goes.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use super::fold::Group;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::intent::Asked;
use crate::kind::{self, Change, Fact, Filled, Ground, Hazard, Id, Manner, Name, Object, Phase};
use crate::name::Qualified;
use crate::rewrite::Steps;

/// How one group happens.
#[derive(Debug, Default)]
pub struct Course {
    /// None where it happens at once.
    pub phases: Vec<Phase>,
    /// The phase with which it has happened.
    pub done: usize,
    /// It happens at once, and alone.
    alone: bool,
    /// Why it has no phases.
    pub note: Option<Hazard>,
}

impl Course {
    /// How many turns it takes.
    pub fn turns(&self) -> usize {
        self.phases.len().max(1)
    }

    pub fn is_alone(&self, phase: usize) -> bool {
        self.phases.get(phase).map_or(self.alone, |phase| phase.alone)
    }
}

pub struct Online<'a> {
    pub asked: &'a Asked,
    pub steps: &'a Steps,
    pub given: &'a BTreeMap<Id, Object>,
    /// Enum labels that something in the same plan uses, which the server allows only after a commit.
    pub early: &'a BTreeSet<Fact>,
    pub before: &'a Catalog,
    pub after: &'a Catalog,
}

impl Online<'_> {
    /// Of each group.
    pub fn courses(&self, nodes: &[Node], groups: &[Group]) -> Result<Vec<Course>> {
        let (mut taken, mut related) = (BTreeSet::new(), BTreeSet::new());
        if !self.asked.is_empty() {
            for object in [self.before, self.after].iter().flat_map(|catalog| catalog.objects().values()) {
                taken.extend(object.occupies());
                related.extend(object.descends().into_iter().flat_map(|descent| [descent.parent, descent.child]));
            }
        }
        groups.iter().map(|group| self.course(group, nodes, &related, &taken)).collect()
    }

    fn course(
        &self,
        group: &Group,
        nodes: &[Node],
        related: &BTreeSet<Qualified>,
        taken: &BTreeSet<Name>,
    ) -> Result<Course> {
        let root = &nodes[group.root];
        let alone = matches!(root, Node::Alter { old, new }
            if new.provides().iter().any(|fact| self.early.contains(fact) && !old.provides().contains(fact)));
        let plain = Course { alone, ..Course::default() };
        if let Some(course) = self.filled(group, nodes, related, taken)? {
            return Ok(Course { alone, ..course });
        }
        // what goes with it says nothing
        let childless = group.children.iter().all(|child| child.silent) || matches!(root, Node::Drop(_));
        let object = root.object();
        let id = object.id();
        let parent = object.parent().filter(|parent| self.stays(parent));
        let (Some(parent), false) = (parent, taken.is_empty() || !childless) else { return Ok(plain) };
        if matches!(root, Node::Swap { .. }) || self.given.contains_key(&id) {
            return Ok(plain);
        }
        let free = |name: &Name| !taken.contains(name);
        let ground = self.ground(&parent, related, &free);
        match Object::online(root.change(), &ground) {
            kind::Online::Phases(manner, phases, done) if self.asked.holds(manner, &id) => {
                Ok(Course { phases, done, ..plain })
            }
            kind::Online::Not(_, why) if self.asked.of.contains(&id) && matches!(root.change(), Change::Create(_)) => {
                Err(self.refused(&id, &why))
            }
            kind::Online::Not(manner, why) if self.asked.holds(manner, &id) => Ok(Course { note: Some(why), ..plain }),
            _ => Ok(plain),
        }
    }

    fn ground<'g>(&self, table: &Id, related: &BTreeSet<Qualified>, free: &'g dyn Fn(&Name) -> bool) -> Ground<'g> {
        Ground {
            partitioned: self.after.get(table).is_some_and(|table| table.divides().is_some()),
            related: match table.path.as_slice() {
                [schema, name] => related.contains(&Qualified { schema: schema.clone(), name: name.clone() }),
                _ => false,
            },
            free,
        }
    }

    /// The phases of what fills rows on its way.
    fn filled(
        &self,
        group: &Group,
        nodes: &[Node],
        related: &BTreeSet<Qualified>,
        taken: &BTreeSet<Name>,
    ) -> Result<Option<Course>> {
        let change = nodes[group.root].change();
        let id = change.subject().id();
        let Some(backfill) = self.asked.backfills.get(&id) else { return Ok(None) };
        let Some(table) = change.subject().parent().filter(|parent| self.stays(parent)) else { return Ok(None) };
        let children = group.children.iter().filter(|child| !child.silent);
        let children = children.flat_map(|child| nodes[child.node].object().create(Vec::new())).collect();
        let free = |name: &Name| !taken.contains(name);
        let (ground, validated) = (self.ground(&table, related, &free), self.asked.holds(Manner::Validated, &id));
        let plain = Course { note: Object::unfilled(change), ..Course::default() };
        Ok(match Object::filled(change, backfill, children, &ground, validated)? {
            Some(Filled { phases, .. }) if self.asked.once => {
                let whole = Phase::whole(Object::op(change), phases);
                Some(Course { phases: vec![whole], ..Course::default() })
            }
            Some(Filled { phases, note }) => {
                Some(Course { done: phases.len().saturating_sub(1), phases, note, alone: false })
            }
            None => plain.note.is_some().then_some(plain),
        })
    }

    fn stays(&self, table: &Id) -> bool {
        let there = self.before.get(table).is_some() && self.after.get(table).is_some();
        there && !self.steps.creates.contains(table) && !self.steps.drops.contains(table)
    }

    fn refused(&self, id: &Id, why: &Hazard) -> Error {
        let error = Error::no(format!("not supported: {id} concurrently: {}", why.text))
            .hint("take `concurrently` away: then it is made at once, and writes wait meanwhile");
        self.after.place(id).cloned().into_iter().fold(error, Error::at)
    }
}
