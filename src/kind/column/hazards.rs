//! What does a change of a column lock, rewrite, lose or risk?
//!
//! Facts measured on PostgreSQL 15: which `ADD COLUMN` rewrites, which change of type is only a change of the catalog, and
//! which casts Postgres applies by itself (`pg_cast`, and I/O conversion to text types as an assignment).

use super::*;
use crate::kind::types::TypeName;

/// Types whose values Postgres converts into each other on assignment.
const GROUPS: &[&[&str]] = &[
    &["smallint", "integer", "bigint", "real", "double precision", "numeric"],
    &["text", "character varying", "character", "bpchar", "name", "\"char\""],
    &["date", "timestamp without time zone", "timestamp with time zone"],
    &["time without time zone", "time with time zone", "interval"],
    &["json", "jsonb"],
    &["inet", "cidr"],
    &["bit", "bit varying"],
    &["macaddr", "macaddr8"],
    &["money", "numeric"],
];

/// One-way conversions on assignment.
const ONE_WAY: &[(&str, &str)] = &[
    ("timestamp without time zone", "time without time zone"),
    ("timestamp with time zone", "time without time zone"),
    ("timestamp with time zone", "time with time zone"),
    ("integer", "money"),
    ("bigint", "money"),
    ("integer", "oid"),
    ("smallint", "oid"),
    ("bigint", "oid"),
    ("oid", "bigint"),
];

fn is_text(ty: &Type) -> bool {
    !ty.array && matches!(&ty.name, TypeName::Builtin(name) if GROUPS[1].contains(&name.as_str()))
}

fn same_element(old: &Type, new: &Type) -> bool {
    old.name == new.name
}

/// Whether `ALTER COLUMN … TYPE` stops without a `USING`.
pub fn needs_using(old: &Type, new: &Type) -> bool {
    if (same_element(old, new) && old.array == new.array) || is_text(new) {
        return false;
    }
    let (TypeName::Builtin(from), TypeName::Builtin(to)) = (&old.name, &new.name) else { return true };
    let together = GROUPS.iter().any(|group| group.contains(&from.as_str()) && group.contains(&to.as_str()));
    // interval and time with time zone are in one group with time, but not with each other
    let apart = from != to && [from, to].iter().any(|n| *n == "interval") && [from, to].iter().any(|n| n.starts_with("time with "));
    let one_way = ONE_WAY.contains(&(from.as_str(), to.as_str()));
    old.array != new.array || apart || !(together || one_way && !old.array)
}

/// The conversion that a person would write: a cast, through text where Postgres has none between the two.
pub fn cast(column: &Ident, old: &Type, new: &Type) -> Sql {
    let value = Sql::new().ident(column);
    if !old.array && new.array {
        return Sql::new().kw("ARRAY[").sql(&value).kw("]").cast("::", new);
    }
    let number = |ty: &Type| matches!(ty.base().as_str(), "integer" | "boolean");
    if is_text(old) || number(old) && number(new) { value.cast("::", new) } else { value.cast("::text::", new) }
}

/// Whether the change of type is one of the catalog only.
fn keeps_rows(old: &Type, new: &Type) -> bool {
    if old.array || new.array {
        return false;
    }
    let (from, to) = (old.base(), new.base());
    let limit = |ty: &Type| ty.modifiers.trim_matches(['(', ')']).parse::<u32>().ok();
    let widened = || match (limit(old), limit(new)) {
        (_, None) => true,
        (Some(before), Some(after)) => before <= after,
        (None, Some(_)) => false,
    };
    match (from.as_str(), to.as_str()) {
        ("character varying", "character varying") | ("bit varying", "bit varying") => widened(),
        ("character varying", "text") | ("cidr", "inet") => true,
        ("text", "character varying") => new.modifiers.is_empty(),
        ("numeric", "numeric") => numeric_widened(&old.modifiers, &new.modifiers),
        (a, b) if a == b && (a.starts_with("time") || a == "interval") => widened(),
        _ => false,
    }
}

fn numeric_widened(old: &str, new: &str) -> bool {
    let parts = |text: &str| -> Option<(i32, i32)> {
        let (precision, scale) = text.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
        Some((precision.parse().ok()?, scale.parse().ok()?))
    };
    match (parts(old), parts(new)) {
        (_, None) => true,
        (Some((p, s)), Some((q, t))) => s == t && p <= q,
        (None, Some(_)) => false,
    }
}

/// The digits behind the point of `(p,s)`; without limits, as many as there are.
fn scale(modifiers: &str) -> i64 {
    let inner = modifiers.trim_matches(['(', ')']);
    inner.split_once(',').map_or(i64::MAX, |(_, scale)| scale.parse().unwrap_or(0))
}

/// Values that the new type holds only in part: rounded, cut or refused.
fn narrows(old: &Type, new: &Type) -> Option<&'static str> {
    let (from, to) = (old.base(), new.base());
    let rank = |name: &str| ["smallint", "integer", "bigint", "numeric"].iter().position(|n| *n == name);
    let float = |name: &str| matches!(name, "real" | "double precision" | "numeric");
    match (from.as_str(), to.as_str()) {
        ("numeric", "numeric") if scale(&old.modifiers) > scale(&new.modifiers) => {
            Some("digits behind the new scale are rounded away")
        }
        (a, b) if a.starts_with("timestamp") && b == "date" => Some("the time of day is lost"),
        (a, b) if a.starts_with("timestamp") && b.starts_with("time ") => Some("the date is lost"),
        (a, b) if float(a) && rank(b).is_some_and(|r| r < 3) => Some("fractions are rounded away"),
        ("double precision" | "numeric", "real") | ("numeric", "double precision") => Some("digits beyond the new type's are lost"),
        (a, b) if a == b && a.starts_with("time") => Some("fractions of a second are rounded away"),
        _ => None,
    }
}

