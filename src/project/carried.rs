//! How does a program that carries its revisions bring a database up to them?
//!
//! [`embed!`](crate::embed) reads the files where the program is compiled, and all else is the runner's: its lock, its checks, its
//! books. Invariant: a program and the command line, given the same files, do the same to a database and refuse the same.

use postgres::Client;

use super::compare::{not_at_head, pending};
use crate::connect;
use crate::error::{Error, Result};
use crate::revision::{self, Folder, Stored};
use crate::runner::{self, Direction, Ledger, Options, Progress, Report, Standing};

/// The revision files of a folder, inside the program.
///
/// ```
/// static REVISIONS: autogen::Embedded = autogen::embed!("examples/shop/revisions");
///
/// # let database = autogen::testing::database()?;
/// # let mut client = database.connect()?;
/// REVISIONS.upgrade(&mut client, &mut |progress| println!("{progress:?}"))?;
/// autogen::require_head(&mut client)?;
/// # Ok::<(), autogen::Error>(())
/// ```
///
/// # A file that is new
/// Cargo sees a change of a file that is there. To have it look at the folder too, give the package a `build.rs` whose `main` says so:
///
/// ```
/// println!("cargo::rerun-if-changed=revisions");
/// ```
///
/// # The connection
/// Use one of its own, as the role that is to own what is made, and not one that goes through a transaction pooler: a lock taken
/// through such a pooler does not hold. The runner makes its own settings and resets all of them when it is done. A program that
/// is asynchronous gives this a thread (`spawn_blocking` of tokio).
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// As `embed!` names it.
    folder: &'static str,
    /// Path and text of each.
    files: &'static [(&'static str, &'static str)],
    search_path: &'static [&'static str],
}

inventory::collect!(Embedded);

impl Embedded {
    #[doc(hidden)]
    pub const fn of(folder: &'static str, files: &'static [(&'static str, &'static str)]) -> Self {
        Self { folder, files, search_path: &["public"] }
    }

    /// Runs them under this search path, as `search_path:` of autogen.yaml has it for the command line; without it, `public`.
    #[must_use]
    pub const fn search_path(mut self, schemas: &'static [&'static str]) -> Self {
        self.search_path = schemas;
        self
    }

    /// All of them, as they are read from files.
    pub fn revisions(&self) -> Result<Folder> {
        let read = |(path, text): &(&str, &str)| {
            let revision = revision::parse(path.as_ref(), text)?;
            Ok(Stored { path: path.into(), text: (*text).to_owned(), revision })
        };
        Folder::new(self.files.iter().map(read).collect::<Result<Vec<_>>>()?)
    }

    /// Runs what the database has not applied, up to the head; another program that does the same is waited for. Nothing to do
    /// is no error, and what waits until it is named goes on waiting.
    pub fn upgrade(&self, client: &mut Client, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        self.upgrade_to("head", client, progress)
    }

    /// The same up to another target: an id, a label, `heads`.
    pub fn upgrade_to(&self, target: &str, client: &mut Client, progress: &mut dyn FnMut(Progress)) -> Result<Report> {
        let path: Vec<String> = self.search_path.iter().map(|schema| (*schema).to_owned()).collect();
        self.upgrade_with(target, client, &Options::new(connect::pin(&path)), progress)
    }

    /// The same in another way than usual.
    pub fn upgrade_with(
        &self,
        target: &str,
        client: &mut Client,
        options: &Options,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Report> {
        let folder = self.revisions()?;
        if folder.is_empty() {
            return Ok(Report::default());
        }
        let report = runner::upgrade(client, &folder, target, options, progress);
        // the settings of the revisions are not those of whoever goes on with the connection
        let reset = client.batch_execute("RESET ALL");
        let report = report?;
        reset.map_err(|cause| connect::server_error("cannot reset the settings of the connection", &cause))?;
        Ok(report)
    }

    /// Fails with the names of what is pending. What waits until it is named is not pending, and a database that has more
    /// applied than this program knows is at head: an older program goes on while a newer one is brought out.
    pub fn require_head(&self, client: &mut Client) -> Result<()> {
        let folder = self.revisions()?;
        let ledger = Ledger::read(client)?;
        let pending = pending(&Standing::of(&folder, &ledger));
        let half_undone = |file: &&Stored| {
            let half = |begun: &runner::Begun| begun.revision == file.id() && begun.direction == Direction::Downgrade;
            ledger.begun().iter().any(half)
        };
        let undone = folder.iter().find(half_undone);
        if let Some(file) = undone {
            return Err(Error::no(format!("revision {} is half undone", file.id()))
                .hint("`autogen status` shows how far; `autogen downgrade` goes on with it"));
        }
        if pending.is_empty() {
            return Ok(());
        }
        Err(not_at_head(pending)
            .hint("run `autogen upgrade head` before the program starts, or have it call `upgrade` of what it embeds"))
    }
}

/// Fails unless the database has applied all revisions that this program embeds, with the names of those that it has not; see
/// [`Embedded::require_head`]. For programs that embed one set of revisions.
///
/// ```
/// # static REVISIONS: autogen::Embedded = autogen::embed!("examples/shop/revisions");
/// # let database = autogen::testing::database()?;
/// # let mut client = database.connect()?;
/// let pending = autogen::require_head(&mut client).unwrap_err();
/// assert_eq!(pending.message(), "the database is not at head: 2 revisions pending");
/// # Ok::<(), autogen::Error>(())
/// ```
pub fn require_head(client: &mut Client) -> Result<()> {
    let mut all: Vec<&Embedded> = inventory::iter::<Embedded>.into_iter().collect();
    all.sort_by_key(|embedded| embedded.folder);
    all.dedup_by_key(|embedded| (embedded.folder, embedded.files));
    match all.as_slice() {
        [] => Err(Error::new("this program embeds no revisions").hint(
            "write `static REVISIONS: autogen::Embedded = autogen::embed!(\"revisions\");` with the folder of the revision files",
        )),
        [only] => only.require_head(client),
        several => Err(Error::new(format!("this program embeds {} sets of revisions", several.len()))
            .detail(several.iter().map(|embedded| embedded.folder).collect::<Vec<_>>().join("\n"))
            .hint("say which: `REVISIONS.require_head(&mut client)` of the one that is for this database")),
    }
}
