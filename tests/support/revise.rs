//! Which revision takes one catalog to another?
//!
//! The pure half of `autogen revision`, with an id and a date that stay the same from run to run.
#![allow(dead_code)]

use std::path::Path;

use autogen::Result;
use autogen::catalog::Catalog;
use autogen::intent::Intent;
use autogen::plan::{Plan, plan};
use autogen::render;
use autogen::revision::{self, Revision, Script};

/// Both ways between two catalogs.
pub struct Plans {
    pub up: Plan,
    pub down: Plan,
}

pub fn plans(before: &Catalog, after: &Catalog, intent: &Intent) -> Result<Plans> {
    Ok(Plans { up: plan(before, after, intent)?, down: plan(after, before, &intent.inverted())? })
}

pub fn revision(id: &str, parents: &[&str], plans: &Plans, before: &Catalog) -> Revision {
    let mut revision = Revision {
        id: id.to_owned(),
        parents: parents.iter().map(|&parent| parent.to_owned()).collect(),
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        waits: String::new(),
        message: "a change".to_owned(),
        created: "2026-01-02 03:04:05+00:00".to_owned(),
        fingerprint: String::new(),
        renames: Vec::new(),
        no_renames: Vec::new(),
        summary: render::summary(&plans.up, &plans.down, before),
        upgrade: Script::compose(&render::entries(&plans.up)),
        downgrade: Script::compose(&render::entries(&plans.down)),
    };
    revision.fingerprint = revision::fingerprint(&revision);
    revision
}

/// The file's text, after it has been read back as what was written.
pub fn text(revision: &Revision) -> Result<String> {
    let text = revision::write(revision);
    let path = Path::new("revision.sql");
    let back = revision::parse(path, &text)?;
    assert_eq!(&back, revision, "a revision is read back as it was written:\n{text}");
    back.upgrade.check(path)?;
    back.downgrade.check(path)?;
    Ok(text)
}
