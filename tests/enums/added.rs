//! Labels that are added, and used at once.

use super::{labels, revised, rows, with};

fn model(labels: &str, more: &str) -> String {
    format!(
        "enums: {{ level: [{labels}] }}\ntables:\n  t:\n    columns:\n      id: bigint\n      l: level\n      all_of: level[]?\n    \
         primary_key: [id]\n{more}"
    )
}

const SEED: &str = "INSERT INTO t VALUES (1, 'low', '{low,high}'), (2, 'high', NULL)";
const ROWS: [&str; 2] = ["1,low,\"{low,high}\"", "2,high,"];

#[test]
fn labels_are_added_at_any_place_and_go_again() {
    for place in [
        "first, low, high",
        "first, second, low, high",
        "low, middle, high",
        "low, middle, upper, high",
        "low, high, last",
        "first, low, middle, high, last, very last",
    ] {
        let project = with(&model("low, high", ""), SEED);
        let text = revised(&project, &model(place, ""));
        assert!(text.contains("ADD VALUE") && !text.contains("no-transaction"), "{text}");
        project.done(&["upgrade", "head"]);
        project.done(&["check"]);
        assert_eq!(labels(&project, "level"), place.replace(", ", ","));
        assert_eq!(rows(&project, "SELECT * FROM t ORDER BY id"), ROWS, "{place}");
        // they are in order for the server too, and the new ones can be held
        project.sql("INSERT INTO t SELECT 10 + row_number() OVER (), l FROM unnest(enum_range(null::level)) l");
        let sorted = rows(&project, "SELECT l FROM t WHERE id > 10 ORDER BY l");
        assert_eq!(sorted.join(", ").replace('"', ""), place);
        project.sql("DELETE FROM t WHERE id > 10");
        project.done(&["downgrade", "-1"]);
        assert_eq!(labels(&project, "level"), "low,high");
        assert_eq!(rows(&project, "SELECT * FROM t ORDER BY id"), ROWS, "{place}");
    }
}

#[test]
fn rows_that_hold_an_added_label_stop_the_way_back_and_are_left_as_they_are() {
    let project = with(&model("low, high", ""), SEED);
    let text = revised(&project, &model("low, middle, high", ""));
    assert!(text.contains("-- may fail: rows that hold 'middle' stop it: change them first\n"), "{text}");
    project.done(&["upgrade", "head"]);
    project.sql("INSERT INTO t VALUES (3, 'middle')");
    let refused = project.refused(&["downgrade", "-1"]);
    assert!(refused.contains("exit 2") && refused.contains("\"middle\""), "{refused}");
    assert_eq!(rows(&project, "SELECT id, l FROM t ORDER BY id"), ["1,low", "2,high", "3,middle"]);
    assert_eq!(labels(&project, "level"), "low,middle,high");
    project.sql("UPDATE t SET l = 'high' WHERE l = 'middle'");
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, "SELECT id, l FROM t ORDER BY id"), ["1,low", "2,high", "3,high"]);
}

/// PostgreSQL lets nobody use a label before it is committed.
#[test]
fn a_label_used_in_the_same_revision_is_committed_first() {
    let first = "views: { v: { query: select id from t where l = 'low' } }\n";
    let used = "    checks: { positive: \"l <> 'middle' or id > 0\" }
    indexes: { t_middle: { columns: [id], where: l = 'middle' } }
views: { v: { query: select id from t where l = 'middle' } }
materialized_views: { m: { query: \"select id, 'middle'::level as l from t\" } }
functions: { f(level): { returns: boolean, language: sql, body: \"select $1 = 'middle'\" } }
";
    let project = with(&model("low, high", first), SEED);
    let with_default =
        model("low, middle, high", used).replace("l: level\n", "l: { type: level, default: \"'middle'\" }\n");
    let text = revised(&project, &with_default);
    let (alone, together) =
        (text.find("autogen:step no-transaction").unwrap(), text.find("autogen:step transaction").unwrap());
    let added = text.find("ADD VALUE 'middle'").unwrap();
    assert!(alone < added && added < together, "{text}");
    assert_eq!(text.matches("autogen:step").count(), 2, "{text}");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    project.sql("INSERT INTO t (id) VALUES (3); REFRESH MATERIALIZED VIEW m");
    assert_eq!(rows(&project, "SELECT id, l FROM t ORDER BY id"), ["1,low", "2,high", "3,middle"]);
    assert_eq!(rows(&project, "SELECT * FROM v"), ["3"]);
    assert_eq!(rows(&project, "SELECT id FROM t WHERE f(l)"), ["3"]);
    project.sql("DELETE FROM t WHERE l = 'middle'");
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, "SELECT * FROM t ORDER BY id"), ROWS);
    assert_eq!(rows(&project, "SELECT * FROM v"), ["1"]);
    // and there again, as if nothing had been
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    assert_eq!(rows(&project, "SELECT * FROM t ORDER BY id"), ROWS);
}
