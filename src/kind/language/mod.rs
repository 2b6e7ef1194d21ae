//! A procedural language that no extension brings.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    pub name: Ident,
    pub handler: Qualified,
    /// Runs DO blocks.
    pub inline: Option<Qualified>,
    pub validator: Option<Qualified>,
    /// Everybody may write functions in it.
    pub trusted: bool,
}

impl Language {
    fn definition(&self, create: &'static str) -> Vec<Piece> {
        let Self { name, handler, inline, validator, trusted } = self;
        let sql = Sql::new().kw(create).when(*trusted, |sql| sql.kw("TRUSTED")).kw("LANGUAGE").ident(name);
        let sql = sql.kw("HANDLER").qualified(handler);
        let sql = sql.maybe(inline.as_ref(), |sql, function| sql.kw("INLINE").qualified(function));
        vec![Piece::Statement(sql.maybe(validator.as_ref(), |sql, function| sql.kw("VALIDATOR").qualified(function)))]
    }
}

impl Kind for Language {
    const TAG: Tag = Tag::Language;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.ident("name")?,
            handler: row.must_pair("handler")?,
            inline: row.pair("inline")?,
            validator: row.pair("validator")?,
            trusted: row.is("trusted"),
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Language, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Language, [&self.name])]
    }

    fn provides(&self) -> Vec<Fact> {
        self.trusted.then(|| Fact::Exists(Name::new(Space::Trusted, [&self.name]))).into_iter().collect()
    }

    fn requires(&self) -> Vec<Need> {
        [Some(&self.handler), self.inline.as_ref(), self.validator.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(routine::called)
            .collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let more = self.inline.iter_mut().chain(&mut self.validator);
        std::iter::once(&mut self.handler).chain(more).map(|name| (Space::Routine, name)).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "languages";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, handler, inline, validator, trusted } = self;
        let fields = Fields::default()
            .put("handler", routine::written(handler))
            .put("inline", inline.as_ref().map(routine::written))
            .put("validator", validator.as_ref().map(routine::written))
            .when("trusted", *trusted)
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.global(Space::Language, &mut self.name);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.definition("CREATE")
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP LANGUAGE").ident(&self.name))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { name: _, handler: _, inline: _, validator: _, trusted: _ } = new;
        new.definition("CREATE OR REPLACE")
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_language",
            Change::Drop(_) => "drop_language",
            Change::Rename { .. } => "rename_language",
            Change::Alter { .. } => "alter_language",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Create(new) | Change::Alter { new, .. } if new.trusted => {
                vec![Hazard::everywhere(Risk::Breaks, "everybody may write functions in it")]
            }
            _ => Vec::new(),
        }
    }
}
