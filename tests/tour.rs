//! Does the tour work where nothing is set up, and does it leave anything behind?
//!
//! Invariant of every test: the folder for temporary files is the test's own, so that what is left in it is the tour's.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("autogen-{name}-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// The tour as it would run for somebody who has a database that it must not touch.
fn tour(temporary: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_autogen"));
    command.arg("tour").env("TMPDIR", temporary).current_dir(temporary);
    command.env("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/theirs").env("AUTOGEN_ENV", "production");
    command
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).unwrap().next().is_none()
}

#[test]
fn every_command_of_the_tour_succeeds_and_nothing_is_left() {
    let temporary = folder("tour-whole");
    let output = tour(&temporary).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let commands: Vec<&str> = told.lines().filter_map(|line| line.strip_prefix("$ autogen ")).collect();
    assert_eq!(
        commands,
        [
            "init",
            "revision -m \"first tables\"",
            "upgrade head",
            "revision -m \"remind people\"",
            "show head",
            "upgrade head",
            "check",
            "downgrade -1",
            "downgrade base",
        ]
    );
    assert!(told.contains("in step: 10 tables in 6 files equal audit, public"), "{told}");
    assert!(told.contains("ALTER TYPE public.priority ADD VALUE 'urgent';"), "{told}");
    assert!(is_empty(&temporary));
    std::fs::remove_dir(&temporary).unwrap();
}

#[test]
fn a_tour_that_is_asked_to_end_cleans_up_and_says_so_in_its_exit_code() {
    let temporary = folder("tour-ended");
    let mut child = tour(&temporary).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut told = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().starts_with("$ autogen init")));
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    // SAFETY: kill takes plain numbers, and the child is ours and not yet waited for
    assert_eq!(unsafe { libc::kill(pid, libc::SIGTERM) }, 0);
    told.for_each(drop);
    assert_eq!(child.wait().unwrap().code(), Some(128 + libc::SIGTERM));
    assert!(is_empty(&temporary));
    std::fs::remove_dir(&temporary).unwrap();
}

#[test]
fn a_kept_folder_is_named_and_is_a_project() {
    let temporary = folder("tour-kept");
    let output = tour(&temporary).arg("--keep").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let kept = said.lines().find_map(|line| line.strip_prefix("kept: ")).map(PathBuf::from).unwrap();
    assert!(kept.starts_with(&temporary));
    assert_eq!(std::fs::read_dir(kept.join("revisions")).unwrap().count(), 2);
    let mut reset = Command::new(env!("CARGO_BIN_EXE_autogen"));
    assert!(reset.args(["db", "reset"]).current_dir(&kept).env_remove("DATABASE_URL").status().unwrap().success());
    std::fs::remove_dir_all(&temporary).unwrap();
}

#[test]
fn a_database_that_somebody_names_is_refused() {
    let temporary = folder("tour-named");
    let output = tour(&temporary).args(["--database-url", "postgresql://localhost/theirs"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("the tour runs on a private PostgreSQL only"));
    assert!(is_empty(&temporary));
    std::fs::remove_dir(&temporary).unwrap();
}
