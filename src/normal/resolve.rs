//! Which object does a name mean that was written without its schema?

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::Asker;
use crate::catalog::Externals;
use crate::draft::Entry;
use crate::error::{Error, Result, did_you_mean};
use crate::introspect::Live;
use crate::kind::types::TypeName;
use crate::kind::{Name, Object, Space, Type};
use crate::name::{Ident, Qualified};

/// What is in the wanted catalog or stands beside it.
struct Known<'a> {
    names: BTreeSet<Name>,
    path: Vec<Ident>,
    /// Types of `pg_catalog`.
    builtin: &'a BTreeSet<String>,
}

pub fn resolve(
    entries: &mut [Entry],
    live: &Live,
    externals: &mut Externals,
    search_path: &[String],
    asker: &mut dyn Asker,
) -> Result<()> {
    let names = entries.iter().flat_map(|entry| entry.object.occupies()).chain(externals.keys().cloned()).collect();
    let path = search_path.iter().map(|schema| Ident::new(schema.as_str())).collect();
    let mut known = Known { names, path, builtin: &live.server.types };
    if entries.iter_mut().any(|entry| !known.has_all(&mut entry.object)) {
        // an extension that is still to be installed may bring the name
        let new: Vec<&Object> = entries
            .iter()
            .map(|entry| &entry.object)
            .filter(|object| object.brings_names() && live.catalog.get(&object.id()).is_none())
            .collect();
        if !new.is_empty() {
            let brought = asker.brought(&new)?;
            known.names.extend(brought.keys().cloned());
            externals.extend(brought);
        }
    }
    for entry in entries.iter_mut() {
        for ty in entry.object.types() {
            known.ty(ty).map_err(|error| error.at(entry.place.clone()))?;
        }
        for (space, name) in entry.object.references() {
            known.reference(space, name);
        }
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

impl Known<'_> {
    fn has_all(&self, object: &mut Object) -> bool {
        let types = object.types().iter().all(|ty| self.ty(&mut (**ty).clone()).is_ok());
        types && object.references().iter().all(|(space, name)| self.finds(*space, name))
    }

    fn finds(&self, space: Space, name: &Qualified) -> bool {
        let own = name.schema.as_str() == "pg_catalog";
        // a table is declared or not; only what an extension may bring is worth asking for
        own || space == Space::Relation || self.find(space, name).is_some()
    }

    fn find(&self, space: Space, name: &Qualified) -> Option<Qualified> {
        let there = |schema: &Ident| self.names.contains(&Name::new(space, [schema, &name.name]));
        if !name.schema.as_str().is_empty() {
            return there(&name.schema).then(|| name.clone());
        }
        let schema = self.path.iter().find(|schema| there(schema))?;
        Some(Qualified { schema: schema.clone(), name: name.name.clone() })
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
        let ours = self.names.iter().filter(|name| name.space == Space::Type).filter_map(|name| name.path.last());
        let usual =
            ["integer", "bigint", "varchar", "timestamptz", "boolean", "serial", "bigserial", "decimal", "string"];
        let known = ours.map(Ident::as_str).chain(self.builtin.iter().map(String::as_str)).chain(usual);
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
