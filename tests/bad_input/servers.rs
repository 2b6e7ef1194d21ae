//! Servers that do not answer, and roles that may not.

use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use postgres::NoTls;

use crate::command::{Project, TASKS};
use crate::shows;

fn project() -> Project {
    Project::with(&[("schema/tasks.yaml", TASKS)])
}

/// A role of this database alone, gone with the value.
struct Role<'a> {
    name: String,
    project: &'a Project,
}

impl<'a> Role<'a> {
    fn new(project: &'a Project, attributes: &str) -> Self {
        let name = format!("role_of_{}", project.database.name());
        project.sql(&format!("CREATE ROLE {name} LOGIN {attributes}; REVOKE CREATE ON SCHEMA public FROM PUBLIC"));
        Self { name, project }
    }

    /// What a command says that is run as this role.
    fn says(&self, args: &[&str]) -> String {
        let url = self.project.database.url().replacen("//postgres@", &format!("//{}@", self.name), 1);
        let before = (self.project.files(), self.project.catalog());
        let output = self.project.command(args).env("DATABASE_URL", url).output().unwrap();
        assert_eq!((self.project.files(), self.project.catalog()), before);
        self.project.told(&output).replace(&self.name, "[role]")
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        let name = &self.name;
        self.project.sql(&format!("DROP OWNED BY {name}; DROP ROLE {name}"));
    }
}

#[test]
fn nobody_listens() {
    let mut project = project();
    project.url = "postgresql://u:S3cret@127.0.0.1:1/x".into();
    shows!("bad_input__server__nobody_listens", project.refused(&["check"]));
    project.url = "postgresql:///x?host=/nowhere&user=u".into();
    shows!("bad_input__server__no_socket", project.refused(&["check"]));
    project.url = "postgresql://u:S3cret@no.such.host.invalid/x?connect_timeout=5".into();
    let told = project.refused(&["check"]);
    assert!(told.contains("unknown host") && told.starts_with("exit 2"), "{told}");
}

#[test]
fn a_database_or_a_role_that_is_not_there() {
    let mut project = project();
    project.url = project.database.url().replace(project.database.name(), "nowhere");
    shows!("bad_input__server__no_database", project.refused(&["check"]));
    project.url = project.database.url().replacen("//postgres@", "//nobody_at_all@", 1);
    shows!("bad_input__server__no_role", project.refused(&["check"]));
}

#[test]
fn a_wrong_password_and_none() {
    let mut project = project();
    let role = format!("locked_{}", project.database.name());
    let mut client = project.database.client();
    client
        .batch_execute(&format!(
            "SET password_encryption = 'scram-sha-256'; CREATE ROLE {role} LOGIN PASSWORD 'S3cret'"
        ))
        .unwrap();
    let rules: String =
        client.query_one("SELECT pg_catalog.current_setting('hba_file')", &[]).map(|row| row.get(0)).unwrap();
    // the server writes the file itself: it may belong to another user than the test's
    let write = |client: &mut postgres::Client, lines: &str| {
        client
            .batch_execute(&format!("COPY (SELECT unnest(ARRAY[{lines}])) TO '{rules}'; SELECT pg_reload_conf()"))
            .unwrap();
    };
    write(&mut client, &format!("'local all {role} scram-sha-256', 'local all all trust'"));
    let as_role = project.database.url().replacen("//postgres@", &format!("//{role}@"), 1);
    let deadline = Instant::now() + Duration::from_secs(10);
    while postgres::Client::connect(&as_role, NoTls).is_ok() && Instant::now() < deadline {
        sleep(Duration::from_millis(20));
    }
    project.url = as_role.replacen("@", ":S3cretButWrong@", 1);
    let wrong = project.refused(&["check"]).replace(&role, "[role]");
    project.url = as_role;
    let none = project.refused(&["check"]).replace(&role, "[role]");
    write(&mut client, "'local all all trust'");
    client.batch_execute(&format!("DROP ROLE {role}")).unwrap();
    shows!("bad_input__server__a_wrong_password", wrong);
    shows!("bad_input__server__no_password", none);
}

#[test]
fn a_role_that_may_only_read() {
    let (project, _) = Project::revised();
    let role = Role::new(&project, "");
    project.sql(&format!("ALTER ROLE {} SET default_transaction_read_only = on", role.name));
    shows!("bad_input__server__read_only_upgrade", role.says(&["upgrade"]));
    // reading and comparing need no more
    shows!("bad_input__server__read_only_check", role.says(&["check"]));
}

#[test]
fn a_role_that_may_not_create() {
    let (project, _) = Project::revised();
    let role = Role::new(&project, "");
    shows!("bad_input__server__no_right_to_create", role.says(&["upgrade"]));
}

