//! Do the rows that are there get their values before a column must have one?
//!
//! Rows first, then the change, then a look at every value; down again, and what a database has that was made as it is wanted.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/filled.rs"]
mod filled;
#[path = "support/server.rs"]
mod server;

use command::Project;
use filled::{copying, equals_a_direct_build, text};

const TASKS: &str = "tables:\n  tasks:\n    columns:\n      id: bigint\n      title: text?\n      made: { type: date, default: current_date }\n    primary_key: [id]\n";
const ROWS: &str = "INSERT INTO tasks SELECT n, nullif('task ' || n, 'task 7'), '2026-01-01'::date + n FROM generate_series(1, 50) AS n";

/// The table with rows; then its columns are these too.
fn project(settings: &str, more: &str) -> Project {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    project.revision("tasks");
    project.done(&["upgrade", "head"]);
    project.sql(ROWS);
    project.write("autogen.yaml", settings);
    project.write("schema/tasks.yaml", with(more));
    project
}

fn with(more: &str) -> String {
    TASKS.replace("    primary_key", &format!("{more}    primary_key"))
}

#[test]
fn a_new_column_is_filled_from_the_row_and_then_must_have_a_value() {
    let due = "      due: { type: date, backfill: \"made + 7\", index: true, check: due > made }\n";
    let project = project("", due);
    let written = project.read(&project.revision("due"));
    shows!("backfill__new_column", project.masked(&written));
    project.done(&["upgrade", "head"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE due = made + 7"), "50");
    equals_a_direct_build(&project);
    project.done(&["downgrade", "--", "-1"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks"), "50");
    project.done(&["upgrade", "head"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE due = made + 7"), "50");
    // and once it is so, what fills it says nothing
    assert!(project.done(&["-q", "revision", "-m", "nothing"]).is_empty());
    project.sql("INSERT INTO tasks VALUES (51, 'x', '2026-01-01', '2026-02-02')");
    project.done(&["check"]);
}

#[test]
fn a_default_is_of_the_rows_to_come() {
    let project = project("", "      state: { type: text, default: \"'new'\", backfill: \"'old'\" }\n");
    project.revision("state");
    project.done(&["upgrade", "head"]);
    project.sql("INSERT INTO tasks (id) VALUES (51)");
    assert_eq!(
        text(&project, "SELECT string_agg(DISTINCT state, ',' ORDER BY state) FROM tasks WHERE id <= 50"),
        "old"
    );
    assert_eq!(text(&project, "SELECT state FROM tasks WHERE id = 51"), "new");
    equals_a_direct_build(&project);
}

#[test]
fn nulls_of_a_column_are_filled_before_it_is_not_null() {
    for (settings, proof) in [("", false), ("constraints: { online: true }\n", true)] {
        let project = project(settings, "");
        project.write(
            "schema/tasks.yaml",
            TASKS.replace("title: text?", "title: { type: text, backfill: \"'no ' || id\" }"),
        );
        let written = project.read(&project.revision("title"));
        assert_eq!(written.contains("VALIDATE CONSTRAINT tasks_title_proof"), proof, "{written}");
        assert!(written.contains("one way: the values that the backfill gave public.tasks.title stay"), "{written}");
        project.done(&["upgrade", "head"]);
        assert_eq!(text(&project, "SELECT title FROM tasks WHERE id = 7"), "no 7");
        assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE title = 'task ' || id"), "49");
        equals_a_direct_build(&project);
        project.done(&["downgrade", "--", "-1"]);
        assert_eq!(text(&project, "SELECT title FROM tasks WHERE id = 7"), "no 7");
        project.sql("INSERT INTO tasks (id) VALUES (51)");
        project.done(&["upgrade", "head"]);
        assert_eq!(text(&project, "SELECT title FROM tasks WHERE id = 51"), "no 51");
    }
}

#[test]
fn what_the_values_come_from_goes_after_they_have_come() {
    let more = "      label: { type: text, unique: true, backfill: \"lower(coalesce(title, 'none'))\" }\n      rank: { type: integer, backfill: char_length(label) }\n";
    let project = project("indexes: { concurrently: true }\n", more);
    project.write("schema/tasks.yaml", with(more).replace("      title: text?\n", ""));
    project.revision("label");
    project.done(&["upgrade", "head"]);
    assert_eq!(text(&project, "SELECT label || ' ' || rank FROM tasks WHERE id = 12"), "task 12 7");
    assert_eq!(text(&project, "SELECT label || ' ' || rank FROM tasks WHERE id = 7"), "none 4");
    equals_a_direct_build(&project);
}

#[test]
fn values_come_through_what_the_same_revision_makes() {
    let more = "      owner: { type: bigint, references: users.id, backfill: first_user() }\n";
    let project = project("", more);
    project.write(
        "schema/users.yaml",
        "tables:\n  users:\n    columns: { id: bigint }\n    primary_key: [id]\nfunctions:\n  first_user(): { returns: bigint, language: sql, body: \"INSERT INTO users VALUES (3) ON CONFLICT (id) DO UPDATE SET id = 3 RETURNING id\" }\n",
    );
    project.revision("owner");
    project.done(&["upgrade", "head"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks JOIN users ON users.id = owner"), "50");
    project.done(&["check"]);
}

#[test]
fn all_at_once_is_one_transaction() {
    let project =
        project("", "      due: { type: date, backfill: { value: \"made + id::int / (50 - id)::int\", batch: 0 } }\n");
    let written = project.read(&project.revision("due"));
    assert!(!written.contains("autogen:step"), "{written}");
    // the last row divides by zero, and nothing of it is kept
    let told = project.refused(&["upgrade", "head"]);
    assert!(told.contains("backfill_column public.tasks.due") && told.contains("division by zero"), "{told}");
    project.sql("DELETE FROM tasks WHERE id = 50");
    project.done(&["upgrade", "head"]);
    assert_eq!(text(&project, "SELECT due FROM tasks WHERE id = 40"), "2026-02-14");
}

#[test]
fn a_column_that_may_be_null_is_filled_when_it_comes_and_never_again() {
    let project = project("", "      note: { type: text?, backfill: { value: title, batch: 10, pause: 1ms } }\n");
    project.revision("note");
    project.done(&["upgrade", "head"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE note IS NOT DISTINCT FROM title"), "50");
    project.sql("INSERT INTO tasks (id, title) VALUES (51, 'x')");
    project.done(&["check"]);
}

#[test]
fn a_row_without_a_value_stops_it_where_it_can_be_gone_on_from() {
    let project = project("", "      label: { type: text, backfill: title }\n");
    project.revision("label");
    let told = project.told(&project.run(&["upgrade", "head"]));
    assert!(told.starts_with("exit 2"), "{told}");
    assert!(
        told.contains("backfill_column public.tasks.label") && told.contains("let SET give each row a value"),
        "{told}"
    );
    project.sql("UPDATE tasks SET title = 'seven' WHERE id = 7");
    project.done(&["upgrade", "head"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE label = title"), "50");
    project.done(&["check"]);
}

#[test]
fn without_a_backfill_the_file_says_that_rows_stop_it_and_they_do() {
    let project = project("", "      due: date\n");
    let written = project.read(&project.revision("due"));
    assert!(written.contains("any row in public.tasks stops it") && written.contains("a `backfill:`"), "{written}");
    let told = project.refused(&["upgrade", "head"]);
    assert!(told.contains("SQLSTATE 23502"), "{told}");
    assert_eq!(text(&project, "SELECT count(*) FROM tasks"), "50");
}

#[test]
fn a_backfill_that_is_killed_goes_on_where_it_was() {
    let project = project("", "      due: { type: date, backfill: { value: \"made + 7\", batch: 20, pause: 20ms } }\n");
    project.sql("INSERT INTO tasks (id) SELECT n FROM generate_series(51, 2000) AS n");
    project.revision("due");
    let filled = "SELECT count(*) FROM tasks WHERE due IS NOT NULL";
    let mut child = copying(&project, &["upgrade"], filled);
    child.kill().unwrap();
    child.wait().unwrap();
    let before: i64 = text(&project, filled).parse().unwrap();
    assert!(before < 2000, "{before}");
    // whoever writes meanwhile is filled too
    project.sql("INSERT INTO tasks (id) VALUES (2001)");
    project.done(&["upgrade"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE due = made + 7"), "2001");
    equals_a_direct_build(&project);
}

#[test]
fn a_script_fills_the_same_rows() {
    let project = project("", "      due: { type: date, backfill: { value: \"made + 7\", batch: 20 } }\n");
    project.revision("due");
    let script = project.done(&["upgrade", "head", "--sql"]);
    let file = project.folder.join("script.sql");
    std::fs::write(&file, &script).unwrap();
    let Some(ran) = server::run_file(&project.database, &file) else { return };
    ran.unwrap();
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE due = made + 7"), "50");
    project.done(&["check"]);
}

#[test]
fn partitions_and_tables_that_inherit_are_filled_with_their_table() {
    let all = |column: &str| {
        format!(
            "tables:\n  logs:\n    columns:\n      id: bigint\n      at: date\n{column}    partition_by: {{ range: [at] }}\n    partitions:\n      logs_a: FROM ('2026-01-01') TO ('2026-02-01')\n      logs_rest: DEFAULT\n  base:\n    columns:\n      id: bigint\n{column}  child:\n    inherits: [base]\n    columns: {{ more: text? }}\n"
        )
    };
    for settings in ["", "constraints: { online: true }\n"] {
        let project = Project::with(&[("schema/tasks.yaml", &all("")), ("autogen.yaml", settings)]);
        project.revision("logs");
        project.done(&["upgrade", "head"]);
        project.sql("INSERT INTO logs SELECT n, '2026-01-01'::date + n FROM generate_series(1, 100) AS n; INSERT INTO base SELECT n FROM generate_series(1, 30) AS n; INSERT INTO child SELECT n FROM generate_series(1, 30) AS n");
        project
            .write("schema/tasks.yaml", all("      twice: { type: bigint, backfill: { value: id * 2, batch: 7 } }\n"));
        project.revision("twice");
        project.done(&["upgrade", "head"]);
        assert_eq!(text(&project, "SELECT count(*) FROM logs WHERE twice = id * 2"), "100");
        assert_eq!(text(&project, "SELECT count(*) FROM base WHERE twice = id * 2"), "60");
        project.done(&["check"]);
        project.done(&["downgrade", "--", "-1"]);
        project.done(&["upgrade", "head"]);
        project.done(&["check"]);
    }
}

#[test]
fn what_cannot_be_filled_is_refused_at_its_place() {
    for (name, column) in [
        ("generated", "g: { type: text, generated: lower(title), backfill: \"'x'\" }"),
        ("identity", "g: { type: bigint, identity: always, backfill: \"1\" }"),
        ("serial", "g: { type: serial, backfill: \"1\" }"),
        ("expression", "g: { type: bigint, backfill: \"1; DROP TABLE tasks\" }"),
        ("pause", "g: { type: bigint, backfill: { value: \"1\", pause: soon } }"),
        ("pause_of_nothing", "g: { type: bigint, backfill: { value: \"1\", batch: 0, pause: 1s } }"),
        ("no_value", "g: { type: bigint, backfill: { batch: 0 } }"),
    ] {
        let project = Project::with(&[("schema/tasks.yaml", &with(&format!("      {column}\n")))]);
        shows!(format!("backfill__refused_{name}"), project.refused(&["revision", "-m", "x"]));
    }
}
