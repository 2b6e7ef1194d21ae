//! Steps without a transaction, and what a crash in the middle of them leaves.

use std::time::Duration;

use autogen::revision::Revision;
use autogen::runner::{Ledger, Progress};
use postgres::Client;

use crate::files::{Project, count, exists, file, project};
use crate::server::database;

pub const OWN: &str = "-- autogen:step no-transaction\n";
const AGAIN: &str = "-- autogen:step transaction\n";

fn up(sql: &str) -> Project {
    project([file("bbb1", &[], sql, "")])
}

fn rows(client: &mut Client) -> i64 {
    count(client, "SELECT count(*) FROM public.t")
}

fn skipped(project: &Project) -> Vec<bool> {
    let skipped = |told| if let Progress::Step { skipped, .. } = told { Some(skipped) } else { None };
    project.told().into_iter().filter_map(skipped).collect()
}

/// Three steps, of which the second has no transaction and two statements.
fn three(second: &str) -> Revision {
    let sql = format!(
        "CREATE TABLE public.t (id int);\nINSERT INTO public.t VALUES (1), (1);\n{OWN}INSERT INTO public.t VALUES (2);\n{second};\n{AGAIN}\
         CREATE TABLE public.last ();\n"
    );
    file("bbb1", &[], &sql, "DROP TABLE public.last;\nDROP TABLE public.t;\n")
}

#[test]
fn a_revision_with_steps_of_its_own_goes_on_where_it_failed() {
    let database = database();
    let mut client = database.client();
    let project = project([three("CREATE UNIQUE INDEX CONCURRENTLY ix ON t (id)")]);
    let error = project.up(&mut client, "head").unwrap_err();
    let text = error.to_string();
    assert!(text.contains("SQLSTATE 23505"), "{text}");
    assert!(
        text.contains(
            "the database stands at the base; kept of this revision: step 1 of 3 and 1 of the statements of step 2"
        ),
        "{text}"
    );
    assert!(text.contains("run upgrade again"), "{text}");
    assert!(text.contains("nothing is left of the index") && !exists(&mut client, "public.ix"), "{text}");
    let query = "SELECT id, count(*) FROM t WHERE (id) IS NOT NULL GROUP BY id HAVING count(*) > 1";
    assert!(text.contains(&format!("all that collide: {query}")), "{text}");
    assert_eq!(client.query_one(query, &[]).unwrap().get::<_, i64>(1), 2);

    client.batch_execute("DELETE FROM public.t WHERE id = 1").unwrap();
    project.up(&mut client, "head").unwrap();
    assert_eq!(rows(&mut client), 1, "the finished insert has not run again");
    assert_eq!(count(&mut client, "SELECT count(*) FROM pg_index WHERE NOT indisvalid"), 0);
    assert!(exists(&mut client, "public.ix") && exists(&mut client, "public.last"));
    assert_eq!(skipped(&project), [false, false, true, false, false]);
    assert!(project.warnings().is_empty(), "{:?}", project.warnings());
    let ledger = Ledger::read(&mut client).unwrap();
    assert!(ledger.begun().is_empty() && ledger.heads() == ["bbb1"]);
}

#[test]
fn a_half_applied_revision_whose_finished_part_changed_is_refused() {
    let database = database();
    let mut client = database.client();
    project([three("SELECT 1/0")]).up(&mut client, "head").unwrap_err();
    let mut changed = three("SELECT 1");
    changed.upgrade = autogen::revision::Script::new(changed.upgrade.text().replace("(id int)", "(id bigint)"));
    let error = project([changed]).up(&mut client, "head").unwrap_err();
    assert!(error.message().contains("step 1 of bbb1 was changed after an earlier run had done it"), "{error}");
    // what has not run may change
    project([three("SELECT 1")]).up(&mut client, "head").unwrap();
    assert_eq!(rows(&mut client), 3);
}

