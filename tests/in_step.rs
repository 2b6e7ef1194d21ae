//! Is an answer remembered only for as long as it holds?
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;

use command::Project;

const MODEL: &str = "
enums:
  level: [low, high]
tables:
  tasks:
    columns:
      id: { type: bigint, identity: always }
      title: { type: text, default: \"''\" }
      level: level
    primary_key: [id]
    checks: { ck_title: title <> 'x' }
    indexes: { ix_low: { columns: [title], where: \"level = 'low'\" } }
";

const KEPT: &str = ".autogen/in_step.json";

impl Project {
    /// In step, and remembered with the fingerprint of its catalog.
    fn remembered() -> Self {
        let project = Self::with(&[("schema/tasks.yaml", MODEL)]);
        project.revision("models");
        project.done(&["upgrade"]);
        project.remember();
        project
    }

    /// What is remembered says something that only memory can say.
    fn remember(&self) {
        self.write(KEPT, "");
        for _ in 0..2 {
            assert!(self.check().starts_with("exit 0\n--- stderr\nin step: 1 table in 1 file"));
        }
        self.write(KEPT, self.read(KEPT).replace("\"tables\": 1", "\"tables\": 77"));
        assert!(self.is_remembered());
    }

    fn check(&self) -> String {
        self.told(&self.run(&["check"]))
    }

    fn is_remembered(&self) -> bool {
        self.check().contains("in step: 77 tables in 1 file")
    }
}

#[test]
fn who_checks_once_waits_for_no_fingerprint() {
    let project = Project::with(&[("schema/tasks.yaml", MODEL)]);
    project.revision("models");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    assert!(project.read(KEPT).contains("\"catalog\": null"));
    project.done(&["check"]);
    assert!(!project.read(KEPT).contains("\"catalog\": null"));
}

#[test]
fn whatever_changes_in_the_database_is_seen() {
    let project = Project::remembered();
    for (change, back) in [
        ("ALTER TABLE tasks ALTER title SET DEFAULT 'x'", "ALTER TABLE tasks ALTER title SET DEFAULT ''"),
        ("COMMENT ON TABLE tasks IS 'x'", "COMMENT ON TABLE tasks IS NULL"),
        ("COMMENT ON COLUMN tasks.title IS 'x'", "COMMENT ON COLUMN tasks.title IS NULL"),
        ("ALTER TABLE tasks ALTER title DROP NOT NULL", "ALTER TABLE tasks ALTER title SET NOT NULL"),
        ("ALTER TABLE tasks SET (fillfactor = 70)", "ALTER TABLE tasks RESET (fillfactor)"),
        ("ALTER TABLE tasks ENABLE ROW LEVEL SECURITY", "ALTER TABLE tasks DISABLE ROW LEVEL SECURITY"),
        ("ALTER TABLE tasks ALTER id SET INCREMENT 5", "ALTER TABLE tasks ALTER id SET INCREMENT 1"),
        ("ALTER TYPE level RENAME VALUE 'low' TO 'lower'", "ALTER TYPE level RENAME VALUE 'lower' TO 'low'"),
        ("ALTER INDEX ix_low RENAME TO ix_lower", "ALTER INDEX ix_lower RENAME TO ix_low"),
        ("ALTER TABLE tasks CLUSTER ON tasks_pkey", "ALTER TABLE tasks SET WITHOUT CLUSTER"),
        ("CREATE VIEW v AS SELECT 1 AS a", "DROP VIEW v"),
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; ALTER TABLE tasks ALTER level SET STATISTICS 7",
            "DROP FUNCTION f(); ALTER TABLE tasks ALTER level SET STATISTICS -1",
        ),
    ] {
        project.sql(change);
        let drift = project.check();
        assert!(drift.starts_with("exit 1\n"), "{change}: {drift}");
        project.sql(back);
        let check = project.check();
        assert!(check.starts_with("exit 0\n"), "{back}: {check}");
        project.remember();
    }
}

#[test]
fn data_and_statistics_are_no_change() {
    let project = Project::remembered();
    project.sql("INSERT INTO tasks (title, level) SELECT n::text, 'low' FROM generate_series(1, 1000) n");
    for statement in ["ANALYZE tasks", "VACUUM FREEZE tasks", "VACUUM pg_catalog.pg_class"] {
        project.sql(statement);
        assert!(project.is_remembered(), "{statement}");
    }
}

#[test]
fn whatever_changes_in_the_project_is_seen() {
    let project = Project::remembered();
    project.write("schema/tasks.yaml", MODEL.replace("default: \"''\"", "default: \"'new'\""));
    assert!(project.check().starts_with("exit 1\n"));
    project.write("schema/tasks.yaml", MODEL);
    project.write("schema/notes.yaml", "tables: { notes: { columns: { id: bigint } } }");
    assert!(project.check().starts_with("exit 1\n"));
    std::fs::remove_file(project.folder.join("schema/notes.yaml")).unwrap();
    project.remember();
    project.write("autogen.yaml", "exclude: [{ kind: table, name: other }]");
    assert!(project.check().contains("in step: 1 table in"));
    project.remember();
    project.done(&["-q", "revision", "--empty", "-m", "more"]);
    assert!(project.check().starts_with("exit 1\n--- stderr\nnot at head"));
}

#[test]
fn what_is_no_answer_of_ours_is_passed_over() {
    let project = Project::remembered();
    for text in ["", "{", "[]", "{\"inputs\": 1}", "{\"inputs\":\"\",\"catalog\":\"\",\"found\":null}"] {
        project.write(KEPT, text);
        assert!(project.check().contains("in step: 1 table in 1 file"), "{text}");
    }
}

#[test]
fn what_cannot_be_told_and_what_differs_is_not_remembered() {
    let project = Project::remembered();
    project.sql("ALTER TABLE tasks ADD extra int");
    for _ in 0..3 {
        assert!(project.check().starts_with("exit 1\n"));
    }
    assert!(!project.is_remembered());
    project.sql("ALTER TABLE tasks DROP extra");
    assert!(project.check().contains("in step: 1 table in 1 file"), "a dropped column leaves its place behind");
}

/// What the rows of a catalog say that the fingerprint leaves out.
const PASSED_OVER: &[&str] = &[
    "pg_auth_members",
    "pg_authid",          // pg_roles
    "pg_db_role_setting", // the settings are pinned
    "pg_largeobject",     // data
    "pg_largeobject_metadata",
    "pg_parameter_acl",         // the server's
    "pg_publication_namespace", // its rows are in pg_depend, and it is not there before 15
    "pg_replication_origin",    // the server's
    "pg_statistic",             // data
    "pg_statistic_ext_data",    // data
    "pg_subscription",          // where there is one, nothing is remembered
    "pg_subscription_rel",      // data
    "pg_user_mapping",          // pg_user_mappings
];

#[test]
fn every_catalog_is_part_of_the_fingerprint_or_left_out_for_a_reason() {
    let text = include_str!("../src/introspect/fingerprint.sql");
    let query = "SELECT relname::text FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'";
    let rows = server::database().client().query(query, &[]).unwrap();
    let catalogs: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    assert!(catalogs.len() > 50);
    for catalog in catalogs {
        let printed = text.contains(&format!("'{catalog}'"));
        assert_ne!(printed, PASSED_OVER.contains(&catalog.as_str()), "{catalog}");
    }
}

#[test]
fn any_role_can_ask_for_the_fingerprint() {
    let database = server::database();
    let mut client = database.client();
    let fingerprint = autogen::introspect::fingerprint;
    let as_superuser = fingerprint(&mut client);
    client
        .batch_execute("DROP ROLE IF EXISTS autogen_nobody; CREATE ROLE autogen_nobody; SET ROLE autogen_nobody")
        .unwrap();
    let as_nobody = fingerprint(&mut client);
    client.batch_execute("RESET ROLE; DROP ROLE autogen_nobody").unwrap();
    assert!(as_superuser.is_some() && as_nobody.is_some() && as_superuser != as_nobody);
    client
        .batch_execute(
            "CREATE SUBSCRIPTION s CONNECTION 'host=localhost' PUBLICATION p WITH (connect = false, slot_name = NONE)",
        )
        .unwrap();
    assert_eq!(fingerprint(&mut client), None);
    client.batch_execute("DROP SUBSCRIPTION s").unwrap();
}
