//! Revision files of a test, and a runner that remembers what it was told.

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use autogen::error::Result;
use autogen::revision::{Folder, Revision, Script, Stored, parse, write};
use autogen::runner::{self, Options, Progress, Report};
use postgres::Client;

const PIN: &str = "SET TimeZone = 'UTC';\nSET client_min_messages = 'warning';\nSET search_path = public;\n";

pub struct Project {
    pub folder: Folder,
    pub options: Options,
    told: RefCell<Vec<Progress>>,
}

pub fn file(id: &str, parents: &[&str], upgrade: &str, downgrade: &str) -> Revision {
    Revision {
        id: id.into(),
        parents: parents.iter().map(|&parent| parent.into()).collect(),
        depends_on: vec![],
        branch_labels: vec![],
        waits: String::new(),
        message: format!("about {id}"),
        created: "2026-11-20 09:41:00+00:00".into(),
        fingerprint: String::new(),
        renames: Vec::new(),
        no_renames: Vec::new(),
        summary: vec![],
        upgrade: Script::new(upgrade),
        downgrade: Script::new(downgrade),
    }
}

pub fn project(files: impl IntoIterator<Item = Revision>) -> Project {
    let stored = files.into_iter().map(|revision| {
        let path = PathBuf::from(format!("revisions/{}.sql", revision.id));
        let text = write(&revision);
        Stored { revision: parse(&path, &text).unwrap_or_else(|e| panic!("{e}")), path, text }
    });
    let folder = Folder::new(stored.collect()).unwrap_or_else(|e| panic!("{e}"));
    let mut options = Options::new(PIN);
    options.lock_deadline = Duration::from_secs(30);
    Project { folder, options, told: RefCell::default() }
}

impl Project {
    pub fn up(&self, client: &mut Client, target: &str) -> Result<Report> {
        runner::upgrade(client, &self.folder, target, &self.options, &mut |told| self.told.borrow_mut().push(told))
    }

    pub fn down(&self, client: &mut Client, target: &str) -> Result<Report> {
        runner::downgrade(client, &self.folder, target, &self.options, &mut |told| self.told.borrow_mut().push(told))
    }

    pub fn stamp(&self, client: &mut Client, target: &str) -> Result<Report> {
        let targets = [target.to_owned()];
        runner::stamp(client, &self.folder, &targets, false, &self.options, &mut |told| {
            self.told.borrow_mut().push(told)
        })
    }

    pub fn told(&self) -> Vec<Progress> {
        self.told.borrow().clone()
    }

    pub fn warnings(&self) -> Vec<String> {
        let warning = |told| if let Progress::Warning(text) = told { Some(text) } else { None };
        self.told().into_iter().filter_map(warning).collect()
    }

    /// The line of the revision's file that reads so.
    pub fn line(&self, id: &str, text: &str) -> usize {
        let file = self.folder.get(id).map(|file| file.text.as_str()).unwrap_or_default();
        file.lines().position(|line| line == text || line.trim_end_matches(';') == text).map_or(0, |at| at + 1)
    }
}

pub fn exists(client: &mut Client, relation: &str) -> bool {
    count(
        client,
        &format!("SELECT count(*) FROM (SELECT to_regclass('{relation}') AS oid) AS r WHERE r.oid IS NOT NULL"),
    ) == 1
}

pub fn count(client: &mut Client, sql: &str) -> i64 {
    client.query_one(sql, &[]).map(|row| row.get(0)).unwrap_or_else(|e| panic!("{sql}: {e}"))
}
