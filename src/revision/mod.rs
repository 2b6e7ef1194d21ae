//! What is a revision, and how is it told from one that a person has changed?
//!
//! Invariants: `parse(write(r)) == r` for every revision; a section's text is kept byte for byte; the fingerprint covers the
//! statements and the kinds of their steps, never the comments and white space between them, and never a catalog. Nothing
//! here knows a connection, a clock, chance or the environment; only [`Folder::read`] reads files.

mod batch;
mod edit;
mod file;
mod folder;
mod graph;
mod header;
mod lineage;
mod naming;
mod rebase;
mod refuse;
mod script;
mod source;
mod target;
mod template;
#[cfg(test)]
mod tests;
mod untangle;
mod waiting;

use std::path::Path;

use sha2::{Digest, Sha256};

use crate::hex::hex;

pub use batch::{Batch, Rounds};
pub use edit::{with_facts, with_fingerprint};
pub use file::{parse, write};
pub use folder::{Folder, Stored};
pub use header::{check_id, check_label};
pub use naming::{FileTemplate, created, created_line, number, number_of, slug};
pub use rebase::Branch;
pub use script::{Entry, Script, Statement, Step};
pub use template::Template;
pub use untangle::untangle;

/// One revision file, read or about to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub id: String,
    /// None for a base, several for a merge.
    pub parents: Vec<String>,
    /// Ids or branch labels of what must have run before, without being a parent.
    pub depends_on: Vec<String>,
    pub branch_labels: Vec<String>,
    /// What it takes away that programs may still use: it runs only where it is named. Empty: it runs as any other.
    pub waits: String,
    /// Any text, of any number of lines.
    pub message: String,
    /// `2026-11-20 09:41:00+00:00`; orders revisions that the graph leaves unordered.
    pub created: String,
    /// As written when autogen made the file; empty where a person wrote it from nothing.
    pub fingerprint: String,
    /// Renames that somebody answered for, each as `--rename` takes it.
    pub renames: Vec<String>,
    /// What goes and was decided to be no rename, each as `--no-rename` takes it.
    pub no_renames: Vec<String>,
    /// Lines for the reviewer, without their `-- `.
    pub summary: Vec<String>,
    pub upgrade: Script,
    pub downgrade: Script,
}

impl Revision {
    /// With nothing but its id.
    pub fn bare(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            parents: Vec::new(),
            depends_on: Vec::new(),
            branch_labels: Vec::new(),
            waits: String::new(),
            message: String::new(),
            created: String::new(),
            fingerprint: String::new(),
            renames: Vec::new(),
            no_renames: Vec::new(),
            summary: Vec::new(),
            upgrade: Script::new(""),
            downgrade: Script::new(""),
        }
    }

    /// Whether the statements are other than those that autogen wrote. A file without a fingerprint is a person's own.
    pub fn is_edited(&self) -> bool {
        self.fingerprint != fingerprint(self)
    }

    /// Whether it runs only where it is named.
    pub fn waits(&self) -> bool {
        !self.waits.is_empty()
    }

    /// The message's first line, for lists.
    pub fn title(&self) -> &str {
        self.message.lines().next().unwrap_or_default()
    }
}

/// `sha256:` and 64 hex digits over the statements of both sections and the kinds of their steps.
pub fn fingerprint(revision: &Revision) -> String {
    let mut hash = Sha256::new();
    for (section, script) in [("upgrade", &revision.upgrade), ("downgrade", &revision.downgrade)] {
        feed(&mut hash, section, "");
        match script.steps(Path::new("")) {
            Ok(steps) => {
                for step in &steps {
                    let kind = match (&step.batch, step.transaction) {
                        (Some(_), _) => "batch",
                        (None, true) => "transaction",
                        (None, false) => "no-transaction",
                    };
                    feed(&mut hash, kind, "");
                    step.statements.iter().for_each(|statement| feed(&mut hash, "statement", &statement.sql));
                }
            }
            // text that does not split is no statement of any file that reads, yet it is not nothing
            Err(_) => feed(&mut hash, "text", script.text()),
        }
    }
    format!("sha256:{}", hex(hash.finalize()))
}

/// Adds one item with its length, so that no two lists of items read alike. Line ends are a matter of the checkout.
fn feed(hash: &mut Sha256, tag: &str, text: &str) {
    let text = text.replace("\r\n", "\n");
    hash.update(format!("{tag} {}\n{text}\n", text.len()));
}
