//! Do the helpers for the tests of other projects find what is wrong, and say it so that a person knows what to do?
//!
//! `snapshots/testing__*` holds what they say.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::process::Command;

use autogen::testing::{self, find};
use autogen::{Error, Model, Project as Opened};
use command::{Project, TASKS};

const UP_1: &str =
    "CREATE TABLE public.tasks (id bigint NOT NULL, title text NOT NULL, CONSTRAINT tasks_pkey PRIMARY KEY (id));";

fn file(id: &str, parents: &str, upgrade: &str, downgrade: &str) -> String {
    format!(
        "-- autogen revision {id}\n-- message: number {id}\n-- parents: {parents}\n-- created: 2026-11-20 09:41:00+00:00\n\n\
         -- autogen:upgrade\n{upgrade}\n\\quit\n-- autogen:downgrade\n{downgrade}\n"
    )
}

/// The model of tasks with these revisions: id, parents, upgrade, downgrade.
fn project(revisions: &[[&str; 4]]) -> Project {
    let project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    for [id, parents, upgrade, downgrade] in revisions {
        project.write(&format!("revisions/{id}.sql"), file(id, parents, upgrade, downgrade));
    }
    project
}

/// What is said of a project in which something is wrong.
fn told(name: &str, project: &Project, error: Error) {
    // databases of the helper are called by its process
    let text = error.to_string();
    let text = project.masked(&text);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("testing__{name}"), text);
    });
}

#[test]
fn a_sound_project_passes_all_of_them_and_is_left_as_it_was() {
    let project = project(&[
        ["1", "(none)", UP_1, "DROP TABLE public.tasks;"],
        ["2", "1", "CREATE INDEX ix ON public.tasks (title);", "DROP INDEX public.ix;"],
        ["3", "2", "DROP INDEX public.ix;", "CREATE INDEX ix ON public.tasks (title);"],
    ]);
    let (before, root) = (project.files(), project.folder.as_path());
    testing::single_head_revision(root);
    testing::model_definitions_match_ddl(root);
    testing::up_down_consistency(root);
    testing::upgrade_equals_models(root);
    assert_eq!(project.files(), before);
}

#[test]
fn a_project_without_revisions_has_nothing_wrong_but_its_models() {
    let project = Project::with(&[]);
    let root = project.folder.as_path();
    testing::single_head_revision(root);
    testing::model_definitions_match_ddl(root);
    testing::up_down_consistency(root);
    testing::upgrade_equals_models(root);
}

#[test]
fn two_heads_are_named() {
    let project = project(&[
        ["1", "(none)", UP_1, "DROP TABLE public.tasks;"],
        ["2", "1", "CREATE SCHEMA two;", "DROP SCHEMA two;"],
        ["3", "1", "CREATE SCHEMA three;", "DROP SCHEMA three;"],
    ]);
    told("two_heads", &project, find::single_head_revision(&project.folder).unwrap_err());
}

#[test]
fn a_model_that_was_changed_without_a_revision_is_named_with_what_differs() {
    let project = project(&[["1", "(none)", UP_1, "DROP TABLE public.tasks;"]]);
    project.write("schema/tasks.yaml", TASKS.replace("title: text", "name: text\n      due: date?"));
    told("changed_model", &project, find::model_definitions_match_ddl(&project.folder).unwrap_err());
    told("changed_model_from_nothing", &project, find::upgrade_equals_models(&project.folder).unwrap_err());
}

#[test]
fn a_downgrade_that_leaves_something_is_named_with_what_differs() {
    let project = project(&[
        ["1", "(none)", UP_1, "DROP TABLE public.tasks;"],
        ["2", "1", "CREATE INDEX ix ON public.tasks (title); CREATE SCHEMA audit;", "DROP INDEX public.ix;"],
    ]);
    told("left_behind", &project, find::up_down_consistency(&project.folder, &[]).unwrap_err());
    testing::up_down_consistency_but(&project.folder, &["2"]);
}

#[test]
fn a_downgrade_that_fails_is_told_with_its_place() {
    let project = project(&[
        ["1", "(none)", UP_1, "DROP TABLE public.tasks;"],
        ["2", "1", "CREATE SCHEMA audit;", "DROP SCHEMA audits;"],
    ]);
    told("failing_downgrade", &project, find::up_down_consistency(&project.folder, &[]).unwrap_err());
    told("unknown_exception", &project, find::up_down_consistency(&project.folder, &["22"]).unwrap_err());
}

#[test]
fn what_leads_elsewhere_the_second_time_is_named() {
    let second = "DO $$ BEGIN IF EXISTS (SELECT FROM pg_catalog.pg_description WHERE description = 'went') \
                  THEN CREATE TABLE public.again (); END IF; END $$;";
    let project = project(&[
        ["1", "(none)", UP_1, "DROP TABLE public.tasks;"],
        // what it leaves is in no catalog that is compared: a comment on a cast
        ["2", "1", second, "COMMENT ON CAST (bigint AS integer) IS 'went';"],
    ]);
    told("another_time", &project, find::up_down_consistency(&project.folder, &[]).unwrap_err());
}

