//! Revision files damaged by hand.

use crate::command::Project;
use crate::shows;

/// `upgrade` with the file changed like this.
fn damaged(damage: impl Fn(&str) -> String) -> String {
    let (project, path) = Project::revised();
    project.write(&path, damage(&project.read(&path)));
    project.refused(&["upgrade"])
}

fn before_create(text: &str, put: &str) -> String {
    text.replacen("CREATE TABLE", &format!("{put}\nCREATE TABLE"), 1)
}

fn without(text: &str, start: &str) -> String {
    text.split_inclusive('\n').filter(|line| !line.starts_with(start)).collect()
}

fn id_of(text: &str) -> String {
    text.lines().next().unwrap().rsplit(' ').next().unwrap().to_owned()
}

macro_rules! refused {
    ($($name:ident: $damage:expr;)*) => {
        $(#[test]
        fn $name() {
            let damage: fn(&str) -> String = $damage;
            shows!(concat!("bad_input__revision__", stringify!($name)), damaged(damage));
        })*
    };
}

refused! {
    empty: |_| String::new();
    without_its_first_line: |text| without(text, "-- autogen revision");
    without_parents: |text| without(text, "-- parents");
    without_a_message: |text| without(text, "-- message");
    without_quit: |text| without(text, "\\quit");
    with_two_quits: |text| text.replace("\\quit\n", "\\quit\n\\quit\n");
    without_the_upgrade_marker: |text| without(text, "-- autogen:upgrade");
    with_a_mistyped_marker: |text| text.replace("autogen:downgrade", "autogen:downgrad");
    with_an_unknown_header_key: |text| text.replacen("-- parents", "-- parent", 1);
    with_an_open_string: |text| before_create(text, "SELECT 'abc;");
    with_an_open_dollar_quote: |text| before_create(text, "SELECT $a$abc;");
    with_an_open_comment: |text| before_create(text, "/* abc;");
    with_an_open_name: |text| before_create(text, "SELECT \"abc;");
    without_a_semicolon: |text| text.replacen(");\n\n\\quit", ")\n\n\\quit", 1);
    with_begin: |text| before_create(text, "BEGIN;");
    with_commit: |text| before_create(text, "COMMIT;");
    with_data_from_stdin: |text| before_create(text, "COPY t FROM STDIN;");
    with_a_command_of_psql: |text| before_create(text, "\\! rm -rf /");
    with_broken_syntax: |text| text.replacen("CREATE TABLE", "CREAT TABLE", 1);
    with_nul: |text| before_create(text, "SELECT '\0';");
    with_a_parent_that_no_file_holds: |text| text.replacen("(none)", "abcdefabcdef", 1);
    that_is_its_own_parent: |text| text.replacen("(none)", &id_of(text), 1);
}

#[test]
fn two_files_with_one_id() {
    let (project, path) = Project::revised();
    project.write("revisions/zz_copy.sql", project.read(&path));
    shows!("bad_input__revision__two_files_with_one_id", project.refused(&["upgrade"]));
}

#[test]
fn a_cycle() {
    let (project, path) = Project::revised();
    let text = project.read(&path);
    let other = text.replace(&id_of(&text), "0123456789ab").replacen("(none)", &id_of(&text), 1);
    project.write("revisions/zz_other.sql", other);
    project.write(&path, text.replacen("(none)", "0123456789ab", 1));
    shows!("bad_input__revision__a_cycle", project.refused(&["upgrade"]));
}

#[test]
fn invalid_utf8() {
    let (project, path) = Project::revised();
    let mut bytes = project.read(&path).into_bytes();
    bytes.extend_from_slice(b"-- \xff\xfe\n");
    project.write(&path, bytes);
    shows!("bad_input__revision__invalid_utf8", project.refused(&["upgrade"]));
}

#[test]
fn an_applied_revision_whose_file_is_gone() {
    let (project, path) = Project::revised();
    project.done(&["upgrade"]);
    std::fs::remove_file(project.folder.join(path)).unwrap();
    shows!("bad_input__revision__applied_and_gone", project.refused(&["check"]));
}

#[test]
fn a_revision_while_another_is_pending() {
    let (project, _) = Project::revised();
    shows!("bad_input__revision__while_another_is_pending", project.refused(&["revision", "-m", "x"]));
}
