//! A schema of a publication: all tables in it, those that are still to come too.

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationSchema {
    pub publication: Ident,
    pub schema: Ident,
}

impl PublicationSchema {
    fn alter_publication(&self, action: &'static str) -> Vec<Piece> {
        let sql = Sql::new().kw("ALTER PUBLICATION").ident(&self.publication).kw(action).ident(&self.schema);
        vec![Piece::Statement(sql)]
    }
}

impl Kind for PublicationSchema {
    const TAG: Tag = Tag::PublicationSchema;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { publication: row.ident("publication")?, schema: row.ident("schema")? })
    }

    fn id(&self) -> Id {
        Id::new(Tag::PublicationSchema, [&self.publication, &self.schema])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::PublicationMember, [&self.publication, &self.schema])]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::new(Space::Publication, [&self.publication])), Need::exists(Name::schema(&self.schema))]
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        Some((15, "a schema"))
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::new(Tag::Publication, [&self.publication]))
    }

    const SECTION: &'static str = "member_schemas";

    fn write(&self, _: Parts) -> Part {
        Part { key: None, doc: Doc::text(self.schema.as_str()) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.global(Space::Publication, &mut self.publication);
        renames.schema(&mut self.schema);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.alter_publication("ADD TABLES IN SCHEMA")
    }

    fn drop(&self) -> Vec<Piece> {
        self.alter_publication("DROP TABLES IN SCHEMA")
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_publication"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Create(new) = change else { return Vec::new() };
        let text = format!("UPDATE and DELETE fail on every table in {} that has no primary key or other replica identity", new.schema);
        vec![Hazard { risk: Risk::Breaks, on: Name::schema(&new.schema), text, spared_by: None }]
    }
}
