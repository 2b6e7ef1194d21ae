//! Which object does a name mean that was written without its schema?

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;

use super::canonical::Asker;
use crate::catalog::Externals;
use crate::draft::Entry;
use crate::error::{Error, Result, did_you_mean};
use crate::introspect::Live;
use crate::kind::types::TypeName;
use crate::kind::{Fact, Name, Need, Object, Space, Type};
use crate::name::{Ident, Qualified};

/// What is in the wanted catalog or stands beside it.
struct Known<'a> {
    names: &'a FxHashSet<Name>,
    externals: &'a Externals,
    path: &'a [Ident],
    /// Types of `pg_catalog`.
    builtin: &'a BTreeSet<String>,
}

pub fn resolve(
    entries: &mut [Entry],
    names: &FxHashSet<Name>,
    live: &Live,
    externals: &mut Externals,
    search_path: &[String],
    asker: &mut dyn Asker,
) -> Result<()> {
    let path: &[Ident] = &search_path.iter().map(|schema| Ident::new(schema.as_str())).collect::<Vec<_>>();
    let builtin = &live.server.types;
    let known = Known { names, externals, path, builtin };
    // an extension that is still to be installed may bring a name
    let is_new = |object: &Object| object.brings_names() && live.catalog.get(&object.id()).is_none();
    let installs = entries.iter().any(|entry| is_new(&entry.object));
    if installs && entries.iter_mut().any(|entry| !known.has_all(&mut entry.object)) {
        let new: Vec<&Object> = entries.iter().map(|entry| &entry.object).filter(|object| is_new(object)).collect();
        externals.extend(asker.brought(&new)?);
    }
    if installs {
        require(entries, names, is_new, asker)?;
    }
    let known = Known { names, externals, path, builtin };
    let mut renamed = Vec::new();
    for entry in entries.iter_mut() {
        let id = entry.object.id();
        for ty in entry.object.types() {
            known.ty(ty).map_err(|error| error.at(entry.place.clone()))?;
        }
        for (space, name) in entry.object.references() {
            known.reference(space, name);
        }
        // what is known by the types that it takes
        let now = entry.object.id();
        renamed.extend((now != id).then_some((id, now)));
    }
    for (old, new) in renamed {
        entries.iter_mut().for_each(|entry| entry.object.follow(&old, &new));
    }
    let keys: BTreeMap<Qualified, Vec<Ident>> = entries
        .iter()
        .filter_map(|entry| entry.object.reference_key())
        .map(|(table, columns)| (table.clone(), columns.to_vec()))
        .collect();
    for entry in entries {
        entry.object.refer_to(&keys);
    }
    Ok(())
}

/// What is new comes after what the server says that it requires, as far as a model declares that.
fn require(
    entries: &mut [Entry],
    names: &FxHashSet<Name>,
    is_new: impl Fn(&Object) -> bool,
    asker: &mut dyn Asker,
) -> Result<()> {
    let new: Vec<&mut Object> =
        entries.iter_mut().map(|entry| &mut entry.object).filter(|object| is_new(object)).collect();
    let ids: Vec<Ident> = new.iter().filter_map(|object| object.id().last().cloned()).collect();
    let mut required = asker.required(&ids)?;
    for (object, id) in new.into_iter().zip(&ids) {
        let Some(mut others) = required.remove(id) else { continue };
        let own = object.occupies();
        others.retain(|other| own.iter().any(|own| names.contains(&Name::new(own.space, [other]))));
        object.require(others);
    }
    Ok(())
}

