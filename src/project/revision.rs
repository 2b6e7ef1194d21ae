//! What does a revision hold that takes the database to the models, and back?
//!
//! Invariants: it is written for a database that is at head, and only when every question about renames has an answer; all
//! files are written or none.

use std::path::PathBuf;

use super::compare::{Comparison, compare, not_at_head, pending};
use super::in_step::InStep;
use super::newly::{self, New};
use super::notice::Tell;
use super::parts::Parts;
use super::renames::{self, Answers, Ask, Question, Settled};
use super::session::{self, Session};
use super::two_steps;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::kind::Id;
use crate::plan::Plan;
use crate::render;
use crate::revision::{self, Folder, Revision, Script, Stored};
use crate::runner::{self, Ledger, Standing};

/// What is to be written.
#[derive(Debug, Clone)]
pub struct Writing {
    pub new: New,
    /// The revision that it stands on; `base` for a line of its own.
    pub head: String,
    /// Revisions or branch labels that have to run before it, without being its parents.
    pub depends_on: Vec<String>,
    /// Write the newest revision anew, as long as it is not applied.
    pub amend: bool,
    /// With `amend`: give up what a person has edited in the file.
    pub discard_edits: bool,
    /// Only what these patterns name, with all that it requires; empty: all of it.
    pub only: Vec<String>,
    /// One revision for each table.
    pub split: bool,
    /// Accept a revision that drops more than half of the tables.
    pub allow_drop_all: bool,
    /// What is said of renames before anything is asked.
    pub answers: Answers,
}

impl Default for Writing {
    fn default() -> Self {
        Self {
            new: New::default(),
            head: "head".to_owned(),
            depends_on: Vec::new(),
            amend: false,
            discard_edits: false,
            only: Vec::new(),
            split: false,
            allow_drop_all: false,
            answers: Answers::default(),
        }
    }
}

impl Writing {
    /// One revision with all differences, on the newest.
    pub fn new(message: impl Into<String>) -> Self {
        Self { new: New { message: Some(message.into()), ..New::default() }, ..Self::default() }
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// These files, first to last.
    Written(Vec<PathBuf>),
    /// Models and database are in step, and nothing was written.
    NoChanges(InStep),
    /// Nothing was written: each of these needs an answer first, as [`Question::renamed_to`] and [`Question::not_renamed`]
    /// give one to [`Answers::add`].
    Open(Vec<Question>),
}

/// Compares, and writes what differs. Where `ask` is there, it is asked what models and answers leave open.
pub(super) fn write(session: &mut Session, writing: &Writing, ask: Option<&mut Ask<'_>>) -> Result<Outcome> {
    let tell = &session.tell.clone();
    if !writing.amend && writing.new.message.is_none() {
        return Err(newly::no_message());
    }
    let _alone = newly::alone(&session.config, tell);
    let folder = session::folder(&session.config)?;
    let ledger = session.ledger()?;
    let amended = match writing.amend {
        true => Some(newest_unapplied(&folder, &ledger, writing)?),
        false => {
            at_head(&folder, &ledger)?;
            None
        }
    };
    let comparison = compare(session)?;
    left_out(&comparison, tell)?;
    let before = amended.map(|stored| &stored.revision);
    let touched = |comparison: &Comparison| match writing.only.as_slice() {
        [] => Ok(None),
        patterns => Parts::touched(comparison, patterns).map(Some),
    };
    let (comparison, mut settled) = match renames::settle(session, comparison, &writing.answers, before, touched, ask)?
    {
        renames::Outcome::Settled(comparison, settled) => (comparison, settled),
        renames::Outcome::Open(questions) => return Ok(Outcome::Open(questions)),
    };
    settled.passed = comparison.intent.circling.clone();
    if comparison.is_equal() && amended.is_none() {
        return Ok(Outcome::NoChanges(InStep::of(&comparison)));
    }
    let base = Base { config: &session.config, folder: &folder, ledger: &ledger, amended };
    files(&base, &comparison, &settled, writing, tell).map(Outcome::Written)
}

/// What a revision is written onto.
struct Base<'a> {
    config: &'a Config,
    folder: &'a Folder,
    ledger: &'a Ledger,
    /// What is written anew.
    amended: Option<&'a Stored>,
}

