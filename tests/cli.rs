//! Does the command line keep what it promises to people and to scripts?
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::process::Command;

use command::{Project, TASKS};

fn autogen(args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_autogen")).args(args).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// The names under `Commands:` of a help text.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let named = lines.filter(|line| line.starts_with("  ") && !line.starts_with("    "));
    named.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_command_has_help_with_an_example() {
    let (code, help, _) = autogen(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(help.contains("Example:\n"), "{help}");
    let top = commands(&help);
    assert!(top.len() > 10, "{top:?}");
    for name in top {
        let (code, help, _) = autogen(&[&name, "--help"]);
        let below = commands(&help);
        assert_eq!(code, Some(0), "{name}");
        assert!(!below.is_empty() || help.contains("Example:\n"), "{name}: {help}");
        for inner in below {
            let (code, help, _) = autogen(&[&name, &inner, "--help"]);
            assert_eq!(code, Some(0), "{name} {inner}");
            assert!(help.contains(&format!("Example:\n  autogen {name} {inner}")), "{name} {inner}: {help}");
        }
    }
}

#[test]
fn what_is_no_command_is_a_usage_error() {
    for args in [&["upgrad"][..], &[], &["check", "--no-such-flag"], &["completions", "tcl"]] {
        let (code, stdout, stderr) = autogen(args);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(!stderr.is_empty());
    }
    assert_eq!(autogen(&["--version"]).0, Some(0));
}

#[test]
fn completions_know_the_commands_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, script, stderr) = autogen(&["completions", shell]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{shell}");
        assert!(script.contains("downgrade") && script.contains("allow-drop-all"), "{shell}");
    }
}

#[test]
fn init_leaves_what_is_there_and_refuses_to_overwrite() {
    let project = Project::with(&[("schema/mine.yaml", TASKS), (".gitignore", "target/")]);
    std::fs::remove_file(project.folder.join("autogen.yaml")).unwrap();
    project.done(&["init"]);
    assert_eq!(project.read(".gitignore"), "target/\n.autogen/\n");
    assert_eq!(project.read("schema/mine.yaml"), TASKS);
    assert!(!project.folder.join("schema/tasks.yaml").exists());
    let told = project.refused(&["init"]);
    assert!(told.starts_with("exit 2") && told.contains("is there already"), "{told}");
    project.done(&["init", "deep/er"]);
    assert!(project.read("deep/er/schema/tasks.yaml").contains("tables:"));
    assert!(project.folder.join("deep/er/revisions").is_dir());
    project.write("schema/more.yaml", "");
    assert_eq!(
        project.read("autogen.yaml").lines().filter(|line| !line.starts_with('#') && !line.is_empty()).count(),
        0
    );
}

#[test]
fn quiet_says_results_and_errors_only_and_verbose_says_where_it_went() {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    let quiet = project.run(&["-q", "revision", "-m", "tasks"]);
    assert!(quiet.stderr.is_empty() && quiet.stdout.starts_with(b"revisions/"), "{}", project.told(&quiet));
    let refused = project.run(&["-q", "revision", "-m", "again"]);
    assert!(refused.stderr.starts_with(b"error: ") && refused.stdout.is_empty(), "{}", project.told(&refused));
    let quiet = project.run(&["-q", "upgrade"]);
    assert!(quiet.stderr.is_empty() && quiet.stdout.is_empty(), "{}", project.told(&quiet));
    let verbose = project.told(&project.run(&["-v", "check"]));
    assert!(verbose.contains("database: [database] on [socket]") && verbose.contains("PostgreSQL"), "{verbose}");
    assert!(verbose.contains("from DATABASE_URL"), "{verbose}");
}

