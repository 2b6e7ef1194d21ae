//! Does the module keep what it promises, for contents that no one would choose?

mod damage;
mod graph;
mod law;
mod splitting;
mod targets;

use std::path::{Path, PathBuf};

use super::{Entry, Folder, Revision, Script, Stored, parse, write};

pub(super) fn revision(id: &str) -> Revision {
    Revision {
        id: id.to_owned(),
        parents: Vec::new(),
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        waits: String::new(),
        message: "add due dates".to_owned(),
        created: "2026-11-20 09:41:00+00:00".to_owned(),
        fingerprint: String::new(),
        renames: Vec::new(),
        no_renames: Vec::new(),
        summary: Vec::new(),
        upgrade: Script::new("\nALTER TABLE public.tasks ADD COLUMN due_date date;\n"),
        downgrade: Script::new("\nALTER TABLE public.tasks DROP COLUMN due_date;\n"),
    }
}

fn entry(comments: &[&str], sql: &str, transaction: bool) -> Entry {
    Entry {
        comments: comments.iter().map(|c| (*c).to_owned()).collect(),
        sql: sql.to_owned(),
        transaction,
        batch: None,
    }
}

fn read(text: &str) -> super::super::Result<Revision> {
    parse(Path::new("r.sql"), text)
}

/// `id: parents; depends-on; labels`, one per line, made in this order.
fn folder(description: &str) -> Folder {
    let list = |text: Option<&str>| text.unwrap_or_default().split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let lines = description.lines().map(str::trim).filter(|line| !line.is_empty());
    let stored = lines.enumerate().map(|(n, line)| {
        let (id, rest) = line.split_once(':').unwrap();
        let mut parts = rest.split(';');
        let revision = Revision {
            parents: list(parts.next()),
            depends_on: list(parts.next()),
            branch_labels: list(parts.next()),
            created: format!("2026-11-20 09:{n:02}:00+00:00"),
            ..revision(id)
        };
        Stored { path: PathBuf::from(format!("{id}.sql")), text: write(&revision), revision }
    });
    Folder::new(stored.collect()).unwrap()
}

fn ids(files: &[&Stored]) -> String {
    files.iter().map(|file| file.id()).collect::<Vec<_>>().join(" ")
}

fn names(list: &str) -> Vec<String> {
    list.split_whitespace().map(str::to_owned).collect()
}
