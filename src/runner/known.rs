//! Of which statements can the catalog tell whether they were done, and which may simply run again?
//!
//! Invariant: a statement is judged by its leading words; what is not known for certain is [`Known::Other`].

use crate::lex::{Kind, Lexeme, tokens, unquoted};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// `CREATE INDEX CONCURRENTLY`; the table as written. Without a name the server chooses one.
    CreateIndex {
        name: Option<String>,
        table: String,
    },
    /// `DROP INDEX CONCURRENTLY`; the index as written.
    DropIndex {
        index: String,
    },
    /// `ALTER TYPE … ADD VALUE`; the type as written.
    AddValue {
        type_name: String,
        label: String,
    },
    /// `ALTER TABLE … VALIDATE CONSTRAINT`; the table as written.
    Validate {
        table: String,
        constraint: String,
    },
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`, or `FINALIZE`; both as written.
    Detach {
        table: String,
        partition: String,
    },
    /// `REINDEX … CONCURRENTLY`; the name as written.
    Reindex {
        of: Reindexed,
        name: String,
    },
    /// Running it twice comes to the same as running it once.
    Repeatable,
    Other,
}

/// What is built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reindexed {
    Index,
    Table,
    Schema,
    Database,
}

pub(super) fn known(sql: &str) -> Known {
    let words = Words::of(sql);
    create_index(&words)
        .or_else(|| drop_index(&words))
        .or_else(|| add_value(&words))
        .or_else(|| alter_table(&words))
        .or_else(|| reindex(&words))
        .unwrap_or(if is_repeatable(&words) { Known::Repeatable } else { Known::Other })
}

/// Whether the statement changes settings of the session and nothing else: what is skipped must still hold afterwards.
pub(super) fn is_setting(sql: &str) -> bool {
    let words = Words::of(sql);
    let only_here = ["local", "constraints", "transaction"];
    let set_config = words.is(0, "select")
        && words.name(1).is_some_and(|(name, _)| ["set_config", "pg_catalog.set_config"].contains(&name.as_str()));
    set_config || words.is(0, "reset") || words.is(0, "set") && !only_here.iter().any(|word| words.is(1, word))
}

/// Whether the server says how many rows it changed.
pub(super) fn counts_rows(sql: &str) -> bool {
    let words = Words::of(sql);
    ["insert", "update", "delete", "merge", "with"].iter().any(|word| words.is(0, word))
}

/// Whether the statement begins with `SET`, of whatever kind.
pub(super) fn is_set(sql: &str) -> bool {
    Words::of(sql).is(0, "set")
}

/// What of the statement outlives its transaction without being in the catalog.
pub(super) fn lasting(sql: &str) -> Option<&'static str> {
    const WORDS: [(&str, &str); 8] = [
        ("reset", "RESET"),
        ("discard", "DISCARD"),
        ("listen", "LISTEN"),
        ("unlisten", "UNLISTEN"),
        ("prepare", "PREPARE"),
        ("deallocate", "DEALLOCATE"),
        ("load", "LOAD"),
        ("set", "SET"),
    ];
    let words = Words::of(sql);
    let only_here = ["local", "constraints", "transaction"].iter().any(|word| words.is(1, word));
    let at = words.skip(0, &["create", "or", "replace"]).unwrap_or(usize::from(words.is(0, "create")));
    let at = if words.is(at, "local") || words.is(at, "global") { at + 1 } else { at };
    if at > 0 && (words.is(at, "temp") || words.is(at, "temporary")) {
        let dropped = (at..words.0.len()).any(|at| words.skip(at, &["on", "commit", "drop"]).is_some());
        return (!dropped).then_some("CREATE TEMPORARY");
    }
    if words.is(0, "declare") {
        return (1..words.0.len())
            .any(|at| words.skip(at, &["with", "hold"]).is_some())
            .then_some("DECLARE … WITH HOLD");
    }
    WORDS.iter().find(|(word, _)| words.is(0, word) && !(*word == "set" && only_here)).map(|(_, name)| *name)
}

/// The first words, up to four and never past a literal, which may be a password.
pub(super) fn leading_words(sql: &str) -> String {
    let lexemes = tokens(sql).unwrap_or_default();
    let leading = lexemes.iter().filter(|lexeme| lexeme.kind != Kind::Comment);
    let mut words = String::new();
    let mut count = 0;
    for lexeme in leading {
        if lexeme.is_symbol(".") {
            words.push('.');
            continue;
        }
        let joined = words.is_empty() || words.ends_with('.');
        if lexeme.kind != Kind::Word || (count == 4 && !joined) {
            break;
        }
        if !joined {
            words.push(' ');
        }
        count += usize::from(!words.ends_with('.'));
        words.push_str(lexeme.text);
    }
    if words.is_empty() { "statement".into() } else { words }
}

/// Literals of a statement that may be, or hold, a password, without their quotes.
pub(super) fn secrets(sql: &str) -> Vec<String> {
    let Words(lexemes) = Words::of(sql);
    let names = |word: &Lexeme<'_>| {
        word.kind == Kind::Word
            && ["password", "connection"].iter().any(|name| word.text.to_ascii_lowercase().contains(name))
    };
    let between = |lexeme: &Lexeme<'_>| lexeme.is_symbol("=") || lexeme.is_word("to");
    let mut found = Vec::new();
    for (at, lexeme) in lexemes.iter().enumerate().filter(|(_, lexeme)| lexeme.kind == Kind::Text) {
        let before = lexemes[..at].iter().rev().find(|lexeme| !between(lexeme));
        if before.is_some_and(names) || lexeme.text.to_ascii_lowercase().contains("password") {
            let inner = lexeme.text.trim_start_matches(|c| c != '\'' && c != '$').trim_matches('\'');
            found.push(inner.to_owned());
        }
    }
    found.retain(|secret| !secret.is_empty());
    found
}

/// A statement's tokens but comments.
pub(super) struct Words<'a>(Vec<Lexeme<'a>>);

impl<'a> Words<'a> {
    pub fn of(sql: &'a str) -> Self {
        let lexemes = tokens(sql).unwrap_or_default();
        Self(lexemes.into_iter().filter(|lexeme| lexeme.kind != Kind::Comment).collect())
    }

    pub fn is(&self, at: usize, word: &str) -> bool {
        self.0.get(at).is_some_and(|lexeme| lexeme.is_word(word))
    }

    /// Past these words, where they stand at `at`.
    pub fn skip(&self, at: usize, words: &[&str]) -> Option<usize> {
        words.iter().enumerate().all(|(n, word)| self.is(at + n, word)).then_some(at + words.len())
    }

    pub fn skip_if(&self, at: usize, words: &[&str]) -> usize {
        self.skip(at, words).unwrap_or(at)
    }

    /// A dotted name as it is written, and what comes after it.
    pub fn name(&self, mut at: usize) -> Option<(String, usize)> {
        let mut name = String::new();
        loop {
            let part = self.0.get(at).filter(|lexeme| lexeme.kind == Kind::Word)?;
            name.push_str(part.text);
            at += 1;
            if !self.0.get(at).is_some_and(|lexeme| lexeme.is_symbol(".")) {
                return Some((name, at));
            }
            name.push('.');
            at += 1;
        }
    }
}

impl Words<'_> {
    pub fn is_symbol(&self, at: usize, symbol: &str) -> bool {
        self.0.get(at).is_some_and(|lexeme| lexeme.is_symbol(symbol))
    }

    /// Where the word stands first, outside brackets.
    pub fn find(&self, word: &str) -> Option<usize> {
        self.outside().find(|at| self.is(*at, word))
    }

    /// The same, among the first so many words.
    pub fn find_before(&self, word: &str, end: usize) -> Option<usize> {
        self.find(word).filter(|at| *at < end)
    }

    /// Wherever the word stands, within brackets too.
    pub fn all(&self, word: &str) -> impl Iterator<Item = usize> {
        (0..self.0.len()).filter(move |at| self.is(*at, word))
    }

    /// Where the parts of a list begin that has commas between them, outside brackets, from this word on.
    pub fn parts(&self, start: usize) -> impl Iterator<Item = usize> {
        let commas = self.outside().filter(move |at| *at >= start && self.is_symbol(*at, ",")).map(|at| at + 1);
        std::iter::once(start).chain(commas)
    }

    /// The tokens outside brackets.
    fn outside(&self) -> impl Iterator<Item = usize> {
        let mut depth = 0_usize;
        (0..self.0.len()).filter(move |at| {
            let here = depth;
            if self.is_symbol(*at, "(") {
                depth += 1;
            } else if self.is_symbol(*at, ")") {
                depth = depth.saturating_sub(1);
            }
            here == 0
        })
    }
}

fn create_index(words: &Words<'_>) -> Option<Known> {
    let at = words.skip(0, &["create"])?;
    let at = words.skip(words.skip_if(at, &["unique"]), &["index", "concurrently"])?;
    let at = words.skip_if(at, &["if", "not", "exists"]);
    let (name, at) = match words.is(at, "on") {
        true => (None, at),
        false => (Some(unquoted(words.0.get(at).filter(|lexeme| lexeme.kind == Kind::Word)?.text)), at + 1),
    };
    let at = words.skip(at, &["on"])?;
    let (table, _) = words.name(words.skip_if(at, &["only"]))?;
    Some(Known::CreateIndex { name, table })
}

fn drop_index(words: &Words<'_>) -> Option<Known> {
    let at = words.skip(0, &["drop", "index", "concurrently"])?;
    let (index, _) = words.name(words.skip_if(at, &["if", "exists"]))?;
    Some(Known::DropIndex { index })
}

fn add_value(words: &Words<'_>) -> Option<Known> {
    let (type_name, at) = words.name(words.skip(0, &["alter", "type"])?)?;
    let at = words.skip_if(words.skip(at, &["add", "value"])?, &["if", "not", "exists"]);
    let literal = words.0.get(at)?.text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(Known::AddValue { type_name, label: literal.replace("''", "'") })
}

fn alter_table(words: &Words<'_>) -> Option<Known> {
    let at = words.skip_if(words.skip(0, &["alter", "table"])?, &["if", "exists"]);
    let (table, at) = words.name(words.skip_if(at, &["only"]))?;
    if let Some(at) = words.skip(at, &["validate", "constraint"]) {
        let constraint = words.0.get(at).filter(|lexeme| lexeme.kind == Kind::Word)?;
        let alone = words.0.len() == at + 1;
        return alone.then(|| Known::Validate { table, constraint: unquoted(constraint.text) });
    }
    let (partition, at) = words.name(words.skip(at, &["detach", "partition"])?)?;
    (words.is(at, "concurrently") || words.is(at, "finalize")).then_some(Known::Detach { table, partition })
}

fn reindex(words: &Words<'_>) -> Option<Known> {
    let mut at = words.skip(0, &["reindex"])?;
    let mut concurrently = false;
    if words.0.get(at).is_some_and(|lexeme| lexeme.is_symbol("(")) {
        let end = at + words.0[at..].iter().position(|lexeme| lexeme.is_symbol(")"))?;
        let option = (at..end).find(|&n| words.is(n, "concurrently"));
        concurrently = option.is_some_and(|n| !["false", "off", "0"].iter().any(|no| words.is(n + 1, no)));
        at = end + 1;
    }
    let of = match words.0.get(at)? {
        word if word.is_word("index") => Reindexed::Index,
        word if word.is_word("table") => Reindexed::Table,
        word if word.is_word("schema") => Reindexed::Schema,
        word if word.is_word("database") => Reindexed::Database,
        _ => return None,
    };
    let named = words.skip_if(at + 1, &["concurrently"]);
    concurrently |= named > at + 1;
    // of the database that one is in, the name may be left out
    let name = words.name(named).map(|(name, _)| name).unwrap_or_default();
    concurrently.then_some(Known::Reindex { of, name })
}

fn is_repeatable(words: &Words<'_>) -> bool {
    const ALWAYS: [&[&str]; 8] = [
        &["set"],
        &["reset"],
        &["vacuum"],
        &["analyze"],
        &["reindex"],
        &["checkpoint"],
        &["alter", "system"],
        &["refresh", "materialized"],
    ];
    let guarded = |first: &str, guard: &[&str]| {
        words.is(0, first) && (1..words.0.len().min(6)).any(|at| words.skip(at, guard).is_some())
    };
    ALWAYS.iter().any(|leading| words.skip(0, leading).is_some())
        || guarded("create", &["if", "not", "exists"])
        || guarded("drop", &["if", "exists"])
        || words.skip(0, &["create", "or", "replace"]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_concurrent_index_is_known_by_its_name_and_table() {
        let index =
            |name: Option<&str>, table: &str| Known::CreateIndex { name: name.map(str::to_owned), table: table.into() };
        for (sql, expected) in [
            ("CREATE INDEX CONCURRENTLY ix ON public.t (a)", index(Some("ix"), "public.t")),
            ("create unique index /* x */ concurrently if not exists \"Ix\" on only t(a)", index(Some("Ix"), "t")),
            ("CREATE INDEX CONCURRENTLY ON \"a.b\".t (a)", index(None, "\"a.b\".t")),
            ("CREATE INDEX ix ON t (a)", Known::Other),
        ] {
            assert_eq!(known(sql), expected, "{sql}");
        }
    }

    #[test]
    fn an_added_value_is_known_by_its_label() {
        let sql = "ALTER TYPE public.p ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'x'";
        assert_eq!(known(sql), Known::AddValue { type_name: "public.p".into(), label: "it's".into() });
        assert_eq!(known("ALTER TYPE p ADD VALUE E'a\\n'"), Known::Other);
    }

    #[test]
    fn what_is_validated_detached_or_built_anew_is_known_by_its_name() {
        let table = || "public.t".to_owned();
        let validate = Known::Validate { table: table(), constraint: "Ck".into() };
        assert_eq!(known("ALTER TABLE public.t VALIDATE CONSTRAINT \"Ck\""), validate);
        assert_eq!(known("ALTER TABLE t VALIDATE CONSTRAINT a, DROP COLUMN b"), Known::Other);
        for last in ["CONCURRENTLY", "finalize"] {
            let sql = format!("alter table if exists only public.t DETACH PARTITION s.\"P\" {last}");
            assert_eq!(known(&sql), Known::Detach { table: table(), partition: "s.\"P\"".into() });
        }
        assert_eq!(known("ALTER TABLE t DETACH PARTITION p"), Known::Other);
        for (sql, of) in [
            ("REINDEX INDEX CONCURRENTLY public.t", Reindexed::Index),
            ("reindex (verbose, concurrently) table public.t", Reindexed::Table),
            ("REINDEX SCHEMA CONCURRENTLY public.t", Reindexed::Schema),
        ] {
            assert_eq!(known(sql), Known::Reindex { of, name: table() }, "{sql}");
        }
        assert_eq!(known("REINDEX (CONCURRENTLY off) TABLE t"), Known::Repeatable);
        assert_eq!(
            known("REINDEX (CONCURRENTLY) DATABASE"),
            Known::Reindex { of: Reindexed::Database, name: String::new() }
        );
    }

    #[test]
    fn what_may_run_twice_is_known_only_for_certain() {
        for sql in ["VACUUM t", "DROP TABLE IF EXISTS t", "create table if not exists t ()", "SET x = 1"] {
            assert_eq!(known(sql), Known::Repeatable, "{sql}");
        }
        for sql in ["UPDATE t SET n = n + 1", "CREATE TABLE t ()", "INSERT INTO t VALUES (1)"] {
            assert_eq!(known(sql), Known::Other, "{sql}");
        }
    }

    #[test]
    fn what_stays_on_a_session_is_known() {
        for (sql, what) in [
            ("SET x = 1", Some("SET")),
            ("/* a */ set session authorization a", Some("SET")),
            ("SET LOCAL x = 1", None),
            ("SET CONSTRAINTS ALL DEFERRED", None),
            ("CREATE TEMP TABLE t ()", Some("CREATE TEMPORARY")),
            ("create or replace temporary view t as select 1", Some("CREATE TEMPORARY")),
            ("CREATE LOCAL TEMPORARY TABLE t ()", Some("CREATE TEMPORARY")),
            ("CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1", None),
            ("DECLARE c CURSOR FOR SELECT 1", None),
            ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", Some("DECLARE … WITH HOLD")),
            ("CREATE TABLE temporary ()", None),
            ("CREATE TABLE temp ()", None),
        ] {
            assert_eq!(lasting(sql), what, "{sql}");
        }
    }

    #[test]
    fn leading_words_stop_before_a_literal() {
        assert_eq!(leading_words("CREATE USER MAPPING FOR bob SERVER x"), "CREATE USER MAPPING FOR");
        assert_eq!(leading_words("-- note\nALTER ROLE bob PASSWORD 'x'"), "ALTER ROLE bob PASSWORD");
        assert_eq!(leading_words("INSERT INTO public.t VALUES (1)"), "INSERT INTO public.t VALUES");
        assert_eq!(leading_words("(SELECT 1)"), "statement");
    }

    #[test]
    fn passwords_of_a_statement_are_found() {
        assert_eq!(secrets("ALTER ROLE a ENCRYPTED PASSWORD 's1'"), ["s1"]);
        assert_eq!(secrets("CREATE SUBSCRIPTION s CONNECTION 'host=a' PUBLICATION p"), ["host=a"]);
        assert_eq!(secrets("SELECT 'a'"), Vec::<String>::new());
    }
}
