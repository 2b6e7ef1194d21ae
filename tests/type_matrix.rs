//! Does every common type become every other one as PostgreSQL's own casts have it, and come back?
//!
//! For each pair the server is asked first, in another database and without autogen: whether `ALTER COLUMN … TYPE` passes as
//! it is, only with `USING c::type`, or not at all, and what each value becomes and becomes again. Then a table with rows, a
//! default and an index goes from the one to the other through the program. Invariant: what is expected of a pair is known
//! before the program is asked, and each pair has one expectation.

#[path = "support/command.rs"]
mod command;
#[path = "support/matrix.rs"]
mod matrix;
#[path = "support/server.rs"]
mod server;

use std::collections::{BTreeMap, BTreeSet};

use command::Project;
use matrix::{Class, Pair, TYPES};

/// Tables of these pairs, each with the values that are to be in it.
struct Tables<'a> {
    project: Project,
    pairs: Vec<(&'a Pair, Vec<usize>)>,
}

impl<'a> Tables<'a> {
    fn new(pairs: Vec<(&'a Pair, Vec<usize>)>) -> Self {
        let project = Project::with(&[]);
        let tables = Self { project, pairs };
        tables.model(|pair| pair.old);
        tables.project.revision("before");
        tables.project.done(&["upgrade"]);
        let mut inserts = String::new();
        for (pair, values) in &tables.pairs {
            inserts.push_str(&format!("INSERT INTO {} VALUES (0, NULL);\n", pair.table()));
            for n in values {
                let value = TYPES[pair.old].values[*n];
                inserts.push_str(&format!("INSERT INTO {} VALUES ({}, '{value}');\n", pair.table(), n + 1));
            }
        }
        tables.project.sql(&inserts);
        tables
    }

    fn model(&self, of: impl Fn(&Pair) -> usize) {
        let mut text = String::from(matrix::TYPES_OF_THE_MODEL);
        text.push_str("tables:\n");
        for (pair, _) in &self.pairs {
            let ty = &TYPES[of(pair)];
            text.push_str(&format!(
                "  {}:\n    columns:\n      n: int\n      c: {{ type: '{}', nullable: true, default: \"{}\" }}\n",
                pair.table(),
                ty.name,
                ty.default
            ));
            if ty.ordered {
                text.push_str(&format!("    indexes: {{ i_{}: [c] }}\n", pair.table()));
            }
        }
        self.project.write("schema/tables.yaml", text);
    }

    /// What each row holds, as text, by table and number.
    fn rows(&self) -> BTreeMap<(String, usize), Option<String>> {
        let each = |(pair, _): &(&Pair, Vec<usize>)| {
            let table = pair.table();
            format!("SELECT '{table}', n, c::text FROM {table}")
        };
        let queries: Vec<String> = self.pairs.iter().map(each).collect();
        let mut client = self.project.database.client();
        client.batch_execute("SET TimeZone = 'UTC'").unwrap();
        let mut rows = BTreeMap::new();
        for some in queries.chunks(100) {
            for row in client.query(&some.join(" UNION ALL "), &[]).unwrap() {
                rows.insert((row.get(0), row.get::<_, i32>(1) as usize), row.get(2));
            }
        }
        rows
    }

    /// The types of the columns, and the files that tables and indexes are in.
    fn stored(&self) -> BTreeMap<String, (String, Option<u32>, Option<u32>)> {
        let query = "SELECT c.relname::text, format_type(a.atttypid, a.atttypmod), pg_relation_filenode(c.oid), \
             pg_relation_filenode(to_regclass('i_' || c.relname)) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
             AND a.attname = 'c' WHERE c.relname ~ '^t_' AND c.relkind = 'r'";
        let rows = self.project.database.client().query(query, &[]).unwrap();
        rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3)))).collect()
    }

    fn expected(&self, becomes: impl Fn(&Pair, usize) -> Option<String>) -> BTreeMap<(String, usize), Option<String>> {
        let mut rows = BTreeMap::new();
        for (pair, values) in &self.pairs {
            rows.insert((pair.table(), 0), None);
            rows.extend(values.iter().map(|n| ((pair.table(), n + 1), becomes(pair, *n))));
        }
        rows
    }

    /// Fails with all that differ.
    fn holds(&self, when: &str, becomes: impl Fn(&Pair, usize) -> Option<String>) {
        let (found, expected) = (self.rows(), self.expected(becomes));
        let named: BTreeMap<String, &Pair> = self.pairs.iter().map(|(pair, _)| (pair.table(), *pair)).collect();
        let differ = |key: &&(String, usize)| found.get(key) != expected.get(key);
        let wrong: Vec<String> = expected
            .keys()
            .filter(differ)
            .map(|key| format!("{} row {}: {:?}, not {:?}", named[&key.0], key.1, found.get(key), expected.get(key)))
            .collect();
        assert!(wrong.is_empty(), "{when}, {} rows are others:\n{}", wrong.len(), wrong.join("\n"));
        assert_eq!(found.len(), expected.len(), "{when}");
    }

    fn are(&self, when: &str, of: impl Fn(&Pair) -> usize) {
        let stored = self.stored();
        for (pair, _) in &self.pairs {
            let found = &stored[&pair.table()].0;
            assert!(matrix::is_called(found, TYPES[of(pair)].name), "{when}, {pair} is {found}");
        }
    }

    /// The file says of each table whether it is rewritten, and of each index whether it is built anew.
    fn said_is_true(&self, text: &str, before: &BTreeMap<String, (String, Option<u32>, Option<u32>)>) {
        let after = self.stored();
        let summary: BTreeSet<&str> = text.lines().take_while(|line| !line.contains("-- downgrade:")).collect();
        let says = |what: String| summary.iter().any(|line| line.starts_with(&what));
        let mut wrong = Vec::new();
        for (pair, _) in &self.pairs {
            let table = pair.table();
            let (old, new) = (&before[&table], &after[&table]);
            let said = says(format!("--   rewrites: alter_column public.{table}.c:"));
            if said != (old.1 != new.1) {
                wrong.push(format!("{pair}: rewritten: {}, said: {said}", old.1 != new.1));
            }
            let both = old.2.is_some() && new.2.is_some() && old.1 == new.1;
            let said = says(format!("--   blocks: alter_column public.{table}.c:"));
            if both && said != (old.2 != new.2) {
                wrong.push(format!("{pair}: index built anew: {}, said: {said}", old.2 != new.2));
            }
        }
        assert!(wrong.is_empty(), "the file says what is not:\n{}", wrong.join("\n"));
    }

    /// To the new types; gives the text of the revision.
    fn change(&self) -> String {
        self.model(|pair| pair.new);
        let file = self.project.revision("after");
        let text = self.project.read(&file);
        let before = self.stored();
        self.project.done(&["upgrade"]);
        self.said_is_true(&text, &before);
        self.are("after the upgrade", |pair| pair.new);
        self.holds("after the upgrade", |pair, n| pair.there(n));
        self.project.done(&["check"]);
        text
    }
}

