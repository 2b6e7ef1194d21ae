//! Can a database that was there first become a project, without a statement being run on it?
//!
//! Each test is a story told to the program, on files and a PostgreSQL; `snapshots/adoption__*` holds what it said. The judge of
//! a baseline is pg_dump: run on an empty database it has to give the same dump.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/server.rs"]
mod server;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use command::Project;
use server::{Database, database, dump};

/// What each command said.
fn told(project: &Project, commands: &[&[&str]]) -> String {
    let said =
        |args: &&[&str]| format!("$ autogen {}\n{}\n\n", args.join(" "), project.told(&project.run(args)).trim_end());
    let told: String = commands.iter().map(said).collect();
    told.lines().filter(|line| !line.trim_start().starts_with("done in ")).map(|line| format!("{line}\n")).collect()
}

macro_rules! shows {
    ($name:expr, $told:expr) => {
        insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("adoption__{}", $name), $told);
        });
    };
}

const SCHEMA: &str = "
    CREATE SCHEMA audit;
    CREATE TYPE public.level AS ENUM ('low', 'high');
    CREATE DOMAIN public.code AS text CHECK (VALUE ~ '^[a-z]+$');
    CREATE SEQUENCE audit.numbers START 100;
    CREATE FUNCTION public.half(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n / 2';
    CREATE TABLE public.users (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        name varchar(50) NOT NULL DEFAULT 'no''one',
        code public.code, boss bigint REFERENCES public.users,
        lower_name text GENERATED ALWAYS AS (lower(name)) STORED);
    CREATE TABLE audit.events (
        id integer DEFAULT nextval('audit.numbers') NOT NULL, at timestamptz NOT NULL, level public.level,
        user_id bigint REFERENCES public.users ON DELETE CASCADE, CHECK (public.half(id) > 0)) PARTITION BY RANGE (at);
    CREATE TABLE audit.events_2026 PARTITION OF audit.events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
    CREATE INDEX ix_events_at ON audit.events (at DESC) WHERE level = 'high';
    CREATE UNIQUE INDEX \"Odd name\" ON public.users (lower(name));
    CREATE VIEW public.bosses AS SELECT u.name, count(*) AS n FROM public.users u JOIN public.users s ON s.boss = u.id GROUP BY u.name;
    CREATE MATERIALIZED VIEW audit.totals AS SELECT level, count(*) AS n FROM audit.events GROUP BY level;
    CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.name := trim(NEW.name); RETURN NEW; END$$;
    CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON public.users FOR EACH ROW EXECUTE FUNCTION public.touch();
    ALTER TABLE public.users ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON public.users USING (name = current_user);
    COMMENT ON TABLE public.users IS 'who is there';
    INSERT INTO public.users (name, code) VALUES ('ada', 'a'), ('bob', 'b');
    CREATE TABLE public.alembic_version (version_num varchar(32) PRIMARY KEY);
    INSERT INTO public.alembic_version VALUES ('27c6a30d7c24');
";

/// An empty folder with a database that holds this.
fn living(sql: &str) -> Project {
    let project = Project::with(&[]);
    fs::remove_dir_all(&project.folder).unwrap();
    fs::create_dir(&project.folder).unwrap();
    project.sql(sql);
    project
}

/// What `upgrade` makes of an empty database.
fn built(project: &Project) -> Database {
    let empty = database();
    let output = project.command(&["upgrade"]).env("DATABASE_URL", empty.url()).output().unwrap();
    assert!(output.status.success(), "{}", project.told(&output));
    empty
}

fn judged(project: &Project) {
    let other = built(project);
    let (Some(here), Some(there)) = (dump(&project.database), dump(&other)) else {
        eprintln!("no pg_dump: nothing is judged");
        return;
    };
    let without = |text: &str| {
        let blocks = text.split("\n--\n-- Name: ").filter(|block| !block.starts_with("alembic_version"));
        blocks.collect::<Vec<_>>().join("\n--\n-- Name: ")
    };
    let (here, there) = (without(&here), without(&there));
    let difference = similar::TextDiff::from_lines(&here, &there).unified_diff().to_string();
    assert!(here == there, "{difference}");
}

#[test]
fn a_living_database_becomes_a_project_in_one_go() {
    let project = living(SCHEMA);
    let mut said = told(&project, &[&["init", "--from-database"]]);
    let files =
        project.files().into_keys().map(|path| path.strip_prefix(&project.folder).unwrap().display().to_string());
    said.push_str(&project.masked(&format!("{}\n\n", files.collect::<Vec<_>>().join("\n"))));
    said.push_str(&told(
        &project,
        &[&["check"], &["status"], &["history"], &["init", "--from-database"], &["upgrade"]],
    ));
    shows!("in_one_go", said);
    judged(&project);
    let rows = project.database.client().query_one("SELECT count(*) FROM public.users", &[]).unwrap();
    assert_eq!(rows.get::<_, i64>(0), 2);
}

#[test]
fn a_folder_is_made_and_what_is_there_stays() {
    let project = living("CREATE TABLE public.a (id int)");
    project.write(".gitignore", "target");
    project.write("notes/readme.md", "mine");
    let url = project.database.url();
    let output = project
        .command(&["init", "new/shop", "--from-database", "--database-url", &url])
        .env_remove("DATABASE_URL")
        .output()
        .unwrap();
    shows!("in_a_new_folder", project.told(&output));
    assert!(project.folder.join("new/shop/.gitignore").exists());
}

#[test]
fn nothing_is_left_of_what_is_refused() {
    let mut project = living("");
    let refused =
        |project: &Project, args: &[&str]| format!("$ autogen {}\n{}\n", args.join(" "), project.refused(args));
    let mut said = refused(&project, &["init", "--from-database"]);
    said.push_str(&refused(&project, &["init", "new", "--from-database"]));
    said.push_str(&refused(&project, &["init", "--from-database", "--env", "prod"]));
    let url = std::mem::take(&mut project.url);
    said.push_str(&refused(&project, &["init", "--from-database"]));
    project.url = "postgresql://nobody@127.0.0.1:1/nothing".into();
    assert!(refused(&project, &["init", "new", "--from-database"]).contains("exit 2"));
    project.url = url;
    project.sql("CREATE TABLE public.a (id int)");
    project.write("revisions/1.sql", "no revision");
    said.push_str(&refused(&project, &["init", "--from-database"]));
    project.write("revisions/1.sql", "-- autogen revision aaa1\n-- message: x\n-- parents: (none)\n-- created: x\n\n-- autogen:upgrade\n\n\\quit\n-- autogen:downgrade\n");
    said.push_str(&refused(&project, &["init", "--from-database"]));
    fs::remove_dir_all(project.folder.join("revisions")).unwrap();
    project.write("schema/a.yaml", command::TASKS);
    said.push_str(&refused(&project, &["init", "--from-database"]));
    fs::remove_dir_all(project.folder.join("schema")).unwrap();
    // a folder cannot be made where a file is
    project.write("revisions", "");
    said.push_str(&refused(&project, &["init", "--from-database"]));
    fs::remove_file(project.folder.join("revisions")).unwrap();
    project.done(&["init", "--from-database"]);
    shows!("refused", said);
}

#[test]
fn nothing_is_noted_where_the_file_cannot_be_written() {
    let project = living("CREATE TABLE public.a (id int)");
    project.write("autogen.yaml", "");
    project.write("revisions/keep", "");
    project.done(&["ensure-version"]);
    // the name that the file would have is too long for a file system
    let message = "x".repeat(300);
    let id = "a".repeat(240);
    let said = project.refused(&["revision", "--baseline", "-m", &message, "--rev-id", &id]);
    assert!(said.contains("cannot write"), "{said}");
    project.done(&["revision", "--baseline", "-m", "base"]);
}

#[test]
fn a_baseline_writes_what_is_there_and_runs_nothing() {
    let project = living(SCHEMA);
    project.write("autogen.yaml", "");
    let mut said = told(
        &project,
        &[
            &["revision", "--baseline"],
            &["revision", "--baseline", "-m", "x", "--head", "base"],
            &["revision", "--baseline", "-m", "what was there", "--rev-id", "aaa1"],
            &["current"],
            &["show", "head"],
            &["revision", "--baseline", "-m", "again"],
            &["inspect", "--out", "schema"],
            &["check"],
        ],
    );
    judged(&project);
    // without its file the database says no
    fs::remove_dir_all(project.folder.join("revisions")).unwrap();
    said.push_str(&told(&project, &[&["revision", "--baseline", "-m", "again"]]));
    shows!("baseline", said);
}

#[test]
fn an_empty_baseline_begins_where_the_database_is() {
    let project = living(SCHEMA);
    project.write("autogen.yaml", "");
    project.done(&["inspect", "--out", "schema"]);
    let commands: &[&[&str]] = &[
        &["revision", "--baseline", "--empty", "-m", "the beginning", "--rev-id", "aaa1"],
        &["show", "head"],
        &["check"],
        &["downgrade", "base"],
        &["upgrade"],
        &["check"],
    ];
    shows!("empty", told(&project, commands));
    let nothing = living("");
    nothing.write("autogen.yaml", "");
    nothing.refused(&["revision", "--baseline", "-m", "x"]);
    nothing.done(&["revision", "--baseline", "--empty", "-m", "x"]);
}

#[test]
fn owners_and_privileges_come_along_where_they_are_managed() {
    let project = living("");
    let role = project.database.name().to_owned();
    project.sql(&format!(
        "CREATE ROLE \"{role}\"; CREATE TABLE public.a (id serial PRIMARY KEY); ALTER TABLE public.a OWNER TO \"{role}\";
         CREATE TABLE public.b (id int); GRANT SELECT ON public.b TO \"{role}\";
         ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO \"{role}\";
         CREATE TABLE public.c (id int); CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    ));
    project.write("autogen.yaml", "manage: [owners, privileges]\n");
    project.done(&["init", "--from-database"]);
    judged(&project);
    // where nobody manages them, no role is named
    let plain = living("");
    plain.sql(&format!("CREATE TABLE public.a (id serial PRIMARY KEY); ALTER TABLE public.a OWNER TO \"{role}\"; GRANT SELECT ON public.a TO \"{role}\""));
    plain.done(&["init", "--from-database"]);
    plain.done(&["check"]);
    assert!(!plain.done(&["show", "head"]).contains(&role));
    built(&plain);
    for database in [&project.database, &plain.database] {
        database.client().batch_execute(&format!("DROP OWNED BY \"{role}\"")).unwrap();
    }
}

#[test]
fn what_is_not_modelled_is_told_and_written_down() {
    let project = living("CREATE TYPE public.shell; CREATE TABLE public.a (id int)");
    let commands: &[&[&str]] = &[&["init", "--from-database"], &["show", "head"], &["check"]];
    shows!("not_modelled", told(&project, commands));
}

/// What the fixtures name, and is the whole server's: made by the first who asks, since two at a time would meet.
fn with_roles(project: &Project) {
    static MADE: std::sync::Once = std::sync::Once::new();
    MADE.call_once(|| make_roles(project));
}

fn make_roles(project: &Project) {
    let role = |role: &str| format!("DO $$ BEGIN CREATE ROLE \"{role}\"; EXCEPTION WHEN duplicate_object THEN END $$;");
    project.sql(&fixtures::ROLES.map(role).join(" "));
    project.sql(&format!("ALTER ROLE {} SUPERUSER", fixtures::SUPERUSER));
    for statement in ["SET allow_in_place_tablespaces = on", "CREATE TABLESPACE fast LOCATION ''"] {
        let mut client = project.database.client();
        let _ =
            client.batch_execute("SET allow_in_place_tablespaces = on").and_then(|()| client.batch_execute(statement));
    }
}

/// The state after a fixture, adopted and judged; whether there is anything to adopt.
fn adopted(case: &fixtures::Case) -> bool {
    let project = living("");
    with_roles(&project);
    project.write("autogen.yaml", format!("manage: [{}]\n", case.options.manage.join(", ")));
    for name in ["after.yaml", "after.sql"] {
        if let Ok(text) = fs::read_to_string(case.folder.join(name)) {
            project.write(&format!("schema/{name}"), text);
        }
    }
    for args in [&["revision", "-m", "x"][..], &["upgrade"]] {
        let output = project.run(args);
        if !output.status.success() {
            println!("{}: not made here: {}", case.name, project.told(&output));
            return false;
        }
    }
    for folder in ["revisions", "schema"] {
        let _ = fs::remove_dir_all(project.folder.join(folder));
    }
    project.sql("DROP TABLE IF EXISTS public.autogen_revisions, public.autogen_steps");
    let output = project.run(&["init", "--from-database"]);
    let said = project.told(&output);
    if said.contains("there is nothing to begin with") {
        return false;
    }
    assert!(matches!(output.status.code(), Some(0 | 1)) && said.contains("in step"), "{}: {said}", case.name);
    if !case.options.lost_by_dump {
        judged(&project);
    }
    true
}

/// One fixture of every third kind, or with `ADOPTED_CASES` all whose names begin so (empty: all there are).
#[test]
fn a_baseline_of_every_kind_gives_the_same_dump() {
    let mut cases = fixtures::all();
    cases.retain(|case| case.options.error.is_none() && case.options.only_where.is_none() && case.needs().is_none());
    match std::env::var("ADOPTED_CASES") {
        Ok(begins) => cases.retain(|case| begins.split(',').any(|begin| case.name.starts_with(begin))),
        Err(_) => {
            cases.dedup_by(|case, before| case.kind == before.kind);
            cases = cases.into_iter().step_by(3).collect();
        }
    }
    let (next, failed, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match catch_unwind(AssertUnwindSafe(|| adopted(case))) {
                        Ok(was) => drop(done.fetch_add(usize::from(was), Ordering::Relaxed)),
                        Err(_) => failed.lock().unwrap().push(case.name.clone()),
                    }
                }
            });
        }
    });
    let (failed, done) = (failed.into_inner().unwrap(), done.into_inner());
    println!("{done} of {} cases were adopted", cases.len());
    assert!(failed.is_empty() && done * 2 > cases.len(), "{done} of {}, {failed:?}", cases.len());
}

