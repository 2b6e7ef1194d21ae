//! Do revisions run on a database at work as one would wish: without holding others up, and never losing rows unasked?
//!
//! Each test tells the program a story, on files and a PostgreSQL; `snapshots/running__*` holds what it said.
#![cfg(unix)]

#[path = "running/batches.rs"]
mod batches;
#[path = "support/command.rs"]
mod command;
#[path = "running/guard.rs"]
mod guard;
#[path = "running/locks.rs"]
mod locks;
#[path = "support/server.rs"]
mod server;
#[path = "support/terminal.rs"]
mod terminal;

use command::Project;

/// Revisions `aaa1`, `aaa2` … with these statements for up and down.
fn project(files: &[(&str, &str)]) -> Project {
    let project = Project::with(&[]);
    for (n, (up, down)) in files.iter().enumerate() {
        add(&project, n + 1, up, down);
    }
    project
}

fn add(project: &Project, number: usize, up: &str, down: &str) {
    let parent = if number == 1 { "(none)".to_owned() } else { format!("aaa{}", number - 1) };
    project.write(
        &format!("revisions/aaa{number}.sql"),
        format!(
            "-- autogen revision aaa{number}\n-- message: number {number}\n-- parents: {parent}\n\
             -- created: 2026-11-20 09:41:00+00:00\n\n-- autogen:upgrade\n{up}\n\\quit\n-- autogen:downgrade\n{down}\n"
        ),
    );
}

/// What differs from run to run, masked; the version of the server is left out.
fn steady(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with("database: "));
    let text = sessions(&lines.map(|line| format!("{line}\n")).collect::<String>());
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut parts = text.split("\"elapsed_ms\":");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| format!("{out}\"elapsed_ms\":[n]{}", &part[digits(part)..]))
}

/// `process 123` and `2026-11-20 09:41:00 UTC`, masked.
fn sessions(text: &str) -> String {
    let mut out = String::new();
    let mut words = text.split(' ').peekable();
    let mut first = true;
    while let Some(word) = words.next() {
        if !std::mem::take(&mut first) {
            out.push(' ');
        }
        let digits = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        if word == "process" && words.peek().is_some_and(|next| digits(next)) {
            let next = words.next().unwrap_or_default();
            out.push_str(&format!("process [pid]{}", next.trim_start_matches(|c: char| c.is_ascii_digit())));
        } else if word.len() == 10 && word.matches('-').count() == 2 && digits(word) {
            words.next();
            out.push_str("[time]");
        } else {
            out.push_str(word);
        }
    }
    out
}

fn signal(child: &std::process::Child, signal: i32) {
    // SAFETY: a plain system call; the child has not been waited for
    assert_eq!(unsafe { libc::kill(child.id() as libc::pid_t, signal) }, 0);
}

fn story(name: &str, project: &Project, commands: &[&[&str]]) {
    let mut told = String::new();
    for args in commands {
        let said = project.told(&project.run(args));
        told.push_str(&format!("$ autogen {}\n{}\n", args.join(" "), said.trim_end()));
    }
    shows!(format!("running__{name}"), steady(&told));
}

#[test]
fn progress_is_a_line_for_each_revision_and_more_when_asked() {
    let project = project(&[
        ("CREATE TABLE public.t (id int);\nINSERT INTO public.t SELECT generate_series(1, 3);", "DROP TABLE public.t;"),
        (
            "ALTER TABLE public.t ADD COLUMN n int;\n-- autogen:step no-transaction\nCREATE INDEX CONCURRENTLY i ON public.t (n);",
            "ALTER TABLE public.t DROP COLUMN n;",
        ),
    ]);
    story(
        "progress",
        &project,
        &[&["upgrade", "aaa1"], &["upgrade", "-v", "head"], &["upgrade"], &["downgrade", "-1"]],
    );
}

#[test]
fn a_log_for_programs_is_an_object_a_line() {
    let project = project(&[
        ("CREATE TABLE public.t (id int);\nINSERT INTO public.t VALUES (1);", "DROP TABLE public.t;"),
        ("ALTER TABLE public.t ADD COLUMN id int;", ""),
    ]);
    project.write("autogen.yaml", "log_format: json\n");
    let output = project.run(&["upgrade", "aaa1"]);
    let lines = String::from_utf8(output.stderr).unwrap();
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|cause| panic!("{line}: {cause}"));
    }
    story("json", &project, &[&["downgrade", "base"], &["upgrade"], &["-q", "upgrade"]]);
}

#[test]
fn all_revisions_in_one_transaction_stand_or_fall_together() {
    let project = project(&[
        ("CREATE TABLE public.t (id int);", "DROP TABLE public.t;"),
        ("CREATE TABLE public.u (id int);\nCREATE TABLE public.t ();", "DROP TABLE public.u;"),
    ]);
    story("together_fails", &project, &[&["upgrade", "--single-transaction"], &["current"]]);
    assert_eq!(project.catalog(), Vec::<String>::new());
    add(&project, 2, "SET search_path = pg_catalog;\nCREATE TABLE public.u (id int);", "DROP TABLE public.u;");
    add(&project, 3, "CREATE TABLE v (id int);", "DROP TABLE v;");
    story(
        "together",
        &project,
        &[&["upgrade", "--single-transaction"], &["current"], &["downgrade", "--single-transaction", "base"]],
    );
    add(&project, 4, "-- autogen:step no-transaction\nVACUUM;", "");
    story("together_refused", &project, &[&["upgrade", "--single-transaction"], &["current"]]);
}

#[test]
fn ten_upgrades_at_once_run_each_revision_once() {
    let files: Vec<(String, String)> = (1..=6)
        .map(|n| {
            (format!("CREATE TABLE public.t{n} (id int);\nSELECT pg_sleep(0.02);"), format!("DROP TABLE public.t{n};"))
        })
        .collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(up, down)| (up.as_str(), down.as_str())).collect();
    let project = project(&files);
    let children: Vec<_> = (0..10)
        .map(|_| {
            let quiet = std::process::Stdio::piped;
            project.command(&["upgrade"]).stdout(quiet()).stderr(quiet()).spawn().unwrap()
        })
        .collect();
    let mut ran = 0;
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", project.told(&output));
        ran += String::from_utf8_lossy(&output.stderr).matches(" -> ").count();
    }
    assert_eq!(ran, 6);
    assert!(project.done(&["current"]).contains("aaa6 (head)"));
}
