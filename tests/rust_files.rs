//! Does the command line read models in Rust files, beside those in YAML, and say where they are wrong?
//!
//! `snapshots/rust_files__*` holds what it said.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;
#[path = "support/story.rs"]
mod story;

use command::Project;
use story::story;

const TASKS: &str = r#"//! What the service works with.
use autogen::Model;
use super::Priority;

#[derive(Debug, Clone, Model)]
#[model(table = "tasks", index(columns = [user_id, title]))]
pub struct Task {
    #[model(primary_key, identity)]
    pub id: i64,
    #[model(references(users.id, on_delete = cascade))]
    pub user_id: i64,
    #[model(max_length = 200, default = "''")]
    pub title: String,
    #[model(default = "'low'")]
    pub priority: Priority,
    #[model(flatten)]
    pub stamps: crate::schema::Stamps,
}

/// No model of ours: it is somebody else's derive.
#[derive(sea_orm::Model)]
pub struct Row(i32);

pub fn due<T: Into<i64>>(days: T) -> i64 {
    days.into() * 86_400
}
"#;

const COMMON: &str = r#"
use autogen as _;
pub mod inner {
    use autogen::{Model as Declared, ModelEnum};

    #[derive(Declared)]
    #[model(mixin)]
    pub struct Stamps {
        #[model(default = now())]
        pub created_at: chrono::DateTime<chrono::Utc>,
    }

    #[derive(ModelEnum)]
    pub enum Priority {
        Low,
        High,
    }
}
#[cfg(test)]
mod tests {
    #[derive(autogen::Model)]
    struct OnlyHere {
        id: i64,
    }
}
"#;

const USERS: &str =
    "tables:\n  users:\n    columns:\n      id: { type: bigint, primary_key: true }\n      most: priority?\n";

fn project() -> Project {
    Project::with(&[("schema/tasks.rs", TASKS), ("schema/mod.rs", COMMON), ("schema/people/users.yaml", USERS)])
}

#[test]
fn rust_and_yaml_describe_one_catalog() {
    let project = project();
    story("rust_files__together", &project, &[&["revision", "-m", "one"], &["upgrade"], &["check"], &["show", "head"]]);
    project.write("schema/tasks.rs", TASKS.replace("max_length = 200", "max_length = 300"));
    story("rust_files__changed", &project, &[&["check"], &["diff"]]);
}

/// The file beside the good ones, and what is said of it.
#[test]
fn what_is_wrong_is_told_at_its_place() {
    let item = |attributes: &str| {
        format!("#[derive(Model)]\n#[model(table = \"odd\")]\nstruct Odd {{\n    {attributes}\n}}\n")
    };
    let cases = [
        ("no Rust", "pub struct Odd {\n    id: i64\n    title: String,\n}\n".to_owned()),
        ("no Rust within an attribute", "#[derive(Model)]\n#[model(comment = \"it's)]\nstruct Odd {}\n".to_owned()),
        ("an unknown Rust type", item("id: Vec<Urgency>,")),
        ("an unknown key of a column", item("#[model(primary_kee)]\n    id: i64,")),
        ("an unknown key within a key", item("#[model(references(users.id, on_delet = cascade))]\n    id: i64,")),
        ("a value of another sort", item("#[model(primary_key = maybe)]\n    id: i64,")),
        ("no type of PostgreSQL", item("#[model(type = \"varchar(\")]\n    id: String,")),
        ("no expression", item("#[model(default = \"now(\")]\n    id: String,")),
        ("an action that there is not", item("#[model(references(users.id, on_delete = explode))]\n    id: i64,")),
        ("an unknown table", item("#[model(references(nobody.id))]\n    id: i64,")),
        ("no mixin", item("#[model(flatten)]\n    task: Task,")),
        ("one name for two columns", item("#[model(flatten)]\n    stamps: Stamps,\n    created_at: i64,")),
        ("a table of another file", "#[derive(Model)]\n#[model(table = \"users\")]\nstruct User {\n    id: i64,\n}\n".to_owned()),
        ("one Rust name for two enums", "#[derive(ModelEnum)]\nenum Priority {\n    Other,\n}\n".to_owned()),
        ("a condition", "#[cfg(feature = \"odd\")]\n#[derive(Model)]\nstruct Odd {}\n".to_owned()),
        ("a condition on a module", "#[cfg(unix)]\nmod odd {\n    #[derive(autogen::Model)]\n    struct Odd {}\n}\n".to_owned()),
        ("a condition on a field", item("#[cfg(unix)]\n    id: i64,")),
        ("a condition on a file", "#![cfg(unix)]\n#[derive(Model)]\nstruct Odd {}\n".to_owned()),
        ("an attribute under a condition", item("#[cfg_attr(unix, model(skip))]\n    id: i64,")),
        ("a derive under a condition", "#[cfg_attr(unix, derive(Debug, Model))]\nstruct Odd {}\n".to_owned()),
        ("an attribute under a condition", item("#[cfg_attr(unix, model(primary_key))]\n    id: i64,")),
        ("a model in a function", "fn odd() {\n    #[derive(Debug, autogen::Model)]\n    struct Odd {}\n}\n".to_owned()),
        ("a model in a macro", "macro_rules! odd {\n    ($name:ident) => {\n        #[derive(Model)]\n        struct $name {}\n    };\n}\n".to_owned()),
        ("a mixin in itself", "#[derive(Model)]\n#[model(mixin)]\nstruct Round {\n    #[model(flatten)]\n    round: Round,\n}\n#[derive(Model)]\nstruct Odd {\n    #[model(flatten)]\n    round: Round,\n}\n".to_owned()),
        ("a mixin twice", item("#[model(flatten)]\n    stamps: Stamps,\n    #[model(flatten)]\n    others: Stamps,")),
        ("wrong SQL", "#[derive(Model)]\n#[model(sql = r\"\nCREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'select 1';\nDROP TABLE tasks;\n\")]\nstruct Odd;\n".to_owned()),
        ("a tuple struct", "#[derive(Model)]\nstruct Odd(i64);\n".to_owned()),
    ];
    let project = project();
    let mut told = String::new();
    for (what, text) in cases {
        project.write("schema/odd.rs", text);
        told += &format!("## {what}\n{}\n", project.refused(&["diff"]));
    }
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("rust_files__wrong", told);
    });
}

#[test]
fn a_project_may_begin_with_structs() {
    let project = Project::with(&[]);
    std::fs::remove_dir_all(project.folder.join("schema")).unwrap();
    std::fs::remove_file(project.folder.join("autogen.yaml")).unwrap();
    let said = project.told(&project.run(&["init", "--format", "rust"]));
    assert!(said.contains("wrote ./schema/tasks.rs"), "{said}");
    project.revision("tasks");
    project.done(&["upgrade"]);
    project.done(&["check"]);
    // the sample in YAML says the same
    std::fs::remove_file(project.folder.join("schema/tasks.rs")).unwrap();
    project.write("schema/tasks.yaml", include_str!("../src/cli/sample.yaml"));
    project.done(&["check"]);
}

#[test]
fn an_enum_cannot_have_the_name_of_a_type_of_postgres() {
    const OWN: &str =
        "SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')
        AND typname !~ '^(_|pg_|reg)' AND typname ~ '^[a-z_0-9]+$'";
    let types = server::database().client().query(OWN, &[]).unwrap();
    let unknown: Vec<String> =
        types.iter().map(|row| row.get(0)).filter(|ty: &String| !autogen::structs::is_builtin(ty)).collect();
    assert_eq!((unknown, types.len() > 50), (Vec::new(), true));
}