fn files(
    base: &Base<'_>,
    comparison: &Comparison,
    settled: &Settled,
    writing: &Writing,
    tell: &Tell,
) -> Result<Vec<PathBuf>> {
    let Base { config, folder, ledger, amended } = *base;
    warn_of_what_was_there(folder, comparison, tell);
    let first = || stand(config, writing, folder, ledger, &mut || Ok(stands(folder, ledger, tell)));
    if let Some(second) = &comparison.second {
        guard(comparison, [&comparison.upgrade], writing)?;
        return two_steps::write(config, folder, writing, (comparison, second), first()?, settled, tell);
    }
    let parts = match (writing.only.as_slice(), writing.split) {
        ([], false) => None,
        ([], true) => Some(Parts::split(comparison, config)?),
        (patterns, _) => Some(Parts::only(comparison, patterns, tell)?),
    };
    if let Some(parts) = parts {
        guard(comparison, parts.plans(), writing)?;
        return parts.write(config, folder, writing, first()?, settled, tell);
    }
    guard(comparison, [&comparison.upgrade], writing)?;
    let new = amended.map_or_else(first, |stored| Ok(stored.revision.clone()))?;
    let new = whole(comparison, writing, settled, new)?;
    // a file of its own, or in the place of the one that is written anew
    let file = match amended {
        Some(stored) => stored.path.clone(),
        None => newly::path_of(config, folder, &new, &writing.new)?,
    };
    let text = newly::checked(config, &file, folder, &new)?;
    if let Some(stored) = amended {
        show_change(&stored.text, &text, tell);
    }
    tell.changes(&render::lines(&comparison.upgrade, false));
    newly::write(config, folder, &[(file.clone(), text)], &writing.new, tell)?;
    Ok(vec![file])
}

/// Where the database stands.
fn stands(folder: &Folder, ledger: &Ledger, tell: &Tell) -> Vec<String> {
    runner::unknown(&Standing::of(folder, ledger).unknown).iter().for_each(|odd| tell.warn_of(odd));
    ledger.stands(folder)
}

/// What is left out of the comparison; what could not be compared is an error.
fn left_out(comparison: &Comparison, tell: &Tell) -> Result<()> {
    tell.unmodelled(&comparison.live.catalog.notes.unmodelled);
    tell.left_out(&comparison.left_out);
    comparison.untold().map_or(Ok(()), Err)
}

/// Who begins with models of their own on a database that others have filled may not know that there is a way to begin with it.
fn warn_of_what_was_there(folder: &Folder, comparison: &Comparison, tell: &Tell) {
    if folder.iter().next().is_none() && dropped_tables([&comparison.upgrade]) > 0 {
        tell.warn(
            "this is the first revision, and it drops what was there before; `autogen init --from-database` and \
             `autogen revision --baseline` begin with it instead",
        );
    }
}

/// The database has all that the files have.
fn at_head(folder: &Folder, ledger: &Ledger) -> Result<()> {
    let standing = Standing::of(folder, ledger);
    if let Some(error) = runner::unknown(&standing.unknown) {
        return Err(error);
    }
    let pending = pending(&standing);
    if pending.is_empty() {
        return Ok(());
    }
    Err(not_at_head(pending).hint(format!(
        "run `{}` first; a revision is what makes the live database follow the models",
        session::to_head(folder)
    )))
}

fn newest_unapplied<'a>(folder: &'a Folder, ledger: &Ledger, writing: &Writing) -> Result<&'a Stored> {
    let standing = Standing::of(folder, ledger);
    if let Some(error) = runner::unknown(&standing.unknown) {
        return Err(error);
    }
    let stored = match standing.pending.as_slice() {
        [] => {
            return Err(Error::no("there is no unapplied revision to amend")
                .hint("`autogen downgrade -1` takes the last one back, if it may be taken back"));
        }
        [only] => *only,
        [.., newest] => {
            return Err(Error::no(format!("{} stands on a revision that is not applied either", newest.id()))
                .hint("run `autogen upgrade` up to the revision before it"));
        }
    };
    if ledger.begun().iter().any(|begun| begun.revision == stored.id()) {
        return Err(Error::no(format!("{} is half applied", stored.path.display()))
            .hint("`autogen upgrade` goes on with it, once what stopped it is mended in the file"));
    }
    if stored.revision.is_edited() && !writing.discard_edits {
        return Err(Error::no(format!("{} was edited by hand", stored.path.display()))
            .hint("--discard-edits writes it anew without the edits"));
    }
    Ok(stored)
}