fn usable(pair: &Pair) -> Vec<usize> {
    (0..TYPES[pair.old].values.len()).filter(|n| pair.passes(*n)).collect()
}

#[test]
fn every_type_becomes_every_other_as_the_server_casts_it() {
    let pairs = matrix::ask();
    assert!(TYPES.len() >= 25 && pairs.len() == TYPES.len() * (TYPES.len() - 1));
    let of = |there: bool, back: bool| {
        let fits = |pair: &&Pair| (pair.class != Class::Absent) == there && (pair.back != Class::Absent) == back;
        pairs.iter().filter(fits).map(|pair| (pair, usable(pair))).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        scope.spawn(|| there_and_back(of(true, true)));
        scope.spawn(|| only_there(of(true, false)));
        scope.spawn(|| nowhere(pairs.iter().filter(|pair| pair.class == Class::Absent).collect()));
        scope.spawn(|| values_that_do_not_pass(&pairs));
    });
    let count = |class: Class| pairs.iter().filter(|pair| pair.class == class).count();
    println!(
        "{} types, {} pairs: {} unasked, {} with USING, {} refused",
        TYPES.len(),
        pairs.len(),
        count(Class::Plain),
        count(Class::Explicit),
        count(Class::Absent)
    );
}

fn there_and_back(pairs: Vec<(&Pair, Vec<usize>)>) {
    let tables = Tables::new(pairs);
    tables.change();
    tables.project.done(&["downgrade", "-1"]);
    tables.are("after the downgrade", |pair| pair.old);
    tables.holds("after the downgrade", |pair, n| pair.back(n));
    tables.model(|pair| pair.old);
    tables.project.done(&["diff", "--exit-code"]);
}

