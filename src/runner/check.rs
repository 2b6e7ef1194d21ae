//! What is there to run, and is all of it sound?
//!
//! Invariant: when [`prepare`] succeeds, every file on the way has been read whole, holds nothing that the runner refuses,
//! and agrees with what the bookkeeping says of it; nothing has been written to the database.

use postgres::Client;
use sha2::{Digest, Sha256};

use crate::error::{Error, Place, Result};
use crate::hex::hex;
use crate::revision::{Folder, Statement, Step, Stored};

use super::kept::Fits;
use super::ledger::{Begun, Ledger, Mark};
use super::standing::Standing;
use super::{Direction, Options, Progress, waiting};

/// One revision to run.
pub(super) struct Job<'f> {
    pub file: &'f Stored,
    pub direction: Direction,
    pub steps: Vec<Step>,
    /// Which texts the bookkeeping can hold.
    pub fits: Fits,
    /// What an earlier run has begun of it, in the order of steps.
    pub begun: Vec<Begun>,
}

impl Job<'_> {
    pub fn id(&self) -> &str {
        self.file.id()
    }

    /// Whether its steps are recorded one by one. Else all of it is one transaction.
    pub fn is_stepwise(&self) -> bool {
        !self.begun.is_empty() || self.steps.iter().any(|step| !step.transaction)
    }

    pub fn begun_step(&self, step: usize) -> Option<&Begun> {
        self.begun.iter().find(|begun| begun.step == step + 1)
    }

    pub fn place(&self, statement: &Statement) -> Place {
        Place::new(&self.file.path, statement.line, statement.column)
    }
}

/// `sha256:…` over these statements; line ends are a matter of the checkout.
pub(super) fn hash(statements: &[Statement]) -> String {
    let mut hash = Sha256::new();
    for statement in statements {
        let sql = statement.sql.replace("\r\n", "\n");
        hash.update(format!("{}\n{sql}\n", sql.len()));
    }
    format!("sha256:{}", hex(hash.finalize()))
}

/// That `done` statements of the step have ended, and whether the next one is about to begin.
pub(super) fn noted<'a>(job: &'a Job<'_>, at: usize, done: usize, next: bool) -> Mark<'a> {
    Mark {
        revision: job.id(),
        direction: job.direction,
        step: at + 1,
        done,
        running: next.then_some(done + 1),
        hash: hash(&job.steps[at].statements[..done]),
        finished: false,
    }
}

pub(super) struct Prepared<'f> {
    pub ledger: Ledger,
    pub jobs: Vec<Job<'f>>,
    pub from: Vec<String>,
    /// Files that are to be remembered as they are now.
    pub changed: Vec<&'f Stored>,
}

pub(super) fn prepare<'f>(
    client: &mut Client,
    folder: &'f Folder,
    target: &str,
    direction: Direction,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Prepared<'f>> {
    let ledger = Ledger::read(client)?;
    let standing = Standing::of(folder, &ledger);
    if let Some(error) = standing.refusal(direction, options) {
        return Err(error);
    }
    let changed = standing.changed.iter().map(|(_, file)| *file).collect();
    let from = folder.heads_of(ledger.applied());
    let applied = ledger.applied();
    let files = match direction {
        Direction::Upgrade => {
            let files = folder.upgrade_path(applied, &folder.resolve(target, &from)?)?;
            waiting::let_go(folder, files, target)?
        }
        Direction::Downgrade => folder.downgrade_path(applied, &folder.resolve_down(target, applied)?)?,
    };
    if direction == Direction::Upgrade {
        let ran = |id: &String| applied.contains(id) || files.iter().any(|file| file.id() == id);
        let left =
            standing.waiting.iter().filter(|file| !ran(&file.revision.id) && file.revision.parents.iter().all(ran));
        left.for_each(|file| progress(Progress::Warning(waiting::waits(file))));
    }
    check_half_done(folder, &ledger, &files, direction)?;
    let mut jobs = files.into_iter().map(|file| job(file, direction, ledger.begun())).collect::<Result<Vec<_>>>()?;
    if !jobs.is_empty() {
        let fits = Fits::of(client)?;
        jobs.iter_mut().for_each(|job| job.fits = fits);
    }
    for job in jobs.iter().filter(|job| direction == Direction::Downgrade && job.steps.is_empty()) {
        if !job.file.revision.upgrade.steps(&job.file.path)?.is_empty() {
            let path = job.file.path.display();
            progress(Progress::Warning(format!("the downgrade of {} holds no statement ({path})", job.id())));
        }
    }
    Ok(Prepared { ledger, jobs, from, changed })
}

