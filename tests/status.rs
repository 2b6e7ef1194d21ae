//! Is it noticed when files and database no longer agree on what was applied?
//!
//! Each test is a story told to the program, on files and a PostgreSQL; `snapshots/status__*` holds what it said.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;

/// Runs the commands one after the other, and gives what each of them said.
fn told(project: &Project, commands: &[&[&str]]) -> String {
    let mut told = String::new();
    for args in commands {
        let said = project.told(&project.command(args).env("EDITOR", "true").output().unwrap());
        told.push_str(&format!("$ autogen {}\n{}\n\n", args.join(" "), said.trim_end()));
    }
    let steady = |line: &str| match line.trim_start() {
        text if text.starts_with("done in ") || text.starts_with("\"duration_ms\"") => None,
        _ => Some(format!("{line}\n")),
    };
    // how long it took
    let told = told.split(" in 0.").map(|part| match part.split_once(" s, autogen ") {
        Some((digit, rest)) if digit.len() == 1 => format!("[a moment], autogen {rest}"),
        _ => part.to_owned(),
    });
    told.collect::<Vec<_>>().join(" in ").lines().filter_map(steady).collect()
}

macro_rules! shows {
    ($name:expr, $told:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("status__{}", $name), $told);
        });
    };
}

fn file(id: &str, parents: &str, message: &str, upgrade: &str, downgrade: &str) -> String {
    format!(
        "-- autogen revision {id}\n-- message: {message}\n-- parents: {parents}\n-- created: 2026-11-20 09:41:00+00:00\n\n\
         -- autogen:upgrade\n{upgrade}\n\n\\quit\n-- autogen:downgrade\n{downgrade}\n"
    )
}

const ONE: &str = "CREATE TABLE public.a (id int);\nCREATE TABLE public.b (id int);";
const TWO: &str = "ALTER TABLE public.a ADD COLUMN n int;";

/// `aaa1` and on it `aaa2`, both applied.
fn applied() -> Project {
    let project = Project::with(&[
        ("revisions/1.sql", &file("aaa1", "(none)", "one", ONE, "DROP TABLE public.b;\nDROP TABLE public.a;")),
        ("revisions/2.sql", &file("aaa2", "aaa1", "two", TWO, "ALTER TABLE public.a DROP COLUMN n;")),
    ]);
    project.done(&["upgrade"]);
    project.done(&["inspect", "--out", "schema"]);
    project
}

impl Project {
    fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{text}");
        self.write(name, text.replace(from, to));
    }

    fn remove(&self, name: &str) {
        std::fs::remove_file(self.folder.join(name)).unwrap();
    }
}

#[test]
fn half_of_the_bookkeeping_is_no_base() {
    for table in ["autogen_steps", "autogen_revisions"] {
        let project = applied();
        project.sql(&format!("DROP TABLE public.{table}"));
        for args in [&["current"][..], &["status"], &["upgrade"], &["stamp", "head"], &["downgrade", "base"]] {
            let told = project.refused(args);
            assert!(told.contains(&format!("\"public.{table}\" does not exist")), "{args:?}: {told}");
        }
        let script = project.done(&["ensure-version", "--sql"]);
        project.sql(&script);
        project.done(&["stamp", "aaa2"]);
        assert!(project.done(&["current"]).contains("aaa2 (head)"));
    }
}

#[test]
fn what_is_applied_and_what_is_pending_is_listed() {
    let project = applied();
    project.done(&["revision", "--empty", "-m", "three", "--rev-id", "aaa3"]);
    shows!(
        "listed",
        told(
            &project,
            &[
                &["status"],
                &["status", "--format", "json"],
                &["-q", "status"],
                &["upgrade"],
                &["status"],
                &["-q", "status"],
                &["downgrade", "base"],
                &["status"],
            ]
        )
    );
    let mut nowhere = project;
    nowhere.url = "postgresql://nobody@127.0.0.1:1/nothing".into();
    assert_eq!(nowhere.run(&["status"]).status.code(), Some(2));
}

