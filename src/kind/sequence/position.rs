//! How does the position of a sequence pass to another, or behind the values that are there?
//!
//! A setting of the session holds it while the one is gone and the other not yet there; a session that has none stops.

use super::super::{Name, Piece, Type};
use super::{Options, Owner};
use crate::name::Qualified;
use crate::sql::Sql;

fn setting(number: usize) -> String {
    format!("autogen.position_{number}")
}

pub fn hand_over(sequence: &Qualified, number: usize) -> Piece {
    let sql = Sql::new().kw("SELECT pg_catalog.set_config(").literal(&setting(number));
    Piece::Statement(sql.kw(", last_value || ' ' || is_called, false) FROM").qualified(sequence))
}

pub fn take_over(sequence: &Qualified, number: usize) -> Piece {
    let sql = Sql::new().kw("SELECT pg_catalog.setval(").literal(&sequence.to_string());
    let sql = sql.kw(", pg_catalog.split_part(p, ' ', 1)::bigint, pg_catalog.split_part(p, ' ', 2)::boolean)");
    Piece::Statement(sql.kw("FROM pg_catalog.current_setting(").literal(&setting(number)).kw(") AS p"))
}

/// Only from where it counts on: values before its first stay behind it anyway.
pub fn go_on_behind(sequence: &Qualified, options: &Options, owner: &Owner, ty: &Type) -> Option<Piece> {
    ["smallint", "integer", "bigint"].map(Type::builtin).contains(ty).then(|| {
        let (first, up) = (options.first(ty), options.increment > 0);
        let extreme = Sql::new().kw(if up { "pg_catalog.max(" } else { "pg_catalog.min(" }).ident(&owner.column).kw(")");
        let sql = Sql::new().kw("SELECT pg_catalog.setval(").literal(&sequence.to_string()).kw(",").sql(&extreme);
        let sql = sql.kw(") FROM").qualified(&owner.table).kw("HAVING").sql(&extreme);
        Piece::Statement(sql.kw(if up { ">=" } else { "<=" }).number(first))
    })
}

/// What is said of losing it, where nothing takes it over.
pub fn spared(owner: &Owner) -> Name {
    Name::position(&owner.id())
}
