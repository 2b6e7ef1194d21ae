//! What does the catalog say of what a statement without a transaction was to do?
//!
//! Names are those that the file holds: quoted or not, with a schema or along the path of the session.

use postgres::types::Type;
use postgres::{Client, Row};

use super::known::Reindexed;
use crate::lex::{self, Kind, Lexeme, unquoted};
use crate::name::{MAX_BYTES, cut};

type Found<T> = Result<T, postgres::Error>;

pub(super) struct Index {
    /// Used by queries, and complete.
    pub valid: bool,
    /// Quoted, with its schema.
    pub qualified: String,
    /// As the server writes it.
    pub definition: String,
    /// The schema that it leaves out where it writes a name.
    path: Option<String>,
}

impl Index {
    /// Whether the statement and the definition say the same in nearly the same words. What only a server could tell is taken
    /// for different.
    pub fn is_made_by(&self, sql: &str) -> bool {
        let [one, other] = [sql, &self.definition].map(|sql| essence(sql, self.path.as_deref()));
        one.is_some() && one == other
    }
}

/// The index of this name on this table.
pub(super) fn index(client: &mut Client, name: &str, table: &str) -> Found<Option<Index>> {
    let sql = "SELECT i.indisvalid AND i.indisready AND i.indislive, pg_catalog.format('%I.%I', n.nspname, c.relname), \
        pg_catalog.pg_get_indexdef(c.oid), pg_catalog.current_schema()::text FROM pg_catalog.pg_index AS i \
        JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid \
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
        WHERE c.relname = $1 AND i.indrelid = pg_catalog.to_regclass($2)";
    // the server cuts the name that the file holds
    let rows = client.query_typed(sql, &[(&cut(name, MAX_BYTES), Type::TEXT), (&table, Type::TEXT)])?;
    let read = |row: &Row| Index { valid: row.get(0), qualified: row.get(1), definition: row.get(2), path: row.get(3) };
    Ok(rows.first().map(read))
}

/// The backend that builds an index of the table while others write, be it the one that a killed runner left. Of another role's
/// backend only the lock is to be seen.
pub(super) fn builder(client: &mut Client, table: &str) -> Found<Option<i32>> {
    let sql = "SELECT p.pid FROM pg_catalog.pg_stat_progress_create_index AS p \
        JOIN pg_catalog.pg_locks AS l ON l.pid = p.pid AND l.locktype = 'relation' AND l.granted \
        AND l.mode = 'ShareUpdateExclusiveLock' AND l.relation = pg_catalog.to_regclass($1) \
        JOIN pg_catalog.pg_database AS d ON d.oid = l.database AND d.datname = pg_catalog.current_database() \
        WHERE p.pid <> pg_catalog.pg_backend_pid() AND (p.relid IS NULL OR p.relid = l.relation) LIMIT 1";
    let rows = client.query_typed(sql, &[(&table, Type::TEXT)])?;
    Ok(rows.first().map(|row| row.get(0)))
}

