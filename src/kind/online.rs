//! How is something changed while others go on reading and writing it?
//!
//! Invariant: the phases of a change lead where the plain change leads, and each of them leaves something that can be gone on
//! from.

use super::{Hazard, Name, Pace, Piece, Risk};
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

/// What such a change is asked for as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// Built or dropped `CONCURRENTLY`.
    Concurrently,
    /// First added `NOT VALID`, then validated.
    Validated,
}

/// A part of a change.
#[derive(Debug, Clone)]
pub struct Phase {
    /// As [`super::Kind::op`].
    pub op: &'static str,
    pub pieces: Vec<Piece>,
    pub hazards: Vec<Hazard>,
    /// Has no transaction, or one that nothing else may be in.
    pub alone: bool,
    /// Its statement is done in rounds, each a transaction of its own.
    pub pace: Option<Pace>,
    /// Of what goes and comes again: what is to be known of the time between.
    pub meanwhile: Option<Hazard>,
}

impl Phase {
    /// The op that only a phase is.
    pub const VALIDATE: &str = "validate_constraint";
    pub const FILL: &str = "backfill_column";

    pub fn new(op: &'static str, pieces: Vec<Piece>, hazards: Vec<Hazard>) -> Self {
        Self { op, pieces, hazards, alone: false, pace: None, meanwhile: None }
    }

    pub fn alone(op: &'static str, piece: Piece, hazards: Vec<Hazard>) -> Self {
        Self { alone: true, ..Self::new(op, vec![piece], hazards) }
    }

    /// All of them as one, said by its op.
    pub fn whole(op: &'static str, phases: Vec<Self>) -> Self {
        let pieces = phases.iter().flat_map(|phase| phase.pieces.clone()).collect();
        Self::new(op, pieces, phases.into_iter().flat_map(|phase| phase.hazards).collect())
    }

    /// In rounds, or all of it at once.
    pub fn fill(fill: Piece, pace: Option<Pace>, hazards: Vec<Hazard>) -> Self {
        Self { alone: pace.is_some(), pace, ..Self::new(Self::FILL, vec![fill], hazards) }
    }
}

/// Whether there is such a way.
#[derive(Debug, Clone)]
pub enum Online {
    /// None that is another than the plain one.
    Plain,
    /// Not here; the hazard says why.
    Not(Manner, Hazard),
    /// The change has happened with the phase of this number, from 0.
    Phases(Manner, Vec<Phase>, usize),
}

/// What else there is to know of the table or view that it is about.
pub struct Ground<'a> {
    pub partitioned: bool,
    /// Others descend from it, or it from others.
    pub related: bool,
    /// Whether nothing has this name, before or after.
    pub free: &'a dyn Fn(&Name) -> bool,
}

/// The step that reads all rows, once new ones are checked.
pub(super) fn validate(table: &Qualified, constraint: &Ident, fails: Hazard) -> Phase {
    let text = format!("SHARE UPDATE EXCLUSIVE on {table}, reads and writes go on while all rows are checked");
    let sql = Sql::new().kw("VALIDATE CONSTRAINT").ident(constraint);
    let hazards = vec![fails, Hazard::new(Risk::Lock, table, text)];
    Phase::alone(Phase::VALIDATE, Piece::AlterTable(table.clone(), sql), hazards)
}

/// Why a constraint is added as a whole.
pub(super) fn related(table: &Qualified) -> Hazard {
    Hazard::new(Risk::Lock, table, format!("not in two steps: {table} is partitioned, inherits, or is inherited from"))
}
