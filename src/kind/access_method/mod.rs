//! An access method that no extension brings: how tables or indexes are kept.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessMethod {
    pub name: Ident,
    pub method: MethodType,
    pub handler: Qualified,
}

/// `pg_am.amtype`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MethodType {
    Index,
    Table,
}

crate::json_schema::words!(of MethodType = routine::last_words(&MethodType::WORDS));

impl MethodType {
    const WORDS: [(Self, &'static str, &'static str); 2] = [(Self::Index, "i", "TYPE INDEX"), (Self::Table, "t", "TYPE TABLE")];
}

impl Kind for AccessMethod {
    const TAG: Tag = Tag::AccessMethod;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let method = routine::letter(&MethodType::WORDS, row.text("method")?);
        Ok(Self { name: row.ident("name")?, method, handler: row.must_pair("handler")? })
    }

    fn id(&self) -> Id {
        Id::new(Tag::AccessMethod, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::AccessMethod, [&self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        routine::called(&self.handler).into_iter().collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        vec![(Space::Routine, &mut self.handler)]
    }

    const SECTION: &'static str = "access_methods";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, method, handler } = self;
        let fields = Fields::default()
            .put("type", Doc::Text(routine::last_word(&MethodType::WORDS, method).to_lowercase()))
            .put("handler", routine::written(handler))
            .put("comment", parts.take_one("comment"));
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.global(Space::AccessMethod, &mut self.name);
    }

    /// Nothing of it can be altered.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, method, handler } = self;
        let sql = Sql::new().kw("CREATE ACCESS METHOD").ident(name).kw(routine::keyword(&MethodType::WORDS, method));
        vec![Piece::Statement(sql.kw("HANDLER").qualified(handler))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP ACCESS METHOD").ident(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_access_method",
            _ => "create_access_method",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
