//! How a table tells its subscribers which row changed: an object of its own, since it may stand on an index.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplicaIdentity {
    pub table: Qualified,
    pub by: By,
}

/// By the primary key is the default, and no object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    Nothing,
    Full,
    Index(Ident),
}

impl ReplicaIdentity {
    fn set(&self, sql: Sql) -> Vec<Piece> {
        vec![Piece::AlterOwn(self.table.clone(), sql)]
    }

    fn sql(&self) -> Sql {
        let sql = Sql::new().kw("REPLICA IDENTITY");
        match &self.by {
            By::Nothing => sql.kw("NOTHING"),
            By::Full => sql.kw("FULL"),
            By::Index(index) => sql.kw("USING INDEX").ident(index),
        }
    }
}

impl Kind for ReplicaIdentity {
    const TAG: Tag = Tag::ReplicaIdentity;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let by = match row.text("identity")? {
            "n" => By::Nothing,
            "f" => By::Full,
            _ => By::Index(row.ident("index")?),
        };
        Ok(Self { table: row.table("table")?, by })
    }

    fn id(&self) -> Id {
        Id::of(Tag::ReplicaIdentity, &self.table)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::ReplicaIdentity, [&self.table.schema, &self.table.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let index = match &self.by {
            By::Index(index) => Some(Qualified { schema: self.table.schema.clone(), name: index.clone() }),
            By::Nothing | By::Full => None,
        };
        std::iter::once(&self.table).chain(&index).map(|name| Need::exists(Name::relation(name))).collect()
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    /// The index took the name of a live one.
    fn follow(&mut self, old: &Id, new: &Id) {
        if let (By::Index(index), Some(from), Some(to)) = (&mut self.by, old.index_of(&self.table), new.index_of(&self.table))
            && index == from
        {
            *index = to.clone();
        }
    }

    const SECTION: &'static str = "replica_identity";

    fn write(&self, _: Parts) -> Part {
        let text = match &self.by {
            By::Nothing => "nothing",
            By::Full => "full",
            By::Index(index) => return Part { key: None, doc: Doc::Map(vec![("index".into(), Doc::text(index.as_str()))]) },
        };
        Part { key: None, doc: Doc::text(text) }
    }

    fn rename(&mut self, renames: &Renames) {
        if let By::Index(index) = &mut self.by {
            renames.index(&self.table, index);
        }
        renames.relation(&mut self.table);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.set(self.sql())
    }

    fn drop(&self) -> Vec<Piece> {
        self.set(Sql::new().kw("REPLICA IDENTITY DEFAULT"))
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { table: _, by: _ } = new;
        new.set(new.sql())
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_table"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        vec![Hazard::instant(&change.subject().table)]
    }
}