#[test]
fn a_half_applied_revision_comes_before_anything_else() {
    let database = database();
    let mut client = database.client();
    let project = project([three("SELECT 1/0"), file("ccc1", &[], "", "")]);
    project.up(&mut client, "bbb1").unwrap_err();
    for error in [project.down(&mut client, "base").unwrap_err(), project.up(&mut client, "ccc1").unwrap_err()] {
        assert!(error.message().contains("revision bbb1 is half applied"), "{error}");
        assert!(error.hints()[0].contains("`autogen upgrade bbb1` goes on with it"), "{error}");
    }
    project.stamp(&mut client, "base").unwrap();
    assert!(project.warnings()[0].contains("bbb1 is half done, which is forgotten now"));
    assert!(Ledger::read(&mut client).unwrap().begun().is_empty());
}

#[test]
fn a_first_statement_that_fails_leaves_no_trace() {
    let database = database();
    let mut client = database.client();
    let error =
        up(&format!("{OWN}SELECT 1/0;\n{AGAIN}CREATE TABLE public.t ();\n")).up(&mut client, "head").unwrap_err();
    assert!(error.to_string().contains("nothing of this revision was kept"), "{error}");
    assert!(Ledger::read(&mut client).unwrap().begun().is_empty());
}

#[test]
fn a_downgrade_with_steps_of_its_own_goes_on_where_it_failed() {
    let database = database();
    let mut client = database.client();
    let down = format!("DROP TABLE public.a;\n{OWN}DROP INDEX CONCURRENTLY public.ix;\nDROP TABLE public.b;\n");
    let up = "CREATE TABLE public.a (id int);\nCREATE TABLE public.b (id int);\nCREATE INDEX ix ON public.b (id);\n";
    let project = project([file("bbb1", &[], up, &down)]);
    project.up(&mut client, "head").unwrap();
    client.batch_execute("CREATE VIEW public.v AS SELECT id FROM public.b").unwrap();
    let error = project.down(&mut client, "base").unwrap_err();
    assert!(
        error.to_string().contains(
            "the database stands at bbb1; done of this downgrade: step 1 of 2 and 1 of the statements of step 2"
        ),
        "{error}"
    );
    let error = project.up(&mut client, "head").unwrap_err();
    assert!(error.message().contains("revision bbb1 is half undone"), "{error}");
    assert!(error.hints()[0].contains("`autogen downgrade base` goes on with it"), "{error}");
    client.batch_execute("DROP VIEW public.v").unwrap();
    assert_eq!(project.down(&mut client, "base").unwrap().moved, ["bbb1"]);
    assert!(Ledger::read(&mut client).unwrap().begun().is_empty());
}

#[test]
fn a_setting_of_a_finished_step_holds_when_the_rest_is_run_later() {
    let database = database();
    let mut client = database.client();
    let sql = |last: &str| {
        format!("CREATE SCHEMA s;\nSET search_path = s;\nCREATE TABLE a ();\n{OWN}{last};\nCREATE TABLE b ();\n")
    };
    up(&sql("SELECT 1/0")).up(&mut client, "head").unwrap_err();
    up(&sql("SELECT 1")).up(&mut client, "head").unwrap();
    assert!(exists(&mut client, "s.a") && exists(&mut client, "s.b"));
}

/// Ends the runner's session as soon as it runs a statement like `pattern`.
pub fn kill_during(database: &crate::server::Database, pattern: &str) -> std::thread::JoinHandle<()> {
    let mut killer = database.client();
    let sql = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE state = 'active' \
         AND pid <> pg_backend_pid() AND datname = current_database() AND query LIKE '{pattern}'"
    );
    std::thread::spawn(move || {
        for _ in 0..400 {
            if count(&mut killer, &sql) > 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("nothing like {sql} ran");
    })
}

#[test]
fn a_runner_that_dies_in_a_transaction_leaves_nothing() {
    let database = database();
    let project = up("CREATE TABLE public.t (id int);\nSELECT pg_sleep(60);\n");
    let killer = kill_during(&database, "SELECT pg_sleep%");
    let error = project.up(&mut database.client(), "head").unwrap_err();
    killer.join().unwrap();
    assert!(
        error.to_string().contains("the connection was lost; the server rolls back what was not committed"),
        "{error}"
    );
    assert!(error.hints().iter().any(|hint| hint.contains("autogen current")), "{error}");
    let mut client = database.client();
    assert!(!exists(&mut client, "public.t") && Ledger::read(&mut client).unwrap().begun().is_empty());
}

