//! The default of a view's column: what an INSERT into the view puts there that says nothing of it.

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewDefault {
    pub view: Qualified,
    pub column: Ident,
    pub expression: Expression,
    /// The column's, which the server knows; until then nobody can ask how it spells the expression.
    pub ty: Aside<Option<Type>>,
}

impl ViewDefault {
    fn alter_view(&self) -> Sql {
        Sql::new().kw("ALTER VIEW").qualified(&self.view).kw("ALTER COLUMN").ident(&self.column)
    }
}

impl Kind for ViewDefault {
    const TAG: Tag = Tag::ViewDefault;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            view: row.qualified("schema", "view")?,
            column: row.ident("column")?,
            expression: Expression::new(Expr::from_server(row.text("expression")?)),
            ty: Aside(Some(Type::from_server(row.text("ty")?))),
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::ViewDefault, &self.view, &self.column)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Default, [&self.view.schema, &self.view.name, &self.column])]
    }

    fn requires(&self) -> Vec<Need> {
        let text = Text::of(&self.view.schema, self.expression.written.text());
        vec![Need::exists(Name::relation(&self.view)), Need::exists(Name::column(&self.view, &self.column)), Need::text(text)]
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::View, &self.view))
    }

    fn adopt(&mut self, live: &Self) {
        self.ty = live.ty.clone();
    }

    /// Read as the default of an argument of the column's type would be.
    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let Some(ty) = &self.ty.0 else { return Vec::new() };
        let made = Sql::new().kw("CREATE FUNCTION").qualified(&Qualified::new("pg_temp", MADE));
        let before = made.kw("(").ty(ty).kw("DEFAULT");
        let after = Sql::new().kw(") RETURNS void LANGUAGE sql AS ''");
        let role = Role::Made(Box::new(Making { before, after, read: Reading::Argument }));
        vec![Slot { table: self.view.clone(), role, expression: &mut self.expression }]
    }

    const SECTION: &'static str = "column_defaults";

    fn write(&self, _: Parts) -> Part {
        Part { key: Some(self.column.as_str().to_owned()), doc: Doc::text(&self.expression.written) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.text(&mut self.expression);
        self.ty.0.iter_mut().for_each(|ty| renames.ty(ty));
        renames.column(&self.view, &mut self.column);
        renames.relation(&mut self.view);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.alter_view().kw("SET DEFAULT").expr(&self.expression.written))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.alter_view().kw("DROP DEFAULT"))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { view: _, column: _, expression: _, ty: _ } = new;
        new.create(Vec::new())
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_view"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        vec![Hazard::instant(&change.subject().view)]
    }
}
