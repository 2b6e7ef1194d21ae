//! What differs between the models and the live database?

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::collections::{BTreeMap, BTreeSet};

use postgres::Client;
use serde_json::{Value, json};

use super::answers;
use super::models::Models;
use super::renames;
use super::session::Session;
use super::two_step;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::draft::{Draft, RenameHint};
use crate::error::{Error, Place, Result};
use crate::intent::{Intent, circles};
use crate::introspect::{self, Live};
use crate::kind::{Id, Pair, Renames, Space};
use crate::name::Ident;
use crate::normal::{self, Known, Remembering, Twins, Unknown, Wanted};
use crate::ours::{self, LeftOut};
use crate::plan::{self, Plan};
use crate::render;
use crate::revision::{Script, Stored};
use crate::runner::Standing;

/// Models and database, compared.
#[derive(Debug)]
pub struct Comparison {
    pub live: Live,
    pub wanted: Catalog,
    pub intent: Intent,
    pub unknowns: Vec<Unknown>,
    pub upgrade: Plan,
    /// How many model files there are.
    pub files: usize,
    /// What models declare and a rule leaves out.
    pub left_out: Vec<LeftOut>,
    /// What comes after the upgrade, in a revision that waits.
    pub second: Option<Second>,
}

/// Where the second revision of a change in two steps leads.
#[derive(Debug)]
pub struct Second {
    pub wanted: Catalog,
    /// What it takes away.
    pub waits: String,
    /// The names that it gives, and where the models have them.
    pub names: (Renames, BTreeMap<Id, Place>),
}

pub fn compare(session: &mut Session) -> Result<Comparison> {
    compare_as(session, &[], false, true)
}

/// With renames that no model states, and that have no place in one.
pub fn compare_renamed(session: &mut Session, hints: &[RenameHint]) -> Result<Comparison> {
    let mut comparison = compare_as(session, hints, false, true)?;
    let stated = |place: &Place| hints.iter().any(|hint| hint.place == *place);
    comparison.intent.places.retain(|_, place| !stated(place));
    for op in comparison.upgrade.statements.iter_mut().flat_map(|statement| &mut statement.ops) {
        op.place = op.place.take().filter(|place| !stated(place));
    }
    Ok(comparison)
}

/// The changes as such, each once: how they would be made is no difference.
pub fn compare_plainly(session: &mut Session) -> Result<Comparison> {
    compare_as(session, &[], false, false)
}

/// With `members`, what is left out has the members of extensions too.
pub fn compare_and_name(session: &mut Session, members: bool) -> Result<Comparison> {
    compare_as(session, &[], members, true)
}

fn compare_as(session: &mut Session, hints: &[RenameHint], members: bool, online: bool) -> Result<Comparison> {
    let (config, models, client) = (&session.config, &session.models, &mut session.client);
    let (mut draft, mut known, mut live) = read((config, models), client, hints, members)?;
    let (apart, in_step) = two_step::apart(&draft.two_steps, std::mem::take(&mut live.catalog));
    live.catalog = apart;
    let between = between(&draft, in_step, session)?;
    let forgotten = forget(&mut draft, &between.passed);
    let files = draft.files;
    let mut found = against(draft, &live, &between, session, &mut known, online);
    // what is only remembered is no ground for a difference
    if known.was_used() && !found.as_ref().is_ok_and(|found| found.upgrade.statements.is_empty()) {
        known.forget();
        let mut draft = load((&session.config, &session.models), hints)?;
        forget(&mut draft, &between.passed);
        found = against(draft, &live, &between, session, &mut known, online);
    }
    if session.remembers {
        answers::keep(&session.config.root, &known);
    }
    let Found { wanted: Wanted { catalog: wanted, unknowns }, spared, mut intent, upgrade, left_out, second } = found?;
    intent.inert.extend(forgotten);
    live.catalog = spared.unwrap_or(live.catalog);
    Ok(Comparison { live, wanted, intent, unknowns, upgrade, files, left_out, second })
}

struct Found {
    wanted: Wanted,
    /// The live catalog, where something in it is spared.
    spared: Option<Catalog>,
    intent: Intent,
    upgrade: Plan,
    left_out: Vec<LeftOut>,
    second: Option<Second>,
}

/// What is known of changes that go through several revisions.
struct Between {
    in_step: BTreeSet<Pair>,
    /// What revisions take away that wait.
    waits: Vec<String>,
    /// Renames that applied revisions have made and that the database does not show.
    passed: BTreeSet<String>,
}

/// Columns in step wait for a revision, and names that pass in a circle have passed by one: only there are the revisions asked.
fn between(draft: &Draft, in_step: BTreeSet<Pair>, session: &mut Session) -> Result<Between> {
    if in_step.is_empty() && circles(draft.renames.iter()).is_empty() {
        return Ok(Between { in_step, waits: Vec::new(), passed: BTreeSet::new() });
    }
    let folder = super::session::folder(&session.config)?;
    let ledger = session.ledger()?;
    let Standing { pending, waiting, .. } = Standing::of(&folder, &ledger);
    let is_open = |stored: &Stored| pending.iter().chain(&waiting).any(|open| open.id() == stored.id());
    let passed = folder.iter().filter(|stored| !is_open(stored)).flat_map(|stored| stored.revision.renames.clone());
    let waits = waiting.iter().flat_map(|file| file.revision.waits.split(", ")).map(str::to_owned);
    Ok(Between { in_step, waits: waits.collect(), passed: passed.collect() })
}

