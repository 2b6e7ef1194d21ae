//! Are the files of new revisions called, made and looked over as autogen.yaml says?
//!
//! Each test is a story told to the program, on files and a PostgreSQL; `snapshots/files__*` holds what it said.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;
#[path = "support/story.rs"]
mod story;

use command::Project;
use story::story;

#[test]
fn names_have_the_form_that_is_asked_for() {
    let project = Project::with(&[(
        "autogen.yaml",
        "file_template: of %(rev)s/%(slug)s-%(rev)s\ntruncate_slug_length: 12\ntimezone: Asia/Kathmandu\n",
    )]);
    story(
        "files__names",
        &project,
        &[
            &[
                "revision",
                "--empty",
                "--rev-id",
                "aaa1",
                "-m",
                "../../etc/passwd: Größe, 添加",
                "-m",
                "Why\n-- autogen:upgrade",
            ],
            &["revision", "--empty", "--rev-id", "aaa2", "-m", "…"],
            &["history"],
            &["show", "aaa1"],
            &["upgrade", "head"],
        ],
    );
    let text = project.read("of aaa1/etc_passwd-aaa1.sql".replace("of", "revisions/of").as_str());
    assert!(text.lines().any(|line| line.starts_with("-- created: 2") && line.ends_with("+05:45")), "{text}");
}

#[test]
fn revisions_are_in_order_whatever_time_zone_they_were_made_in() {
    let project = Project::with(&[]);
    for (id, created) in [("aaa1", "2026-11-20 09:00:00+00:00"), ("bbb1", "2026-11-20 09:30:00+02:00")] {
        project.done(&["revision", "--empty", "--rev-id", id, "-m", "one", "--head", "base"]);
        let path = project.files().into_keys().find(|path| path.to_string_lossy().contains(id)).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| line.starts_with("-- created:")).unwrap();
        std::fs::write(&path, text.replace(line, &format!("-- created: {created}"))).unwrap();
    }
    assert_eq!(project.done(&["heads"]), "bbb1 (head)\naaa1 (head)\n");
}

#[test]
fn ids_are_numbers_where_that_is_asked_for() {
    let project = Project::with(&[("autogen.yaml", "revision_ids: sequence\n")]);
    let empty = |message: &'static str| ["revision", "--empty", "-m", message];
    story(
        "files__sequence",
        &project,
        &[
            &empty("one"),
            &["revision", "--empty", "-m", "by hand", "--rev-id", "041"],
            &empty("three"),
            &["revision", "--empty", "-m", "beside", "--head", "041", "--splice"],
            &["merge", "heads"],
            &["history"],
        ],
    );
    let copy = project.files().into_iter().find(|(path, _)| path.to_string_lossy().contains("_three")).unwrap();
    project.write("revisions/copy.sql", copy.1);
    story("files__number_taken", &project, &[&["history"], &["upgrade", "head"]]);
}

/// A template with everything in it.
const TEMPLATE: &str = "-- autogen:hole header\n--\n-- Ticket:\n-- autogen:hole summary\n\n-- autogen:upgrade\n\
    SET LOCAL lock_timeout = '2s';\n\n-- autogen:hole upgrade\n\\quit\n-- autogen:downgrade\n-- autogen:hole downgrade\n";

#[test]
fn files_are_written_after_a_template() {
    let project = Project::with(&[
        ("autogen.yaml", "template: revisions/template.txt\n"),
        ("revisions/template.txt", TEMPLATE),
        ("schema/tasks.yaml", command::TASKS),
    ]);
    story(
        "files__template",
        &project,
        &[
            &["revision", "-m", "tasks", "--rev-id", "aaa1"],
            &["show", "head"],
            &["upgrade", "head"],
            &["check"],
            &["revision", "--empty", "-m", "by hand", "--rev-id", "aaa2"],
            &["show", "head"],
        ],
    );
    // what a person has edited is still told from what the template says
    project.write("schema/more.yaml", "tables: { more: { columns: { id: bigint } } }\n");
    project.done(&["stamp", "aaa2"]);
    let file = project.revision("more");
    project.done(&["revision", "--amend", "-m", "more and more"]);
    let edited = project.read(&file).replace("'2s'", "'3s'");
    project.write(&file, edited);
    let told = project.refused(&["revision", "--amend"]);
    assert!(told.contains("was edited by hand"), "{told}");
}

