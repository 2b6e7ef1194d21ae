//! A foreign-data wrapper: the functions that know how to reach servers of one sort.

use super::generic_options::GenericOptions;
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignDataWrapper {
    pub name: Ident,
    /// Without one no foreign table of it can be read.
    pub handler: Option<Qualified>,
    /// Without one any options are taken.
    pub validator: Option<Qualified>,
    pub options: GenericOptions,
}

impl Kind for ForeignDataWrapper {
    const TAG: Tag = Tag::ForeignDataWrapper;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let (handler, validator) = (row.pair("handler")?, row.pair("validator")?);
        Ok(Self { name: row.ident("name")?, handler, validator, options: GenericOptions::read(row, "options")? })
    }

    fn id(&self) -> Id {
        Id::new(Tag::ForeignDataWrapper, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::ForeignDataWrapper, [&self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        self.handler.iter().chain(&self.validator).filter_map(routine::called).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.handler.iter_mut().chain(&mut self.validator).map(|name| (Space::Routine, name)).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "foreign_data_wrappers";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, handler, validator, options } = self;
        let fields = Fields::default()
            .put("handler", handler.as_ref().map(routine::written))
            .put("validator", validator.as_ref().map(routine::written))
            .put("options", options.write())
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.refer(self.references());
        renames.global(Space::ForeignDataWrapper, &mut self.name);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, handler, validator, options } = self;
        let sql = Sql::new().kw("CREATE FOREIGN DATA WRAPPER").ident(name);
        let sql = sql.maybe(handler.as_ref(), |sql, function| sql.kw("HANDLER").qualified(function));
        let sql = sql.maybe(validator.as_ref(), |sql, function| sql.kw("VALIDATOR").qualified(function));
        vec![Piece::Statement(options.sql(sql))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP FOREIGN DATA WRAPPER").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, handler, validator, options } = new;
        let sql = Sql::new().kw("ALTER FOREIGN DATA WRAPPER").ident(name);
        let sql = match handler {
            _ if old.handler == *handler => sql,
            Some(function) => sql.kw("HANDLER").qualified(function),
            None => sql.kw("NO HANDLER"),
        };
        let sql = match validator {
            _ if old.validator == *validator => sql,
            Some(function) => sql.kw("VALIDATOR").qualified(function),
            None => sql.kw("NO VALIDATOR"),
        };
        vec![Piece::Statement(sql.maybe(options.changes(&old.options), |sql, changes| sql.sql(&changes)))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_foreign_data_wrapper",
            Change::Drop(_) => "drop_foreign_data_wrapper",
            Change::Rename { .. } => "rename_foreign_data_wrapper",
            Change::Alter { .. } => "alter_foreign_data_wrapper",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
