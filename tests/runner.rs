//! Does the runner leave a real server where it says it does?

#[path = "runner/alone.rs"]
mod alone;
#[path = "runner/files.rs"]
mod files;
#[path = "runner/resume.rs"]
mod resume;
#[path = "support/server.rs"]
mod server;
#[path = "runner/sessions.rs"]
mod sessions;

use autogen::runner::{Ledger, Progress, contents};
use files::{Project, count, exists, file, project};
use server::database;

fn two() -> Project {
    project([
        file("aaa1", &[], "CREATE TABLE public.t (id int);\n", "DROP TABLE public.t;\n"),
        file("aaa2", &["aaa1"], "ALTER TABLE public.t ADD COLUMN n int;\n", "ALTER TABLE public.t DROP COLUMN n;\n"),
    ])
}

#[test]
fn revisions_go_up_and_down_and_are_recorded() {
    let database = database();
    let mut client = database.client();
    let report = two().up(&mut client, "head").unwrap();
    assert_eq!(report.moved, ["aaa1", "aaa2"]);
    assert_eq!((report.from, report.to), (vec![], vec!["aaa2".to_owned()]));
    let ledger = Ledger::read(&mut client).unwrap();
    let rows = ledger.rows();
    assert_eq!(rows.iter().map(|row| (row.id.as_str(), row.position)).collect::<Vec<_>>(), [("aaa1", 1), ("aaa2", 2)]);
    assert_eq!(rows[1].parents, ["aaa1"]);
    assert_eq!(ledger.heads(), ["aaa2"]);
    assert!(rows[0].fingerprint.starts_with("sha256:") && rows[0].applied_at.ends_with(" UTC"));

    assert!(two().up(&mut client, "head").unwrap().moved.is_empty());
    assert_eq!(two().down(&mut client, "-1").unwrap().to, ["aaa1"]);
    let report = two().down(&mut client, "base").unwrap();
    assert_eq!((report.moved, report.to), (vec!["aaa1".to_owned()], vec![]));
    assert!(!exists(&mut client, "public.t"));
    assert!(two().down(&mut client, "base").unwrap().moved.is_empty());
}

#[test]
fn reading_creates_nothing_and_neither_does_a_target_that_is_reached() {
    let database = database();
    let mut client = database.client();
    assert!(Ledger::read(&mut client).unwrap().applied().is_empty());
    assert!(project([]).up(&mut client, "head").unwrap().moved.is_empty());
    assert!(!exists(&mut client, "public.autogen_revisions"));
}

#[test]
fn progress_tells_each_revision_and_statement_without_its_sql() {
    let database = database();
    let mut client = database.client();
    let sql = "-- create_role secret\nCREATE ROLE runner_secret PASSWORD 'hunter2';\nDROP ROLE runner_secret;\n";
    let project = project([file("aaa1", &[], sql, "")]);
    project.up(&mut client, "head").unwrap();
    let told = project.told();
    assert!(matches!(&told[0], Progress::Revision { id, number: 1, count: 1, .. } if id == "aaa1"), "{told:?}");
    assert!(
        matches!(&told[1], Progress::Statement { label, number: 1, count: 2, .. } if label == "create_role secret")
    );
    assert!(matches!(&told[2], Progress::Ran { number: 1, count: 2, rows: None, .. }));
    assert!(matches!(&told[3], Progress::Statement { label, .. } if label == "DROP ROLE runner_secret"));
    assert!(matches!(&told[5], Progress::Done { .. }));
    assert!(!format!("{told:?}").contains("hunter2"));
}

#[test]
fn stamping_records_without_running_and_takes_rows_away_again() {
    let database = database();
    let mut client = database.client();
    let report = two().stamp(&mut client, "head").unwrap();
    assert_eq!((report.moved.len(), report.to), (2, vec!["aaa2".to_owned()]));
    assert!(!exists(&mut client, "public.t"));
    assert!(two().stamp(&mut client, "head").unwrap().moved.is_empty());
    assert_eq!(two().stamp(&mut client, "aaa1").unwrap().moved, ["aaa2"]);
    assert_eq!(two().stamp(&mut client, "base").unwrap().moved, ["aaa1"]);
    assert!(Ledger::read(&mut client).unwrap().applied().is_empty());
}