/// A revision that is half done comes first, and in the direction in which it was begun.
fn check_half_done(folder: &Folder, ledger: &Ledger, files: &[&Stored], direction: Direction) -> Result<()> {
    let Some(begun) = ledger.begun().first() else { return Ok(()) };
    let (id, began) = (&begun.revision, begun.direction);
    let what = match began {
        Direction::Upgrade => "half applied",
        Direction::Downgrade => "half undone",
    };
    let since = format!("its {began} began {} and has not ended", begun.started_at);
    let stamp = "or undo by hand what was done, and `autogen stamp` the revision that the database is at then";
    let Some(file) = folder.get(id) else {
        return Err(Error::new(format!("revision {id} is {what}, and no file holds it"))
            .detail(since)
            .hint(format!("get its file back, {stamp}")));
    };
    if began == direction && files.first().is_some_and(|first| first.id() == id) {
        return Ok(());
    }
    let finish = match (began, file.revision.parents.as_slice()) {
        (Direction::Upgrade, _) => format!("autogen upgrade {id}"),
        (Direction::Downgrade, [parent]) => format!("autogen downgrade {parent}"),
        (Direction::Downgrade, []) => "autogen downgrade base".into(),
        (Direction::Downgrade, _) => format!("autogen downgrade {id}-1"),
    };
    Err(Error::new(format!("revision {id} is {what}"))
        .at(Place::new(&file.path, 1, 1))
        .detail(since)
        .hint(format!("`{finish}` goes on with it; {stamp}")))
}

pub(super) fn job<'f>(file: &'f Stored, direction: Direction, begun: &[Begun]) -> Result<Job<'f>> {
    let script = match direction {
        Direction::Upgrade => &file.revision.upgrade,
        Direction::Downgrade => &file.revision.downgrade,
    };
    script.check(&file.path)?;
    let steps = script.steps(&file.path)?;
    let begun: Vec<Begun> = begun.iter().filter(|begun| begun.revision == file.id()).cloned().collect();
    let job = Job { file, direction, steps, fits: Fits::All, begun };
    job.begun.iter().try_for_each(|begun| check_unchanged(&job, begun))?;
    Ok(job)
}

/// What has been done of a step must still be what the file says.
fn check_unchanged(job: &Job<'_>, begun: &Begun) -> Result<()> {
    let step = begun.step.checked_sub(1).and_then(|at| job.steps.get(at));
    let done = step.and_then(|step| step.statements.get(..begun.done));
    let same = done.is_some_and(|done| hash(done) == begun.hash);
    let whole = !begun.finished || step.is_some_and(|step| step.statements.len() == begun.done);
    if same && whole {
        return Ok(());
    }
    let line = step.and_then(|step| step.statements.first()).map_or(1, |statement| statement.line);
    Err(Error::new(format!(
        "step {} of {} was changed after an earlier run had done {}",
        begun.step,
        job.id(),
        if begun.finished { "it".into() } else { format!("{} of its statements", begun.done) }
    ))
    .at(Place::new(&job.file.path, line, 1))
    .detail(format!("that run began the step {}; the revision is not whole since then", begun.started_at))
    .hint("take the change back and run this again; what has to change after all can go into a revision of its own"))
}
