//! `autogen revision`: the file that takes the database to the models, and back.

use serde_json::json;

use super::args::{Format, Global, Revision as Args};
use super::baseline;
use super::compare::{Comparison, compare, count, pending};
use super::in_step::InStep;
use super::newly;
use super::output::Output;
use super::parts::Parts;
use super::renames::{self, Outcome, Question, Settled};
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

pub fn revision(global: &Global, args: &Args, output: Output) -> Result<u8> {
    if args.baseline {
        return baseline::revision(global, args, output);
    }
    if args.empty {
        return empty(global, args, output);
    }
    if !args.amend && args.new.message.is_empty() && args.new.message_file.is_none() {
        return Err(newly::no_message());
    }
    let mut session = session::open(global, output)?;
    let _alone = newly::alone(&session.config, output);
    let folder = session::folder(&session.config)?;
    let ledger = Ledger::read_there(&mut session.client, session.has_ledger)?;
    let amended = match args.amend {
        true => Some(newest_unapplied(&folder, &ledger, args)?),
        false => {
            at_head(&folder, &ledger)?;
            None
        }
    };
    let comparison = compare(&mut session)?;
    tell(&comparison, output)?;
    let before = amended.map(|stored| &stored.revision);
    let (comparison, mut settled) = match settled(&mut session, comparison, args, before, output)? {
        Some(settled) => settled,
        None => return Ok(1),
    };
    settled.passed = comparison.intent.circling.clone();
    if comparison.is_equal() && amended.is_none() {
        output.say(&format!("no changes: {}", InStep::of(&comparison).describe(&session.address)));
        if args.format == Format::Json {
            report(output, "no changes", &[], &[]);
        }
        return Ok(0);
    }
    warn_of_what_was_there(&folder, &comparison, output);
    let first = || stand(global, &session.config, args, &folder, &ledger, output);
    if let Some(second) = &comparison.second {
        guard(&comparison, [&comparison.upgrade], args)?;
        return two_steps::write(&session.config, &folder, args, (&comparison, second), first()?, &settled, output);
    }
    let parts = match (args.only.as_slice(), args.split) {
        ([], false) => None,
        ([], true) => Some(Parts::split(&comparison, &session.config)?),
        (patterns, _) => Some(Parts::only(&comparison, patterns, output)?),
    };
    if let Some(parts) = parts {
        guard(&comparison, parts.plans(), args)?;
        parts.write(&session.config, &folder, args, first()?, &settled, output)?;
        return Ok(0);
    }
    guard(&comparison, [&comparison.upgrade], args)?;
    let new = amended.map_or_else(first, |stored| Ok(stored.revision.clone()))?;
    let new = whole(&comparison, args, &settled, new)?;
    write(&session.config, &folder, args, amended, new, &comparison.upgrade, output)?;
    Ok(0)
}

/// A file of its own, or in the place of the one that is written anew.
fn write(
    config: &Config,
    folder: &Folder,
    args: &Args,
    amended: Option<&Stored>,
    new: Revision,
    upgrade: &Plan,
    output: Output,
) -> Result<()> {
    let file = match amended {
        Some(stored) => stored.path.clone(),
        None => newly::path_of(config, folder, &new, &args.new)?,
    };
    let text = newly::checked(config, &file, folder, &new)?;
    if let Some(stored) = amended {
        show_change(&stored.text, &text, output);
    }
    output.lines_to_stderr(&render::lines(upgrade, false));
    newly::write_and_say(config, folder, &[(file, text)], output, |files| written(args, output, files))
}

/// The comparison with all questions about renames answered; `None` where they are printed instead.
fn settled(
    session: &mut Session,
    comparison: Comparison,
    args: &Args,
    amended: Option<&Revision>,
    output: Output,
) -> Result<Option<(Box<Comparison>, Settled)>> {
    let touched = |comparison: &Comparison| match args.only.as_slice() {
        [] => Ok(None),
        patterns => Parts::touched(comparison, patterns).map(Some),
    };
    match renames::settle(session, comparison, args, amended, touched, output)? {
        Outcome::Settled(comparison, settled) => Ok(Some((comparison, settled))),
        Outcome::Open(questions) if args.format == Format::Json => {
            report(output, "unanswered questions", &[], &questions);
            Ok(None)
        }
        Outcome::Open(questions) => Err(renames::unanswered(&questions)),
    }
}

/// Which files there are now.
pub fn written(args: &Args, output: Output, files: &[String]) {
    match args.format {
        Format::Text => files.iter().for_each(|file| output.result(file)),
        Format::Json => report(output, "written", files, &[]),
    }
}