#[test]
fn a_changed_file_is_noticed_shown_and_stops_runs() {
    let project = applied();
    for _ in 0..3 {
        project.done(&["check"]);
    }
    project.edit("revisions/1.sql", "b (id int)", "b (id bigint)");
    project.done(&["revision", "--empty", "-m", "three", "--rev-id", "aaa3"]);
    let commands: &[&[&str]] = &[
        &["status"],
        &["status", "--format", "json"],
        &["check"],
        &["check", "--format", "json"],
        &["upgrade"],
        &["downgrade", "-1"],
        &["upgrade", "--accept-changed"],
        &["status"],
        &["check"],
    ];
    shows!("changed", told(&project, commands));
}

#[test]
fn a_stamp_remembers_files_as_they_are_now() {
    let project = applied();
    project.edit("revisions/1.sql", "b (id int)", "b (id bigint)");
    project.edit("revisions/2.sql", "n int", "n bigint");
    shows!("stamped", told(&project, &[&["upgrade"], &["stamp", "aaa2"], &["status"], &["stamp", "aaa2"]]));
}

#[test]
fn comments_and_line_ends_are_no_change() {
    let project = applied();
    for name in ["revisions/1.sql", "revisions/2.sql"] {
        let text = project.read(name).replace("-- autogen:upgrade\n", "-- autogen:upgrade\n\n-- a comment\n");
        project.write(name, text.replace('\n', "\r\n").replacen("\r\n", "\n", 5));
    }
    shows!("comments", told(&project, &[&["status"], &["check"], &["upgrade"], &["downgrade", "-1"]]));
    // the whole file, as git checks it out on Windows
    let project = applied();
    let text = project.read("revisions/2.sql");
    project.write("revisions/2.sql", text.replace('\n', "\r\n"));
    project.done(&["status"]);
}

#[test]
fn passwords_are_neither_kept_nor_shown() {
    let project = applied();
    let role = |password: &str| {
        let name = project.database.name();
        let upgrade = format!("CREATE ROLE \"{name}\" PASSWORD '{password}';");
        file("aaa3", "aaa2", "role", &upgrade, &format!("DROP ROLE \"{name}\";"))
    };
    project.write("revisions/3.sql", role("S3cret"));
    project.done(&["upgrade"]);
    project.write("revisions/3.sql", role("S3cret2"));
    shows!("password", told(&project, &[&["status"]]));
    let kept =
        project.database.client().query_one("SELECT string_agg(content, '') FROM autogen_revisions", &[]).unwrap();
    assert!(!kept.get::<_, String>(0).contains("S3cret"));
    project.done(&["downgrade", "-1", "--accept-changed"]);
}

#[test]
fn a_removed_file_is_told_by_every_command() {
    let project = applied();
    project.remove("revisions/2.sql");
    let commands: &[&[&str]] = &[
        &["status"],
        &["status", "--format", "json"],
        &["check"],
        &["check", "--format", "json"],
        &["diff"],
        &["current"],
        &["current", "--check-heads"],
        &["heads"],
        &["history", "-i"],
        &["show", "current"],
        &["edit", "current"],
        &["history", "-r", "current:"],
        &["merge", "current", "aaa1"],
        &["revision", "--empty", "-m", "on it", "--head", "current"],
        &["upgrade", "current:head", "--sql"],
        &["revision", "-m", "next"],
        &["upgrade"],
        &["downgrade", "-1"],
        &["upgrade", "+1"],
        &["stamp", "aaa1"],
        &["status"],
    ];
    shows!("removed", told(&project, commands));
}

#[test]
fn a_file_that_names_a_missing_parent_breaks_only_what_depends_on_it() {
    let project = applied();
    project.write("revisions/9.sql", file("bbb1", "zzz9", "lost", "", ""));
    project.done(&["revision", "--empty", "-m", "three", "--rev-id", "aaa3", "--head", "aaa2"]);
    let commands: &[&[&str]] = &[
        &["heads"],
        &["history"],
        &["branches"],
        &["current"],
        &["show", "aaa1"],
        &["upgrade", "head"],
        &["upgrade", "aaa3"],
        &["upgrade", "bbb1"],
        &["status"],
        &["downgrade", "aaa3-1"],
    ];
    shows!("lost_parent", told(&project, commands));
}

