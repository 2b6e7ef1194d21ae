//! What does a table have because another table has it?
//!
//! A partition has its parent's columns, checks, keys and indexes, and a table that inherits has columns and checks. Each is an
//! object of its own on both sides of a comparison, and knows where it comes from: what makes or drops the one makes or drops
//! the other, and no op of its own does.

use std::collections::BTreeSet;

use super::{Aside, Id, Name, Need, Renames, Row, Tag};
use crate::error::Result;
use crate::name::{Ident, Qualified};

/// One table has what another one has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descent {
    pub child: Qualified,
    pub parent: Qualified,
    /// The object that attaches a partition; `None`: the child inherits, which it says itself.
    pub partition: Option<Id>,
}

/// From which tables a column or a check is inherited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inherited {
    pub from: BTreeSet<Qualified>,
    /// Nothing but making the table anew changes it.
    pub how: Aside<How>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum How {
    /// The table says it itself (`attislocal`), whoever else does.
    #[default]
    Local,
    /// Only the tables that it inherits from say it.
    Inherits,
    /// The table is a partition.
    Partition,
}

impl Inherited {
    pub fn by(descent: &Descent) -> Self {
        let how = if descent.partition.is_some() { How::Partition } else { How::Inherits };
        Self { from: BTreeSet::from([descent.parent.clone()]), how: Aside(how) }
    }

    /// The row's `inherited_from`, `is_local` and `is_partition`, which only what is inherited has.
    pub fn read(row: &Row) -> Result<Self> {
        let from: Vec<(String, String)> = row.json("inherited_from")?.unwrap_or_default();
        let how = match (row.is("is_partition"), row.opt("is_local") == Some("f")) {
            (true, _) => How::Partition,
            (false, true) => How::Inherits,
            (false, false) => How::Local,
        };
        let from = from.into_iter().map(|(schema, name)| Qualified::new(schema.as_str(), name.as_str()));
        Ok(Self { from: from.collect(), how: Aside(how) })
    }

    /// Only its parents say it.
    pub fn is_unwritten(&self) -> bool {
        !self.from.is_empty() && self.how.0 == How::Inherits
    }

    /// Why one cannot become the other.
    pub fn lost(old: &Self, new: &Self) -> Option<&'static str> {
        let own = old.from.is_empty() && new.is_unwritten();
        own.then_some("a column of its own cannot become one that is only inherited, which the way back would need")
    }

    /// A declaration of the table's own turns out to be of a parent's too.
    pub fn merge(&mut self, copy: &Self) {
        self.from.extend(copy.from.iter().cloned());
        if copy.how.0 == How::Partition {
            self.how = copy.how;
        }
    }

    /// What has to be there first, where the parents call it by `name`. What the table says itself comes before them.
    pub fn requires(&self, name: impl Fn(&Qualified) -> Name) -> Vec<Need> {
        let follows = self.how.0 != How::Local;
        self.from.iter().filter(|_| follows).map(|parent| Need::exists(name(parent))).collect()
    }

    pub fn rename(&mut self, renames: &Renames) {
        self.from = std::mem::take(&mut self.from)
            .into_iter()
            .map(|mut table| {
                renames.relation(&mut table);
                table
            })
            .collect();
    }

    /// Of an object of `table` that its parents call by `id`.
    pub fn origins(&self, table: &Qualified, id: impl Fn(&Qualified) -> Id) -> Vec<Origin> {
        if self.from.is_empty() {
            return Vec::new();
        }
        let follows = self.how.0 != How::Local;
        let of_parent = |parent: &Qualified| Origin { id: id(parent), makes: follows, takes: follows };
        let link = match self.how.0 {
            How::Partition => Origin { id: Id::of(Tag::Partition, table), makes: false, takes: false },
            how => Origin { id: Id::of(Tag::Table, table), makes: how == How::Inherits, takes: false },
        };
        self.from.iter().map(of_parent).chain([link]).collect()
    }
}

/// The key or index of a partitioned table that one of a partition's is a part of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartOf {
    pub table: Qualified,
    pub name: Ident,
}

impl PartOf {
    /// The row's `part_of`: schema, table and name.
    pub fn read(row: &Row) -> Result<Option<Self>> {
        let whole: Option<(String, String, String)> = row.json("part_of")?;
        let of = |(schema, table, name): (String, String, String)| {
            let table = Qualified { schema: Ident::new(schema), name: Ident::new(table) };
            Self { table, name: Ident::new(name) }
        };
        Ok(whole.map(of))
    }

    pub fn index(&self) -> Qualified {
        Qualified { schema: self.table.schema.clone(), name: self.name.clone() }
    }

    pub fn rename(part_of: &mut Option<Self>, renames: &Renames) {
        if let Some(whole) = part_of {
            let mut index = whole.index();
            renames.relation(&mut index);
            whole.name = index.name;
            renames.relation(&mut whole.table);
        }
    }

    /// Of an object of `table`, whose whole is `id`. `made` is whether its name is the one that Postgres gives it.
    pub fn origins(table: &Qualified, id: Id, made: bool) -> Vec<Origin> {
        let link = Id::of(Tag::Partition, table);
        vec![Origin { id, makes: made, takes: true }, Origin { id: link, makes: made, takes: false }]
    }
}

/// An object that something is there because of. Of several that are made, the last in the list is made last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub id: Id,
    /// Made, it makes the other; where it does not, the other has to be there before.
    pub makes: bool,
    /// Dropped, it takes the other along; where it does not, the other is on its own from then on.
    pub takes: bool,
}
