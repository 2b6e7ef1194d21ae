//! Which type of Rust holds the values of a column?
//!
//! One that stands for exactly the SQL type, where there is one; else one that a service would use, with the SQL type beside it.

use std::collections::BTreeMap;

use super::attribute::Entry;

/// What is declared beside the tables and can be the type of a column, by its name in SQL.
#[derive(Debug, Default)]
pub struct Known(pub BTreeMap<String, Named>);

#[derive(Debug)]
pub enum Named {
    /// The Rust enum; `apart` where its name alone means another type.
    Enum { name: String, apart: bool },
    /// The type that it is over.
    Domain(String),
}

/// A type with what it takes to write it.
#[derive(Debug, Clone, PartialEq)]
pub struct RustType {
    pub text: String,
    /// Paths to import: `chrono::DateTime`.
    pub uses: Vec<&'static str>,
    /// The enum of the same folder that it is of.
    pub own: Option<String>,
    /// What the type does not say of itself.
    pub says: Vec<Entry>,
}

/// A type of SQL, the one of Rust that stands for it, and what to import.
pub const EXACT: &[(&str, &str, &[&str])] = &[
    ("boolean", "bool", &[]),
    ("smallint", "i16", &[]),
    ("integer", "i32", &[]),
    ("bigint", "i64", &[]),
    ("real", "f32", &[]),
    ("double precision", "f64", &[]),
    ("text", "String", &[]),
    ("bytea", "Vec<u8>", &[]),
    ("uuid", "Uuid", &["uuid::Uuid"]),
    ("timestamptz", "DateTime<Utc>", &["chrono::DateTime", "chrono::Utc"]),
    ("timestamp", "NaiveDateTime", &["chrono::NaiveDateTime"]),
    ("date", "NaiveDate", &["chrono::NaiveDate"]),
    ("time", "NaiveTime", &["chrono::NaiveTime"]),
    ("interval", "TimeDelta", &["chrono::TimeDelta"]),
    ("numeric", "Decimal", &["rust_decimal::Decimal"]),
    ("jsonb", "Value", &["serde_json::Value"]),
    ("inet", "IpNetwork", &["ipnetwork::IpNetwork"]),
    ("cidr", "IpNet", &["ipnet::IpNet"]),
    ("macaddr", "MacAddress", &["mac_address::MacAddress"]),
];

/// Types whose values are those of another one.
const LIKE: &[(&str, &str)] = &[
    ("smallserial", "smallint"),
    ("serial", "integer"),
    ("bigserial", "bigint"),
    ("json", "jsonb"),
    ("timestamp with time zone", "timestamptz"),
    ("timestamp without time zone", "timestamp"),
    ("time without time zone", "time"),
];

impl Known {
    /// The type of a column, as a model file has it without its mark for null.
    pub fn rust_type(&self, sql: &str) -> RustType {
        let exact = self.exact(sql);
        exact.unwrap_or_else(|| RustType { says: vec![Entry::text("type", sql)], ..self.like(sql, 0) })
    }

    fn exact(&self, sql: &str) -> Option<RustType> {
        if let Some(of) = sql.strip_suffix("[]") {
            let of = self.exact(of).filter(|of| of.says.is_empty())?;
            return Some(RustType { text: format!("Vec<{}>", of.text), ..of });
        }
        if let Some(Named::Enum { name, apart: false }) = self.0.get(sql) {
            return Some(enumeration(name));
        }
        let number = |key: &str, text: &str| {
            let number = text.parse::<u32>().ok().filter(|number| *number > 0 || key == "scale")?;
            Some(Entry::Value(key.to_owned(), number.to_string()))
        };
        if let Some(length) = within(sql, "varchar") {
            return Some(RustType { says: vec![number("max_length", length)?], ..plain("text")? });
        }
        if let Some((precision, scale)) = within(sql, "numeric").and_then(|both| both.split_once(',')) {
            let says = vec![number("precision", precision)?, number("scale", scale)?];
            return Some(RustType { says, ..plain("numeric")? });
        }
        plain(sql)
    }

