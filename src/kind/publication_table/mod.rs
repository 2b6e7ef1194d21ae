//! A table of a publication: whose rows, and which columns of them, others may follow.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationTable {
    pub publication: Ident,
    pub table: Qualified,
    /// Empty: all, those that are still to come too.
    pub columns: BTreeSet<Ident>,
    pub filter: Option<Expression>,
}

impl PublicationTable {
    fn alter_publication(&self, action: &'static str) -> Sql {
        Sql::new().kw("ALTER PUBLICATION").ident(&self.publication).kw(action).qualified(&self.table)
    }
}

impl Kind for PublicationTable {
    const TAG: Tag = Tag::PublicationTable;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            publication: row.ident("publication")?,
            table: row.table("table")?,
            columns: row.idents("columns")?.into_iter().collect(),
            filter: row.expression("filter", row.is("filtered"))?,
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::PublicationTable, [&self.publication, &self.table.schema, &self.table.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::PublicationMember, [&self.publication, &self.table.schema, &self.table.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let both = [Name::new(Space::Publication, [&self.publication]), Name::relation(&self.table)];
        // the server changes no type under a list either
        let columns = self.columns.iter().map(|column| Need::ExactType(Name::column(&self.table, column)));
        let filter = self.filter.iter().map(|text| Need::mentions(Mentions::of(&self.table, text).exactly()));
        both.map(Need::exists).into_iter().chain(columns).chain(filter).collect()
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        let what = if self.filter.is_some() { "the row filter" } else { "the list of columns" };
        (self.filter.is_some() || !self.columns.is_empty()).then_some((15, what))
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::new(Tag::Publication, [&self.publication]))
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        vec![(Space::Relation, &mut self.table)]
    }

    /// Read as a check of the table would be.
    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let table = &self.table;
        let slot = |expression| Slot { table: table.clone(), role: Role::Check, expression };
        self.filter.as_mut().map(slot).into_iter().collect()
    }

    const SECTION: &'static str = "member_tables";

    fn write(&self, parts: Parts) -> Part {
        let Self { publication: _, table, columns, filter } = self;
        let fields = Fields::default()
            .put("columns", (!columns.is_empty()).then(|| Doc::names(columns)))
            .put("where", filter.as_ref().map(|text| Doc::text(&text.written)));
        Part { key: Some(crate::draft::write_name(table, parts.schema.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        let columns = std::mem::take(&mut self.columns).into_iter().map(|mut column| {
            renames.column(&self.table, &mut column);
            column
        });
        self.columns = columns.collect();
        if let Some(filter) = &mut self.filter {
            renames.expression(&self.table, filter);
        }
        renames.global(Space::Publication, &mut self.publication);
        renames.relation(&mut self.table);
    }

    /// Out and in again, in one transaction: SET TABLE would say all tables anew.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { publication: _, table: _, columns, filter } = self;
        let sql = self.alter_publication("ADD TABLE ONLY").when(!columns.is_empty(), |sql| sql.names(columns));
        let sql = sql.maybe(filter.as_ref(), |sql, text| sql.kw("WHERE").sql(&text.written.in_brackets()));
        vec![Piece::Statement(sql)]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.alter_publication("DROP TABLE ONLY"))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_publication"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let on = &change.subject().table;
        let lock = format!("SHARE UPDATE EXCLUSIVE on {on}, instant");
        let text = match change {
            Change::Create(_) => {
                format!("{lock}; without a primary key or other replica identity its UPDATE and DELETE fail from now on")
            }
            _ => lock,
        };
        vec![Hazard::new(Risk::Lock, on, text)]
    }
}
