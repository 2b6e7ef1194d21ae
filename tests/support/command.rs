//! How does a test run the program as a person would, and see all that came of it?
//!
//! A [`Project`] is a folder and a database of its own. Invariant: what is random or belongs to this machine is masked in
//! what a test sees, so that a snapshot is the same everywhere.
#![allow(dead_code)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::server::{Database, database};

pub struct Project {
    pub folder: PathBuf,
    pub database: Database,
    /// For DATABASE_URL; empty: not set.
    pub url: String,
}

/// A model to begin with.
pub const TASKS: &str = "tables:\n  tasks:\n    columns:\n      id: bigint\n      title: text\n    primary_key: [id]\n";

impl Project {
    /// Folders for models and revisions, an empty autogen.yaml, and these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("autogen-cli-{}-{number}", std::process::id()));
        for part in ["schema", "revisions"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        let database = database();
        let url = database.url();
        let project = Self { folder, database, url };
        project.write("autogen.yaml", "");
        files.iter().for_each(|(name, text)| project.write(name, text));
        project
    }

    /// The model above, with the revision that makes it, not yet applied. The path is that of the revision.
    pub fn revised() -> (Self, String) {
        let project = Self::with(&[("schema/tasks.yaml", TASKS)]);
        let path = project.revision("tasks");
        (project, path)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = self.folder.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    /// The program in this project, with nothing of the surroundings that could change what it says.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_autogen"));
        command.args(args).current_dir(&self.folder).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            let of_autogen = name.starts_with("AUTOGEN_") && name != "AUTOGEN_PG_BIN";
            if of_autogen || name.starts_with("DATABASE_URL") || name.starts_with("PG") {
                command.env_remove(name);
            }
        }
        // only the tests of renames want to be asked
        command.env("AUTOGEN_RENAMES", "never");
        // nobody's own password file
        command.env("PGPASSFILE", self.folder.join("no.pgpass"));
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
        if !self.url.is_empty() {
            command.env("DATABASE_URL", &self.url);
        }
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Runs what has to succeed and gives its stdout.
    pub fn done(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}\n{}", self.told(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// The path of a new revision.
    pub fn revision(&self, message: &str) -> String {
        self.done(&["-q", "revision", "-m", message]).trim().to_owned()
    }

    /// Exit code, stdout and stderr of a command, masked.
    pub fn told(&self, output: &Output) -> String {
        let mut text = match output.status.code() {
            Some(code) => format!("exit {code}\n"),
            None => format!("{}\n", output.status),
        };
        for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            let said = String::from_utf8_lossy(bytes);
            assert!(!said.contains("panicked"), "{said}");
            assert!(!said.contains("S3cret"), "a password: {said}");
            if !said.is_empty() {
                text.push_str(&format!("--- {name}\n{}", self.masked(&said)));
            }
        }
        text
    }

    pub fn masked(&self, text: &str) -> String {
        let socket = self.database.config().get_hosts().iter().find_map(|host| match host {
            postgres::config::Host::Unix(path) => Some(path.display().to_string()),
            postgres::config::Host::Tcp(_) => None,
        });
        let dated = |line: &str| match line.split_once("created: ") {
            Some((before, _)) => format!("{before}created: [date]\n"),
            None => line.to_owned(),
        };
        let text: String = text.split_inclusive('\n').map(dated).collect();
        let text = mask_moments(&text);
        let text = text.replace(&self.folder.display().to_string(), "[project]");
        let text = text.replace(&socket.unwrap_or_default(), "[socket]").replace(self.database.name(), "[database]");
        let text: String =
            text.split_inclusive(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).map(mask_word).collect();
        mask_seconds(&text)
    }

    /// Runs a command that has to fail, and shows what it said; folder and database are as they were.
    pub fn refused(&self, args: &[&str]) -> String {
        let before = (self.files(), self.catalog());
        let output = self.run(args);
        assert!(!output.status.success(), "{args:?} succeeded:\n{}", self.told(&output));
        assert_eq!((self.files(), self.catalog()), before, "something is left of {args:?}\n{}", self.told(&output));
        self.told(&output)
    }

    /// Every file of the folder with its text; what is in `.autogen` is a cache.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
            for entry in fs::read_dir(folder).unwrap().flatten() {
                let path = entry.path();
                if entry.file_name() == ".autogen" {
                    continue;
                }
                match entry.file_type().unwrap() {
                    kind if kind.is_dir() => collect(&path, files),
                    kind if kind.is_file() => drop(files.insert(path.clone(), fs::read(&path).unwrap_or_default())),
                    _ => drop(files.insert(path, Vec::new())),
                }
            }
        }
        let mut files = BTreeMap::new();
        collect(&self.folder, &mut files);
        files
    }

    /// What a person finds in the database: relations and types, without the bookkeeping, and which revisions it has.
    pub fn catalog(&self) -> Vec<String> {
        const QUERY: &str = "SELECT c.relkind::text || ' ' || c.oid::regclass FROM pg_class c WHERE c.relnamespace IN \
            (SELECT oid FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema)') \
            AND c.oid::regclass::text !~ '^autogen_' ORDER BY 1";
        let mut client = self.database.client();
        let mut rows: Vec<String> = client.query(QUERY, &[]).unwrap().iter().map(|row| row.get(0)).collect();
        if let Ok(applied) = client.query("SELECT id::text FROM public.autogen_revisions ORDER BY 1", &[]) {
            rows.extend(applied.iter().map(|row| row.get::<_, String>(0)));
        }
        rows
    }

    pub fn sql(&self, statements: &str) {
        self.database.client().batch_execute(statements).unwrap_or_else(|cause| panic!("{cause}: {statements}"));
    }
}

/// How long something took: `(0.2 s)`, `(5 rows, 0.2 s)`.
fn mask_seconds(text: &str) -> String {
    let mut parts = text.split(" s)");
    let mut out = String::new();
    let Some(mut part) = parts.next() else { return out };
    for next in parts {
        let end = part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        let masked = if end.len() < part.len() { "[n]" } else { "" };
        out.push_str(&format!("{end}{masked} s)"));
        part = next;
    }
    out + part
}

/// `2026-11-20 09:41:00 UTC`
fn mask_moments(text: &str) -> String {
    let mut parts = text.split(" UTC");
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let start = masked.len().saturating_sub(19);
        let is_moment = masked.get(start..).is_some_and(|moment| {
            moment.len() == 19 && moment.bytes().all(|b| b.is_ascii_digit() || b"-: ".contains(&b))
        });
        if is_moment {
            masked.truncate(start);
            masked.push_str("[time] UTC");
        } else {
            masked.push_str(" UTC");
        }
        masked.push_str(part);
    }
    masked
}

/// Ids of revisions, and when a file was made.
fn mask_word(word: &str) -> String {
    let end = word.trim_end_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).len();
    let (bare, rest) = word.split_at(end);
    let hex = |text: &str| text.len() == 12 && text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    let masked: Vec<String> = bare
        .split('_')
        .map(|part| match part {
            part if hex(part) => "[id]".to_owned(),
            part if matches!(part.len(), 4 | 8) && bare.len() > 20 && part.parse::<u32>().is_ok() => {
                "[time]".to_owned()
            }
            part => part.to_owned(),
        })
        .collect();
    format!("{}{rest}", masked.join("_"))
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Compares with the snapshot of that name under `snapshots/`.
#[macro_export]
macro_rules! shows {
    ($name:expr, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}
