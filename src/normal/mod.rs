//! What does a draft mean in this database?
//!
//! Out of what somebody wrote comes a [`Catalog`] that can be compared with the live one by `==`: names are looked up along
//! the search path, what nobody stated is taken over from the live object or is PostgreSQL's own choice, and every
//! expression bears the spelling of the live one that it equals. What cannot be compared is named, and neither equal nor
//! different.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalog::{Catalog, Dangling, Externals, Lookup, Notes};
use crate::draft::{Draft, Entry};
use crate::error::{Error, Place, Result, did_you_mean};
use crate::introspect::Live;
use crate::kind::{Aspect, Casts, Fact, Id, Name, Need, Object, Space};
use crate::name::{Ident, Qualified};

mod adopt;
mod attached;
mod canonical;
mod inherit;
mod known;
mod prove;
mod question;
mod relations;
mod resolve;
mod stand_in;
mod twin;

pub use canonical::{Answer, Asker, Installs, Question, Twin, Unknown};
pub use known::{Known, Remembering};
pub use stand_in::StandIns;
pub use twin::Twins;

/// The wanted catalog, and what could not be compared.
#[derive(Debug)]
pub struct Wanted {
    pub catalog: Catalog,
    pub unknowns: Vec<Unknown>,
}

/// `live` as it reads after the renames that are intended.
pub fn normal(draft: Draft, live: &Live, search_path: &[String], asker: &mut dyn Asker) -> Result<Wanted> {
    let aspects = draft.managed;
    let mut entries = draft.entries;
    let mut externals = live.catalog.externals().clone();
    // what has a parent is never looked up by its name alone
    let rooted = entries.iter().filter(|entry| entry.object.parent().is_none());
    let mut names: FxHashSet<Name> = rooted.flat_map(|entry| entry.object.occupies()).collect();
    imply(&mut entries, &mut names, &externals);
    resolve::resolve(&mut entries, &names, live, &mut externals, search_path, asker)?;
    managed(&entries, &names, live)?;
    fits(&entries, live)?;
    let descents = inherit::descents(&entries)?;
    let mut declared: BTreeSet<Id> = BTreeSet::new();
    let is_column = |object: &Object| object.as_column().is_some();
    if !descents.is_empty() {
        declared.extend(entries.iter().map(|entry| entry.object.id()));
        inherit::copies(&mut entries, &descents, &declared, is_column);
    }
    if let Some((entry, why)) = entries.iter().find_map(|entry| Some((entry, entry.object.unfounded()?))) {
        let error = Error::new(format!("{} {why}", entry.object.id())).at(entry.place.clone());
        return Err(error.hint("correct `inherits:` of the table, or take `inherited:` away"));
    }
    let there = live.catalog.lookup();
    installable(&entries, live, asker)?;
    for entry in &mut entries {
        entry.object.run_by(&live.server.user, live.server.major);
        if let Some(live) = there.get(&entry.object.id()) {
            entry.object.adopt(live);
        }
    }
    cross(&mut entries, &there, live);
    let mut unknowns = canonical::canonical(&mut entries, 0, live, &there, asker)?;
    adopt::names(&mut entries, 0, &live.catalog);
    // generation by generation: a copy is of what its parent's is called
    for generation in inherit::generations(&descents) {
        let first = inherit::copies(&mut entries, generation, &declared, |object| !is_column(object));
        unknowns.extend(canonical::canonical(&mut entries, first, live, &there, asker)?);
        adopt::names(&mut entries, first, &live.catalog);
    }
    let stays = attached::stays(&entries, &live.catalog, &aspects);
    attached::hold(&mut entries, &stays, &live.catalog, &live.server.user);
    attached::heed(&mut entries, &stays, &live.server.user);
    let mut catalog = close(entries, externals, &there, &live.catalog, stays)?;
    catalog.notes.keeps_gifts = !aspects.has(Aspect::Privileges);
    Ok(Wanted { catalog, unknowns })
}

/// Objects that nobody declares and that a declaration implies: the schema of a table in one.
fn imply(entries: &mut Vec<Entry>, there: &mut FxHashSet<Name>, externals: &Externals) {
    let mut implied = Vec::new();
    // what has a parent needs no more of this than its parent does
    for entry in entries.iter().filter(|entry| entry.object.parent().is_none()) {
        for need in entry.object.requires() {
            let Need::Fact(Fact::Exists(name)) = need else { continue };
            if there.contains(&name)
                || externals.contains_key(&name)
                || name.path.iter().any(|part| part.as_str().is_empty())
            {
                continue;
            }
            if let Some(object) = Object::imply(&name) {
                implied.push(Entry::new(object, entry.place.clone(), true, 0));
                there.insert(name);
            }
        }
    }
    entries.extend(implied);
}

