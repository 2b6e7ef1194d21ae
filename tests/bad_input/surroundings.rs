//! Full disks, closed streams, and two commands at a time.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::command::{Project, TASKS};
use crate::shows;

fn project() -> Project {
    Project::with(&[("schema/tasks.yaml", TASKS)])
}

#[test]
fn a_result_that_cannot_be_written_is_an_error() {
    let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else { return };
    let project = project();
    let before = project.files();
    for (name, args) in
        [("diff", &["diff"][..]), ("json", &["check", "--format", "json"]), ("completions", &["completions", "bash"])]
    {
        let output = project.command(args).stdout(full.try_clone().unwrap()).output().unwrap();
        shows!(format!("bad_input__full__{name}"), project.told(&output));
    }
    assert_eq!(project.files(), before);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let project = project();
    project.sql(&(0..200).map(|n| format!("CREATE TABLE public.t{n} (a int, b int, c int);")).collect::<String>());
    for args in [&["inspect"][..], &["completions", "bash"]] {
        let mut child = project.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(project.told(&output), "exit 0\n");
    }
}

#[test]
fn streams_and_a_home_that_are_not_there_are_not_missed() {
    let project = project();
    let output =
        project.command(&["diff"]).env_remove("HOME").stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
    assert!(output.status.success() && output.stdout.starts_with(b"+ create_table public.tasks"));
}

#[test]
fn a_folder_that_cannot_be_written_to() {
    let project = project();
    std::fs::remove_dir(project.folder.join("revisions")).unwrap();
    project.write("revisions", "in the way");
    let told = project.refused(&["revision", "-m", "x"]);
    shows!("bad_input__surroundings__a_file_where_the_folder_belongs", told);
}

#[test]
fn inspect_and_init_take_back_what_they_began() {
    let project = Project::with(&[]);
    project.sql("CREATE TABLE public.a (n int); CREATE TABLE public.b (n int)");
    // what is written before it takes its name is in the way of the second file
    std::fs::create_dir_all(project.folder.join("out/.b.yaml.part")).unwrap();
    let told = project.refused(&["inspect", "--out", "out"]);
    assert!(told.contains("cannot write") && !project.folder.join("out/a.yaml").exists(), "{told}");
    std::fs::create_dir_all(project.folder.join("new/.autogen.yaml.part")).unwrap();
    let told = project.refused(&["init", "new"]);
    assert!(told.contains("cannot write") && !project.folder.join("new/schema").exists(), "{told}");
}

#[test]
fn of_two_revisions_at_a_time_one_waits_and_sees_the_other() {
    let project = project();
    let start =
        || project.command(&["revision", "-m", "x"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // both wait until this is let go, so that neither is through before the other begins
    let root = File::open(&project.folder).unwrap();
    root.lock().unwrap();
    let children = [start(), start()];
    std::thread::sleep(std::time::Duration::from_millis(500));
    drop(root);
    let mut codes: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap().status.code()).collect();
    codes.sort();
    assert_eq!(codes, [Some(0), Some(1)]);
    assert_eq!(std::fs::read_dir(project.folder.join("revisions")).unwrap().count(), 1);
}

#[test]
fn of_two_upgrades_at_a_time_each_succeeds_and_one_does_the_work() {
    let (project, _) = Project::revised();
    let children = [0, 1].map(|_| project.command(&["upgrade"]).stderr(Stdio::null()).spawn().unwrap());
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    project.done(&["check"]);
}
