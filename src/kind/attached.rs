//! What belongs to an object whatever kind it is of, and how does a declaration state it?
//!
//! Its owner and its privileges: objects of their own that come and go with it.

use super::grants::{Class, Declared};
use super::owner::Owner;
use super::privileges::Privileges;
use super::{Aside, Aspect, Doc, Fields, Id, Name, Object, Part, Parts, Row, Space, Tag};
use crate::draft::{Draft, Scope};
use crate::error::{Error, Place, Result};
use crate::name::{Ident, Qualified};
use crate::spanned::Spanned;
use crate::sql::Sql;

impl Id {
    /// It is in every database and belongs to none of the models.
    pub fn is_public_schema(&self) -> bool {
        self.tag == Tag::Schema && self.path.first().is_some_and(|name| name.as_str() == "public")
    }
}

impl Object {
    /// Its owner, where it has one of its own.
    pub fn owned_by(&self, role: &Ident) -> Option<Object> {
        self.has_owner().then(|| Object::from(Owner { on: self.id(), role: role.clone() }))
    }
}

/// The object that the row's `kind` and `path`, or its `table` and `column`, speak of.
pub fn read(row: &Row) -> Result<Id> {
    let word = row.text("kind")?;
    let tag = Tag::ALL.iter().copied().find(|tag| tag.word() == word);
    let tag = tag.ok_or_else(|| Error::new(format!("the catalog query named the unknown kind {word}")))?;
    if row.opt("table").is_none() {
        return Ok(Id::new(tag, row.idents("path")?));
    }
    let Qualified { schema, name } = row.table("table")?;
    let column = row.opt("column").map(|_| row.column(row.oid("table")?, row.number("column")? as i16));
    Ok(Id::new(tag, [schema, name].into_iter().chain(column.transpose()?)))
}

/// The name that an ownership takes.
pub fn ownership(on: &Id) -> Name {
    let tag = Ident::new(on.tag.word());
    Name::new(Space::Owner, std::iter::once(&tag).chain(&on.path))
}

/// That it is owned by this role.
pub fn owned(on: &Id, role: &Ident) -> Name {
    let Name { space, mut path } = ownership(on);
    path.push(role.clone());
    Name { space, path }
}

/// What it is attached to; nothing where that is no object of a catalog.
pub fn parent(on: &Id) -> Option<Id> {
    let mut on = on.clone();
    if on.tag != Tag::Column && Class::of(&on) == Some(Class::Column) {
        on.path.truncate(2);
    }
    (!on.is_public_schema()).then_some(on)
}

/// `public.tasks`, `public.add(integer, integer)`, `public.=== (integer, integer)`
pub fn called(on: &Id) -> Sql {
    match (Class::of(on), on.path.as_slice()) {
        (Some(Class::Routine), [schema, name, signature]) => {
            Sql::new().routine(&Qualified::new(schema, name), &super::routine::types_of(signature))
        }
        (Some(Class::Column), [schema, table, _]) => Sql::new().qualified(&Qualified::new(schema, table)),
        (None, [schema, symbols, types]) if on.tag == Tag::Operator => {
            Sql::new().operator_name(schema, symbols.as_str()).bracketed(types)
        }
        (None, [schema, name, using]) if matches!(on.tag, Tag::OperatorClass | Tag::OperatorFamily) => {
            super::member::named(Sql::new(), &Qualified::new(schema, name), using)
        }
        (_, path) => Sql::new().path(path),
    }
}

/// `ALTER TABLE public.tasks`
pub fn alter(on: &Id) -> Sql {
    let sql = Sql::new().kw("ALTER").kw(on.tag.sql());
    match (on.tag, on.path.as_slice()) {
        // an aggregate that takes nothing
        (Tag::Aggregate, [schema, name, types]) if types.as_str() == "()" => {
            sql.qualified(&Qualified::new(schema, name)).glued("(*)")
        }
        _ => sql.sql(&called(on)),
    }
}

/// The key of what stands in the declaration of an identity.
pub const OF_IDENTITY: &str = "";

/// `owner:` and `privileges:` of a declaration.
#[derive(Clone, Copy)]
pub struct Stated<'a> {
    pub owner: Option<&'a Spanned<String>>,
    pub privileges: Option<&'a Spanned<Declared>>,
}

impl Stated<'_> {
    pub fn declare(self, on: &Id, scope: &Scope, draft: &mut Draft) -> Result<()> {
        if let Some(owner) = self.owner {
            draft.stated.push((Aspect::Owners, scope.place(owner)));
            draft.push(Owner { on: on.clone(), role: scope.ident(owner)? }, scope.place(owner), true);
        }
        if let Some(stated) = self.privileges {
            grant(on, &stated.value, &scope.place(stated), scope, draft)?;
        }
        Ok(())
    }
}

pub fn grant(on: &Id, stated: &Declared, place: &Place, scope: &Scope, draft: &mut Draft) -> Result<()> {
    draft.stated.push((Aspect::Privileges, place.clone()));
    draft.attach(Privileges::declared(on, stated, scope)?, place);
    Ok(())
}

/// Those on the sequence of an identity column.
pub fn grant_on_identity(
    column: Id,
    sequence: &Qualified,
    stated: &Spanned<Declared>,
    scope: &Scope,
    draft: &mut Draft,
) -> Result<()> {
    let place = scope.place(stated);
    draft.stated.push((Aspect::Privileges, place.clone()));
    let on = Id::of(Tag::Sequence, sequence);
    let privileges = Privileges::declared(&on, &stated.value, scope)?;
    draft.attach(privileges.map(|privileges| Privileges { of: Aside(Some(column)), ..privileges }), &place);
    Ok(())
}

impl Parts {
    /// What stands in the declaration of an identity.
    pub fn take_of_identity(&mut self) -> Option<Doc> {
        let parts = self.sections.get_mut("privileges")?;
        let at = parts.iter().position(|part| part.key.as_deref() == Some(OF_IDENTITY))?;
        Some(parts.remove(at).doc)
    }
}

impl Fields {
    /// What is attached to the object, as its declaration has it.
    pub fn attached(self, parts: &mut Parts) -> Self {
        let (of_columns, own): (Vec<Part>, Vec<Part>) =
            parts.sections.remove("privileges").unwrap_or_default().into_iter().partition(|part| part.key.is_some());
        let columns: Vec<(String, Doc)> =
            of_columns.into_iter().map(|part| (part.key.unwrap_or_default(), part.doc)).collect();
        self.put("owner", parts.take_one("owner"))
            .put("privileges", own.into_iter().next().map(|part| part.doc))
            .put("column_privileges", (!columns.is_empty()).then_some(Doc::Map(columns)))
    }
}

/// The column that something on a column of a view is written under.
pub fn column_key(on: &Id) -> Option<String> {
    let of_view = on.tag != Tag::Column && Class::of(on) == Some(Class::Column);
    on.path.last().filter(|_| of_view).map(Ident::as_str).map(str::to_owned)
}