/// A revision that drops most of the database is more likely a folder of models that was not found.
fn guard<'a>(comparison: &Comparison, plans: impl IntoIterator<Item = &'a Plan>, writing: &Writing) -> Result<()> {
    if writing.allow_drop_all {
        return Ok(());
    }
    let live = comparison.live.catalog.objects().keys().filter(|id| is_table(id)).count();
    let dropped = dropped_tables(plans);
    // whoever owns what is always there is no model
    let has_any = |catalog: &Catalog| catalog.objects().values().any(|object| object.aspect().is_none());
    let none = !has_any(&comparison.wanted) && has_any(&comparison.live.catalog);
    if none || live >= 5 && dropped * 2 > live {
        let what = if none {
            "there are no models at all".to_owned()
        } else {
            format!("{dropped} of {live} tables would be dropped")
        };
        return Err(Error::no(what)
            .hint("if that is meant, say --allow-drop-all; else look whether `models:` names the right folder"));
    }
    Ok(())
}

fn dropped_tables<'a>(plans: impl IntoIterator<Item = &'a Plan>) -> usize {
    let ops = plans.into_iter().flat_map(|plan| &plan.statements).flat_map(|statement| &statement.ops);
    ops.filter(|op| op.new.is_none() && is_table(&op.id)).count()
}

fn is_table(id: &Id) -> bool {
    id.tag.word() == "table"
}

/// The revision with all differences.
fn whole(comparison: &Comparison, writing: &Writing, settled: &Settled, new: Revision) -> Result<Revision> {
    let (upgrade, downgrade) = (&comparison.upgrade, comparison.downgrade()?);
    let summary = render::summary(upgrade, &downgrade, &comparison.live.catalog);
    generated(summary, [upgrade, &downgrade], writing, settled, remembering(settled, new))
}

/// With all the answers in its header.
pub fn remembering(settled: &Settled, mut new: Revision) -> Revision {
    new.renames = renames::show::renames(settled);
    new.no_renames = renames::show::no_renames(settled).into_values().collect();
    new
}

/// The revision with the statements of these plans, there and back.
pub fn generated(
    summary: Vec<String>,
    [upgrade, downgrade]: [&Plan; 2],
    writing: &Writing,
    settled: &Settled,
    mut new: Revision,
) -> Result<Revision> {
    let upgrade = Script::compose(&render::entries_with(upgrade, &renames::show::remarks(settled)));
    let downgrade = Script::compose(&render::entries(downgrade));
    if let Some(message) = newly::message(&writing.new)? {
        new.message = message;
    }
    (new.summary, new.upgrade, new.downgrade) = (summary, upgrade, downgrade);
    new.fingerprint = revision::fingerprint(&new);
    Ok(new)
}

/// A skeleton to fill in by hand. Where its place is said from where the database stands, `current` is asked for that.
pub fn empty(
    config: &Config,
    writing: &Writing,
    current: &mut dyn FnMut(&Folder) -> Result<Vec<String>>,
    tell: &Tell,
) -> Result<PathBuf> {
    let _alone = newly::alone(config, tell);
    let folder = session::folder(config)?;
    let mut new = stand(config, writing, &folder, &Ledger::default(), &mut || current(&folder))?;
    if new.message.is_empty() {
        return Err(newly::no_message());
    }
    let hint =
        |way: &str| Script::new(format!("\n-- write here what the {way} does; statements end in a semicolon\n\n"));
    (new.upgrade, new.downgrade) = (hint("upgrade"), hint("downgrade"));
    new.summary = vec!["written by hand".into()];
    newly::add(config, &folder, new, &writing.new, tell)
}

/// A revision where it is wanted, with nothing in it. What was let go in this database comes before it.
fn stand(
    config: &Config,
    writing: &Writing,
    folder: &Folder,
    ledger: &Ledger,
    current: &mut dyn FnMut() -> Result<Vec<String>>,
) -> Result<Revision> {
    let asks = std::iter::once(&writing.head).chain(&writing.depends_on).any(|target| session::starts_there(target));
    let current = if asks { current()? } else { Vec::new() };
    let mut parents = folder.resolve(&writing.head, &current)?;
    let let_go = |id: &String| folder.children(id).into_iter().find(|file| ledger.applied().contains(file.id()));
    if writing.head == "head" {
        parents.iter_mut().for_each(|id| *id = let_go(id).map_or(id.clone(), |file| file.id().to_owned()));
    }
    let depends_on = newly::dependencies(folder, &writing.depends_on, &current)?;
    newly::skeleton(config, folder, parents, depends_on, &writing.new)
}

/// The old and the new text of the file, line by line.
fn show_change(old: &str, new: &str, tell: &Tell) {
    let diff = similar::TextDiff::from_lines(old, new);
    let unified = diff.unified_diff().context_radius(2).to_string();
    if unified.is_empty() {
        tell.say("the revision is as it was");
    } else {
        tell.say(&unified);
    }
}
