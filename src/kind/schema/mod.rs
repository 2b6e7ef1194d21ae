//! A schema: the namespace that holds tables, types and sequences.
//!
//! `public` is in every database and belongs to none of the models: it stands as an external.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    pub name: Ident,
}

impl Kind for Schema {
    const TAG: Tag = Tag::Schema;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { name: row.ident("name")? })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Schema, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::schema(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        Vec::new()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "schemas";

    fn imply(name: &Name) -> Option<Self> {
        match (name.space, name.path.as_slice()) {
            (Space::Schema, [name]) => Some(Self { name: name.clone() }),
            _ => None,
        }
    }

    fn write(&self, mut parts: Parts) -> Part {
        let doc = Fields::default().put("comment", parts.take_one("comment")).attached(&mut parts);
        Part { key: Some(self.name.as_str().to_owned()), doc: Doc::Map(doc.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.schema(&mut self.name);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("CREATE SCHEMA").ident(&self.name))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP SCHEMA").ident(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_schema",
            Change::Drop(_) => "drop_schema",
            Change::Rename { .. } => "rename_schema",
            Change::Alter { .. } => "alter_schema",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
