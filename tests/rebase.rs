//! Does a branch move onto the other head, and only where nothing is lost by it?
//!
//! Each test is a story told to the program, on files, a PostgreSQL and the private server that it tries both orders on;
//! `snapshots/rebase__*` holds what it said.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;
#[path = "support/story.rs"]
mod story;

use std::path::PathBuf;

use command::Project;
use story::story;

/// A file as a person has it: header, upgrade, downgrade. Each is made a minute after the one before.
fn revision(project: &Project, minute: usize, id: &str, parents: &str, upgrade: &str, downgrade: &str) {
    let text = format!(
        "-- autogen revision {id}\n-- message: {id}\n-- parents: {parents}\n-- created: 2026-11-20 09:{minute:02}:00+00:00\n\n\
         -- autogen:upgrade\n{upgrade}\n\\quit\n-- autogen:downgrade\n{downgrade}\n"
    );
    project.write(&format!("revisions/20261120_09{minute:02}_{id}_{id}.sql"), text);
}

/// `aaa1` makes a table; `bbb1` and `bbb2` stand on it, and so does `ccc1`, with these statements.
fn branched(bbb: [&str; 2], ccc: [&str; 2]) -> Project {
    let project = Project::with(&[]);
    revision(&project, 0, "aaa1", "(none)", "CREATE TABLE t (id int);", "DROP TABLE t;");
    revision(&project, 1, "bbb1", "aaa1", bbb[0], bbb[1]);
    revision(&project, 2, "bbb2", "bbb1", "CREATE TABLE b2 ();", "DROP TABLE b2;");
    revision(&project, 3, "ccc1", "aaa1", ccc[0], ccc[1]);
    project
}

const ADD_B: [&str; 2] = ["ALTER TABLE t ADD b int;", "ALTER TABLE t DROP b;"];
const ADD_C: [&str; 2] = ["ALTER TABLE t ADD c int;", "ALTER TABLE t DROP c;"];

fn path(project: &Project, id: &str) -> PathBuf {
    let named = |path: &PathBuf| path.to_string_lossy().contains(&format!("_{id}_"));
    project.files().into_keys().find(named).unwrap_or_else(|| panic!("no file of {id}"))
}

#[test]
fn the_newer_of_two_branches_moves() {
    let project = branched(ADD_B, ADD_C);
    let before = project.files();
    story(
        "rebase__newer",
        &project,
        &[&["upgrade", "aaa1"], &["rebase"], &["history", "--graph"], &["rebase"], &["upgrade", "head"], &["current"]],
    );
    // one line of one file, and nothing else
    let (after, moved) = (project.files(), path(&project, "ccc1"));
    let text = |bytes: &Vec<u8>| String::from_utf8(bytes.clone()).unwrap();
    assert_eq!(text(&after[&moved]), text(&before[&moved]).replace("parents: aaa1", "parents: bbb2"));
    let changed = before.iter().filter(|(path, bytes)| after.get(*path) != Some(bytes)).count();
    assert_eq!((changed, after.len()), (1, before.len()));
}

#[test]
fn what_is_applied_stays() {
    let project = branched(ADD_B, ADD_C);
    story(
        "rebase__applied",
        &project,
        &[
            &["upgrade", "ccc1"],
            &["rebase", "ccc1"],
            &["rebase"],
            &["history"],
            &["upgrade", "head"],
            &["downgrade", "base"],
        ],
    );
    let project = branched(ADD_B, ADD_C);
    project.done(&["upgrade", "heads"]);
    let told = project.refused(&["rebase"]) + &project.refused(&["rebase", "bbb2", "--onto", "ccc1"]);
    shows!("rebase__both_applied", told);
}

#[test]
fn branches_that_do_not_commute_stay() {
    let default = |value: &str| format!("ALTER TABLE t ALTER id SET DEFAULT {value};");
    let drop_default = "ALTER TABLE t ALTER id DROP DEFAULT;";
    let (one, two) = (default("1"), default("2"));
    let mut told = String::new();
    for (bbb, ccc) in [
        // two ends
        ([one.as_str(), drop_default], [two.as_str(), drop_default]),
        // the second cannot run after the first
        (["ALTER TABLE t RENAME TO u;", "ALTER TABLE u RENAME TO t;"], ADD_C),
        (ADD_B, ["DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_class WHERE relname = 'b2'); END $$;", ""]),
        // one way back needs what the other takes away
        (["CREATE TABLE o ();", "DROP TABLE o;"], ["CREATE TABLE IF NOT EXISTS o ();", "DROP TABLE IF EXISTS o;"]),
    ] {
        told.push_str(&branched(bbb, ccc).refused(&["rebase"]));
        told.push('\n');
    }
    shows!("rebase__not_commuting", told);
}

