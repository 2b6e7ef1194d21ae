//! Which statements are told apart, and which are refused.

use super::*;

fn split(text: &str) -> Vec<String> {
    let steps = Script::new(text).steps(Path::new("r.sql")).unwrap();
    steps.into_iter().flat_map(|step| step.statements).map(|statement| statement.sql).collect()
}

#[test]
fn a_semicolon_inside_something_ends_nothing() {
    for statement in [
        "SELECT 'a;b', E'\\';', U&'d!0061\\;' UESCAPE '!', B'0;'",
        "SELECT $$;$$, $a$ $$;$$ ;$a$, \"x;y\"\"z\", U&\"a;b\"",
        "SELECT 1 /* ; /* ; */ ; */ + 2 -- ; '\n + 3",
        "CREATE RULE r AS ON INSERT TO v DO INSTEAD (INSERT INTO a VALUES (1); INSERT INTO b VALUES (2);)",
        "CREATE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; END",
        "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql begin atomic INSERT INTO t SELECT x.end, y AS case FROM x; end",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN CASE WHEN a THEN b END THEN 1 END; SELECT (CASE WHEN true THEN 1 END); END",
        "SELECT a@>b, c ?| d, e #- f, g != -1, 0x1F, 1_000, $1",
        "SELECT E'a'\n'b\\';'",
    ] {
        assert_eq!(split(&format!("{statement};SELECT 1;")), [statement, "SELECT 1"], "{statement}");
    }
}

#[test]
fn words_of_a_body_mean_nothing_outside_of_one() {
    for statement in [
        "SELECT CASE WHEN a THEN b END",
        "SELECT a AS begin, atomic",
        "CREATE FUNCTION begin.atomic() RETURNS int AS $$ $$",
        "SELECT \"begin\" atomic",
    ] {
        assert_eq!(split(&format!("{statement};SELECT 1;")), [statement, "SELECT 1"], "{statement}");
    }
}

#[test]
fn empty_statements_and_stray_comments_are_none() {
    assert_eq!(split(" ;; -- a\n;/* b */ SELECT 1 ; ;"), ["SELECT 1"]);
    assert!(split("").is_empty());
}

#[test]
fn steps_follow_the_markers_and_keep_their_places() {
    let text = write(&Revision {
        upgrade: Script::new(
            "\n-- x\n\n-- add_column public.tasks.due (schema/t.yaml:14:7)\n-- lock: none\n  SELECT 1; -- tail\nSELECT 2;\n\n\
             -- autogen:step no-transaction\n-- drop_index public.\"a b\"\né();VACUUM;\n-- autogen:step transaction\n-- comment\n",
        ),
        ..revision("a")
    });
    let upgrade = read(&text).unwrap().upgrade;
    let steps = upgrade.steps(Path::new("r.sql")).unwrap();
    assert_eq!(steps.iter().map(|step| step.transaction).collect::<Vec<_>>(), [true, false]);
    let first = &steps[0].statements[0];
    assert_eq!((first.line, first.column), (12, 3));
    assert_eq!(text.lines().nth(first.line - 1), Some("  SELECT 1; -- tail"));
    assert_eq!(first.op.as_deref(), Some("add_column public.tasks.due"));
    assert_eq!(first.comments, ["add_column public.tasks.due (schema/t.yaml:14:7)", "lock: none"]);
    assert_eq!((steps[0].statements[1].op.as_deref(), steps[0].statements[1].comments.len()), (None, 0));
    let names: Vec<_> = steps[1].statements.iter().map(|s| (s.op.as_deref(), s.line, s.column)).collect();
    assert_eq!(names, [(Some("drop_index public.\"a b\""), 17, 1), (None, 17, 5)]);
}

#[test]
fn only_an_op_is_taken_for_one() {
    for (comment, op) in [
        ("create_function public.f(integer, text)", Some("create_function public.f(integer, text)")),
        ("comment public.tasks (schema/a b.yaml:1:2)", Some("comment public.tasks")),
        ("rename_table public.a -> public.b", Some("rename_table public.a -> public.b")),
        ("fill in what is missing", None),
        ("create_table", None),
        ("Add_column x", None),
    ] {
        let steps = Script::new(format!("-- {comment}\nSELECT 1;")).steps(Path::new("r.sql")).unwrap();
        assert_eq!(steps[0].statements[0].op.as_deref(), op, "{comment}");
    }
}

