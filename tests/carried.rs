//! Does a program that carries its revisions do to a database what the command line does?
#![cfg(unix)]

#[path = "support/server.rs"]
mod server;

use std::process::Command;

use autogen::runner::Progress;
use autogen::{Embedded, postgres};
use server::database;

static SHOP: Embedded = autogen::embed!("examples/shop/revisions");
/// A second set, so that `require_head` cannot know which is meant.
static OUTSIDE: Embedded = autogen::embed!("tests/outside_crate/revisions");

/// A revision file; `waits` may be empty.
macro_rules! file {
    ($id:literal, $parents:literal, $waits:literal, $up:literal) => {
        concat!(
            "-- autogen revision ",
            $id,
            "\n-- message: number ",
            $id,
            "\n-- parents: ",
            $parents,
            "\n",
            $waits,
            "-- created: 2026-11-20 09:41:00+00:00\n\n-- autogen:upgrade\n",
            $up,
            "\n\\quit\n-- autogen:downgrade\n"
        )
    };
}

const WAITING: Embedded = Embedded::of(
    "waiting",
    &[
        ("1.sql", file!("1", "(none)", "", "CREATE TABLE tasks (id bigint, old text);")),
        ("2.sql", file!("2", "1", "-- waits: public.tasks.old\n", "ALTER TABLE tasks DROP COLUMN old;")),
    ],
);

const CHANGED: Embedded =
    Embedded::of("waiting", &[("1.sql", file!("1", "(none)", "", "CREATE TABLE tasks (id bigint, new text);"))]);

fn texts(client: &mut postgres::Client, sql: &str) -> Vec<String> {
    client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

#[test]
fn what_is_pending_is_named_until_it_has_run() {
    let database = database();
    let mut client = database.client();
    let pending = SHOP.require_head(&mut client).unwrap_err();
    insta::assert_snapshot!(pending, @r"
    error: the database is not at head: 2 revisions pending
      0001, tasks
      0002, due dates
      hint: run `autogen upgrade head` before the program starts, or have it call `upgrade` of what it embeds
    ");
    assert_eq!(pending.code(), 1);
    // asking writes nothing
    assert!(texts(&mut client, "SELECT relname::text FROM pg_class WHERE relname ~ '^autogen_'").is_empty());
    let mut done = Vec::new();
    let mut tell = |progress| {
        if let Progress::Done { id, .. } = progress {
            done.push(id);
        }
    };
    let report = SHOP.upgrade_to("0001", &mut client, &mut tell).unwrap();
    assert_eq!(report.moved, ["0001"]);
    let pending = SHOP.require_head(&mut client).unwrap_err();
    assert_eq!(pending.details(), ["0002, due dates"]);
    assert_eq!(SHOP.upgrade(&mut client, &mut tell).unwrap().to, ["0002"]);
    SHOP.require_head(&mut client).unwrap();
    assert!(SHOP.upgrade(&mut client, &mut tell).unwrap().moved.is_empty());
    assert_eq!(done, ["0001", "0002"]);
    // the connection is as it was
    assert_eq!(texts(&mut client, "SHOW search_path"), ["\"$user\", public"]);
    assert_eq!(texts(&mut client, "SELECT id FROM autogen_revisions ORDER BY 1").len(), 2);
}

#[test]
fn one_line_cannot_say_which_of_several_sets_is_meant() {
    assert_eq!(OUTSIDE.revisions().unwrap().iter().count(), 2);
    insta::assert_snapshot!(autogen::require_head(&mut database().client()).unwrap_err(), @r"
    error: this program embeds 2 sets of revisions
      examples/shop/revisions
      tests/outside_crate/revisions
      hint: say which: `REVISIONS.require_head(&mut client)` of the one that is for this database
    ");
}

#[test]
fn what_waits_is_not_pending_and_does_not_run() {
    let database = database();
    let mut client = database.client();
    let mut warned = Vec::new();
    let mut tell = |progress| {
        if let Progress::Warning(text) = progress {
            warned.push(text);
        }
    };
    assert_eq!(WAITING.upgrade(&mut client, &mut tell).unwrap().moved, ["1"]);
    WAITING.require_head(&mut client).unwrap();
    assert!(warned[0].starts_with("2 waits until no program uses public.tasks.old any more"), "{warned:?}");
    assert_eq!(WAITING.upgrade_to("2", &mut client, &mut |_| ()).unwrap().moved, ["2"]);
    WAITING.require_head(&mut client).unwrap();
}

#[test]
fn a_file_that_was_changed_after_it_ran_stops_what_is_to_run() {
    let database = database();
    let mut client = database.client();
    WAITING.upgrade(&mut client, &mut |_| ()).unwrap();
    let refused = CHANGED.upgrade(&mut client, &mut |_| ()).unwrap_err();
    assert_eq!(refused.message(), "1 was changed after it was applied");
    assert!(texts(&mut client, "SHOW search_path")[0].contains("$user"));
}

#[test]
fn an_older_program_goes_on_where_a_newer_one_has_upgraded() {
    const OLDER: Embedded =
        Embedded::of("older", &[("1.sql", file!("1", "(none)", "", "CREATE TABLE tasks (id bigint, old text);"))]);
    let database = database();
    let mut client = database.client();
    WAITING.upgrade(&mut client, &mut |_| ()).unwrap();
    WAITING.upgrade_to("2", &mut client, &mut |_| ()).unwrap();
    OLDER.require_head(&mut client).unwrap();
    // but it runs nothing on what it does not know
    assert!(OLDER.upgrade(&mut client, &mut |_| ()).unwrap_err().message().contains("which no file holds"));
}

#[test]
fn programs_that_start_at_a_time_run_each_revision_once() {
    let database = database();
    let start = || SHOP.upgrade(&mut database.client(), &mut |_| ()).unwrap().moved.len();
    let moved: usize = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        all.into_iter().map(|one| one.join().unwrap()).sum()
    });
    assert_eq!(moved, 2);
}

#[test]
fn names_are_looked_up_where_it_is_said() {
    const AUDIT: Embedded = Embedded::of(
        "audit",
        &[("1.sql", file!("1", "(none)", "", "CREATE SCHEMA audit; CREATE TABLE log (id bigint);"))],
    )
    .search_path(&["audit", "public"]);
    let database = database();
    let mut client = database.client();
    AUDIT.upgrade(&mut client, &mut |_| ()).unwrap();
    let schema = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'log'";
    assert_eq!(texts(&mut client, schema), ["audit"]);
}

/// `target/debug`, from where this test is.
fn target() -> std::path::PathBuf {
    std::env::current_exe().unwrap().parent().and_then(|deps| deps.parent()).unwrap().to_owned()
}

#[test]
fn the_example_migrates_when_it_starts_and_then_is_at_head() {
    let database = database();
    let run = || {
        let mut command = Command::new(env!("CARGO"));
        command.args(["run", "--quiet", "--offline", "--example", "embedded"]).current_dir(env!("CARGO_MANIFEST_DIR"));
        command.env("CARGO_TARGET_DIR", target().parent().unwrap()).env("DATABASE_URL", database.url());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(), "applied 0001, tasks\napplied 0002, due dates\nthe database is at head\n");
    assert_eq!(run(), "the database is at head\n");
}