/// What `--format json` prints, whatever came of it.
fn report(output: Output, reason: &str, files: &[String], questions: &[Question]) {
    let report = json!({
        "version": render::JSON_VERSION,
        "reason": reason,
        "files": files,
        "questions": renames::show::json(questions),
    });
    output.result(&format!("{report:#}"));
}

/// What is left out of the comparison; what could not be compared is an error.
fn tell(comparison: &Comparison, output: Output) -> Result<()> {
    output.unmodelled(&comparison.live.catalog.notes.unmodelled);
    output.left_out(&comparison.left_out);
    comparison.untold().map_or(Ok(()), Err)
}

/// Who begins with models of their own on a database that others have filled may not know that there is a way to begin with it.
fn warn_of_what_was_there(folder: &Folder, comparison: &Comparison, output: Output) {
    if folder.iter().next().is_none() && dropped_tables([&comparison.upgrade]) > 0 {
        output.warn(
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
    let mut error = Error::no(format!("the database is not at head: {} pending", count(pending.len(), "revision")));
    for revision in pending {
        error = error.detail(revision);
    }
    Err(error.hint(format!(
        "run `{}` first; a revision is what makes the live database follow the models",
        session::to_head(folder)
    )))
}

fn newest_unapplied<'a>(folder: &'a Folder, ledger: &Ledger, args: &Args) -> Result<&'a Stored> {
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
    if stored.revision.is_edited() && !args.discard_edits {
        return Err(Error::no(format!("{} was edited by hand", stored.path.display()))
            .hint("--discard-edits writes it anew without the edits"));
    }
    Ok(stored)
}

/// A revision that drops most of the database is more likely a folder of models that was not found.
fn guard<'a>(comparison: &Comparison, plans: impl IntoIterator<Item = &'a Plan>, args: &Args) -> Result<()> {
    if args.allow_drop_all {
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
fn whole(comparison: &Comparison, args: &Args, settled: &Settled, new: Revision) -> Result<Revision> {
    let (upgrade, downgrade) = (&comparison.upgrade, comparison.downgrade()?);
    let summary = render::summary(upgrade, &downgrade, &comparison.live.catalog);
    generated(summary, [upgrade, &downgrade], args, settled, remembering(settled, new))
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
    args: &Args,
    settled: &Settled,
    mut new: Revision,
) -> Result<Revision> {
    let upgrade = Script::compose(&render::entries_with(upgrade, &renames::show::remarks(settled)));
    let downgrade = Script::compose(&render::entries(downgrade));
    if let Some(message) = newly::message(&args.new)? {
        new.message = message;
    }
    (new.summary, new.upgrade, new.downgrade) = (summary, upgrade, downgrade);
    new.fingerprint = revision::fingerprint(&new);
    Ok(new)
}

fn empty(global: &Global, args: &Args, output: Output) -> Result<u8> {
    let config = session::config(global)?;
    let _alone = newly::alone(&config, output);
    let folder = session::folder(&config)?;
    let mut new = stand(global, &config, args, &folder, &Ledger::default(), output)?;
    if new.message.is_empty() {
        return Err(newly::no_message());
    }
    let hint =
        |way: &str| Script::new(format!("\n-- write here what the {way} does; statements end in a semicolon\n\n"));
    (new.upgrade, new.downgrade) = (hint("upgrade"), hint("downgrade"));
    new.summary = vec!["written by hand".into()];
    newly::add(&config, &folder, new, &args.new, output)
}

/// A revision where the command line wants it, with nothing in it. What was let go in this database comes before it.
fn stand(
    global: &Global,
    config: &Config,
    args: &Args,
    folder: &Folder,
    ledger: &Ledger,
    output: Output,
) -> Result<Revision> {
    let asked: Vec<&String> = std::iter::once(&args.head).chain(&args.depends_on).collect();
    let mut current = Vec::new();
    for target in asked {
        if current.is_empty() {
            current = session::current(global, target, folder, output)?;
        }
    }
    let mut parents = folder.resolve(&args.head, &current)?;
    let let_go = |id: &String| folder.children(id).into_iter().find(|file| ledger.applied().contains(file.id()));
    if args.head == "head" {
        parents.iter_mut().for_each(|id| *id = let_go(id).map_or(id.clone(), |file| file.id().to_owned()));
    }
    let depends_on = newly::dependencies(folder, &args.depends_on, &current)?;
    newly::skeleton(config, folder, parents, depends_on, &args.new)
}

/// The old and the new text of the file, line by line.
fn show_change(old: &str, new: &str, output: Output) {
    let diff = similar::TextDiff::from_lines(old, new);
    let unified = diff.unified_diff().context_radius(2).to_string();
    if unified.is_empty() {
        output.say("the revision is as it was");
    } else {
        output.say(&unified);
    }
}
