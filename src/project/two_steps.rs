//! `autogen revision` where a model changes a column in two steps: the revision that begins it, and the one that waits to end it.

use std::path::PathBuf;

use super::compare::{Comparison, Second};
use super::newly;
use super::notice::Tell;
use super::renames::Settled;
use super::revision::{Writing, generated, remembering};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kind::Risk;
use crate::plan::{Plan, plan};
use crate::render;
use crate::revision::{self, Folder, Revision, Stored};

/// Both files or none.
pub fn write(
    config: &Config,
    folder: &Folder,
    writing: &Writing,
    (comparison, second): (&Comparison, &Second),
    first: Revision,
    settled: &Settled,
    tell: &Tell,
) -> Result<Vec<PathBuf>> {
    if writing.amend || writing.split || !writing.only.is_empty() {
        return Err(Error::no(format!(
            "not supported: --amend, --only or --split with {}, which changes in two steps",
            second.waits
        ))
        .hint("write all of it at once; to write it anew, delete the two files first"));
    }
    let (upgrade, downgrade) = (&comparison.upgrade, comparison.downgrade()?);
    let summary = render::summary(upgrade, &downgrade, &comparison.live.catalog);
    let first = generated(summary, [upgrade, &downgrade], writing, settled, remembering(settled, first))?;
    let file = newly::path_of(config, folder, &first, &writing.new)?;
    let text = newly::checked(config, &file, folder, &first)?;
    let stored = Stored { path: file.clone(), text: text.clone(), revision: revision::parse(&file, &text)? };
    let with_first = newly::among(folder, stored)?;
    let (last, last_plan) = last(config, &with_first, writing, comparison, second, &first)?;
    let last_file = newly::path_of(config, &with_first, &last, &writing.new)?;
    let last_text = newly::checked(config, &last_file, &with_first, &last)?;
    tell.changes(&render::lines(upgrade, false));
    tell.say(&format!("then, once it is let go by `autogen upgrade {}`:", last.id));
    tell.changes(&render::lines(&last_plan, false));
    let files: Vec<(PathBuf, String)> = vec![(file, text), (last_file, last_text)];
    newly::write(config, folder, &files, &writing.new, tell)?;
    Ok(files.into_iter().map(|(file, _)| file).collect())
}

/// The revision that waits, and what it does.
fn last(
    config: &Config,
    folder: &Folder,
    writing: &Writing,
    comparison: &Comparison,
    second: &Second,
    first: &Revision,
) -> Result<(Revision, Plan)> {
    let mut intent = comparison.intent.afterwards();
    (intent.renames, intent.places) = second.names.clone();
    // what kept the two in step goes in one transaction with all that counts on it
    let mut at_once = intent.clone();
    (at_once.online.all, at_once.online.of) = Default::default();
    let mut upgrade = plan(&comparison.wanted, &second.wanted, &at_once)?;
    let mut downgrade = plan(&second.wanted, &comparison.wanted, &intent.inverted())?;
    [&mut upgrade, &mut downgrade].into_iter().for_each(quiet);
    let mut summary = render::summary(&upgrade, &downgrade, &comparison.live.catalog);
    let mut new = Revision {
        id: newly::fresh_id(config, folder, &[])?,
        parents: vec![first.id.clone()],
        depends_on: Vec::new(),
        branch_labels: Vec::new(),
        waits: second.waits.clone(),
        renames: Vec::new(),
        no_renames: Vec::new(),
        ..first.clone()
    };
    let waits = format!("waits until no program uses {} any more; `autogen upgrade {}` lets it go", new.waits, new.id);
    summary.insert(0, waits);
    new = generated(summary, [&upgrade, &downgrade], writing, &Settled::default(), new)?;
    let (title, rest) =
        first.message.split_once('\n').map_or((first.message.as_str(), ""), |(title, rest)| (title, rest));
    new.message = format!("{title}: the last step{}{rest}", if rest.is_empty() { "" } else { "\n" });
    new.fingerprint = revision::fingerprint(&new);
    Ok((new, upgrade))
}

/// No program knows a passing name, and what comes under the other one says itself what it breaks.
fn quiet(plan: &mut Plan) {
    let ops = plan.statements.iter_mut().flat_map(|statement| &mut statement.ops);
    for op in ops.filter(|op| matches!((&op.old, &op.new), (Some(old), Some(new)) if old.id() != new.id())) {
        op.hazards.retain(|hazard| hazard.risk != Risk::Breaks);
    }
}
