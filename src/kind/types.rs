//! When are two spellings of a type the same type?
//!
//! Invariant: a [`Type`] holds Postgres's own spelling (`format_type`), so that comparing is `==`: `int8` is `bigint`,
//! `varchar(20)` is `character varying(20)`, `numeric(10)` is `numeric(10,0)`. A type that is not Postgres's own is held by
//! its schema and name. Postgres keeps no count of array dimensions, so neither does this.

use std::fmt;

use crate::lex::{self, Kind};
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Type {
    pub name: TypeName,
    /// `(200)`, `(10,2)`, ` day to second(3)`, or nothing.
    pub modifiers: String,
    pub array: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeName {
    /// Of `pg_catalog`, in `format_type`'s spelling.
    Builtin(String),
    Named(Qualified),
    /// As a person wrote it, not yet looked up along the search path.
    Unresolved(Ident),
}

/// Every other spelling of a built-in type that Postgres takes (grammar and `pg_type.typname`).
const ALIASES: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("bpchar", "bpchar"),
    ("char", "character"),
    ("char varying", "character varying"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("double", "double precision"),
    ("float", "double precision"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("int", "integer"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("national character", "character"),
    ("national character varying", "character varying"),
    ("nchar", "character"),
    ("time", "time without time zone"),
    ("timetz", "time with time zone"),
    ("timestamp", "timestamp without time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("varbit", "bit varying"),
    ("varchar", "character varying"),
];

/// Canonical names of more than one word, and one-word names that `format_type` prints in place of `pg_type.typname`.
const SPELLED: &[&str] = &[
    "bigint",
    "bit",
    "bit varying",
    "boolean",
    "character",
    "character varying",
    "double precision",
    "integer",
    "interval",
    "numeric",
    "real",
    "smallint",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
];

impl Type {
    pub fn builtin(name: &str) -> Self {
        Self { name: TypeName::Builtin(name.to_owned()), modifiers: String::new(), array: false }
    }

    pub fn named(name: Qualified) -> Self {
        Self { name: TypeName::Named(name), modifiers: String::new(), array: false }
    }

    /// Reads a type as a person or `format_type` writes it. `Err` says in words what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let tokens = lex::tokens(text)?;
        let bad = || format!("`{text}` is not a type");
        let mut words: Vec<String> = Vec::new();
        let mut quoted = false;
        let mut parts: Vec<Ident> = Vec::new();
        let (mut modifiers, mut array) = (String::new(), false);
        let mut n = 0;
        while let Some(token) = tokens.get(n) {
            match (token.kind, token.text) {
                (Kind::Word, "array" | "ARRAY") if n > 0 => array = true,
                (Kind::Word, word) => {
                    quoted |= word.starts_with('"');
                    words.push(lex::unquoted(word));
                    if tokens.get(n + 1).is_some_and(|t| t.text == ".") {
                        parts.push(Ident::new(words.pop().unwrap_or_default()));
                        n += 1;
                    }
                }
                (Kind::Symbol, "(") if modifiers.is_empty() => {
                    let end = tokens[n..].iter().position(|t| t.text == ")").ok_or_else(bad)? + n;
                    if !tokens[n + 1..end].iter().all(is_modifier) {
                        return Err(bad());
                    }
                    modifiers = tokens[n..=end].iter().map(|t| t.text).collect();
                    n = end;
                }
                (Kind::Symbol, "[") => {
                    let end = tokens[n..].iter().position(|t| t.text == "]").ok_or_else(bad)? + n;
                    array = true;
                    n = end;
                }
                _ => return Err(bad()),
            }
            n += 1;
        }
        let fields = !quoted && words.first().is_some_and(|word| word == "interval");
        let unknown_field = fields && !words[1..].iter().all(|word| FIELDS.contains(&word.as_str()));
        if words.is_empty() || parts.len() > 1 || unknown_field {
            return Err(bad());
        }
        let ty = Self::assemble(parts.pop(), words, quoted, modifiers, array);
        match ty.bad_length() {
            Some(why) => Err(format!("`{text}` is not a type: {why}")),
            None => Ok(ty),
        }
    }

    /// Why PostgreSQL would not take the number in brackets (`anybit_typmodin`, `anychar_typmodin`, `numerictypmodin`).
    fn bad_length(&self) -> Option<&'static str> {
        let TypeName::Builtin(name) = &self.name else { return None };
        let first = self.modifiers.trim_matches(['(', ')']).split(',').next()?;
        let number = || first.parse::<u32>().ok();
        match name.as_str() {
            _ if self.modifiers.is_empty() => None,
            "character" | "character varying" | "bit" | "bit varying" => {
                (!number().is_some_and(|n| (1..=10_485_760).contains(&n))).then_some("its length is 1 to 10485760")
            }
            "numeric" => (!number().is_some_and(|n| (1..=1000).contains(&n))).then_some("its precision is 1 to 1000"),
            "bigint" | "integer" | "smallint" | "boolean" | "real" | "double precision" => Some("it takes no modifier"),
            _ => None,
        }
    }

    fn assemble(schema: Option<Ident>, words: Vec<String>, quoted: bool, modifiers: String, array: bool) -> Self {
        let joined = words.join(" ");
        if let Some(schema) = schema.filter(|s| s.as_str() != "pg_catalog") {
            let name = TypeName::Named(Qualified { schema, name: Ident::new(joined) });
            return Self { name, modifiers, array };
        }
        if quoted {
            // "char" is a type of its own, and ANY a key word; any other quoted name is looked up like a bare one
            let own = ["\"char\"", "\"any\""].into_iter().find(|own| own.trim_matches('"') == joined);
            let name = own.map_or_else(|| unresolved(&joined), |own| TypeName::Builtin(own.into()));
            return Self { name, modifiers, array };
        }
        if words[0] == "interval" {
            let fields = words[1..].join(" ");
            let space = if fields.is_empty() { "" } else { " " };
            let name = TypeName::Builtin("interval".into());
            return Self { name, modifiers: format!("{space}{fields}{modifiers}"), array };
        }
        let canonical = ALIASES.iter().find(|(alias, _)| *alias == joined).map_or(joined.as_str(), |(_, name)| name);
        if !SPELLED.contains(&canonical) && canonical != "bpchar" {
            return Self { name: unresolved(&joined), modifiers, array };
        }
        let (name, modifiers) = default_modifiers(&joined, canonical, modifiers);
        Self { name: TypeName::Builtin(name.into()), modifiers, array }
    }

    /// What `format_type` printed under an empty search path: a name without a schema is Postgres's own.
    pub fn from_server(text: &str) -> Self {
        let mut ty = Self::parse(text).unwrap_or_else(|_| Self::builtin(text));
        if let TypeName::Unresolved(name) = &ty.name {
            ty.name = TypeName::Builtin(name.as_str().to_owned());
        }
        ty
    }

    /// Modifiers and array left out, as a fact names it.
    pub fn base(&self) -> String {
        let name = self.bare_name();
        if self.array { format!("{name}[]") } else { name }
    }

    /// The name of the type of one element, no modifiers.
    fn bare_name(&self) -> String {
        match &self.name {
            TypeName::Builtin(name) => name.clone(),
            TypeName::Named(name) => name.to_string(),
            TypeName::Unresolved(name) => name.quoted(),
        }
    }

    /// As a person would write it in a model: `varchar(200)`, `timestamptz`.
    pub fn short(&self) -> String {
        const SHORT: [(&str, &str); 5] = [
            ("character varying", "varchar"),
            ("character", "char"),
            ("timestamp with time zone", "timestamptz"),
            ("timestamp without time zone", "timestamp"),
            ("time without time zone", "time"),
        ];
        let TypeName::Builtin(name) = &self.name else { return self.to_string() };
        match SHORT.iter().find(|(long, _)| long == name) {
            Some((_, short)) => format!("{short}{}{}", self.modifiers, if self.array { "[]" } else { "" }),
            None => self.to_string(),
        }
    }

    pub fn user_type(&self) -> Option<&Qualified> {
        match &self.name {
            TypeName::Named(name) => Some(name),
            _ => None,
        }
    }

    pub fn sql(&self) -> Sql {
        Sql::new().ty(self)
    }
}

/// What may follow `interval`.
const FIELDS: &[&str] = &["year", "month", "day", "hour", "minute", "second", "to"];

/// `10`, `-2`, `Point`, `'x'`, and the commas between: nothing that could lead out of the brackets.
fn is_modifier(token: &lex::Lexeme) -> bool {
    matches!(token.kind, Kind::Number | Kind::Word | Kind::Text) || matches!(token.text, "," | "-")
}

fn unresolved(name: &str) -> TypeName {
    TypeName::Unresolved(Ident::new(name))
}

/// The modifiers that Postgres adds or folds away: `char` is `character(1)`, `float(10)` is `real`.
fn default_modifiers<'a>(written: &str, canonical: &'a str, modifiers: String) -> (&'a str, String) {
    match (canonical, modifiers.as_str()) {
        ("character" | "bit", "") => (canonical, "(1)".into()),
        ("numeric", one) if !one.is_empty() && !one.contains(',') => (canonical, one.replace(')', ",0)")),
        ("double precision", bits) if written == "float" && !bits.is_empty() => {
            let single = bits.trim_matches(['(', ')']).parse::<u32>().is_ok_and(|bits| bits <= 24);
            (if single { "real" } else { canonical }, String::new())
        }
        _ => (canonical, modifiers),
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.bare_name();
        match name.split_once(' ') {
            // the precision stands in the middle: timestamp(3) with time zone
            Some((head, tail)) if tail.ends_with("time zone") => write!(f, "{head}{} {tail}", self.modifiers)?,
            _ => write!(f, "{name}{}", self.modifiers)?,
        }
        if self.array { f.write_str("[]") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_spelled_as_postgres_prints_it() {
        for (written, printed) in [
            ("int8", "bigint"),
            ("VARCHAR(20)", "character varying(20)"),
            ("char", "character(1)"),
            ("\"char\"", "\"char\""),
            ("\"any\"", "\"any\""),
            ("numeric(10)", "numeric(10,0)"),
            ("numeric( 10, 2 )", "numeric(10,2)"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("timestamp", "timestamp without time zone"),
            ("float(10)", "real"),
            ("float(30)", "double precision"),
            ("interval day to second(3)", "interval day to second(3)"),
            ("int[][]", "integer[]"),
            ("text array", "text[]"),
            ("public.\"Mood\"[]", "public.\"Mood\"[]"),
            ("public.geometry(Point,4326)", "public.geometry(Point,4326)"),
            ("bit varying(5)", "bit varying(5)"),
        ] {
            assert_eq!(Type::parse(written).unwrap().to_string(), printed, "{written}");
        }
    }

    #[test]
    fn the_short_spelling_reads_back_as_the_same_type() {
        for written in
            ["varchar(20)[]", "char(5)", "char", "timestamptz(3)", "timestamp", "time(0)", "numeric(4,2)", "bit"]
        {
            let ty = Type::parse(written).unwrap();
            assert_eq!(Type::parse(&ty.short()).unwrap(), ty, "{written}");
        }
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for bad in [
            "",
            "a.b.c",
            "int; drop table t",
            "int)",
            "1",
            "varchar(1;drop)",
            "varchar(-1)",
            "varchar(0)",
            "interval foo",
            "int(4)",
        ] {
            assert!(Type::parse(bad).is_err(), "{bad}");
        }
    }
}
