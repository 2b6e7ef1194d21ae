//! What does somebody see who has renamed things in the models and not said so?
//!
//! Each way of answering (at a terminal, with options, with a file, with the JSON that was printed) has to come to one file.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;
#[path = "support/terminal.rs"]
mod terminal;

use std::process::Command;

use command::Project;
use terminal::Terminal;

const BEFORE: &str = "tables:
  tasks:
    columns:
      id: bigint
      title: varchar(200)
      notes: text?
      dueAt: timestamptz?
    primary_key: [id]
    indexes: { ix_tasks_title: [title], ix_tasks_due: [dueAt] }
  people:
    columns: { id: bigint, name: text, town: text?, born: date? }
    primary_key: [id]
";

/// One column is renamed, another gives way to one that looks like it, a third is spelled otherwise, and so is a table named
/// otherwise with a column in it.
fn after() -> String {
    BEFORE
        .replace("title: varchar(200)", "name: varchar(200)")
        .replace("[title]", "[name]")
        .replace("notes: text?", "coupon: text?")
        .replace("dueAt", "due_at")
        .replace("people:", "persons:")
        .replace("town:", "city:")
}

/// The first models applied, with rows, and the second in their place.
fn project() -> Project {
    let project = Project::with(&[("schema/m.yaml", BEFORE)]);
    project.revision("first");
    project.done(&["upgrade", "head"]);
    project.sql(
        "INSERT INTO tasks SELECT n, 'task ' || n, 'note', now() FROM generate_series(1, 3) n; \
         INSERT INTO people VALUES (1, 'Ann', 'York', '2000-01-01')",
    );
    project.write("schema/m.yaml", after());
    project
}

/// With the policy of the project's own autogen.yaml.
fn asking(project: &Project, args: &[&str]) -> Command {
    let mut command = project.command(args);
    command.env_remove("AUTOGEN_RENAMES");
    command
}

fn told(project: &Project, args: &[&str]) -> String {
    project.told(&asking(project, args).output().unwrap())
}

const ANSWERS: [&str; 10] = [
    "--rename",
    "public.tasks.title=name",
    "--no-rename",
    "tasks.notes",
    "--rename",
    "tasks.\"dueAt\"=due_at",
    "--rename",
    "table people=persons",
    "--rename",
    "public.people.town=city",
];

/// The text of the one revision that is not applied, without what is its own.
fn written(project: &Project) -> String {
    let mut files: Vec<String> = project
        .files()
        .into_iter()
        .filter_map(|(path, bytes)| {
            let text = String::from_utf8(bytes).ok()?;
            (path.extension().is_some_and(|end| end == "sql") && !text.contains("message: first\n")).then_some(text)
        })
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    project.masked(&files.remove(0))
}

#[test]
fn without_a_terminal_it_ends_with_the_questions() {
    let project = project();
    let before = (project.files(), project.catalog());
    shows!("renames__questions", told(&project, &["revision", "-m", "second"]));
    shows!("renames__questions_json", told(&project, &["revision", "-m", "second", "--format", "json"]));
    assert_eq!((project.files(), project.catalog()), before);
    // who only looks is not asked
    shows!("renames__check", told(&project, &["check"]));
    let json: serde_json::Value =
        serde_json::from_slice(&asking(&project, &["check", "--format", "json"]).output().unwrap().stdout).unwrap();
    assert_eq!(json["questions"].as_array().map(Vec::len), Some(5), "{json:#}");
    assert_eq!(json["reason"], "drift");
    let diff = asking(&project, &["diff"]).output().unwrap();
    assert!(
        diff.status.success() && project.told(&diff).contains("perhaps renamed: column public.tasks.title -> name")
    );
}