fn version(id: &str, below: &str, title: &str) -> String {
    format!(
        "\"\"\"{title}\n\nRevision ID: {id}\nRevises: {below}\n\n\"\"\"\nfrom typing import Sequence, Union\n\nfrom alembic import op\n\n\n\
         # revision identifiers, used by Alembic.\nrevision: str = '{id}'\ndown_revision: Union[str, Sequence[str], None] = {below}\n\
         branch_labels: Union[str, Sequence[str], None] = None\ndepends_on: Union[str, Sequence[str], None] = None\n\n\n\
         def upgrade() -> None:\n    revision = 'no'\n    op.execute(\"down_revision = 'no'\")\n"
    )
}

#[test]
fn a_project_comes_over_from_alembic() {
    let project = living(SCHEMA);
    project.write("autogen.yaml", "");
    let at = |id: &str| project.sql(&format!("UPDATE public.alembic_version SET version_num = '{id}'"));
    let mut said = told(&project, &[&["import", "alembic"]]);
    project.write("alembic.ini", "[alembic]\nscript_location = %(here)s/migrations\n");
    project.write("migrations/versions/a.py", version("1975ea83b712", "None", "create users"));
    project.write("migrations/versions/b.py", version("27c6a30d7c24", "'1975ea83b712'", "add events"));
    project.write("migrations/versions/__pycache__/b.py", "no");
    project.write("migrations/versions/c.py", version("3333aaaa4444", "('27c6a30d7c24')", "ahead of the database"));
    said.push_str(&told(&project, &[&["import", "alembic"]]));
    project.write("migrations/versions/c.py", version("3333aaaa4444", "'1975ea83b712'", "beside it"));
    said.push_str(&told(&project, &[&["import", "alembic"]]));
    project.write("migrations/versions/c.py", "import this\n");
    said.push_str(&told(&project, &[&["import", "alembic"]]));
    fs::remove_file(project.folder.join("migrations/versions/c.py")).unwrap();
    at("999999999999");
    said.push_str(&told(&project, &[&["import", "alembic"]]));
    project.sql("DELETE FROM public.alembic_version");
    said.push_str(&told(&project, &[&["import", "alembic"]]));
    project.sql("INSERT INTO public.alembic_version VALUES ('27c6a30d7c24'), ('1975ea83b712')");
    said.push_str(&told(&project, &[&["import", "alembic"]]));
    project.sql("DELETE FROM public.alembic_version WHERE version_num LIKE '19%'");
    said.push_str(&told(&project, &[&["import", "alembic", "--versions", "nowhere"]]));
    said.push_str(&told(
        &project,
        &[&["import", "alembic"], &["inspect", "--out", "schema"], &["check"], &["current"], &["import", "alembic"]],
    ));
    shows!("alembic", said);
    let row = project.database.client().query_one("SELECT version_num FROM public.alembic_version", &[]).unwrap();
    assert_eq!(row.get::<_, String>(0), "27c6a30d7c24");
    judged(&project);
    let file = project.done(&["show", "head"]);
    assert!(file.contains("-- Alembic's head then: 27c6a30d7c24, add events\n"), "{file}");
}

