//! Do random renames of random catalogs change names, and nothing else?
//!
//! Without a server: the laws hold with renames in play, and what is to be done beside them is what would be done without them.
//! With one, and with rows: what is predicted of a rename is what the server then says, and every row is there, up and down.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/laws.rs"]
mod laws;
#[path = "support/project.rs"]
mod project;
#[path = "support/revise.rs"]
mod revise;
#[path = "support/server.rs"]
mod server;
#[path = "support/universe.rs"]
mod universe;

use autogen::catalog::Catalog;
use autogen::diff::diff;
use autogen::draft::Draft;
use autogen::intent::Intent;
use autogen::kind::{Id, Object, Renames, Space};
use autogen::name::Ident;
use autogen::plan::{Plan, plan};
use laws::lawful;
use project::Project;
use universe::Random;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Other names for some of what both catalogs have; now and then two of a kind change places.
fn renames(before: &Catalog, after: &Catalog, random: &mut Random) -> Renames {
    let mut renames = Renames::default();
    let both = |id: &&Id| {
        after.get(id).is_some() && !id.path.iter().any(|part| part.as_str() == "public" && id.path.len() == 1)
    };
    let mut ids: Vec<&Id> = before.objects().keys().filter(both).filter(|id| id.own_name().is_some()).collect();
    // what comes with something else has the name that it gets from that
    ids.retain(|id| {
        before.get(id).is_some_and(|object| object.origins().is_empty() && object.renamed_with().is_empty())
    });
    ids.sort_by_key(|id| id.place().space.rank());
    let mut last: BTreeMap<Option<Id>, &Id> = BTreeMap::new();
    let mut done: BTreeSet<&Id> = BTreeSet::new();
    for id in ids {
        if random.below(5) > 0 || done.contains(id) {
            continue;
        }
        let (Some(object), Some(name)) = (before.get(id), id.own_name()) else { continue };
        let parent = object.parent();
        let other = last
            .insert(parent, id)
            .filter(|other| other.tag == id.tag && random.below(3) == 0 && !done.contains(other));
        if let Some((other, other_name)) = other.and_then(|other| Some((before.get(other)?, other.own_name()?)))
            && id.tag != autogen::kind::Tag::Schema
            && object.id().place().space != Space::Routine
        {
            renames.add(object, other_name);
            renames.add(other, name);
            done.extend([id, last[&object.parent()]]);
            continue;
        }
        renames.add(object, &Ident::new(format!("{}_r", name.as_str().chars().take(20).collect::<String>())));
        done.insert(id);
    }
    renames.spread(before.objects().values());
    renames
}

fn beside_renames(plan: &Plan) -> Vec<&str> {
    let mut names: Vec<&str> = plan.statements.iter().flat_map(|statement| &statement.ops).map(|op| op.name).collect();
    names.retain(|name| !name.starts_with("rename_"));
    names.sort_unstable();
    // what comes with the renamed part of a partitioned table is called by its name, and said where it is another
    names.dedup();
    names
}

#[test]
fn the_laws_hold_with_random_renames_in_play() {
    let seed = number("LAWS_SEED").unwrap_or(20_261_129);
    let mut random = Random::new(seed);
    let mut renamed = 0;
    for n in 0..number("LAWS_PAIRS").unwrap_or(300) {
        let genes = Random::crowd(random.genes(), n % 25 == 0);
        let other = random.neighbour(&genes);
        let grown = |genes| universe::catalog(genes).unwrap_or_else(|why| panic!("LAWS_SEED={seed}: {why}"));
        let (before, wanted) = (grown(&genes), grown(&other));
        let intent = Intent { renames: renames(&before, &wanted, &mut random), ..Intent::default() };
        let after = intent.rename(&wanted).0.into_owned();
        let told = || format!("LAWS_SEED={seed}, pair {n}: {:?}\n{}", intent.renames, universe::model(&genes));
        lawful(&before, &after, &intent).unwrap_or_else(|why| panic!("{why}\n{}", told()));
        if let (Ok(with), Ok(without)) = (plan(&before, &after, &intent), plan(&before, &wanted, &Intent::default())) {
            assert_eq!(beside_renames(&with), beside_renames(&without), "{}", told());
            renamed += usize::from(!intent.renames.is_empty());
        }
    }
    assert!(renamed > 100, "{renamed} pairs had renames");
}

