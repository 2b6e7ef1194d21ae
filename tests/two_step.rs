//! Does a column get another name while programs that use either name are at work?
//!
//! Rows first; then programs that know only the old name and programs that know only the new one write in between, and every value is looked
//! at, up and down. At the end the database is the one that was made as it is wanted.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/filled.rs"]
mod filled;
#[path = "support/server.rs"]
mod server;
#[path = "support/story.rs"]
mod story;

use command::Project;
use filled::{copying, cut, equals_a_direct_build, sorted, text};

const OLD: &str =
    "title: { type: text, default: \"'none'\", comment: said, index: true, unique: true, check: \"title <> ''\" }";
const NEW: &str = "name: { type: text, default: \"'none'\", comment: said, index: true, unique: true, check: \"name <> ''\", rename: { from: title, two_step: true, batch: 7 } }";
const ROWS: &str = "INSERT INTO tasks (id, title) SELECT n, 'task ' || n FROM generate_series(1, 50) AS n";

fn model(column: &str) -> String {
    format!(
        "tables:\n  tasks:\n    columns:\n      id: bigint\n      n: integer?\n      {column}\n    primary_key: [id]\n"
    )
}

/// A table with the old column, and a model with the new one.
fn begun(settings: &str, old: &str, rows: &str, new: &str) -> Project {
    filled::begun(settings, &model(old), rows, &model(new))
}

fn revised(project: &Project) -> [String; 2] {
    filled::revised(project, "name")
}

fn in_step(project: &Project, [old, new]: [&str; 2]) {
    let apart = format!("SELECT count(*) FROM tasks WHERE {old}::text IS DISTINCT FROM {new}::text");
    assert_eq!(text(project, &apart), "0");
}

#[test]
fn a_column_is_renamed_in_two_revisions_and_back() {
    let project = begun("", OLD, ROWS, NEW);
    let before = server::dump(&project.database);
    let [_, last] = revised(&project);
    let files: Vec<String> =
        project.files().keys().map(|path| path.display().to_string()).filter(|f| f.ends_with(".sql")).collect();
    let written = |part: &str| project.masked(&project.read(files.iter().find(|file| file.contains(part)).unwrap()));
    shows!("two_step__first", written("_name.sql"));
    shows!("two_step__last", written("_name_the_last_step.sql"));
    project.done(&["upgrade"]);
    in_step(&project, ["title", "name"]);
    let between = server::dump(&project.database);
    // by programs that know the old name, the new one, neither, and both
    project.sql("INSERT INTO tasks (id, title) VALUES (51, 'old'); INSERT INTO tasks (id, name) VALUES (52, 'new'); INSERT INTO tasks (id) VALUES (53); INSERT INTO tasks (id, title, name) VALUES (54, 'no', 'yes')");
    project.sql("UPDATE tasks SET title = 'old 1' WHERE id = 1; UPDATE tasks SET name = 'new 2' WHERE id = 2; UPDATE tasks SET title = 'no 3', name = 'yes 3' WHERE id = 3; UPDATE tasks SET n = 4 WHERE id = 4");
    let values = "SELECT string_agg(name, ',' ORDER BY id) FROM tasks WHERE id < 5 OR id > 50";
    let expected = "old 1,new 2,yes 3,task 4,old,new,none,yes";
    assert_eq!(text(&project, values), expected);
    in_step(&project, ["title", "name"]);
    project.done(&["upgrade", &last]);
    assert_eq!(text(&project, values), expected);
    equals_a_direct_build(&project);
    project.sql("INSERT INTO tasks (id, name) VALUES (60, 'after')");
    project.done(&["downgrade", "--", "-1"]);
    in_step(&project, ["title", "name"]);
    assert_eq!(text(&project, "SELECT title FROM tasks WHERE id = 60"), "after");
    project.sql(
        "INSERT INTO tasks (id, title) VALUES (61, 'old again'); UPDATE tasks SET name = 'new again' WHERE id = 1",
    );
    in_step(&project, ["title", "name"]);
    assert_eq!(sorted(server::dump(&project.database)), sorted(between));
    project.done(&["downgrade", "--", "-1"]);
    assert_eq!(
        text(&project, "SELECT string_agg(title, ',' ORDER BY id) FROM tasks WHERE id IN (1, 2, 60, 61)"),
        "new again,new 2,after,old again"
    );
    // the column stands behind the others now
    assert_eq!(sorted(server::dump(&project.database)), sorted(before));
    project.done(&["upgrade"]);
    project.done(&["upgrade", &last]);
    equals_a_direct_build(&project);
}

