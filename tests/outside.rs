//! Is what others have built on ours told by name, before anything of ours goes from under it?
//!
//! Others: an excluded schema, what a rule leaves out, an extension. Nothing is dropped with CASCADE, so the server would refuse;
//! `revision` does, and writes nothing.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::{Project, TASKS};

const MODEL: &str = "
enums: { level: [low, middle, high] }
domains: { amount: integer }
composites: { pair: { a: integer, b: text } }
sequences: { s: }
collations: { by_code: { provider: libc, locale: C } }
functions:
  one(): { returns: integer, language: sql, body: select 1 }
  touch(): { returns: trigger, language: plpgsql, body: begin return new; end }
text_search_configurations: { words: { parser: default, mappings: { asciiword: [simple] } } }
foreign_data_wrappers: { w: }
servers: { far: { wrapper: w } }
tables:
  tasks:
    columns: { id: bigint, title: text, n: integer, m: integer, level: level? }
    primary_key: { name: tasks_pkey, columns: [id] }
    unique: { tasks_title_key: [title] }
  notes: { columns: { id: bigint } }
";

/// Where the name of a function has no schema, it is `public`.
const OTHERS: &str = "CREATE SCHEMA audit;
    CREATE VIEW audit.titles AS SELECT title FROM tasks;
    CREATE TABLE audit.log (task bigint CONSTRAINT log_task REFERENCES tasks);
    CREATE TABLE audit.defaults (n integer DEFAULT public.one(), s bigint DEFAULT nextval('public.s'));
    CREATE TABLE audit.typed (l level, many level[], a amount, p pair, t text COLLATE by_code);
    CREATE TABLE audit.guarded (id bigint, n integer CONSTRAINT n_is_one CHECK (n = public.one()));
    CREATE POLICY p ON audit.guarded USING (id IN (SELECT t.m FROM public.tasks t));
    CREATE TRIGGER tr BEFORE INSERT ON audit.guarded FOR EACH ROW EXECUTE FUNCTION public.touch();
    CREATE SEQUENCE audit.owned; CREATE SEQUENCE public.mine OWNED BY tasks.n;
    CREATE TABLE audit.heir () INHERITS (notes);
    CREATE FUNCTION audit.of(l level) RETURNS integer LANGUAGE sql AS 'SELECT 1';
    CREATE INDEX found ON audit.log (to_tsvector('public.words'::regconfig, task::text));
    CREATE FOREIGN TABLE audit.away (id bigint) SERVER far;
    CREATE VIEW audit.of_an_extension AS SELECT m FROM tasks; ALTER EXTENSION hstore ADD VIEW audit.of_an_extension;";

fn project() -> Project {
    let rules = "exclude:\n  - audit.*\n  - { kind: sequence, name: mine }\n";
    let project = Project::with(&[
        ("autogen.yaml", rules),
        ("schema/all.yaml", MODEL),
        ("schema/hstore.yaml", "extensions: { hstore: }"),
    ]);
    project.revision("all");
    project.done(&["upgrade"]);
    project.sql(OTHERS);
    project
}