/// What this server cannot hold is refused before anything is planned.
fn fits(entries: &[Entry], live: &Live) -> Result<()> {
    for entry in entries {
        if let Some((major, what)) = entry.object.since().filter(|(major, _)| live.server.major < *major) {
            let (id, version) = (entry.object.id(), &live.server.version);
            return Err(Error::new(format!("not supported: {what} of {id} needs PostgreSQL {major}"))
                .at(entry.place.clone())
                .hint(format!("the server is {version}; take it out of the model, or upgrade the server")));
        }
    }
    Ok(())
}

/// What is to become of another type learns how: by the casts that the models have, and back by those that are there.
fn cross(entries: &mut [Entry], there: &Lookup, live: &Live) {
    let counterpart = |object: &Object| there.get(&object.id()).copied().filter(|live| object.becomes_another(live));
    let pairs: Vec<(usize, &Object)> =
        entries.iter().enumerate().filter_map(|(n, entry)| Some((n, counterpart(&entry.object)?))).collect();
    if pairs.is_empty() {
        return;
    }
    let known = &live.server.casts;
    let mut casts = Casts::clone(known);
    live.catalog.objects().values().for_each(|object| object.convert(&mut casts, true));
    // a domain before the checks on it
    let mut objects: Vec<&Object> = entries.iter().map(|entry| &entry.object).collect();
    objects.sort_by_key(|object| object.tag());
    objects.iter().for_each(|object| object.convert(&mut casts, false));
    let back = casts.clone().with_casts_of(known);
    for (n, live) in pairs {
        entries[n].object.cross(live, &casts, &back);
    }
}

/// What the server cannot install in the version that is asked for is refused too.
fn installable(entries: &[Entry], live: &Live, asker: &mut dyn Asker) -> Result<()> {
    for entry in entries {
        let id = entry.object.id();
        let there = live.catalog.get(&id).and_then(Object::version);
        let (Some(version), Some(name)) = (entry.object.version(), id.last()) else { continue };
        if there == Some(version) {
            continue;
        }
        if let Installs::No { instead } = asker.installs(name, version, there)? {
            let over = there.map(|there| format!(" over {there}")).unwrap_or_default();
            let error = Error::no(format!("not supported: the server cannot install version {version} of {id}{over}"));
            return Err(error.at(entry.place.clone()).hint(match instead.as_slice() {
                [] => format!("it has no other version of {name} either; install it on the server, or take the version out of the model"),
                known => format!("it could install {}", known.join(", ")),
            }));
        }
    }
    Ok(())
}

/// Nothing is declared in a schema that is not read: it would look new every time.
fn managed(entries: &[Entry], ours: &FxHashSet<Name>, live: &Live) -> Result<()> {
    let schemas: BTreeSet<&str> = live.server.schemas.iter().map(String::as_str).collect();
    for entry in entries.iter().filter(|entry| entry.object.parent().is_none()) {
        for name in entry.object.occupies() {
            let ([schema, _], Space::Relation | Space::Type) = (name.path.as_slice(), name.space) else { continue };
            if !schemas.contains(schema.as_str()) && !ours.contains(&Name::schema(schema)) {
                return Err(Error::new(format!(
                    "{} is in the schema {schema}, which is not managed",
                    entry.object.id()
                ))
                .at(entry.place.clone())
                .hint("add the schema to `schemas:` of autogen.yaml"));
            }
        }
    }
    Ok(())
}

fn close(
    entries: Vec<Entry>,
    mut externals: Externals,
    there: &Lookup,
    live: &Catalog,
    stays: Vec<(Id, Object)>,
) -> Result<Catalog> {
    // of what is there already, no name is taken twice and nothing is missing
    let ids: Vec<Id> = entries.iter().map(|entry| entry.object.id()).collect();
    let equal = entries.iter().zip(&ids).all(|(entry, id)| there.get(id) == Some(&&entry.object));
    let all = ids.len() + stays.len() == there.len();
    let nothing_new = equal && all && ids.iter().collect::<FxHashSet<_>>().len() == ids.len();
    if !nothing_new {
        distinct(&entries, &mut externals)?;
    }
    let mut notes = Notes::default();
    notes.places.reserve(entries.len());
    notes.order.reserve(entries.len());
    let mut objects = Vec::with_capacity(entries.len());
    for (Entry { object, place, order, online, backfill, .. }, id) in entries.into_iter().zip(ids) {
        if online {
            notes.online.insert(id.clone());
        }
        notes.backfills.extend(backfill.map(|backfill| (id.clone(), backfill)));
        notes.places.insert(id.clone(), place);
        notes.order.insert(id.clone(), order);
        objects.push((id, object));
    }
    if nothing_new {
        return Ok(live.sharing(externals, notes));
    }
    let catalog = attached::close(objects, stays, externals, notes);
    match catalog.dangling().first() {
        Some(first) => Err(unknown(first, &catalog)),
        None => suits(catalog, there),
    }
}