#[test]
fn what_cannot_be_tried_is_told() {
    let project = branched(ADD_B, ["CREATE EXTENSION no_such_extension;", ""]);
    let mut told = project.refused(&["rebase"]);
    let output = project.command(&["rebase"]).env("AUTOGEN_PG_BIN", "/nowhere").output().unwrap();
    told.push_str(&project.told(&output));
    // the database is not there, and which branch moves is said
    let mut project = branched(ADD_B, ADD_C);
    project.url = "postgresql://nobody@127.0.0.1:1/none".into();
    let output = project.run(&["rebase", "bbb1"]);
    told.push_str(&project.told(&output));
    assert!(output.status.success() && project.done(&["heads"]).starts_with("bbb2"));
    shows!("rebase__untried", told);
}

#[test]
fn a_way_that_is_not_clear_is_asked_for() {
    let project = branched(ADD_B, ADD_C);
    revision(&project, 4, "ddd1", "(none)", "SELECT 1;", "");
    story(
        "rebase__unclear",
        &project,
        &[
            &["rebase"],
            &["rebase", "ccc1"],
            &["rebase", "--onto", "ccc1"],
            &["rebase", "aaa1", "--onto", "bbb1"],
            &["rebase", "bbb2", "--onto", "bbb1"],
            &["rebase", "nope"],
            &["rebase", "heads", "--onto", "aaa1"],
            &["rebase", "aaa1", "bbb1"],
            &["rebase", "ddd1", "--onto", "bbb2"],
            &["rebase", "bbb2", "--onto", "ccc1"],
            &["history", "--graph"],
        ],
    );
    let project = branched(ADD_B, ADD_C);
    project.done(&["merge", "heads", "--rev-id", "eee1"]);
    revision(&project, 5, "fff1", "aaa1", "SELECT 1;", "");
    let mut told = project.refused(&["rebase", "bbb1", "--onto", "fff1"]);
    let project = branched(ADD_B, ADD_C);
    revision(&project, 5, "eee1", "(none)", "SELECT 1;", "");
    std::fs::remove_file(path(&project, "bbb1")).unwrap();
    std::fs::remove_file(path(&project, "bbb2")).unwrap();
    told.push_str(&project.refused(&["rebase"]));
    shows!("rebase__refused", told);
}

#[test]
fn numbers_that_two_branches_took_are_given_anew() {
    let project = Project::with(&[("autogen.yaml", "revision_ids: sequence\n")]);
    let add = |column: &str| (format!("ALTER TABLE t ADD {column} int;"), format!("ALTER TABLE t DROP {column};"));
    let write = |minute: usize, name: &str, id: &str, parents: &str, column: &str| {
        let (up, down) = add(column);
        revision(&project, minute, id, parents, &up, &down);
        let (from, to) = (format!("_{id}_{id}.sql"), format!("_{id}_{name}.sql"));
        let old = format!("revisions/20261120_09{minute:02}{from}");
        let text = project.read(&old).replace(&format!("message: {id}"), &format!("message: {name}"));
        std::fs::remove_file(project.folder.join(&old)).unwrap();
        project.write(&old.replace(&from, &to), text);
    };
    revision(&project, 0, "001", "(none)", "CREATE TABLE t (id int);", "DROP TABLE t;");
    write(1, "ours", "002", "001", "ours");
    write(2, "theirs", "002", "001", "theirs");
    story(
        "rebase__numbers",
        &project,
        &[&["history"], &["rebase"], &["history"], &["upgrade", "head"], &["downgrade", "base"]],
    );
    // with more than one each, nothing says which belong together but the files
    let names = |project: &Project| {
        let paths = project.files().into_keys().filter(|path| path.extension().is_some_and(|e| e == "sql"));
        paths.map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect::<Vec<_>>().join("\n")
    };
    project
        .files()
        .into_keys()
        .filter(|p| p.to_string_lossy().contains("theirs"))
        .for_each(|p| std::fs::remove_file(p).unwrap());
    write(3, "theirs", "002", "001", "theirs");
    write(4, "theirs_too", "003", "002", "theirs_too");
    write(5, "ours_too", "003", "002", "ours_too");
    story(
        "rebase__numbers_of_files",
        &project,
        &[
            &["rebase"],
            &["rebase", "revisions/20261120_0903_002_theirs.sql"],
            &["rebase", "revisions/20261120_0903_002_theirs.sql", "revisions/20261120_0904_003_theirs_too.sql"],
            &["history"],
            &["upgrade", "head"],
        ],
    );
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("rebase__numbered_files", names(&project));
    });
}

