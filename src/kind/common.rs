//! Which words do all kinds share, with each other and with the stages?

pub use super::aside::Aside;
pub use super::aspect::{Aspect, Managed};
pub use super::backfill::{Backfill, Filled, Pace};
pub use super::carriage::{Carriage, Mapping, NO_NULL, Values};
pub use super::casts::Casts;
pub use super::change::{Alteration, Change, ColumnShape};
pub use super::descent::{Descent, How, Inherited, Origin, PartOf};
pub use super::doc::{Doc, Fields, Part, Parts};
pub use super::expression::{Expression, MADE, Making, Reading, Role, Slot};
pub use super::fact::{Fact, Mentions, Need, Text};
pub use super::firing::Firing;
pub use super::hazard::{Hazard, Risk};
pub use super::id::{Id, Name, Space};
pub use super::online::{Ground, Manner, Online, Phase};
pub use super::pair::{Crossing, InStep, Pair};
pub use super::piece::Piece;
pub use super::renames::Renames;
pub use super::routine::BodyCheck;
pub use super::row::{Names, Row};
pub use super::types::Type;
