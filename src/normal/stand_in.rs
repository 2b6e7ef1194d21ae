//! What stands in for a type or a collation that the database does not have yet, or has otherwise?
//!
//! A copy of it in the temporary schema, made of such copies where it needs others. Texts that name the one are put to the
//! server naming the other, and read back the other way round.

use std::collections::BTreeSet;

use crate::draft::Entry;
use crate::introspect::Live;
use crate::kind::types::TypeName;
use crate::kind::{Fact, Id, Name, Need, Object, Piece, Renames, Space, Type};
use crate::lex;
use crate::name::{Ident, Qualified};
use crate::plan::Body;
use crate::sql::Sql;

/// The schema of a session's temporary objects, under any session's number.
pub const TEMPORARY: &str = "pg_temp";

/// Types and collations as they are wanted, under their own names.
#[derive(Debug, Clone, Default)]
pub struct StandIns {
    names: BTreeSet<Name>,
    objects: Vec<Object>,
    /// What the server knows by another name as yet.
    to_come: Renames,
    /// Of it, what nothing stands in for, both ways.
    back: Renames,
    forth: Renames,
}

impl StandIns {
    /// Those that are new, changed or about to be renamed, and those of which something is asked.
    pub fn of(entries: &[Entry], live: &Live, asked: &BTreeSet<&Qualified>) -> Self {
        let temporary = Ident::new(TEMPORARY);
        let renames = &live.catalog.notes.renames;
        let forth = renames.of_what_has_no_copy();
        let mut all = Self { to_come: renames.inverted(), back: forth.inverted(), forth, ..Self::default() };
        for Entry { object, .. } in entries.iter().filter(|entry| entry.object.stand_in(&temporary).is_some()) {
            let id = object.id();
            if live.catalog.get(&id) != Some(object)
                || all.is_to_come(&id.place())
                || asked.iter().any(|name| is(&id, name))
            {
                all.names.extend(own_names(object));
                all.objects.push(object.clone());
            }
        }
        all
    }

    /// Whether the server knows it by another name.
    pub fn is_to_come(&self, name: &Name) -> bool {
        let mut known = name.clone();
        self.to_come.name(&mut known);
        known != *name
    }

    /// The same of a relation or of any of its columns.
    pub fn reads_otherwise(&self, relation: &Qualified) -> bool {
        let within = |name: &Name| {
            name.space == Space::Column && name.path[..2] == [relation.schema.clone(), relation.name.clone()]
        };
        self.is_to_come(&Name::relation(relation)) || self.to_come.iter().any(|(name, _)| within(name))
    }

    pub fn ty(&self, ty: &Type) -> Type {
        let mut ty = ty.clone();
        if let TypeName::Named(name) = &mut ty.name {
            self.name(Space::Type, name);
        }
        ty
    }

    pub fn name(&self, space: Space, name: &mut Qualified) {
        if self.names.contains(&Name::new(space, [&name.schema, &name.name])) {
            name.schema = Ident::new(TEMPORARY);
        }
    }

    /// The statements that make those that are needed by name, that a text has as a word, or that another one needs.
    pub fn creation(&self, mut needed: BTreeSet<Name>, words: &BTreeSet<String>) -> Vec<Sql> {
        let mut waiting: Vec<(&Object, BTreeSet<Name>)> =
            self.objects.iter().map(|object| (object, self.needs(object))).collect();
        let spoken = |name: &Name| name.path.last().is_some_and(|last| words.contains(last.as_str()));
        needed.extend(self.names.iter().filter(|name| spoken(name)).cloned());
        loop {
            let used = |object: &Object| own_names(object).iter().any(|name| needed.contains(name));
            let more: Vec<Name> =
                waiting.iter().filter(|(o, _)| used(o)).flat_map(|(_, needs)| needs).cloned().collect();
            let before = needed.len();
            needed.extend(more);
            if needed.len() == before {
                break;
            }
        }
        waiting.retain(|(object, _)| own_names(object).iter().any(|name| needed.contains(name)));
        let mut statements = Vec::new();
        // what is left in the end needs itself, which the server may judge
        while let Some(at) = waiting.iter().position(|(_, needs)| !waiting.iter().any(|(o, _)| lacks(o, needs))) {
            let (object, _) = waiting.remove(at);
            statements.extend(self.create(object));
        }
        statements
    }

    fn needs(&self, object: &Object) -> BTreeSet<Name> {
        let own = own_names(object);
        let name = |need| match need {
            Need::Fact(Fact::Exists(name)) if self.names.contains(&name) && !own.contains(&name) => Some(name),
            _ => None,
        };
        object.requires().into_iter().filter_map(name).collect()
    }

    fn create(&self, object: &Object) -> Vec<Sql> {
        let Some(mut copy) = object.stand_in(&Ident::new(TEMPORARY)) else { return Vec::new() };
        for ty in copy.types() {
            *ty = self.ty(ty);
        }
        for (space, name) in copy.references() {
            self.name(space, name);
        }
        let pieces: Vec<Piece> = copy.create(Vec::new());
        Body::of(pieces).statements()
    }

    /// The text with what has a stand-in replaced by it.
    pub fn in_twin(&self, text: &str) -> String {
        let here = |schema: &str, name: &str| {
            [Space::Type, Space::Collation].iter().any(|space| self.names.contains(&Name::new(*space, [schema, name])))
        };
        self.back.loose(&requalify(text, |schema, name| here(schema, name).then(|| TEMPORARY.to_owned())))
    }

    /// The same, and with these relations in the temporary schema too.
    pub fn in_twin_with(&self, text: &str, relations: &[&Qualified]) -> String {
        let moved = |schema: &str, name: &str| {
            relations.iter().any(|of| (of.schema.as_str(), of.name.as_str()) == (schema, name))
        };
        // before anything of it is called by the name that the server knows
        self.in_twin(&requalify(text, |schema, name| moved(schema, name).then(|| TEMPORARY.to_owned())))
    }

    /// The text as it reads at home: what was temporary is in the schema that it stood for.
    pub fn home(&self, text: &str) -> String {
        requalify(&self.forth.loose(text), |schema, name| {
            if !schema.starts_with(TEMPORARY) {
                return None;
            }
            let own = self.names.iter().find(|own| own.path.last().is_some_and(|last| last.as_str() == name));
            own.and_then(|own| own.path.first()).map(Ident::quoted)
        })
    }
}

fn is(id: &Id, name: &Qualified) -> bool {
    id.path == [name.schema.clone(), name.name.clone()]
}

/// Whether it makes one of these names.
fn lacks(object: &Object, needs: &BTreeSet<Name>) -> bool {
    own_names(object).iter().any(|name| needs.contains(name))
}

/// A composite type bears a relation's name too, which stands in for nothing.
fn own_names(object: &Object) -> Vec<Name> {
    object.occupies().into_iter().filter(|name| matches!(name.space, Space::Type | Space::Collation)).collect()
}

/// Replaces the schema of `schema.name` wherever `with` gives another one.
fn requalify(text: &str, with: impl Fn(&str, &str) -> Option<String>) -> String {
    let Ok(tokens) = lex::tokens(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for window in tokens.windows(3) {
        let [schema, dot, name] = window else { continue };
        if dot.text != "." || schema.kind != lex::Kind::Word || name.kind != lex::Kind::Word {
            continue;
        }
        if let Some(new) = with(&lex::unquoted(schema.text), &lex::unquoted(name.text)) {
            out.push_str(&text[done..schema.start]);
            out.push_str(&new);
            done = schema.end();
        }
    }
    out.push_str(&text[done..]);
    out
}
