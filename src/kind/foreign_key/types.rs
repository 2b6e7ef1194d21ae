//! Between columns of which types can a foreign key be?
//!
//! PostgreSQL looks for an operator `=` in the family of the key's index, over the two types or over what the referring one
//! converts to by itself (`ATAddForeignKeyConstraint`). Nothing is said of a type that is not in the list: a domain, an array, what
//! an extension brings.

use super::*;
use crate::kind::types::TypeName;

/// The type of a key, and those that can refer to it. Read off PostgreSQL 15, by trying each pair.
const TAKES: &[(&str, &[&str])] = &[
    ("smallint", WHOLE),
    ("integer", WHOLE),
    ("bigint", WHOLE),
    ("numeric", &["smallint", "integer", "bigint", "numeric"]),
    ("real", NUMBERS),
    ("double precision", NUMBERS),
    ("money", &["money"]),
    ("oid", &["smallint", "integer", "bigint", "oid"]),
    ("text", &["text", "character varying", "character", "name"]),
    ("character varying", &["text", "character varying", "character", "name"]),
    ("character", &["text", "character varying", "character"]),
    ("name", &["text", "character varying", "character", "name"]),
    ("boolean", &["boolean"]),
    ("bytea", &["bytea"]),
    ("uuid", &["uuid"]),
    ("jsonb", &["jsonb"]),
    ("date", DATES),
    ("timestamp without time zone", DATES),
    ("timestamp with time zone", DATES),
    ("time without time zone", &["time without time zone"]),
    ("time with time zone", &["time without time zone", "time with time zone"]),
    ("interval", &["time without time zone", "interval"]),
    ("inet", &["inet", "cidr"]),
    ("cidr", &["inet", "cidr"]),
    ("macaddr", &["macaddr", "macaddr8"]),
    ("macaddr8", &["macaddr", "macaddr8"]),
    ("bit", &["bit", "bit varying"]),
    ("bit varying", &["bit", "bit varying"]),
];

const WHOLE: &[&str] = &["smallint", "integer", "bigint"];
const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric", "real", "double precision"];
const DATES: &[&str] = &["date", "timestamp without time zone", "timestamp with time zone"];

/// It is certain that a column of the one type cannot refer to one of the other.
fn are_apart(own: &Type, theirs: &Type) -> bool {
    let (TypeName::Builtin(own_name), TypeName::Builtin(their_name)) = (&own.name, &theirs.name) else { return false };
    let takes = |key: &str| TAKES.iter().find(|(name, _)| *name == key).map(|(_, takes)| *takes);
    match (takes(own_name), takes(their_name)) {
        (Some(_), Some(takes)) => !own.array && !theirs.array && !takes.contains(&own_name.as_str()),
        _ => false,
    }
}

/// What is wrong with the types of its columns, and what to do about it.
pub fn mismatch(key: &ForeignKey, ty: &dyn Fn(&Id) -> Option<Type>) -> Option<(String, String)> {
    key.columns.iter().zip(&key.ref_columns).find_map(|(own, theirs)| {
        let (own, theirs) = (Id::within(Tag::Column, &key.table, own), Id::within(Tag::Column, &key.references, theirs));
        let (own_type, their_type) = (ty(&own)?, ty(&theirs)?);
        let (id, one, other) = (key.id(), own_type.short(), their_type.short());
        are_apart(&own_type, &their_type).then(|| {
            let message = format!("{id}: {own} is {one} and {theirs} is {other}, and no = compares the two for a foreign key");
            (message, format!("make {} {other}, or refer to a column that it can be compared with", own.qualified()))
        })
    })
}
