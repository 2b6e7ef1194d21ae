//! Several sessions on one database, signals, and roles that may not do everything.

use std::sync::Arc;
use std::time::{Duration, Instant};

use autogen::Error;
use autogen::runner::{self, Interrupt, Ledger, Progress, canceller};
use postgres::NoTls;

use crate::files::{count, exists, file, project};
use crate::server::database;

#[test]
fn two_runners_at_once_run_each_revision_once() {
    let database = database();
    let run = |_| {
        let mut client = database.client();
        let project = project([
            file("ddd1", &[], "CREATE TABLE public.t (id int);\nSELECT pg_sleep(0.3);\n", ""),
            file("ddd2", &["ddd1"], "INSERT INTO public.t VALUES (1);\n", ""),
        ]);
        project.up(&mut client, "head").unwrap().moved.len()
    };
    let moved: usize = std::thread::scope(|scope| {
        let runners: Vec<_> = (0..3).map(|n| scope.spawn(move || run(n))).collect();
        runners.into_iter().map(|runner| runner.join().unwrap()).sum()
    });
    assert_eq!(moved, 2);
    assert_eq!(count(&mut database.client(), "SELECT count(*) FROM public.t"), 1);
}

#[test]
fn waiting_for_another_runner_names_it_and_ends_at_the_deadline() {
    let database = database();
    let mut other = database.config().application_name("deploy 'x'").connect(NoTls).unwrap();
    other.batch_execute("SELECT pg_advisory_lock(27432215686636910)").unwrap();
    let pid = count(&mut other, "SELECT pg_backend_pid()::int8");
    let mut project = project([file("ddd1", &[], "CREATE TABLE public.t ();\n", "")]);
    project.options.lock_deadline = Duration::from_millis(700);
    let begun = Instant::now();
    let error = project.up(&mut database.client(), "head").unwrap_err();
    assert!(begun.elapsed() >= Duration::from_millis(700) && begun.elapsed() < Duration::from_secs(5));
    let text = error.to_string();
    assert!(text.contains("another runner is at work on this database, still after 0.7 s"), "{text}");
    assert!(text.contains(&format!("process {pid} (deploy 'x') of postgres, connected since 20")), "{text}");
    assert!(text.contains(&format!("pg_terminate_backend({pid})")), "{text}");
    let told = project.told();
    assert!(matches!(&told[..], [Progress::Waiting { holder }] if i64::from(holder.pid) == pid), "{told:?}");

    project.options.lock_deadline = Duration::from_secs(20);
    let waiter = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        drop(other);
    });
    project.up(&mut database.client(), "head").unwrap();
    waiter.join().unwrap();
}

#[test]
fn the_lock_is_given_back_after_success_and_failure() {
    let database = database();
    let mut client = database.client();
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = \
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    project([file("ddd1", &[], "SELECT 1;\n", "")]).up(&mut client, "head").unwrap();
    assert_eq!(count(&mut client, locks), 0);
    project([file("ddd1", &[], "SELECT 1;\n", ""), file("ddd2", &["ddd1"], "SELECT 1/0;\n", "")])
        .up(&mut client, "head")
        .unwrap_err();
    assert_eq!(count(&mut client, locks), 0);
}

#[test]
fn a_file_that_gives_the_lock_away_stops_the_next_revision() {
    let database = database();
    let mut client = database.client();
    let own = "-- autogen:step no-transaction\nDISCARD ALL;\n";
    let project = project([file("ddd1", &[], own, ""), file("ddd2", &["ddd1"], "SELECT 1;\n", "")]);
    let error = project.up(&mut client, "head").unwrap_err();
    assert!(error.message().contains("the lock of the runner is gone"), "{error}");
    assert!(error.to_string().contains("the database stands at ddd1"), "{error}");
}

#[test]
fn a_signal_cancels_the_statement_and_rolls_back() {
    let database = database();
    let mut client = database.client();
    let mut project = project([file("ddd1", &[], "CREATE TABLE public.t ();\nSELECT pg_sleep(60);\n", "")]);
    let interrupt = Interrupt::default();
    assert!(!interrupt.raise(2), "no runner is at work yet");
    project.options.interrupt = interrupt.clone();
    project.options.cancel = Some(canceller(&client, NoTls));
    let begun = Instant::now();
    let sender = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(500));
        interrupt.raise(2)
    });
    let error = project.up(&mut client, "head").unwrap_err();
    assert!(sender.join().unwrap());
    assert!(begun.elapsed() < Duration::from_secs(20));
    assert_eq!(error.code(), 130);
    let text = error.to_string();
    assert!(text.contains("stopped by SIGINT while SELECT pg_sleep of ddd1 ran"), "{text}");
    assert!(text.contains("the database stands at the base; nothing of this revision was kept"), "{text}");
    assert!(!exists(&mut client, "public.t"));
}

/// Once per process: a second signal would end it.
#[test]
fn a_signal_to_the_process_reaches_the_runner() {
    let database = database();
    let mut client = database.client();
    let mut project = project([file("ddd1", &[], "SELECT pg_sleep(60);\n", "")]);
    project.options.interrupt = Interrupt::install().unwrap();
    project.options.cancel = Some(canceller(&client, NoTls));
    let mut tell = |told| {
        if matches!(told, Progress::Statement { .. }) {
            // SAFETY: plain system calls
            unsafe { libc::kill(libc::getpid(), libc::SIGTERM) };
        }
    };
    let error = runner::upgrade(&mut client, &project.folder, "head", &project.options, &mut tell).unwrap_err();
    assert_eq!(error.code(), 143);
    assert!(error.to_string().contains("the database stands at the base"), "{error}");
}

