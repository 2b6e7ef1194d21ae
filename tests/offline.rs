//! Does a script of `--sql` do what the run would do, and nothing where it should not?
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use std::path::Path;

use autogen::revision::Script;
use command::Project;
use postgres::{Client, NoTls};

const INDEXED: &str = "\
-- autogen:step no-transaction

-- create_index public.tasks_title_idx
CREATE INDEX CONCURRENTLY tasks_title_idx ON public.tasks (title);

COMMENT ON INDEX public.tasks_title_idx IS 'made outside; of any transaction -- really';

-- autogen:step transaction

SET search_path = pg_catalog;

ALTER TABLE public.tasks ADD COLUMN done boolean /* ; */;
-- the last word is a comment
";

/// Three revisions in a line: a table, an index that can have no transaction, nothing.
fn project() -> Project {
    let project = Project::with(&[]);
    let upgrades = [
        ("aaa1", "one", "CREATE TABLE public.tasks (id int, title text);\n", "DROP TABLE public.tasks;\n"),
        (
            "aaa2",
            "it's; \\ -- hostile",
            INDEXED,
            "ALTER TABLE public.tasks DROP COLUMN done;\nDROP INDEX public.tasks_title_idx;\n",
        ),
        ("aaa3", "nothing", "", ""),
    ];
    for (id, message, up, down) in upgrades {
        let path = project.done(&["revision", "--empty", "--rev-id", id, "-m", message]).trim().to_owned();
        let text = project.read(&path);
        let head = &text[..text.find("-- autogen:upgrade").unwrap()];
        project.write(&path, format!("{head}-- autogen:upgrade\n\n{up}\n\\quit\n-- autogen:downgrade\n\n{down}"));
    }
    project
}

/// Statement by statement, as psql sends them; ends at the first that fails.
fn run(client: &mut Client, script: &str) -> Result<(), String> {
    for step in Script::new(script).steps(Path::new("script.sql")).unwrap() {
        for statement in step.statements {
            client.batch_execute(&statement.sql).map_err(|cause| {
                let said = cause.as_db_error().map_or_else(|| cause.to_string(), |error| error.message().to_owned());
                client.batch_execute("ROLLBACK").unwrap();
                said
            })?;
        }
    }
    Ok(())
}

/// What is there, and what is noted of it.
fn state(client: &mut Client) -> Vec<String> {
    let sql = "SELECT 'column ' || relname || '.' || attname FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
            WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND relname NOT LIKE 'autogen%' AND NOT attisdropped
        UNION ALL SELECT 'comment ' || obj_description(oid, 'pg_class') FROM pg_class WHERE relname = 'tasks_title_idx'
        UNION ALL SELECT format('%s %s %s %s %s', position, id, parents, message, fingerprint) FROM public.autogen_revisions
        UNION ALL SELECT 'half done ' || revision FROM public.autogen_steps ORDER BY 1";
    client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
}

fn connect(project: &Project) -> Client {
    project.database.config().connect(NoTls).unwrap()
}

#[test]
fn a_script_ends_where_the_run_ends_up_and_down() {
    let (ran, scripted) = (project(), project());
    let (mut one, mut other) = (connect(&ran), connect(&scripted));
    let script = |args: &[&str]| scripted.done(args);
    for (by_hand, by_script) in [
        (&["upgrade", "aaa1"][..], &["upgrade", "aaa1", "--sql"][..]),
        (&["upgrade", "head"], &["upgrade", "aaa1:head", "--sql"]),
        (&["downgrade", "aaa1"], &["downgrade", "head:aaa1", "--sql"]),
        (&["upgrade", "+1"], &["upgrade", "current:+1", "--sql"]),
        (&["stamp", "heads"], &["stamp", "current:heads", "--sql"]),
        (&["stamp", "aaa1"], &["stamp", "aaa3:aaa1", "--sql"]),
        (&["stamp", "aaa2"], &["stamp", "aaa1:aaa2", "--sql"]),
        (&["downgrade", "base"], &["downgrade", "aaa2:base", "--sql"]),
        (&["upgrade", "heads"], &["upgrade", "base:heads", "--sql"]),
    ] {
        ran.done(by_hand);
        run(&mut other, &script(by_script)).unwrap_or_else(|why| panic!("{by_script:?}: {why}\n{}", script(by_script)));
        assert_eq!(state(&mut other), state(&mut one), "{by_script:?}");
    }
    assert_eq!(scripted.done(&["current"]), ran.done(&["current"]));
}

#[test]
fn a_script_stops_where_the_database_is_elsewhere() {
    let project = project();
    let mut client = connect(&project);
    let (first, all) = (project.done(&["upgrade", "aaa1", "--sql"]), project.done(&["upgrade", "aaa1:head", "--sql"]));
    run(&mut client, &project.done(&["ensure-version", "--sql"])).unwrap();
    let told = run(&mut client, &all).unwrap_err();
    assert_eq!(told, "the database is not at aaa1, where this part of the script begins");
    run(&mut client, &first).unwrap();
    let before = state(&mut client);
    assert_eq!(
        run(&mut client, &first).unwrap_err(),
        "the database is not at base, where this part of the script begins"
    );
    let mut runner = connect(&project);
    runner.batch_execute("SELECT pg_advisory_lock(27432215686636910)").unwrap();
    assert_eq!(run(&mut client, &all).unwrap_err(), "another runner is at work on this database");
    assert_eq!(state(&mut client), before);
}

#[test]
fn a_script_needs_no_connection_and_is_nothing_but_sql() {
    let mut project = project();
    project.url = "postgresql://nobody@127.0.0.1:1/nothing".into();
    for args in [&["upgrade", "head", "--sql"][..], &["downgrade", "aaa3:base", "--sql"], &["stamp", "head", "--sql"]] {
        let script = project.done(args);
        assert!(script.starts_with("-- autogen ") && script.trim_end().ends_with("COMMIT;"), "{script}");
        assert!(!script.lines().any(|line| line.starts_with('\\')), "{script}");
    }
    let told = [
        &["downgrade", "base", "--sql"][..],
        &["upgrade", "current:head", "--sql"],
        &["upgrade", "aaa1:nope", "--sql"],
        &["upgrade", "--sql", "--", "-1:head"],
        &["upgrade", "aaa1:head"],
        &["stamp", "aaa1", "aaa2", "--sql"],
        &["downgrade", "aaa1:head", "--sql"],
    ]
    .map(|args| format!("$ autogen {}\n{}", args.join(" "), project.told(&project.run(args))));
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("offline__refused", told.join("\n"));
    });
}
