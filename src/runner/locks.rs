//! Which tables does a statement lock, and how strongly, so that a transaction can take all its locks before it begins?
//!
//! Invariants: no lock is named that is stronger than the one that the statement itself takes (PostgreSQL manual, "Explicit
//! Locking" and "ALTER TABLE"); what is not known is left out, and the statement takes it. Locks that neither readers nor
//! writers wait for (SHARE UPDATE EXCLUSIVE and weaker) are left out too.

use std::collections::BTreeMap;
use std::fmt;

use postgres::Client;
use postgres::types::Type;

use super::apply::Runner;
use super::known::Words;
use super::session;

/// The locks that writers wait for, from the weakest; readers wait for the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Share,
    ShareRowExclusive,
    AccessExclusive,
}

impl Mode {
    const ALL: [Mode; 3] = [Self::Share, Self::ShareRowExclusive, Self::AccessExclusive];
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        })
    }
}

/// A table that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Locked {
    /// Quoted, with its schema.
    pub table: String,
    pub mode: Mode,
}

/// Names as they are written, of tables, or of indexes for their table, each with the strongest lock that is asked for.
pub(super) fn named<'a>(statements: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, Mode> {
    let mut all = BTreeMap::new();
    let mut elsewhere = false;
    for sql in statements {
        elsewhere |= sets_path(sql);
        // along a path that does not hold yet, another table has the name
        for (name, mode) in of_statement(sql).into_iter().filter(|(name, _)| !elsewhere || is_qualified(name)) {
            all.entry(name).and_modify(|known: &mut Mode| *known = mode.max(*known)).or_insert(mode);
        }
    }
    all
}

fn is_qualified(name: &str) -> bool {
    Words::of(name).is_symbol(1, ".")
}

/// Whether names may be looked up otherwise from here on.
fn sets_path(sql: &str) -> bool {
    let words = Words::of(sql);
    let set = words.is(0, "set") && ["search_path", "schema"].iter().any(|word| words.find_before(word, 3).is_some());
    set || words.is(0, "reset") || words.is(0, "discard") || words.all("set_config").next().is_some()
}

/// Those that are tables by now and that we may lock, the strongest lock first, then by age, so that no two runs that lock
/// the same tables wait for each other.
fn resolve(client: &mut Client, named: &BTreeMap<String, Mode>) -> Result<Vec<Locked>, postgres::Error> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = named.keys().map(String::as_str).collect();
    let modes: Vec<i32> = named.values().map(|mode| *mode as i32).collect();
    let sql = "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), pg_catalog.max(w.mode) \
        FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS w(name, mode) \
        CROSS JOIN LATERAL (SELECT pg_catalog.to_regclass(w.name)::pg_catalog.oid AS oid) AS r \
        LEFT JOIN pg_catalog.pg_index AS i ON i.indexrelid = r.oid \
        JOIN pg_catalog.pg_class AS c ON c.oid = coalesce(i.indrelid, r.oid) \
        JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
        WHERE c.relkind IN ('r', 'p') AND pg_catalog.has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE') \
        GROUP BY n.nspname, c.relname, c.oid ORDER BY 2 DESC, c.oid";
    let rows = client.query_typed(sql, &[(&names, Type::TEXT_ARRAY), (&modes, Type::INT4_ARRAY)])?;
    let mode = |number: i32| Mode::ALL.into_iter().find(|mode| *mode as i32 == number);
    Ok(rows.iter().filter_map(|row| Some(Locked { table: row.get(0), mode: mode(row.get(1))? })).collect())
}

/// The same where no transaction is open. What cannot be resolved the statement itself takes, or says what is wrong with it.
pub(super) fn resolved(runner: &mut Runner<'_>, named: &BTreeMap<String, Mode>) -> Vec<Locked> {
    session::asked(runner.client, runner.options, |client| resolve(client, named)).unwrap_or_default()
}

/// Statements that take these locks, in their order; `how` follows each.
pub(super) fn lock_sql(locks: &[Locked], how: &str) -> String {
    let mut sql = String::new();
    for mode in Mode::ALL.into_iter().rev() {
        let tables: Vec<String> =
            locks.iter().filter(|lock| lock.mode == mode).map(|lock| format!("ONLY {}", lock.table)).collect();
        if !tables.is_empty() {
            sql.push_str(&format!("LOCK TABLE {} IN {mode} MODE{how};\n", tables.join(", ")));
        }
    }
    sql
}

