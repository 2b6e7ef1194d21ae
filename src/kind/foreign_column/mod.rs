//! What the wrapper is told of a column of a foreign table: an object of its own, since CREATE FOREIGN TABLE need not say it.

use super::generic_options::GenericOptions;
use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignColumn {
    pub table: Qualified,
    pub column: Ident,
    pub options: GenericOptions,
}

impl ForeignColumn {
    fn change(&self, old: &GenericOptions) -> Vec<Piece> {
        let sql = Sql::new().kw("ALTER FOREIGN TABLE").qualified(&self.table).kw("ALTER COLUMN").ident(&self.column);
        self.options.changes(old).map(|changes| Piece::Statement(sql.sql(&changes))).into_iter().collect()
    }

    fn none(&self) -> Self {
        Self { options: GenericOptions::default(), ..self.clone() }
    }
}

impl Kind for ForeignColumn {
    const TAG: Tag = Tag::ForeignColumn;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let column = row.column(row.oid("table")?, row.number("column")? as i16)?;
        Ok(Self { table: row.table("table")?, column, options: GenericOptions::read(row, "options")? })
    }

    fn id(&self) -> Id {
        Id::within(Tag::ForeignColumn, &self.table, &self.column)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::ForeignColumn, [&self.table.schema, &self.table.name, &self.column])]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::column(&self.table, &self.column))]
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::within(Tag::Column, &self.table, &self.column))
    }

    const SECTION: &'static str = "foreign_options";

    fn write(&self, _: Parts) -> Part {
        Part { key: None, doc: self.options.write().unwrap_or_else(|| Doc::Map(Vec::new())) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.column(&self.table, &mut self.column);
        renames.relation(&mut self.table);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.change(&GenericOptions::default())
    }

    fn drop(&self) -> Vec<Piece> {
        self.none().change(&self.options)
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { table: _, column: _, options: _ } = new;
        new.change(&old.options)
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_column"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        vec![Hazard::instant(&change.subject().table)]
    }
}