#[test]
fn the_same_answers_give_the_same_file() {
    let mut files = Vec::new();
    // with options
    let project = self::project();
    let args = [&["revision", "-m", "second"][..], &ANSWERS].concat();
    let output = asking(&project, &args).output().unwrap();
    assert!(output.status.success(), "{}", project.told(&output));
    files.push(written(&project));
    shows!("renames__answered", &files[0]);
    let plain =
        |text: String| text.lines().filter(|line| !line.starts_with("-- fingerprint")).collect::<Vec<_>>().join("\n");
    // it says what it says, there and back, and the rows are there
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    let mut client = project.database.client();
    let names: Vec<String> =
        client.query("SELECT name FROM tasks ORDER BY id", &[]).unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(names, ["task 1", "task 2", "task 3"]);
    assert_eq!(client.query_one("SELECT city FROM persons", &[]).unwrap().get::<_, String>(0), "York");
    project.done(&["downgrade", "-1", "--yes"]);
    assert_eq!(client.query_one("SELECT town FROM people", &[]).unwrap().get::<_, String>(0), "York");

    // with the JSON that was printed, one text of each answer left
    let project = self::project();
    let printed = asking(&project, &["revision", "-m", "second", "--format", "json"]).output().unwrap();
    assert_eq!(printed.status.code(), Some(1));
    let mut json: serde_json::Value = serde_json::from_slice(&printed.stdout).unwrap();
    for question in json["questions"].as_array_mut().unwrap() {
        let denied = question["old"] == "public.tasks.notes";
        let answers = question["answer"].as_array().unwrap().clone();
        question["answer"] = if denied { answers.last().unwrap().clone() } else { answers[0].clone() };
    }
    project.write("answers.json", format!("{json:#}"));
    let output = asking(&project, &["revision", "-m", "second", "--renames", "answers.json"]).output().unwrap();
    assert!(output.status.success(), "{}", project.told(&output));
    files.push(written(&project));

    // with a file written by hand
    let project = self::project();
    project.write(
        "answers.yaml",
        "rename:\n  public.tasks.title: name\n  public.tasks.\"dueAt\": due_at\n  people: persons\n  people.town: city\nno_rename: [tasks.notes]\n",
    );
    let args = ["revision", "-m", "second", "--renames", "answers.yaml", "--format", "json"];
    let output = asking(&project, &args).output().unwrap();
    assert!(output.status.success(), "{}", project.told(&output));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&json["reason"], json["files"].as_array().map(Vec::len)), (&"written".into(), Some(1)), "{json:#}");
    files.push(written(&project));

    // at a terminal
    let project = self::project();
    let screen = at_terminal(
        &project,
        &[("title", "d\ny\n"), ("notes", "maybe\nn\n"), ("dueAt", "y\n"), ("people", "y\n"), ("town", "yes\n")],
    );
    shows!("renames__dialogue", project.masked(&screen));
    files.push(written(&project));
    for file in &files[1..] {
        assert_eq!(plain(file.clone()), plain(files[0].clone()));
    }
}

/// Answers what is asked about each of these, in whatever order it comes.
fn at_terminal(project: &Project, answers: &[(&str, &str)]) -> String {
    let mut terminal = Terminal::run(&mut asking(project, &["revision", "-m", "second"]));
    let mut prompts = 1;
    for number in 1..=answers.len() {
        terminal.until(&format!("question {number} of "));
        terminal.until_count("[d]etails: ", prompts);
        let screen = terminal.screen();
        let asked = screen.rsplit("question ").next().unwrap().lines().next().unwrap().to_owned();
        let (_, keys) = answers.iter().find(|(name, _)| asked.contains(name)).unwrap_or_else(|| panic!("{asked}"));
        // a line at a time, so that what is typed stands where it is asked for
        for line in keys.split_inclusive('\n') {
            terminal.until_count("[d]etails: ", prompts);
            terminal.types(line);
            prompts += 1;
        }
    }
    let (status, screen) = terminal.end();
    assert!(status.success(), "{screen}");
    screen.replace('\r', "")
}

#[test]
fn a_question_that_is_not_answered_leaves_everything_as_it_was() {
    let project = project();
    let before = (project.files(), project.catalog());
    for (keys, code) in [("\u{3}", 130), ("\u{4}", 1), ("y\n\u{4}", 1)] {
        let mut terminal = Terminal::run(&mut asking(&project, &["revision", "-m", "second"]));
        terminal.until("[d]etails: ");
        terminal.types(keys);
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(code), "{screen}");
        assert_eq!((project.files(), project.catalog()), before, "{screen}");
    }
}

