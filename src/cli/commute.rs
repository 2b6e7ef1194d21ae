//! Does it matter which of two branches of revisions runs first?
//!
//! Both orders are run on a private server, there and back, and the catalogs that they lead to are compared. Rows are not: the
//! server has none but those that the revisions write. Invariant: the private server is left without databases and roles of ours.

use std::collections::BTreeSet;

use postgres::{Client, NoTls};

use super::output::Output;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::connect;
use crate::diff::diff;
use crate::embedded::{self, Cluster};
use crate::error::{Error, Result};
use crate::introspect;
use crate::kind::Id;
use crate::name::Ident;
use crate::revision::{Branch, Folder, Stored};
use crate::runner::{self, Options};

/// What of the database matters to statements and stands in none of its revisions.
#[derive(Default)]
pub struct Surroundings {
    roles: Vec<String>,
    major: Option<u32>,
}

impl Surroundings {
    pub fn of(client: &mut Client) -> Self {
        let roles = client.query("SELECT rolname::text FROM pg_catalog.pg_roles ORDER BY 1", &[]).unwrap_or_default();
        let major = client.query_one("SELECT pg_catalog.current_setting('server_version_num')::int4 / 10000", &[]);
        let major = major.ok().and_then(|row| row.try_get::<_, i32>(0).ok()).and_then(|major| major.try_into().ok());
        Self { roles: roles.iter().filter_map(|row| row.try_get(0).ok()).collect(), major }
    }
}

/// Refuses, where the two orders lead to two ends.
pub fn commute(config: &Config, folder: &Folder, branch: &Branch, around: &Surroundings, output: Output) -> Result<()> {
    let stored = |ids: &[String]| ids.iter().filter_map(|id| folder.get(id)).collect::<Vec<&Stored>>();
    let (common, before, moved) = (stored(&branch.common), stored(&branch.before), stored(&branch.moved));
    if before.is_empty() {
        return Ok(());
    }
    output.say("trying both orders on a private server");
    let server = Scratch::open(config, around, &common, output)?;
    let (before, moved) = (server.by_itself(&before)?, server.by_itself(&moved)?);
    let one = server.after(&before, &moved, false)?;
    let other = server.after(&moved, &before, false)?;
    same(&one, &other, "run in the one order and in the other, they lead to two ends")?;
    server.after(&before, &moved, true).and_then(|_| server.after(&moved, &before, true)).map(drop)
}

/// One of the two branches, and what it does where nothing of the other has run.
struct Part<'a> {
    files: Vec<&'a Stored>,
    reached: Catalog,
    /// Its downgrades undo what its upgrades do.
    leads_back: bool,
}

/// A server of our own for the time of a trial, with a database in which all has run that both branches stand on.
struct Scratch<'a> {
    config: &'a Config,
    cluster: Cluster,
    roles: Vec<String>,
    common: Vec<&'a Stored>,
    base: Catalog,
}

const COMMON: &str = "autogen_common";
const TRIAL: &str = "autogen_trial";

