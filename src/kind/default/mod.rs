//! The default of a column: an object of its own, since `nextval('s')` may need what needs the column.

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Default {
    pub table: Qualified,
    pub column: Ident,
    pub expression: Expression,
}

impl Default {
    fn alter_column(&self) -> Sql {
        Sql::new().kw("ALTER COLUMN").ident(&self.column)
    }

    fn set(&self) -> Vec<Piece> {
        let sql = self.alter_column().kw("SET DEFAULT").expr(&self.expression.written);
        vec![Piece::AlterEach(self.table.clone(), sql)]
    }
}

impl Kind for Default {
    const TAG: Tag = Tag::Default;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let written = Expr::from_server(row.text("expression")?);
        let expression = Expression::new(written);
        Ok(Self { table: row.table("table")?, column: row.column(row.oid("table")?, row.number("column")? as i16)?, expression })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Default, &self.table, &self.column)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Default, [&self.table.schema, &self.table.name, &self.column])]
    }

    fn requires(&self) -> Vec<Need> {
        let column = Name::column(&self.table, &self.column);
        let mut mentions = Mentions::of(&self.table, &self.expression);
        // a default cannot mention columns; its strings may be labels of the column's enum
        mentions.words = BTreeSet::from([self.column.as_str().to_owned()]);
        vec![Need::Type(column), Need::mentions(mentions)]
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::within(Tag::Column, &self.table, &self.column))
    }

    fn copy(&self, descent: &Descent) -> Option<(Self, bool)> {
        Some((Self { table: descent.child.clone(), ..self.clone() }, true))
    }

    fn merge(&mut self, _: &Self) -> bool {
        true
    }

    /// `INHERITS` gives a column that says no default the one of its parent.
    fn uncopied(&self, below: &Id, counterpart: Option<&Self>) -> Vec<Piece> {
        let ([schema, table, column], None) = (below.path.as_slice(), counterpart) else { return Vec::new() };
        let sql = Sql::new().kw("ALTER COLUMN").ident(column).kw("DROP DEFAULT");
        vec![Piece::AlterOnly(Qualified::new(schema, table), sql)]
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let role = Role::Default(self.column.clone());
        vec![Slot { table: self.table.clone(), role, expression: &mut self.expression }]
    }

    /// `nextval('s')` of a sequence that took the name of a live one.
    fn follow(&mut self, old: &Id, new: &Id) {
        let call = |id: &Id| {
            let name = Sql::new().literal(&id.qualified());
            format!("nextval({name}::regclass)")
        };
        if self.expression.written.text() == call(old) {
            self.expression = Expression::new(Expr::from_server(call(new)));
        }
    }

    const SECTION: &'static str = "default";

    fn write(&self, _: Parts) -> Part {
        Part { key: None, doc: Doc::text(&self.expression.written) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.expression(&self.table, &mut self.expression);
        renames.column(&self.table, &mut self.column);
        renames.relation(&mut self.table);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn element(&self, _: Vec<Sql>) -> Option<Sql> {
        Some(Sql::new().kw("DEFAULT").sql(&self.expression.written.as_operand()))
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.set()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::AlterEach(self.table.clone(), self.alter_column().kw("DROP DEFAULT"))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { table: _, column: _, expression: _ } = new;
        new.set()
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_column"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        vec![Hazard::instant(&change.subject().table)]
    }
}