pub fn of(change: Change<&Column>) -> Vec<Hazard> {
    match change {
        // no row of it is here
        Change::Create(column) | Change::Drop(column) | Change::Alter { new: column, .. } if column.foreign.0 => {
            vec![Hazard::instant(&column.table)]
        }
        Change::Create(new) => added(new),
        Change::Drop(old) => dropped(old),
        Change::Rename { .. } => Vec::new(),
        Change::Alter { old, new } => altered(old, new),
    }
}

fn added(new: &Column) -> Vec<Hazard> {
    let on = &new.table;
    if new.generated.is_some() && !new.is_virtual || new.identity.is_some() {
        return vec![Hazard::new(Risk::Rewrites, on, format!("{on} under ACCESS EXCLUSIVE, to fill the column"))];
    }
    let instant = Hazard::instant(on);
    if !new.not_null {
        return vec![instant];
    }
    let text = format!("any row in {on} stops it, since {} is NOT NULL and has no default: give it one, or a `backfill:`", new.key());
    let default = Name::new(Space::Default, [&new.table.schema, &new.table.name, &new.name]);
    vec![Hazard { spared_by: Some(default), ..Hazard::new(Risk::MayFail, on, text) }, instant]
}

fn dropped(old: &Column) -> Vec<Hazard> {
    let text = match old.generated {
        Some(_) => return vec![Hazard::instant(&old.table)],
        None => format!("every value of {}", old.key()),
    };
    vec![Hazard::new(Risk::Loses, &old.table, text), Hazard::instant(&old.table)]
}

fn altered(old: &Column, new: &Column) -> Vec<Hazard> {
    let on = &new.table;
    let mut hazards = Vec::new();
    if old.ty != new.ty || old.collation != new.collation {
        hazards.extend(type_changed(old, new));
    }
    let checked = !new.not_null_constraint.not_valid && (!old.not_null || old.not_null_constraint.not_valid);
    if checked && new.not_null {
        hazards.push(Hazard::new(Risk::MayFail, on, format!("rows where {} is null stop it", new.key())));
        hazards.push(Hazard::new(Risk::Blocks, on, format!("reads and writes of {on} while all rows are checked")));
    }
    if old.identity.is_some() && new.identity.is_none() {
        hazards.push(Hazard::new(Risk::Loses, on, format!("the position of the sequence behind {}", old.key())));
    }
    if old.identity.is_none() && new.identity.is_some() {
        let text = format!("the sequence starts at its first value, whatever {} holds: set it with setval()", new.key());
        hazards.push(Hazard::new(Risk::MayFail, on, text));
    }
    if hazards.is_empty() {
        hazards.push(Hazard::instant(on));
    }
    hazards
}

fn type_changed(old: &Column, new: &Column) -> Vec<Hazard> {
    let on = &new.table;
    let mut hazards = Vec::new();
    let catalog_only = keeps_rows(&old.ty, &new.ty) && old.collation == new.collation;
    if !catalog_only {
        if let Some(loss) = narrows(&old.ty, &new.ty) {
            hazards.push(Hazard::new(Risk::Loses, on, loss));
        }
        if needs_using(&old.ty, &new.ty) || !old.ty.modifiers.is_empty() || !new.ty.modifiers.is_empty() {
            let text = format!("values of {} that do not convert to {} stop it", new.key(), new.ty);
            hazards.push(Hazard::new(Risk::MayFail, on, text));
        }
    }
    hazards.push(if catalog_only {
        Hazard::instant(on)
    } else {
        Hazard::new(Risk::Rewrites, on, format!("{on} and its indexes, under ACCESS EXCLUSIVE"))
    });
    hazards
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ty(text: &str) -> Type {
        Type::from_server(Type::parse(text).unwrap().to_string().as_str())
    }

    #[test]
    fn using_is_written_only_where_postgres_needs_it() {
        for (old, new, needed) in [
            ("int", "bigint", false),
            ("int", "text", false),
            ("text", "int", true),
            ("text", "varchar(5)", false),
            ("jsonb", "json", false),
            ("boolean", "integer", true),
            ("timestamp", "date", false),
            ("text", "text[]", true),
            ("int[]", "bigint[]", false),
            ("interval", "timetz", true),
        ] {
            assert_eq!(needs_using(&ty(old), &ty(new)), needed, "{old} to {new}");
        }
    }

    #[test]
    fn a_wider_type_of_the_same_form_rewrites_nothing() {
        for (old, new, kept) in [
            ("varchar(20)", "varchar(40)", true),
            ("varchar(20)", "varchar(10)", false),
            ("varchar(20)", "text", true),
            ("numeric(10,2)", "numeric(12,2)", true),
            ("numeric(10,2)", "numeric(12,4)", false),
            ("int", "bigint", false),
            ("timestamptz(3)", "timestamptz", true),
        ] {
            assert_eq!(keeps_rows(&ty(old), &ty(new)), kept, "{old} to {new}");
        }
    }
}
