//! What happens where another session holds the table?

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{project, steady};
use crate::command::Project;
use crate::shows;

const UP: &str = "-- add_column public.t.n\nALTER TABLE public.t ADD COLUMN n int;";

fn table() -> Project {
    let project = project(&[
        ("CREATE TABLE public.t (id int);\nINSERT INTO public.t VALUES (1);", "DROP TABLE public.t;"),
        (UP, "ALTER TABLE public.t DROP COLUMN n;"),
    ]);
    project.done(&["upgrade", "aaa1"]);
    project
}

#[test]
fn a_table_that_stays_locked_is_given_up_with_the_name_of_who_holds_it() {
    let project = table();
    project.write("autogen.yaml", "lock_patience: 2s\n");
    let mut reader = project.database.client();
    reader.batch_execute("SET application_name = 'report'; BEGIN; SELECT * FROM public.t").unwrap();
    let output = project.run(&["upgrade"]);
    let told = steady(&project.told(&output));
    let tries = told.lines().find(|line| line.contains("it was tried")).unwrap().to_owned();
    assert!(tries.split_whitespace().nth(3).unwrap().parse::<u32>().unwrap() > 20, "{tries}");
    shows!("running__locked", told.replace(&tries, "  it was tried [n] times"));
    assert!(project.done(&["current"]).contains("aaa1"));
}

#[test]
fn who_reads_a_table_is_not_held_up_while_a_change_waits_for_another_reader() {
    let project = table();
    let mut holder = project.database.client();
    holder.batch_execute("BEGIN; SELECT * FROM public.t").unwrap();
    let mut child = project.command(&["upgrade"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut client = project.database.client();
    let (begun, mut worst) = (Instant::now(), Duration::ZERO);
    while begun.elapsed() < Duration::from_secs(3) {
        let asked = Instant::now();
        client.batch_execute("SELECT * FROM public.t").unwrap();
        worst = worst.max(asked.elapsed());
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(child.try_wait().unwrap(), None, "it should still be trying");
    holder.batch_execute("COMMIT").unwrap();
    assert!(child.wait().unwrap().success());
    // in a queue it would be the three seconds
    assert!(worst < Duration::from_secs(1), "{worst:?}");
}

#[test]
fn a_statement_that_waits_in_vain_is_tried_again_with_its_whole_transaction() {
    let project = table();
    // a view cannot be locked beforehand
    project.sql("CREATE VIEW public.v AS SELECT id FROM public.t");
    super::add(&project, 2, "INSERT INTO public.t VALUES (2);\nDROP VIEW public.v;", "");
    project.write("autogen.yaml", "lock_timeout: 100ms\n");
    let mut holder = project.database.client();
    holder.batch_execute("BEGIN; SELECT * FROM public.v").unwrap();
    let child = project.command(&["upgrade"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    holder.batch_execute("COMMIT").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", project.told(&output));
    let rows: i64 = project.database.client().query_one("SELECT count(*) FROM public.t", &[]).unwrap().get(0);
    assert_eq!(rows, 2);
}

#[test]
fn limits_of_time_hold_unless_the_file_or_the_session_says_otherwise() {
    let project = Project::with(&[]);
    let asks = "INSERT INTO public.l SELECT current_setting('lock_timeout'), current_setting('statement_timeout');";
    super::add(&project, 1, &format!("CREATE TABLE public.l (l text, s text);\n{asks}"), "");
    super::add(&project, 2, &format!("SET lock_timeout = '7s';\n{asks}"), "");
    project.done(&["upgrade"]);
    project.write("autogen.yaml", "lock_timeout: 3s\nstatement_timeout: 5min\n");
    super::add(&project, 3, asks, "");
    project.done(&["upgrade"]);
    project.write("autogen.yaml", "");
    super::add(&project, 4, asks, "");
    let url = format!("{}&options=-c%20lock_timeout%3D4s", project.database.url());
    assert!(project.command(&["upgrade"]).env("DATABASE_URL", url).output().unwrap().status.success());
    let rows = project.database.client().query("SELECT l, s FROM public.l", &[]).unwrap();
    let told: Vec<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    let expected = [("1s", "0"), ("7s", "0"), ("3s", "5min"), ("4s", "0")];
    assert_eq!(told, expected.map(|(lock, statement)| (lock.to_owned(), statement.to_owned())));
}

#[test]
fn a_concurrent_index_is_built_without_limits_of_time() {
    let project = table();
    project.write("autogen.yaml", "lock_timeout: 50ms\nstatement_timeout: 100ms\n");
    super::add(
        &project,
        2,
        "-- autogen:step no-transaction\nCREATE INDEX CONCURRENTLY i ON public.t (id);\n-- autogen:step transaction\nCREATE TABLE public.l AS SELECT current_setting('lock_timeout') AS l;",
        "",
    );
    let mut writer = project.database.client();
    writer.batch_execute("BEGIN; INSERT INTO public.t VALUES (5)").unwrap();
    let child = project.command(&["upgrade"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    writer.batch_execute("COMMIT").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", project.told(&output));
    let limit: String = project.database.client().query_one("SELECT l FROM public.l", &[]).unwrap().get(0);
    assert_eq!(limit, "50ms");
}

#[test]
fn a_procedure_that_commits_is_not_called_again_when_it_has_waited_in_vain() {
    let project = table();
    project.sql("CREATE TABLE public.calls (n int); CREATE PROCEDURE public.p() LANGUAGE plpgsql AS $$BEGIN INSERT INTO public.calls VALUES (1); COMMIT; LOCK TABLE public.t; END$$");
    super::add(&project, 2, "-- autogen:step no-transaction\nCALL public.p();", "");
    project.write("autogen.yaml", "lock_timeout: 50ms\n");
    let mut holder = project.database.client();
    holder.batch_execute("BEGIN; SELECT * FROM public.t").unwrap();
    let told = project.told(&project.run(&["upgrade"]));
    assert!(told.contains("what it has committed itself before that is kept"), "{told}");
    let calls: i64 = holder.query_one("SELECT count(*) FROM public.calls", &[]).unwrap().get(0);
    assert_eq!(calls, 1);
}

#[test]
fn a_table_of_the_same_name_on_another_path_is_left_alone() {
    let project = table();
    project.sql("CREATE SCHEMA app; CREATE TABLE app.t (id int)");
    super::add(&project, 2, "SET search_path = app;\nALTER TABLE t ADD COLUMN n int;", "");
    project.write("autogen.yaml", "lock_patience: 1s\n");
    let mut holder = project.database.client();
    holder.batch_execute("BEGIN; SELECT * FROM public.t").unwrap();
    project.done(&["upgrade"]);
}
