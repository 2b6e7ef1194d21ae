//! Who owns an object: attached to it, since whoever makes the object anew owns it at first.

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub on: Id,
    pub role: Ident,
}

impl Kind for Owner {
    const TAG: Tag = Tag::Owner;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { on: attached::read(row)?, role: row.ident("owner")? })
    }

    fn id(&self) -> Id {
        Id::attached(Tag::Owner, self.on.clone())
    }

    fn occupies(&self) -> Vec<Name> {
        vec![attached::ownership(&self.on)]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(self.on.place()), Need::exists(Name::new(Space::Role, [&self.role]))]
    }

    fn provides(&self) -> Vec<Fact> {
        vec![Fact::Exists(attached::owned(&self.on, &self.role))]
    }

    fn parent(&self) -> Option<Id> {
        attached::parent(&self.on)
    }

    fn aspect(&self) -> Option<Aspect> {
        Some(Aspect::Owners)
    }

    /// Whoever makes it owns it, until a model says otherwise.
    fn stays(&self, _: &Managed) -> bool {
        true
    }

    fn owns(&self) -> Option<&Ident> {
        Some(&self.role)
    }

    fn hands_to(&self) -> Option<&Ident> {
        Some(&self.role)
    }

    fn follow(&mut self, old: &Id, new: &Id) {
        if self.on == *old {
            self.on = new.clone();
        }
    }

    const SECTION: &'static str = "owner";

    fn write(&self, _: Parts) -> Part {
        Part { key: None, doc: Doc::text(self.role.as_str()) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.id(&mut self.on);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(attached::alter(&self.on).kw("OWNER TO").ident(&self.role))]
    }

    /// An object is never without one: it goes with the object.
    fn drop(&self) -> Vec<Piece> {
        Vec::new()
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { on: _, role: _ } = new;
        new.create(Vec::new())
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_owner"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match (change, self::relation(&change.subject().on)) {
            (Change::Alter { .. }, Some(name)) => vec![Hazard::instant(&name)],
            _ => Vec::new(),
        }
    }
}

/// What `ALTER … OWNER TO` takes a lock on.
fn relation(on: &Id) -> Option<Qualified> {
    match (on.place().space, on.path.as_slice()) {
        (Space::Relation, [schema, name]) => Some(Qualified::new(schema, name)),
        _ => None,
    }
}
