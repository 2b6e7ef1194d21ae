//! What of a value does not get through a change of its type?
//!
//! Facts of PostgreSQL's own casts, each tried on 15.

use super::super::casts::Way;
use super::*;

/// The digits behind the point of `(p,s)`; without limits, as many as there are.
fn scale(modifiers: &str) -> i64 {
    let inner = modifiers.trim_matches(['(', ')']);
    inner.split_once(',').map_or(i64::MAX, |(_, scale)| scale.parse().unwrap_or(0))
}

/// Values that the new type holds only in part: rounded or cut.
pub fn narrows(way: &Way) -> Option<&'static str> {
    let element = |ty: &Type| Type { array: false, ..ty.clone() };
    let (old, new) = (element(&way.roots.0), element(&way.roots.1));
    let (from, to) = (old.base(), new.base());
    let whole = |name: &str| matches!(name, "smallint" | "integer" | "bigint");
    let broken = |name: &str| matches!(name, "real" | "double precision" | "numeric");
    let with_date = |name: &str| name.starts_with("timestamp");
    match (from.as_str(), to.as_str()) {
        ("numeric", "numeric") if scale(&old.modifiers) > scale(&new.modifiers) => {
            Some("digits behind the new scale are rounded away")
        }
        ("real" | "double precision", "numeric") if !new.modifiers.is_empty() => {
            Some("digits behind the scale are rounded away")
        }
        ("text" | "character varying" | "character", "numeric") if !new.modifiers.is_empty() => {
            Some("digits behind the scale are rounded away")
        }
        ("text" | "character varying" | "character", "date") => Some("a time of day is lost"),
        ("text" | "character varying" | "character", b) if b.starts_with("time") && !new.modifiers.is_empty() => {
            Some("what the precision does not hold is rounded away")
        }
        ("text" | "character varying" | "character", "jsonb") => {
            Some("white space, the order of keys and all but the last of equal keys are lost")
        }
        ("jsonb", b) if whole(b) => Some("fractions are rounded away"),
        (a, b) if with_date(a) && b == "date" => Some("the time of day is lost"),
        (a, b) if with_date(a) && b.starts_with("time ") => Some("the date is lost, and an infinite moment becomes null"),
        ("time with time zone", "time without time zone") => Some("the zone is lost"),
        ("interval", "time without time zone") => Some("days and months are lost"),
        (a, b) if broken(a) && whole(b) => Some("fractions are rounded away"),
        ("double precision" | "numeric" | "integer" | "bigint", "real") | ("numeric" | "bigint", "double precision") => {
            Some("digits beyond the new type's are lost")
        }
        ("numeric", "money") => Some("fractions of the least coin are rounded away"),
        ("integer", "boolean") => Some("every number but 0 becomes true"),
        ("json", "jsonb") => Some("white space, the order of keys and all but the last of equal keys are lost"),
        ("inet", "cidr") => Some("the bits behind the network's are lost"),
        (_, "\"char\"") => Some("all but the first byte is lost"),
        ("text" | "character varying", "name") => Some("what is longer than 63 bytes is cut"),
        ("integer" | "bigint" | "bit" | "bit varying", "bit" | "bit varying") if way.is_explicit() => {
            Some("bits beyond the new length are cut")
        }
        ("box" | "path" | "polygon" | "circle", "point" | "box" | "circle" | "lseg") => {
            Some("of the shape only what the new one holds is kept")
        }
        (a, b) if a == b && (a.starts_with("time") || a == "interval") && old.modifiers != new.modifiers => {
            Some("what the new precision does not hold is rounded away")
        }
        _ => None,
    }
}

/// Where the values come out otherwise than they look.
pub fn converts(way: &Way) -> Option<&'static str> {
    let (from, to) = (way.roots.0.base(), way.roots.1.base());
    let zoned = |name: &str| name.trim_end_matches("[]") == "timestamp with time zone";
    let array = way.roots.0.array || way.roots.1.array;
    match (from.as_str(), to.as_str()) {
        (a, b) if zoned(a) && zoned(b) => None,
        (a, b) if (zoned(a) || zoned(b)) && array => {
            Some("the zone is that of the session, UTC where autogen runs it; `using` in the model says another")
        }
        ("text" | "character varying" | "character", b) if zoned(b) => {
            Some("what names no zone is read as of that of the session, UTC where autogen runs it")
        }
        (a, "text" | "character varying" | "character" | "json" | "jsonb" | "xml") if zoned(a) => {
            Some("written as of the zone of the session, UTC where autogen runs it")
        }
        ("time without time zone", "time with time zone") => {
            Some("the zone is that of the session, UTC where autogen runs it; `using` in the model says another")
        }
        (a, b) if zoned(a) || zoned(b) => Some("the zone is UTC; `using` in the model says another"),
        ("character", "text" | "character varying") => Some("the blanks that fill the values up are not kept"),
        _ => None,
    }
}
