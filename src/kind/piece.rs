//! What does a kind hand to the plan: a whole statement, or a part of one that may join others?

use crate::name::Qualified;
use crate::sql::Sql;

/// SQL that an op consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Statement(Sql),
    /// A sub-command of ALTER TABLE, which may join its neighbours on the same table. It reaches the tables that descend from
    /// the table, whether one wants it or not.
    AlterTable(Qualified, Sql),
    /// One that reaches them too, and that `ONLY` keeps to the table.
    AlterEach(Qualified, Sql),
    /// One that reaches no other table.
    AlterOwn(Qualified, Sql),
    /// One that is kept to the table.
    AlterOnly(Qualified, Sql),
}
