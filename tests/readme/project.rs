//! Where do the README's commands run?

use std::path::{Path, PathBuf};
use std::process::Command;

/// An empty folder, removed with the value, and a shell that finds the program and no database but the private one.
pub struct Project {
    pub folder: PathBuf,
}

impl Project {
    pub fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("autogen-readme-{name}-{}", std::process::id()));
        std::fs::create_dir(&folder).unwrap();
        Self { folder }
    }

    /// What a command line prints on both streams, and whether it succeeded.
    pub fn shell(&self, folder: &Path, line: &str) -> (String, bool) {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("exec 2>&1\n{line}")]);
        let program = Path::new(env!("CARGO_BIN_EXE_autogen"));
        let paths = std::env::var_os("PATH").unwrap_or_default();
        let paths = program.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&paths));
        command.env("PATH", std::env::join_paths(paths).unwrap());
        let output = alone(&mut command).current_dir(folder).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), output.status.success())
    }

    /// Runs a command that has to succeed.
    pub fn autogen(&self, words: &[&str]) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_autogen"));
        let output = alone(&mut command).args(words).current_dir(&self.folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "autogen {}: {said}", words.join(" "));
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        for home in [self.folder.clone(), self.folder.join("todo")] {
            let _ = autogen::embedded::reset(&home.join(".autogen/postgres"));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Without the variables that lead to another database or project.
fn alone(command: &mut Command) -> &mut Command {
    let ours = |name: &str| name.starts_with("AUTOGEN_") && name != "AUTOGEN_PG_BIN";
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if ours(&name) || name.starts_with("DATABASE_URL") || name.starts_with("PG") {
            command.env_remove(name.as_ref());
        }
    }
    command
}
