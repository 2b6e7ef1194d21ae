//! Who is asked, and what is told, before rows are lost?

use super::{project, steady, story};
use crate::command::Project;
use crate::shows;
use crate::terminal::Terminal;

/// Two revisions applied, with rows in what the way back takes away.
fn full() -> Project {
    let project = project(&[
        ("CREATE TABLE public.t (id int);", "DROP TABLE public.t;"),
        (
            "ALTER TABLE public.t ADD COLUMN note text;\nCREATE TABLE public.empty ();",
            "DROP TABLE public.empty;\nALTER TABLE public.t DROP COLUMN note;",
        ),
    ]);
    project.done(&["upgrade"]);
    project.sql("INSERT INTO public.t SELECT n, CASE WHEN n < 3 THEN 'x' END FROM generate_series(1, 5) AS n");
    project
}

#[test]
fn what_is_lost_is_listed_with_its_rows() {
    let project = full();
    story("losses", &project, &[&["downgrade", "-1"], &["downgrade", "base"]]);
}

#[test]
fn an_upgrade_that_loses_rows_says_so_too() {
    let project = full();
    super::add(
        &project,
        3,
        "CREATE SCHEMA old;\nALTER TABLE public.t SET SCHEMA old;\nDELETE FROM old.t WHERE id > 3;\nDROP SCHEMA old CASCADE;",
        "",
    );
    story("losses_up", &project, &[&["upgrade"]]);
}

#[test]
fn where_it_has_to_be_confirmed_nothing_is_done_without_a_word() {
    let project = full();
    project.write("autogen.yaml", "confirm: always\n");
    shows!("running__confirm_always", steady(&project.refused(&["downgrade", "-1"])));
    story("confirm_yes", &project, &[&["downgrade", "--yes", "-1"]]);
}

#[test]
fn a_terminal_is_asked() {
    let project = full();
    for (answer, code) in [("n\n", 1), ("\n", 1), ("\u{3}", 130)] {
        let mut terminal = Terminal::run(&mut project.command(&["downgrade", "-1"]));
        terminal.until("go on? [y/N]");
        terminal.types(answer);
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(code), "{screen}");
        assert!(project.done(&["current"]).contains("aaa2"), "{screen}");
    }
    let mut terminal = Terminal::run(&mut project.command(&["downgrade", "-1"]));
    terminal.until("go on? [y/N]");
    terminal.types("y\n");
    let (status, screen) = terminal.end();
    assert!(status.success() && screen.contains("the database is at aaa1"), "{screen}");
    let (status, screen) = Terminal::run(&mut project.command(&["downgrade", "--yes", "base"])).end();
    assert!(status.success() && !screen.contains("go on?"), "{screen}");
}

#[test]
fn a_protected_environment_is_not_undone_as_a_whole() {
    let project = full();
    project.write("autogen.yaml", "environments:\n  production:\n    protect: true\n");
    shows!("running__protected", project.refused(&["--env", "production", "downgrade", "base", "--yes"]));
    shows!("running__protected_steps", project.refused(&["--env", "production", "downgrade", "-2", "--yes"]));
    project.done(&["--env", "production", "downgrade", "-1"]);
    project.done(&["downgrade", "base"]);
}

