//! What do stories share in which rows are filled while programs are at work?
//!
//! Each has a table `tasks` in one model file, and looks at its rows.
#![allow(dead_code)]

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::command::Project;
use crate::server;

/// The table as it was, with rows, and a model that wants it otherwise.
pub fn begun(settings: &str, before: &str, rows: &str, after: &str) -> Project {
    let project = Project::with(&[("schema/tasks.yaml", before), ("autogen.yaml", settings)]);
    project.revision("tasks");
    project.done(&["upgrade"]);
    project.sql(rows);
    project.write("schema/tasks.yaml", after);
    project
}

/// The ids of the revision that begins it, and of the one that waits.
pub fn revised(project: &Project, message: &str) -> [String; 2] {
    let written = project.done(&["-q", "revision", "-m", message]);
    let id = |line: &str| line.split('_').find(|part| part.len() == 12).unwrap().to_owned();
    let ids: Vec<String> = written.lines().map(id).collect();
    ids.try_into().unwrap_or_else(|ids| panic!("{ids:?}"))
}

/// The one value of a query.
pub fn text(project: &Project, sql: &str) -> String {
    let row = project.database.client().query_one(&format!("SELECT ({sql})::text"), &[]).unwrap();
    row.get::<_, Option<String>>(0).unwrap_or_default()
}

pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The command while it copies: more than a hundred are `copied`.
pub fn copying(project: &Project, command: &[&str], copied: &str) -> Child {
    let child = project.command(command).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut client = project.database.client();
    // until it is there, the column cannot be asked about
    wait_until("rows are filled", || client.query_one(copied, &[]).is_ok_and(|row| row.get::<_, i64>(0) > 100));
    child
}

/// An upgrade that is killed while it copies, once a program has written this.
pub fn cut(project: &Project, copied: &str, written: &str) {
    let mut child = copying(project, &["upgrade"], copied);
    project.sql(written);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A database that was made as the models want it, which agree with this one.
fn direct(project: &Project) -> Project {
    project.done(&["check"]);
    let models = project.read("schema/tasks.yaml");
    let direct = Project::with(&[("schema/tasks.yaml", models.as_str())]);
    direct.revision("all");
    direct.done(&["upgrade"]);
    direct
}

/// What the project's models make of an empty database is what this one is. The bookkeeping is in both, without its rows.
pub fn equals_a_direct_build(project: &Project) {
    assert_eq!(server::dump(&project.database), server::dump(&direct(project).database));
}

/// The same, in whatever order the columns stand.
pub fn equals_a_direct_build_but_for_order(project: &Project) {
    assert_eq!(sorted(server::dump(&project.database)), sorted(server::dump(&direct(project).database)));
}

/// The lines of a dump, in whatever order the columns stand.
pub fn sorted(dump: Option<String>) -> Vec<String> {
    let mut lines: Vec<String> =
        dump.unwrap_or_default().lines().map(|line| line.trim_end_matches(',').to_owned()).collect();
    lines.sort();
    lines
}
