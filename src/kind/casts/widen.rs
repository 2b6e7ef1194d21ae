//! Does every value of a type fit into the same type of another length?
//!
//! As the support functions of the server's length coercions have it (`varchar_support`, `varbit_support`, `numeric_support`,
//! `TemporalSimplify`, `interval_support`): where they do not know, the values are looked at.

/// Digits of a second that a moment can have.
const ALL_DIGITS: u32 = 6;

/// `old` and `new` are modifiers of the type `name`; `same` is whether that was the type before, too.
pub fn widens(name: &str, old: &str, new: &str, same: bool) -> bool {
    // another type has its lengths counted in another way
    let alike = |name: &str| matches!(name, "character varying" | "bit varying");
    if new.is_empty() || old == new && (same || alike(name)) {
        return true;
    }
    match name {
        "character varying" | "bit varying" => number(old).zip(number(new)).is_some_and(|(old, new)| old <= new),
        _ if !same => false,
        "numeric" => numeric(old).zip(numeric(new)).is_some_and(|((p, s), (q, t))| s == t && p <= q),
        "interval" => interval_widens(old, new),
        _ if name.starts_with("time") => {
            number(new) == Some(ALL_DIGITS) || number(old).zip(number(new)).is_some_and(|(old, new)| old <= new)
        }
        _ => false,
    }
}

fn number(modifiers: &str) -> Option<u32> {
    modifiers.trim_matches(['(', ')']).parse().ok()
}

fn numeric(modifiers: &str) -> Option<(i32, i32)> {
    let (precision, scale) = modifiers.strip_prefix('(')?.strip_suffix(')')?.split_once(',')?;
    Some((precision.parse().ok()?, scale.parse().ok()?))
}

/// The least field that is kept counts, and the digits of a second where that is the second.
fn interval_widens(old: &str, new: &str) -> bool {
    let ((least_old, digits_old), (least_new, digits_new)) = (interval(old), interval(new));
    let digits = digits_new.is_none_or(|new| new >= ALL_DIGITS || digits_old.is_some_and(|old| new >= old));
    least_new <= least_old && (least_old > 0 || digits)
}

/// ` day to second(3)`: how coarse its last field is, and its digits.
fn interval(modifiers: &str) -> (usize, Option<u32>) {
    let (fields, digits) = modifiers.split_once('(').unwrap_or((modifiers, ""));
    let fields = fields.trim().to_lowercase();
    let last = fields.rsplit(' ').next().unwrap_or_default();
    let coarse = ["second", "minute", "hour", "day", "month", "year"].iter().position(|field| *field == last);
    (coarse.unwrap_or(0), number(digits))
}

#[cfg(test)]
mod tests {
    use super::widens;

    #[test]
    fn lengths_widen_as_the_server_sees_it() {
        // measured on PostgreSQL 15
        for (name, old, new, wider) in [
            ("interval", "", "(6)", true),
            ("interval", "", "(3)", false),
            ("interval", "(3)", "(4)", true),
            ("interval", " day", "", true),
            ("interval", "", " day", false),
            ("interval", " day", " hour", true),
            ("interval", " year", " year to month", true),
            ("interval", "(3)", " day to second(3)", true),
            ("bit varying", "(3)", "(4)", true),
            ("bit varying", "", "(3)", false),
            ("bit", "(3)", "(4)", false),
            ("character", "", "(5)", false),
            ("numeric", "", "(10,2)", false),
            ("time without time zone", "", "(6)", true),
            ("timestamp without time zone", "(3)", "(2)", false),
        ] {
            assert_eq!(widens(name, old, new, true), wider, "{name}{old} to {name}{new}");
        }
    }
}