#[test]
fn a_failing_statement_leaves_nothing_and_says_where_the_database_stands() {
    let database = database();
    let mut client = database.client();
    let bad =
        "CREATE TABLE public.u (id int);\n\n-- create_index public.i\nCREATE INDEX i ON public.u\n  (id, nothing);\n";
    let project = project([file("aaa1", &[], "CREATE TABLE public.t ();\n", ""), file("aaa2", &["aaa1"], bad, "")]);
    let error = project.up(&mut client, "head").unwrap_err();
    let text = error.to_string();
    assert_eq!(error.code(), 2);
    assert!(text.contains("create_index public.i of aaa2 failed: column \"nothing\" does not exist"), "{text}");
    assert!(text.contains("SQLSTATE 42703") && text.contains("| CREATE INDEX i ON public.u"), "{text}");
    assert!(text.contains("the database stands at aaa1; nothing of this revision was kept"), "{text}");
    assert_eq!(error.place().map(|place| place.line), Some(project.line("aaa2", "CREATE INDEX i ON public.u")));
    assert!(!exists(&mut client, "public.u"));
    assert!(exists(&mut client, "public.t"));
    assert_eq!(Ledger::read(&mut client).unwrap().heads(), ["aaa1"]);
}

#[test]
fn a_place_within_a_statement_is_the_servers() {
    let database = database();
    let mut client = database.client();
    let project = project([file("aaa1", &[], "SELECT 1,\n  2 +;\n", "")]);
    let error = project.up(&mut client, "head").unwrap_err();
    let place = error.place().unwrap();
    // the error stands at the end of the input, behind `2 +`
    assert_eq!((place.line, place.column), (project.line("aaa1", "  2 +;"), 6), "{error}");
    assert!(error.message().contains("at the end of input") || error.message().contains("syntax error"), "{error}");
}

#[test]
fn a_file_may_choose_how_its_transaction_is_isolated() {
    let database = database();
    let mut client = database.client();
    let sql = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nCREATE TABLE public.t AS SELECT current_setting('transaction_isolation') AS is;\n";
    project([file("aaa1", &[], sql, ""), file("aaa2", &["aaa1"], "", "")]).up(&mut client, "head").unwrap();
    assert_eq!(count(&mut client, "SELECT count(*) FROM public.t WHERE t.is = 'serializable'"), 1);
}

#[test]
fn what_is_there_already_hints_at_stamp() {
    let database = database();
    let mut client = database.client();
    client.batch_execute("CREATE TABLE public.t ()").unwrap();
    let text = two().up(&mut client, "head").unwrap_err().to_string();
    assert!(text.contains("`autogen stamp aaa1`") && text.contains("the database stands at the base"), "{text}");
}

#[test]
fn a_deferred_constraint_that_fails_at_commit_keeps_nothing() {
    let database = database();
    let mut client = database.client();
    let sql = "CREATE TABLE public.p (id int PRIMARY KEY);\n\
        CREATE TABLE public.c (p int REFERENCES public.p DEFERRABLE INITIALLY DEFERRED);\nINSERT INTO public.c VALUES (1);\n";
    let text = project([file("aaa1", &[], sql, "")]).up(&mut client, "head").unwrap_err().to_string();
    assert!(text.contains("aaa1 failed at its COMMIT") && text.contains("SQLSTATE 23503"), "{text}");
    assert!(text.contains("nothing of this revision was kept") && !exists(&mut client, "public.c"), "{text}");
}

#[test]
fn nothing_runs_when_a_later_file_is_refused() {
    let database = database();
    let mut client = database.client();
    let project =
        project([file("aaa1", &[], "CREATE TABLE public.t ();\n", ""), file("aaa2", &["aaa1"], "COMMIT;\n", "")]);
    let error = project.up(&mut client, "head").unwrap_err();
    assert!(error.message().contains("COMMIT controls a transaction"), "{error}");
    assert!(!exists(&mut client, "public.t") && !exists(&mut client, "public.autogen_revisions"));
}