impl Known<'_> {
    fn has_all(&self, object: &mut Object) -> bool {
        let types = object.types().iter().all(|ty| self.has(ty));
        types && object.references().iter().all(|(space, name)| self.finds(*space, name)) && self.has_unplaced(object)
    }

    /// What it needs that stands in no schema, and so is never looked up.
    fn has_unplaced(&self, object: &Object) -> bool {
        let needs = if object.parent().is_none() { object.requires() } else { Vec::new() };
        let has = |name: &Name| self.names.contains(name) || self.externals.contains_key(name);
        needs.iter().all(|need| match need {
            Need::Fact(Fact::Exists(name)) => name.path.len() > 1 || name.space == Space::Schema || has(name),
            _ => true,
        })
    }

    fn has(&self, ty: &Type) -> bool {
        match &ty.name {
            TypeName::Builtin(_) => true,
            TypeName::Unresolved(name) if self.builtin.contains(name.as_str()) => true,
            _ => self.ty(&mut ty.clone()).is_ok(),
        }
    }

    fn finds(&self, space: Space, name: &Qualified) -> bool {
        let own = name.schema.as_str() == "pg_catalog";
        // a table is declared or not; only what an extension may bring is worth asking for
        own || space == Space::Relation || self.find(space, name).is_some()
    }

    fn find(&self, space: Space, name: &Qualified) -> Option<Qualified> {
        let there = |schema: &Ident| {
            let name = Name::new(space, [schema, &name.name]);
            self.names.contains(&name) || self.externals.contains_key(&name) || self.is_told_apart(&name)
        };
        if !name.schema.as_str().is_empty() {
            return there(&name.schema).then(|| name.clone());
        }
        let schema = self.path.iter().find(|schema| there(schema))?;
        Some(Qualified { schema: schema.clone(), name: name.name.clone() })
    }

    /// A routine or an operator is known by its types too and a class by its access method, which a reference to it does not say.
    fn is_told_apart(&self, name: &Name) -> bool {
        let same = |known: &&Name| known.space == name.space && known.path.starts_with(&name.path);
        name.space.tells_apart() && self.names.iter().any(|known| same(&known))
    }

    fn ty(&self, ty: &mut Type) -> Result<()> {
        match &ty.name {
            TypeName::Builtin(_) => Ok(()),
            TypeName::Named(name) if self.find(Space::Type, name).is_some() => Ok(()),
            TypeName::Named(name) => Err(self.unknown_type(&name.to_string(), name.name.as_str())),
            TypeName::Unresolved(name) if self.builtin.contains(name.as_str()) => {
                ty.name = TypeName::Builtin(name.as_str().to_owned());
                Ok(())
            }
            TypeName::Unresolved(name) => {
                let wanted = Qualified { schema: Ident::new(""), name: name.clone() };
                match self.find(Space::Type, &wanted) {
                    Some(found) => {
                        ty.name = TypeName::Named(found);
                        Ok(())
                    }
                    None => Err(self.unknown_type(name.as_str(), name.as_str())),
                }
            }
        }
    }

    fn unknown_type(&self, shown: &str, name: &str) -> Error {
        let named = self.names.iter().chain(self.externals.keys()).filter(|name| name.space == Space::Type);
        let ours: BTreeSet<&Ident> = named.filter_map(|name| name.path.last()).collect();
        let usual =
            ["integer", "bigint", "varchar", "timestamptz", "boolean", "serial", "bigserial", "decimal", "string"];
        let known = ours.into_iter().map(Ident::as_str).chain(self.builtin.iter().map(String::as_str)).chain(usual);
        let error = Error::new(format!("unknown type `{shown}`"));
        match did_you_mean(name, known) {
            Some("string") => error.hint("PostgreSQL calls it text"),
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => {
                error.hint("a type is PostgreSQL's own, an extension's, or declared under `enums:`, `domains:`, `composites:` or `ranges:`")
            }
        }
    }

    fn reference(&self, space: Space, name: &mut Qualified) {
        if let Some(found) = self.find(space, name) {
            *name = found;
        } else if name.schema.as_str().is_empty() {
            // operator classes and collations without a schema are PostgreSQL's own; a table would be in the first schema
            name.schema = match space {
                Space::Relation => self.path.first().cloned().unwrap_or_else(|| Ident::new("public")),
                _ => Ident::new("pg_catalog"),
            };
        }
    }
}
