//! Is a transaction pooler found, refused, and, where it is asked for, gone through without harm?

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use postgres::{Client, SimpleQueryMessage};

use crate::command::Project;
use crate::pgbouncer::{PgBouncer, pgbouncer};
use crate::processes::until;
use crate::shows;

/// The lock of the runner: "autogen" in ASCII.
const KEY: i64 = 0x0061_7574_6f67_656e;

/// A revision file, `parent` empty for the first.
fn file(id: &str, parent: &str, upgrade: &str, downgrade: &str) -> String {
    let parent = if parent.is_empty() { "(none)" } else { parent };
    format!(
        "-- autogen revision {id}\n-- message: about {id}\n-- parents: {parent}\n-- created: 2026-01-02 03:04:05+00:00\n\n\
         -- autogen:upgrade\n\n{upgrade}\n\n\\quit\n-- autogen:downgrade\n\n{downgrade}\n"
    )
}

const OWN: &str = "-- autogen:step no-transaction\n";

/// A project behind a pooler, with a revision of two transactions and a step between them that can have none.
fn project() -> Option<(Project, &'static PgBouncer)> {
    let mut project = Project::with(&[]);
    let pooler = pgbouncer(&project)?;
    project.url = pooler.url(&project);
    let first = "CREATE TABLE public.log (id text, at timestamptz DEFAULT now());";
    let second = format!(
        "INSERT INTO public.log (id) VALUES ('2a');\n\n{OWN}CREATE INDEX CONCURRENTLY log_id ON public.log (id) WHERE id <> '';\n\n\
         -- autogen:step transaction\nINSERT INTO public.log (id) VALUES ('2b');"
    );
    project.write("revisions/1.sql", file("111111111111", "", first, "DROP TABLE public.log;"));
    project.write(
        "revisions/2.sql",
        file("222222222222", "111111111111", &second, &format!("{OWN}DROP INDEX CONCURRENTLY public.log_id;")),
    );
    let third = "INSERT INTO public.log (id) VALUES ('3');";
    project.write("revisions/3.sql", file("333333333333", "222222222222", third, "DELETE FROM public.log;"));
    Some((project, pooler))
}

/// The settings of a session but those that a pooler sets itself, and those of a language that comes with its first use.
fn settings(client: &mut Client) -> Vec<(String, String)> {
    let own = ["application_name", "client_encoding"];
    let query = "SELECT name, setting FROM pg_settings ORDER BY 1";
    let rows = client.simple_query(query).unwrap();
    rows.iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some((row.get(0)?.to_owned(), row.get(1)?.to_owned())),
            _ => None,
        })
        .filter(|(name, _)| !own.contains(&name.as_str()) && !name.starts_with("plpgsql."))
        .collect()
}

