//! Options of a dictionary, which its template gives a meaning.

use std::collections::BTreeMap;

use super::super::Doc;
use crate::lex::{self, Kind};
use crate::name::Ident;
use crate::sql::Sql;

/// By name; the order in which they were set means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options(pub BTreeMap<Ident, String>);

impl Options {
    /// `pg_ts_dict.dictinitoption`, as `serialize_deflist` writes it: `language = 'german', maxlen = 5`.
    pub fn parse(text: &str) -> Self {
        let option = |item: &str| {
            let tokens = lex::tokens(item).ok()?;
            let [name, equals, value] = tokens.as_slice() else { return None };
            let value = if value.kind == Kind::Text { literal(value.text) } else { value.text.to_owned() };
            equals.is_symbol("=").then(|| (Ident::new(lex::unquoted(name.text)), value))
        };
        Self(lex::items(text).into_iter().filter_map(option).collect())
    }

    /// `language = 'german'`; a number is written as one, since the server keeps the difference.
    pub fn sql(&self) -> Vec<Sql> {
        self.0.iter().map(|(name, value)| set(name, value)).collect()
    }

    /// A name alone takes the option away.
    pub fn changes(&self, old: &Self) -> Vec<Sql> {
        let gone = old.0.keys().filter(|name| !self.0.contains_key(*name)).map(|name| Sql::new().ident(name));
        let new = self.0.iter().filter(|(name, value)| old.0.get(*name) != Some(value));
        gone.chain(new.map(|(name, value)| set(name, value))).collect()
    }

    pub fn write(&self) -> Option<Doc> {
        let entry = |(name, value): (&Ident, &String)| (name.as_str().to_owned(), Doc::text(value));
        (!self.0.is_empty()).then(|| Doc::Map(self.0.iter().map(entry).collect()))
    }
}

fn set(name: &Ident, value: &str) -> Sql {
    let sql = Sql::new().ident(name).kw("=");
    match value.parse::<i32>() {
        Ok(number) if number.to_string() == value && number >= 0 => sql.number(number),
        _ => sql.literal(value),
    }
}

/// `'it''s'`, `E'a\\b'`
fn literal(text: &str) -> String {
    let escaped = text.starts_with(['E', 'e']);
    let inner = text.trim_start_matches(['E', 'e']).strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    let inner = inner.unwrap_or(text).replace("''", "'");
    if escaped { inner.replace("\\\\", "\\") } else { inner }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_the_server_writes_them() {
        let read = Options::parse("language = 'german', \"Odd, name\" = E'it''s \\\\ so', maxlen = 5");
        let texts: Vec<(&str, &str)> = read.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(texts, [("Odd, name", "it's \\ so"), ("language", "german"), ("maxlen", "5")]);
        assert_eq!(read.sql()[2].as_str(), "maxlen = 5");
    }
}
