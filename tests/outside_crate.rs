//! Does a crate of somebody else's build on autogen, carry its revisions, and run the helpers as its own tests?
//!
//! It is made in a temporary folder, outside of the workspace, from `tests/outside_crate/`, and built offline with what is built
//! already.
#![cfg(unix)]

#[path = "support/server.rs"]
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use server::{Database, database};

struct Outside {
    folder: PathBuf,
    database: Database,
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

impl Outside {
    fn new() -> Self {
        let (root, database) = (Path::new(env!("CARGO_MANIFEST_DIR")), database());
        let folder = std::env::temp_dir().join(format!("autogen-outside-{}", std::process::id()));
        copy(&root.join("tests/outside_crate"), &folder);
        let manifest = fs::read_to_string(folder.join("package.toml")).unwrap();
        fs::write(folder.join("Cargo.toml"), manifest.replace("<autogen>", &root.display().to_string())).unwrap();
        // the same versions, so that nothing has to be looked up
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self { folder, database }
    }

    fn command(&self, program: &str, args: &[&str]) -> Output {
        let target = std::env::current_exe().unwrap().ancestors().nth(3).unwrap().to_owned();
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.folder).env("CARGO_TARGET_DIR", target).env_remove("DATABASE_URL_DIRECT");
        match program == env!("CARGO") && args[0] == "test" {
            // on a server that the helper starts
            true => command.env_remove("DATABASE_URL"),
            false => command.env("DATABASE_URL", self.database.url()),
        };
        command.output().unwrap()
    }

    fn cargo(&self, args: &[&str]) -> Output {
        self.command(env!("CARGO"), args)
    }

    fn test(&self) -> Output {
        self.cargo(&["test", "--quiet", "--offline", "--test", "migrations"])
    }

    fn done(&self, output: Output) -> String {
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stdout}\n{stderr}");
        stdout.into_owned()
    }

    fn autogen(&self, args: &[&str]) -> String {
        self.done(self.command(env!("CARGO_BIN_EXE_autogen"), args))
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[test]
fn a_crate_outside_carries_its_revisions_and_tests_them() {
    let outside = Outside::new();
    let passed = outside.done(outside.test());
    assert!(passed.contains("5 passed"), "{passed}");
    let started = outside.done(outside.cargo(&["run", "--quiet", "--offline"]));
    assert!(started.contains("2 revisions pending\n  0001, tasks\n  0002, due dates\n"), "{started}");
    assert!(started.ends_with("at head\n"), "{started}");

    // a model that is changed without a revision
    let model = outside.folder.join("schema/tasks.rs");
    let text = fs::read_to_string(&model).unwrap();
    fs::write(
        &model,
        text.replace("    #[model(type", "    #[model(default = false)]\n    pub urgent: bool,\n    #[model(type"),
    )
    .unwrap();
    let failed = outside.test();
    let said = String::from_utf8_lossy(&failed.stdout).into_owned();
    assert!(!failed.status.success(), "{said}");
    let message = "the models say something else than the revisions: 1 difference\n  \
                   + add_column public.tasks.urgent  schema/tasks.rs:12:9\n  hint: `autogen revision -m …` writes what is missing";
    assert!(said.contains(message), "{said}");
    assert!(said.contains("2 passed; 3 failed"), "{said}");

    // its revision, which the program carries once it is built again
    outside.autogen(&["-q", "revision", "-m", "urgent ones", "--rev-id", "0003"]);
    let passed = outside.done(outside.test());
    assert!(passed.contains("5 passed"), "{passed}");
    let started = outside.done(outside.cargo(&["run", "--quiet", "--offline"]));
    assert!(started.contains("1 revision pending\n  0003, urgent ones\n"), "{started}");
    outside.autogen(&["check"]);

    // and what is no revision does not compile
    fs::write(outside.folder.join("revisions/notes.sql"), "SELECT 1;\n").unwrap();
    let refused = outside.cargo(&["build", "--quiet", "--offline"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("notes.sql is no revision file"), "{said}");
    assert!(said.contains("src/main.rs:5:"), "{said}");
}