/// Nothing of what was done is left where other clients of the pooler find it: settings, locks, transactions.
fn nothing_is_left(project: &Project, pooler: &PgBouncer) {
    let fresh = settings(&mut project.database.client());
    // as many sessions at once as the pooler has
    let mut clients: Vec<Client> = (0..6).map(|_| pooler.client(project)).collect();
    for client in &mut clients {
        client.batch_execute("BEGIN").unwrap();
        let other: Vec<_> = settings(client).into_iter().filter(|setting| !fresh.contains(setting)).collect();
        assert!(other.is_empty(), "other than in a new session: {other:?}");
    }
    drop(clients);
    let mut direct = project.database.client();
    let count = |direct: &mut Client, from: &str| -> i64 {
        direct.query_one(&format!("SELECT count(*) FROM {from}"), &[]).unwrap().get(0)
    };
    assert_eq!(
        count(
            &mut direct,
            "pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        ),
        0
    );
    until("a transaction is left open", &project.folder, || {
        count(&mut direct, "pg_stat_activity WHERE datname = current_database() AND state ~ '^idle in'") == 0
    });
}

fn masked(pooler: &PgBouncer, text: &str) -> String {
    text.replace(&pooler.port.to_string(), "[port]")
}

fn rows(project: &Project) -> Vec<String> {
    let rows = project.database.client().query("SELECT id FROM public.log ORDER BY id", &[]).unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn a_pooler_is_found_and_refused() {
    let Some((project, pooler)) = project() else { return };
    let mut told = String::new();
    for args in [&["upgrade", "head"][..], &["downgrade", "base"], &["stamp", "head"], &["ensure-version"]] {
        told.push_str(&format!("$ autogen {}\n{}", args.join(" "), masked(pooler, &project.refused(args))));
    }
    shows!("connections__pooler_refused", told);
    nothing_is_left(&project, pooler);
}

#[test]
fn what_only_reads_goes_through_a_pooler_and_leaves_nothing() {
    let Some((mut project, pooler)) = project() else { return };
    project.url = project.database.url();
    project.done(&["upgrade", "head"]);
    project.write(
        "schema/log.yaml",
        "tables:\n  log:\n    columns: { id: text?, at: { type: timestamptz?, default: now() } }\n",
    );
    project.url = pooler.url(&project);
    assert_eq!(project.done(&["current"]), "333333333333 (head)\n");
    assert!(project.done(&["inspect"]).contains("log_id"));
    assert!(project.done(&["diff"]).contains("log_id"));
    assert_eq!(project.run(&["check"]).status.code(), Some(1));
    project.sql("DROP INDEX log_id; ALTER TABLE log ADD CHECK (id IN ('a', '2a', '2b', '3'))");
    project.write("schema/log.yaml", "tables:\n  log:\n    columns: { id: text?, at: { type: timestamptz?, default: now() } }\n    checks: { log_id_check: \"id in ('a', '2a', '2b', '3')\" }\n");
    assert_eq!(project.run(&["check"]).status.code(), Some(0));
    nothing_is_left(&project, pooler);
}

#[test]
fn revisions_run_through_a_pooler_and_leave_nothing() {
    let Some((project, pooler)) = project() else { return };
    project.done(&["ensure-version", "--allow-pooler"]);
    project.done(&["upgrade", "head", "--allow-pooler"]);
    assert_eq!(rows(&project), ["2a", "2b", "3"]);
    nothing_is_left(&project, pooler);
    assert!(project.catalog().iter().any(|line| line == "i log_id"), "{:?}", project.catalog());
    project.done(&["downgrade", "111111111111", "--allow-pooler"]);
    assert!(!project.catalog().iter().any(|line| line == "i log_id"));
    project.done(&["stamp", "head", "--allow-pooler"]);
    assert_eq!(project.done(&["current"]), "333333333333 (head)\n");
    nothing_is_left(&project, pooler);
}

#[test]
fn a_baseline_is_noted_through_a_pooler() {
    let Some((project, pooler)) = project() else { return };
    for n in 1..=3 {
        std::fs::remove_file(project.folder.join(format!("revisions/{n}.sql"))).unwrap();
    }
    project.sql("CREATE TABLE public.log (id text)");
    assert!(project.refused(&["revision", "--baseline", "-m", "old"]).contains("or --allow-pooler"));
    project.done(&["revision", "--baseline", "-m", "old", "--rev-id", "111111111111", "--allow-pooler"]);
    assert_eq!(project.done(&["current"]), "111111111111 (head)\n");
    nothing_is_left(&project, pooler);
}

#[test]
fn limits_locks_and_batches_hold_behind_a_pooler() {
    let Some((project, pooler)) = project() else { return };
    let third = "INSERT INTO public.log (id) SELECT 'old' FROM generate_series(1, 250);\n\
        CREATE TABLE public.seen AS SELECT current_setting('lock_timeout') || ' ' || current_setting('search_path') || ' ' || \
        current_setting('row_security') AS settings;";
    let fourth = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nALTER TABLE public.log ADD COLUMN n int;\n\n\
        -- autogen:step batch size=100 pause=0ms\nUPDATE public.log SET id = 'new' WHERE id = 'old';";
    project.write("revisions/3.sql", file("333333333333", "222222222222", third, "DROP TABLE public.seen;"));
    project.write("revisions/4.sql", file("444444444444", "333333333333", fourth, ""));
    project.done(&["upgrade", "333333333333", "--allow-pooler"]);
    let settings: String = project.database.client().query_one("SELECT settings FROM seen", &[]).unwrap().get(0);
    assert_eq!(settings, "1s public off");
    // a reader holds the table for a moment
    let mut reader = project.database.client();
    reader.batch_execute("BEGIN; SELECT FROM public.log").unwrap();
    let runner = Follow::new(&project, &pooler.url(&project), &["upgrade", "head", "--allow-pooler"]);
    let mut watch = project.database.client();
    let taken = format!(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND (classid::int8 << 32) | objid::int8 = {KEY} AND granted \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    until("the lock is not taken", &project.folder, || !watch.query(&taken, &[]).unwrap().is_empty());
    reader.batch_execute("COMMIT").unwrap();
    let (code, said) = runner.end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(rows(&project).iter().filter(|id| *id == "new").count(), 250);
    drop((reader, watch));
    nothing_is_left(&project, pooler);
}

#[test]
fn a_revision_that_fails_behind_a_pooler_leaves_nothing() {
    let Some((project, pooler)) = project() else { return };
    project.write(
        "revisions/3.sql",
        file("333333333333", "222222222222", "CREATE TABLE public.half ();\nSELECT 1 / 0;", ""),
    );
    let output = project.run(&["upgrade", "head", "--allow-pooler"]);
    assert_eq!(output.status.code(), Some(2), "{}", project.told(&output));
    assert_eq!(project.done(&["current"]), "222222222222\n");
    assert!(!project.catalog().iter().any(|line| line.contains("half")));
    nothing_is_left(&project, pooler);
}

#[test]
fn what_would_stay_on_a_session_is_refused_by_name() {
    let Some((project, pooler)) = project() else { return };
    let mut told = String::new();
    for statements in [
        "SET statement_timeout = '5s';",
        &format!("{OWN}SET statement_timeout = '5s';"),
        "CREATE TEMP TABLE scratch (id int);",
    ] {
        project.write("revisions/3.sql", file("333333333333", "222222222222", statements, ""));
        told.push_str(&project.refused(&["upgrade", "head", "--allow-pooler"]));
    }
    project.write("revisions/3.sql", file("333333333333", "222222222222", "", ""));
    told.push_str(&project.refused(&["upgrade", "111111111111", "--allow-pooler", "--single-transaction"]));
    project.write("autogen.yaml", "search_path: [app, public]\n");
    project.sql("CREATE SCHEMA app");
    told.push_str(&project.refused(&["upgrade", "head", "--allow-pooler"]));
    shows!("connections__pooler_cannot", told);
    nothing_is_left(&project, pooler);
}

#[test]
fn a_parameter_that_a_pooler_refuses_is_told() {
    let Some((mut project, pooler)) = project() else { return };
    project.url = format!("{}&options=-c%20lock_timeout%3D5s", pooler.url(&project));
    shows!("connections__pooler_options", masked(pooler, &project.refused(&["current"])));
}

#[test]
fn allow_pooler_is_for_what_writes() {
    let Some((project, _)) = project() else { return };
    shows!("connections__allow_pooler_where_nothing_is_written", project.refused(&["check", "--allow-pooler"]));
}

/// A runner whose stderr can be followed.
struct Follow {
    child: Child,
    said: String,
    rest: BufReader<std::process::ChildStderr>,
}

impl Follow {
    fn new(project: &Project, url: &str, args: &[&str]) -> Self {
        let mut child = project.command(args).env("DATABASE_URL", url).stderr(Stdio::piped()).spawn().unwrap();
        let rest = BufReader::new(child.stderr.take().unwrap());
        Self { child, said: String::new(), rest }
    }

    fn until(&mut self, text: &str) {
        while !self.said.contains(text) {
            assert!(self.rest.read_line(&mut self.said).unwrap() > 0, "{text} was never said\n{}", self.said);
        }
    }

    fn end(mut self) -> (Option<i32>, String) {
        self.rest.read_to_string(&mut self.said).unwrap();
        (self.child.wait().unwrap().code(), self.said)
    }
}

#[test]
fn runners_exclude_each_other_however_they_come() {
    let Some((project, pooler)) = project() else { return };
    let (pooled, direct) = (pooler.url(&project), project.database.url());
    let slow = "SELECT pg_catalog.pg_advisory_xact_lock(42);";
    project
        .write("revisions/1.sql", file("111111111111", "", &format!("CREATE TABLE public.log (id text);\n{slow}"), ""));
    for (first, second) in [(&pooled, &direct), (&direct, &pooled), (&pooled, &pooled)] {
        let mut gate = project.database.client();
        gate.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
        let args = |url: &String| {
            if *url == pooled { vec!["upgrade", "head", "--allow-pooler"] } else { vec!["upgrade", "head"] }
        };
        let one = Follow::new(&project, first, &args(first));
        waits(&project, &mut gate);
        let mut two = Follow::new(&project, second, &args(second));
        two.until("waiting for another runner: process ");
        assert!(two.said.contains("(autogen) of postgres"), "{}", two.said);
        gate.batch_execute("SELECT pg_advisory_unlock(42)").unwrap();
        for runner in [one, two] {
            let (code, said) = runner.end();
            assert_eq!(code, Some(0), "{said}");
        }
        assert_eq!(rows(&project), ["2a", "2b", "3"]);
        nothing_is_left(&project, pooler);
        project.sql("DROP TABLE public.log, public.autogen_revisions, public.autogen_steps");
    }
}

#[test]
fn ten_runners_at_once_run_each_revision_once() {
    let Some((project, pooler)) = project() else { return };
    let url = pooler.url(&project);
    let runners: Vec<Follow> =
        (0..10).map(|_| Follow::new(&project, &url, &["upgrade", "head", "--allow-pooler"])).collect();
    for runner in runners {
        let (code, said) = runner.end();
        assert_eq!(code, Some(0), "{said}");
    }
    assert_eq!(rows(&project), ["2a", "2b", "3"]);
    nothing_is_left(&project, pooler);
}

/// Until a statement waits for the lock that the test holds.
fn waits(project: &Project, gate: &mut Client) {
    let waiting = "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted AND database = \
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    until("no statement waits", &project.folder, || !gate.query(waiting, &[]).unwrap().is_empty());
}

#[test]
fn a_signal_reaches_the_statement_behind_a_pooler() {
    let Some((project, pooler)) = project() else { return };
    let mut gate = project.database.client();
    gate.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
    project.write("revisions/1.sql", file("111111111111", "", "SELECT pg_catalog.pg_advisory_xact_lock(42);", ""));
    let runner = Follow::new(&project, &pooler.url(&project), &["upgrade", "head", "--allow-pooler"]);
    waits(&project, &mut gate);
    // SAFETY: a signal to a child that has not been waited for
    unsafe { libc::kill(i32::try_from(runner.child.id()).unwrap(), libc::SIGINT) };
    let (code, said) = runner.end();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("stands at the base"), "{said}");
    drop(gate);
    nothing_is_left(&project, pooler);
}

#[test]
fn a_runner_that_lost_its_lock_commits_nothing_more() {
    let Some((project, pooler)) = project() else { return };
    let mut gate = project.database.client();
    gate.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
    let first = "CREATE TABLE public.log (id text);\nSELECT pg_catalog.pg_advisory_xact_lock(42);";
    project.write("revisions/1.sql", file("111111111111", "", first, ""));
    let runner = Follow::new(&project, &pooler.url(&project), &["upgrade", "head", "--allow-pooler"]);
    waits(&project, &mut gate);
    let holder = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND (classid::int8 << 32) | objid::int8 = {KEY} \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    );
    assert_eq!(gate.query(&holder, &[]).unwrap().len(), 1);
    gate.batch_execute("SELECT pg_advisory_unlock(42)").unwrap();
    let (code, said) = runner.end();
    assert_eq!(code, Some(2), "{said}");
    shows!("connections__pooler_lock_lost", project.masked(&said));
    assert!(project.catalog().iter().all(|line| !line.contains("log")), "{:?}", project.catalog());
    nothing_is_left(&project, pooler);
}

#[test]
fn a_runner_that_is_killed_gives_the_lock_back() {
    let Some((project, pooler)) = project() else { return };
    let mut gate = project.database.client();
    gate.batch_execute("SELECT pg_advisory_lock(42)").unwrap();
    project.write("revisions/1.sql", file("111111111111", "", "SELECT pg_catalog.pg_advisory_xact_lock(42);", ""));
    let mut runner = Follow::new(&project, &pooler.url(&project), &["upgrade", "head", "--allow-pooler"]);
    waits(&project, &mut gate);
    runner.child.kill().unwrap();
    runner.child.wait().unwrap();
    until("the lock is not given back", &project.folder, || {
        let row = gate.query_one("SELECT pg_try_advisory_lock($1)", &[&KEY]).unwrap();
        row.get(0)
    });
}