fn of_statement(sql: &str) -> Vec<(String, Mode)> {
    let words = Words::of(sql);
    let at = |at: Option<usize>, mode: Mode| {
        at.and_then(|at| words.name(words.skip_if(at, &["only"]))).map(|(name, _)| (name, mode)).into_iter().collect()
    };
    let behind = |word: &str, mode: Mode| at(words.find(word).map(|at| at + 1), mode);
    let first = |index: usize, all: &[&str]| all.iter().any(|word| words.is(index, word));
    if words.is(0, "alter") && words.is(1, "table") {
        return alter_table(&words);
    }
    if first(0, &["drop"]) && first(1, &["table", "index"]) && !words.is(2, "concurrently") {
        return list(&words, words.skip_if(2, &["if", "exists"]));
    }
    if words.is(0, "truncate") {
        return list(&words, words.skip_if(1, &["table"]));
    }
    if words.is(0, "create") && (words.is(1, "index") || words.is(1, "unique")) {
        return if words.find("concurrently").is_some() { Vec::new() } else { behind("on", Mode::Share) };
    }
    if words.is(0, "create") && words.find_before("trigger", 5).is_some() && !words.is(1, "event") {
        return behind("on", Mode::ShareRowExclusive);
    }
    if first(0, &["drop", "alter"]) && words.is(1, "trigger") || first(1, &["policy"]) {
        return behind("on", Mode::AccessExclusive);
    }
    if words.is(0, "create") && words.find_before("table", 4).is_some() {
        let parent = words.find("partition").and_then(|at| words.skip(at, &["partition", "of"]));
        let mut all: Vec<_> = at(parent, Mode::AccessExclusive);
        all.extend(referenced(&words));
        return all;
    }
    Vec::new()
}

/// `a, ONLY b`, from this word on.
fn list(words: &Words<'_>, mut at: usize) -> Vec<(String, Mode)> {
    let mut all = Vec::new();
    while let Some((name, after)) = words.name(words.skip_if(at, &["only"])) {
        all.push((name, Mode::AccessExclusive));
        if !words.is_symbol(after, ",") {
            break;
        }
        at = after + 1;
    }
    all
}

/// Tables that a foreign key refers to.
fn referenced(words: &Words<'_>) -> Vec<(String, Mode)> {
    let names = words.all("references").filter_map(|at| words.name(at + 1));
    names.map(|(name, _)| (name, Mode::ShareRowExclusive)).collect()
}

fn alter_table(words: &Words<'_>) -> Vec<(String, Mode)> {
    let start = words.skip_if(words.skip_if(2, &["if", "exists"]), &["only"]);
    let Some((table, after)) = words.name(start) else { return Vec::new() };
    let after = if words.is_symbol(after, "*") { after + 1 } else { after };
    let modes: Vec<Option<Mode>> = words.parts(after).map(|at| subcommand(words, at)).collect();
    let mut all = referenced(words);
    if let Some(partition) = words.skip(after, &["attach", "partition"]).and_then(|at| words.name(at)) {
        all.push((partition.0, Mode::AccessExclusive));
    }
    all.extend(modes.into_iter().flatten().max().map(|mode| (table, mode)));
    all
}

