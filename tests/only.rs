//! Does a revision take a part of the changes, or one table of them?
//!
//! Stories on the program, files and a PostgreSQL; `snapshots/only__*` holds what it said.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;
#[path = "support/story.rs"]
mod story;

use command::Project;
use story::story;

const SHOP: &str = "enums: { priority: [low, high] }
tables:
  orgs: { columns: { id: bigint, name: text }, primary_key: [id], comment: who pays }
  users:
    columns: { id: bigint, org_id: { type: bigint, references: orgs }, p: priority }
    primary_key: [id]
  tasks:
    columns:
      id: bigint
      user_id: { type: bigint, references: users, index: true }
      p: { type: priority, default: \"'low'\" }
    primary_key: [id]
    unique: { uq: [p, user_id] }
  a: { columns: { id: bigint, b: bigint }, primary_key: [id], foreign_keys: { f: { columns: [b], references: b } } }
  b: { columns: { id: bigint, a: bigint }, primary_key: [id], foreign_keys: { f: { columns: [a], references: a } } }
views:
  v: { query: select id from tasks }
";

#[test]
fn a_part_takes_along_what_it_requires() {
    let project = Project::with(&[("schema/shop.yaml", SHOP)]);
    story(
        "only__parts",
        &project,
        &[
            &["revision", "-m", "none", "--only", "taskz"],
            &["revision", "-m", "none", "--only", "a..b"],
            &["revision", "-m", "none", "--only", "tasks", "--split"],
            &["revision", "-m", "tasks", "--only", "public.task?"],
            &["upgrade", "head"],
            &["revision", "-m", "keys", "--only", "foreign key *", "--only", "view"],
            &["upgrade", "head"],
            &["check"],
            &["downgrade", "base"],
        ],
    );
    assert!(project.catalog().is_empty(), "{:?}", project.catalog());
}

#[test]
fn what_stands_on_a_change_goes_with_it() {
    let project = Project::with(&[("schema/shop.yaml", SHOP)]);
    project.revision("all");
    project.done(&["upgrade", "head"]);
    let smaller =
        SHOP.replace("p: { type: priority, default: \"'low'\" }", "done: boolean").replace("[p, user_id]", "[user_id]");
    project.write("schema/shop.yaml", smaller.replace("name: text", "title: { type: text, renamed_from: name }"));
    story(
        "only__drops",
        &project,
        &[
            &["revision", "-m", "column", "--only", "column users.p"],
            &["revision", "-m", "column", "--only", "column tasks.p"],
            &["upgrade", "head"],
            &["revision", "-m", "rest", "--only", "*"],
            &["upgrade", "head"],
            &["check"],
            &["downgrade", "base"],
        ],
    );
}

#[test]
fn a_revision_for_each_table_runs_by_itself() {
    let project = Project::with(&[("schema/shop.yaml", SHOP), ("autogen.yaml", "revision_ids: sequence\n")]);
    story(
        "only__split",
        &project,
        &[&["revision", "-m", "first tables", "--split", "--branch-label", "shop"], &["history"], &["show", "shop"]],
    );
    // each leg there and back, one step at a time
    for step in ["+1"; 6] {
        project.done(&["upgrade", step]);
    }
    project.done(&["check"]);
    let full = project.catalog();
    for step in ["-1"; 6] {
        project.done(&["downgrade", step]);
    }
    assert!(project.catalog().is_empty(), "{:?}", project.catalog());
    project.done(&["upgrade", "head"]);
    assert_eq!(project.catalog(), full);
    project.write("schema/shop.yaml", "tables: { b: { columns: { id: bigint, a: text } } }\n");
    story(
        "only__split_drops",
        &project,
        &[
            &["revision", "-m", "gone", "--split"],
            &["revision", "-m", "gone", "--split", "--allow-drop-all"],
            &["upgrade", "head"],
            &["check"],
            &["downgrade", "shop"],
            &["revision", "-m", "gone", "--split", "--allow-drop-all"],
        ],
    );
}

#[test]
fn what_is_asked_of_the_way_holds_for_every_part() {
    let without = "tables:\n  a: { columns: { id: bigint, n: int } }\n  b: { columns: { id: bigint, n: int } }\n";
    let project = Project::with(&[("schema/m.yaml", without), ("autogen.yaml", "indexes: { concurrently: true }\n")]);
    project.revision("tables");
    project.done(&["upgrade", "head"]);
    project.write("schema/m.yaml", without.replace("} }", ", x: { type: int?, index: true } } }"));
    let paths = project.done(&["-q", "revision", "-m", "indexes", "--split"]);
    assert_eq!(paths.lines().count(), 2);
    for path in paths.lines() {
        assert!(project.read(path).contains("CREATE INDEX CONCURRENTLY"), "{}", project.read(path));
    }
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    project.done(&["downgrade", "base"]);
}
