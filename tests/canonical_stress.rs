//! Is an expression that the server prints otherwise told apart from one that differs, whatever stands in the way?
//!
//! Many tables at once, and servers, roles and settings under which nothing can be tried. What cannot be told is named, and
//! is neither equal nor different; what needs no server is compared all the same.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use autogen::embedded::{self, Cluster};
use command::Project;

/// One check that the server prints otherwise, one that text or proof settles.
const MODEL: &str = "tables:
  things:
    columns: { kind: varchar, price: integer }
    checks:
      ck_kind: kind in ('a', 'b')
      ck_price: price > 0
";

const LIVE: &str = "CREATE TABLE public.things (kind varchar NOT NULL, price integer NOT NULL, \
    CONSTRAINT ck_kind CHECK (kind IN ('a', 'b')), CONSTRAINT ck_price CHECK (price > 0))";

fn project() -> Project {
    let project = Project::with(&[("schema/things.yaml", MODEL)]);
    project.sql(LIVE);
    project
}

/// With a schema for what somebody else has put there.
fn guarded() -> Project {
    let project = project();
    project.write("autogen.yaml", "schemas: [public]\n");
    project.sql("CREATE SCHEMA guards");
    project
}

/// Exit code 2 and one message that names the open check and the reason; nothing is said to differ.
fn untold(project: &Project, output: &Output, reason: &str) {
    let told = project.told(output);
    assert!(told.starts_with("exit 2\n"), "{told}");
    assert!(told.contains("could not tell whether check constraint public.things.ck_kind differs: "), "{told}");
    assert!(told.contains(reason) && told.contains("hint: write the expression"), "{told}");
    assert!(!told.contains("ck_price") && !told.contains("drift"), "{told}");
}

/// What is certain is said with exit code 1, and what is untold beside it.
fn certain_beside_untold(project: &Project, run: impl Fn(&[&str]) -> Output) {
    project.write("schema/things.yaml", MODEL.replace("price: integer }", "price: integer, more: text? }"));
    let told = project.told(&run(&["check"]));
    assert!(told.starts_with("exit 1\n") && told.contains("things.more") && told.contains("could not tell"), "{told}");
    project.write(
        "schema/things.yaml",
        MODEL.replace(
            "kind in ('a', 'b')",
            "((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
        ),
    );
    let told = project.told(&run(&["check"]));
    assert!(told.starts_with("exit 0\n"), "equal texts are equal\n{told}");
}

#[test]
fn many_tables_with_open_expressions_exhaust_nothing() {
    let tables: usize = std::env::var("STRESS_TABLES").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000);
    let mut model = String::from("tables:\n");
    for n in 1..=tables {
        model.push_str(&format!(
            "  t{n}: {{ columns: {{ kind: varchar }}, checks: {{ ck: \"kind in ('a', 'b')\" }} }}\n"
        ));
    }
    let project = Project::with(&[("schema/many.yaml", &model)]);
    let mut client = project.database.client();
    let locks: String = client.query_one("SHOW max_locks_per_transaction", &[]).unwrap().get(0);
    assert_eq!(locks, "64", "the default");
    client
        .batch_execute(&format!(
            "DO $$ BEGIN FOR n IN 1..{tables} LOOP EXECUTE format('CREATE TABLE public.t%s (kind varchar NOT NULL, \
             CONSTRAINT ck CHECK (kind IN (''a'', ''b'')))', n); IF n % 500 = 0 THEN COMMIT; END IF; END LOOP; END $$"
        ))
        .unwrap();
    let told = project.told(&project.run(&["check"]));
    assert!(told.contains(&format!("in step: {tables} tables")), "{told}");
}

#[test]
fn a_server_without_plpgsql_cannot_tell() {
    let project = project();
    project.sql("DROP EXTENSION plpgsql");
    untold(&project, &project.run(&["check"]), "language \"plpgsql\" does not exist (SQLSTATE 42704)");
    certain_beside_untold(&project, |args| project.run(args));
}

#[test]
fn an_event_trigger_against_new_tables_cannot_tell() {
    let project = guarded();
    project.sql(
        "CREATE FUNCTION guards.refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no new tables here'; END $$; \
         CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION guards.refuse()",
    );
    untold(&project, &project.run(&["check"]), "no new tables here (SQLSTATE P0001)");
    certain_beside_untold(&project, |args| project.run(args));
}

/// A role of this test alone, gone with the value.
struct Role<'a> {
    name: String,
    project: &'a Project,
}

impl<'a> Role<'a> {
    fn new(project: &'a Project) -> Self {
        let name = format!("role_of_{}", project.database.name());
        project.sql(&format!("CREATE ROLE {name} LOGIN"));
        Self { name, project }
    }

    fn run(&self, args: &[&str]) -> Output {
        let url = self.project.database.url().replacen("//postgres@", &format!("//{}@", self.name), 1);
        self.project.command(args).env("DATABASE_URL", url).output().unwrap()
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        self.project.sql(&format!("DROP OWNED BY {0}; DROP ROLE {0}", self.name));
    }
}

#[test]
fn a_role_that_may_not_make_temporary_tables_cannot_tell() {
    let project = project();
    let role = Role::new(&project);
    project.sql(&format!("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", project.database.name()));
    untold(&project, &role.run(&["check"]), "(SQLSTATE 42501)");
    certain_beside_untold(&project, |args| role.run(args));
}