#[test]
fn hooks_find_the_database_and_may_stop_the_run() {
    let project = full();
    project.write("save", "#!/bin/sh\necho saved on stdout\necho \"$AUTOGEN_DIRECTION $AUTOGEN_FROM>$AUTOGEN_TO $AUTOGEN_REVISIONS: $AUTOGEN_LOSSES\" >> log\necho \"$PGDATABASE $PGUSER\" >> log\n");
    project.write("fail", "#!/bin/sh\necho the disk is full >&2\nexit 3\n");
    for file in ["save", "fail"] {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(project.folder.join(file), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    project.write("autogen.yaml", "hooks:\n  before_data_loss: [./fail]\n");
    shows!("running__hook_fails", project.refused(&["downgrade", "-1"]));
    project.write("autogen.yaml", "hooks:\n  before_data_loss: [./gone, away]\n");
    shows!("running__hook_missing", project.refused(&["downgrade", "-1"]));
    project.write(
        "autogen.yaml",
        "hooks:\n  before_data_loss: ./save x\n  before_upgrade: [./save]\n  after_upgrade: [./save]\n",
    );
    let output = project.run(&["downgrade", "-1"]);
    assert!(output.status.success() && output.stdout.is_empty(), "{}", project.told(&output));
    project.done(&["upgrade"]);
    project.done(&["upgrade"]);
    shows!("running__hooks", project.masked(&project.read("log")));
    project.done(&["downgrade", "-1"]);
    project.write("autogen.yaml", "hooks:\n  after_upgrade: [./fail]\n");
    story("hook_after", &project, &[&["upgrade"], &["current"]]);
}

#[test]
fn a_signal_ends_the_hook_too_and_is_no_failure_of_it() {
    let project = full();
    project.done(&["downgrade", "-1"]);
    for (hook, stands) in [("before_upgrade", "aaa1"), ("after_upgrade", "aaa2")] {
        project.write(
            "autogen.yaml",
            format!("hooks:\n  {hook}: [sh, -c, \"trap 'echo ended > {hook}; exit 9' TERM; touch begun; sleep 60 2> /dev/null > /dev/null & wait\"]\n"),
        );
        let child = project.command(&["upgrade"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while std::fs::remove_file(project.folder.join("begun")).is_err() {
            assert!(std::time::Instant::now() < deadline);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        crate::signal(&child, libc::SIGTERM);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(143));
        shows!(format!("running__interrupted_{hook}"), steady(&project.told(&output)));
        assert_eq!(project.read(hook), "ended\n");
        project.write("autogen.yaml", "");
        assert!(project.done(&["current"]).contains(stands));
    }
}

#[test]
fn a_full_disk_leaves_nothing_and_is_named() {
    let project = project(&[("CREATE TABLE public.t (id int);", "DROP TABLE public.t;")]);
    project.done(&["upgrade"]);
    let Some(disk) = SmallDisk::mount(&project) else {
        eprintln!("not tested: a full disk, since nothing can be mounted here");
        return;
    };
    super::add(
        &project,
        2,
        &format!(
            "CREATE TABLE public.big (x text) TABLESPACE {};\nINSERT INTO public.big SELECT repeat(md5(n::text), 30) FROM generate_series(1, 50000) AS n;",
            disk.tablespace
        ),
        "",
    );
    let output = project.run(&["upgrade"]);
    let told = project.told(&output);
    assert!(!output.status.success() && told.contains("SQLSTATE 53100") && told.contains("make room"), "{told}");
    assert!(told.contains("the database stands at aaa1; nothing of this revision was kept"), "{told}");
    assert!(project.done(&["current"]).contains("aaa1"));
}

/// Four megabytes for a tablespace of its own.
struct SmallDisk {
    folder: std::path::PathBuf,
    tablespace: String,
    config: postgres::Config,
}

impl SmallDisk {
    fn mount(project: &Project) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let folder = project.folder.with_extension("disk");
        std::fs::create_dir_all(&folder).ok()?;
        let data: String = project.database.client().query_one("SHOW data_directory", &[]).ok()?.get(0);
        let owner = std::fs::metadata(data).ok()?;
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size=4m,uid={},gid={},mode=700", owner.uid(), owner.gid()), "tmpfs"])
            .arg(&folder)
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            let _ = std::fs::remove_dir(&folder);
            return None;
        }
        let tablespace = format!("small_{}", project.database.name());
        let disk = Self { folder, tablespace, config: project.database.config() };
        project.sql(&format!("CREATE TABLESPACE {} LOCATION '{}'", disk.tablespace, disk.folder.display()));
        Some(disk)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if let Ok(mut client) = self.config.connect(postgres::NoTls) {
            let _ = client.batch_execute(&format!("DROP TABLESPACE {}", self.tablespace));
        }
        let _ = std::process::Command::new("umount").arg(&self.folder).output();
        let _ = std::fs::remove_dir(&self.folder);
    }
}
