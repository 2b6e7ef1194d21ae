//! Does a column get another type under its name while programs that know only the old type are at work?
//!
//! Rows first; then programs write in between, and every value is looked at, up and down. At the end the database is the one
//! that was made as it is wanted.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/filled.rs"]
mod filled;
#[path = "support/server.rs"]
mod server;
use command::Project;
use filled::{cut, equals_a_direct_build_but_for_order as equals_a_direct_build, sorted, text};

const OLD: &str = "n: { type: integer, default: \"7\", comment: said, index: true, unique: true, check: n > 0 }";
const NEW: &str = "n: { type: bigint, default: \"8\", comment: said, index: true, unique: true, check: n > 0, change: { two_step: true, batch: 7 } }";
const ROWS: &str = "INSERT INTO tasks (id, n) SELECT n, 100 + n FROM generate_series(1, 50) AS n";

fn model(column: &str) -> String {
    format!(
        "tables:\n  tasks:\n    columns:\n      id: bigint\n      m: integer?\n      {column}\n    primary_key: [id]\n"
    )
}

/// A table with the old type, and a model with the new one.
fn begun(settings: &str, old: &str, rows: &str, new: &str) -> Project {
    filled::begun(settings, &model(old), rows, &model(new))
}

fn revised(project: &Project) -> [String; 2] {
    filled::revised(project, "type")
}

fn ty(project: &Project, column: &str) -> String {
    text(
        project,
        &format!(
            "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'tasks'::regclass AND attname = '{column}'"
        ),
    )
}

fn written(project: &Project, part: &str) -> String {
    let files = project.files();
    let file = files.keys().find(|path| path.display().to_string().contains(part)).unwrap();
    project.masked(&std::fs::read_to_string(file).unwrap())
}

