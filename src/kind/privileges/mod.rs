//! Who may do what with an object, beyond what PostgreSQL gives by itself: attached to it, and so restored whenever it is made
//! again.
//!
//! Those on a column are objects of their own. Taking a privilege on a table from somebody takes that on its columns as well
//! (the manual on REVOKE), so those are put back.

use super::grants::{Base, Class, Declared, Grants, Step};
use super::*;
use crate::draft::Scope;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privileges {
    pub on: Id,
    pub grants: Grants,
    /// Whom the owner's privileges belong to.
    pub owner: Aside<Option<Ident>>,
    /// For the sequence of an identity: the column.
    pub of: Aside<Option<Id>>,
    /// The server gives everybody more on the schema `public`.
    pub before_15: Aside<bool>,
}

impl Privileges {
    pub fn new(on: Id, grants: Grants) -> Self {
        Self { on, grants, owner: Aside(None), of: Aside(None), before_15: Aside(false) }
    }

    /// `None` for what has none.
    pub fn declared(on: &Id, stated: &Declared, scope: &Scope) -> Result<Option<Self>> {
        let Some(class) = Class::of(on) else { return Ok(None) };
        Ok(Some(Self::new(on.clone(), Grants::declared(stated, class, scope)?)))
    }

    fn class(&self) -> Class {
        Class::of(&self.on).unwrap_or(Class::Relation)
    }

    /// What has an owner: a column is its table's, and so is the sequence of an identity.
    fn owned(&self) -> Id {
        let on = self.of.0.as_ref().unwrap_or(&self.on);
        match (on.tag, on.path.as_slice()) {
            (Tag::Column, [schema, table, _]) => Id::new(Tag::Table, [schema, table]),
            (tag, [schema, view, _]) if self.class() == Class::Column => Id::new(tag, [schema, view]),
            _ => on.clone(),
        }
    }

    fn base(&self) -> Base {
        Base::of(&self.on, self.class(), self.before_15.0)
    }

    fn steps(old: &Grants, new: &Grants, of: &Self) -> Vec<Step> {
        Grants::steps(old, new, &of.base())
    }

    fn change(&self, old: &Grants, new: &Grants) -> Vec<Piece> {
        let word = match (self.class(), self.on.tag) {
            (Class::Routine, Tag::Procedure) => "ON PROCEDURE",
            (Class::Routine, _) => "ON FUNCTION",
            (Class::Schema, _) => "ON SCHEMA",
            (Class::Sequence, _) => "ON SEQUENCE",
            (Class::Type, _) => "ON TYPE",
            (Class::Wrapper, _) => "ON FOREIGN DATA WRAPPER",
            (Class::Server, _) => "ON FOREIGN SERVER",
            (Class::Language, _) => "ON LANGUAGE",
            (Class::Relation | Class::Column, _) => "ON TABLE",
        };
        let on = Sql::new().kw(word).sql(&attached::called(&self.on));
        let column = self.on.path.last().filter(|_| self.class() == Class::Column);
        let sql = |step: Step| Piece::Statement(step.sql(Sql::new(), &on, column, self.owner.0.as_ref()));
        Self::steps(old, new, self).into_iter().map(sql).collect()
    }

    /// The table that these are on, or on a column of.
    fn table(&self) -> Option<&[Ident]> {
        match self.class() {
            Class::Relation => Some(&self.on.path),
            Class::Column => self.on.path.get(..2),
            _ => None,
        }
    }

    /// What a role may do with a table or a column of it, below the table's name.
    fn granted(&self) -> Vec<Vec<Ident>> {
        let below = |(who, rights): (&grants::Grantee, &grants::Rights)| {
            let (table, who) = (self.table().unwrap_or_default().to_vec(), Ident::new(format!("{who:?}")));
            let path = move |right: &grants::Right| [table.as_slice(), &[who.clone(), Ident::new(right.word())]].concat();
            rights.plain.iter().chain(&rights.grantable).map(path).collect::<Vec<_>>()
        };
        if self.table().is_some() { self.grants.0.iter().flat_map(below).collect() } else { Vec::new() }
    }
}