fn against(
    mut draft: Draft,
    live: &Live,
    between: &Between,
    session: &mut Session,
    known: &mut Known,
    online: bool,
) -> Result<Found> {
    let rules = &session.config.rules.of(&live.server.extensions);
    let hints = std::mem::take(&mut draft.two_steps);
    let left_out = ours::sift(&mut draft, rules, &live.catalog.notes.left_out)?;
    renamed_from_what_is_read(&draft, &session.config)?;
    let mut intent = Intent::of(&draft, &live.catalog)?;
    if session.config.names_follow {
        intent = intent.followed(&draft, &live.catalog, &session.config.naming, live.server.major);
    }
    let (renamed, _) = intent.rename(&live.catalog);
    let after_renames = match renamed {
        Cow::Borrowed(_) => Cow::Borrowed(live),
        Cow::Owned(catalog) => Cow::Owned(Live { catalog, server: live.server.clone() }),
    };
    let path = &session.config.search_path;
    let mut twins = Twins::new(&mut session.client, path);
    let mut asker = Remembering::new(&mut twins, known, &after_renames, path);
    let mut wanted = normal::normal(draft, &after_renames, path, &mut asker)?;
    let mut intent = match online {
        true => intent.online(&session.config.online, &wanted.catalog),
        false => intent.once(&wanted.catalog),
    };
    let ground = two_step::Ground {
        live: &after_renames.catalog,
        before: &live.catalog,
        wanted: &wanted.catalog,
        in_step: &between.in_step,
        waits: &between.waits,
        casts: &live.server.casts,
        major: live.server.major,
    };
    let steps = two_step::Steps::of(&hints, &ground)?;
    let second = steps.second(&wanted.catalog, &after_renames.catalog)?;
    let names = steps.names(&wanted.catalog);
    let second = second.map(|wanted| Second { wanted, waits: steps.waits(), names });
    let (left, places) = steps.names_left(&wanted.catalog);
    intent.renames.then(&left);
    intent.places.extend(places);
    wanted.catalog = steps.first(wanted.catalog, &after_renames.catalog)?;
    intent.online.backfills.extend(steps.backfills());
    if online {
        intent.online.of.extend(wanted.catalog.notes.online.iter().cloned());
    }
    let spared = ours::spare(&live.catalog, &wanted.catalog, rules);
    let upgrade = plan::plan(spared.as_ref().unwrap_or(&live.catalog), &wanted.catalog, &intent)?;
    Ok(Found { wanted, spared, intent, upgrade, left_out, second })
}

/// Takes the hints away of what has been renamed so.
fn forget(draft: &mut Draft, passed: &BTreeSet<String>) -> Vec<(String, Place)> {
    let done = |hint: &RenameHint| {
        passed.contains(&renames::show::renamed(&hint.id.under_the_name(&hint.from), &hint.id, false))
    };
    let gone: Vec<RenameHint> = circles(draft.renames.iter()).into_iter().filter(|hint| done(hint)).cloned().collect();
    draft.renames.retain(|hint| !gone.contains(hint));
    gone.iter().map(RenameHint::done).collect()
}

/// A schema that is not read could not be seen under its old name.
fn renamed_from_what_is_read(draft: &Draft, config: &Config) -> Result<()> {
    let Some(schemas) = &config.schemas else { return Ok(()) };
    let unseen = |hint: &&RenameHint| {
        hint.id.place().space == Space::Schema && !schemas.iter().any(|schema| schema == hint.from.as_str())
    };
    match draft.renames.iter().find(unseen) {
        None => Ok(()),
        Some(RenameHint { id, from, place }) => {
            Err(Error::new(format!("{id} is renamed from {from}, which is not among the `schemas:` of autogen.yaml"))
                .at(place.clone())
                .hint(format!("add {from} to them until it is renamed everywhere")))
        }
    }
}

fn load((config, models): (&Config, &Models), hints: &[RenameHint]) -> Result<Draft> {
    let mut draft = models.load(config)?;
    draft.renames.extend_from_slice(hints);
    Ok(draft)
}

/// The models, what was remembered, and what is live; the server answers while the files are read.
fn read(
    from: (&Config, &Models),
    client: &mut Client,
    hints: &[RenameHint],
    members: bool,
) -> Result<(Draft, Known, Live)> {
    let (config, _) = from;
    std::thread::scope(|scope| {
        let reading = Cell::new(Some(scope.spawn(|| load(from, hints))));
        let draft = OnceCell::new();
        let models = || {
            draft.get_or_init(|| match reading.take().map(|thread| thread.join()) {
                Some(Ok(draft)) => draft,
                Some(Err(panic)) => std::panic::resume_unwind(panic),
                None => Ok(Draft::default()),
            })
        };
        let remembered = scope.spawn(|| answers::read(&config.root));
        let unmanaged = || models().as_ref().map(Draft::unmanaged_tables).map_err(Error::clone);
        let live = introspect::introspect(client, &config.asked(members), unmanaged);
        models();
        let draft = draft.into_inner().unwrap_or_else(|| Ok(Draft::default()))?;
        Ok((draft, remembered.join().unwrap_or_default(), live?))
    })
}

