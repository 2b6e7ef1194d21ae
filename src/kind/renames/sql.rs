//! Which statement gives an object another name, and what does that mean for whoever uses it?

use super::super::{Hazard, Id, Name, Object, Piece, Risk, Space, Tag, attached};
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

/// Kinds with a name of their own that PostgreSQL lets nobody change.
const FIXED: [Tag; 4] = [Tag::Extension, Tag::AccessMethod, Tag::Cast, Tag::Operator];

impl Id {
    /// Its own name, without what it is in and what tells it apart; `None` where it has none that can be another.
    pub fn own_name(&self) -> Option<&Ident> {
        let fixed = self.on.is_some() || self.tag.sql().is_empty() || FIXED.contains(&self.tag);
        self.path.get(self.place().space.depth()).filter(|_| !fixed)
    }

    /// Of one that bears the name where this one is.
    pub fn under_the_name(&self, name: &Ident) -> Self {
        let mut other = self.clone();
        let depth = self.place().space.depth();
        other.path.get_mut(depth).into_iter().for_each(|own| *own = name.clone());
        other
    }
}

/// From a name to another in the same place.
pub fn statement(old: &Id, new: &Id) -> Vec<Piece> {
    let (Some(from), Some(to)) = (old.own_name(), new.own_name()) else { return Vec::new() };
    if from == to {
        return Vec::new();
    }
    let of = || Qualified { schema: old.path[0].clone(), name: old.path[1].clone() };
    let alter = |words: &'static str| Sql::new().kw("ALTER").kw(words);
    let sql = match old.tag {
        Tag::DomainCheck => alter("DOMAIN").qualified(&of()).kw("RENAME CONSTRAINT").ident(from),
        Tag::Column => alter("TABLE").qualified(&of()).kw("RENAME COLUMN").ident(from),
        tag if tag.sql() == "CONSTRAINT" => alter("TABLE").qualified(&of()).kw("RENAME CONSTRAINT").ident(from),
        tag @ (Tag::Trigger | Tag::Policy | Tag::Rule) => {
            alter(tag.sql()).ident(from).kw("ON").qualified(&of()).kw("RENAME")
        }
        _ => attached::alter(old).kw("RENAME"),
    };
    vec![Piece::Statement(sql.kw("TO").ident(to))]
}

/// Of a new name for the object, or for something in it.
pub fn hazards(old: &Object, new: &Object) -> Vec<Hazard> {
    let id = old.id();
    let place = id.place();
    let locked = match place.space {
        Space::Relation => Some(Name::new(Space::Relation, &place.path)),
        space if space.depth() == 2 && id.tag != Tag::DomainCheck => Some(Name::new(Space::Relation, &place.path[..2])),
        _ => None,
    };
    let on = locked.clone().unwrap_or(place);
    let hazard = |risk, text| Hazard { risk, on: on.clone(), text, spared_by: None };
    let breaks = match id.tag {
        Tag::Enumeration if id == new.id() => {
            format!("programs that use the old labels of {} fail from here on", id.qualified())
        }
        Tag::Index | Tag::Trigger | Tag::Policy | Tag::Rule | Tag::Statistics => {
            format!("scripts that name {} fail from here on", id.qualified())
        }
        tag if tag.sql() == "CONSTRAINT" => {
            format!("programs that look for {} in errors or in ON CONFLICT do not find it from here on", id.qualified())
        }
        _ => format!("programs that use {} fail from here on", id.qualified()),
    };
    let lock = match (&locked, id.tag) {
        (Some(index), Tag::Index) => format!("SHARE UPDATE EXCLUSIVE on {index}, instant"),
        // the lock is taken under the name that what it is in has by then
        (Some(_), _) if on.path.len() == 2 => {
            let table = new.parent().filter(|_| id.path.len() > 2).unwrap_or_else(|| new.id());
            format!("ACCESS EXCLUSIVE on {}, instant", table.qualified())
        }
        _ => "no table is locked".to_owned(),
    };
    vec![hazard(Risk::Breaks, breaks), hazard(Risk::Lock, lock)]
}
