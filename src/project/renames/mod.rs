//! Which of what goes was renamed, and who says so?
//!
//! Candidates come from [`crate::candidates`]. Answers come with the command, from a file, from the revision that is written
//! anew, from a person at the terminal, or from the policy of autogen.yaml; each is a `renamed_from` that stands in no model,
//! so that models and database are compared again with it. Invariant: nothing is taken for a rename unless somebody says so
//! or the policy does, and nothing is asked where there is nobody to answer: then it ends with the questions.

mod described;
mod given;
mod resolve;
pub mod show;

use std::collections::BTreeSet;
use std::fmt;
use std::path::PathBuf;

pub use given::Source;

use super::compare::{Comparison, compare_renamed, count};
use super::notice::Tell;
use super::session::Session;
use crate::candidates::{self, Candidate, labels, shown};
use crate::catalog::Catalog;
use crate::config::{Config, Renames as Policy};
use crate::diff::diff;
use crate::draft::RenameHint;
use crate::error::{Error, Result};
use crate::kind::{Change, Id};
use crate::revision::Revision;

/// What is said of renames before anything is asked.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    /// `public.tasks.title=name`: what goes under the old name is there under the new one.
    pub rename: Vec<String>,
    /// `public.tasks.title`: it is dropped, whatever looks like it.
    pub no_rename: Vec<String>,
    /// Nothing is renamed but what models and `rename` say.
    pub nothing_else: bool,
    /// Such answers in a file, as `autogen revision --format json` prints it.
    pub file: Option<PathBuf>,
}

/// An answer to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// As [`Answers::rename`] has it.
    Rename(String),
    /// As [`Answers::no_rename`] has it.
    NoRename(String),
}

impl Answers {
    pub fn add(&mut self, answer: Answer) {
        match answer {
            Answer::Rename(text) => self.rename.push(text),
            Answer::NoRename(text) => self.no_rename.push(text),
        }
    }
}

/// Somebody who is asked.
pub type Ask<'a> = dyn FnMut(&Asked<'_>) -> Result<Option<Candidate>> + 'a;

/// A question, and all that helps to answer it.
pub struct Asked<'a> {
    pub question: &'a Question,
    /// It is the `number`-th of `count`, from 1, as far as is known.
    pub number: usize,
    pub count: usize,
    pub sides: &'a Sides<'a>,
}

/// A thing that goes, and what it may have become.
#[derive(Debug, Clone)]
pub struct Question {
    pub old: Id,
    pub candidates: Vec<Candidate>,
    /// Nothing of another kind that goes has its name.
    pub alone: bool,
}

impl Question {
    /// That it has only another name now.
    pub fn renamed_to(&self, candidate: &Candidate) -> Answer {
        Answer::Rename(show::renamed(&candidate.old, &candidate.new, self.alone))
    }

    /// That it goes.
    pub fn not_renamed(&self) -> Answer {
        Answer::NoRename(show::not_renamed(&self.old, self.alone))
    }
}

impl fmt::Display for Question {
    /// A line for each candidate: `column public.tasks.title -> name (87 %: same type text)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.candidates.iter().map(show::line).collect::<Vec<_>>().join("\n"))
    }
}

#[derive(Debug, Clone)]
pub struct Decided {
    pub old: Id,
    /// In what it is in as that is called then.
    pub new: Id,
    pub reasons: Vec<String>,
    pub source: Source,
}

#[derive(Debug, Clone)]
pub struct Denied {
    pub old: Id,
    pub looked_like: Vec<Id>,
}

/// All answers so far.
#[derive(Debug, Default)]
pub struct Settled {
    pub decided: Vec<Decided>,
    pub denied: Vec<Denied>,
    /// Renames that models state and no database shows, since names pass in a circle: what has been done is read off these.
    pub passed: Vec<(Id, Id)>,
}

/// What is compared, and what goes and comes there.
pub struct Sides<'a> {
    base: &'a Catalog,
    wanted: &'a Catalog,
    candidates: Vec<Candidate>,
    gone: BTreeSet<Id>,
    come: BTreeSet<Id>,
    /// Names in it may be written without it.
    schema: &'a str,
}

/// What came of the questions.
pub enum Outcome {
    Settled(Box<Comparison>, Settled),
    /// There is nobody to ask.
    Open(Vec<Question>),
}

