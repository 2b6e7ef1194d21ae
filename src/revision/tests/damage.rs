//! What a damaged file is answered with.

use super::*;

const GOOD: &str = "\
-- autogen revision 3f2a
-- message: m
-- parents: 1b2c
-- created: 2026-11-20 09:41:00+00:00
--
-- two lines

-- autogen:upgrade

SELECT 1;

\\quit
-- autogen:downgrade

SELECT 2;
";

/// The place and message that a good file gives once `from` is `to`, and its first hint.
fn broken(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    let error = read(&GOOD.replacen(from, to, 1)).expect_err(to);
    let place = error.place().map(ToString::to_string).unwrap_or_default();
    assert_eq!(error.code(), 2);
    assert!(!error.hints().is_empty(), "{error}");
    format!("{place}: {}", error.message())
}

#[test]
fn a_damaged_header_is_named_with_its_place() {
    for (from, to, expected) in [
        (
            "-- autogen revision 3f2a\n",
            "",
            "r.sql:1:1: this is no revision file: its first line is not `-- autogen revision <id>`",
        ),
        (GOOD, "", "r.sql:1:1: this is no revision file: its first line is not `-- autogen revision <id>`"),
        (" 3f2a", "", "r.sql:1:20: the revision has no id"),
        ("3f2a", "3f-2a", "r.sql:1:21: the revision id `3f-2a` holds '-'"),
        ("3f2a", "head", "r.sql:1:21: `head` has a meaning of its own and cannot be a revision id"),
        ("-- parents", "-- parent", "r.sql:3:4: the header has an unknown key `parent`"),
        ("-- created", "-- zzz", "r.sql:4:4: the header has an unknown key `zzz`"),
        ("-- parents: 1b2c\n", "-- free words\n", "r.sql:3:4: this header line is no `key: value`"),
        ("-- parents: 1b2c\n", "", "r.sql:1:1: the header has no `parents` line"),
        ("-- created: 2026-11-20 09:41:00+00:00\n", "", "r.sql:1:1: the header has no `created` line"),
        ("-- message: m\n", "", "r.sql:1:1: the header has no `message` line"),
        ("-- message: m\n", "-- message: m\n-- message: n\n", "r.sql:3:4: the header has two `message` lines"),
        ("1b2c", "1b2c,, x", "r.sql:3:18: a revision id is empty"),
        ("1b2c", "1b2c, a b", "r.sql:3:19: the revision id `a b` holds ' '"),
        ("-- two lines", "two lines", "r.sql:6:1: this line stands before the first section"),
        (
            "-- two lines",
            "-- two\rDROP TABLE t;",
            "r.sql:6:7: a carriage return ends the comment in the middle of this line",
        ),
    ] {
        assert_eq!(broken(from, to), expected);
    }
}

#[test]
fn damaged_sections_are_named_with_their_place() {
    let upgrade = "-- autogen:upgrade\n";
    for (from, to, expected) in [
        (upgrade, "", "r.sql:9:1: this line stands before the first section"),
        (upgrade, "-- autogen:downgrade\n", "r.sql:8:1: `-- autogen:downgrade` stands before `-- autogen:upgrade`"),
        (upgrade, "-- autogen:upgrade\n-- autogen:upgrade\n", "r.sql:9:1: a second `-- autogen:upgrade`"),
        (upgrade, "-- autogen:upgrde\n", "r.sql:8:1: unknown marker `-- autogen:upgrde`"),
        (upgrade, "-- autogen:step transaction\n-- autogen:upgrade\n", "r.sql:8:1: a step marker outside the sections"),
        (
            "-- autogen:downgrade\n",
            "",
            "r.sql:14:1: this stands between `\\quit` and `-- autogen:downgrade`, in no section",
        ),
        ("\\quit\n", "", "r.sql:12:1: there is no `\\quit` line above `-- autogen:downgrade`"),
        ("\\quit\n-- autogen:downgrade\n", "", "r.sql:14:1: there is no `-- autogen:downgrade` line"),
        (
            "\\quit\n",
            "\\quit\n-- lost\n",
            "r.sql:13:1: this stands between `\\quit` and `-- autogen:downgrade`, in no section",
        ),
        ("SELECT 2", "-- autogen:downgrade\nSELECT 2", "r.sql:15:1: a second `-- autogen:downgrade`"),
        ("SELECT 2", "\\quit\nSELECT 2", "r.sql:15:1: `\\quit` is a command of psql; the runner sends SQL only"),
        (
            "SELECT 1;",
            "SELECT 1;\n-- autogen:step no-transactions",
            "r.sql:11:1: unknown marker `-- autogen:step no-transactions`",
        ),
        (
            "SELECT 1;",
            "SELECT\n-- autogen:step transaction\n1;",
            "r.sql:11:1: this marker stands inside the statement that begins on line 10",
        ),
        ("SELECT 1;", "SELECT 1", "r.sql:10:1: this statement has no final `;`"),
        ("SELECT 2;", "é SELECT (2;", "r.sql:15:10: this bracket is never closed"),
        ("SELECT 1", "SELECT é'1", "r.sql:10:9: the string that begins here is never closed"),
        ("SELECT 1", "SELECT $a$1", "r.sql:10:8: the dollar-quoted string that begins here is never closed"),
        ("SELECT 1", "SELECT \"1", "r.sql:10:8: the quoted name that begins here is never closed"),
        ("SELECT 1", "SELECT /* /* */ 1", "r.sql:10:8: the comment that begins here is never closed"),
        ("SELECT 2;", "CREATE FUNCTION f() BEGIN ATOMIC SELECT 1;", "r.sql:15:21: this BEGIN ATOMIC has no END"),
        ("SELECT 1;", "\\set x 1\nSELECT 1;", "r.sql:10:1: `\\set` is a command of psql; the runner sends SQL only"),
        ("SELECT 1;", "SELECT 1 \\g", "r.sql:10:10: `\\g` is a command of psql; the runner sends SQL only"),
        ("SELECT 1;", "COPY t FROM STDIN;\nit's\n\\.", "r.sql:10:1: COPY cannot use standard input or output here"),
        ("SELECT 2;", "COPY t FROM STDIN;\n1\t2\n\\.\n", "r.sql:15:1: COPY cannot use standard input or output here"),
    ] {
        assert_eq!(broken(from, to), expected);
    }
}

#[test]
fn the_hint_says_what_to_write() {
    for (from, to, expected) in [
        ("-- parents", "-- parent", "did you mean `parents`?"),
        ("-- autogen:upgrade", "-- autogen:upgrad", "did you mean `-- autogen:upgrade`?"),
        ("\\quit\n", "", "put a line `\\quit` above it: without it `psql -f` would run the upgrade and then undo it"),
    ] {
        let error = read(&GOOD.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.hints(), [expected]);
    }
}

#[test]
fn the_line_is_shown_without_the_file() {
    let error = read(&GOOD.replace("SELECT 2", "SELECT '2")).unwrap_err();
    assert!(error.to_string().contains("15 | SELECT '2;"), "{error}");
}