#[test]
fn an_applied_revision_that_no_file_holds_is_named_with_who_and_when() {
    let database = database();
    let mut client = database.client();
    two().up(&mut client, "head").unwrap();
    let one = project([file("aaa1", &[], "CREATE TABLE public.t (id int);\n", "DROP TABLE public.t;\n")]);
    for error in [one.up(&mut client, "head").unwrap_err(), one.down(&mut client, "base").unwrap_err()] {
        let text = error.to_string();
        assert!(text.contains("the database has applied revision aaa2, which no file holds"), "{text}");
        assert!(text.contains("UTC by postgres") && text.contains("autogen stamp"), "{text}");
    }
    assert_eq!(one.stamp(&mut client, "aaa1").unwrap().moved, ["aaa2"]);
}

#[test]
fn a_file_that_changed_after_it_was_applied_stops_a_run_until_it_is_accepted() {
    let database = database();
    let mut client = database.client();
    two().up(&mut client, "head").unwrap();
    let mut changed = project([
        file("aaa1", &[], "CREATE TABLE public.t (id bigint);\n", "DROP TABLE public.t;\n"),
        file(
            "aaa2",
            &["aaa1"],
            "-- a comment\nALTER TABLE public.t ADD COLUMN n int;\n",
            "ALTER TABLE public.t DROP COLUMN n;\n",
        ),
    ]);
    for error in [changed.up(&mut client, "head").unwrap_err(), changed.down(&mut client, "-1").unwrap_err()] {
        let text = error.to_string();
        assert!(text.contains("aaa1 was changed after it was applied") && text.contains("--accept-changed"), "{text}");
        assert!(!text.contains("aaa2") && error.code() == 1, "{text}");
    }
    let before = Ledger::read(&mut client).unwrap();
    changed.options.accept_changed = true;
    assert!(changed.up(&mut client, "head").unwrap().moved.is_empty());
    assert_eq!(changed.warnings().len(), 1, "{:?}", changed.warnings());
    let (before, after) = (before.get("aaa1").unwrap(), Ledger::read(&mut client).unwrap());
    let after = after.get("aaa1").unwrap();
    assert_ne!(before.fingerprint, after.fingerprint);
    assert_eq!((&before.applied_at, before.position), (&after.applied_at, after.position));
    changed.options.accept_changed = false;
    assert_eq!(changed.down(&mut client, "base").unwrap().moved, ["aaa2", "aaa1"]);
}

#[test]
fn a_way_back_that_is_half_gone_may_be_corrected_on_the_way() {
    let database = database();
    let mut client = database.client();
    let down = |last: &str| {
        let sql = format!("-- autogen:step no-transaction\nDROP TABLE public.a;\nDROP TABLE {last};\n");
        project([file("aaa1", &[], "CREATE TABLE public.a ();\nCREATE TABLE public.b ();\n", &sql)])
    };
    down("public.x").up(&mut client, "head").unwrap();
    assert!(down("public.x").down(&mut client, "base").is_err());
    assert_eq!(down("public.b").down(&mut client, "base").unwrap().moved, ["aaa1"]);
    assert!(!exists(&mut client, "public.b"));
}

#[test]
fn bookkeeping_of_an_older_autogen_is_read_and_gets_what_it_lacks() {
    let database = database();
    let mut client = database.client();
    let one = two();
    one.up(&mut client, "aaa1").unwrap();
    client.batch_execute("ALTER TABLE public.autogen_revisions DROP COLUMN content").unwrap();
    let files = ["aaa1", "aaa2"].map(|id| one.folder.get(id).unwrap());
    assert!(Ledger::read(&mut client).unwrap().get("aaa1").is_some());
    assert_eq!(contents(&mut client, &files).unwrap()["aaa1"].applied, None);
    one.up(&mut client, "head").unwrap();
    let kept = contents(&mut client, &files).unwrap();
    assert_eq!(kept["aaa1"].applied, None);
    assert_eq!(kept["aaa2"].applied.as_ref(), Some(&files[1].text));
    // a stamp leaves what is as it was
    assert!(one.stamp(&mut client, "head").unwrap().moved.is_empty());
}

