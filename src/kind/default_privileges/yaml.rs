//! `default_privileges: { app: { tables: { reader: [select] } }, app in audit: { sequences: { reader: [usage] } } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::grants::Declared;
use super::super::shapes::Entries;
use super::*;
use crate::draft::{Draft, Scope, split_name};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "default_privileges")]
pub struct Declaration {
    /// Views too.
    tables: Declared,
    sequences: Declared,
    /// Procedures too.
    functions: Declared,
    types: Declared,
    /// Of a role alone, not of one in a schema.
    schemas: Option<Spanned<Declared>>,
}

const IN: &str = " in ";

pub fn declare(entries: &Entries<Declaration>, scope: &Scope, draft: &mut Draft) -> Result<()> {
    entries.0.iter().try_for_each(|(key, declaration)| {
        let privileges = declaration.read(key, scope)?;
        let place = scope.place(key);
        draft.stated.push((Aspect::Privileges, place.clone()));
        if !privileges.grants.is_empty() {
            draft.push(privileges, place, true);
        }
        Ok(())
    })
}

impl Declaration {
    fn read(&self, key: &Spanned<String>, scope: &Scope) -> Result<DefaultPrivileges> {
        let (role, schema) = named(key, scope)?;
        let mut found = DefaultPrivileges { role, schema, grants: BTreeMap::new(), mine: Aside(false) };
        if let Some(stated) = self.schemas.as_ref().filter(|_| found.schema.is_some()) {
            return Err(scope
                .error("a schema is made in no schema", stated)
                .hint("state its default privileges under the role alone"));
        }
        let none = Declared::default();
        let stated = [
            (Objects::Tables, &self.tables),
            (Objects::Sequences, &self.sequences),
            (Objects::Functions, &self.functions),
            (Objects::Types, &self.types),
            (Objects::Schemas, self.schemas.as_ref().map_or(&none, |stated| &stated.value)),
        ];
        for (objects, stated) in stated {
            let base = found.base(objects);
            let mut grants = Grants::declared(stated, objects.class(), scope)?;
            grants.owned_by(&found.role, &base, objects.class());
            if !grants.0.is_empty() {
                found.grants.insert(objects, grants);
            }
        }
        Ok(found)
    }
}

/// `app`, or `app in audit`.
fn named(key: &Spanned<String>, scope: &Scope) -> Result<(Ident, Option<Ident>)> {
    let wrong = || {
        let error = scope.error(format!("`{}` is not whose default privileges they are", key.value), key);
        error.hint("write the role, or the role in a schema, as in `app in audit`; put an odd name in double quotes")
    };
    let mut quoted = false;
    let at = key.value.char_indices().find(|(at, c)| {
        quoted ^= *c == '"';
        !quoted && key.value[*at..].starts_with(IN)
    });
    let (role, schema) = match at {
        Some((at, _)) => (&key.value[..at], Some(&key.value[at + IN.len()..])),
        None => (key.value.as_str(), None),
    };
    let one = |text: &str| match split_name(text.trim()).as_deref() {
        Some([name]) => Ident::checked(name).map_err(|_| wrong()),
        _ => Err(wrong()),
    };
    Ok((one(role)?, schema.map(one).transpose()?))
}
