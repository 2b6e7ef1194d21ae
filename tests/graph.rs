//! Does a graph of revisions do what people know from Alembic?
//!
//! Each test is a story told to the program, on files and a PostgreSQL; `snapshots/graph__*` holds what it said.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;

/// Runs the commands one after the other, and holds what each of them said.
fn story(name: &str, project: &Project, commands: &[&[&str]]) {
    let mut told = String::new();
    for args in commands {
        let said = project.told(&project.command(args).env("EDITOR", "cat").output().unwrap());
        told.push_str(&format!("$ autogen {}\n{}\n", args.join(" "), said.trim_end()));
    }
    let steady = |line: &str| match line.trim_start() {
        text if text.starts_with("applied [time] UTC") || text.starts_with("Created: ") => None,
        _ => Some(format!("{line}\n")),
    };
    let told: String = told.lines().filter_map(steady).collect();
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("graph__{name}"), told);
    });
}

/// `aaa1`, and on it `aaa2` and the branch `feat` with `bbb1`.
fn branched() -> Project {
    let project = Project::with(&[]);
    for args in [
        &["--rev-id", "aaa1", "-m", "one"][..],
        &["--rev-id", "aaa2", "-m", "two", "-m", "The reason why."],
        &["--rev-id", "bbb1", "-m", "three", "--head", "aaa1", "--splice", "--branch-label", "feat"],
    ] {
        project.done(&[&["revision", "--empty"], args].concat());
    }
    project
}

#[test]
fn branches_are_listed_drawn_and_merged() {
    story(
        "branches",
        &branched(),
        &[
            &["heads"],
            &["branches"],
            &["branches", "-v"],
            &["history"],
            &["history", "--graph"],
            &["history", "-r", "aaa1:feat@head"],
            &["revision", "--empty", "-m", "which head"],
            &["upgrade", "head"],
            &["upgrade", "heads"],
            &["current"],
            &["history", "-i", "-r", "aaa1:"],
            &["merge", "heads", "--rev-id", "ccc1"],
            &["heads"],
            &["history", "--graph"],
            &["current", "--check-heads"],
            &["upgrade", "head"],
            &["current", "--check-heads"],
            &["history", "-v", "-r", "bbb1:"],
            &["downgrade", "-1"],
            &["current"],
        ],
    );
}

#[test]
fn where_a_revision_stands_is_said() {
    let project = branched();
    project.write("message.txt", "from a file\r\n\r\nWith a reason.\n");
    story(
        "standing",
        &project,
        &[
            &["revision", "--empty", "-m", "on a parent that has a child", "--head", "aaa1"],
            &["revision", "--empty", "-m", "taken", "--head", "aaa2", "--rev-id", "aaa1"],
            &["revision", "--empty", "-m", "no id", "--head", "aaa2", "--rev-id", "a@b"],
            &["revision", "--empty", "-m", "taken", "--head", "aaa2", "--branch-label", "feat"],
            &["revision", "--empty", "-m", "up the branch", "--head", "feat@+1", "--rev-id", "bbb2"],
            &["revision", "--empty", "-m", "nowhere", "--head", "aaa2", "--depends-on", "zzz"],
            &[
                "revision",
                "--empty",
                "-m",
                "alone",
                "--head",
                "base",
                "--rev-id",
                "ccc1",
                "--depends-on",
                "aaa2",
                "--depends-on",
                "feat",
            ],
            &["revision", "--empty", "-F", "message.txt", "--head", "aaa2", "--rev-id", "ddd1"],
            &["revision", "--empty", "--head", "ddd1"],
            &["history"],
            &["heads", "--resolve-dependencies"],
            &["show", "ddd1"],
            &["upgrade", "ccc1"],
            &["current"],
            &["revision", "--autogenerate", "-m", "models", "--head", "feat@head"],
        ],
    );
}

#[test]
fn folders_of_revisions_are_chosen() {
    let project = Project::with(&[("autogen.yaml", "revisions: [revisions, more]\n")]);
    story(
        "folders",
        &project,
        &[
            &["revision", "--empty", "-m", "where to", "--rev-id", "aaa1"],
            &["revision", "--empty", "-m", "not there", "--rev-id", "aaa1", "--version-path", "schema"],
            &["revision", "--empty", "-m", "one", "--rev-id", "aaa1", "--version-path", "more"],
            &["revision", "--empty", "-m", "beside its parent", "--rev-id", "aaa2"],
            &["revision", "--empty", "-m", "two", "--rev-id", "bbb1", "--version-path", "revisions", "--head", "base"],
            &["history"],
        ],
    );
}

#[test]
fn a_stamp_leaves_other_branches_alone() {
    let project = branched();
    project.done(&["revision", "--empty", "-m", "alone", "--head", "base", "--rev-id", "ccc1"]);
    story(
        "stamps",
        &project,
        &[
            &["stamp", "aaa2", "ccc1"],
            &["current"],
            &["stamp", "bbb1"],
            &["current"],
            &["stamp", "aaa1"],
            &["current"],
            &["stamp", "--purge", "aaa2"],
            &["current"],
            &["stamp", "heads"],
            &["current"],
            &["stamp", "base"],
            &["current"],
            &["stamp"],
        ],
    );
}

#[test]
fn merges_and_edits_that_make_no_sense_are_refused() {
    let project = branched();
    story(
        "refusals",
        &project,
        &[
            &["merge", "aaa2"],
            &["merge", "aaa1", "bbb1"],
            &["merge", "bbb1", "feat"],
            &["merge", "aaa2", "nope"],
            &["edit", "aaa2"],
            &["edit", "base"],
            &["edit", "nope"],
            &["edit", "current"],
            &["history", "-r", "aaa1"],
            &["history", "-r", "aaa2:bbb1"],
            &["history", "--rev-range=-1:aaa2"],
            &["history", "--graph", "-v"],
        ],
    );
    let output = project.command(&["edit", "aaa2"]).env("EDITOR", "printf 'no sql' >").output().unwrap();
    let told = project.told(&output);
    assert!(told.contains("exit 2") && told.contains("this is no revision file"), "{told}");
}

#[test]
fn ensure_version_makes_the_bookkeeping_only() {
    let project = branched();
    story("ensure_version", &project, &[&["ensure-version"], &["ensure_version"], &["current"], &["upgrade", "aaa1"]]);
    let rows = project.database.client().query("SELECT id FROM autogen_revisions", &[]).unwrap();
    assert_eq!(rows.len(), 1);
}
