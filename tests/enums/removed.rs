//! Labels that go, and what rows get in their place.

use super::{labels, revised, rows, with};
use crate::shows;

const BEFORE: &str = "enums: { priority: [low, soon, high, urgent] }
tables:
  tasks:
    columns:
      id: bigint
      priority: { type: priority, default: \"'urgent'\" }
      was: priority?
      seen: priority[]?
    primary_key: [id]
    indexes: { idx_high: { columns: [id], where: priority = 'high' } }
";
const SEED: &str = "INSERT INTO tasks VALUES (1, 'urgent', 'soon', '{urgent,soon,NULL}'), (2, 'low', NULL, NULL), (3, DEFAULT, 'high', '{{high,urgent},{low,soon}}')";
const ALL: &str = "SELECT * FROM tasks ORDER BY id";

/// The model with another enum, and another default.
fn after(long: &str, default: &str) -> String {
    BEFORE.replace("[low, soon, high, urgent]", long).replace("'urgent'", default)
}

#[test]
fn rows_get_what_the_model_says_and_keep_it_on_the_way_back() {
    let project = with(BEFORE, SEED);
    let model = after("{ values: [low, high], removed: { urgent: high, soon: low } }", "'high'");
    shows!("enums__removed", revised(&project, &model));
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    let mapped = ["1,high,low,\"{high,low,NULL}\"", "2,low,,", "3,high,high,\"{{high,high},{low,low}}\""];
    assert_eq!(rows(&project, ALL), mapped);
    project.sql("INSERT INTO tasks (id) VALUES (4)");
    assert_eq!(rows(&project, "SELECT priority FROM tasks WHERE id = 4"), ["high"]);
    project.sql("DELETE FROM tasks WHERE id = 4");
    project.done(&["downgrade", "-1"]);
    assert_eq!(labels(&project, "priority"), "low,soon,high,urgent");
    assert_eq!(rows(&project, ALL), mapped);
    project.sql("INSERT INTO tasks (id) VALUES (4)");
    assert_eq!(rows(&project, "SELECT priority FROM tasks WHERE id = 4"), ["urgent"]);
    project.done(&["upgrade", "head"]);
    assert_eq!(rows(&project, "SELECT priority FROM tasks WHERE id = 4"), ["high"]);
}

#[test]
fn what_is_said_of_a_label_means_nothing_once_it_is_gone() {
    let project = with(BEFORE, SEED);
    let removed = "{ values: [low, high], removed: { urgent: high, soon: low } }";
    revised(&project, &after(removed, "'high'"));
    project.done(&["upgrade", "head"]);
    // a later change says nothing of it, on either way
    let text = revised(&project, &after(&removed.replace("high]", "high, highest]"), "'high'"));
    assert!(text.contains("ADD VALUE 'highest'") && !text.contains("urgent") && !text.contains("one way"), "{text}");
    project.done(&["upgrade", "head"]);
    project.done(&["downgrade", "-1"]);
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    // nor in a database that never had it
    let fresh = with(&after(removed, "'high'"), "INSERT INTO tasks VALUES (1, 'low')");
    fresh.done(&["check"]);
    assert_eq!(rows(&fresh, "SELECT id, priority FROM tasks"), ["1,low"]);
}

#[test]
fn without_a_word_rows_that_hold_the_label_stop_it_and_nothing_is_done() {
    let project = with(BEFORE, SEED);
    let text = revised(&project, &after("[low, soon, high]", "'high'"));
    assert!(text.contains("-- may fail: rows that hold 'urgent' stop it: change them first\n"), "{text}");
    let refused = project.refused(&["upgrade", "head"]);
    assert!(refused.contains("exit 2") && refused.contains("\"urgent\""), "{refused}");
    let seeded = ["1,urgent,soon,\"{urgent,soon,NULL}\"", "2,low,,", "3,urgent,high,\"{{high,urgent},{low,soon}}\""];
    assert_eq!(rows(&project, ALL), seeded);
    project.sql(
        "UPDATE tasks SET priority = 'high', seen = array_replace(seen, 'urgent', 'low') WHERE priority = 'urgent'",
    );
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    let changed = ["1,high,soon,\"{low,soon,NULL}\"", "2,low,,", "3,high,high,\"{{high,low},{low,soon}}\""];
    assert_eq!(rows(&project, ALL), changed);
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, ALL), changed);
}