#[test]
fn a_concurrent_index_that_died_is_built_again() {
    let database = database();
    let mut client = database.client();
    let project = project([three("CREATE INDEX CONCURRENTLY ix ON public.t (slow(id))")]);
    client
        .batch_execute(
            "CREATE FUNCTION public.slow(int) RETURNS int IMMUTABLE LANGUAGE plpgsql \
             AS 'BEGIN IF $1 = 2 THEN PERFORM pg_sleep(30); END IF; RETURN $1; END'",
        )
        .unwrap();
    let killer = kill_during(&database, "CREATE INDEX CONCURRENTLY%");
    let error = project.up(&mut database.client(), "head").unwrap_err();
    killer.join().unwrap();
    assert!(error.to_string().contains("it is not known whether the statement took effect"), "{error}");
    let begun = Ledger::read(&mut client).unwrap().begun().to_vec();
    assert_eq!(begun.last().map(|begun| (begun.step, begun.done, begun.running)), Some((2, 1, Some(2))));
    client
        .batch_execute("CREATE OR REPLACE FUNCTION public.slow(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1'")
        .unwrap();
    project.up(&mut client, "head").unwrap();
    assert_eq!(
        count(&mut client, "SELECT count(*) FROM pg_index WHERE indexrelid = 'public.ix'::regclass AND indisvalid"),
        1
    );
    assert_eq!(rows(&mut client), 3);
}

#[test]
fn a_label_that_was_added_before_the_crash_is_taken_as_done() {
    let database = database();
    let mut client = database.client();
    let project = up(&format!(
        "CREATE TYPE public.p AS ENUM ('a');\n{OWN}ALTER TYPE public.p ADD VALUE 'b';\nVACUUM pg_class;\n"
    ));
    begun(&mut client, &project, "CREATE TYPE public.p AS ENUM ('a', 'b')");
    project.up(&mut client, "head").unwrap();
    assert_eq!(count(&mut client, "SELECT count(*) FROM pg_enum WHERE enumlabel = 'b'"), 1);
}

#[test]
fn a_statement_of_which_nobody_can_tell_is_not_run_again() {
    let database = database();
    let mut client = database.client();
    let project = up(&format!(
        "CREATE TABLE public.t (n int);\n{OWN}INSERT INTO public.t VALUES (1);\nINSERT INTO public.t VALUES (2);\n"
    ));
    begun(&mut client, &project, "CREATE TABLE public.t (n int); INSERT INTO public.t VALUES (1)");
    let error = project.up(&mut client, "head").unwrap_err();
    assert!(error.message().contains("it is not known whether INSERT INTO public.t VALUES took effect"), "{error}");
    let update = error.hints().iter().find(|hint| hint.starts_with("if it did:")).unwrap();
    let update = update.trim_start_matches("if it did: ").split(';').next().unwrap();
    client.batch_execute(update).unwrap();
    project.up(&mut client, "head").unwrap();
    assert_eq!(count(&mut client, "SELECT sum(n) FROM public.t"), 3);
}

/// What a runner leaves that died after the first statement of step 2 and before it could note its end.
fn begun(client: &mut Client, project: &Project, made: &str) {
    let file = project.folder.get("bbb1").unwrap();
    let steps = file.revision.upgrade.steps(&file.path).unwrap();
    client.batch_execute(made).unwrap();
    project.stamp(client, "head").unwrap();
    client
        .batch_execute(&format!(
            "DELETE FROM public.autogen_revisions; INSERT INTO public.autogen_steps VALUES \
             ('bbb1', 'upgrade', 1, now(), now(), 1, NULL, '{}'), ('bbb1', 'upgrade', 2, now(), NULL, 0, 1, '{}')",
            hash(&[&steps[0].statements[0].sql]),
            hash(&[])
        ))
        .unwrap();
}

/// The documented hash of statements, written a second time.
pub fn hash(statements: &[&str]) -> String {
    use sha2::{Digest, Sha256};
    let text: String = statements.iter().map(|sql| format!("{}\n{sql}\n", sql.len())).collect();
    format!("sha256:{}", Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}
