//! How are the options of what stands for another server kept, some of which are secrets?
//!
//! They have no meaning to PostgreSQL. One whose name says that it is a secret (a password) never leaves the server: it is neither
//! compared nor written, stays as it is when the others change, and no model can state it, since models and revisions are committed.

use std::collections::BTreeMap;

use super::shapes::Entries;
use super::{Doc, Row};
use crate::draft::Scope;
use crate::error::Result;
use crate::name::Ident;
use crate::sql::Sql;

/// By name; the order in which they were set means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GenericOptions(pub BTreeMap<Ident, String>);

/// How the name of a secret ends; the queries have the same words.
const SECRET: [&str; 9] =
    ["password", "passwd", "passphrase", "token", "credential", "credentials", "api_key", "access_key", "private_key"];

pub fn is_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("secret") || SECRET.iter().any(|end| name.ends_with(end))
}

impl GenericOptions {
    /// Names and values in JSON; the value of a secret is not sent.
    pub fn read(row: &Row, column: &str) -> Result<Self> {
        let pairs: Vec<(String, Option<String>)> = row.json(column)?.unwrap_or_default();
        Ok(Self(pairs.into_iter().filter_map(|(name, value)| Some((Ident::new(name), value?))).collect()))
    }

    pub fn declared(entries: &Entries<String>, scope: &Scope) -> Result<Self> {
        let mut options = BTreeMap::new();
        for (name, value) in &entries.0 {
            if is_secret(&name.value) {
                let error = scope
                    .error(format!("not supported: the option {} in a model, which is a secret", name.value), name);
                return Err(
                    error.hint("models and revisions are committed: take it away, and set it on the server by hand")
                );
            }
            options.insert(scope.ident(name)?, value.clone());
        }
        Ok(Self(options))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn write(&self) -> Option<Doc> {
        let entry = |(name, value): (&Ident, &String)| (name.as_str().to_owned(), Doc::text(value));
        (!self.is_empty()).then(|| Doc::Map(self.0.iter().map(entry).collect()))
    }

    /// `OPTIONS (host 'db')` behind the rest, where there are any.
    pub fn sql(&self, sql: Sql) -> Sql {
        let options = self.0.iter().map(|(name, value)| Sql::new().ident(name).literal(value));
        sql.when(!self.is_empty(), |sql| sql.kw("OPTIONS (").list(options).kw(")"))
    }

    /// `OPTIONS (SET host 'db', DROP port)`, where something changes.
    pub fn changes(&self, old: &Self) -> Option<Sql> {
        let set = self.0.iter().filter(|(name, value)| old.0.get(*name) != Some(value)).map(|(name, value)| {
            let action = if old.0.contains_key(name) { "SET" } else { "ADD" };
            Sql::new().kw(action).ident(name).literal(value)
        });
        let gone = old.0.keys().filter(|name| !self.0.contains_key(*name));
        let changes: Vec<Sql> = gone.map(|name| Sql::new().kw("DROP").ident(name)).chain(set).collect();
        (!changes.is_empty()).then(|| Sql::new().kw("OPTIONS (").list(changes).kw(")"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asks_for_a_password_is_no_secret() {
        let secrets = ["password", "sslpassword", "PassWord", "aws_secret_access_key", "auth_token"];
        assert!(secrets.iter().all(|name| is_secret(name)));
        assert!(!["password_required", "user", "host", "sslkey", "key"].iter().any(|name| is_secret(name)));
    }
}
