//! When has a rename that a model states happened, and who says so?
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;

const PAIR: &str = "tables: { t: { columns: { id: integer, a: text, b: text } } }\n";
const SWAPPED: &str = "
tables:
  t:
    columns:
      id: integer
      a: { type: text, renamed_from: b }
      b: { type: text, renamed_from: a }
";

/// Nothing in the database tells two columns of one type from each other: the revision that made them change places does.
#[test]
fn names_that_change_places_do_so_once() {
    let project = Project::with(&[("schema/t.yaml", PAIR)]);
    project.revision("a pair");
    project.done(&["upgrade", "head"]);
    project.sql("INSERT INTO t VALUES (1, 'was a', 'was b')");
    project.write("schema/t.yaml", SWAPPED);
    let file = project.read(&project.revision("change places"));
    assert!(file.contains("-- renames: column public.t.a=b\n--   | column public.t.b=a\n"), "{file}");
    project.done(&["upgrade", "head"]);
    let values = || {
        let row = project.database.client().query_one("SELECT a || ', ' || b FROM t", &[]).unwrap();
        row.get::<_, String>(0)
    };
    assert_eq!(values(), "was b, was a");
    for _ in 0..2 {
        let said = project.told(&project.run(&["check"]));
        assert!(said.contains("exit 0") && said.contains("`renamed_from: b` of column public.t.a"), "{said}");
    }
    let said = project.told(&project.run(&["revision", "-m", "again"]));
    assert!(said.contains("no changes"), "{said}");
    project.done(&["downgrade", "-1"]);
    assert_eq!(values(), "was a, was b");
    project.done(&["upgrade", "head"]);
    assert_eq!(values(), "was b, was a");
}

#[test]
fn check_names_what_a_model_need_not_say_any_more() {
    let project = Project::with(&[("schema/t.yaml", "tables: { old: { columns: { a: integer } } }\n")]);
    project.revision("one");
    project.done(&["upgrade", "head"]);
    project.write(
        "schema/t.yaml",
        "enums: { e: { values: [x], removed: { y: x } } }\ntables: { new: { columns: { a: integer }, renamed_from: old } }\n",
    );
    let said = project.told(&project.run(&["check"]));
    assert!(said.contains("exit 1") && !said.contains("done here"), "{said}");
    project.revision("two");
    project.done(&["upgrade", "head"]);
    let said = project.told(&project.run(&["check"]));
    for hint in ["`renamed_from: old` of table public.new", "`removed: y` of enum public.e"] {
        assert!(said.contains("exit 0") && said.contains(hint), "{said}");
    }
    // from the second time on out of what is remembered
    for _ in 0..3 {
        let json = project.done(&["check", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["hints"].as_array().map(Vec::len), Some(2), "{json}");
    }
}

#[test]
fn names_that_nobody_chose_stay_where_that_is_wanted() {
    let model = |table: &str| {
        format!(
            "tables: {{ {table}: {{ columns: {{ id: {{ type: bigint, identity: always }} }}, primary_key: [id], renamed_from: people }} }}\n"
        )
    };
    for (setting, statements) in [("follow", 3), ("stay", 1)] {
        let first = model("people").replace(", renamed_from: people", "");
        let project = Project::with(&[("schema/t.yaml", first.as_str())]);
        project.write("autogen.yaml", format!("{}\nderived_names: {setting}\n", project.read("autogen.yaml")));
        project.revision("one");
        project.done(&["upgrade", "head"]);
        project.write("schema/t.yaml", model("users"));
        let file = project.read(&project.revision("two"));
        let (up, _) = file.split_once("\\quit").unwrap();
        assert_eq!(up.matches("\nALTER ").count(), statements, "{file}");
        project.done(&["upgrade", "head"]);
        project.done(&["check"]);
        project.sql("INSERT INTO users DEFAULT VALUES");
    }
}

#[test]
fn a_schema_that_is_not_read_cannot_be_renamed() {
    let project = Project::with(&[("schema/t.yaml", "schemas: { crm: { renamed_from: app } }\n")]);
    project.write("autogen.yaml", format!("{}\nschemas: [crm]\n", project.read("autogen.yaml")));
    let said = project.told(&project.run(&["check"]));
    assert!(said.contains("exit 2") && said.contains("not among the `schemas:`"), "{said}");
}
