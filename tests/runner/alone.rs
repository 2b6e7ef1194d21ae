//! What a crash leaves of each kind of statement that has no transaction, and what becomes of it.

use std::thread::JoinHandle;
use std::time::Duration;

use autogen::runner::Ledger;
use postgres::Client;

use crate::files::{Project, count, exists, file, project};
use crate::resume::{OWN, kill_during};
use crate::server::{Database, database};

const INVALID: &str = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";

/// A table with a function that is slow for one of its rows.
const TABLE: &str = "CREATE TABLE public.t (id int);\nINSERT INTO public.t VALUES (1), (2), (3);\n\
    CREATE FUNCTION public.slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql \
    AS 'BEGIN IF $1 = 2 THEN PERFORM pg_sleep(30); END IF; RETURN $1; END';\n";

const QUICK: &str = "CREATE OR REPLACE FUNCTION public.slow(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'";

fn made(client: &mut Client) {
    client.batch_execute(TABLE).unwrap();
}

/// The function takes so many seconds for that row.
fn slow_for(client: &mut Client, seconds: &str) {
    let function = &TABLE[TABLE.find("CREATE FUNCTION").unwrap()..];
    client.batch_execute(&function.replace("CREATE", "CREATE OR REPLACE").replace("30", seconds)).unwrap();
}

/// One revision, of one step with these statements.
fn alone(statements: &str) -> Project {
    project([file("bbb1", &[], &format!("{OWN}{statements}"), "")])
}

/// Runs until its session is ended within a statement like this, as soon as an index is there that is not valid.
fn cut_off(database: &Database, project: &Project, within: &str) {
    let mut watcher = database.client();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            wait_until(&mut watcher, INVALID);
            kill_during(database, within).join().unwrap();
        });
        project.up(&mut database.client(), "head").unwrap_err();
    });
}

/// Another session that runs this, once that has begun.
fn elsewhere(database: &Database, sql: &'static str) -> JoinHandle<()> {
    let (mut client, mut watcher) = (database.client(), database.client());
    let thread = std::thread::spawn(move || client.batch_execute(sql).unwrap());
    let begun = "SELECT count(*) FROM pg_stat_progress_create_index WHERE datname = current_database()";
    wait_until(&mut watcher, begun);
    thread
}