#[test]
fn colour_goes_to_terminals_unless_it_is_asked_for() {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    let coloured = |args: &[&str], variable: Option<(&str, &str)>| {
        let mut command = project.command(args);
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        command.output().unwrap().stdout.contains(&0x1b)
    };
    assert!(!coloured(&["diff"], None));
    assert!(coloured(&["diff", "--color", "always"], None));
    assert!(coloured(&["diff"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["diff", "--color", "never"], Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured(&["diff"], Some(("NO_COLOR", "1"))));
}

#[test]
fn json_of_diff_and_check_has_its_shape() {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    project.sql("CREATE TYPE public.coin");
    shows!("cli__diff_json", project.told(&project.run(&["diff", "--format", "json"])));
    shows!("cli__check_json", project.told(&project.run(&["check", "--format", "json"])));
    assert_eq!(project.run(&["diff", "--exit-code"]).status.code(), Some(1));
    project.revision("tasks");
    project.done(&["upgrade"]);
    assert_eq!(project.run(&["diff", "--exit-code"]).status.code(), Some(0));
    shows!("cli__check_json_in_step", project.told(&project.run(&["check", "--format", "json"])));
}

#[test]
fn no_changes_say_what_was_compared_and_write_nothing() {
    let (project, _) = Project::revised();
    project.done(&["upgrade"]);
    let files = project.files();
    shows!("cli__no_changes", project.told(&project.run(&["revision", "-m", "more"])));
    assert_eq!(project.files(), files);
}

#[test]
fn amend_rewrites_the_newest_and_keeps_its_id() {
    let (project, path) = Project::revised();
    let id = project.read(&path).lines().next().unwrap().to_owned();
    project.write("schema/tasks.yaml", TASKS.replace("title: text\n", "title: text\n      done: boolean\n"));
    shows!("cli__amend", project.told(&project.run(&["revision", "--amend"])));
    let text = project.read(&path);
    assert!(
        text.starts_with(&id) && text.contains("done boolean NOT NULL") && text.contains("-- message: tasks"),
        "{text}"
    );
    project.done(&["upgrade"]);
    project.done(&["check"]);
    shows!("cli__amend_of_an_applied_revision", project.refused(&["revision", "--amend"]));
}

#[test]
fn amend_gives_up_a_persons_edits_only_when_told_to() {
    let (project, path) = Project::revised();
    let edited = project.read(&path).replacen("CREATE TABLE", "SELECT 1;\nCREATE TABLE", 1);
    project.write(&path, &edited);
    shows!("cli__amend_of_an_edited_revision", project.refused(&["revision", "--amend"]));
    project.done(&["revision", "--amend", "--discard-edits"]);
    assert!(!project.read(&path).contains("SELECT 1;"));
}

#[test]
fn an_empty_revision_is_a_skeleton_that_runs() {
    let mut project = Project::with(&[]);
    let url = std::mem::take(&mut project.url);
    let path = project.done(&["-q", "revision", "--empty", "-m", "by hand"]).trim().to_owned();
    shows!("cli__empty_revision", project.masked(&project.read(&path)));
    project.url = url;
    project.done(&["upgrade"]);
    project.done(&["downgrade", "base"]);
}

/// A status kept as text becomes an enum; the rows are carried over by hand, there and back.
#[test]
fn a_hand_edit_between_two_generated_steps_is_kept_and_runs_both_ways() {
    const BEFORE: &str =
        "tables:\n  tasks:\n    columns:\n      id: bigint\n      status: text\n    primary_key: [id]\n";
    const AFTER: &str =
        "tables:\n  tasks:\n    columns:\n      id: bigint\n      done: boolean?\n    primary_key: [id]\n";
    let project = Project::with(&[("schema/tasks.yaml", BEFORE)]);
    project.revision("tasks");
    project.done(&["upgrade"]);
    project.sql("INSERT INTO public.tasks VALUES (1, 'open'), (2, 'closed')");
    project.write("schema/tasks.yaml", AFTER);
    let path = project.revision("status becomes done");
    // one statement adds and drops; a person takes it apart to put the UPDATE between
    let up = "\n\n-- kept:   every byte,\n\n\n--\twith a tab\nALTER TABLE public.tasks ADD COLUMN done boolean;\n\
              UPDATE public.tasks SET done = CASE status\n    WHEN 'closed' THEN true -- ; not the end\n    ELSE false\nEND;\n\
              ALTER TABLE public.tasks DROP COLUMN status;\n\n";
    let down = "\nALTER TABLE public.tasks ADD COLUMN status text;\n/* back; */\nUPDATE public.tasks SET status = CASE WHEN done \
                THEN 'closed' ELSE 'open' END;\nALTER TABLE public.tasks ALTER COLUMN status SET NOT NULL;\n\
                ALTER TABLE public.tasks DROP COLUMN done;\n   \n";
    let text = project.read(&path);
    let head = text.split_inclusive("-- autogen:upgrade\n").next().unwrap();
    let edited = format!("{head}{up}\\quit\n-- autogen:downgrade\n{down}");
    project.write(&path, &edited);
    project.done(&["upgrade"]);
    project.done(&["check"]);
    let rows = |query: &str| -> Vec<String> {
        let rows = project.database.client().query(query, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    assert_eq!(rows("SELECT id || ' ' || done FROM public.tasks ORDER BY id"), ["1 false", "2 true"]);
    project.done(&["downgrade", "-1"]);
    assert_eq!(rows("SELECT id || ' ' || status FROM public.tasks ORDER BY id"), ["1 open", "2 closed"]);
    assert_eq!(project.read(&path), edited);
    assert_eq!(project.done(&["show", "head"]), edited);
}

#[test]
fn one_edited_line_among_a_thousand_tables_touches_its_own_statements_only() {
    let table = |n: usize, more: &str| {
        format!("tables:\n  t{n}:\n    columns:\n      id: bigint\n{more}    primary_key: [id]\n")
    };
    let project = Project::with(&[]);
    for n in 0..1000 {
        project.write(&format!("schema/t{n}.yaml"), table(n, ""));
    }
    project.revision("all");
    project.done(&["upgrade"]);
    project.write("schema/t500.yaml", table(500, "      note: text?\n"));
    let path = project.revision("one");
    let text = project.read(&path);
    let statements: Vec<&str> = text.lines().filter(|line| line.ends_with(';')).collect();
    assert_eq!(
        statements,
        ["ALTER TABLE public.t500 ADD COLUMN note text;", "ALTER TABLE public.t500 DROP COLUMN note;"]
    );
    project.done(&["upgrade"]);
    project.done(&["check"]);
}