#[test]
fn a_role_that_may_not_use_a_schema_still_sees_all_of_it() {
    let project = Project::with(&[]);
    project.sql("CREATE SCHEMA closed; CREATE TYPE closed.mood AS ENUM ('a'); CREATE TABLE closed.t (m closed.mood)");
    let role = Role::new(&project, "");
    assert_eq!(role.says(&["inspect"]).replace(&role.name, ""), project.told(&project.run(&["inspect"])));
}

#[test]
fn a_role_that_may_not_read_the_bookkeeping() {
    let (project, _) = Project::revised();
    project.done(&["upgrade"]);
    let role = Role::new(&project, "");
    shows!("bad_input__server__no_right_to_the_bookkeeping", role.says(&["check"]));
}

#[test]
fn a_statement_timeout() {
    let mut project = project();
    project.sql("CREATE TABLE public.autogen_revisions (id text); CREATE TABLE public.autogen_steps (id text)");
    project.sql("BEGIN; LOCK public.autogen_revisions; COMMIT");
    let mut holder = project.database.client();
    holder.batch_execute("BEGIN; LOCK public.autogen_revisions").unwrap();
    project.url = format!("{}&options=-c%20statement_timeout%3D300", project.database.url());
    let output = project.run(&["check"]);
    holder.batch_execute("ROLLBACK").unwrap();
    shows!("bad_input__server__statement_timeout", project.told(&output));
}

#[test]
fn a_lock_that_another_session_holds() {
    let (project, _) = Project::revised();
    project.done(&["upgrade"]);
    project.write("schema/tasks.yaml", TASKS.replace("title: text\n", "title: text\n      note: text?\n"));
    project.revision("note");
    let mut holder = project.database.client();
    holder.batch_execute("BEGIN; LOCK public.tasks").unwrap();
    project.write("autogen.yaml", "lock_patience: 300ms\n");
    let files = project.files();
    let told = project.told(&project.run(&["upgrade"]));
    // who it is and how often it was tried is another thing each time; tests/running looks at it
    let steady: Vec<&str> =
        told.lines().filter(|line| !line.contains("in the way:") && !line.contains("it was tried")).collect();
    shows!("bad_input__server__a_held_lock", steady.join("\n"));
    assert_eq!(project.files(), files);
    project.write("autogen.yaml", "");
    let files = project.files();
    for (signal, code) in [(libc::SIGINT, 130), (libc::SIGTERM, 143)] {
        let child = project.command(&["upgrade"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        wait_for_runner(&project);
        // SAFETY: the child is ours and not yet waited for
        unsafe { libc::kill(child.id() as i32, signal) };
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code));
        shows!(format!("bad_input__server__signal_{signal}"), project.told(&output));
    }
    assert_eq!(project.files(), files);
    holder.batch_execute("ROLLBACK").unwrap();
    project.done(&["upgrade"]);
    project.done(&["check"]);
}

/// Until the upgrade asks for the table.
fn wait_for_runner(project: &Project) {
    let mut client = project.database.client();
    let deadline = Instant::now() + Duration::from_secs(20);
    let query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'autogen' AND query LIKE '%LOCK TABLE%' \
        AND datname = current_database()";
    while client.query_one(query, &[]).unwrap().get::<_, i64>(0) == 0 {
        assert!(Instant::now() < deadline, "the upgrade never asked");
        sleep(Duration::from_millis(5));
    }
}

/// However far it got, the next run goes on, and no statement ran twice.
#[test]
fn an_upgrade_killed_at_any_moment_is_taken_up_by_the_next_run() {
    for after in (0..20).map(|n| Duration::from_millis(5 + 11 * n)) {
        let (project, path) = Project::revised();
        let slow = "CREATE TABLE public.log (n int);\nINSERT INTO public.log VALUES (1);\nSELECT pg_sleep(0.05);\nCREATE TABLE";
        project.write(&path, project.read(&path).replacen("CREATE TABLE", slow, 1));
        let mut child = project.command(&["upgrade"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
        project.done(&["upgrade"]);
        let rows: i64 = project.database.client().query_one("SELECT count(*) FROM public.log", &[]).unwrap().get(0);
        assert_eq!(rows, 1, "killed after {after:?}");
    }
}

#[test]
fn tables_that_come_and_go_while_it_is_read_do_no_harm() {
    let project = project();
    let mut other = project.database.client();
    let (stop, told) = std::sync::mpsc::channel::<()>();
    let busy = std::thread::spawn(move || {
        while told.try_recv().is_err() {
            other.batch_execute("CREATE TABLE public.fleeting (a int DEFAULT 1 CHECK (a > 0), b text GENERATED ALWAYS AS ('x') STORED)").unwrap();
            other.batch_execute("DROP TABLE public.fleeting").unwrap();
        }
    });
    for _ in 0..10 {
        let output = project.run(&["check"]);
        let text = project.told(&output);
        assert!(matches!(output.status.code(), Some(1)) || text.contains("changes while it is read"), "{text}");
    }
    stop.send(()).unwrap();
    busy.join().unwrap();
}