#[test]
fn a_type_changes_in_two_revisions_and_back() {
    let project = begun("", OLD, ROWS, NEW);
    let before = server::dump(&project.database);
    let [_, last] = revised(&project);
    shows!("two_step_type__first", written(&project, "_type.sql"));
    shows!("two_step_type__last", written(&project, "_type_the_last_step.sql"));
    project.done(&["upgrade"]);
    let between = server::dump(&project.database);
    assert_eq!([ty(&project, "n"), ty(&project, "n_new")], ["integer", "bigint"]);
    // by programs that know the one name, with the old type behind it
    project.sql("INSERT INTO tasks (id, n) VALUES (51, 51); INSERT INTO tasks (id) VALUES (52); UPDATE tasks SET n = 1000 WHERE id = 1; UPDATE tasks SET m = 4 WHERE id = 4");
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE n <> n_new OR n_new IS NULL"), "0");
    let told = project.told(&project.run(&["check"]));
    assert!(
        told.starts_with("exit 0") && told.contains("waits until no program uses public.tasks.n as integer"),
        "{told}"
    );
    project.done(&["upgrade", &last]);
    assert_eq!([ty(&project, "n"), ty(&project, "n_new")], ["bigint", ""]);
    let values = "SELECT string_agg(n::text, ',' ORDER BY id) FROM tasks WHERE id < 5 OR id > 50";
    assert_eq!(text(&project, values), "1000,102,103,104,51,7");
    equals_a_direct_build(&project);
    project.sql("INSERT INTO tasks (id, n) VALUES (60, 60), (61, DEFAULT); UPDATE tasks SET n = 2000 WHERE id = 2");
    project.done(&["downgrade", "--", "-1"]);
    assert_eq!([ty(&project, "n"), ty(&project, "n_new")], ["integer", "bigint"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE n <> n_new OR n IS NULL"), "0");
    assert_eq!(sorted(server::dump(&project.database)), sorted(between));
    project.sql("INSERT INTO tasks (id, n) VALUES (62, 62); UPDATE tasks SET n = 3000 WHERE id = 3");
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE n <> n_new OR n_new IS NULL"), "0");
    project.done(&["downgrade", "--", "-1"]);
    let values = "SELECT string_agg(n::text, ',' ORDER BY id) FROM tasks WHERE id < 5 OR id > 50";
    assert_eq!(text(&project, values), "1000,2000,3000,104,51,7,60,8,62");
    assert_eq!(sorted(server::dump(&project.database)), sorted(before));
    project.done(&["upgrade"]);
    project.done(&["upgrade", &last]);
    equals_a_direct_build(&project);
}

#[test]
fn what_waits_is_said_everywhere_and_runs_only_where_it_is_named() {
    let project = begun("", "n: integer", ROWS, "n: { type: bigint, change: { two_step: true } }");
    let [_, last] = revised(&project);
    let commands: &[&[&str]] =
        &[&["upgrade"], &["check"], &["diff"], &["status"], &["upgrade", "heads"], &["revision", "-m", "nothing"]];
    for args in commands {
        let told = project.told(&project.run(args));
        assert!(told.starts_with("exit 0"), "{args:?}: {told}");
    }
    let told = project.told(&project.run(&["status"]));
    assert!(told.contains("until no program uses public.tasks.n as integer"), "{told}");
    project.done(&["upgrade", &last]);
    project.done(&["check"]);
    assert_eq!(project.done(&["-q", "revision", "-m", "nothing"]), "");
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE n = 100 + id"), "50");
    assert_eq!(ty(&project, "n"), "bigint");
}

/// One column on its way there and back, with what is written in between.
struct Way {
    old: &'static str,
    new: &'static str,
    rows: &'static str,
    /// Between the two revisions.
    writes: &'static str,
    /// What both columns hold then, and the one at the end.
    between: [&'static str; 2],
    end: &'static str,
    /// Under the new type, and what the old one and the one under the passing name hold on the way back.
    after: &'static str,
    back: [&'static str; 2],
}

const WAYS: [Way; 5] = [
    Way {
        old: "n: text?",
        new: "n: { type: integer?, change: { two_step: true, batch: 2 } }",
        rows: "INSERT INTO tasks (id, n) VALUES (1, '007'), (2, ' 8'), (3, NULL), (4, '9')",
        // what only looks otherwise stays so for those who read it
        writes: "UPDATE tasks SET m = 1; UPDATE tasks SET n = '09' WHERE id = 4; INSERT INTO tasks (id, n) VALUES (5, '+5')",
        between: ["007, 8,-,09,+5", "7,8,-,9,5"],
        end: "7,8,-,9,5",
        after: "UPDATE tasks SET n = 70 WHERE id = 1; UPDATE tasks SET n = NULL WHERE id = 2",
        back: ["70,-,-,9,5", "70,-,-,9,5"],
    },
    Way {
        old: "n: date?",
        new: "n: { type: timestamptz?, index: true, change: { two_step: true, batch: 2 } }",
        rows: "INSERT INTO tasks (id, n) VALUES (1, '2026-01-01'), (2, NULL), (3, '2026-01-03')",
        writes: "UPDATE tasks SET m = 1; UPDATE tasks SET n = '2026-02-01' WHERE id = 1",
        between: ["2026-02-01,-,2026-01-03", "2026-02-01 00:00:00+00,-,2026-01-03 00:00:00+00"],
        end: "2026-02-01 00:00:00+00,-,2026-01-03 00:00:00+00",
        // the time of day is still there after the way back, and a write of another column
        after: "UPDATE tasks SET n = '2026-03-01 10:30:00+00' WHERE id = 1",
        back: ["2026-03-01,-,2026-01-03", "2026-03-01 10:30:00+00,-,2026-01-03 00:00:00+00"],
    },
    Way {
        old: "n: text?",
        new: "n: { type: 'integer', using: { up: 'coalesce(length(n), 0)', down: \"repeat('x', n)\" }, change: { two_step: true, batch: 2 } }",
        rows: "INSERT INTO tasks (id, n) VALUES (1, 'ab'), (2, NULL), (3, '')",
        writes: "UPDATE tasks SET m = 1; UPDATE tasks SET n = 'abc' WHERE id = 1; INSERT INTO tasks (id) VALUES (4)",
        between: ["abc,-,,-", "3,0,0,0"],
        end: "3,0,0,0",
        after: "UPDATE tasks SET n = 5 WHERE id = 1",
        back: ["xxxxx,,,", "5,0,0,0"],
    },
    Way {
        old: "n: text",
        new: "n: { type: 'text[]', using: { up: \"string_to_array(n, ',')\", down: \"array_to_string(n, ',')\" }, change: { two_step: true, batch: 0 } }",
        rows: "INSERT INTO tasks (id, n) VALUES (1, 'a;b'), (2, '')",
        writes: "UPDATE tasks SET n = 'c' WHERE id = 2",
        between: ["a;b,c", "{a;b},{c}"],
        end: "{a;b},{c}",
        after: "UPDATE tasks SET n = '{d}' WHERE id = 1",
        back: ["d,c", "{d},{c}"],
    },
    Way {
        old: "'the \"N\"': { type: bigint, references: tasks.id, index: true }",
        new: "'the \"N\"': { type: integer, references: tasks.id, index: true, change: { two_step: true } }",
        rows: "INSERT INTO tasks (id, \"the \"\"N\"\"\") VALUES (1, 1), (2, 1)",
        writes: "UPDATE tasks SET \"the \"\"N\"\"\" = 2 WHERE id = 1",
        between: ["2,1", "2,1"],
        end: "2,1",
        after: "UPDATE tasks SET \"the \"\"N\"\"\" = 1 WHERE id = 1",
        back: ["1,1", "1,1"],
    },
];

#[test]
fn values_of_every_sort_pass_and_come_back() {
    for (way, settings) in WAYS
        .iter()
        .flat_map(|way| [(way, ""), (way, "indexes: { concurrently: true }\nconstraints: { online: true }\n")])
    {
        let project = begun(settings, way.old, way.rows, way.new);
        let is_quoted = way.old.starts_with('\'');
        let [n, n_new] = if is_quoted { ["\"the \"\"N\"\"\"", "\"the \"\"N\"\"_new\""] } else { ["n", "n_new"] };
        let values = |column: &str| {
            let of = |row: &str| format!("SELECT string_agg(coalesce({row}::text, '-'), ',' ORDER BY id) FROM tasks");
            text(&project, &of(&format!("({column})")))
        };
        let began = values(n);
        let [_, last] = revised(&project);
        project.done(&["upgrade"]);
        assert_eq!(values(n), began);
        project.sql(way.writes);
        assert_eq!([values(n), values(n_new)], way.between, "{}", way.new);
        project.done(&["check"]);
        project.done(&["upgrade", &last]);
        assert_eq!(values(n), way.end);
        equals_a_direct_build(&project);
        project.sql(way.after);
        let after = values(n);
        project.done(&["downgrade", "--", "-1"]);
        assert_eq!([values(n), values(n_new)], way.back, "{}", way.new);
        project.sql("UPDATE tasks SET m = 3");
        assert_eq!([values(n), values(n_new)], way.back, "{}", way.new);
        project.done(&["check"]);
        project.done(&["upgrade", &last]);
        assert_eq!(values(n), after);
        project.done(&["downgrade", "--", "-1"]);
        project.done(&["downgrade", "--", "-1"]);
        assert_eq!(values(n), way.back[0]);
    }
}

#[test]
fn programs_write_while_values_are_copied_and_after_a_cut() {
    let new = "n: { type: bigint, change: { two_step: true, batch: 20, pause: 20ms } }";
    let rows = "INSERT INTO tasks (id, n) SELECT n, n FROM generate_series(1, 1500) AS n";
    let project = begun("", "n: integer", rows, new);
    let [_, last] = revised(&project);
    let written = "UPDATE tasks SET n = 0 WHERE id IN (1, 1500); UPDATE tasks SET m = 1 WHERE id IN (2, 1499); INSERT INTO tasks (id, n) VALUES (1501, -1)";
    cut(&project, "SELECT count(*) FROM tasks WHERE n_new IS NOT NULL", written);
    project.done(&["upgrade"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE n IS DISTINCT FROM n_new"), "0");
    project.done(&["upgrade", &last]);
    let values = "SELECT string_agg(n::text, ',' ORDER BY id) FROM tasks WHERE id < 4 OR id > 1497";
    assert_eq!(text(&project, values), "0,2,3,1498,1499,0,-1");
    equals_a_direct_build(&project);
}

#[test]
fn a_last_step_whose_file_is_lost_is_written_again() {
    let project = begun("", OLD, ROWS, NEW);
    revised(&project);
    project.done(&["upgrade"]);
    let files = project.files();
    let lost = files.keys().find(|path| path.display().to_string().contains("last_step")).unwrap();
    std::fs::remove_file(lost).unwrap();
    let told = project.told(&project.run(&["check"]));
    assert!(told.starts_with("exit 1") && told.contains("drop_column public.tasks.n"), "{told}");
    project.revision("again");
    project.done(&["upgrade"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE n = 100 + id"), "50");
    equals_a_direct_build(&project);
    project.done(&["downgrade", "--", "-1"]);
    assert_eq!(text(&project, "SELECT count(*) FROM tasks WHERE n = 100 + id AND n_new = n"), "50");
}

#[test]
fn passing_names_are_free_and_fit() {
    let long = "x".repeat(63);
    let old = format!(
        "n_new: text?\n      n: {{ type: integer, index: true }}\n      {long}: {{ type: integer, unique: true }}"
    );
    let new = format!(
        "n_new: text?\n      n: {{ type: bigint, index: true, change: {{ two_step: true }} }}\n      {long}: {{ type: bigint, unique: true, change: {{ two_step: true }} }}"
    );
    let rows =
        format!("CREATE SEQUENCE ix_tasks_n_new; INSERT INTO tasks (id, n_new, n, {long}) VALUES (1, 'a', 2, 3)");
    let project = begun("", &old, &rows, &new);
    project.write("schema/s.yaml", "sequences: { ix_tasks_n_new: {} }\n");
    let [_, last] = revised(&project);
    assert!(
        written(&project, "_type_the_last_step.sql").contains("-- waits: public.tasks.n as integer, public.tasks.xxx")
    );
    project.done(&["upgrade"]);
    project.done(&["check"]);
    project.sql(&format!("UPDATE tasks SET n = 4, {long} = 5"));
    project.done(&["upgrade", &last]);
    assert_eq!(text(&project, &format!("SELECT n_new || n || {long} FROM tasks")), "a45");
    assert_eq!([ty(&project, "n"), ty(&project, &long)], ["bigint", "bigint"]);
    project.done(&["check"]);
    project.done(&["downgrade", "--", "-1"]);
    project.done(&["check"]);
    project.done(&["downgrade", "--", "-1"]);
    assert_eq!(text(&project, &format!("SELECT n_new || n || {long} FROM tasks")), "a45");
}

#[test]
fn other_changes_go_on_while_one_waits() {
    let project = begun("", OLD, ROWS, NEW);
    let [_, last] = revised(&project);
    project.done(&["upgrade"]);
    project.write("schema/tasks.yaml", model(NEW).replace("m: integer?", "m: bigint?"));
    project.revision("other");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    project.done(&["upgrade", &last]);
    equals_a_direct_build(&project);
}

#[test]
fn a_database_that_has_the_type_is_in_step() {
    let project = Project::with(&[("schema/tasks.yaml", &model(NEW))]);
    project.revision("all");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    assert_eq!(project.done(&["-q", "revision", "-m", "nothing"]), "");
}

#[test]
fn a_type_that_changes_again_in_between_is_refused() {
    let project = begun("", OLD, ROWS, NEW);
    revised(&project);
    project.done(&["upgrade"]);
    project.write("schema/tasks.yaml", model(&NEW.replace("bigint", "numeric")));
    shows!("two_step_type__refused_another", project.refused(&["revision", "-m", "x"]));
}

#[test]
fn what_cannot_change_in_two_steps_is_refused_by_name() {
    let two = "change: { two_step: true }";
    let simple = format!("n: {{ type: bigint, {two} }}");
    let cases: Vec<(&str, &str, String)> = vec![
        (
            "identity",
            "n: { type: integer, identity: always }",
            format!("n: {{ type: bigint, identity: always, {two} }}"),
        ),
        ("serial", "n: serial", format!("n: {{ type: bigserial, {two} }}")),
        (
            "generated",
            "n: { type: integer, generated: id + 1 }",
            format!("n: {{ type: bigint, generated: id + 1, {two} }}"),
        ),
        (
            "generated_from_it",
            "n: integer\n      g: { type: integer, generated: n + 1 }",
            format!("{simple}\n      g: {{ type: integer, generated: n + 1 }}"),
        ),
        (
            "referred_to",
            "n: { type: integer, unique: true }\n      up: { type: integer?, references: tasks.n }",
            format!("n: {{ type: bigint, unique: true, {two} }}\n      up: {{ type: integer?, references: tasks.n }}"),
        ),
        ("no_cast", "n: integer", format!("n: {{ type: uuid, {two} }}")),
        ("no_way_back", "n: integer", format!("n: {{ type: uuid, using: gen_random_uuid(), {two} }}")),
        ("at_once", "n: varchar(10)", format!("n: {{ type: varchar(20), {two} }}")),
        ("backfill", "n: integer", format!("n: {{ type: bigint, backfill: '1', {two} }}")),
        ("renamed", "n: integer", format!("x: {{ type: bigint, rename: {{ from: n, two_step: true }}, {two} }}")),
        ("batch_of_nothing", "n: integer", "n: { type: bigint, change: { two_step: false, batch: 5 } }".to_owned()),
        (
            "shared",
            "k: { type: integer, check: k < n }\n      n: integer",
            format!("k: {{ type: bigint, check: k < n, {two} }}\n      {simple}"),
        ),
    ];
    for (name, old, new) in cases {
        let project = begun("", old, "", &new);
        shows!(format!("two_step_type__refused_{name}"), project.refused(&["revision", "-m", "x"]));
    }
}

#[test]
fn what_stands_on_more_than_a_column_is_refused_by_name() {
    let two = "change: { two_step: true }";
    let table = |column: &str, more: &str| format!("tables:\n  t:\n    columns: {{ id: bigint, n: {column} }}\n{more}");
    let (old, new) = ("integer".to_owned(), format!("{{ type: bigint, {two} }}"));
    for (name, more) in [
        ("primary_key", "    primary_key: [n]\n"),
        ("partitioned", "    partition_by: { range: [id] }\n"),
        ("view", "views:\n  v: { query: SELECT n FROM t }\n"),
        ("policy", "    policies: { p: { using: n > 0 } }\n"),
        (
            "trigger",
            "    triggers: { g: { timing: before, events: [update of n], for_each: row, function: f } }\nfunctions:\n  f(): { returns: trigger, language: plpgsql, body: BEGIN RETURN new; END }\n",
        ),
        ("name_taken", "functions:\n  t_n_new_in_step(): { returns: integer, language: sql, body: SELECT 1 }\n"),
    ] {
        let project = Project::with(&[("schema/t.yaml", &table(&old, more))]);
        project.revision("before");
        project.done(&["upgrade"]);
        project.write("schema/t.yaml", table(&new, more));
        shows!(format!("two_step_type__refused_{name}"), project.refused(&["revision", "-m", "x"]));
    }
    let parent = |column: &str| {
        format!("tables:\n  t: {{ columns: {{ id: bigint, n: {column} }} }}\n  u: {{ inherits: [t] }}\n")
    };
    let project = Project::with(&[("schema/t.yaml", &parent(&old))]);
    project.revision("before");
    project.done(&["upgrade"]);
    project.write("schema/t.yaml", parent(&new));
    shows!("two_step_type__refused_inherited_from", project.refused(&["revision", "-m", "x"]));
}
