//! A text search configuration: a parser, and for each type of token the dictionaries that are asked, in their order.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearchConfiguration {
    pub name: Qualified,
    pub parser: Qualified,
    /// By type of token; one that is not here is not indexed.
    pub mappings: BTreeMap<Ident, Vec<Qualified>>,
}

/// Types of token with the same dictionaries.
type Alike<'a> = BTreeMap<&'a Vec<Qualified>, Vec<&'a Ident>>;

impl TextSearchConfiguration {
    fn place(&self) -> Name {
        Name::new(Space::TextSearchConfiguration, [&self.name.schema, &self.name.name])
    }

    fn map(&self, action: &'static str, alike: Alike) -> impl Iterator<Item = Piece> {
        let statement = move |(dictionaries, tokens): (&Vec<Qualified>, Vec<&Ident>)| {
            let tokens = tokens.into_iter().map(|token| Sql::new().ident(token));
            let dictionaries = dictionaries.iter().map(|name| Sql::new().qualified(name));
            let sql = Sql::new().kw("ALTER TEXT SEARCH CONFIGURATION").qualified(&self.name).kw(action);
            Piece::Statement(sql.list(tokens).kw("WITH").list(dictionaries))
        };
        alike.into_iter().map(statement)
    }
}

/// Those that `other` does not have alike, in groups; `there` tells whether it has the type of token at all.
fn alike<'a>(one: &'a TextSearchConfiguration, other: &TextSearchConfiguration, there: bool) -> Alike<'a> {
    let mut alike = Alike::new();
    for (token, dictionaries) in &one.mappings {
        let known = other.mappings.get(token);
        if known != Some(dictionaries) && known.is_some() == there {
            alike.entry(dictionaries).or_default().push(token);
        }
    }
    alike
}

impl Kind for TextSearchConfiguration {
    const TAG: Tag = Tag::TextSearchConfiguration;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let mappings: Vec<(String, Vec<(String, String)>)> = row.json("mappings")?.unwrap_or_default();
        let name = |(schema, name): &(String, String)| Qualified::new(schema.as_str(), name.as_str());
        let mapping = |(token, names): (String, Vec<_>)| (Ident::new(token), names.iter().map(name).collect());
        let mappings = mappings.into_iter().map(mapping).collect();
        Ok(Self { name: row.qualified("schema", "name")?, parser: row.must_pair("parser")?, mappings })
    }

    fn id(&self) -> Id {
        Id::of(Tag::TextSearchConfiguration, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![self.place()]
    }

    fn requires(&self) -> Vec<Need> {
        let mut own = self.clone();
        let managed = own.references().into_iter().filter(|(_, name)| name.schema.as_str() != "pg_catalog");
        let needs = managed.map(|(space, name)| Need::exists(Name::new(space, [&name.schema, &name.name])));
        std::iter::once(Need::exists(Name::schema(&self.name.schema))).chain(needs).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let dictionaries = self.mappings.values_mut().flatten().map(|name| (Space::TextSearchDictionary, name));
        std::iter::once((Space::TextSearchParser, &mut self.parser)).chain(dictionaries).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "text_search_configurations";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, parser, mappings } = self;
        let usual = parser.schema.as_str() == "pg_catalog" && parser.name.as_str() == "default";
        let list = |names: &Vec<Qualified>| Doc::List(names.iter().map(routine::written).collect());
        let mappings = mappings.iter().map(|(token, names)| (token.as_str().to_owned(), list(names)));
        let mappings: Vec<(String, Doc)> = mappings.collect();
        let fields = Fields::default()
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts)
            .put("parser", (!usual).then(|| routine::written(parser)))
            .put("mappings", (!mappings.is_empty()).then_some(Doc::Map(mappings)));
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.qualified(Space::TextSearchConfiguration, &mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if old.parser == new.parser { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, parser, mappings: _ } = self;
        let sql = Sql::new().kw("CREATE TEXT SEARCH CONFIGURATION").qualified(name).kw("(PARSER =").qualified(parser).kw(")");
        let nothing = Self { mappings: BTreeMap::new(), ..self.clone() };
        let added = self.map("ADD MAPPING FOR", alike(self, &nothing, false));
        std::iter::once(Piece::Statement(sql)).chain(added).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TEXT SEARCH CONFIGURATION").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, parser: _, mappings } = new;
        let gone: Vec<Sql> =
            old.mappings.keys().filter(|token| !mappings.contains_key(*token)).map(|token| Sql::new().ident(token)).collect();
        let sql = Sql::new().kw("ALTER TEXT SEARCH CONFIGURATION").qualified(name).kw("DROP MAPPING FOR");
        let dropped = (!gone.is_empty()).then(|| Piece::Statement(sql.list(gone)));
        let altered = new.map("ALTER MAPPING FOR", alike(new, old, true));
        let added = new.map("ADD MAPPING FOR", alike(new, old, false));
        dropped.into_iter().chain(altered).chain(added).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_text_search_configuration",
            Change::Drop(_) => "drop_text_search_configuration",
            Change::Rename { .. } => "rename_text_search_configuration",
            Change::Alter { .. } => "alter_text_search_configuration",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Alter { new, .. } = change else { return Vec::new() };
        let text = "what is stored or indexed stays as it is until it is made anew, and may not be found until then".to_owned();
        vec![Hazard { risk: Risk::Breaks, on: new.place(), text, spared_by: None }]
    }
}