#[test]
fn what_others_stand_on_is_not_dropped_from_under_them() {
    let project = project();
    project.done(&["check"]);
    let no_table: String = MODEL.split_inclusive('\n').filter(|line| !line.contains("{ id: bigint }")).collect();
    let cases: &[(&str, String, &[&str])] = &[
        ("a table", no_table, &["public.notes would go or change under table audit.heir"]),
        (
            "a column",
            MODEL.replace(" title: text,", "").replace("    unique: { tasks_title_key: [title] }\n", ""),
            &["public.tasks.title would go or change under view audit.titles"],
        ),
        (
            "the type of a column",
            MODEL.replace("title: text,", "title: varchar(40),"),
            &["public.tasks.title would go or change under view audit.titles"],
        ),
        (
            "the key",
            MODEL.replace("    primary_key: { name: tasks_pkey, columns: [id] }\n", ""),
            &["under table constraint log_task on audit.log"],
        ),
        (
            "a function",
            MODEL.replace("  one(): { returns: integer, language: sql, body: select 1 }\n", ""),
            &[
                "public.one() would go or change under default value for audit.defaults.n",
                "table constraint n_is_one on audit.guarded",
            ],
        ),
        (
            "what a trigger calls",
            MODEL.replace("  touch(): { returns: trigger, language: plpgsql, body: begin return new; end }\n", ""),
            &["public.touch() would go or change under trigger tr on audit.guarded"],
        ),
        (
            "a column that a policy looks at",
            MODEL.replace(" m: integer,", ""),
            &[
                "public.tasks.m would go or change under policy p on audit.guarded",
                "public.tasks.m would go or change under view audit.of_an_extension",
            ],
        ),
        (
            "a label",
            MODEL.replace("low, middle, high", "low, high"),
            &[
                "under table column audit.typed.l,",
                "under table column audit.typed.many",
                "under function audit.of(public.level)",
            ],
        ),
        (
            "a sequence",
            MODEL.replace("sequences: { s: }\n", ""),
            &["public.s would go or change under default value for audit.defaults.s"],
        ),
        (
            "a column with their sequence",
            MODEL.replace(" n: integer,", ""),
            &["public.tasks.n would go or change under sequence public.mine"],
        ),
        (
            "a domain",
            MODEL.replace("domains: { amount: integer }\n", ""),
            &["public.amount would go or change under table column audit.typed.a"],
        ),
        (
            "the type of an attribute",
            MODEL.replace("{ a: integer, b: text }", "{ a: bigint, b: text }"),
            &["public.pair would go or change under table column audit.typed.p"],
        ),
        (
            "a collation",
            MODEL.replace("collations: { by_code: { provider: libc, locale: C } }\n", ""),
            &["public.by_code would go or change under table column audit.typed.t"],
        ),
        (
            "a text search configuration",
            MODEL.replace(
                "text_search_configurations: { words: { parser: default, mappings: { asciiword: [simple] } } }\n",
                "",
            ),
            &["public.words would go or change under index audit.found"],
        ),
        (
            "a server",
            MODEL.replace("servers: { far: { wrapper: w } }\n", ""),
            &["far would go or change under foreign table audit.away"],
        ),
    ];
    let mut failed = Vec::new();
    for (what, model, expected) in cases {
        project.write("schema/all.yaml", model);
        let output = project.run(&["revision", "-m", "other"]);
        let told = project.told(&output);
        let missing: Vec<&&str> = expected.iter().filter(|part| !told.contains(**part)).collect();
        if output.status.code() != Some(1) || !missing.is_empty() {
            failed.push(format!("{what}: {missing:?} in\n{told}"));
        }
        if output.status.success() {
            std::fs::remove_file(project.folder.join(String::from_utf8_lossy(&output.stdout).trim())).unwrap();
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn what_the_server_does_under_others_is_done() {
    let project = project();
    // the key's type goes under a foreign key, an attribute comes, a function is replaced, the rest is theirs alone
    let model = MODEL
        .replace("id: bigint, title", "id: integer, title")
        .replace("{ a: integer, b: text }", "{ a: integer, b: text, c: text }")
        .replace("body: select 1", "body: select 2")
        .replace(" level: level? }", " level: level?, more: text? }");
    project.write("schema/all.yaml", model);
    project.revision("more");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    project.done(&["downgrade", "-1"]);
}

#[test]
fn a_part_of_a_table_that_a_rule_leaves_out_goes_with_the_table_and_keeps_its_column() {
    let rules = "exclude:\n  - { kind: index, name: 'dba_*' }\n  - { kind: policy, name: 'dba_*' }\n";
    let model = format!("{TASKS}  other: {{ columns: {{ id: bigint }} }}\n");
    let project = Project::with(&[("autogen.yaml", rules), ("schema/tasks.yaml", &model)]);
    project.revision("tasks");
    project.done(&["upgrade"]);
    project.sql("CREATE INDEX dba_title ON tasks (title); CREATE POLICY dba_p ON tasks USING (title <> '')");
    project.write("schema/tasks.yaml", model.replace("      title: text\n", ""));
    let told = project.refused(&["revision", "-m", "no title"]);
    for part in [
        "under index public.dba_title, which is not managed",
        "under policy dba_p on public.tasks, which is not managed",
    ] {
        assert!(told.contains(part), "{told}");
    }
    project.write("schema/tasks.yaml", "tables: { other: { columns: { id: bigint } } }\n");
    project.revision("no tasks");
    project.done(&["upgrade"]);
    project.done(&["check"]);
}

#[test]
fn what_stands_in_a_publication_of_others_is_not_dropped() {
    let project = Project::with(&[("autogen.yaml", "schemas: [public]"), ("schema/tasks.yaml", TASKS)]);
    project.revision("tasks");
    project.done(&["upgrade"]);
    project.sql(
        "CREATE PUBLICATION theirs FOR TABLE tasks; CREATE SCHEMA away; CREATE VIEW away.v AS SELECT id FROM tasks",
    );
    project.done(&["check"]);
    project.write("schema/tasks.yaml", "tables: { other: { columns: { id: bigint } } }\n");
    let told = project.refused(&["revision", "-m", "no tasks"]);
    for part in ["under publication table theirs.public.tasks", "under view away.v"] {
        assert!(told.contains(part), "{told}");
    }
}
