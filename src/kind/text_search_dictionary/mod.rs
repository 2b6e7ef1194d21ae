//! A text search dictionary: a template with options, which makes a lexeme of a token.
//!
//! The server reads its files anew with every session, and no index: what was indexed before stays as it was.

use super::*;

mod options;
mod yaml;

pub use options::Options;
pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchDictionary {
    pub name: Qualified,
    pub template: Qualified,
    pub options: Options,
}

impl TextSearchDictionary {
    fn place(&self) -> Name {
        Name::new(Space::TextSearchDictionary, [&self.name.schema, &self.name.name])
    }
}

impl Kind for TextSearchDictionary {
    const TAG: Tag = Tag::TextSearchDictionary;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let options = Options::parse(row.opt("options").unwrap_or_default());
        Ok(Self { name: row.qualified("schema", "name")?, template: row.must_pair("template")?, options })
    }

    fn id(&self) -> Id {
        Id::of(Tag::TextSearchDictionary, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![self.place()]
    }

    fn requires(&self) -> Vec<Need> {
        let own = Some(&self.template).filter(|name| name.schema.as_str() != "pg_catalog");
        let template = own.map(|name| Need::exists(Name::new(Space::TextSearchTemplate, [&name.schema, &name.name])));
        std::iter::once(Need::exists(Name::schema(&self.name.schema))).chain(template).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        vec![(Space::TextSearchTemplate, &mut self.template)]
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "text_search_dictionaries";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, template, options } = self;
        let fields = Fields::default()
            .put("template", routine::written(template))
            .put("options", options.write())
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.qualified(Space::TextSearchDictionary, &mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if old.template == new.template { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, template, options } = self;
        let template = Sql::new().kw("TEMPLATE =").qualified(template);
        let options = std::iter::once(template).chain(options.sql());
        vec![Piece::Statement(Sql::new().kw("CREATE TEXT SEARCH DICTIONARY").qualified(name).kw("(").list(options).kw(")"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TEXT SEARCH DICTIONARY").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, template: _, options } = new;
        let changes = options.changes(&old.options);
        vec![Piece::Statement(Sql::new().kw("ALTER TEXT SEARCH DICTIONARY").qualified(name).kw("(").list(changes).kw(")"))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_text_search_dictionary",
            Change::Drop(_) => "drop_text_search_dictionary",
            Change::Rename { .. } => "rename_text_search_dictionary",
            Change::Alter { .. } => "alter_text_search_dictionary",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Alter { new, .. } = change else { return Vec::new() };
        let text = "lexemes that are stored or indexed stay as they are until they are made anew".to_owned();
        vec![Hazard { risk: Risk::Breaks, on: new.place(), text, spared_by: None }]
    }
}
