//! What can be done with a project, from a program of one's own?
//!
//! All that the command line does, which is a caller of this module: it opens a [`Project`], connects to its database, and
//! prints what the [`Session`] answers. Invariant: nothing here prints or asks; what happens on the way goes to a [`Tell`], and
//! questions are values with answers.

pub(crate) mod answers;
mod approve;
pub(crate) mod batch;
mod cache;
mod carried;
pub mod check;
pub mod compare;
pub(crate) mod editors;
pub(crate) mod hooks;
pub mod in_step;
mod models;
pub(crate) mod newly;
mod notice;
mod parts;
mod post_write;
pub mod renames;
pub(crate) mod revision;
pub(crate) mod run;
pub(crate) mod session;
pub mod two_step;
mod two_steps;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use crate::config::{self, Config};
use crate::draft::Draft;
use crate::error::{Error, Result};
use crate::introspect::{self, Live};
use crate::revision::Folder;
use crate::runner::{Progress, Report, Standing};

pub use carried::{Embedded, require_head};
pub use check::{Check, Found, Verdict};
pub use compare::Comparison;
pub use in_step::InStep;
pub use models::Models;
pub use newly::New;
pub use notice::{Notice, Tell};
pub use renames::{Answer, Answers, Ask, Asked, Question};
pub use revision::{Outcome, Writing};
pub use run::{How, Runs, Watching};
pub use session::{Reach, Session};

/// A folder with autogen.yaml, models and revisions.
#[derive(Debug, Clone)]
pub struct Project {
    config: Config,
    models: Models,
    tell: Tell,
}

impl Project {
    /// Opens a project by its folder or by its autogen.yaml, in the environment that AUTOGEN_ENV names.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_in(path, None)
    }

    /// The same in this environment of autogen.yaml.
    pub fn open_in(path: impl AsRef<Path>, environment: Option<&str>) -> Result<Self> {
        let path = path.as_ref();
        let file = if path.is_dir() { path.join(config::FILE) } else { path.to_owned() };
        if !file.exists() {
            return Err(Error::new(format!("there is no {}", file.display()))
                .hint("name the folder of the project, or its autogen.yaml; `autogen init` makes one"));
        }
        Ok(Self::of(Config::load(Some(&file), environment)?))
    }

    /// A project in this folder whose autogen.yaml, if there were one, set nothing.
    pub fn empty(root: impl AsRef<Path>) -> Result<Self> {
        Config::defaults(root.as_ref()).map(Self::of)
    }

    /// A project with these settings.
    pub fn of(config: Config) -> Self {
        Self { config, models: Models::default(), tell: Tell::default() }
    }

    /// Tells of what happens on the way; without it, nobody hears of it.
    #[must_use]
    pub fn telling(mut self, tell: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        self.tell = Tell::new(tell);
        self
    }

    /// Compares with these models in place of the files, [`models!`](crate::models) of the program's own types.
    #[must_use]
    pub fn with_models(mut self, models: Models) -> Self {
        self.models = models;
        self
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// What the models declare.
    pub fn models(&self) -> Result<Draft> {
        self.models.load(&self.config)
    }

    /// The revision files.
    pub fn revisions(&self) -> Result<Folder> {
        session::folder(&self.config)
    }

    /// Connects to the database that autogen.yaml or the environment names, as the command line does: `database:`, else
    /// DATABASE_URL_DIRECT, else DATABASE_URL (each from the environment or `.env`), else libpq's variables, else the
    /// project's own private server, which runs as long as the session lives.
    pub fn connect(&self) -> Result<Session> {
        self.reach(&Reach::default())
    }

    /// Connects to this database, whatever autogen.yaml and the environment say.
    pub fn connect_to(&self, url: &str) -> Result<Session> {
        self.reach(&Reach { url: Some((url.to_owned(), "the address given")), wait: None })
    }

    /// Waits so long for a server that is still starting.
    pub fn connect_within(&self, wait: Duration) -> Result<Session> {
        self.reach(&Reach { url: None, wait: Some(wait) })
    }

    /// What a session is made of.
    pub(crate) fn parts(&self) -> (&Config, &Models) {
        (&self.config, &self.models)
    }

    fn reach(&self, reach: &Reach) -> Result<Session> {
        session::open(self.config.clone(), self.models.clone(), reach, &self.tell).map(Session::kept)
    }
}

impl Session {
    /// What is in the database, as far as the project manages it.
    pub fn introspect(&mut self) -> Result<Live> {
        introspect::introspect(&mut self.client, &self.config.asked(false), || Ok(BTreeSet::new()))
    }

    /// Compares the models with the database.
    pub fn compare(&mut self) -> Result<Comparison> {
        compare::compare(self)
    }

    /// What of the differences may be a rename.
    pub fn questions(&self, comparison: &Comparison) -> Result<Vec<Question>> {
        renames::open_of(comparison, &self.config)
    }

    /// Which revisions are in files and not in the database, in the order in which they would run: `3f2a, add due dates`.
    /// What waits until it is named is not pending.
    pub fn pending(&mut self) -> Result<Vec<String>> {
        let folder = session::folder(&self.config)?;
        let ledger = self.ledger()?;
        Ok(compare::pending(&Standing::of(&folder, &ledger)))
    }

    /// Whether models, revisions and database agree. What was found in step last time is not compared again where nothing
    /// has changed since.
    pub fn check(&mut self) -> Result<Check> {
        check::check(self, false)
    }

    /// The same, whatever is remembered.
    pub fn check_anew(&mut self) -> Result<Check> {
        check::check(self, true)
    }

    /// Writes what differs as a revision. Where something may be a rename, it is written only once that is answered: the
    /// questions are the outcome.
    pub fn write_revision(&mut self, writing: &Writing) -> Result<Outcome> {
        revision::write(self, writing, None)
    }

    /// The same, with somebody who can be asked.
    pub fn write_revision_asking(&mut self, writing: &Writing, ask: Option<&mut Ask<'_>>) -> Result<Outcome> {
        revision::write(self, writing, ask)
    }

    /// Runs what is not applied of the target and what comes before it: `head`, an id, a label, `+1`.
    pub fn upgrade(&mut self, target: &str, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        run::no_range(target)?;
        run::leads_there("upgrade", target)?;
        self.usual_runs()?.upgrade(target, progress)
    }

    /// Undoes what is applied beyond the target: `base`, an id, a label, `-1`.
    pub fn downgrade(&mut self, target: &str, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        run::no_range(target)?;
        run::leads_there("downgrade", target)?;
        self.usual_runs()?.downgrade(target, progress)
    }

    /// Notes that the database stands at these, without running anything.
    pub fn stamp(&mut self, targets: &[String], progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        targets.iter().try_for_each(|target| run::no_range(target))?;
        self.usual_runs()?.stamp(targets, false, progress)
    }

    /// Nobody is asked; whoever hears of the rest hears of rows that are lost, too.
    fn usual_runs(&mut self) -> Result<Runs<'_>> {
        let how = How { tell: self.tell.clone(), ..How::default() };
        Runs::of(self, &how)
    }

    /// For running revisions in another way than usual.
    pub fn runs(&mut self, how: &How) -> Result<Runs<'_>> {
        Runs::of(self, how)
    }
}
