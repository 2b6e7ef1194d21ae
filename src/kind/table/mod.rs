//! A table: its name, and the row type that comes with it. Columns and constraints are objects of their own and fold into
//! its CREATE TABLE.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: Qualified,
}

impl Kind for Table {
    const TAG: Tag = Tag::Table;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { name: row.qualified("schema", "name")? })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::relation(&self.name), Name::ty(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::schema(&self.name.schema))]
    }

    fn holds_data(&self) -> bool {
        true
    }

    const SECTION: &'static str = "tables";

    fn write(&self, mut parts: Parts) -> Part {
        let key = Some(crate::draft::write_name(&self.name, parts.schema.as_str()));
        let fields = Fields::default()
            .put("comment", parts.take_one("comment"))
            .put("columns", parts.take_map("columns"))
            .put("primary_key", parts.take_one("primary_key"))
            .put("unique", parts.take_map("unique"))
            .put("checks", parts.take_map("checks"))
            .put("exclusions", parts.take_map("exclusions"))
            .put("foreign_keys", parts.take_map("foreign_keys"))
            .put("indexes", parts.take_map("indexes"))
            .put("statistics", parts.take_map("statistics"));
        Part { key, doc: Doc::Section(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.table(&mut self.name);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, elements: Vec<Sql>) -> Vec<Piece> {
        let sql = Sql::new().kw("CREATE TABLE").qualified(&self.name).kw("(");
        vec![Piece::Statement(if elements.is_empty() { sql.kw(")") } else { sql.lines(elements).kw(")") })]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TABLE").qualified(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn rename_sql(&self, renamed: &Self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut name = self.name.clone();
        let alter = |name: &Qualified| Sql::new().kw("ALTER TABLE").qualified(name);
        if name.schema != renamed.name.schema {
            pieces.push(Piece::Statement(alter(&name).kw("SET SCHEMA").ident(&renamed.name.schema)));
            name.schema = renamed.name.schema.clone();
        }
        if name.name != renamed.name.name {
            pieces.push(Piece::Statement(alter(&name).kw("RENAME TO").ident(&renamed.name.name)));
        }
        pieces
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_table",
            Change::Drop(_) => "drop_table",
            Change::Rename { .. } => "rename_table",
            Change::Alter { .. } => "alter_table",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Drop(old) => vec![Hazard::new(Risk::Loses, &old.name, format!("every row of {}", old.name))],
            Change::Rename { old, new } => vec![
                Hazard::new(Risk::Breaks, &old.name, format!("programs that use {} fail from here on", old.name)),
                Hazard::instant(&new.name),
            ],
            _ => Vec::new(),
        }
    }
}
