//! Does a person who comes from Alembic find what the README promises?
//!
//! The commands of every row that says "same" are run, and the rest of its errors are told as stories.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::process::{Command, Stdio};

use command::{Project, TASKS};

const README: &str = include_str!("../README.md");

/// The rows of the table: what Alembic has, what is here, and how the two compare.
fn rows() -> Vec<[&'static str; 3]> {
    let start = README.find("\n## Coming from Alembic\n").expect("the section");
    let section = &README[start + 1..];
    let section = &section[..section[3..].find("\n## ").map_or(section.len(), |end| end + 3)];
    let rows = section.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Alembic"));
    rows.map(|line| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        <[&str; 3]>::try_from(&cells[1..cells.len() - 1]).unwrap_or_else(|_| panic!("not three cells: {line}"))
    })
    .collect()
}

/// `aaa1` and `aaa2`, of which the first is applied, and an applied model; branched: `bbb1` with the label feat on `aaa1` too.
fn project(branched: bool) -> Project {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    project.done(&["revision", "-m", "tasks", "--rev-id", "aaa1"]);
    project.done(&["upgrade"]);
    project.done(&["revision", "--empty", "-m", "two", "--rev-id", "aaa2"]);
    if branched {
        let args = ["revision", "--empty", "-m", "three", "--rev-id", "bbb1", "--head", "aaa1", "--splice"];
        project.done(&[&args[..], &["--branch-label", "feat"]].concat());
    }
    project
}

fn shell(project: &Project, line: &str) -> std::process::Output {
    let program = project.command(&[]);
    let mut shell = Command::new("sh");
    let bin = std::path::Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    shell.arg("-c").arg(line).current_dir(&project.folder).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell.env("PATH", path).output().unwrap()
}

#[test]
fn what_is_the_same_works_as_it_stands_in_the_table() {
    let mut ran = 0;
    for [alembic, here, verdict] in rows() {
        let known = ["same", "different", "absent"].iter().any(|word| verdict.starts_with(word));
        assert!(known && (verdict == "same" || verdict.len() > 10), "{alembic}: {verdict}");
        if !verdict.starts_with("same") || verdict.contains("no command") {
            continue;
        }
        let line = here.trim_matches('`');
        assert!(line.contains("autogen "), "{alembic} says same and shows no command");
        let branched = ["feat", "heads", "merge", "branches"].iter().any(|word| line.contains(word));
        let project = project(branched);
        // a drift that revision can write, where it is at head
        if line.contains("revision") && !line.contains("--empty") {
            project.done(&["upgrade", "heads"]);
            project.write("schema/tasks.yaml", TASKS.replace("title: text\n", "title: text\n      note: text?\n"));
        }
        // something to go down from
        if line.contains("downgrade -1") {
            project.done(&["upgrade", "head"]);
        }
        let output = shell(&project, line);
        assert!(output.status.success(), "{line}\n{}", project.told(&output));
        ran += 1;
    }
    assert!(ran > 35, "only {ran} rows say same");
}
