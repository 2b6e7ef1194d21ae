//! Do the recipes of the README work as they stand?
//!
//! The jobs are run step by step, with the database of a test in place of their own; `neonctl` is a stand-in that gives the
//! address of a second database.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::process::{Command, Output, Stdio};

use command::{Project, TASKS};
use serde_json::Value;

const README: &str = include_str!("../README.md");

fn section(heading: &str) -> &'static str {
    let start = README.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}"));
    let rest = &README[start + heading.len() + 2..];
    &rest[..rest.find("\n##").unwrap_or(rest.len())]
}

fn blocks(text: &'static str, language: &str) -> Vec<&'static str> {
    let opening = format!("```{language}\n");
    text.split(opening.as_str()).skip(1).map(|block| &block[..block.find("```").unwrap_or(block.len())]).collect()
}

/// A project with two revisions, of which the database has the first.
fn project() -> Project {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    project.revision("tasks");
    project.done(&["upgrade"]);
    project.write("schema/tasks.yaml", TASKS.replace("title: text\n", "title: text\n      note: text?\n"));
    project.revision("note");
    project
}

fn shell(project: &Project, script: &str, env: &BTreeMap<String, String>) -> Output {
    let program = project.command(&[]);
    let bin = std::path::Path::new(program.get_program()).parent().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", script]).current_dir(&project.folder).stdin(Stdio::null());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    let path = std::env::var("PATH").unwrap_or_default();
    shell.env("PATH", format!("{}:{}:{path}", project.folder.display(), bin.display()));
    shell.envs(env).output().unwrap()
}

/// The steps of a workflow and the variables of its job.
fn job(text: &str) -> (Vec<String>, BTreeMap<String, String>) {
    let workflow: Value = serde_yaml::from_str(text).unwrap_or_else(|cause| panic!("{cause}\n{text}"));
    let jobs = workflow["jobs"].as_object().expect("jobs");
    assert_eq!(jobs.len(), 1);
    let job = jobs.values().next().unwrap();
    let words = |value: &Value| value.as_str().map(str::to_owned);
    let steps = job["steps"].as_array().unwrap().iter().filter_map(|step| words(&step["run"])).collect();
    let env = job["env"].as_object().unwrap().iter();
    (steps, env.map(|(name, value)| (name.clone(), words(value).unwrap())).collect())
}

fn run_job(project: &Project, text: &str) {
    let (steps, mut env) = job(text);
    assert!(steps.len() > 2, "{text}");
    for (name, value) in &mut env {
        if name.starts_with("DATABASE_URL") {
            assert!(value.starts_with("postgresql://") || value.starts_with("${{ secrets."), "{value}");
            *value = project.database.url();
        }
    }
    for step in steps {
        let output = shell(project, &step, &env);
        assert!(output.status.success(), "{step}\n{}", project.told(&output));
    }
}

#[test]
fn the_check_on_pull_requests_passes_and_notices_drift() {
    let workflow = blocks(section("### A check on pull requests"), "yaml")[0];
    let project = project();
    run_job(&project, workflow);
    project.write("schema/more.yaml", "tables:\n  more:\n    columns:\n      id: bigint\n");
    let (_, env) = job(workflow);
    let env = env.into_keys().map(|name| (name, project.database.url())).collect();
    assert_eq!(shell(&project, "autogen check", &env).status.code(), Some(1));
}

#[test]
fn the_deployment_upgrades_and_checks() {
    let text = section("### Deploying from main");
    let [workflow, settings] = blocks(text, "yaml")[..] else { panic!("two blocks") };
    let project = project();
    project.write("autogen.yaml", settings);
    run_job(&project, workflow);
    assert!(project.done(&["current"]).contains("(head)"));
    shows_refusal(&project);
}

/// What protects production is in force.
fn shows_refusal(project: &Project) {
    let told = project.refused(&["--env", "production", "downgrade", "base"]);
    assert!(told.contains("the environment production is protected"), "{told}");
}

#[test]
fn the_gate_says_no_until_the_revisions_have_run() {
    let gate = blocks(section("### A gate before the application starts"), "sh")[0];
    let project = project();
    let env = BTreeMap::new();
    for line in gate.lines() {
        assert_eq!(shell(&project, line, &env).status.code(), Some(1), "{line}");
    }
    project.done(&["upgrade"]);
    for line in gate.lines() {
        assert_eq!(shell(&project, line, &env).status.code(), Some(0), "{line}");
    }
}

#[test]
fn the_rehearsal_leaves_the_real_database_alone() {
    let script = blocks(section("### A rehearsal on a Neon branch"), "sh")[0];
    let project = project();
    let branch = server::database();
    let neonctl = format!(
        "#!/bin/sh\necho \"$@\" >> neonctl.log\nif [ \"$1\" = connection-string ]; then echo '{}'; fi\n",
        branch.url()
    );
    project.write("neonctl", neonctl);
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(project.folder.join("neonctl"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = shell(&project, script, &BTreeMap::new());
    assert!(output.status.success(), "{}", project.told(&output));
    let log = project.read("neonctl.log");
    let calls: Vec<&str> = log.lines().map(|line| line.split(" rehearsal").next().unwrap()).collect();
    assert_eq!(calls, ["branches create --name", "connection-string", "branches delete"]);
    let there = branch.client().query("SELECT note FROM public.tasks", &[]);
    assert!(there.is_ok());
    assert!(!project.done(&["current"]).contains("(head)"));
}

#[test]
fn a_change_made_by_hand_becomes_a_revision() {
    let script = blocks(section("### A change made by hand that is to stay"), "sh")[0];
    let project = project();
    project.done(&["upgrade"]);
    let other = server::database();
    let there = project.command(&["upgrade"]).env("DATABASE_URL", other.url()).output().unwrap();
    assert!(there.status.success());
    project.sql("CREATE INDEX by_hand ON public.tasks (title)");
    let drift = project.run(&["check"]);
    assert!(
        drift.status.code() == Some(1) && project.told(&drift).contains("changed by hand"),
        "{}",
        project.told(&drift)
    );
    let model = project.read("schema/tasks.yaml");
    project.write("schema/tasks.yaml", format!("{model}    indexes:\n      by_hand: [title]\n"));
    let output = shell(&project, script, &BTreeMap::from([("OTHER_DATABASE".to_owned(), other.url())]));
    assert!(output.status.success(), "{}", project.told(&output));
    let there = project.command(&["upgrade"]).env("DATABASE_URL", other.url()).output().unwrap();
    assert!(there.status.success(), "{}", project.told(&there));
}

#[test]
fn every_command_of_the_checklist_works() {
    let text = section("### The production checklist");
    let commands =
        text.lines().filter(|line| line.starts_with("| ")).flat_map(|line| line.split('`').skip(1).step_by(2));
    let commands: Vec<&str> = commands.filter(|command| command.starts_with("autogen ")).collect();
    assert!(commands.len() >= 8, "{commands:?}");
    for command in commands {
        let project = project();
        let pending =
            ["autogen status", "autogen upgrade current:head --sql", "autogen upgrade head"].contains(&command);
        if !pending {
            project.done(&["upgrade"]);
        }
        let output = shell(&project, command, &BTreeMap::new());
        let expected = if command == "autogen status" { 1 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{command}\n{}", project.told(&output));
    }
}

#[test]
fn what_is_said_of_timescaledb_is_read() {
    let text = section("### TimescaleDB");
    let project = project();
    project.done(&["upgrade"]);
    let output = shell(&project, blocks(text, "sh")[0], &BTreeMap::new());
    assert!(output.status.success(), "{}", project.told(&output));
    let path = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    let statements = blocks(text, "sql").join("\n");
    let file = project.read(&path);
    project.write(
        &path,
        file.replacen("-- write here what the upgrade does; statements end in a semicolon\n", &statements, 1),
    );
    // the extension is not here, but the file is sound and its steps are told apart
    let script = project.done(&["upgrade", "current:head", "--sql"]);
    assert!(script.contains("create_hypertable") && script.contains("transaction_per_chunk"), "{script}");
    let presets: Vec<&str> = autogen::ours::PRESETS.iter().map(|preset| preset.name).collect();
    assert!(presets.contains(&"timescaledb"));
}
