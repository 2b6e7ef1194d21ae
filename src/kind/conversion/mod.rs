//! A conversion: the function that makes text of one encoding text of another.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    pub name: Qualified,
    pub from_encoding: String,
    pub to_encoding: String,
    pub function: Qualified,
    /// The one that is taken for these encodings unasked.
    pub usual: bool,
}

impl Kind for Conversion {
    const TAG: Tag = Tag::Conversion;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.qualified("schema", "name")?,
            from_encoding: row.text("from_encoding")?.to_owned(),
            to_encoding: row.text("to_encoding")?.to_owned(),
            function: row.must_pair("function")?,
            usual: row.is("usual"),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Conversion, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Conversion, [&self.name.schema, &self.name.name])]
    }

    fn requires(&self) -> Vec<Need> {
        std::iter::once(Need::exists(Name::schema(&self.name.schema))).chain(routine::called(&self.function)).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        vec![(Space::Routine, &mut self.function)]
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "conversions";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, from_encoding, to_encoding, function, usual } = self;
        let fields = Fields::default()
            .put("from", Doc::text(from_encoding))
            .put("to", Doc::text(to_encoding))
            .put("function", routine::written(function))
            .when("default", *usual)
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.qualified(Space::Conversion, &mut self.name);
    }

    /// Nothing of it can be altered but its name.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, from_encoding, to_encoding, function, usual } = self;
        let sql = Sql::new().kw(if *usual { "CREATE DEFAULT CONVERSION" } else { "CREATE CONVERSION" }).qualified(name);
        let sql = sql.kw("FOR").literal(from_encoding).kw("TO").literal(to_encoding);
        vec![Piece::Statement(sql.kw("FROM").qualified(function))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP CONVERSION").qualified(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_conversion",
            Change::Rename { .. } => "rename_conversion",
            _ => "create_conversion",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
