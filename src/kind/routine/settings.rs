//! Which settings hold while a routine runs?

use std::collections::BTreeMap;

use super::super::{Doc, Row};
use crate::error::Result;
use crate::lex;
use crate::name::Ident;
use crate::sql::Sql;

/// By name, as `pg_proc.proconfig` has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(pub BTreeMap<Ident, String>);

/// Lists of names, each of which is quoted for itself (`GUC_LIST_QUOTE`).
const LISTS: [&str; 5] = [
    "search_path",
    "temp_tablespaces",
    "local_preload_libraries",
    "session_preload_libraries",
    "shared_preload_libraries",
];

impl Settings {
    pub fn read(row: &Row) -> Result<Self> {
        let split = |text: String| {
            let (name, value) = text.split_once('=').unwrap_or((&text, ""));
            (Ident::new(name), value.to_owned())
        };
        Ok(Self(row.list("settings")?.into_iter().map(split).collect()))
    }

    pub fn is_list(name: &str) -> bool {
        LISTS.contains(&name)
    }

    /// As the server would keep it.
    pub fn declared(name: &Ident, value: &str) -> String {
        if !LISTS.contains(&name.as_str()) {
            return value.to_owned();
        }
        items(value).iter().map(|item| Ident::new(item.as_str()).quoted()).collect::<Vec<_>>().join(", ")
    }

    pub fn sql(&self) -> Vec<Sql> {
        let set = |(name, value): (&Ident, &String)| {
            let parts: Vec<Ident> = name.as_str().split('.').map(Ident::new).collect();
            let sql = Sql::new().kw("SET").path(&parts).kw("TO");
            match LISTS.contains(&name.as_str()) {
                true => sql.sql(&list(value)),
                false => sql.literal(value),
            }
        };
        self.0.iter().map(set).collect()
    }

    /// The search path, if it is among them.
    pub fn path(&self) -> Option<Sql> {
        self.0.get(&Ident::new("search_path")).map(|value| list(value))
    }

    pub fn write(&self) -> Option<Doc> {
        let entry = |(name, value): (&Ident, &String)| (name.as_str().to_owned(), Doc::text(value));
        (!self.0.is_empty()).then(|| Doc::Map(self.0.iter().map(entry).collect()))
    }
}

fn list(value: &str) -> Sql {
    Sql::new().list(items(value).iter().map(|item| Sql::new().literal(item)))
}

/// The names of a list, in whichever quotes.
fn items(value: &str) -> Vec<String> {
    let plain = |item: &str| match item.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => lex::unquoted(item),
    };
    let list: Vec<&str> = lex::items(value);
    if list == [""] { vec![String::new()] } else { list.into_iter().map(plain).collect() }
}