#[test]
fn several_that_it_may_have_become_are_a_choice() {
    let project =
        Project::with(&[("schema/m.yaml", "tables: { t: { columns: { id: bigint, one: text?, two: text? } } }\n")]);
    project.revision("first");
    project.done(&["upgrade", "head"]);
    project.write("schema/m.yaml", "tables: { t: { columns: { id: bigint, uno: text?, dos: text? } } }\n");
    let screen = at_terminal(&project, &[("t.one", "7\n1\n"), ("t.two", "1\n")]);
    shows!("renames__choice", project.masked(&screen));
    let text = written(&project);
    assert!(text.contains("RENAME COLUMN one TO") && !text.contains("DROP COLUMN"), "{text}");
}

#[test]
fn the_policy_says_what_is_asked() {
    let project = project();
    project.write("autogen.yaml", "renames: when-certain\n");
    // what cannot be anything else is not asked about
    let said = told(&project, &["revision", "-m", "second"]);
    assert!(
        said.starts_with("exit 1") && said.contains("taken for renamed: column public.tasks.\"dueAt\" -> due_at"),
        "{said}"
    );
    assert!(
        !said.contains("--rename 'public.tasks.\"dueAt\"") && said.contains("--rename public.tasks.title=name"),
        "{said}"
    );
    let said = told(&project, &["revision", "-m", "second", "--no-renames"]);
    assert!(said.starts_with("exit 0"), "{said}");
    let text = written(&project);
    assert!(!text.contains("RENAME COLUMN \"dueAt\" TO due_at") && text.contains("DROP COLUMN title"), "{text}");
    let project = self::project();
    project.write("autogen.yaml", "renames: never\n");
    let said = told(&project, &["revision", "-m", "second", "--rename", "tasks.title=name"]);
    assert!(said.starts_with("exit 0"), "{said}");
    let text = written(&project);
    assert!(text.contains("RENAME COLUMN title TO name") && text.contains("DROP COLUMN notes"), "{text}");
    assert!(!text.contains("no rename"), "{text}");
}

#[test]
fn answers_are_remembered_by_the_revision() {
    let project = project();
    let output = asking(&project, &[&["revision", "-m", "second"][..], &ANSWERS].concat()).output().unwrap();
    assert!(output.status.success());
    let before = written(&project);
    // nothing is asked again
    let said = told(&project, &["revision", "--amend"]);
    assert!(said.starts_with("exit 0") && said.contains("the revision is as it was"), "{said}");
    assert_eq!(written(&project), before);
    // another mind
    let said = told(&project, &["revision", "--amend", "--no-rename", "tasks.title"]);
    assert!(said.starts_with("exit 0"), "{said}");
    let text = written(&project);
    assert!(text.contains("DROP COLUMN title") && text.contains("RENAME COLUMN town TO city"), "{text}");
    // the next question is one that nobody was asked
    project.write("schema/m.yaml", after().replace("born: date?", "birthday: date?"));
    let said = told(&project, &["revision", "--amend"]);
    assert!(
        said.starts_with("exit 1")
            && said.contains("1 question ")
            && said.contains("--rename public.people.born=birthday"),
        "{said}"
    );
}

#[test]
fn a_part_asks_about_what_is_in_it() {
    let project = project();
    let said = told(&project, &["revision", "-m", "part", "--only", "persons", "--only", "people"]);
    assert!(said.contains("people") && !said.contains("tasks.title"), "{said}");
    let mut args = vec!["-q", "revision", "-m", "second", "--split"];
    args.extend(ANSWERS);
    let output = asking(&project, &args).output().unwrap();
    assert!(output.status.success(), "{}", project.told(&output));
    let paths = String::from_utf8(output.stdout).unwrap();
    let texts: Vec<String> = paths.lines().map(|path| project.read(path)).collect();
    let holding = |text: &str| texts.iter().filter(|file| file.contains(text)).count();
    assert_eq!((holding("-- renames: "), holding("-- no-renames: column public.tasks.notes")), (1, 1), "{texts:?}");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
}