#[test]
fn a_template_that_cannot_be_filled_writes_nothing() {
    let project = Project::with(&[("autogen.yaml", "template: template.txt\n")]);
    let mut told = String::new();
    let mut refused = |template: Option<String>| {
        template.into_iter().for_each(|text| project.write("template.txt", text));
        told.push_str(&project.refused(&["revision", "--empty", "-m", "x"]));
    };
    refused(None);
    refused(Some(TEMPLATE.replace("hole summary", "hole sumary")));
    refused(Some(TEMPLATE.replace("-- autogen:hole downgrade\n", "")));
    refused(Some(TEMPLATE.replace("'2s';", "'2s'")));
    refused(Some(TEMPLATE.replace("SET LOCAL lock_timeout = '2s'", "BEGIN")));
    shows!("files__template_refused", told);
}

#[test]
fn commands_look_new_files_over() {
    let hook = "post_write:\n  - [sed, -i, 's/^CREATE/create/; s/^DROP/drop/']\n  - echo looked at\n";
    let project = Project::with(&[("autogen.yaml", hook), ("schema/tasks.yaml", command::TASKS)]);
    story(
        "files__hooks",
        &project,
        &[
            &["revision", "-m", "a table -i", "--rev-id", "aaa1"],
            &["show", "head"],
            &["revision", "--amend", "-m", "the table"],
            &["upgrade", "head"],
            &["check"],
        ],
    );
}

#[test]
fn a_command_that_fails_is_reported_and_the_file_stays() {
    let project = Project::with(&[]);
    let mut told = String::new();
    for (n, command) in [
        "[sh, -c, 'echo it looks odd; echo bad >&2; exit 3']",
        "[no-such-program, REVISION_SCRIPT_FILENAME]",
        "[sh, -c, 'echo no sql > \"$1\"', sh]",
        "[sed, -i, 's/revision bbb/revision ccc/']",
        "[sed, -i, 's/autogen:upgrade/autogen:upgrad/']",
        "[rm]",
        "[sh, -c, 'kill -9 $$']",
    ]
    .into_iter()
    .enumerate()
    {
        project.write("autogen.yaml", format!("post_write:\n  - {command}\n"));
        let id = format!("bbb{n}");
        let output = project.run(&["revision", "--empty", "-m", "looked over", "--rev-id", &id, "--head", "base"]);
        assert!(!output.status.success());
        told.push_str(&format!("{command}\n{}\n", project.told(&output)));
        let left: Vec<_> =
            project.files().into_keys().filter(|path| path.extension().is_some_and(|e| e == "sql")).collect();
        assert_eq!(left.len(), usize::from(command != "[rm]"), "{left:?}");
        left.iter().for_each(|path| std::fs::remove_file(path).unwrap());
    }
    shows!("files__hooks_failed", told);
}

#[test]
fn the_form_that_the_readme_shows_is_read() {
    let readme = include_str!("../README.md");
    let text = &readme[readme.find("### Files of your own form").unwrap()..];
    let block = |language: &str| {
        let start = text.find(&format!("```{language}\n")).unwrap() + language.len() + 4;
        text[start..].split("```").next().unwrap().to_owned()
    };
    let yaml = block("yaml").replace("sqlfluff, fix, --dialect, postgres", "test, -f");
    let project = Project::with(&[("autogen.yaml", &yaml), ("revisions/template.txt", &block("sql"))]);
    let path = project.done(&["revision", "--empty", "-m", "as it is told"]);
    assert!(path.starts_with("revisions/20") && path.ends_with("/001_as_it_is_told.sql\n"), "{path}");
    assert!(project.read(path.trim()).contains("\n-- Ticket:\n"));
}