/// Each object suits the columns that it speaks of. What is there as it is suits them on this server, whatever it looks like.
fn suits(catalog: Catalog, there: &Lookup) -> Result<Catalog> {
    let wanted = |id: &Id| Some(catalog.get(id)?.as_column()?.1.ty);
    let live = |id: &Id| Some(there.get(id)?.as_column()?.1.ty);
    for (id, object) in catalog.objects() {
        let Some((message, hint)) = object.mismatch(&wanted) else { continue };
        if there.get(id) == Some(&object) && object.mismatch(&live).is_some() {
            continue;
        }
        let error = Error::new(message).hint(hint);
        return Err(match catalog.place(id) {
            Some(place) => error.at(place.clone()),
            None => error,
        });
    }
    Ok(catalog)
}

/// Every name is taken once, and what the models take is not external.
fn distinct(entries: &[Entry], externals: &mut Externals) -> Result<()> {
    let mut names: FxHashMap<Name, &Place> = FxHashMap::default();
    for Entry { object, place, .. } in entries {
        for name in object.occupies() {
            if let Some(first) = names.get(&name) {
                return Err(Error::new(format!("{} takes the name {name}, which is taken", object.id()))
                    .at(place.clone())
                    .detail(format!("first at {first}"))
                    .hint("give one of the two another name"));
            }
            names.insert(name, place);
        }
    }
    externals.retain(|name, _| !names.contains_key(name));
    Ok(())
}

/// A name that is found nowhere, or a fact that nothing makes true.
fn unknown(dangling: &Dangling, catalog: &Catalog) -> Error {
    let Dangling { id, fact } = dangling;
    let (message, hint) = match fact {
        Fact::Exists(name) => match (name.space, name.path.as_slice()) {
            (Space::Column, [schema, table, column]) => {
                let of_table = Name::new(Space::Relation, [schema, table]);
                let known = columns(catalog, schema, table);
                let near = did_you_mean(column.as_str(), known.iter().map(Ident::as_str));
                let hint = match near {
                    Some(near) => format!("did you mean {near}?"),
                    None => {
                        format!("{of_table} has: {}", known.iter().map(Ident::quoted).collect::<Vec<_>>().join(", "))
                    }
                };
                (format!("{id} mentions the column {column}, which {of_table} does not have"), hint)
            }
            (Space::Role, _) => attached::unknown_role(id, name),
            (Space::Relation, path) => {
                let wanted = path.last().map_or("", Ident::as_str);
                let known: Vec<&Ident> =
                    catalog.objects().keys().filter(|id| id.path.len() == 2).filter_map(Id::last).collect();
                let hint = match did_you_mean(wanted, known.iter().map(|name| name.as_str())) {
                    Some(near) => format!("did you mean {near}?"),
                    None => "declare it in a model file, or correct the name".to_owned(),
                };
                (format!("{id} needs {name}, which is in no model and not in the database"), hint)
            }
            _ => (
                format!("{id} needs {name}, which is in no model and not in the database"),
                "declare it in a model file, or correct the name".to_owned(),
            ),
        },
        Fact::Key(table, columns) if columns.is_empty() => (
            format!("{id} names no columns of {table}, which has no primary key"),
            "say which columns of it are meant".to_owned(),
        ),
        Fact::Key(table, columns) => {
            let columns = columns.iter().map(Ident::quoted).collect::<Vec<_>>().join(", ");
            (
                format!("{id} refers to ({columns}) of {table}, which no primary key or unique constraint covers"),
                format!("add a unique constraint on ({columns}) to {table}, or refer to its primary key"),
            )
        }
        Fact::NotNull(column) => {
            (format!("{id} needs {column} to be NOT NULL"), format!("take the mark that makes {column} nullable away"))
        }
        Fact::Type(name, _)
        | Fact::ExactType(name, _)
        | Fact::Label(name, _)
        | Fact::Attribute(name, _)
        | Fact::Logged(name, _)
        | Fact::Passes(name) => (format!("{id} needs {name} as it is not"), "correct the model".to_owned()),
    };
    let error = Error::new(message).hint(hint);
    match catalog.place(id) {
        Some(place) => error.at(place.clone()),
        None => error,
    }
}

fn columns(catalog: &Catalog, schema: &Ident, table: &Ident) -> Vec<Ident> {
    let table = Qualified::new(schema, table);
    catalog
        .objects()
        .values()
        .flat_map(Object::occupies)
        .filter(|name| name.space == Space::Column && name.path[..2] == [table.schema.clone(), table.name.clone()])
        .filter_map(|name| name.path.last().cloned())
        .collect()
}