fn holds(client: &mut Client, sql: &str, names: [&str; 2]) -> Found<bool> {
    let rows = client.query_typed(sql, &[(&names[0], Type::TEXT), (&names[1], Type::TEXT)])?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

pub(super) fn exists(client: &mut Client, relation: &str) -> Found<bool> {
    let rows = client.query_typed("SELECT pg_catalog.to_regclass($1) IS NOT NULL", &[(&relation, Type::TEXT)])?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

pub(super) fn has_label(client: &mut Client, type_name: &str, label: &str) -> Found<bool> {
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_enum AS e \
        WHERE e.enumtypid = pg_catalog.to_regtype($1) AND e.enumlabel = $2)";
    holds(client, sql, [type_name, label])
}

pub(super) fn is_validated(client: &mut Client, table: &str, constraint: &str) -> Found<bool> {
    let sql = "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c \
        WHERE c.conrelid = pg_catalog.to_regclass($1) AND c.conname = $2 AND c.convalidated)";
    holds(client, sql, [table, cut(constraint, MAX_BYTES)])
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detached {
    Not,
    /// The first of its two transactions is done, and nothing but `FINALIZE` will do.
    Half,
    Whole,
}

pub(super) fn detached(client: &mut Client, table: &str, partition: &str) -> Found<Detached> {
    let sql = "SELECT i.inhdetachpending FROM pg_catalog.pg_inherits AS i \
        WHERE i.inhparent = pg_catalog.to_regclass($1) AND i.inhrelid = pg_catalog.to_regclass($2)";
    let rows = client.query_typed(sql, &[(&table, Type::TEXT), (&partition, Type::TEXT)])?;
    Ok(match rows.first().map(|row| row.get(0)) {
        None => Detached::Whole,
        Some(true) => Detached::Half,
        Some(false) => Detached::Not,
    })
}

/// Indexes that a `REINDEX CONCURRENTLY` which was cut off has left, by the names that the server gives them.
pub(super) fn leftovers(client: &mut Client, of: Reindexed, name: &str) -> Found<Vec<String>> {
    let tables = match of {
        Reindexed::Index => {
            "(SELECT x.indrelid FROM pg_catalog.pg_index AS x WHERE x.indexrelid = pg_catalog.to_regclass($1))"
        }
        Reindexed::Table => {
            "(SELECT pg_catalog.to_regclass($1) UNION SELECT relid FROM pg_catalog.pg_partition_tree(pg_catalog.to_regclass($1)))"
        }
        Reindexed::Schema => {
            "(SELECT oid FROM pg_catalog.pg_class WHERE relnamespace = pg_catalog.to_regnamespace($1))"
        }
        Reindexed::Database => "(SELECT oid FROM pg_catalog.pg_class WHERE $1 IS NOT NULL)",
    };
    let sql = format!(
        "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_index AS i \
         JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$' AND n.nspname !~ '^pg_' AND i.indrelid IN {tables} \
         ORDER BY 1"
    );
    let rows = client.query_typed(&sql, &[(&name, Type::TEXT)])?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Whether it is unique, and what stands behind the table, a method that is the usual one left out.
fn essence(sql: &str, path: Option<&str>) -> Option<Vec<String>> {
    let tokens: Vec<Lexeme<'_>> =
        lex::tokens(sql).ok()?.into_iter().filter(|token| token.kind != Kind::Comment).collect();
    let word = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(word));
    let mut at = tokens.iter().position(|token| token.is_word("on"))? + 1;
    let unique = (0..at).any(|at| word(at, "unique"));
    at += usize::from(word(at, "only")) + 1;
    while tokens.get(at).is_some_and(|token| token.is_symbol(".")) {
        at += 2;
    }
    if word(at, "using") && word(at + 1, "btree") {
        at += 2;
    }
    let text = |token: &Lexeme<'_>| match token.kind {
        Kind::Word => unquoted(token.text),
        _ => token.text.to_owned(),
    };
    let mut said = vec![unique.to_string()];
    while let Some(token) = tokens.get(at) {
        let dotted = tokens.get(at + 1).is_some_and(|next| next.is_symbol("."));
        if dotted && token.kind == Kind::Word && Some(unquoted(token.text).as_str()) == path {
            at += 2;
            continue;
        }
        said.push(text(token));
        at += 1;
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::Index;

    #[test]
    fn a_definition_in_the_servers_words_is_the_same() {
        let index = Index {
            valid: true,
            qualified: "public.ix".into(),
            definition: "CREATE UNIQUE INDEX ix ON public.t USING btree (a, slow(b)) WHERE c".into(),
            path: Some("public".into()),
        };
        for same in [
            "create unique index concurrently if not exists ix ON t (A, public.slow(b)) where c",
            "CREATE UNIQUE INDEX ix ON ONLY \"public\".t USING btree (a, slow(b)) WHERE c",
        ] {
            assert!(index.is_made_by(same), "{same}");
        }
        for other in [
            "CREATE INDEX ix ON t (a, slow(b)) WHERE c",
            "CREATE UNIQUE INDEX ix ON t (a) WHERE c",
            "CREATE UNIQUE INDEX ix ON t (a, other.slow(b)) WHERE c",
        ] {
            assert!(!index.is_made_by(other), "{other}");
        }
    }
}