/// The way back is refused as long as there are values, and nothing is done.
fn only_there(pairs: Vec<(&Pair, Vec<usize>)>) {
    let tables = Tables::new(pairs);
    let text = tables.change();
    let (_, down) = text.split_once("-- autogen:downgrade").unwrap();
    for (pair, _) in &tables.pairs {
        let guard = format!("and public.{}.c holds values", pair.table());
        assert!(down.contains(&guard), "{pair}: the file does not stop at values");
    }
    let refused = tables.project.run(&["downgrade", "-1"]);
    let told = tables.project.told(&refused);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("no cast from") && told.contains("holds values"), "{told}");
    tables.are("after the refused downgrade", |pair| pair.new);
    tables.holds("after the refused downgrade", |pair, n| pair.there(n));
    let empty = tables.pairs.iter().map(|(pair, _)| format!("UPDATE {} SET c = NULL;", pair.table()));
    tables.project.sql(&empty.collect::<String>());
    tables.project.done(&["downgrade", "-1"]);
    tables.are("after the downgrade", |pair| pair.old);
}

/// One refusal names every pair, at its line, and nothing is written.
fn nowhere(pairs: Vec<&Pair>) {
    let tables = Tables::new(pairs.into_iter().map(|pair| (pair, Vec::new())).collect());
    tables.model(|pair| pair.new);
    let told = tables.project.refused(&["revision", "-m", "after"]);
    assert!(told.starts_with("exit 1\n") && told.contains("hint: say beside the type"), "{told}");
    let named: Vec<&str> = told.lines().filter(|line| line.contains("PostgreSQL has no cast from")).collect();
    assert_eq!(named.len(), tables.pairs.len());
    for (pair, _) in &tables.pairs {
        let column = format!("public.{}.c becomes", pair.table());
        assert!(named.iter().any(|line| line.contains(&column)), "{pair} is not refused");
    }
    assert_eq!(told.matches("at schema/tables.yaml:").count(), tables.pairs.len());
}

/// One value that the server does not cast stops its table's change with the server's own error.
fn values_that_do_not_pass(pairs: &[Pair]) {
    let stopped = |pair: &Pair| (0..TYPES[pair.old].values.len()).find(|n| pair.stops(*n).is_some());
    let some = pairs.iter().filter(|pair| pair.class != Class::Absent);
    let tables = Tables::new(some.filter_map(|pair| Some((pair, vec![stopped(pair)?]))).collect());
    tables.model(|pair| pair.new);
    let file = tables.project.revision("after");
    let text = tables.project.read(&file);
    let before = tables.rows();
    let refused = tables.project.run(&["upgrade"]);
    assert_eq!(refused.status.code(), Some(2), "{}", tables.project.told(&refused));
    assert_eq!(tables.rows(), before, "something of the upgrade is left");
    tables.are("after the refused upgrade", |pair| pair.old);
    let (up, _) = text.split_once("\\quit").unwrap();
    let mut wrong = Vec::new();
    let mut client = tables.project.database.client();
    client.batch_execute("SET TimeZone = 'UTC'").unwrap();
    for (pair, values) in &tables.pairs {
        let words = [format!("public.{}", pair.table()), format!("public.i_{}", pair.table())];
        let begins = |statement: &&str| statement.split_whitespace().any(|word| words.iter().any(|own| own == word));
        let bare: String = up.lines().filter(|line| !line.starts_with("--")).collect::<Vec<_>>().join("\n");
        let statements: Vec<&str> = bare.split(";\n").filter(begins).collect();
        assert!(!statements.is_empty(), "{pair}: no statement");
        let error = client.batch_execute(&format!("BEGIN; {}", statements.join(";"))).err();
        let code = error.and_then(|error| error.code().map(|code| code.code().to_owned()));
        if code != pair.stops(values[0]) {
            wrong.push(format!("{pair}: {code:?}, not {:?}: {statements:?}", pair.stops(values[0])));
        }
        client.batch_execute("ROLLBACK").unwrap();
    }
    assert!(wrong.is_empty(), "{} of {} are stopped otherwise:\n{}", wrong.len(), tables.pairs.len(), wrong.join("\n"));
}
