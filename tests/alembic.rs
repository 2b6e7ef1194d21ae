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

/// Runs the commands one after the other, and holds what each of them said.
fn story(name: &str, project: &Project, commands: &[&[&str]]) {
    let mut told = String::new();
    for args in commands {
        let said = project.told(&project.run(args));
        told.push_str(&format!("$ autogen {}\n{}\n", args.join(" "), said.trim_end()));
    }
    let steady = |line: &str| match line.trim_start() {
        text if text.contains(", applied 20") || text.starts_with("Created: ") => None,
        _ => Some(format!("{line}\n")),
    };
    // names of files with letters of other scripts are not masked word by word
    let dated = |line: &str| match line.strip_prefix("revisions/2") {
        Some(rest) => format!("revisions/[time]{}\n", &rest["0261129_1530".len()..]),
        None => format!("{line}\n"),
    };
    let told: String = told.lines().filter_map(steady).map(|line| dated(line.trim_end())).collect();
    shows!(format!("alembic__{name}"), told);
}

#[test]
fn names_of_revisions_that_mean_nothing_or_too_much() {
    let project = project(true);
    story(
        "names",
        &project,
        &[
            &["show", "a"],
            &["show", "zzz"],
            &["show", "aaa3"],
            &["upgrade", "head"],
            &["upgrade", "+1"],
            &["upgrade", "-1"],
            &["upgrade", "aaa1+5"],
            &["upgrade", "aaa1:aaa2"],
            &["stamp", "aaa1:aaa2"],
            &["upgrade", "base"],
            &["upgrade", "other@head"],
            &["upgrade", "feat@aaa2"],
            &["upgrade", "@head"],
            &["upgrade", ""],
            &["downgrade", "head"],
            &["downgrade", "heads"],
            &["downgrade", "aaa2"],
            &["downgrade", "feat@-1"],
            &["downgrade", "base", "--sql"],
            &["history", "-r", "aaa1"],
            &["history", "-r", "aaa2:aaa1"],
            &["history", "-r", ":current"],
            &["history", "-r", "current:+1"],
            &["history", "-r", "-1:"],
        ],
    );
}

#[test]
fn steps_from_several_heads_and_from_the_base() {
    let project = project(true);
    story(
        "steps",
        &project,
        &[
            &["upgrade", "heads"],
            &["downgrade", "-1"],
            &["downgrade", "feat@-1"],
            &["current"],
            &["upgrade", "feat@+1"],
            &["downgrade", "feat@base"],
            &["current"],
            &["downgrade", "-1"],
            &["upgrade", "+2"],
            &["upgrade", "aaa2"],
        ],
    );
}

#[test]
fn what_depends_on_another_comes_after_it_and_goes_before_it() {
    let project = project(true);
    project.done(&[
        "revision",
        "--empty",
        "-m",
        "needs two",
        "--rev-id",
        "ccc1",
        "--head",
        "base",
        "--depends-on",
        "aaa2",
    ]);
    story(
        "dependencies",
        &project,
        &[
            &["heads"],
            &["heads", "--resolve-dependencies"],
            &["upgrade", "ccc1"],
            &["current"],
            &["current", "--check-heads"],
            &["downgrade", "aaa1"],
            &["current"],
            &["stamp", "ccc1", "feat"],
            &["current"],
            &["stamp", "base"],
            &["stamp", "aaa1", "aaa2"],
            &["current"],
            &["stamp", "heads"],
            &["current"],
        ],
    );
}

#[test]
fn a_lost_file_breaks_only_what_depends_on_it() {
    let project = project(true);
    let file = project.files().into_keys().find(|path| path.to_string_lossy().contains("aaa2")).unwrap();
    project.done(&["revision", "--empty", "-m", "on two", "--rev-id", "aaa3", "--head", "aaa2"]);
    std::fs::remove_file(file).unwrap();
    story(
        "lost",
        &project,
        &[
            &["heads"],
            &["history"],
            &["branches"],
            &["current"],
            &["show", "bbb1"],
            &["show", "aaa3"],
            &["upgrade", "heads"],
            &["upgrade", "aaa3"],
            &["upgrade", "feat"],
            &["downgrade", "aaa1"],
            &["check"],
        ],
    );
}

#[test]
fn file_names_keep_letters_of_any_script() {
    let project = project(false);
    project.done(&["upgrade"]);
    story(
        "slugs",
        &project,
        &[
            &["revision", "--empty", "-m", "Créate Tàble: foo/bar!", "--rev-id", "s1"],
            &["revision", "--empty", "-m", "添加 列 🙂 ../../etc/passwd", "--rev-id", "s2"],
            &["revision", "--empty", "-m", "this message is long and most certainly does not fit", "--rev-id", "s3"],
            &["revision", "--empty", "-m", "  ", "--rev-id", "s4"],
            &["history"],
        ],
    );
}
