//! What is refused, by name and at its place, and leaves everything as it was.

use super::{rows, with};
use crate::command::Project;
use crate::shows;

const BEFORE: &str =
    "enums: { priority: [low, high, urgent] }\ntables: { tasks: { columns: { id: bigint, priority: priority } } }\n";

/// What is said to these models in place of a revision.
fn said(project: &Project, models: &[&str]) -> String {
    let mut told = String::new();
    for model in models {
        project.write("schema/model.yaml", model);
        told.push_str(&project.refused(&["revision", "-m", "next"]));
        told.push('\n');
    }
    told
}

#[test]
fn what_cannot_be_is_said_at_its_place() {
    let project = with(BEFORE, "INSERT INTO tasks VALUES (1, 'urgent')");
    let long = |removed: &str| {
        BEFORE.replace("[low, high, urgent]", &format!("{{ values: [low, high], removed: {removed} }}"))
    };
    let too_long = format!("{{ {}: low }}", "x".repeat(64));
    let removed = [
        "{ low: high }",
        "{ urgent: hihg }",
        "{ urgent: soon, soon: high }",
        "{ urgent: soon, soon: null }",
        "{ urgent: soon, soon: urgent }",
        "{ urgent: urgent }",
        "{ urgent: high, urgent: low }",
        "[urgent]",
        "{ urgent: [high] }",
        "{ urgent: null }",
        &too_long,
    ];
    let models: Vec<String> = removed.into_iter().map(long).collect();
    shows!("enums__refused", said(&project, &models.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(rows(&project, "SELECT * FROM tasks"), ["1,urgent"]);
}

#[test]
fn a_default_of_a_removed_label_is_said_before_anything_runs() {
    let before = BEFORE.replace("priority: priority", "priority: { type: priority, default: \"'urgent'\" }");
    let project = with(&before, "INSERT INTO tasks VALUES (1, 'urgent')");
    let model = before.replace("[low, high, urgent]", "{ values: [low, high], removed: { urgent: high } }");
    shows!("enums__default_of_a_removed_label", said(&project, &[&model]));
}

#[test]
fn data_that_no_statement_can_carry_is_refused_by_name() {
    let partitioned = "tables:\n  tasks:\n    columns: { id: bigint, priority: priority }\n    partition_by: { list: [priority] }\n    \
        partitions: { tasks_low: \"IN ('low')\" }\n";
    let composite = "composites: { entry: { priority: priority, at: date } }\ntables: { tasks: { columns: { id: bigint, entry: entry? } } }\n";
    let range =
        "ranges: { span: { subtype: priority } }\ntables: { tasks: { columns: { id: bigint, span: span? } } }\n";
    let both = "tables: { tasks: { columns: { id: bigint, priority: priority } } }\n";
    let must = "domains: { must: { type: priority, not_null: true } }\ntables: { tasks: { columns: { id: bigint, priority: must? } } }\n";
    let mut told = String::new();
    for (tables, rows, removed) in [
        (partitioned, "(1, 'low')", "high"),
        (composite, "(1, '(low,)')", "high"),
        (range, "(1, '[low,high]')", "high"),
        (must, "(1, 'low')", "null"),
    ] {
        let project = with(
            &format!("enums: {{ priority: [low, high, urgent] }}\n{tables}"),
            &format!("INSERT INTO tasks VALUES {rows}"),
        );
        let model =
            format!("enums: {{ priority: {{ values: [low, high], removed: {{ urgent: {removed} }} }} }}\n{tables}");
        told.push_str(&said(&project, &[&model]));
    }
    let project =
        with(&format!("enums: {{ priority: [low, high, urgent] }}\n{both}"), "INSERT INTO tasks VALUES (1, 'low')");
    let model = format!(
        "enums: {{ priority: [high, low] }}\n{}",
        both.replace("priority: priority", "priority: { type: 'priority[]', using: 'array[priority]' }")
    );
    told.push_str(&said(&project, &[&model]));
    shows!("enums__not_carried", told);
}