#[test]
fn alembics_merges_dependencies_and_folders_are_followed() {
    let project = living(SCHEMA);
    project.write("autogen.yaml", "revisions: [first, second]\n");
    project.write("pyproject.toml", "[tool.alembic]\nscript_location = \"%(here)s/db\"\nversion_locations = [\n  \"%(here)s/one\",\n  \"two\",\n]\n");
    project.write("one/a.py", version("aaaa", "None", "a"));
    project.write("one/b.py", "revision='bbbb'\ndown_revision='aaaa'\n");
    project.write("two/c.py", "revision = \"cccc\"\r\ndown_revision = 'aaaa'\r\n");
    project.write("two/d.py", "\nrevision = 'dddd'\ndown_revision = (\n    'bbbb',\n    'cccc',\n)\n");
    project.write("two/e.py", "revision = 'eeee'\ndown_revision = None\nbranch_labels = ('side',)\n");
    project.write("two/f.py", "revision = 'ffff'\ndown_revision = 'dddd'\ndepends_on = 'side'\n");
    project.sql("UPDATE public.alembic_version SET version_num = 'ffff'");
    assert!(project.done(&["import", "alembic", "-m", "from Alembic"]).starts_with("first/"));
    project.done(&["inspect", "--out", "schema"]);
    project.done(&["check"]);
}

#[test]
fn what_is_there_or_not_there_names_the_ways_out() {
    let project = living("CREATE TABLE public.tasks (id int)");
    project.write("autogen.yaml", "");
    project.write("revisions/1.sql", "-- autogen revision aaa1\n-- message: tasks\n-- parents: (none)\n-- created: x\n\n-- autogen:upgrade\nCREATE TABLE public.tasks (id int);\n\n\\quit\n-- autogen:downgrade\nDROP TABLE public.tasks;\n");
    let mut said = told(&project, &[&["upgrade"]]);
    project.write(
        "revisions/1.sql",
        project
            .read("revisions/1.sql")
            .replace("CREATE TABLE public.tasks (id int)", "ALTER TABLE public.users ADD COLUMN a int"),
    );
    said.push_str(&told(&project, &[&["upgrade"]]));
    shows!("ways_out", said);
}
