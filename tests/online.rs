//! Does what is asked for so that others go on reading and writing show where it should, and nowhere else?

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;

const TASKS: &str =
    "tables:\n  tasks:\n    columns: { id: bigint, title: text?, owner: bigint? }\n    primary_key: [id]\n";
const BOTH: &str = "indexes: { concurrently: true }\nconstraints: { online: true }\n";

/// The table above with rows, and a model that asks for more.
fn project(settings: &str, more: &str) -> Project {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    project.revision("tasks");
    project.done(&["upgrade", "head"]);
    let fill = "INSERT INTO tasks SELECT n, 'task ' || n, n FROM generate_series(1, 100) AS n";
    project.database.client().batch_execute(fill).unwrap();
    project.write("autogen.yaml", settings);
    project.write("schema/tasks.yaml", TASKS.replace("title: text?", "title: text") + more);
    project
}

const MORE: &str = "    checks: { ck: id > 0 }\n    indexes: { ix: [title] }\n";

#[test]
fn how_a_change_is_made_is_no_difference() {
    let said = |settings| {
        let project = project(settings, MORE);
        let output = project.run(&["check"]);
        assert_eq!(output.status.code(), Some(1));
        project.told(&output)
    };
    let plain = said("");
    assert!(plain.contains("drift: 3 differences"), "{plain}");
    assert_eq!(said(BOTH), plain);
}

#[test]
fn what_was_made_in_steps_of_its_own_is_in_step_and_inspected_as_anything_else() {
    let project = project(BOTH, MORE);
    let text = project.read(&project.revision("more"));
    for part in ["CREATE INDEX CONCURRENTLY ix", "ADD CONSTRAINT ck CHECK (id > 0) NOT VALID", "VALIDATE CONSTRAINT ck"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    // asked for by the setting or by the model, or no longer
    project.write("autogen.yaml", "");
    project.done(&["check"]);
    let long = "    checks: { ck: id > 0 }\n    indexes: { ix: { columns: [title], concurrently: true } }\n";
    project.write("schema/tasks.yaml", TASKS.replace("title: text?", "title: text") + long);
    project.done(&["check"]);
    assert!(!project.done(&["inspect"]).contains("concurrently"));
    let dumped = server::dump(&project.database);
    project.done(&["downgrade", "--", "-1"]);
    project.done(&["upgrade", "head"]);
    assert_eq!(server::dump(&project.database), dumped);
}

#[test]
fn rows_that_stop_a_validation_stop_it_where_it_can_be_gone_on_from() {
    let project = project("constraints: { online: true }\n", "    checks: { ck: id > 5 }\n");
    project.revision("more");
    let output = project.run(&["upgrade", "head"]);
    let told = project.told(&output);
    assert!(told.contains("validate_constraint public.tasks.ck") && told.contains("SQLSTATE 23514"), "{told}");
    assert!(told.contains("run upgrade again to go on from there"), "{told}");
    project.database.client().batch_execute("DELETE FROM tasks WHERE id <= 5").unwrap();
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
}

#[test]
fn a_partitioned_table_takes_no_index_concurrently_and_its_model_is_told_so() {
    let model = "tables:\n  days:\n    columns: { day: date }\n    partition_by: { range: [day] }\n";
    let project = Project::with(&[("schema/days.yaml", model)]);
    project.revision("days");
    project.done(&["upgrade", "head"]);
    project
        .write("schema/days.yaml", format!("{model}    indexes: {{ ix: {{ columns: [day], concurrently: true }} }}\n"));
    assert_eq!(project.run(&["check"]).status.code(), Some(1));
    let told = project.refused(&["revision", "-m", "more"]);
    assert!(told.contains("exit 1") && told.contains("not supported: index public.ix concurrently"), "{told}");
    assert!(told.contains("hint: take `concurrently` away"), "{told}");
    project.write("schema/days.yaml", format!("{model}    indexes: {{ ix: [day] }}\n"));
    project.write("autogen.yaml", BOTH);
    project.revision("more");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
}

#[test]
fn what_is_no_yes_or_no_is_an_error_at_its_place() {
    let project = project("", "    indexes: { ix: { columns: [title], concurrently: soon } }\n");
    let told = project.refused(&["check"]);
    assert!(told.contains("exit 2") && told.contains("schema/tasks.yaml:5:"), "{told}");
    project.write("schema/tasks.yaml", TASKS);
    project.write("autogen.yaml", "indexes: { concurrently: soon }\n");
    assert!(project.refused(&["check"]).contains("autogen.yaml:1:"));
}
