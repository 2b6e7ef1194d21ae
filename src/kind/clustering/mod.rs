//! The index by which CLUSTER orders the rows of a table: an object of its own, since the index may be made again.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clustering {
    pub table: Qualified,
    pub index: Ident,
    pub of_view: Aside<bool>,
}

impl Clustering {
    fn set(&self, sql: Sql) -> Vec<Piece> {
        vec![Piece::AlterOwn(self.table.clone(), sql)]
    }
}

impl Kind for Clustering {
    const TAG: Tag = Tag::Clustering;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { table: row.table("table")?, index: row.ident("index")?, of_view: Aside(row.is("of_view")) })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Clustering, &self.table)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Clustering, [&self.table.schema, &self.table.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let index = Qualified { schema: self.table.schema.clone(), name: self.index.clone() };
        [&self.table, &index].map(|name| Need::exists(Name::relation(name))).into()
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(if self.of_view.0 { Tag::MaterializedView } else { Tag::Table }, &self.table))
    }

    /// The index took the name of a live one.
    fn follow(&mut self, old: &Id, new: &Id) {
        if let (Some(from), Some(to)) = (old.index_of(&self.table), new.index_of(&self.table))
            && self.index == *from
        {
            self.index = to.clone();
        }
    }

    const SECTION: &'static str = "cluster_on";

    fn write(&self, _: Parts) -> Part {
        Part { key: None, doc: Doc::text(self.index.as_str()) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.index(&self.table, &mut self.index);
        renames.relation(&mut self.table);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.set(Sql::new().kw("CLUSTER ON").ident(&self.index))
    }

    fn drop(&self) -> Vec<Piece> {
        self.set(Sql::new().kw("SET WITHOUT CLUSTER"))
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { table: _, index: _, of_view: _ } = new;
        new.create(Vec::new())
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_table"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let on = &change.subject().table;
        vec![Hazard::new(Risk::Lock, on, format!("SHARE UPDATE EXCLUSIVE on {on}, instant; no row moves until CLUSTER runs"))]
    }
}