#[test]
fn the_database_tells_which_of_two_numbers_is_applied() {
    let project = Project::with(&[("autogen.yaml", "revision_ids: sequence\n")]);
    revision(&project, 0, "001", "(none)", "CREATE TABLE t (id int);", "DROP TABLE t;");
    // the newer one is the one that ran
    revision(&project, 2, "002", "001", ADD_B[0], ADD_B[1]);
    project.done(&["upgrade", "head"]);
    project.write(
        "revisions/older.sql",
        project.read("revisions/20261120_0902_002_002.sql").replace(":02:00", ":01:00").replace(" b", " z"),
    );
    project.done(&["rebase"]);
    assert_eq!(project.done(&["history"]), "002 -> 003 (head), 002\n001 -> 002, 002\n<base> -> 001, 001\n");
    assert!(project.read("revisions/older.sql").starts_with("-- autogen revision 003\n"));
    project.done(&["upgrade", "head"]);
}

#[test]
fn a_file_that_cannot_be_written_leaves_all_as_it_was() {
    let project = Project::with(&[("autogen.yaml", "revision_ids: sequence\n")]);
    revision(&project, 0, "001", "(none)", "CREATE TABLE t (id int);", "DROP TABLE t;");
    revision(&project, 1, "002", "001", ADD_B[0], ADD_B[1]);
    revision(&project, 2, "003", "002", "CREATE TABLE u ();", "DROP TABLE u;");
    revision(&project, 3, "004", "001", ADD_C[0], ADD_C[1]);
    // both that move are renumbered, and the second cannot be written
    project.write("revisions/.20261120_0902_006_003.sql.part/in the way", "");
    let told = project.refused(&["rebase", "003"]);
    assert!(told.contains("cannot write revisions/") && told.contains("exit 2"), "{told}");
    std::fs::remove_dir_all(project.folder.join("revisions/.20261120_0902_006_003.sql.part")).unwrap();
    project.done(&["rebase", "003"]);
    assert_eq!(
        project.done(&["history"]),
        "005 -> 006 (head), 003\n004 -> 005, 002\n001 -> 004, 004\n<base> -> 001, 001\n"
    );
    let files: Vec<_> = std::fs::read_dir(project.folder.join("revisions")).unwrap().collect();
    assert_eq!(files.len(), 4, "{files:?}");
}

#[test]
fn labels_dependencies_and_roles_come_along() {
    let project = Project::with(&[("autogen.yaml", "revision_ids: sequence\n")]);
    revision(&project, 0, "001", "(none)", "CREATE TABLE t (id int);", "DROP TABLE t;");
    let role = format!("rebase_{}", project.database.name());
    project.sql(&format!("CREATE ROLE {role}"));
    revision(&project, 1, "002", "001", &format!("GRANT SELECT ON t TO {role};"), "");
    revision(&project, 2, "003", "001", "CREATE ROLE of_its_own; ALTER TABLE t OWNER TO of_its_own;", "");
    revision(&project, 3, "004", "(none)", "SELECT 1;", "");
    let file = "revisions/20261120_0903_004_004.sql";
    project.write(file, project.read(file).replace("-- created", "-- depends-on: 002\n-- created"));
    let told = project.done(&["rebase", "002", "--onto", "003"]);
    project.sql(&format!("DROP ROLE {role}"));
    assert_eq!(told, "revisions/20261120_0901_005_002.sql\nrevisions/20261120_0903_004_004.sql\n");
    assert!(project.read(file).contains("-- depends-on: 005\n"));
}