#[test]
fn what_waits_is_said_everywhere_and_runs_only_where_it_is_named() {
    let project = begun("", "title: text", ROWS, "name: { type: text, rename: { from: title, two_step: true } }");
    let [_, last] = revised(&project);
    let commands: &[&[&str]] = &[
        &["history"],
        &["heads"],
        &["upgrade", "head"],
        &["check"],
        &["check", "--format", "json"],
        &["diff"],
        &["upgrade", "heads"],
        &["upgrade", "+1"],
        &["current", "--check-heads"],
        &["revision", "-m", "nothing"],
    ];
    story::story("two_step__story", &project, commands);
    let status = |project: &Project| project.told(&project.run(&["status"]));
    let told = status(&project);
    assert!(
        told.starts_with("exit 0")
            && told.contains("1 waiting")
            && told.contains("until no program uses public.tasks.title"),
        "{told}"
    );
    let json: serde_json::Value = serde_json::from_str(&project.done(&["status", "--format", "json"])).unwrap();
    assert_eq!((&json["waiting"][0]["id"], &json["reason"]), (&last.as_str().into(), &"at head".into()));
    project.done(&["upgrade", &last]);
    project.done(&["check"]);
    let told = status(&project);
    assert!(told.starts_with("exit 0") && !told.contains("waiting"), "{told}");
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE name = 'task ' || id"), "50");
}

#[test]
fn nothing_runs_over_what_waits() {
    let project = begun("", "title: text", ROWS, "name: { type: text, rename: { from: title, two_step: true } }");
    let [first, last] = revised(&project);
    project.done(&["revision", "--empty", "-m", "on it", "--head", &last, "--rev-id", "aaa1"]);
    for target in [&["upgrade", "head"][..], &["upgrade", "aaa1"], &["upgrade", "--sql", "head"]] {
        let told = project.refused(target);
        assert!(told.contains("waits, and what is to run stands on it") && told.starts_with("exit 1"), "{told}");
    }
    project.done(&["upgrade", &first]);
    project.done(&["upgrade", &last[..6]]);
    project.done(&["upgrade", "head"]);
    assert!(project.done(&["current"]).contains("aaa1"));
}

#[test]
fn a_script_holds_what_waits_only_where_it_is_named() {
    let project = begun("", "title: text", ROWS, "name: { type: text, rename: { from: title, two_step: true } }");
    let [_, last] = revised(&project);
    let drop = "DROP COLUMN title";
    assert!(!project.done(&["upgrade", "--sql", "head"]).contains(drop));
    assert!(!project.done(&["upgrade", "--sql", "heads"]).contains(drop));
    let script = project.done(&["upgrade", "--sql", &format!("current:{last}")]);
    assert!(script.contains(drop));
    let file = project.folder.join("script.sql");
    std::fs::write(&file, &script).unwrap();
    let Some(ran) = server::run_file(&project.database, &file) else { return };
    ran.unwrap();
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE name = 'task ' || id"), "50");
    project.done(&["check"]);
}

#[test]
fn other_changes_go_on_while_one_waits() {
    let new = "name: { type: text, default: \"'x'\", rename: { from: title, two_step: true } }";
    let project = begun("", "title: { type: text, default: \"'x'\" }", ROWS, new);
    let [first, last] = revised(&project);
    project.done(&["upgrade"]);
    project.write("schema/tasks.yaml", model(new).replace("n: integer?", "n: bigint?"));
    let other = project.revision("other");
    let written = project.read(&other);
    assert!(written.contains(&format!("parents: {first}")) && !written.contains("title"), "{written}");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    project.done(&["upgrade", &last]);
    project.done(&["check"]);
    equals_a_direct_build(&project);
    // once it was let go, what comes is on it
    project.write("schema/tasks.yaml", model(new).replace("n: integer?", "n: smallint?"));
    project.done(&["merge", &last, other.split('_').nth(2).unwrap(), "--rev-id", "mmm1"]);
    project.done(&["upgrade", "head"]);
    project.revision("more");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
}