#[test]
fn a_new_label_in_the_place_of_one_is_found_again_on_the_way_back() {
    let project = with(BEFORE, SEED);
    let before = rows(&project, ALL);
    let model = after("{ values: [critical, low, soon, high], removed: { urgent: critical } }", "'critical'");
    let text = revised(&project, &model);
    assert!(
        !text.contains("one way") && text.contains("-- rewrites: rows that hold 'critical' get 'urgent'\n"),
        "{text}"
    );
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    let there: Vec<String> = before.iter().map(|row| row.replace("urgent", "critical")).collect();
    assert_eq!(rows(&project, ALL), there);
    assert_eq!(rows(&project, "SELECT id FROM tasks ORDER BY priority, id"), ["1", "3", "2"]);
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, ALL), before);
    assert_eq!(labels(&project, "priority"), "low,soon,high,urgent");
}

#[test]
fn two_labels_in_whose_place_one_new_one_comes_are_not_guessed_apart() {
    let project = with(BEFORE, SEED);
    let model = after("{ values: [low, high, now], removed: { urgent: now, soon: now } }", "'now'");
    let text = revised(&project, &model);
    assert!(
        text.contains("rows that hold 'now' stop it") && text.contains("rows that got 'now' for 'soon' keep it"),
        "{text}"
    );
    project.done(&["upgrade", "head"]);
    assert_eq!(
        rows(&project, "SELECT id, priority, was FROM tasks ORDER BY id"),
        ["1,now,now", "2,low,", "3,now,high"]
    );
    project.refused(&["downgrade", "-1"]);
    project.sql("UPDATE tasks SET priority = 'high', was = 'high', seen = NULL");
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, "SELECT id, priority FROM tasks ORDER BY id"), ["1,high", "2,high", "3,high"]);
}

#[test]
fn a_label_may_leave_null_where_null_is_taken() {
    let nullable = |model: &str| model.replace("priority: { type", "priority: { nullable: true, type");
    let project = with(&nullable(BEFORE), SEED);
    let text =
        revised(&project, &nullable(&after("{ values: [low, high, urgent], removed: { soon: null } }", "'urgent'")));
    assert!(text.contains("-- LOSES DATA: 'soon': rows that hold it get null\n"), "{text}");
    project.done(&["upgrade", "head"]);
    let nulls = ["1,urgent,,\"{urgent,NULL,NULL}\"", "2,low,,", "3,urgent,high,\"{{high,urgent},{low,NULL}}\""];
    assert_eq!(rows(&project, ALL), nulls);
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, ALL), nulls);
}

#[test]
fn labels_change_their_order_and_change_it_back() {
    let project = with(BEFORE, SEED);
    let before = rows(&project, ALL);
    revised(&project, &after("[urgent, high, soon, low]", "'urgent'"));
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    assert_eq!(rows(&project, ALL), before);
    assert_eq!(rows(&project, "SELECT id FROM tasks ORDER BY priority, id"), ["1", "3", "2"]);
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, ALL), before);
    assert_eq!(rows(&project, "SELECT id FROM tasks ORDER BY priority, id"), ["2", "1", "3"]);
}

/// All of it in one revision: the one is removed, another comes, and the rest changes its order.
#[test]
fn removed_added_and_reordered_at_once() {
    let project = with(BEFORE, SEED);
    let model = after("{ values: [urgent, high, calm, low], removed: { soon: low } }", "'urgent'");
    let text = revised(&project, &model);
    assert!(text.contains("rows that hold 'calm' stop it"), "{text}");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    let there = ["1,urgent,low,\"{urgent,low,NULL}\"", "2,low,,", "3,urgent,high,\"{{high,urgent},{low,low}}\""];
    assert_eq!(rows(&project, ALL), there);
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, ALL), there);
    assert_eq!(labels(&project, "priority"), "low,soon,high,urgent");
}

/// What is removed is said with the names that there are once all renames have been made.
#[test]
fn a_type_and_a_label_are_renamed_as_another_label_is_removed() {
    let project = with(BEFORE, SEED);
    let long = "{ values: [low, soon, top], renamed: { high: top }, removed: { urgent: top }, renamed_from: priority }";
    let model = after(long, "'low'").replace("enums: { priority:", "enums: { rank:");
    let model = model.replace("type: priority", "type: rank").replace("priority?", "rank?");
    let model = model.replace("priority[]", "rank[]").replace("= 'high'", "= 'top'");
    let text = revised(&project, &model);
    assert!(text.contains("-- one way: rows that got 'high' for 'urgent' keep it"), "{text}");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    let there = ["1,top,soon,\"{top,soon,NULL}\"", "2,low,,", "3,top,top,\"{{top,top},{low,soon}}\""];
    assert_eq!(rows(&project, ALL), there);
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows(&project, ALL), there.map(|row| row.replace("top", "high")));
    assert_eq!(labels(&project, "priority"), "low,soon,high,urgent");
}