impl Comparison {
    /// The live database as it reads after the renames that are stated.
    pub fn base(&self) -> Result<Cow<'_, Catalog>> {
        let (cleared, _) = plan::vacate(&self.live.catalog, &self.intent)?;
        Ok(match cleared {
            Cow::Borrowed(live) => self.intent.rename(live).0,
            Cow::Owned(cleared) => Cow::Owned(self.intent.rename(&cleared).0.into_owned()),
        })
    }

    /// What the upgrade does, a line for each op and for what is to be known of it.
    pub fn lines(&self) -> Vec<String> {
        render::plain_lines(&self.upgrade)
    }

    /// Each op for a program, as `autogen diff --format json` has it.
    pub fn json(&self) -> Vec<Value> {
        render::json(&self.upgrade)
    }

    /// The statements of the upgrade, as a revision file holds them.
    pub fn sql(&self) -> String {
        Script::compose(&render::entries(&self.upgrade)).text().trim().to_owned()
    }

    /// The way back, by the same function.
    pub fn downgrade(&self) -> Result<Plan> {
        plan::plan(&self.wanted, &self.live.catalog, &self.intent.inverted())
    }

    /// What is left out on either side, where a model declares it with its place.
    pub fn ignored(&self) -> Vec<LeftOut> {
        let mut all = self.live.catalog.notes.left_out.clone();
        all.retain(|left| {
            !self.left_out.iter().any(|declared| (&declared.kind, &declared.path) == (&left.kind, &left.path))
        });
        all.extend(self.left_out.iter().cloned());
        all.sort();
        all
    }

    /// Hints of the models that do nothing here any more.
    pub fn hints(&self) -> Vec<String> {
        self.intent.inert.iter().map(|(what, place)| format!("{what} ({place})")).collect()
    }

    pub fn is_equal(&self) -> bool {
        self.upgrade.statements.is_empty()
    }

    /// Tables whose columns stand in another order than in the models: information, and no difference.
    pub fn column_orders(&self) -> Vec<String> {
        let columns = |catalog: &Catalog| {
            let mut tables: BTreeMap<Id, Vec<(i64, Ident)>> = BTreeMap::new();
            for (id, object) in catalog.objects().iter().filter(|(_, object)| object.as_column().is_some()) {
                let place = catalog.notes.order.get(id).copied().unwrap_or(0);
                let column = id.last().map(|name| (place, name.clone()));
                tables.entry(object.parent().unwrap_or_else(|| id.clone())).or_default().extend(column);
            }
            tables.values_mut().for_each(|columns| columns.sort());
            tables
        };
        let (live, wanted) = (columns(&self.live.catalog), columns(&self.wanted));
        let names =
            |columns: &[(i64, Ident)]| columns.iter().map(|(_, name)| name.quoted()).collect::<Vec<_>>().join(", ");
        wanted
            .iter()
            .filter_map(|(table, columns)| Some((table, names(columns), names(live.get(table)?))))
            .filter(|(_, wanted, live)| wanted != live)
            .map(|(table, wanted, live)| format!("column order of {}: {live} (models: {wanted})", table.qualified()))
            .collect()
    }

    /// What JSON says of what could not be compared.
    pub fn unknown(&self) -> Vec<Value> {
        let told = |unknown: &Unknown| json!({ "object": unknown.id.to_string(), "reason": unknown.reason });
        self.unknowns.iter().map(told).collect()
    }

    pub fn unmodelled(&self) -> Vec<String> {
        self.live.catalog.notes.unmodelled.iter().map(|thing| thing.what.clone()).collect()
    }

    /// What could not be compared, as one error.
    pub fn untold(&self) -> Option<Error> {
        let first = self.unknowns.first()?;
        let mut error = Error::new(format!("could not tell whether {} differs: {}", first.id, first.reason));
        if let Some(place) = &first.place {
            error = error.at(place.clone());
        }
        for unknown in &self.unknowns[1..] {
            error = error.detail(format!("could not tell: {}: {}", unknown.id, unknown.reason));
        }
        Some(error.hint("write the expression in the model as PostgreSQL prints it (`autogen inspect` shows it)"))
    }
}

pub fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// Where the database lacks what is in files.
pub fn not_at_head(pending: Vec<String>) -> Error {
    let error = Error::no(format!("the database is not at head: {} pending", count(pending.len(), "revision")));
    pending.into_iter().fold(error, Error::detail)
}

/// The revisions that are in files and not in the database.
pub fn pending(standing: &Standing<'_, '_>) -> Vec<String> {
    standing.pending.iter().map(|stored| format!("{}, {}", stored.id(), stored.revision.title())).collect()
}