impl<'a> Scratch<'a> {
    fn open(config: &'a Config, around: &Surroundings, common: &[&'a Stored], output: Output) -> Result<Self> {
        let say = &mut |line: &str| output.say(line);
        let binaries = embedded::find_and_say(around.major, say).map_err(|error| untried(&error))?;
        let home = config.root.join(".autogen").join("trial");
        let cluster = Cluster::open(&home, &binaries).map_err(|error| untried(&error))?;
        let (roles, base) = (vec!["postgres".to_owned()], Catalog::default());
        let mut scratch = Self { config, cluster, roles, common: Vec::new(), base };
        // a trial that was killed has left its own behind
        scratch.clear()?;
        let mut client = scratch.connect("postgres")?;
        for role in around.roles.iter().filter(|role| !role.starts_with("pg_") && *role != "postgres") {
            execute(&mut client, &format!("CREATE ROLE {}", ident(role)?))?;
        }
        execute(&mut client, &format!("CREATE DATABASE {COMMON} TEMPLATE template0"))?;
        let mut order = Order { config, client: scratch.connect(COMMON)?, ran: Vec::new() };
        order.run(common).map_err(|error| cannot_run(&error, "what both stand on"))?;
        scratch.base = order.catalog()?;
        scratch.roles = roles_of(&mut client)?;
        scratch.common = common.to_vec();
        Ok(scratch)
    }

    /// Runs a trial where only what both stand on has run, and leaves nothing of it.
    fn trial<T>(&self, run: impl FnOnce(&mut Order<'a>) -> Result<T>) -> Result<T> {
        let mut client = self.connect("postgres")?;
        execute(&mut client, &format!("CREATE DATABASE {TRIAL} TEMPLATE {COMMON}"))?;
        let client = self.connect(TRIAL)?;
        let mut order = Order { config: self.config, client, ran: self.common.clone() };
        let ended = run(&mut order);
        drop(order);
        self.drop_database(TRIAL)?;
        ended
    }

    fn by_itself(&self, files: &[&'a Stored]) -> Result<Part<'a>> {
        self.trial(|order| {
            order.run(files).map_err(|error| cannot_run(&error, &format!("{} by itself", called(files))))?;
            let reached = order.catalog()?;
            let undone = files.iter().all(|file| has_way_back(file)) && order.undo(files.len()).is_ok();
            let leads_back = undone && order.catalog()? == self.base;
            Ok(Part { files: files.to_vec(), reached, leads_back })
        })
    }

    /// The catalog after both. With `undo`, they are undone again too, as far as each of them can be.
    fn after(&self, first: &Part<'a>, second: &Part<'a>, undo: bool) -> Result<Catalog> {
        self.trial(|order| {
            let failed = |error: Error, what: &str| apart(&second.files, &first.files, what).detail(plain(&error));
            let then = |error: Error| failed(error, "does not run after");
            order.run(&first.files).and_then(|()| order.run(&second.files)).map_err(then)?;
            let reached = order.catalog()?;
            let ends = "undone in the one order and in the other, they lead to two ends";
            if undo && second.leads_back {
                order.undo(second.files.len()).map_err(|error| failed(error, "cannot be undone after"))?;
                same(&order.catalog()?, &first.reached, ends)?;
            }
            if undo && second.leads_back && first.leads_back {
                order.undo(first.files.len()).map_err(|error| failed(error, "cannot be undone before"))?;
                same(&order.catalog()?, &self.base, ends)?;
            }
            Ok(reached)
        })
    }

    fn connect(&self, database: &str) -> Result<Client> {
        let failed = |cause| untried(&connect::server_error("cannot connect to the private server", &cause));
        let mut client = self.cluster.config(database).connect(NoTls).map_err(failed)?;
        execute(&mut client, &connect::pin(&self.config.search_path))?;
        Ok(client)
    }

    /// Roles are the whole server's, so what one order makes would be in the way of the other.
    fn drop_database(&self, name: &str) -> Result<()> {
        let mut client = self.connect("postgres")?;
        execute(&mut client, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", ident(name)?))?;
        for role in roles_of(&mut client)?.iter().filter(|role| !self.roles.contains(role)) {
            let role = ident(role)?;
            execute(&mut client, &format!("DROP OWNED BY {role}; DROP ROLE {role}"))?;
        }
        Ok(())
    }

    fn clear(&self) -> Result<()> {
        [TRIAL, COMMON].into_iter().try_for_each(|name| self.drop_database(name))
    }
}

impl Drop for Scratch<'_> {
    fn drop(&mut self) {
        self.roles = vec!["postgres".to_owned()];
        let _ = self.clear();
    }
}

/// All but those that every server has.
fn roles_of(client: &mut Client) -> Result<Vec<String>> {
    let query = "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname !~ '^pg_' ORDER BY 1";
    let rows = client.query(query, &[]).map_err(|cause| connect::server_error("cannot read the roles", &cause))?;
    Ok(rows.iter().filter_map(|row| row.try_get(0).ok()).collect())
}

fn ident(name: &str) -> Result<Ident> {
    Ident::checked(name).map_err(|why| Error::new(format!("{name} is no name: {why}")))
}

fn execute(client: &mut Client, sql: &str) -> Result<()> {
    client.batch_execute(sql).map_err(|cause| connect::server_error("the private server refused", &cause))
}

fn untried(error: &Error) -> Error {
    let hints = error.hints().iter().cloned();
    let untried = Error::new("whether the two branches commute cannot be tried without a private PostgreSQL")
        .detail(error.message().to_owned());
    let untried = hints.fold(untried, Error::hint);
    untried.hint("`autogen merge heads` brings them together without a trial")
}

/// One database, in which revisions run in one order.
struct Order<'a> {
    config: &'a Config,
    client: Client,
    ran: Vec<&'a Stored>,
}

impl<'a> Order<'a> {
    fn catalog(&mut self) -> Result<Catalog> {
        introspect::whole(&mut self.client)
    }

    fn run(&mut self, files: &[&'a Stored]) -> Result<()> {
        self.ran.extend(files);
        let Some(last) = self.ran.last().filter(|_| !files.is_empty()) else { return Ok(()) };
        let options = self.options();
        runner::upgrade(&mut self.client, &Folder::line(&self.ran)?, last.id(), &options, &mut |_| ()).map(drop)
    }

    /// Takes the last ones back.
    fn undo(&mut self, count: usize) -> Result<()> {
        let kept = self.ran.len() - count;
        let target = self.ran[..kept].last().map_or("base", |file| file.id());
        let options = self.options();
        runner::downgrade(&mut self.client, &Folder::line(&self.ran)?, target, &options, &mut |_| ())?;
        self.ran.truncate(kept);
        Ok(())
    }

    fn options(&self) -> Options {
        Options::new(connect::pin(&self.config.search_path))
    }
}

/// A revision that does nothing needs no way back.
fn has_way_back(file: &Stored) -> bool {
    let says = |script: &crate::revision::Script| script.steps(&file.path).is_ok_and(|steps| !steps.is_empty());
    says(&file.revision.downgrade) || !says(&file.revision.upgrade)
}

fn cannot_run(error: &Error, what: &str) -> Error {
    Error::new(format!("whether the two branches commute cannot be told: {what} does not run on the private server"))
        .detail(plain(error))
        .hint("give the private server what the revision needs (an extension, say), or use `autogen merge heads`")
}

fn plain(error: &Error) -> String {
    let mut text = error.message().to_owned();
    if let Some(place) = error.place() {
        text.push_str(&format!("\nat {place}"));
    }
    text
}

/// `the branch of 3f2a`
fn called(files: &[&Stored]) -> String {
    let first = files.first().map(|file| file.id()).unwrap_or_default();
    if files.len() == 1 { first.to_owned() } else { format!("the branch of {first}") }
}

fn apart(part: &[&Stored], other: &[&Stored], what: &str) -> Error {
    Error::no(format!("the two branches do not commute: {} {what} {}", called(part), called(other))).hint(MERGE)
}

const MERGE: &str = "correct the files so that the order does not matter; `autogen merge heads` keeps both as they are, for databases \
     that run them in the order that works";

/// So many differences are named.
const NAMED: usize = 10;

fn same(one: &Catalog, other: &Catalog, why: &str) -> Result<()> {
    let ids: BTreeSet<Id> = diff(one, other).iter().map(|change| change.subject().id()).collect();
    // who owns it is no news where the whole of it differs
    let alone = |id: &&Id| id.on.as_deref().is_none_or(|on| !ids.contains(on));
    let mut differ: Vec<String> = ids.iter().filter(alone).map(Id::to_string).collect();
    let unmodelled = |catalog: &Catalog| catalog.notes.unmodelled.iter().cloned().collect::<BTreeSet<_>>();
    differ.extend(unmodelled(one).symmetric_difference(&unmodelled(other)).map(|thing| thing.what.clone()));
    if differ.is_empty() {
        return Ok(());
    }
    let more = differ.len().saturating_sub(NAMED);
    differ.truncate(NAMED);
    differ.extend((more > 0).then(|| format!("and {more} more")));
    let error = Error::no(format!("the two branches do not commute: {why}"));
    Err(error.detail(format!("what differs: {}", differ.join(", "))).hint(MERGE))
}