#[test]
fn a_long_single_line_splits_in_linear_time() {
    assert_eq!(split(&"SELECT 'é' ;".repeat(60_000)).len(), 60_000);
    assert_eq!(split(&format!("SELECT {};", "(1,".repeat(50_000) + &")".repeat(50_000))).len(), 1);
}

/// What `check` says of these statements in a transaction, or nothing.
fn refusal(text: &str) -> Option<String> {
    let error = Script::new(text).check(Path::new("r.sql")).err()?;
    assert!(error.place().is_some() && !error.hints().is_empty());
    Some(error.message().to_owned())
}

#[test]
fn transaction_control_is_refused_at_the_top_only() {
    for statement in [
        "BEGIN",
        "begin transaction isolation level serializable",
        "START TRANSACTION",
        "COMMIT",
        "END",
        "ROLLBACK TO a",
        "ABORT",
        "SAVEPOINT a",
        "RELEASE a",
        "PREPARE TRANSACTION 'a'",
        "COMMIT PREPARED 'a'",
        "ROLLBACK PREPARED 'a'",
        "/* x */ COMMIT /* y */ AND CHAIN",
    ] {
        for text in [format!("SELECT 1; {statement};"), format!("-- autogen:step no-transaction\n{statement};")] {
            assert!(refusal(&text).is_some_and(|message| message.contains("controls a transaction")), "{text}");
        }
    }
    for fine in [
        "DO $$ BEGIN COMMIT; END $$",
        "SELECT 'COMMIT'",
        "PREPARE transaction AS SELECT 1",
        "CREATE TABLE begin (a int)",
        "\"commit\"",
    ] {
        assert_eq!(refusal(&format!("{fine};")), None);
    }
}

#[test]
fn what_cannot_run_in_a_transaction_needs_the_marker() {
    for statement in [
        "CREATE INDEX CONCURRENTLY i ON t (a)",
        "CREATE UNIQUE INDEX concurrently i ON t (a)",
        "DROP INDEX CONCURRENTLY IF EXISTS i",
        "VACUUM t",
        "REINDEX TABLE CONCURRENTLY t",
        "REINDEX (VERBOSE, CONCURRENTLY) TABLE t",
        "ALTER SYSTEM SET a = 1",
        "CREATE DATABASE d",
        "DROP DATABASE d",
        "CREATE TABLESPACE s LOCATION '/x'",
        "DROP TABLESPACE s",
        "ALTER TABLE t DETACH PARTITION p CONCURRENTLY",
    ] {
        assert!(
            refusal(&format!("{statement};")).is_some_and(|message| message.ends_with("cannot run in a transaction")),
            "{statement}"
        );
        let marked = format!("-- autogen:step no-transaction\n{statement};\n-- autogen:step transaction\nSELECT 1;");
        assert_eq!(refusal(&marked), None);
    }
    for fine in [
        "CREATE INDEX i ON t (a)",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "REINDEX TABLE t",
        "ALTER TABLE t DETACH PARTITION p",
        "CREATE INDEX i ON t (\"concurrently\")",
        "COPY t FROM '/x'",
        "SELECT * FROM stdin",
    ] {
        assert_eq!(refusal(&format!("{fine};")), None, "{fine}");
    }
    let error = Script::new("SELECT 1;\n VACUUM;").check(Path::new("r.sql")).unwrap_err();
    assert_eq!(error.place().unwrap().to_string(), "r.sql:2:2");
    assert!(error.hints()[0].contains("`-- autogen:step no-transaction`"));
}

#[test]
fn copy_cannot_use_standard_input() {
    for statement in ["COPY t (a, b) FROM STDIN", "copy t from stdin with (format csv)", "COPY (SELECT 1) TO STDOUT"] {
        assert_eq!(refusal(&format!("{statement};")).as_deref(), Some("COPY cannot use standard input or output here"));
    }
}