#[test]
fn answers_that_answer_nothing_are_named() {
    let project = project();
    project.write(
        "odd.json",
        "{\"questions\": [{\"kind\": \"column\", \"old\": \"public.tasks.title\", \"new\": [], \"answer\": []}]}",
    );
    project.write(
        "open.yaml",
        "questions:\n- { kind: column, old: public.tasks.title, new: [], answer: [--rename a=b, --no-rename a] }\n",
    );
    project.write("unknown.yaml", "rename:\n  public.tasks.title: name\n  public.tasks.nope: name2\n");
    project.write("key.yaml", "renames: { a: b }\n");
    project.write("what.yaml", "questions:\n- { kind: column, old: a, new: [], answer: rename a=b }\n");
    let mut said = String::new();
    for args in [
        &["--rename", "public.tasks.titel=name"][..],
        &["--rename", "public.tasks.title=nam"],
        &["--rename", "public.tasks.id=name"],
        &["--rename", "public.tasks.title"],
        &["--rename", "tasks.title=name", "--rename", "tasks.title=coupon"],
        &["--rename", "tasks.title=name", "--rename", "tasks.notes=name"],
        &["--rename", "tasks.title=name", "--no-rename", "tasks.title"],
        &["--no-rename", "public.tasks.nope"],
        &["--renames", "none.yaml"],
        &["--renames", "odd.json"],
        &["--renames", "open.yaml"],
        &["--renames", "unknown.yaml"],
        &["--renames", "key.yaml"],
        &["--renames", "what.yaml"],
    ] {
        let all = [&["revision", "-m", "x", "--no-renames"][..], args].concat();
        let all = if args.contains(&"--renames") { all } else { [&["revision", "-m", "x"][..], args].concat() };
        let before = project.files();
        said.push_str(&format!("$ autogen {}\n{}\n", all.join(" "), told(&project, &all)));
        assert_eq!(project.files(), before, "{said}");
    }
    shows!("renames__wrong_answers", said);
}

/// Everything that has a name of its own, and the values of an enum.
#[test]
fn every_kind_is_asked_about_and_answered_for() {
    const MODEL: &str = "enums: { status: [open, shipped, done] }
sequences: { invoice_number: { start: 100 } }
functions:
  twice(integer): { arguments: [a integer], returns: integer, language: sql, body: select a + a }
tables:
  t:
    columns: { id: bigint, s: { type: status, default: \"'open'\" }, n: { type: int, default: 0 } }
    primary_key: [id]
    checks: { ck_n: n >= 0 }
    indexes: { ix_n: [n] }
views:
  open_ones: { query: \"select id, n from t where n > 10\" }
";
    let project = Project::with(&[("schema/m.yaml", MODEL)]);
    project.revision("first");
    project.done(&["upgrade", "head"]);
    project.sql("INSERT INTO t VALUES (1, 'shipped', 5); SELECT nextval('invoice_number')");
    let before = project.catalog();
    let mut after = MODEL.to_owned();
    for (old, new) in [
        ("shipped", "sent"),
        ("invoice_number", "invoice_no"),
        ("twice(", "doubled("),
        ("ck_n", "n_not_negative"),
        ("ix_n", "t_by_n"),
        ("open_ones", "large_ones"),
    ] {
        after = after.replace(old, new);
    }
    project.write("schema/m.yaml", after);
    let printed = asking(&project, &["revision", "-m", "second", "--format", "json"]).output().unwrap();
    let json: serde_json::Value =
        serde_json::from_slice(&printed.stdout).unwrap_or_else(|_| panic!("{}", project.told(&printed)));
    let mut args = vec!["revision".to_owned(), "-m".to_owned(), "second".to_owned()];
    let mut kinds: Vec<&str> = Vec::new();
    for question in json["questions"].as_array().unwrap() {
        kinds.push(question["kind"].as_str().unwrap());
        let (option, value) = question["answer"][0].as_str().unwrap().split_once(' ').unwrap();
        args.extend([option.to_owned(), value.trim_matches('\'').to_owned()]);
    }
    kinds.sort_unstable();
    assert_eq!(kinds, ["check constraint", "enum value", "function", "index", "sequence", "view"], "{json:#}");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let said = told(&project, &args);
    assert!(said.starts_with("exit 0"), "{said}");
    let text = written(&project);
    assert!(!text.contains("DROP ") && text.matches("answered: a rename").count() >= 6, "{text}");
    project.done(&["upgrade", "head"]);
    project.done(&["check"]);
    let mut client = project.database.client();
    assert_eq!(client.query_one("SELECT s::text FROM t", &[]).unwrap().get::<_, String>(0), "sent");
    assert_eq!(client.query_one("SELECT last_value FROM invoice_no", &[]).unwrap().get::<_, i64>(0), 100);
    drop(client);
    project.done(&["downgrade", "-1", "--yes"]);
    // the bookkeeping of the first is all that is left beside what was there
    assert_eq!(project.catalog(), before);
}
