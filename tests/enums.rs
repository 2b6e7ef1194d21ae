//! Do rows outlive what happens to the labels of their enum, up and down?
//!
//! Each test puts rows in first, lets the program change the type as a person would, and looks at the rows afterwards. What
//! hangs on the type is judged by pg_dump against a database that was made as it is wanted; `snapshots/enums__*` holds what
//! a reviewer reads.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

#[path = "enums/added.rs"]
mod added;
#[path = "enums/carried.rs"]
mod carried;
#[path = "enums/refused.rs"]
mod refused;
#[path = "enums/removed.rs"]
mod removed;

use command::Project;

/// A project whose database has this model, and then these rows.
fn with(model: &str, rows: &str) -> Project {
    let project = Project::with(&[("schema/model.yaml", model)]);
    project.revision("first");
    project.done(&["upgrade", "head"]);
    project.sql(rows);
    project
}

/// Writes the revision to this model; its text.
fn revised(project: &Project, model: &str) -> String {
    project.write("schema/model.yaml", model);
    let path = project.revision("next");
    project.masked(&project.read(&path))
}

/// The values of a query as PostgreSQL prints them, a line to a row.
fn rows(project: &Project, query: &str) -> Vec<String> {
    let text = format!("SELECT (q.*)::text FROM ({query}) q");
    let found = project.database.client().query(&text, &[]).unwrap_or_else(|why| panic!("{query}: {why:?}"));
    found.iter().map(|row| row.get::<_, String>(0).trim_matches(['(', ')']).to_owned()).collect()
}

fn labels(project: &Project, name: &str) -> String {
    rows(project, &format!("SELECT enum_range(null::{name})::text AS x")).concat().replace(['{', '}', '"'], "")
}