    /// Without what it says of SQL; a text where nothing better is known.
    fn like(&self, sql: &str, depth: usize) -> RustType {
        if let Some(of) = sql.strip_suffix("[]") {
            let of = self.like(of, depth);
            return RustType { text: format!("Vec<{}>", of.text), ..of };
        }
        match self.0.get(sql) {
            // one domain may be over another
            Some(Named::Domain(base)) if depth < self.0.len() => return self.like(base, depth + 1),
            Some(Named::Enum { name, .. }) => return enumeration(name),
            _ => {}
        }
        let bare = without_modifiers(sql);
        let like = LIKE.iter().find(|(name, _)| *name == bare).map_or(bare.as_str(), |(_, like)| like);
        let other = match bare.as_str() {
            "oid" => Some(RustType { text: "u32".to_owned(), ..text() }),
            _ => None,
        };
        // fields of an interval: `interval day to second`
        let interval = || bare.starts_with("interval ").then(|| plain("interval")).flatten();
        other.or_else(|| plain(like)).or_else(interval).unwrap_or_else(text)
    }
}

fn plain(sql: &str) -> Option<RustType> {
    let (_, text, uses) = EXACT.iter().find(|(name, ..)| *name == sql)?;
    Some(RustType { text: (*text).to_owned(), uses: uses.to_vec(), own: None, says: Vec::new() })
}

fn enumeration(name: &str) -> RustType {
    RustType { text: name.to_owned(), own: Some(name.to_owned()), ..text() }
}

fn text() -> RustType {
    RustType { text: "String".to_owned(), uses: Vec::new(), own: None, says: Vec::new() }
}

/// `200` of `varchar(200)`
fn within<'a>(sql: &'a str, name: &str) -> Option<&'a str> {
    sql.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')')
}

/// `timestamp(3) with time zone` without its brackets; a quoted name stays as it is.
fn without_modifiers(sql: &str) -> String {
    match sql.split_once('(').and_then(|(before, rest)| Some((before, rest.split_once(')')?.1))) {
        Some((before, after)) if !sql.contains('"') => format!("{before}{after}"),
        _ => sql.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_stands_for_one_is_read_as_it() {
        for (sql, rust, _) in EXACT.iter().filter(|(_, rust, _)| !rust.contains('<')) {
            assert!(autogen_structs::TYPES.contains(&(*rust, *sql)), "{rust} is not read as {sql}");
        }
        for (rust, _) in autogen_structs::TYPES.iter().filter(|(rust, _)| rust.starts_with(char::is_uppercase)) {
            assert!(super::super::name::TYPES.contains(rust), "a table could be called {rust}");
        }
    }

    #[test]
    fn a_type_of_rust_stands_for_what_it_is_exactly_and_else_says_it() {
        let named = [
            ("public.priority", Named::Enum { name: "Priority".to_owned(), apart: false }),
            ("public.point", Named::Enum { name: "Point".to_owned(), apart: true }),
            ("public.amount", Named::Domain("numeric(12,2)".to_owned())),
            ("public.total", Named::Domain("public.amount".to_owned())),
        ];
        let known = Known(named.map(|(name, named)| (name.to_owned(), named)).into());
        for (sql, text, says) in [
            ("bigint", "i64", ""),
            ("varchar(200)", "String", "max_length = 200"),
            ("varchar", "String", "type = \"varchar\""),
            ("numeric(10,2)", "Decimal", "precision = 10, scale = 2"),
            ("numeric(3,-2)", "Decimal", "type = \"numeric(3,-2)\""),
            ("bigint[]", "Vec<i64>", ""),
            ("bytea[]", "Vec<Vec<u8>>", ""),
            ("varchar(5)[]", "Vec<String>", "type = \"varchar(5)[]\""),
            ("public.priority", "Priority", ""),
            ("public.point", "Point", "type = \"public.point\""),
            ("public.priority[]", "Vec<Priority>", ""),
            ("public.total", "Decimal", "type = \"public.total\""),
            ("timestamp(3) with time zone", "DateTime<Utc>", "type = \"timestamp(3) with time zone\""),
            ("interval day to second(3)", "TimeDelta", "type = \"interval day to second(3)\""),
            ("serial", "i32", "type = \"serial\""),
            ("char(7)", "String", "type = \"char(7)\""),
            ("public.\"odd(1)\"", "String", "type = \"public.\\\"odd(1)\\\"\""),
        ] {
            let found = known.rust_type(sql);
            assert_eq!(found.text, text, "{sql}");
            let written = super::super::attribute::attributes(&found.says, 0, false);
            let expected = if says.is_empty() { String::new() } else { format!("#[model({says})]\n") };
            assert_eq!(written, expected, "{sql}");
        }
    }
}
