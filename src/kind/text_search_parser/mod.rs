//! A text search parser: the functions that cut a document into tokens.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchParser {
    pub name: Qualified,
    pub start: Qualified,
    pub gettoken: Qualified,
    pub end: Qualified,
    pub lextypes: Qualified,
    /// Makes excerpts; without one there are none.
    pub headline: Option<Qualified>,
}

impl TextSearchParser {
    /// In the order of CREATE TEXT SEARCH PARSER.
    fn functions(&self) -> [(&'static str, Option<&Qualified>); 5] {
        let Self { name: _, start, gettoken, end, lextypes, headline } = self;
        let words = ["START =", "GETTOKEN =", "END =", "LEXTYPES =", "HEADLINE ="];
        let functions = [Some(start), Some(gettoken), Some(end), Some(lextypes), headline.as_ref()];
        std::array::from_fn(|n| (words[n], functions[n]))
    }
}

impl Kind for TextSearchParser {
    const TAG: Tag = Tag::TextSearchParser;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.qualified("schema", "name")?,
            start: row.must_pair("start")?,
            gettoken: row.must_pair("gettoken")?,
            end: row.must_pair("end")?,
            lextypes: row.must_pair("lextypes")?,
            headline: row.pair("headline")?,
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::TextSearchParser, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::TextSearchParser, [&self.name.schema, &self.name.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let calls = self.functions().into_iter().filter_map(|(_, function)| routine::called(function?));
        std::iter::once(Need::exists(Name::schema(&self.name.schema))).chain(calls).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let always = [&mut self.start, &mut self.gettoken, &mut self.end, &mut self.lextypes];
        always.into_iter().chain(&mut self.headline).map(|name| (Space::Routine, name)).collect()
    }

    const SECTION: &'static str = "text_search_parsers";

    fn write(&self, mut parts: Parts) -> Part {
        let word = |word: &str| word.trim_end_matches(" =").to_lowercase();
        let put = |fields: Fields, (key, function): (&str, Option<&Qualified>)| {
            fields.put(&word(key), function.map(routine::written))
        };
        let fields = self.functions().into_iter().fold(Fields::default(), put).put("comment", parts.take_one("comment"));
        Part { key: Some(crate::draft::write_name(&self.name, parts.schema.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.qualified(Space::TextSearchParser, &mut self.name);
    }

    /// Nothing of it can be altered but its name.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let option = |(word, function): (&'static str, Option<&Qualified>)| Some(Sql::new().kw(word).qualified(function?));
        let options = self.functions().into_iter().filter_map(option);
        let sql = Sql::new().kw("CREATE TEXT SEARCH PARSER").qualified(&self.name).kw("(").lines(options).kw(")");
        vec![Piece::Statement(sql)]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TEXT SEARCH PARSER").qualified(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_text_search_parser",
            Change::Rename { .. } => "rename_text_search_parser",
            _ => "create_text_search_parser",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
