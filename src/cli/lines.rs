//! How is a revision said in a line?
//!
//! In Alembic's shape, so that scripts which read it go on working: `a -> b (label) (head), message`.

use std::collections::BTreeSet;

use crate::revision::{Folder, Stored};

/// The revisions of a project, with what is known of the database that they are for.
pub struct Lines<'a> {
    pub folder: &'a Folder,
    heads: BTreeSet<&'a str>,
    /// Where the database stands, if that was asked.
    pub current: BTreeSet<String>,
}

/// What a line holds beside the id and what it is in the graph.
#[derive(Clone, Copy, Default)]
pub struct Shape {
    pub parents: bool,
    pub labels: bool,
    pub message: bool,
    /// Where branches begin and come together.
    pub points: bool,
}

impl Shape {
    pub const ALL: Self = Self { parents: true, labels: true, message: true, points: true };
}

impl<'a> Lines<'a> {
    pub fn new(folder: &'a Folder, current: BTreeSet<String>) -> Self {
        Self { folder, heads: folder.heads().into_iter().map(Stored::id).collect(), current }
    }

    pub fn line(&self, file: &Stored, shape: Shape) -> String {
        let revision = &file.revision;
        let mut line = String::new();
        if shape.parents {
            line.push_str(&parents(file));
            if !revision.depends_on.is_empty() {
                line.push_str(&format!(" ({})", revision.depends_on.join(", ")));
            }
            line.push_str(" -> ");
        }
        line.push_str(file.id());
        let labels = self.folder.labels(file.id());
        if shape.labels && !labels.is_empty() {
            line.push_str(&format!(" ({})", labels.into_iter().collect::<Vec<_>>().join(", ")));
        }
        line.push_str(&self.marks(file, shape.points));
        if shape.message {
            line.push_str(&format!(", {}", revision.title()));
        }
        line
    }

    /// ` (head) (mergepoint)`
    fn marks(&self, file: &Stored, points: bool) -> String {
        let is_head = self.heads.contains(file.id());
        let only_needed = is_head && self.folder.is_only_depended_on(file.id());
        let marks: [(bool, &str); 6] = [
            (is_head && !only_needed, " (head)"),
            (only_needed, " (effective head)"),
            (self.current.contains(file.id()), " (current)"),
            (points && self.folder.children(file.id()).len() > 1, " (branchpoint)"),
            (points && file.revision.parents.len() > 1, " (mergepoint)"),
            (points && file.revision.waits(), " (by name only)"),
        ];
        marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect()
    }

    /// All that is known of it, as lines.
    pub fn entry(&self, file: &Stored) -> String {
        let revision = &file.revision;
        let mut out = vec![format!("Rev: {}{}", file.id(), self.marks(file, true))];
        let parents = parents(file);
        out.push(if revision.parents.len() > 1 { format!("Merges: {parents}") } else { format!("Parent: {parents}") });
        if !revision.depends_on.is_empty() {
            out.push(format!("Also depends on: {}", revision.depends_on.join(", ")));
        }
        let children: Vec<&str> = self.folder.children(file.id()).into_iter().map(Stored::id).collect();
        if children.len() > 1 {
            out.push(format!("Branches into: {}", children.join(", ")));
        }
        let labels: Vec<&str> = self.folder.labels(file.id()).into_iter().collect();
        if !labels.is_empty() {
            out.push(format!("Branch names: {}", labels.join(", ")));
        }
        out.push(format!("Path: {}", file.path.display()));
        out.push(format!("Created: {}", revision.created));
        out.push(String::new());
        out.extend(revision.message.lines().map(|line| format!("    {line}").trim_end().to_owned()));
        out.push(String::new());
        out.join("\n")
    }
}

fn parents(file: &Stored) -> String {
    match file.revision.parents.is_empty() {
        true => "<base>".to_owned(),
        false => file.revision.parents.join(", "),
    }
}
