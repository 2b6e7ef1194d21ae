//! Which settings does every transaction or session pin, and to what?
//!
//! Invariant: with these pinned, the same database gives the same text whatever the server, the role or the database have
//! as their defaults.

use std::sync::LazyLock;

use crate::name::Ident;
use crate::sql::quote_literal;

/// The pinned settings but for `search_path`, which a project chooses.
pub const SESSION: &[(&str, &str)] = &[
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, YMD"),
    ("IntervalStyle", "postgres"),
    // any value above 0 prints the shortest text that reads back as the same number; 0 and less round
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("standard_conforming_strings", "on"),
    ("quote_all_identifiers", "off"),
    // a statement that a policy would cut short fails, instead of leaving rows out in silence
    ("row_security", "off"),
    ("default_tablespace", ""),
    ("default_table_access_method", "heap"),
    ("client_min_messages", "warning"),
];

/// One text of `SET` statements: [`SESSION`], and the search path (empty: nothing but `pg_catalog`).
pub fn pin(search_path: &[String]) -> String {
    statements("SET", search_path)
}

/// The same for the transaction that is open, and no longer.
pub fn pin_locally(search_path: &[String]) -> String {
    statements("SET LOCAL", search_path)
}

/// [`SESSION`] for the transaction that is open. What is only read is read in transactions that begin with this: settings
/// of the session would stay with it where a pooler gives it to others.
pub fn pinned() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| settings("SET LOCAL"));
    &TEXT
}

fn statements(set: &str, search_path: &[String]) -> String {
    let path: Vec<String> = search_path.iter().map(|schema| Ident::new(schema.as_str()).quoted()).collect();
    let path = if path.is_empty() { "''".into() } else { path.join(", ") };
    format!("{}{set} search_path = {path};\n", settings(set))
}

fn settings(set: &str) -> String {
    SESSION.iter().map(|(name, value)| format!("{set} {name} = {};\n", quote_literal(value))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_search_path_is_quoted_name_by_name() {
        let path = |path: &[&str]| {
            let sql = pin(&path.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
            sql.lines().last().unwrap_or_default().to_owned()
        };
        assert_eq!(path(&["app", "public"]), "SET search_path = app, public;");
        assert_eq!(path(&["$user", "a\"; drop"]), "SET search_path = \"$user\", \"a\"\"; drop\";");
        assert_eq!(path(&[]), "SET search_path = '';");
    }

    #[test]
    fn every_setting_is_a_statement_of_its_own() {
        let sql = pin(&["public".into()]);
        assert_eq!(sql.lines().count(), SESSION.len() + 1);
        assert!(sql.contains("SET default_tablespace = '';\n"));
        let local = pin_locally(&["public".into()]);
        assert_eq!(local.replace("SET LOCAL ", "SET "), sql);
        assert!(local.starts_with(pinned()));
    }
}