impl Kind for Privileges {
    const TAG: Tag = Tag::Privileges;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let on = attached::read(row)?;
        let class = Class::of(&on).unwrap_or(Class::Relation);
        let before_15 = row.is("before_15");
        let grants = Grants::read(row, class, &Base::of(&on, class, before_15))?;
        let of: Option<[String; 3]> = row.json("identity_of")?;
        let of = Aside(of.map(|path| Id::new(Tag::Column, path.map(Ident::new))));
        Ok(Self { on, grants, owner: Aside(Some(row.ident("owner")?)), of, before_15: Aside(before_15) })
    }

    fn id(&self) -> Id {
        Id::attached(Tag::Privileges, self.on.clone())
    }

    fn occupies(&self) -> Vec<Name> {
        let tag = Ident::new(self.on.tag.word());
        vec![Name::new(Space::Privileges, std::iter::once(&tag).chain(&self.on.path))]
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(self.on.place())];
        needs.extend(self.grants.roles().map(|role| Need::exists(Name::new(Space::Role, [role]))));
        if self.class() == Class::Language {
            needs.push(Need::exists(Name::new(Space::Trusted, &self.on.path)));
        }
        if let (Class::Column, [schema, table, _]) = (self.class(), self.on.path.as_slice()) {
            let of = |who| Need::AsIs(Name::new(Space::Granted, [schema, table, &Ident::new(format!("{who:?}"))]));
            needs.extend(self.grants.0.keys().map(of));
        }
        needs
    }

    fn provides(&self) -> Vec<Fact> {
        let whole = self.class() == Class::Relation;
        let facts = |path: Vec<Ident>| {
            let name = Name::new(Space::Granted, &path);
            // what is given to a column is given after it is taken from the table
            whole.then(|| Fact::Exists(name.clone())).into_iter().chain([Fact::Passes(name)])
        };
        self.granted().into_iter().flat_map(facts).collect()
    }

    fn parent(&self) -> Option<Id> {
        self.of.0.clone().or_else(|| attached::parent(&self.on))
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        let named = |rights: &grants::Rights| {
            rights.plain.contains(&grants::Right::Maintain) || rights.grantable.contains(&grants::Right::Maintain)
        };
        self.grants.0.values().any(named).then_some((17, "the privilege MAINTAIN"))
    }

    fn aspect(&self) -> Option<Aspect> {
        Some(Aspect::Privileges)
    }

    fn stays(&self, managed: &Managed) -> bool {
        !managed.has(Aspect::Privileges)
    }

    fn run_by(&mut self, _: &Ident, server: u32) {
        self.before_15 = Aside(server < 15);
    }

    fn heed(&mut self, owner: &dyn Fn(&Id) -> Ident) {
        let owner = owner(&Id::attached(Tag::Owner, self.owned()));
        let (base, class) = (self.base(), self.class());
        self.grants.owned_by(&owner, &base, class);
        self.owner = Aside(Some(owner));
    }

    fn usual(&self) -> Option<Self> {
        Some(Self { grants: Grants::default(), ..self.clone() })
    }

    fn follow(&mut self, old: &Id, new: &Id) {
        if self.on == *old {
            self.on = new.clone();
        }
    }

    const SECTION: &'static str = "privileges";

    fn write(&self, _: Parts) -> Part {
        let key = match self.of.0 {
            Some(_) => Some(attached::OF_IDENTITY.to_owned()),
            None => attached::column_key(&self.on),
        };
        Part { key, doc: self.grants.write(self.class()) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.id(&mut self.on);
        self.of.0.iter_mut().for_each(|of| renames.id(of));
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        // whoever becomes the owner must have nothing of its own then, and whoever was it gets what it is to have after
        if old.owner.0 == new.owner.0 { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.change(&Grants::default(), &self.grants)
    }

    fn drop(&self) -> Vec<Piece> {
        self.change(&self.grants, &Grants::default())
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { on: _, grants, owner: _, of: _, before_15: _ } = new;
        new.change(&old.grants, grants)
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "grant",
            Change::Drop(_) => "revoke",
            Change::Rename { .. } | Change::Alter { .. } => "alter_privileges",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let none = Grants::default();
        let (of, old, new) = match change {
            Change::Create(new) => (new, &none, &new.grants),
            Change::Drop(old) => (old, &old.grants, &none),
            Change::Alter { old, new } | Change::Rename { old, new } => (new, &old.grants, &new.grants),
        };
        let losses = grants::losses(&Self::steps(old, new, of));
        let hazard = |text| Hazard { risk: Risk::Breaks, on: of.on.place(), text, spared_by: None };
        losses.into_iter().map(hazard).collect()
    }
}