/// `SHUFFLED` of them, a handful unless said; `LIVE_SEED` gives the same ones again.
#[test]
fn the_server_says_what_was_predicted_and_every_row_is_there() {
    let (count, seed) = (number("SHUFFLED").unwrap_or(8), number("LIVE_SEED").unwrap_or(20_261_129));
    fixtures::with_roles(&mut Project::new().client);
    let mut random = Random::new(seed);
    let cases: Vec<(String, u64)> =
        (0..count).map(|n| (universe::model(&Random::crowd(random.genes(), n % 4 != 3)), random.next())).collect();
    let (next, failed, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((model, seed)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = catch_unwind(AssertUnwindSafe(|| shuffled(model, *seed)));
                    match outcome.unwrap_or_else(|_| Err("it panicked, see above".into())) {
                        Ok(kept) => drop(rows.fetch_add(kept, Ordering::Relaxed)),
                        Err(why) => failed.lock().unwrap_or_else(|e| e.into_inner()).push(format!("{why}\n{model}")),
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_default();
    assert!(failed.is_empty(), "LIVE_SEED={seed}: {} of {count} failed:\n\n{}", failed.len(), failed.join("\n\n"));
    assert!(rows.into_inner() as u64 > count, "hardly any row was there to be looked at");
}

fn shuffled(model: &str, seed: u64) -> Result<usize, String> {
    let mut project = Project::new();
    project.managed = universe::managed();
    let said = |error: autogen::Error| error.to_string();
    let mut draft = Draft::default();
    let config = autogen::config::Config::defaults(std::path::Path::new(".")).map_err(said)?;
    autogen::model::declare(model, std::path::Path::new("model.yaml"), &config, &mut draft).map_err(said)?;
    autogen::model::finish(&mut draft, &project.managed.clone()).map_err(said)?;
    let found = project.compare(draft).map_err(said)?;
    project.revise(&found).map_err(said)?;
    project.upgrade().map_err(said)?;
    let mut random = Random::new(seed);
    let live = project.live().map_err(said)?.catalog;
    fill(&mut project, &live);
    let renames = renames(&live, &live, &mut random);
    let intent = Intent { renames, ..Intent::default() };
    let wanted = intent.rename(&live).0.into_owned();
    let plans = revise::plans(&live, &wanted, &intent).map_err(said)?;
    let rows = values(&mut project, &live, &Renames::default());
    let text = project.revise_plans(&plans, &live).map_err(said)?;
    project.upgrade().map_err(|error| format!("{error}\n{text}"))?;
    let there = project.live().map_err(said)?.catalog;
    same(&wanted, &there).map_err(|why| format!("after the upgrade: {why}\n{text}"))?;
    if values(&mut project, &live, &intent.renames) != rows {
        return Err(format!("other rows after the upgrade\n{text}"));
    }
    project.downgrade("-1").map_err(|error| format!("downgrade: {error}\n{text}"))?;
    same(&live, &project.live().map_err(said)?.catalog).map_err(|why| format!("after the downgrade: {why}\n{text}"))?;
    match values(&mut project, &live, &Renames::default()) == rows {
        true => Ok(rows.values().map(Vec::len).sum()),
        false => Err(format!("other rows after the downgrade\n{text}")),
    }
}

/// What the server does not say, as names of NOT NULL before version 18, is as it was.
fn same(one: &Catalog, other: &Catalog) -> Result<(), String> {
    let (mut objects, externals, notes) = other.clone().into_parts();
    for (id, object) in &mut objects {
        one.get(id).into_iter().for_each(|known| object.adopt(known));
    }
    let other = Catalog::close(objects, externals, notes);
    let changes = diff(one, &other);
    if changes.is_empty() { Ok(()) } else { Err(format!("{changes:#?}")) }
}

fn tables(live: &Catalog) -> impl Iterator<Item = (&Id, Vec<&Object>)> {
    let of = |id: &Id| {
        live.objects().values().filter(|o| o.as_column().is_some() && o.parent().as_ref() == Some(id)).collect()
    };
    live.objects().keys().filter(|id| id.tag == autogen::kind::Tag::Table).map(move |id| (id, of(id)))
}

/// A few rows for each table, as far as its constraints take any.
fn fill(project: &mut Project, live: &Catalog) {
    for (id, columns) in tables(live) {
        for n in 1..4 {
            let values = columns.iter().filter_map(|column| {
                let (_, shape) = column.as_column()?;
                let value = match shape.ty.to_string().as_str() {
                    "integer" | "bigint" | "smallint" | "numeric" | "double precision" | "real" => n.to_string(),
                    "text" | "character varying" => format!("'v{n}'"),
                    "boolean" => "true".to_owned(),
                    _ => return None,
                };
                Some((shape.name.quoted(), value))
            });
            let (names, values): (Vec<String>, Vec<String>) = values.unzip();
            let said = match names.is_empty() {
                true => "DEFAULT VALUES".to_owned(),
                false => format!("({}) OVERRIDING USER VALUE VALUES ({})", names.join(", "), values.join(", ")),
            };
            // what a constraint does not take is not needed either
            for said in [said.as_str(), "DEFAULT VALUES"] {
                if project.client.batch_execute(&format!("INSERT INTO {} {said}", id.qualified())).is_ok() {
                    break;
                }
            }
        }
    }
}

/// The rows of each table, by its first name, with the columns in the order of their first names.
fn values(project: &mut Project, live: &Catalog, renames: &Renames) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    for (id, columns) in tables(live) {
        let called = |id: &Id| {
            let mut id = id.clone();
            renames.id(&mut id);
            id
        };
        let columns: Vec<String> = columns
            .iter()
            .filter_map(|column| Some(format!("{}::text", called(&column.id()).last()?.quoted())))
            .collect();
        if columns.is_empty() {
            continue;
        }
        let list = columns.join(", ");
        let name = called(id).qualified();
        let here = format!(
            "SELECT FROM pg_class WHERE oid = '{}'::regclass AND relkind IN ('r', 'p')",
            name.replace('\'', "''")
        );
        if project.client.query(&here, &[]).map_or(0, |rows| rows.len()) == 0 {
            continue;
        }
        let rows = project.rows(&format!("SELECT {list} FROM {name} ORDER BY {list}"));
        all.insert(id.qualified(), rows);
    }
    all
}