#[test]
fn what_slips_in_below_runs_only_where_that_is_said() {
    let database = database();
    let mut client = database.client();
    let files = || {
        [
            file("aaa1", &[], "CREATE TABLE public.a ();\n", ""),
            file("bbb1", &["aaa1"], "CREATE TABLE public.b ();\n", ""),
            file("aaa2", &["aaa1", "bbb1"], "CREATE TABLE public.c ();\n", ""),
        ]
    };
    let mut first = files();
    first[2].parents = vec!["aaa1".into()];
    let mut merged = first.to_vec();
    project(first.into_iter().filter(|file| file.id != "bbb1")).up(&mut client, "head").unwrap();
    // two heads, or what brings them together, is nothing of the kind
    merged.push(file("ccc1", &["aaa2", "bbb1"], "", ""));
    assert_eq!(project(merged).up(&mut client, "bbb1").unwrap().moved, ["bbb1"]);
    client.batch_execute("DROP TABLE public.b; DELETE FROM public.autogen_revisions WHERE id = 'bbb1'").unwrap();
    let mut slipped = project(files());
    slipped.options.accept_changed = true;
    let text = slipped.up(&mut client, "head").unwrap_err().to_string();
    assert!(text.contains("bbb1 is not applied, and aaa2, which comes after it, is"), "{text}");
    assert!(text.contains("--out-of-order --accept-changed"), "{text}");
    slipped.options.out_of_order = true;
    assert_eq!(slipped.up(&mut client, "head").unwrap().moved, ["bbb1"]);
    assert!(exists(&mut client, "public.b"));
}

#[test]
fn settings_roles_and_paths_of_one_revision_do_not_reach_the_next() {
    let database = database();
    let mut client = database.client();
    client.batch_execute("CREATE ROLE runner_leak; GRANT CREATE, USAGE ON SCHEMA public TO runner_leak").unwrap();
    let project = project([
        file(
            "aaa1",
            &[],
            "SET search_path = pg_temp;\nSET statement_timeout = '5min';\nCREATE SCHEMA hidden;\nSET ROLE runner_leak;\nCREATE TABLE public.t ();\n",
            "",
        ),
        file(
            "aaa2",
            &["aaa1"],
            "CREATE TABLE seen AS SELECT current_user::text AS who, current_setting('search_path') AS path, \
             current_setting('statement_timeout') AS timeout, current_setting('TimeZone') AS zone;\n",
            "",
        ),
    ]);
    project.up(&mut client, "head").unwrap();
    let row = client.query_one("SELECT who, path, timeout, zone FROM public.seen", &[]).unwrap();
    let seen: Vec<String> = (0..4).map(|at| row.get(at)).collect();
    assert_eq!(seen, ["postgres", "public", "0", "UTC"]);
    let owner = "SELECT count(*) FROM pg_tables WHERE tablename = 't' AND tableowner = 'runner_leak'";
    assert_eq!(count(&mut client, owner), 1);
    client.batch_execute("DROP OWNED BY runner_leak; DROP ROLE runner_leak").unwrap();
}

#[test]
fn hostile_messages_are_kept_as_they_are() {
    let database = database();
    let mut client = database.client();
    let message = "'; DROP TABLE public.t; --\\ \"$$\nsecond\u{7} line";
    let mut hostile = file("a.b_1", &[], "CREATE TABLE public.t ();\n", "DROP TABLE public.t;\n");
    hostile.message = message.into();
    let project = project([hostile]);
    project.up(&mut client, "head").unwrap();
    assert_eq!(Ledger::read(&mut client).unwrap().get("a.b_1").map(|row| row.message.as_str()), Some(message));
    assert!(exists(&mut client, "public.t"));
}

#[test]
fn passwords_do_not_come_back_in_errors() {
    let database = database();
    let mut client = database.client();
    for sql in ["CREATE ROLE postgres PASSWORD 'hunter2';\n", "ALTER ROLE postgres PASSWORD 'hunter2' 'more';\n"] {
        let text = project([file("aaa1", &[], sql, "")]).up(&mut client, "head").unwrap_err().to_string();
        assert!(!text.contains("hunter2") && text.contains("***"), "{text}");
    }
}
