//! How does a database that was there first become the beginning of a line of revisions?
//!
//! A baseline is the revision that would create it from nothing, noted as applied where it was taken from. Invariant: its file
//! and its row come to be together, or neither does; nothing else of the database is touched.

use std::collections::{BTreeMap, BTreeSet};

use super::args::{Global, Revision as Args};
use super::newly;
use super::output::Output;
use super::run::Run;
use super::session::{self, Session};
use crate::catalog::{Catalog, Notes};
use crate::error::{Error, Result};
use crate::intent::Intent;
use crate::introspect;
use crate::kind::{Aspect, Managed};
use crate::model;
use crate::ours;
use crate::plan;
use crate::project::New;
use crate::project::batch::Batch;
use crate::render;
use crate::revision::{self, Entry, Folder, Script, Stored};
use crate::runner;
use crate::sql::Sql;

/// `autogen revision --baseline`
pub fn revision(global: &Global, args: &Args, output: Output) -> Result<u8> {
    if args.new.message.is_empty() && args.new.message_file.is_none() {
        return Err(newly::no_message());
    }
    let new = newly::meant(&args.new)?;
    let mut run = Run::open(global, output)?;
    let session = &mut run.session;
    let _alone = newly::alone(&session.config, &output.tell());
    let folder = no_revisions(session)?;
    let contents = match args.empty {
        true => Contents::nothing(),
        false => {
            let live = live(session)?;
            output.unmodelled(&live.notes.unmodelled);
            Contents::of(live, &session.config.managed)?
        }
    };
    let stored = contents.stored(session, &folder, &new)?;
    let mut batch = Batch::default();
    note(&mut run, &stored, &mut |stored| file(&mut batch, stored))?;
    batch.keep();
    output.result(&session::shown(&run.session, &stored.path));
    output.say(&format!("the database is at {}, and nothing was run", stored.id()));
    Ok(0)
}

/// Refuses a project that has revisions, and a database that has applied some.
pub fn no_revisions(session: &mut Session) -> Result<Folder> {
    let folder = session::folder(&session.config)?;
    if let Some(file) = folder.history().last() {
        return Err(Error::no("there are revisions already, and a baseline is a project's first")
            .detail(file.path.display().to_string())
            .hint(
                "`autogen stamp` says that a database stands at a revision that is there; or move these files away",
            ));
    }
    runner::no_books(&session.ledger()?)?;
    Ok(folder)
}

/// What is there, as models would declare it.
pub fn live(session: &mut Session) -> Result<Catalog> {
    let config = &session.config;
    // what the models say of partitions holds here too, where there are models
    let unmanaged = || match config.models.is_dir() {
        true => model::load(config).map(|draft| draft.unmanaged_tables()),
        false => Ok(BTreeSet::new()),
    };
    let live = introspect::introspect(&mut session.client, &config.asked(false), unmanaged)?;
    let mut catalog = ours::without_spared(live.catalog);
    catalog.notes.keeps_gifts = !config.managed.has(Aspect::Privileges);
    // whoever owns what is always there is no beginning
    if catalog.objects().values().all(|object| object.aspect().is_some()) {
        return Err(Error::no(format!("there is nothing to begin with in {}", session.address.describe())).hint(
            "if this is the wrong database, name another with --database-url; if not, begin with models and `autogen revision -m …`",
        ));
    }
    Ok(catalog)
}

/// What the file of a baseline holds.
pub struct Contents {
    pub summary: Vec<String>,
    upgrade: Script,
    downgrade: Script,
}

impl Contents {
    /// No statement in either direction.
    fn nothing() -> Self {
        let nothing =
            || Script::new("\n-- nothing to do: what the database held before is where these revisions begin\n\n");
        let summary = vec!["baseline without statements: the database has to be there already".to_owned()];
        Self { summary, upgrade: nothing(), downgrade: nothing() }
    }

    /// The way from nothing to what is there, and back.
    pub fn of(live: Catalog, managed: &Managed) -> Result<Self> {
        let (mut objects, externals, notes) = live.into_parts();
        // whoever owns what here may be nobody elsewhere
        objects.retain(|_, object| object.aspect().is_none_or(|aspect| managed.has(aspect)));
        if !managed.has(Aspect::Owners) {
            objects.values_mut().for_each(|object| object.held_by(&|_, _| None));
        }
        let live = &Catalog::close(objects, externals, notes);
        let notes = Notes { keeps_gifts: live.notes.keeps_gifts, ..Notes::default() };
        let before = Catalog::close(BTreeMap::new(), live.externals().clone(), notes);
        let up = plan::plan(&before, live, &Intent::default())?;
        let mut summary = vec!["baseline: what the database held when autogen came to it".to_owned()];
        let downgrade = match plan::plan(live, &before, &Intent::default()) {
            Ok(down) => {
                summary.extend(render::summary(&up, &down, live));
                Script::compose(&render::entries(&down))
            }
            Err(why) => {
                summary.push(format!("upgrade: {}", render::counts(&up)));
                summary.push(format!("downgrade: refused: {}", why.message()));
                refusing(&why)
            }
        };
        let unmodelled = live.notes.unmodelled.iter();
        summary.extend(unmodelled.map(|thing| format!("not modelled, and not in this file: {thing}")));
        Ok(Self { summary, upgrade: Script::compose(&render::entries(&up)), downgrade })
    }

    /// As a revision of this project that is not written yet.
    pub fn stored(self, session: &Session, folder: &Folder, new: &New) -> Result<Stored> {
        let mut revision = newly::skeleton(&session.config, folder, Vec::new(), Vec::new(), new)?;
        (revision.summary, revision.upgrade, revision.downgrade) = (self.summary, self.upgrade, self.downgrade);
        revision.fingerprint = revision::fingerprint(&revision);
        let path = newly::path_of(&session.config, folder, &revision, new)?;
        let text = newly::checked(&session.config, &path, folder, &revision)?;
        // the template of the project may have put statements of its own around
        let revision = revision::parse(&path, &text)?;
        Ok(Stored { path, text, revision })
    }
}

/// What fails, in place of a way back that would not lead there.
fn refusing(why: &Error) -> Script {
    let message = format!("the baseline cannot be taken back: {}", why.message());
    let raise = Sql::new().kw("BEGIN RAISE EXCEPTION '%',").literal(&message).kw("; END").to_string();
    let sql = Sql::new().kw("DO LANGUAGE plpgsql").dollar_quoted(&raise).to_string();
    Script::compose(&[Entry { comments: vec![message], sql, transaction: true, batch: None }])
}

/// Notes the baseline as applied; what `files` writes is there when that is committed.
pub fn note(run: &mut Run, stored: &Stored, files: &mut dyn FnMut(&Stored) -> Result<()>) -> Result<()> {
    let Run { session, options, teller, .. } = run;
    runner::baseline(&mut session.client, stored, options, files, &mut |progress| teller.tell(progress))
}

pub fn file(batch: &mut Batch, stored: &Stored) -> Result<()> {
    batch.folder(stored.path.parent().unwrap_or(&stored.path))?;
    batch.file(&stored.path, &stored.text)
}
