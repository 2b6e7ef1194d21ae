//! Are many rows changed a few at a time, all of them and each once?

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{project, steady, story};
use crate::command::Project;
use crate::shows;

fn rows(project: &Project, sql: &str) -> i64 {
    project.database.client().query_one(sql, &[]).unwrap().get(0)
}

const TABLE: &str = "CREATE TABLE public.t (id int PRIMARY KEY, n int, m int);\nINSERT INTO public.t SELECT g, g % 7 FROM generate_series(1, 2500) AS g;";

#[test]
fn an_update_is_done_in_rounds_until_no_row_is_left() {
    let batch = "-- autogen:step batch size=100\n-- backfill\nUPDATE public.t AS x SET m = n * 10 WHERE m IS DISTINCT FROM x.n * 10;\nDELETE FROM public.t WHERE n = 3;\n-- autogen:step transaction\nALTER TABLE public.t ALTER COLUMN m SET NOT NULL;";
    let project = project(&[(TABLE, "DROP TABLE public.t;"), (batch, "SELECT 1;")]);
    // each round is a transaction of its own
    project.sql("CREATE TABLE public.rounds (x xid8); CREATE FUNCTION public.seen() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.rounds VALUES (pg_current_xact_id()); RETURN NULL; END$$");
    project.done(&["upgrade", "aaa1"]);
    project.sql("CREATE TRIGGER seen AFTER UPDATE OR DELETE ON public.t FOR EACH ROW EXECUTE FUNCTION public.seen()");
    story("batch", &project, &[&["-v", "upgrade"]]);
    assert_eq!(rows(&project, "SELECT count(*) FROM public.t WHERE m = n * 10"), 2500 - 357);
    assert_eq!(rows(&project, "SELECT count(*) FROM public.rounds"), 2500 + 357);
    let most = "SELECT max(c) FROM (SELECT count(*) AS c FROM public.rounds GROUP BY x) AS r";
    assert_eq!(rows(&project, most), 100);
    assert_eq!(rows(&project, "SELECT count(*) FROM public.autogen_steps"), 0);
}

#[test]
fn partitions_are_done_like_any_table() {
    let up = "CREATE TABLE public.p (id int, m int) PARTITION BY LIST (id);\nCREATE TABLE public.p0 PARTITION OF public.p FOR VALUES IN (0);\nCREATE TABLE public.p1 PARTITION OF public.p DEFAULT;\nINSERT INTO public.p SELECT g % 3 FROM generate_series(1, 3000) AS g;\n-- autogen:step batch size=70\nUPDATE public.p SET m = 1 WHERE m IS NULL;";
    let project = project(&[(up, "DROP TABLE public.p;")]);
    project.done(&["upgrade"]);
    assert_eq!(rows(&project, "SELECT count(*) FROM public.p WHERE m = 1"), 3000);
}

#[test]
fn a_batch_that_would_never_end_is_stopped_before_it_has_kept_anything() {
    let project = project(&[
        (TABLE, "DROP TABLE public.t;"),
        ("-- autogen:step batch size=10\nUPDATE public.t SET n = n + 1 WHERE n > 0;", ""),
    ]);
    project.done(&["upgrade", "aaa1"]);
    let output = project.run(&["upgrade"]);
    shows!("running__batch_endless", steady(&project.told(&output)));
    assert_eq!(rows(&project, "SELECT sum(n) FROM public.t"), rows(&project, "SELECT sum(id % 7) FROM public.t"));
    assert_eq!(rows(&project, "SELECT count(*) FROM public.autogen_steps"), 0);
}

#[test]
fn what_cannot_be_done_in_batches_is_refused_with_its_line() {
    for (name, step) in [
        ("shape", "-- autogen:step batch\nUPDATE public.t SET n = 1;"),
        ("using", "-- autogen:step batch\nDELETE FROM public.t USING public.u WHERE t.id = u.id;"),
        ("settings", "-- autogen:step batch size=0\nDELETE FROM public.t WHERE n = 1;"),
        ("unknown", "-- autogen:step batches\nDELETE FROM public.t WHERE n = 1;"),
    ] {
        let project = project(&[(step, "")]);
        shows!(format!("running__batch_{name}"), project.refused(&["upgrade"]));
    }
}

