//! What happens on the tour, and with which models?
//!
//! Invariant: the models are those of the folder `schema/` at the top of the source, carried in the program.

use std::fs;
use std::path::Path;

use crate::cli::output::Output;
use crate::error::{Error, Result};
use crate::project::batch::Batch;
use crate::project::editors;
use crate::render::{Line, Tone};

pub struct Step {
    pub says: &'static str,
    pub does: Does,
}

pub enum Does {
    /// A command of autogen.
    Run(&'static [&'static str]),
    /// The change of the models.
    Edit,
}

pub const STEPS: &[Step] = &[
    Step {
        says: "A project: settings, a folder of models (these are there), a folder of revisions.",
        does: Does::Run(&["init"]),
    },
    Step {
        says: "The models against an empty database: one file of plain SQL, for both directions.",
        does: Does::Run(&["revision", "-m", "first tables"]),
    },
    Step { says: "Run it.", does: Does::Run(&["upgrade", "head"]) },
    Step { says: "The models change: tasks can remind people, and some are urgent.", does: Does::Edit },
    Step { says: "The difference, as the next revision.", does: Does::Run(&["revision", "-m", "remind people"]) },
    Step { says: "This is what a reviewer reads, and may edit.", does: Does::Run(&["show", "head"]) },
    Step { says: "Run it too.", does: Does::Run(&["upgrade", "head"]) },
    Step { says: "Do models, revisions and database agree? A build asks this.", does: Does::Run(&["check"]) },
    Step { says: "One revision back.", does: Does::Run(&["downgrade", "-1"]) },
    Step { says: "And back to the beginning.", does: Does::Run(&["downgrade", "base"]) },
];

const MODELS: [(&str, &str); 6] = [
    ("audit.yaml", include_str!("../../../schema/audit.yaml")),
    ("conversations.yaml", include_str!("../../../schema/conversations.yaml")),
    ("metrics.yaml", include_str!("../../../schema/metrics.yaml")),
    ("tags.yaml", include_str!("../../../schema/tags.yaml")),
    (EDITED, include_str!("../../../schema/tasks.yaml")),
    ("users.yaml", include_str!("../../../schema/users.yaml")),
];

const EDITED: &str = "tasks.yaml";

/// Lines of [`EDITED`], and what stands in place of each after the edit.
const EDITS: [(&str, &str); 3] = [
    ("  priority: [low, medium, high]\n", "  priority: [low, medium, high, urgent]\n"),
    (
        "      due_date:        timestamptz?\n",
        "      due_date:        timestamptz?\n      remind_at:       timestamptz?\n",
    ),
    (
        "      ix_tasks_user_status: [user_id, status]\n",
        "      ix_tasks_user_status: [user_id, status]\n      ix_tasks_remind: { columns: [remind_at], where: remind_at is not null }\n",
    ),
];

pub fn write_models(folder: &Path) -> Result<()> {
    let schema = folder.join("schema");
    fs::create_dir_all(&schema).map_err(|cause| Error::io("make the folder", &schema, &cause))?;
    for (name, text) in MODELS {
        write(&schema.join(name), text)?;
    }
    let mut batch = Batch::default();
    editors::write(folder, &mut batch)?;
    batch.keep();
    Ok(())
}

/// Edits the models, and shows how.
pub fn edit(folder: &Path, output: Output) -> Result<()> {
    let file = folder.join("schema").join(EDITED);
    let before = fs::read_to_string(&file).map_err(|cause| Error::io("read", &file, &cause))?;
    let after = edited(&before);
    output.result(&format!("$ $EDITOR schema/{EDITED}"));
    output.lines(&changes(&before, &after));
    write(&file, &after)
}

fn edited(text: &str) -> String {
    EDITS.iter().fold(text.to_owned(), |text, (from, to)| text.replacen(from, to, 1))
}

fn changes(before: &str, after: &str) -> Vec<Line> {
    let diff = similar::TextDiff::from_lines(before, after);
    let changed = diff.iter_all_changes().filter_map(|change| {
        let (sign, tone) = match change.tag() {
            similar::ChangeTag::Equal => return None,
            similar::ChangeTag::Insert => ('+', Tone::Added),
            similar::ChangeTag::Delete => ('-', Tone::Removed),
        };
        Some(vec![(tone, format!("{sign} {}", change.value().trim_end()))])
    });
    changed.collect()
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).map_err(|cause| Error::io("write", file, &cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_model_is_carried_in_the_program() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
        let mut files: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, MODELS.map(|(name, _)| name));
    }

    #[test]
    fn every_edit_finds_its_line() {
        let (_, text) = MODELS.iter().find(|(name, _)| *name == EDITED).unwrap();
        for (from, _) in EDITS {
            assert_eq!(text.matches(from).count(), 1, "{from}");
        }
    }
}