fn wait_until(client: &mut Client, sql: &str) {
    for _ in 0..400 {
        if count(client, sql) > 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("never true: {sql}");
}

/// As if a run had been cut off while it was at its first statement.
fn in_doubt(client: &mut Client, project: &Project) {
    project.stamp(client, "head").unwrap();
    client
        .batch_execute(&format!(
            "DELETE FROM public.autogen_revisions; INSERT INTO public.autogen_steps VALUES \
             ('bbb1', 'upgrade', 1, now(), NULL, 0, 1, '{}')",
            crate::resume::hash(&[])
        ))
        .unwrap();
}

#[test]
fn an_index_that_another_backend_still_builds_is_waited_for() {
    let database = database();
    let mut client = database.client();
    made(&mut client);
    slow_for(&mut client, "1.5");
    let project = alone("CREATE INDEX CONCURRENTLY ix ON public.t (public.slow(id));\n");
    in_doubt(&mut client, &project);
    let builder = elsewhere(&database, "CREATE INDEX CONCURRENTLY ix ON public.t (public.slow(id))");
    wait_until(&mut client, "SELECT count(*) FROM pg_class WHERE relname = 'ix'");
    project.up(&mut client, "head").unwrap();
    builder.join().unwrap();
    let told = project.warnings();
    assert!(told[0].contains("is still building one of public.t") && told.len() == 1, "{told:?}");
    assert_eq!(count(&mut client, INVALID), 0);
}

#[test]
fn a_build_that_does_not_end_is_not_waited_for_longer_than_for_the_lock() {
    let database = database();
    let mut client = database.client();
    made(&mut client);
    let mut project = alone("CREATE INDEX CONCURRENTLY ix ON public.t (public.slow(id));\n");
    project.options.lock_deadline = Duration::from_millis(400);
    in_doubt(&mut client, &project);
    let mut builder = database.client();
    let stop = builder.cancel_token();
    let building =
        std::thread::spawn(move || builder.batch_execute("CREATE INDEX CONCURRENTLY ix ON public.t (public.slow(id))"));
    wait_until(&mut client, "SELECT count(*) FROM pg_class WHERE relname = 'ix'");
    let text = project.up(&mut client, "head").unwrap_err().to_string();
    assert!(text.contains("the index ix of public.t is still being built by the backend"), "{text}");
    assert!(text.contains("pg_terminate_backend"), "{text}");
    stop.cancel_query(postgres::NoTls).unwrap();
    building.join().unwrap().unwrap_err();
    // nobody is at it any more
    client.batch_execute(QUICK).unwrap();
    project.up(&mut client, "head").unwrap();
    assert!(project.warnings().iter().any(|told| told.contains("dropped the index public.ix")));
    assert_eq!(count(&mut client, INVALID), 0);
}

#[test]
fn an_index_of_that_name_that_says_something_else_is_taken_for_done_with_a_warning() {
    let database = database();
    let mut client = database.client();
    made(&mut client);
    client.batch_execute("CREATE INDEX ix ON public.t (id DESC)").unwrap();
    let project = alone("CREATE INDEX CONCURRENTLY ix ON public.t (id);\n");
    in_doubt(&mut client, &project);
    project.up(&mut client, "head").unwrap();
    let told = project.warnings();
    assert!(told[0].contains("CREATE INDEX ix ON public.t USING btree (id DESC)"), "{told:?}");
}

#[test]
fn an_index_that_was_there_before_and_is_not_valid_is_not_dropped_but_told() {
    let database = database();
    let mut client = database.client();
    made(&mut client);
    client.batch_execute("CREATE INDEX ix ON public.t (id); UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix'::regclass").unwrap();
    let text =
        alone("CREATE INDEX CONCURRENTLY ix ON public.t (id);\n").up(&mut client, "head").unwrap_err().to_string();
    assert!(text.contains("SQLSTATE 42P07") && text.contains("public.ix is not valid: no query uses it"), "{text}");
    assert!(text.contains("`DROP INDEX CONCURRENTLY public.ix`"), "{text}");
    assert!(exists(&mut client, "public.ix"));
    // nor on the second try, nor where something came before it in its step
    alone("CREATE INDEX CONCURRENTLY ix ON public.t (id);\n").up(&mut client, "head").unwrap_err();
    let second = "VACUUM public.t;\nCREATE INDEX CONCURRENTLY ix ON public.t (id);\n";
    for _ in 0..2 {
        let text = alone(second).up(&mut client, "head").unwrap_err().to_string();
        assert!(text.contains("SQLSTATE 42P07") && exists(&mut client, "public.ix"), "{text}");
    }
    let guarded = "VACUUM public.t;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS ix ON public.t (id);\n";
    let text = alone(guarded).up(&mut client, "head").unwrap_err().to_string();
    assert!(text.contains("the index is there, but it is not valid"), "{text}");
}

const DETACH: &str = "DETACH PARTITION CONCURRENTLY";

#[test]
fn a_partition_that_is_half_detached_is_detached() {
    if !crate::server::is_from(14, DETACH) {
        return;
    }
    let database = database();
    let mut client = database.client();
    client
        .batch_execute(
            "CREATE TABLE public.p (n int) PARTITION BY RANGE (n); \
             CREATE TABLE public.p1 PARTITION OF public.p FOR VALUES FROM (0) TO (10)",
        )
        .unwrap();
    let project = alone("ALTER TABLE public.p DETACH PARTITION public.p1 CONCURRENTLY;\n");
    let mut reader = database.client();
    reader.batch_execute("BEGIN; SELECT * FROM public.p").unwrap();
    let pending = "SELECT count(*) FROM pg_inherits WHERE inhdetachpending";
    let mut watcher = database.client();
    let waiting = std::thread::spawn(move || wait_until(&mut watcher, pending));
    let killer = std::thread::scope(|scope| {
        scope.spawn(|| {
            waiting.join().unwrap();
            kill_during(&database, "ALTER TABLE%DETACH%").join().unwrap();
        });
        project.up(&mut database.client(), "head")
    });
    killer.unwrap_err();
    assert_eq!(count(&mut client, pending), 1);
    reader.batch_execute("ROLLBACK").unwrap();
    project.up(&mut client, "head").unwrap();
    assert!(project.warnings()[0].contains("finished detaching public.p1"), "{:?}", project.warnings());
    assert_eq!(count(&mut client, "SELECT count(*) FROM pg_inherits WHERE inhparent = 'public.p'::regclass"), 0);
    assert!(exists(&mut client, "public.p1"));
}

#[test]
fn what_was_done_before_the_crash_is_not_done_again() {
    let database = database();
    for (made, statement) in [
        (
            "CREATE TABLE public.t (n int); ALTER TABLE public.t ADD CONSTRAINT c CHECK (n > 0)",
            "ALTER TABLE public.t VALIDATE CONSTRAINT c;\n",
        ),
        (
            "CREATE TABLE public.t (n int) PARTITION BY RANGE (n); CREATE TABLE public.p1 (n int)",
            "ALTER TABLE public.t DETACH PARTITION public.p1 CONCURRENTLY;\n",
        ),
        ("CREATE TABLE public.t (n int)", "DROP INDEX CONCURRENTLY public.ix;\n"),
        ("CREATE TABLE public.t (n int); CREATE INDEX ix ON public.t (n)", "CREATE INDEX CONCURRENTLY ix ON t (n);\n"),
    ] {
        if statement.contains("DETACH") && !crate::server::is_from(14, DETACH) {
            continue;
        }
        let mut client = database.client();
        client.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap();
        client.batch_execute(made).unwrap();
        let project = alone(statement);
        in_doubt(&mut client, &project);
        project.up(&mut client, "head").unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert!(project.warnings().is_empty(), "{:?}", project.warnings());
        assert_eq!(Ledger::read(&mut client).unwrap().heads(), ["bbb1"]);
    }
}

#[test]
fn what_a_reindex_left_is_dropped_and_built_again() {
    let database = database();
    let mut client = database.client();
    made(&mut client);
    client.batch_execute(QUICK).unwrap();
    client.batch_execute("CREATE INDEX ix ON public.t (public.slow(id))").unwrap();
    client
        .batch_execute(&TABLE[TABLE.find("CREATE FUNCTION").unwrap()..].replace("CREATE", "CREATE OR REPLACE"))
        .unwrap();
    let project = alone("REINDEX TABLE CONCURRENTLY public.t;\n");
    cut_off(&database, &project, "REINDEX%");
    assert_eq!(count(&mut client, INVALID), 1);
    client.batch_execute(QUICK).unwrap();
    project.up(&mut client, "head").unwrap();
    assert!(project.warnings()[0].contains("dropped the index public.ix_ccnew"), "{:?}", project.warnings());
    assert_eq!(count(&mut client, INVALID), 0);
    assert_eq!(count(&mut client, "SELECT count(*) FROM pg_class WHERE relname ~ '^ix'"), 1);
}

#[test]
fn a_drop_that_was_cut_off_is_finished() {
    let database = database();
    let mut client = database.client();
    client.batch_execute("CREATE TABLE public.t (n int); CREATE INDEX ix ON public.t (n)").unwrap();
    let project = alone("DROP INDEX CONCURRENTLY public.ix;\n");
    let mut reader = database.client();
    reader.batch_execute("BEGIN; SELECT * FROM public.t").unwrap();
    let mut watcher = database.client();
    let waiting = std::thread::spawn(move || wait_until(&mut watcher, INVALID));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            waiting.join().unwrap();
            kill_during(&database, "DROP INDEX CONCURRENTLY%").join().unwrap();
        });
        project.up(&mut database.client(), "head").unwrap_err();
    });
    assert_eq!(count(&mut client, INVALID), 1);
    reader.batch_execute("ROLLBACK").unwrap();
    project.up(&mut client, "head").unwrap();
    assert!(!exists(&mut client, "public.ix"));
}

