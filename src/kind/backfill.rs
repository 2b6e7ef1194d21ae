//! How do the rows that are there get the values of a column that must have one?
//!
//! Intent: it stands beside the catalog, and means nothing once every row has its value.

use std::time::Duration;

use super::{Expression, Hazard, InStep, Mentions, Need, Phase, Text};
use crate::error::Place;
use crate::name::Qualified;
use crate::sql::Expr;

/// `backfill:` of a model, or the copy of a column that changes in two steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backfill {
    /// Over the row as the models have it.
    pub value: Expr,
    /// `None`: all rows in one statement, in the transaction of the change itself.
    pub pace: Option<Pace>,
    pub place: Place,
    /// The values are another column's, and both are kept in step as long as both are there.
    pub pair: Option<InStep>,
}

impl Backfill {
    /// What has to be there while rows of this table are filled.
    pub fn needs(&self, table: &Qualified) -> Vec<Need> {
        let mentions = Mentions::of(table, &Expression::new(self.value.clone()));
        vec![Need::mentions(mentions), Need::text(Text::of(&table.schema, self.value.text()))]
    }
}

/// How many rows at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// From 1.
    pub rows: u64,
    /// Between two rounds.
    pub pause: Duration,
}

impl Pace {
    /// What a round holds locked where nobody says otherwise.
    pub const USUAL: Pace = Pace { rows: 1000, pause: Duration::ZERO };
}

/// A change that fills rows on its way.
#[derive(Debug, Clone)]
pub struct Filled {
    /// It has happened with the last.
    pub phases: Vec<Phase>,
    /// Why it is not made as it was asked for.
    pub note: Option<Hazard>,
}
