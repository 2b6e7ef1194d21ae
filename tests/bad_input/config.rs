//! autogen.yaml damaged, and flags that do not fit.

use crate::command::{Project, TASKS};
use crate::shows;

/// `check` with this autogen.yaml; where it says a database, DATABASE_URL is not set.
fn with(text: &[u8]) -> String {
    let mut project = Project::with(&[("schema/tasks.yaml", TASKS)]);
    project.write("autogen.yaml", text);
    if String::from_utf8_lossy(text).contains("database") {
        project.url.clear();
    }
    project.refused(&["check"])
}

macro_rules! refused {
    ($($name:ident: $text:expr;)*) => {
        $(#[test]
        fn $name() {
            shows!(concat!("bad_input__config__", stringify!($name)), with($text));
        })*
    };
}

refused! {
    a_tab: b"models: schema\n\tschemas: public\n";
    an_unknown_key: b"model: schema\n";
    a_duplicate_key: b"models: a\nmodels: b\n";
    a_list: b"- a\n";
    invalid_utf8: b"models: \xff\xfe\n";
    an_empty_folder_name: b"models: \"\"\n";
    a_folder_that_is_not_there: b"models: nowhere\n";
    an_empty_name_in_a_list: b"search_path: \",,\"\n";
    nul_in_a_name: b"schemas: [\"a\\0\"]\n";
    no_url: b"database: {url: \"::::\"}\n";
    an_address_of_something_else: b"database: {url: \"http://u:S3cret@x/y\"}\n";
    an_unset_variable: b"database: {url: \"${AUTOGEN_TEST_UNSET}\"}\n";
    url_and_host: b"database: {url: \"postgres://x:S3cret@y/z\", host: a}\n";
    a_port_out_of_range: b"database: {host: a, port: 99999999}\n";
    an_unknown_sslmode: b"database: {host: a, sslmode: requir}\n";
    an_unknown_key_beside_a_password: b"database: {pasword: S3cret}\n";
    broken_yaml_near_a_password: b"database:\n  password: S3cret: x\n";
    an_unknown_token: b"naming: {ix: \"%(foo)s\"}\n";
    an_unknown_answer_to_renames: b"renames: alway\n";
    a_nested_environment: b"environments: {a: {environments: {b: {}}}}\n";
    an_unknown_key_of_an_environment: b"environments: {a: {modls: x}}\n";
}

macro_rules! flags {
    ($($name:ident: $args:expr;)*) => {
        $(#[test]
        fn $name() {
            let project = Project::with(&[("autogen.yaml", "environments: {staging: {}}\n")]);
            shows!(concat!("bad_input__flags__", stringify!($name)), project.refused(&$args));
        })*
    };
}

flags! {
    an_unknown_environment: ["--env", "stagin", "check"];
    a_config_that_is_not_there: ["--config", "nope.yaml", "check"];
    a_config_that_is_a_folder: ["--config", "schema", "check"];
    empty_and_amend: ["revision", "--empty", "--amend", "-m", "x"];
    discard_edits_without_amend: ["revision", "--discard-edits", "-m", "x"];
    a_revision_without_a_message: ["revision"];
    an_unknown_format: ["diff", "--format", "xml"];
    an_unknown_command: ["upgrad"];
    an_unknown_revision: ["upgrade", "zzz"];
    more_steps_than_there_are: ["downgrade", "-5"];
}

#[test]
fn a_folder_without_a_project() {
    let project = Project::with(&[]);
    std::fs::remove_file(project.folder.join("autogen.yaml")).unwrap();
    shows!("bad_input__config__a_folder_without_a_project", project.refused(&["check"]));
}