/// The waiter polls without a snapshot, or the build would wait for it, and it for the build.
#[test]
fn two_runners_that_build_concurrently_do_not_deadlock() {
    let database = database();
    let mut client = database.client();
    made(&mut client);
    slow_for(&mut client, "0.4");
    let run = || {
        let statements = "CREATE INDEX CONCURRENTLY a ON public.t (public.slow(id)) WHERE id > 0;\n\
            CREATE INDEX CONCURRENTLY b ON public.t (public.slow(id));\n";
        alone(statements).up(&mut database.client(), "head").unwrap().moved.len()
    };
    let moved: usize = std::thread::scope(|scope| {
        let runners: Vec<_> = (0..2).map(|_| scope.spawn(run)).collect();
        runners.into_iter().map(|runner| runner.join().unwrap()).sum()
    });
    assert_eq!((moved, count(&mut client, INVALID)), (1, 0));
}

#[test]
fn an_index_that_rows_have_stopped_is_found_along_the_path_of_its_file() {
    let database = database();
    let mut client = database.client();
    client.batch_execute("CREATE SCHEMA app; CREATE TABLE app.t (a int); INSERT INTO app.t VALUES (1), (1)").unwrap();
    let steps = format!("SET search_path = app;\n{OWN}CREATE UNIQUE INDEX CONCURRENTLY ix ON t (a);\n");
    let project = project([file("bbb1", &[], &steps, "")]);
    project.up(&mut client, "head").unwrap_err();
    assert_eq!(count(&mut client, INVALID), 0);
    client.batch_execute("DELETE FROM app.t WHERE ctid = '(0,1)'").unwrap();
    project.up(&mut client, "head").unwrap();
    assert!(exists(&mut client, "app.ix"));
}
