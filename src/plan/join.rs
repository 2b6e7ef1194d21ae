//! Which neighbouring statements are better said as one?
//!
//! Sub-commands of ALTER TABLE on one table join: the table is locked once and rewritten at most once. PostgreSQL runs the
//! sub-commands of one statement in passes (drops, types, columns, constraints), which is also the order of a plan.

use super::Statement;
use crate::kind::Piece;
use crate::name::Qualified;
use crate::sql::Sql;

/// The SQL of one statement of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Sub-commands of one ALTER TABLE, of the one table `ONLY` or of those that descend from it too.
    Alter { table: Qualified, only: bool, commands: Vec<Sql> },
    /// Statements that belong together, in order.
    Whole(Vec<Sql>),
}

impl Body {
    pub fn of(pieces: Vec<Piece>) -> Self {
        let mut bodies: Vec<Body> = Vec::new();
        for piece in pieces {
            let alter = |table, only, command| Body::Alter { table, only, commands: vec![command] };
            let body = match piece {
                Piece::AlterTable(table, command)
                | Piece::AlterEach(table, command)
                | Piece::AlterOwn(table, command) => alter(table, false, command),
                Piece::AlterOnly(table, command) => alter(table, true, command),
                Piece::Statement(sql) => Body::Whole(vec![sql]),
            };
            match bodies.last_mut() {
                Some(last) => {
                    if let Some(apart) = last.absorb(body) {
                        bodies.push(apart);
                    }
                }
                None => bodies.push(body),
            }
        }
        match bodies.len() {
            1 => bodies.remove(0),
            _ => Body::Whole(bodies.into_iter().flat_map(Body::statements).collect()),
        }
    }

    /// Takes the other one in where both are of one table; else gives it back.
    fn absorb(&mut self, other: Body) -> Option<Body> {
        match (self, other) {
            (Body::Alter { table, only, commands }, Body::Alter { table: other, only: too, commands: more })
                if *table == other && *only == too =>
            {
                commands.extend(more);
                None
            }
            (_, other) => Some(other),
        }
    }

    /// Complete statements, without the final `;`.
    pub fn statements(self) -> Vec<Sql> {
        match self {
            Body::Whole(statements) => statements,
            Body::Alter { table, only, commands } => {
                let sql = Sql::new().kw(if only { "ALTER TABLE ONLY" } else { "ALTER TABLE" }).qualified(&table);
                let sql = if commands.len() == 1 { sql.list(commands) } else { sql.lines_open(commands) };
                vec![sql]
            }
        }
    }
}

/// Joins neighbours, keeping the order.
pub fn join(statements: Vec<Statement>) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::with_capacity(statements.len());
    for statement in statements {
        let Some(last) = out.last_mut().filter(|last| !last.own_transaction && !statement.own_transaction) else {
            out.push(statement);
            continue;
        };
        let Statement { ops, changes, body, own_transaction, pace } = statement;
        match last.body.absorb(body) {
            None => {
                last.ops.extend(ops);
                last.changes.extend(changes);
            }
            Some(body) => out.push(Statement { ops, changes, body, own_transaction, pace }),
        }
    }
    out
}