/// The lock of one part of an ALTER TABLE that begins at this word; `None` is a weaker one.
fn subcommand(words: &Words<'_>, at: usize) -> Option<Mode> {
    let begins = |with: &[&str]| words.skip(at, with).is_some();
    if begins(&["validate"]) || begins(&["attach"]) || begins(&["cluster"]) || begins(&["set", "without", "cluster"]) {
        return None;
    }
    if (begins(&["set"]) || begins(&["reset"])) && words.is_symbol(at + 1, "(") {
        return None;
    }
    if begins(&["detach"]) && words.find("concurrently").is_some() {
        return None;
    }
    if begins(&["alter"]) {
        let column = words.name(words.skip_if(at + 1, &["column"])).map_or(at, |(_, after)| after);
        let options = ["set", "reset"].iter().any(|word| words.is(column, word)) && words.is_symbol(column + 1, "(");
        if options || words.skip(column, &["set", "statistics"]).is_some() {
            return None;
        }
    }
    let foreign = match words.skip(at, &["add", "constraint"]).and_then(|at| words.name(at)) {
        Some((_, after)) => words.skip(after, &["foreign"]).is_some(),
        None => begins(&["add", "foreign"]),
    };
    let of_triggers = (begins(&["enable"]) || begins(&["disable"])) && words.find("trigger").is_some();
    Some(if foreign || of_triggers { Mode::ShareRowExclusive } else { Mode::AccessExclusive })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> Vec<(String, Mode)> {
        let mut all = of_statement(sql);
        all.sort();
        all
    }

    #[test]
    fn no_lock_is_stronger_than_the_statements_own() {
        use Mode::{AccessExclusive as Ae, Share as S, ShareRowExclusive as Sre};
        let cases: &[(&str, &[(&str, Mode)])] = &[
            ("ALTER TABLE public.t ADD COLUMN a int", &[("public.t", Ae)]),
            ("alter table if exists only \"T\" drop column a", &[("\"T\"", Ae)]),
            (
                "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES public.u (id)",
                &[("public.u", Sre), ("t", Sre)],
            ),
            ("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u NOT VALID", &[("t", Sre), ("u", Sre)]),
            ("ALTER TABLE t ADD a int REFERENCES u", &[("t", Ae), ("u", Sre)]),
            ("ALTER TABLE t VALIDATE CONSTRAINT f", &[]),
            ("ALTER TABLE t VALIDATE CONSTRAINT f, ADD b int", &[("t", Ae)]),
            ("ALTER TABLE t SET (fillfactor = 70)", &[]),
            ("ALTER TABLE t ALTER COLUMN a SET STATISTICS 5, ALTER b SET (n_distinct = 5)", &[]),
            ("ALTER TABLE t ALTER COLUMN a SET NOT NULL", &[("t", Ae)]),
            ("ALTER TABLE t ALTER a SET DEFAULT round(1, 2), CLUSTER ON i", &[("t", Ae)]),
            ("ALTER TABLE t DISABLE TRIGGER x", &[("t", Sre)]),
            ("ALTER TABLE t DISABLE ROW LEVEL SECURITY", &[("t", Ae)]),
            ("ALTER TABLE p ATTACH PARTITION q FOR VALUES IN (1)", &[("q", Ae)]),
            ("ALTER TABLE p DETACH PARTITION q CONCURRENTLY", &[]),
            ("CREATE UNIQUE INDEX i ON ONLY t (a)", &[("t", S)]),
            ("CREATE INDEX CONCURRENTLY i ON t (a)", &[]),
            ("DROP INDEX a.i, j", &[("a.i", Ae), ("j", Ae)]),
            ("DROP INDEX CONCURRENTLY i", &[]),
            ("DROP TABLE IF EXISTS a, b CASCADE", &[("a", Ae), ("b", Ae)]),
            ("TRUNCATE ONLY a", &[("a", Ae)]),
            ("CREATE OR REPLACE TRIGGER x BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()", &[("t", Sre)]),
            ("DROP TRIGGER x ON t", &[("t", Ae)]),
            ("CREATE POLICY x ON t USING (true)", &[("t", Ae)]),
            ("CREATE TABLE c PARTITION OF p FOR VALUES IN (1)", &[("p", Ae)]),
            ("CREATE UNLOGGED TABLE c (a int REFERENCES u (id))", &[("u", Sre)]),
            ("CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()", &[]),
            ("CREATE FUNCTION f() RETURNS trigger LANGUAGE sql AS 'on t'", &[]),
            ("UPDATE t SET a = 1", &[]),
        ];
        for (sql, expected) in cases {
            let expected: Vec<(String, Mode)> = expected.iter().map(|(name, mode)| ((*name).into(), *mode)).collect();
            assert_eq!(of(sql), expected, "{sql}");
        }
    }

    #[test]
    fn a_name_that_another_path_will_find_is_left_out() {
        for set in [
            "SET LOCAL search_path = app",
            "SET SCHEMA 'app'",
            "SELECT pg_catalog.set_config('search_path', '', false)",
        ] {
            let names =
                named(["ALTER TABLE t ADD a int", set, "ALTER TABLE u ADD a int", "ALTER TABLE app.v ADD a int"]);
            assert_eq!(names.into_keys().collect::<Vec<_>>(), ["app.v", "t"], "{set}");
        }
    }

    #[test]
    fn the_strongest_lock_on_a_table_is_taken_and_comes_first() {
        let names = named(["CREATE INDEX i ON t (a)", "ALTER TABLE t ADD b int", "CREATE INDEX j ON u (a)"]);
        let locks: Vec<Locked> =
            names.into_iter().map(|(table, mode)| Locked { table: format!("public.{table}"), mode }).collect();
        assert_eq!(
            lock_sql(&locks, " NOWAIT"),
            "LOCK TABLE ONLY public.t IN ACCESS EXCLUSIVE MODE NOWAIT;\nLOCK TABLE ONLY public.u IN SHARE MODE NOWAIT;\n"
        );
    }
}