impl<'a> Sides<'a> {
    fn of(base: &'a Catalog, wanted: &'a Catalog, schema: &'a str, with_candidates: bool) -> Self {
        let candidates = if with_candidates { candidates::candidates(base, wanted) } else { Vec::new() };
        let (mut gone, mut come) = (BTreeSet::new(), BTreeSet::new());
        for change in diff(base, wanted) {
            match change {
                Change::Drop(old) => drop(gone.insert(old.id())),
                Change::Create(new) => drop(come.insert(new.id())),
                Change::Alter { old, new } => {
                    let (before, after): (BTreeSet<Id>, BTreeSet<Id>) =
                        (labels::ids(old).collect(), labels::ids(new).collect());
                    gone.extend(before.difference(&after).cloned());
                    come.extend(after.difference(&before).cloned());
                }
                Change::Rename { .. } => {}
            }
        }
        Self { base, wanted, candidates, gone, come, schema }
    }

    /// The candidates that nobody has said anything of.
    fn open(&self, settled: &Settled) -> Vec<Question> {
        let mut questions: Vec<Question> = Vec::new();
        for candidate in &self.candidates {
            let decided = |old: &Id, new: &Id| settled.decided.iter().any(|one| one.old == *old && one.new == *new);
            let said = settled.decided.iter().any(|one| one.old == candidate.old || one.new == candidate.new)
                || settled.is_denied(&candidate.old);
            // what it is in is something else
            let moot = candidate.above.as_ref().is_some_and(|(old, new)| {
                let other = settled.decided.iter().any(|one| one.old == *old || one.new == *new);
                settled.is_denied(old) || other && !decided(old, new)
            });
            if said || moot || !can_be_stated(&candidate.old, &candidate.new, self) {
                continue;
            }
            match questions.iter_mut().find(|question| question.old == candidate.old) {
                Some(question) => question.candidates.push(candidate.clone()),
                None => {
                    let same_path = |id: &&Id| id.path == candidate.old.path && has_name(id);
                    let alone = self.gone.iter().filter(same_path).count() == 1;
                    questions.push(Question { old: candidate.old.clone(), candidates: vec![candidate.clone()], alone });
                }
            }
        }
        questions
    }
}

/// What has none goes and comes with something that has.
fn has_name(id: &Id) -> bool {
    id.own_name().is_some()
}

/// Whether a model could state it.
fn can_be_stated(old: &Id, new: &Id, sides: &Sides) -> bool {
    if candidates::is_label(old) {
        return true;
    }
    match (sides.base.get(old), sides.wanted.get(new)) {
        (Some(old), Some(new)) => !old.rename_sql(new).is_empty(),
        _ => false,
    }
}

impl Settled {
    fn is_denied(&self, old: &Id) -> bool {
        self.denied.iter().any(|one| one.old == *old || self.within(&one.old) == *old)
    }

    /// By the new name of what it is in.
    pub fn within(&self, id: &Id) -> Id {
        let inner = |one: &&Decided| id.path.len() > one.old.path.len() && id.path.starts_with(&one.old.path);
        let outer = self.decided.iter().filter(inner).max_by_key(|one| one.old.path.len());
        let mut id = id.clone();
        if let Some(one) = outer {
            id.path.splice(..one.old.path.len(), one.new.path.iter().cloned());
        }
        id
    }

    fn rename(&mut self, candidate: Candidate, source: Source) {
        let Candidate { old, new, reasons, .. } = candidate;
        self.decided.push(Decided { old, new, reasons, source });
    }

    fn deny(&mut self, question: &Question) {
        let looked_like = question.candidates.iter().map(|candidate| candidate.new.clone()).collect();
        self.denied.push(Denied { old: question.old.clone(), looked_like });
    }

    /// As models would state them.
    fn hints(&self) -> Vec<RenameHint> {
        let hint = |one: &Decided| {
            Some(RenameHint { id: one.new.clone(), from: one.old.own_name()?.clone(), place: one.source.as_place() })
        };
        self.decided.iter().filter_map(hint).collect()
    }
}

/// The questions of a comparison, for whoever only tells of them.
pub fn open_of(comparison: &Comparison, config: &Config) -> Result<Vec<Question>> {
    if config.renames == Policy::Never || comparison.is_equal() {
        return Ok(Vec::new());
    }
    let base = comparison.base()?;
    let schema = config.search_path.first().map_or("public", String::as_str);
    Ok(Sides::of(&base, &comparison.wanted, schema, true).open(&Settled::default()))
}