#[test]
fn a_last_step_whose_file_is_lost_is_written_again() {
    let project = begun("", OLD, ROWS, NEW);
    revised(&project);
    project.done(&["upgrade"]);
    let files = project.files();
    let lost = files.keys().find(|path| path.display().to_string().contains("last_step")).unwrap();
    std::fs::remove_file(lost).unwrap();
    let told = project.told(&project.run(&["check"]));
    assert!(told.starts_with("exit 1") && told.contains("drop_column public.tasks.title"), "{told}");
    project.revision("again");
    project.done(&["upgrade"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE name = 'task ' || id"), "50");
    equals_a_direct_build(&project);
}

#[test]
fn programs_write_while_values_are_copied_and_after_a_cut() {
    let new = "name: { type: text, rename: { from: title, two_step: true, batch: 20, pause: 20ms } }";
    let rows = "INSERT INTO tasks (id, title) SELECT n, 'task ' || n FROM generate_series(1, 1500) AS n";
    let project = begun("", "title: text", rows, new);
    let [_, last] = revised(&project);
    let written = "UPDATE tasks SET title = 'old' WHERE id IN (1, 1500); UPDATE tasks SET name = 'new' WHERE id IN (2, 1499); INSERT INTO tasks (id, title) VALUES (1501, 'old'); INSERT INTO tasks (id, name) VALUES (1502, 'new')";
    cut(&project, "SELECT count(*) FROM tasks WHERE name IS NOT NULL", written);
    project.done(&["upgrade"]);
    in_step(&project, ["title", "name"]);
    project.done(&["upgrade", &last]);
    let values = "SELECT string_agg(name, ',' ORDER BY id) FROM tasks WHERE id < 4 OR id > 1497";
    assert_eq!(text(&project, values), "old,new,task 3,task 1498,new,old,old,new");
    equals_a_direct_build(&project);
}

/// A row that has not been filled yet on the way back holds its value under the new name only.
#[test]
fn programs_that_write_something_else_on_the_way_back_lose_nothing() {
    let new = "name: { type: text?, rename: { from: title, two_step: true, batch: 20, pause: 20ms } }";
    let rows = "INSERT INTO tasks (id, title) SELECT n, 'task ' || n FROM generate_series(1, 1500) AS n";
    let project = begun("", "title: text?", rows, new);
    let [_, last] = revised(&project);
    project.done(&["upgrade"]);
    project.done(&["upgrade", &last]);
    let copied = "SELECT count(*) FROM tasks WHERE title IS NOT NULL";
    let mut child = copying(&project, &["downgrade", "--", "-1"], copied);
    project.sql("UPDATE tasks SET n = 1");
    assert!(child.wait().unwrap().success());
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE name = 'task ' || id AND title = name"), "1500");
}

#[test]
fn columns_of_every_sort_are_kept_in_step() {
    for (old, rows, new, [a, b], settings) in [
        (
            "a: json?",
            "INSERT INTO tasks (id, a) VALUES (1, '{}'), (2, NULL), (3, '[1]')",
            "b: { type: json?, rename: { from: a, two_step: true } }",
            ["a", "b"],
            "",
        ),
        (
            "a: integer",
            "INSERT INTO tasks (id, a) VALUES (1, 1), (2, 2), (3, 3)",
            "b: { type: bigint, index: true, rename: { from: a, two_step: true, batch: 0 } }",
            ["a", "b"],
            "",
        ),
        (
            "'the \"Old\"': \"text[]\"",
            "INSERT INTO tasks (id, \"the \"\"Old\"\"\") VALUES (1, '{}'), (2, '{a}'), (3, '{b}')",
            "'SELECT $$': { type: \"text[]\", rename: { from: 'the \"Old\"', two_step: true } }",
            ["\"the \"\"Old\"\"\"", "\"SELECT $$\""],
            "",
        ),
        (
            "a: { type: bigint, references: tasks.id, index: true }",
            "INSERT INTO tasks (id, a) VALUES (1, 1), (2, 1), (3, 2)",
            "b: { type: bigint, references: tasks.id, index: true, rename: { from: a, two_step: true } }",
            ["a", "b"],
            "indexes: { concurrently: true }\nconstraints: { online: true }\n",
        ),
    ] {
        let project = begun(settings, old, rows, new);
        let values = text(&project, &format!("SELECT array_agg({a}::text ORDER BY id) FROM tasks"));
        let [_, last] = revised(&project);
        project.done(&["upgrade"]);
        in_step(&project, [a, b]);
        project.sql(&format!("UPDATE tasks SET {a} = (SELECT {a} FROM tasks WHERE id = 3) WHERE id = 1; INSERT INTO tasks (id, {b}) SELECT 4, {a} FROM tasks WHERE id = 2"));
        in_step(&project, [a, b]);
        project.sql("DELETE FROM tasks WHERE id = 4");
        project.done(&["upgrade", &last]);
        equals_a_direct_build(&project);
        project.done(&["downgrade", "--", "-1"]);
        in_step(&project, [a, b]);
        project.done(&["check"]);
        project.done(&["downgrade", "--", "-1"]);
        let back = text(&project, &format!("SELECT array_agg({a}::text ORDER BY id) FROM tasks"));
        assert_eq!(back.split(',').skip(1).collect::<Vec<_>>(), values.split(',').skip(1).collect::<Vec<_>>());
    }
}

#[test]
fn a_database_that_has_only_the_new_name_is_in_step() {
    let project = Project::with(&[("schema/tasks.yaml", &model(NEW))]);
    project.revision("all");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    assert_eq!(project.done(&["-q", "revision", "-m", "nothing"]), "");
}

#[test]
fn what_cannot_be_renamed_in_two_steps_is_refused_by_name() {
    let rename = "rename: { from: title, two_step: true }";
    let simple = format!("name: {{ type: text, {rename} }}");
    let cases: [(&str, &str, String); 10] = [
        (
            "index_of_one_name",
            "title: { type: text, index: ix }",
            format!("name: {{ type: text, index: ix, {rename} }}"),
        ),
        ("generated", "title: { type: text, generated: \"'x' || n\" }", simple.clone()),
        ("identity", "title: { type: bigint, identity: always }", format!("name: {{ type: bigint, {rename} }}")),
        ("cast", "title: text", format!("name: {{ type: integer, {rename} }}")),
        ("both_declared", "title: text", format!("title: text\n      {simple}")),
        (
            "generated_from_it",
            "title: text\n      g: { type: text, generated: lower(title) }",
            format!("{simple}\n      g: {{ type: text, generated: lower(name) }}"),
        ),
        (
            "referred_to",
            "title: { type: bigint, unique: true }\n      up: { type: bigint?, references: tasks.title }",
            format!(
                "name: {{ type: bigint, unique: true, {rename} }}\n      up: {{ type: bigint?, references: tasks.name }}"
            ),
        ),
        ("backfill", "title: text", format!("name: {{ type: text, backfill: \"'x'\", {rename} }}")),
        ("renamed_from", "title: text", format!("name: {{ type: text, renamed_from: title, {rename} }}")),
        ("batch_of_nothing", "title: text", "name: { type: text, rename: { from: title, batch: 5 } }".to_owned()),
    ];
    for (name, old, new) in cases {
        let project = begun("", old, "", &new);
        shows!(format!("two_step__refused_{name}"), project.refused(&["revision", "-m", "x"]));
    }
}

#[test]
fn what_is_more_than_a_column_of_one_table_is_refused_by_name() {
    let two_step = "rename: { from: title, two_step: true }";
    for (name, before, after) in [
        (
            "primary_key",
            "tables:\n  t: { columns: { title: text }, primary_key: [title] }\n".to_owned(),
            format!("tables:\n  t: {{ columns: {{ name: {{ type: text, {two_step} }} }}, primary_key: [name] }}\n"),
        ),
        (
            "partitioned",
            "tables:\n  t: { columns: { id: bigint, title: text }, partition_by: { range: [id] } }\n".to_owned(),
            format!("tables:\n  t: {{ columns: {{ id: bigint, name: {{ type: text, {two_step} }} }}, partition_by: {{ range: [id] }} }}\n"),
        ),
        (
            "table_too",
            "tables:\n  t: { columns: { title: text } }\n".to_owned(),
            format!("tables:\n  u: {{ renamed_from: t, columns: {{ name: {{ type: text, {two_step} }} }} }}\n"),
        ),
        (
            "name_taken",
            "tables:\n  t: { columns: { title: text } }\nfunctions:\n  t_name_in_step(): { returns: integer, language: sql, body: SELECT 1 }\n".to_owned(),
            format!("tables:\n  t: {{ columns: {{ name: {{ type: text, {two_step} }} }} }}\nfunctions:\n  t_name_in_step(): {{ returns: integer, language: sql, body: SELECT 1 }}\n"),
        ),
    ] {
        let project = Project::with(&[("schema/t.yaml", &before)]);
        project.revision("before");
        project.done(&["upgrade"]);
        project.write("schema/t.yaml", after);
        shows!(format!("two_step__refused_{name}"), project.refused(&["revision", "-m", "x"]));
    }
    // two columns that nothing keeps in step
    let project = begun(
        "",
        "title: text",
        "ALTER TABLE tasks ADD COLUMN name text",
        "name: { type: text, rename: { from: title, two_step: true } }",
    );
    shows!("two_step__refused_both_there", project.refused(&["revision", "-m", "x"]));
}