#[test]
fn a_role_that_may_not_use_the_schema_of_a_type_cannot_tell() {
    let model =
        format!("enums:\n  app.mood: [low, high]\n{}", MODEL.replace("kind: varchar", "kind: varchar, mood: app.mood"));
    let project = Project::with(&[("schema/things.yaml", &model)]);
    project.sql(&format!(
        "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('low', 'high'); {}",
        LIVE.replace("price integer", "mood app.mood NOT NULL, price integer")
    ));
    let role = Role::new(&project);
    untold(&project, &role.run(&["check"]), "permission denied for schema app (SQLSTATE 42501)");
}

#[test]
fn a_statement_timeout_cannot_tell() {
    let project = guarded();
    project.sql(
        "CREATE FUNCTION guards.wait() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); END $$; \
         CREATE EVENT TRIGGER wait ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION guards.wait()",
    );
    project.sql(&format!("ALTER DATABASE {} SET statement_timeout = '1s'", project.database.name()));
    untold(&project, &project.run(&["check"]), "statement timeout (SQLSTATE 57014)");
}

/// Nothing outside of the session's own schema is ever written, and it is taken back: such a role may still be told.
#[test]
fn a_role_whose_transactions_read_only_by_default_is_told() {
    let project = project();
    let role = Role::new(&project);
    project.sql(&format!("ALTER ROLE {} SET default_transaction_read_only = on", role.name));
    let told = project.told(&role.run(&["check"]));
    assert!(told.starts_with("exit 0\n"), "{told}");
}

#[test]
fn several_checks_that_nobody_named_are_untold_and_not_different() {
    let unnamed = MODEL.replace("ck_kind: kind in", "- kind in").replace("ck_price: price > 0", "- price in (1, 2)");
    let project = Project::with(&[("schema/things.yaml", &unnamed)]);
    project.sql(&LIVE.replace("price > 0", "price IN (1, 2)"));
    project.sql("DROP EXTENSION plpgsql");
    let told = project.told(&project.run(&["check"]));
    assert!(told.starts_with("exit 2\n") && told.contains("could not tell: check constraint"), "{told}");
}

/// A server of its own, removed with the value.
struct Private(PathBuf);

impl Private {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("autogen-standby-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn open(&self) -> Cluster {
        let opened = embedded::find(None).and_then(|binaries| Cluster::open(&self.0.join("postgres"), &binaries));
        opened.unwrap_or_else(|e| panic!("{e}"))
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        let _ = embedded::reset(&self.0.join("postgres"));
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_standby_reads_and_cannot_tell() {
    let (server, mut project) = (Private::new(), project());
    let cluster = server.open();
    cluster.create_database("app").unwrap_or_else(|e| panic!("{e}"));
    let mut client = cluster.config("app").connect(postgres::NoTls).unwrap();
    client.batch_execute(LIVE).unwrap();
    let data: String = client.query_one("SHOW data_directory", &[]).unwrap().get(0);
    drop((client, cluster));
    // a standby that waits for more from nowhere
    fs::write(Path::new(&data).join("standby.signal"), "").unwrap();
    let standby = server.open();
    project.url = standby.url("app");
    untold(&project, &project.run(&["check"]), "during recovery");
    certain_beside_untold(&project, |args| project.run(args));
}

#[test]
fn known_answers_are_not_asked_for_again() {
    let project = project();
    let cache = project.folder.join(".autogen/answers.json");
    project.done(&["check"]);
    let warm = fs::read(&cache).unwrap();
    // whatever would be asked now is refused
    project.sql(&format!("REVOKE TEMPORARY ON DATABASE {} FROM PUBLIC", project.database.name()));
    let role = Role::new(&project);
    let told = project.told(&role.run(&["check"]));
    assert!(told.starts_with("exit 0\n"), "all of it is known\n{told}");
    // another text is another question
    project.write("schema/things.yaml", MODEL.replace("'b'", "'c'"));
    untold(&project, &role.run(&["check"]), "(SQLSTATE 42501)");
    project.write("schema/things.yaml", MODEL);
    for damaged in [&b""[..], b"{", b"{\"spelled\": [1]}", b"\xff\xfe", &warm[..warm.len() / 2]] {
        fs::write(&cache, damaged).unwrap();
        fs::remove_file(project.folder.join(".autogen/in_step.json")).unwrap();
        untold(&project, &role.run(&["check"]), "(SQLSTATE 42501)");
        project.done(&["check"]);
        assert!(role.run(&["check"]).status.success(), "it was made anew");
    }
}

#[test]
fn what_is_remembered_is_no_ground_for_a_difference() {
    let project = project();
    project.done(&["check"]);
    let cache = project.read(".autogen/answers.json");
    project.write(".autogen/answers.json", cache.replace("'a'", "'wrong'").replacen("'wrong'", "'a'", 1));
    project.done(&["check"]);
}

#[test]
fn a_cache_that_cannot_be_written_is_done_without() {
    let project = project();
    project.write(".autogen", "a file where the folder would be");
    project.done(&["check"]);
    fs::remove_file(project.folder.join(".autogen")).unwrap();
    fs::create_dir_all(project.folder.join(".autogen/answers.json/in the way")).unwrap();
    project.done(&["check"]);
    let mut left: Vec<_> =
        fs::read_dir(project.folder.join(".autogen")).unwrap().flatten().map(|e| e.file_name()).collect();
    left.sort();
    assert_eq!(left, ["answers.json", "in_step.json"], "nothing half written is left");
}