/// Answers all questions of a comparison, and compares again until there are no more. `touched` are the changes that are
/// written, where it is not all of them.
pub fn settle(
    session: &mut Session,
    comparison: Comparison,
    answers: &Answers,
    amended: Option<&Revision>,
    touched: impl Fn(&Comparison) -> Result<Option<BTreeSet<Id>>>,
    mut ask: Option<&mut Ask<'_>>,
) -> Result<Outcome> {
    let mut comparison = comparison;
    let (mut settled, mut waiting) = (Settled::default(), given::given(answers)?);
    let mut remembered = amended.map(given::remembered).unwrap_or_default();
    let schema = session.config.search_path.first().cloned().unwrap_or_default();
    loop {
        let before = settled.decided.len();
        {
            let base = comparison.base()?;
            took_effect(&base, &settled)?;
            let policy = session.config.renames;
            let sides = Sides::of(&base, &comparison.wanted, &schema, policy != Policy::Never);
            remembered = resolve::without_outdated(remembered, &waiting, &sides);
            let rest = resolve::resolve(waiting, &sides, &mut settled)?;
            remembered = resolve::resolve(remembered, &sides, &mut settled)?.into_iter().map(|(one, _)| one).collect();
            if settled.decided.len() == before
                && let Some((one, error)) = rest.first()
            {
                return Err(one.source.place(error.clone()));
            }
            waiting = rest.into_iter().map(|(one, _)| one).collect();
            let touched = touched(&comparison)?;
            let is_touched = |question: &Question| {
                let written = |id: &Id| touched.as_ref().is_none_or(|ids| ids.contains(id));
                written(&question.old) || question.candidates.iter().any(|one| written(&one.new))
            };
            let round = Round { sides: &sides, answers, policy, is_touched: &is_touched, tell: &session.tell };
            if let Some(open) = round.decide(&mut settled, ask.as_deref_mut())? {
                return Ok(Outcome::Open(open));
            }
        }
        if settled.decided.len() == before {
            return Ok(Outcome::Settled(Box::new(comparison), settled));
        }
        comparison = compare_renamed(session, &settled.hints())?;
        comparison.untold().map_or(Ok(()), Err)?;
    }
}

/// Questions between two comparisons.
struct Round<'a> {
    sides: &'a Sides<'a>,
    answers: &'a Answers,
    policy: Policy,
    is_touched: &'a dyn Fn(&Question) -> bool,
    tell: &'a Tell,
}

impl Round<'_> {
    fn open(&self, settled: &Settled) -> Vec<Question> {
        self.sides.open(settled).into_iter().filter(|question| (self.is_touched)(question)).collect()
    }

    /// The questions that are left, if there is nobody to answer them.
    fn decide(&self, settled: &mut Settled, ask: Option<&mut Ask<'_>>) -> Result<Option<Vec<Question>>> {
        if self.answers.nothing_else {
            self.open(settled).iter().for_each(|question| settled.deny(question));
            return Ok(None);
        }
        if self.policy == Policy::WhenCertain {
            self.take_certain(settled);
        }
        let open = self.open(settled);
        if open.is_empty() {
            return Ok(None);
        }
        let Some(ask) = ask else { return Ok(Some(open)) };
        let mut number = 0;
        // an answer about a table may settle those about what is in it
        while let Some(question) = self.open(settled).into_iter().next() {
            number += 1;
            let count = number - 1 + self.open(settled).len();
            match ask(&Asked { question: &question, number, count, sides: self.sides })? {
                Some(candidate) => settled.rename(candidate, Source::Terminal),
                None => settled.deny(&question),
            }
        }
        Ok(None)
    }

    fn take_certain(&self, settled: &mut Settled) {
        for question in self.open(settled) {
            let [only] = question.candidates.as_slice() else { continue };
            if only.certain {
                self.tell.say(&format!("taken for renamed: {}", show::line(only)));
                settled.rename(only.clone(), Source::Certain);
            }
        }
    }
}

/// Whether each answer has done what it says.
fn took_effect(base: &Catalog, settled: &Settled) -> Result<()> {
    let lost = settled.decided.iter().find(|one| !candidates::is_label(&one.new) && base.get(&one.new).is_none());
    match lost {
        None => Ok(()),
        Some(one) => Err(one.source.place(
            Error::new(format!("{} could not be renamed to {}", shown(&one.old), one.new.qualified()))
                .hint("state it with `renamed_from` in the model"),
        )),
    }
}

/// What ends a command that could ask nobody.
pub fn unanswered(questions: &[Question]) -> Error {
    let number = count(questions.len(), "question");
    let mut error = Error::no(format!("{number} without an answer: what goes may only have another name"));
    for question in questions {
        let mut text: Vec<String> = question.candidates.iter().map(show::line).collect();
        text.extend(show::answers(question).into_iter().map(|answer| format!("  {answer}")));
        error = error.detail(text.join("\n"));
    }
    error
        .detail("nothing was written")
        .hint("run it on a terminal, or give it one of these options for each; --no-renames says no to all")
        .hint(
            "`--format json` prints the questions for `--renames FILE`; `renames: never` of autogen.yaml asks nothing",
        )
}
