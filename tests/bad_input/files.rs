//! What lies in the folder of the models.

use std::fs;
use std::os::unix::fs::symlink;

use crate::command::{Project, TASKS};
use crate::shows;

fn project() -> Project {
    Project::with(&[("schema/tasks.yaml", TASKS)])
}

macro_rules! refused {
    ($($name:ident: $put:expr;)*) => {
        $(#[test]
        fn $name() {
            let project = project();
            let put: fn(&Project) = $put;
            put(&project);
            shows!(concat!("bad_input__files__", stringify!($name)), project.refused(&["revision", "-m", "x"]));
        })*
    };
}

refused! {
    one_table_in_two_files: |project| project.write("schema/again.yaml", TASKS);
    a_note_among_the_models: |project| project.write("schema/README.md", "x");
    sql_among_the_models: |project| project.write("schema/sub/x.sql", "SELECT 1;");
    invalid_utf8: |project| project.write("schema/x.yaml", b"tables:\n  \xff\xfe: {}\n");
    utf_16: |project| project.write("schema/x.yaml", b"\xff\xfet\0a\0b\0");
    a_link_to_nowhere: |project| symlink("nowhere", project.folder.join("schema/x.yaml")).unwrap();
    a_link_to_itself: |project| symlink("x.yaml", project.folder.join("schema/x.yaml")).unwrap();
    a_link_back_up: |project| symlink("..", project.folder.join("schema/loop")).unwrap();
    a_pipe: |project| {
        let path = std::ffi::CString::new(project.folder.join("schema/x.yaml").into_os_string().into_encoded_bytes());
        // SAFETY: the path ends in NUL and outlives the call
        assert_eq!(unsafe { libc::mkfifo(path.unwrap().as_ptr(), 0o600) }, 0);
    };
}

#[test]
fn an_empty_folder_of_models_drops_nothing() {
    let project = project();
    project.revision("tasks");
    project.done(&["upgrade"]);
    fs::remove_file(project.folder.join("schema/tasks.yaml")).unwrap();
    shows!("bad_input__files__an_empty_folder", project.refused(&["revision", "-m", "x"]));
}

#[test]
fn a_huge_file_is_read() {
    let project = project();
    project.write("schema/huge.yaml", format!("# {}\n", "x".repeat(30_000_000)));
    assert_eq!(project.run(&["diff"]).status.code(), Some(0));
}

#[test]
fn a_file_of_nothing_but_brackets_is_refused_and_does_not_exhaust_the_stack() {
    let project = Project::with(&[("schema/deep.yaml", &format!("tables: {}", "[".repeat(100_000)))]);
    assert_eq!(project.run(&["diff"]).status.code(), Some(2));
    project.write("schema/deep.yaml", format!("tables: {}", "{a: ".repeat(100_000)));
    assert_eq!(project.run(&["diff"]).status.code(), Some(2));
}
