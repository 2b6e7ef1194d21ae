//! Is what belongs to objects written and compared only where it is managed, and never lost where it is not?

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;

const VIEW: &str = "views: { titles: { query: \"select id, title from tasks\" } }\n";
const OTHER_VIEW: &str = "views: { titles: { query: \"select title, id from tasks\" } }\n";

/// Roles belong to the whole server: each test has its own.
fn with_role(role: &str) -> Project {
    let project = Project::with(&[("schema/tasks.yaml", command::TASKS), ("schema/titles.yaml", VIEW)]);
    project.revision("tasks");
    project.done(&["upgrade", "head"]);
    project.sql(&format!("CREATE ROLE {role}; GRANT SELECT ON titles TO {role} WITH GRANT OPTION"));
    project
}

fn without_role(project: &Project, role: &str) {
    project.sql(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn privileges_are_written_and_compared_where_they_are_managed() {
    let project = with_role("attached_reader");
    project.done(&["check"]);
    project.done(&["inspect", "--out", "plain"]);
    project.write("autogen.yaml", "manage: [privileges, owners]\n");
    let told = project.run(&["check"]);
    assert_eq!(told.status.code(), Some(1), "{}", project.told(&told));
    project.done(&["inspect", "--out", "managed"]);
    assert!(!project.read("plain/titles.yaml").contains("attached_reader"));
    assert!(project.read("managed/titles.yaml").contains("attached_reader: [select with grant option]"));
    assert!(project.read("managed/database.yaml").contains("\nowner: postgres\n"));
    project.write("autogen.yaml", "manage: [privileges, owners]\nmodels: managed\n");
    project.done(&["check"]);
    without_role(&project, "attached_reader");
}

#[test]
fn what_somebody_else_granted_is_not_lost() {
    let project = with_role("attached_granter");
    project.sql("SET ROLE attached_granter; GRANT SELECT ON titles TO pg_monitor; RESET ROLE");
    project.write("schema/titles.yaml", OTHER_VIEW);
    let told = project.refused(&["revision", "-m", "other"]);
    assert!(told.contains("not modelled: privileges that attached_granter granted on view public.titles"), "{told}");
    without_role(&project, "attached_granter");
}

#[test]
fn what_somebody_else_granted_on_a_server_is_not_lost() {
    let project = with_role("attached_server_granter");
    project.sql("CREATE FOREIGN DATA WRAPPER w; CREATE SERVER shop FOREIGN DATA WRAPPER w");
    project.sql("GRANT USAGE ON FOREIGN SERVER shop TO attached_server_granter WITH GRANT OPTION");
    project.sql("SET ROLE attached_server_granter; GRANT USAGE ON FOREIGN SERVER shop TO pg_monitor; RESET ROLE");
    project
        .write("schema/shop.yaml", "foreign_data_wrappers: { w: }\nservers: { shop: { wrapper: w, type: other } }\n");
    let told = project.refused(&["revision", "-m", "other"]);
    assert!(told.contains("not modelled: privileges that attached_server_granter granted on server shop"), "{told}");
    without_role(&project, "attached_server_granter");
}

#[test]
fn the_sequence_of_a_column_goes_to_the_owner_of_its_table() {
    let project = with_role("attached_owner");
    project.sql("ALTER TABLE tasks OWNER TO attached_owner; GRANT CREATE ON SCHEMA public TO attached_owner");
    project.write("schema/tasks.yaml", command::TASKS.replace("title: text", "title: text\n      number: bigserial"));
    project.revision("numbers");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    project.write("schema/tasks.yaml", "tables: {}");
    project.write("schema/titles.yaml", "");
    project.done(&["-q", "revision", "--allow-drop-all", "-m", "gone"]);
    project.done(&["upgrade"]);
    // the table and its sequence come back as they were
    project.done(&["downgrade", "-1"]);
    let owners = "SELECT pg_get_userbyid(relowner)::text FROM pg_class WHERE relname IN ('tasks', 'tasks_number_seq')";
    let rows = project.database.client().query(owners, &[]).unwrap();
    assert_eq!(rows.iter().map(|row| row.get::<_, String>(0)).collect::<Vec<_>>(), ["attached_owner"; 2]);
    project.sql("REASSIGN OWNED BY attached_owner TO CURRENT_USER");
    without_role(&project, "attached_owner");
}
