//! A text search template: the functions that dictionaries are made of.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchTemplate {
    pub name: Qualified,
    /// Takes the options of a dictionary; without one it can have none.
    pub init: Option<Qualified>,
    pub lexize: Qualified,
}

impl Kind for TextSearchTemplate {
    const TAG: Tag = Tag::TextSearchTemplate;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let name = row.qualified("schema", "name")?;
        Ok(Self { name, init: row.pair("init")?, lexize: row.must_pair("lexize")? })
    }

    fn id(&self) -> Id {
        Id::of(Tag::TextSearchTemplate, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::TextSearchTemplate, [&self.name.schema, &self.name.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let calls = self.init.iter().chain([&self.lexize]).filter_map(routine::called);
        std::iter::once(Need::exists(Name::schema(&self.name.schema))).chain(calls).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.init.iter_mut().chain([&mut self.lexize]).map(|name| (Space::Routine, name)).collect()
    }

    const SECTION: &'static str = "text_search_templates";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, init, lexize } = self;
        let fields = Fields::default()
            .put("init", init.as_ref().map(routine::written))
            .put("lexize", routine::written(lexize))
            .put("comment", parts.take_one("comment"));
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.qualified(Space::TextSearchTemplate, &mut self.name);
    }

    /// Nothing of it can be altered but its name.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, init, lexize } = self;
        let init = init.as_ref().map(|function| Sql::new().kw("INIT =").qualified(function));
        let options = init.into_iter().chain([Sql::new().kw("LEXIZE =").qualified(lexize)]);
        vec![Piece::Statement(Sql::new().kw("CREATE TEXT SEARCH TEMPLATE").qualified(name).kw("(").list(options).kw(")"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TEXT SEARCH TEMPLATE").qualified(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_text_search_template",
            Change::Rename { .. } => "rename_text_search_template",
            _ => "create_text_search_template",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
