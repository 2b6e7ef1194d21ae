//! What a new object's privileges are at once, by who makes it and where.
//!
//! They change after everything else, so that what a plan makes is made under those that there were before.

use super::grants::{Base, Class, Grants, Step};
use super::privileges::Privileges;
use super::*;

mod yaml;

pub use yaml::{Declaration, declare};

/// Of which new objects: the letter of `pg_default_acl`, and the word of `ALTER DEFAULT PRIVILEGES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Objects {
    Tables,
    Sequences,
    Functions,
    Types,
    Schemas,
}

const OBJECTS: [(Objects, &str, &str, Class); 5] = [
    (Objects::Tables, "r", "ON TABLES", Class::Relation),
    (Objects::Sequences, "S", "ON SEQUENCES", Class::Sequence),
    (Objects::Functions, "f", "ON FUNCTIONS", Class::Routine),
    (Objects::Types, "T", "ON TYPES", Class::Type),
    (Objects::Schemas, "n", "ON SCHEMAS", Class::Schema),
];

impl Objects {
    fn entry(self) -> &'static (Objects, &'static str, &'static str, Class) {
        let at = OBJECTS.iter().position(|(objects, ..)| *objects == self).unwrap_or(0);
        &OBJECTS[at]
    }

    pub fn class(self) -> Class {
        self.entry().3
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultPrivileges {
    /// Of what this role makes.
    pub role: Ident,
    /// In any schema where none is stated; those of a schema come on top.
    pub schema: Option<Ident>,
    pub grants: BTreeMap<Objects, Grants>,
    /// The role is the one that the statements run as.
    pub mine: Aside<bool>,
}

impl DefaultPrivileges {
    /// Those in a schema begin with nothing.
    pub fn base(&self, objects: Objects) -> Base {
        if self.schema.is_some() { Base::nothing() } else { Base::of_class(objects.class()) }
    }

    fn change(&self, old: &BTreeMap<Objects, Grants>, new: &BTreeMap<Objects, Grants>) -> Vec<Piece> {
        let none = Grants::default();
        let head = || {
            let sql = Sql::new().kw("ALTER DEFAULT PRIVILEGES FOR ROLE").ident(&self.role);
            sql.maybe(self.schema.as_ref(), |sql, schema| sql.kw("IN SCHEMA").ident(schema))
        };
        let of = |(objects, _, word, _): &(Objects, &str, &'static str, Class)| {
            let [old, new] = [old, new].map(|grants| grants.get(objects).unwrap_or(&none));
            let on = Sql::new().kw(word);
            let sql = move |step: Step| Piece::Statement(step.sql(head(), &on, None, Some(&self.role)));
            Grants::steps(old, new, &self.base(*objects)).into_iter().map(sql).collect::<Vec<_>>()
        };
        OBJECTS.iter().flat_map(of).collect()
    }
}

impl Kind for DefaultPrivileges {
    const TAG: Tag = Tag::DefaultPrivileges;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let role = row.ident("role")?;
        let schema = row.opt("schema").map(Ident::new);
        let mut found = Self { role, schema, grants: BTreeMap::new(), mine: Aside(row.is("mine")) };
        let lists: Vec<(String, Vec<String>)> = row.json("acls")?.unwrap_or_default();
        for (letter, items) in lists {
            let known = OBJECTS.iter().find(|(_, known, ..)| *known == letter);
            let Some((objects, _, _, class)) = known else { continue };
            let base = found.base(*objects);
            let grants = Grants::of(&items, found.role.as_str(), *class, &base, row.is("maintain"))?;
            if !grants.0.is_empty() {
                found.grants.insert(*objects, grants);
            }
        }
        Ok(found)
    }

    fn id(&self) -> Id {
        Id::new(Tag::DefaultPrivileges, std::iter::once(&self.role).chain(&self.schema))
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::DefaultPrivileges, self.id().path)]
    }

    fn requires(&self) -> Vec<Need> {
        let roles = self.grants.values().flat_map(Grants::roles).chain([&self.role]);
        let roles = roles.map(|role| Need::exists(Name::new(Space::Role, [role])));
        roles.chain(self.schema.as_ref().map(|schema| Need::exists(Name::schema(schema)))).collect()
    }

    fn aspect(&self) -> Option<Aspect> {
        Some(Aspect::Privileges)
    }

    fn stays(&self, managed: &Managed) -> bool {
        !managed.has(Aspect::Privileges)
    }

    fn run_by(&mut self, role: &Ident, _: u32) {
        self.mine = Aside(self.role == *role);
    }

    const GIVES: bool = true;

    fn give(&self, to: &Id, had: Option<Object>) -> Option<Object> {
        let here = self.schema.as_ref().is_none_or(|schema| to.path.first() == Some(schema) && to.path.len() > 1);
        let class = Class::of(to).filter(|_| self.mine.0 && here);
        let found = class.and_then(|class| OBJECTS.iter().find(|(.., known)| *known == class));
        let Some((objects, .., class)) = found else { return had };
        let Some(own) = self.grants.get(objects) else { return had };
        let had = match had {
            Some(Object::Privileges(privileges)) => privileges.grants,
            _ => Grants::default(),
        };
        let grants = if self.schema.is_some() { had.with(own, &Base::of_class(*class), *class) } else { own.clone() };
        Some(Object::from(Privileges::new(to.clone(), grants)))
    }

    const SECTION: &'static str = "default_privileges";

    fn write(&self, parts: Parts) -> Part {
        let name = |ident: &Ident| {
            crate::draft::write_name(&Qualified { schema: parts.schema.clone(), name: ident.clone() }, parts.schema.as_str())
        };
        let key = match &self.schema {
            Some(schema) => format!("{} in {}", name(&self.role), name(schema)),
            None => name(&self.role),
        };
        let fields = self.grants.iter().map(|(objects, grants)| {
            (format!("{objects:?}").to_lowercase(), grants.write(objects.class()))
        });
        Part { key: Some(key), doc: Doc::Map(fields.collect()) }
    }

    fn rename(&mut self, renames: &Renames) {
        self.schema.iter_mut().for_each(|schema| renames.schema(schema));
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.change(&BTreeMap::new(), &self.grants)
    }

    fn drop(&self) -> Vec<Piece> {
        self.change(&self.grants, &BTreeMap::new())
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { role: _, schema: _, grants, mine: _ } = new;
        new.change(&old.grants, grants)
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_default_privileges"
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
