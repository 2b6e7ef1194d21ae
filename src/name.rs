//! How is a name held and written so that it can never become SQL?
//!
//! Invariant: an [`Ident`] holds the name as the catalog holds it, never quoted; quotes appear only in [`Ident::quoted`],
//! the one place that writes them.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A name as `pg_class.relname` and its kin hold it: no quotes, at most 63 bytes, no NUL.
#[derive(Debug, Clone, Eq)]
pub struct Ident(Arc<str>);

/// Copies of one name, as all columns of a table hold the table's, are equal without a look at the text.
impl PartialEq for Ident {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Ord for Ident {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
    }
}

impl PartialOrd for Ident {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Hash for Ident {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Postgres cuts longer names at this many bytes (`NAMEDATALEN - 1`).
pub const MAX_BYTES: usize = 63;

impl Ident {
    /// A name that comes from the catalog, or that has been through [`Ident::checked`].
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// A name that a person wrote; `Err` says in words why Postgres could not hold it.
    pub fn checked(name: &str) -> Result<Self, String> {
        if name.is_empty() {
            return Err("a name cannot be empty".into());
        }
        if name.contains('\0') {
            return Err("a name cannot hold a NUL character".into());
        }
        if name.len() > MAX_BYTES {
            return Err(format!("the name \"{name}\" has {} bytes; PostgreSQL holds {MAX_BYTES}", name.len()));
        }
        Ok(Self::new(name))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as SQL: bare where Postgres reads it back unchanged, else in double quotes.
    pub fn quoted(&self) -> String {
        if is_bare(&self.0) { self.0.to_string() } else { format!("\"{}\"", self.0.replace('"', "\"\"")) }
    }
}

/// Shown to a person the way it would be written in SQL.
impl fmt::Display for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.quoted())
    }
}

impl Borrow<str> for Ident {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&Ident> for Ident {
    fn from(name: &Ident) -> Self {
        name.clone()
    }
}

impl From<&str> for Ident {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// A name in a schema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Qualified {
    pub schema: Ident,
    pub name: Ident,
}

impl Qualified {
    pub fn new(schema: impl Into<Ident>, name: impl Into<Ident>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }
}

impl fmt::Display for Qualified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// Cuts at 63 bytes, on a character boundary, as Postgres does.
pub fn cut(name: &str, bytes: usize) -> &str {
    let mut end = name.len().min(bytes);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    &name[..end]
}

/// The name that Postgres chooses for an implied or unnamed object: `name1_name2_label`, with the longer part cut first
/// until all fits in 63 bytes (`makeObjectName` in `indexcmds.c`).
pub fn object_name(first: &str, second: &str, label: &str) -> String {
    let overhead = if second.is_empty() { 0 } else { 1 } + if label.is_empty() { 0 } else { label.len() + 1 };
    let room = MAX_BYTES.saturating_sub(overhead);
    let (mut a, mut b) = (first.len(), second.len());
    while a + b > room {
        if a > b { a -= 1 } else { b -= 1 }
    }
    let mut name = cut(first, a).to_owned();
    for part in [cut(second, b), label] {
        if !part.is_empty() {
            name.push('_');
            name.push_str(part);
        }
    }
    name
}

fn is_bare(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_')
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && KEYWORDS.binary_search(&name).is_err()
}

/// Key words that cannot stand bare everywhere: all of `pg_get_keywords()` but the unreserved ones, PostgreSQL 13 to 18.
const KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "json",
    "json_array",
    "json_arrayagg",
    "json_exists",
    "json_object",
    "json_objectagg",
    "json_query",
    "json_scalar",
    "json_serialize",
    "json_table",
    "json_value",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "merge_action",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_words_are_sorted_for_the_search() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn names_are_quoted_only_where_they_must_be() {
        for (name, sql) in
            [("tasks", "tasks"), ("user", "\"user\""), ("Ab", "\"Ab\""), ("a\"b", "\"a\"\"b\""), ("1a", "\"1a\"")]
        {
            assert_eq!(Ident::new(name).quoted(), sql);
        }
    }

    #[test]
    fn a_long_object_name_loses_from_its_longer_part() {
        let name = object_name(&"t".repeat(60), "id", "seq");
        assert_eq!(name, format!("{}_id_seq", "t".repeat(56)));
        assert_eq!(name.len(), MAX_BYTES);
    }
}