#[test]
fn branches_and_revisions_that_wait_are_no_fault() {
    let waiting =
        file("4", "2", "ALTER TABLE public.tasks DROP COLUMN old;", "ALTER TABLE public.tasks ADD COLUMN old text;")
            .replace("-- created", "-- waits: public.tasks.old\n-- created");
    let project = project(&[
        ["1", "(none)", UP_1, "DROP TABLE public.tasks;"],
        ["2", "1", "ALTER TABLE public.tasks ADD COLUMN old text;", "ALTER TABLE public.tasks DROP COLUMN old;"],
    ]);
    project.write("revisions/4.sql", waiting);
    testing::single_head_revision(&project.folder);
    testing::up_down_consistency(&project.folder);
    // with what waits, the column is gone
    testing::upgrade_equals_models(&project.folder);
    assert!(find::model_definitions_match_ddl(&project.folder).is_err());
}

#[derive(Model)]
#[model(table = "tasks")]
struct Task {
    #[model(primary_key)]
    id: i64,
    title: String,
}

#[test]
fn models_may_be_types_of_the_program() {
    let project = project(&[["1", "(none)", UP_1, "DROP TABLE public.tasks;"]]);
    project.write("schema/tasks.yaml", "tables: { others: { columns: { id: bigint } } }");
    let opened = Opened::open(&project.folder).unwrap().with_models(autogen::models![Task]);
    testing::model_definitions_match_ddl(&opened);
    testing::upgrade_equals_models(&opened);
    assert!(find::model_definitions_match_ddl(&project.folder).is_err());
    let Task { id, title } = Task { id: 1, title: String::new() };
    assert!(id == 1 && title.is_empty());
}

#[test]
fn a_failure_panics_with_one_message() {
    let project = project(&[]);
    let panic = std::panic::catch_unwind(|| testing::model_definitions_match_ddl(&project.folder)).unwrap_err();
    let said = panic.downcast_ref::<String>().unwrap();
    assert!(said.starts_with("the models say something else than the revisions: 1 difference\n"), "{said}");
    assert!(said.contains("\n  + create_table public.tasks") && said.contains("\n  hint: "), "{said}");
}

/// Not in this process: the environment is everybody's.
const CHILD: &str = "AUTOGEN_TEST_OF_TESTING";

#[test]
fn with_database_url_a_scratch_database_is_made_there_and_dropped() {
    if let Ok(root) = std::env::var(CHILD) {
        testing::model_definitions_match_ddl(root.as_str());
        testing::with_roles(&["nobody_makes_this_role"]).unwrap();
        return;
    }
    let project = project(&[["1", "(none)", UP_1, "DROP TABLE public.tasks;"]]);
    let mut client = project.database.client();
    let mut databases = || -> Vec<String> {
        let rows =
            client.query("SELECT datname::text FROM pg_catalog.pg_database WHERE datname ~ '^autogen_test_'", &[]);
        rows.unwrap().iter().map(|row| row.get(0)).collect()
    };
    let name = "with_database_url_a_scratch_database_is_made_there_and_dropped";
    let run = |url: &str| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", name, "--nocapture"]).env(CHILD, &project.folder).env("DATABASE_URL", url);
        command.env_remove("DATABASE_URL_DIRECT").output().unwrap()
    };
    let done = run(&project.database.url());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(databases(), Vec::<String>::new());
    // nothing was written where the address leads
    let tables = client.query("SELECT FROM pg_catalog.pg_class WHERE relname = 'tasks' OR relname ~ '^autogen_'", &[]);
    assert!(tables.unwrap().is_empty());
    assert!(client.query("SELECT FROM pg_catalog.pg_roles WHERE rolname ~ '^nobody_makes'", &[]).unwrap().is_empty());
    let wrong = run("postgresql://nobody@127.0.0.1:1/none");
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && said.contains("127.0.0.1:1"), "{said}");
}

#[test]
fn roles_are_made_once_on_the_private_server() {
    testing::with_roles(&["outside_app"]).unwrap();
    testing::with_roles(&["outside_app"]).unwrap();
    let mut client = testing::database().unwrap().connect().unwrap();
    // its database is gone with the value
    assert!(client.query("SELECT 1", &[]).is_err());
    let database = testing::database().unwrap();
    let role = database.connect().unwrap().query("SELECT FROM pg_catalog.pg_roles WHERE rolname = 'outside_app'", &[]);
    assert_eq!(role.unwrap().len(), 1);
    assert!(testing::with_roles(&["no\0name"]).is_err());
}

#[test]
fn where_there_is_no_server_it_is_said_and_nothing_is_left() {
    if std::env::var(CHILD).is_ok() {
        let error = testing::database().unwrap_err();
        // and the next test need not try again
        assert_eq!(testing::database().unwrap_err().message(), error.message());
        panic!("{error}");
    }
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "where_there_is_no_server_it_is_said_and_nothing_is_left", "--nocapture"]);
    command
        .env(CHILD, "")
        .env("AUTOGEN_PG_BIN", "/not/there")
        .env_remove("DATABASE_URL")
        .env_remove("DATABASE_URL_DIRECT");
    let temporary = std::env::temp_dir().join(format!("autogen-no-server-{}", std::process::id()));
    std::fs::create_dir_all(&temporary).unwrap();
    let output = command.env("TMPDIR", &temporary).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("AUTOGEN_PG_BIN"), "{said}");
    let left = std::fs::read_dir(&temporary).unwrap().flatten().filter(|entry| entry.path().is_dir()).count();
    std::fs::remove_dir_all(&temporary).unwrap();
    assert_eq!(left, 0);
}