#[test]
fn a_signal_that_comes_while_waiting_for_the_lock_ends_the_wait() {
    let database = database();
    let mut other = database.client();
    other.batch_execute("SELECT pg_advisory_lock(27432215686636910)").unwrap();
    let mut project = project([file("ddd1", &[], "SELECT 1;\n", "")]);
    let interrupt = Interrupt::default();
    project.options.interrupt = interrupt.clone();
    let sender = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        interrupt.raise(15)
    });
    let error = project.up(&mut database.client(), "head").unwrap_err();
    assert!(sender.join().unwrap());
    assert_eq!((error.code(), error.message()), (143, "stopped by SIGTERM while waiting for another runner"));
}

#[test]
fn a_role_that_may_only_read_is_told_what_it_lacks() {
    let database = database();
    let mut client = database.client();
    client
        .batch_execute(
            "CREATE ROLE runner_reader LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC; \
             CREATE ROLE runner_frozen LOGIN SUPERUSER; ALTER ROLE runner_frozen SET default_transaction_read_only = on",
        )
        .unwrap();
    let project = project([file("ddd1", &[], "CREATE TABLE public.t ();\n", "")]);
    let mut reader = database.config().user("runner_reader").connect(NoTls).unwrap();
    let text = project.up(&mut reader, "head").unwrap_err().to_string();
    assert!(text.contains("cannot create the bookkeeping") && text.contains("SQLSTATE 42501"), "{text}");
    assert!(text.contains("CREATE on the schema public"), "{text}");
    let mut frozen = database.config().user("runner_frozen").connect(NoTls).unwrap();
    let text = project.up(&mut frozen, "head").unwrap_err().to_string();
    assert!(text.contains("SQLSTATE 25006") && text.contains("the session is read-only"), "{text}");

    client.batch_execute("GRANT USAGE ON SCHEMA public TO runner_reader").unwrap();
    project.up(&mut client, "head").unwrap();
    let text = project.down(&mut reader, "base").unwrap_err().to_string();
    assert!(text.contains("cannot read the bookkeeping"), "{text}");
    client.batch_execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO runner_reader").unwrap();
    assert_eq!(Ledger::read(&mut reader).unwrap().heads(), ["ddd1"]);
    drop((reader, frozen));
    client.batch_execute("DROP OWNED BY runner_reader; DROP ROLE runner_reader; DROP ROLE runner_frozen").unwrap();
}

#[test]
fn limits_of_time_have_hints_of_their_own() {
    let database = database();
    let mut client = database.client();
    client.batch_execute("CREATE TABLE public.busy (); CREATE VIEW public.over AS SELECT FROM public.busy").unwrap();
    let mut other = database.client();
    let mut holding = other.transaction().unwrap();
    holding.batch_execute("LOCK TABLE public.busy, public.over").unwrap();
    for (sql, hint) in [
        ("DROP TABLE public.busy;\n", "give lock_patience more time"),
        ("SET lock_timeout = '100ms';\nDROP VIEW public.over;\n", "another session holds a lock on it"),
        ("SET statement_timeout = '100ms';\nSELECT pg_sleep(9);\n", "SET statement_timeout = 0;"),
    ] {
        let mut project = project([file("ddd1", &[], sql, "")]);
        project.options.patience = Duration::from_millis(300);
        let error = project.up(&mut client, "head").unwrap_err();
        assert!(error.hints().iter().any(|given| given.contains(hint)), "{error}");
        assert_eq!(error.code(), 2);
    }
}

#[test]
fn a_statement_that_takes_long_is_watched_and_says_whom_it_waits_for() {
    let database = database();
    let mut client = database.client();
    client.batch_execute("CREATE TABLE public.t AS SELECT 1 AS n").unwrap();
    let mut writer = database.client();
    let mut open = writer.transaction().unwrap();
    open.batch_execute("INSERT INTO public.t VALUES (2)").unwrap();
    let sql =
        "-- autogen:step no-transaction\n-- create_index public.i\nCREATE INDEX CONCURRENTLY i ON public.t (n);\n";
    let mut project = project([file("aaa1", &[], sql, "")]);
    let config = database.config();
    let (sender, told) = std::sync::mpsc::channel();
    let sender = std::sync::Mutex::new(sender);
    project.options.watch = Some(runner::Watch {
        connect: Arc::new(move || config.connect(NoTls).map_err(|cause| Error::new(cause.to_string()))),
        tell: Arc::new(move |running| drop(sender.lock().unwrap().send(running.clone()))),
        first: Duration::from_millis(100),
        every: Duration::from_millis(100),
    });
    let first = std::thread::scope(|scope| {
        let watcher = scope.spawn(move || {
            let first = told.recv_timeout(Duration::from_secs(20)).unwrap();
            open.commit().unwrap();
            first
        });
        project.up(&mut client, "head").unwrap();
        watcher.join().unwrap()
    });
    assert_eq!((first.id.as_str(), first.label.as_str(), first.step), ("aaa1", "create_index public.i", (1, 1)));
    assert!(first.elapsed >= Duration::from_millis(100));
    assert_eq!(first.phase.as_deref(), Some("waiting for writers before build"));
    assert_eq!(first.waits_for.len(), 1, "{first:?}");
}