#[test]
fn what_slips_in_below_an_applied_revision_is_noticed() {
    let project = applied();
    project.write(
        "revisions/0.sql",
        file("bbb1", "aaa1", "late", "CREATE TABLE public.c (id int);", "DROP TABLE public.c;"),
    );
    // another head is no slip
    assert!(told(&project, &[&["status"]]).contains("pending      bbb1, late"));
    project.edit("revisions/2.sql", "-- parents: aaa1", "-- parents: aaa1\n-- depends-on: bbb1");
    let commands: &[&[&str]] = &[
        &["status"],
        &["check"],
        &["check", "--format", "json"],
        &["upgrade"],
        &["upgrade", "--out-of-order"],
        &["upgrade", "bbb1", "--out-of-order"],
        &["status"],
    ];
    shows!("slipped_in", told(&project, commands));
}

#[test]
fn other_parents_are_a_change() {
    let project = applied();
    project.write("revisions/0.sql", file("bbb1", "aaa1", "late", "", ""));
    project.edit("revisions/2.sql", "-- parents: aaa1", "-- parents: bbb1");
    let commands: &[&[&str]] = &[
        &["status"],
        &["upgrade"],
        &["upgrade", "--accept-changed"],
        &["upgrade", "--accept-changed", "--out-of-order"],
        &["status"],
        &["downgrade", "base"],
    ];
    shows!("other_parents", told(&project, commands));
}

#[test]
fn a_revision_that_is_half_done_is_told_with_its_steps() {
    let project = applied();
    let steps = |last: &str| {
        format!(
            "-- autogen:step no-transaction\nCREATE INDEX CONCURRENTLY i ON public.a (id);\n-- autogen:step transaction\n{last};"
        )
    };
    let last = "DROP INDEX public.i;";
    project.write("revisions/3.sql", file("aaa3", "aaa2", "three", &steps("CREATE TABLE public.a ()"), last));
    let commands: &[&[&str]] = &[&["upgrade"], &["status"], &["status", "--format", "json"]];
    let before = told(&project, commands);
    project.write("revisions/3.sql", file("aaa3", "aaa2", "three", &steps("CREATE TABLE public.d ()"), last));
    shows!("half_done", before + &told(&project, &[&["upgrade"], &["status"]]));
}

#[test]
fn bookkeeping_of_an_older_autogen_is_told_and_gets_what_it_lacks() {
    let project = applied();
    project.sql("ALTER TABLE public.autogen_revisions DROP COLUMN content");
    assert_eq!(project.run(&["status"]).status.code(), Some(0));
    project.edit("revisions/1.sql", "b (id int)", "b (id bigint)");
    let mut said = told(&project, &[&["status"], &["upgrade", "--accept-changed"]]);
    project.edit("revisions/1.sql", "b (id bigint)", "b (id int)");
    said.push_str(&told(&project, &[&["status"]]));
    shows!("older", said);
}

#[test]
fn a_script_remembers_the_files_too() {
    let project = applied();
    project.write("revisions/3.sql", file("aaa3", "aaa2", "th'r\\ee", "SELECT 'a\\b';", ""));
    project.sql("ALTER TABLE public.autogen_revisions DROP COLUMN content");
    let script = project.done(&["upgrade", "aaa2:head", "--sql"]);
    project.sql(&script);
    project.done(&["status"]);
    project.edit("revisions/3.sql", "'a\\b'", "'c'");
    assert!(told(&project, &[&["status"]]).contains("-SELECT 'a\\b';\n"));
}

#[test]
fn a_database_of_another_encoding_remembers_what_it_can() {
    let project = applied();
    let name = format!("{}_latin", project.database.name());
    project.sql(&format!("CREATE DATABASE {name} ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"));
    project.write("revisions/3.sql", file("aaa3", "aaa2", "un été, 添加", "-- 添加 — été\nSELECT 'a';", ""));
    let url = project.url.replace(project.database.name(), &name);
    let run = |args: &[&str]| project.command(args).env("DATABASE_URL", &url).output().unwrap();
    let upgraded = run(&["upgrade"]);
    assert!(upgraded.status.success(), "{}", project.told(&upgraded));
    assert_eq!(run(&["status"]).status.code(), Some(0));
    project.edit("revisions/3.sql", "SELECT 'a'", "SELECT 'b'");
    let said = String::from_utf8(run(&["status"]).stdout).unwrap();
    let changed: Vec<&str> =
        said.lines().filter(|line| line.starts_with("    -") || line.starts_with("    +")).collect();
    assert_eq!(changed[2..], ["    -SELECT 'a';", "    +SELECT 'b';"], "{said}");
    project.sql(&format!("DROP DATABASE {name}"));
}