#[test]
fn a_batch_that_was_killed_goes_on_where_it_was() {
    let up = format!("{TABLE}\n-- autogen:step batch size=20 pause=20ms\nUPDATE public.t SET m = n WHERE m IS NULL;");
    let project = project(&[(&up, "DROP TABLE public.t;")]);
    let mut child = project.command(&["upgrade"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    let mut client = project.database.client();
    let done = "SELECT count(*) FROM public.t WHERE m IS NOT NULL";
    while !client.query_one(done, &[]).is_ok_and(|row| row.get::<_, i64>(0) > 100) {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = rows(&project, done);
    assert!(before < 2500, "{before}");
    project.done(&["upgrade"]);
    assert_eq!(rows(&project, done), 2500);
    assert!(project.done(&["current"]).contains("aaa1 (head)"));
}

#[test]
fn a_batch_that_was_interrupted_says_what_is_kept() {
    let up = "-- autogen:step batch size=20 pause=20ms\nUPDATE public.t SET m = n WHERE m IS NULL;";
    let project = project(&[(TABLE, "DROP TABLE public.t;"), (up, "SELECT 1;")]);
    project.done(&["upgrade", "aaa1"]);
    let child = project.command(&["upgrade"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(30);
    while rows(&project, "SELECT count(*) FROM public.t WHERE m IS NOT NULL") < 100 {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(5));
    }
    crate::signal(&child, libc::SIGTERM);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(143));
    shows!("running__batch_interrupted", steady(&project.told(&output)));
}

#[test]
fn a_script_does_the_same_rounds() {
    let up = format!(
        "{TABLE}\n-- autogen:step batch size=100 pause=1ms\n-- it's here\nUPDATE public.t SET m = n WHERE m IS NULL; -- end\nDELETE FROM public.t WHERE n = 2;"
    );
    let project = project(&[(&up, "DROP TABLE public.t;")]);
    let script = project.done(&["upgrade", "head", "--sql"]);
    let file = project.folder.join("script.sql");
    std::fs::write(&file, &script).unwrap();
    let Some(ran) = crate::server::run_file(&project.database, &file) else { return };
    ran.unwrap();
    assert_eq!(rows(&project, "SELECT count(*) FROM public.t WHERE m = n"), 2500 - 357);
    assert!(project.done(&["current"]).contains("aaa1 (head)"), "{script}");
}

#[test]
fn rows_that_a_trigger_keeps_as_they_are_end_a_batch_and_what_was_kept_is_said() {
    let batch = "-- autogen:step batch size=10\nUPDATE public.t SET m = 1 WHERE m IS NULL;";
    let project = project(&[(TABLE, "DROP TABLE public.t;"), (batch, "")]);
    project.done(&["upgrade", "aaa1"]);
    project.sql("CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN CASE WHEN new.id > 20 THEN new END; END$$; CREATE TRIGGER keep BEFORE UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.keep()");
    project.sql("DELETE FROM public.t WHERE id < 15");
    let told = project.told(&project.run(&["upgrade"]));
    assert!(told.contains("the server leaves as they are"), "{told}");
    assert!(
        told.contains("the database stands at aaa1; kept of this revision: the rounds that step 1 has ended"),
        "{told}"
    );
    assert_eq!(rows(&project, "SELECT count(*) FROM public.t WHERE m IS NULL"), 6);
    // what the first run has kept is not forgotten by one that comes no further
    project.run(&["upgrade"]);
    assert_eq!(rows(&project, "SELECT count(*) FROM public.autogen_steps"), 1);
    project.sql("DROP TRIGGER keep ON public.t");
    project.done(&["upgrade"]);
    assert_eq!(rows(&project, "SELECT count(*) FROM public.t WHERE m IS NULL"), 0);
}
