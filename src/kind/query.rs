//! What do a view and a materialized view have in common?
//!
//! A query that the server prints in its own words, and columns that come of it: which ones, only the server can say.

use super::attached;
use super::comment::Comment;
use super::document::Given;
use super::grants::Declared;
use super::shapes::{Entries, Texts};
use super::{
    Aside, Doc, Expression, Fact, Id, MADE, Making, Name, Need, Part, Parts, Reading, Renames, Role, Row, Slot, Space,
    Text,
};
use crate::draft::{Draft, Scope};
use crate::error::Result;
use crate::name::{Ident, Qualified};
use crate::spanned::Spanned;
use crate::sql::{Expr, Sql};

/// The columns that a query gives, each with its type; `None` where nobody has said so yet.
pub type Columns = Aside<Option<Vec<(Ident, String)>>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Compared with the names that the server gives its columns.
    pub text: Expression,
    /// Names of the first columns, where they are not the query's own.
    pub names: Aside<Vec<Ident>>,
    pub columns: Columns,
}

impl Query {
    pub fn read(row: &Row) -> Result<Self> {
        let text = Expression::new(Expr::from_server(row.text("query")?));
        let mut query = Self { text, names: Aside(Vec::new()), columns: Aside(None) };
        query.learn(row.opt("columns"));
        Ok(query)
    }

    pub fn declared(text: &Spanned<String>, names: &Texts, scope: &Scope) -> Result<Self> {
        let written = Expr::statement(&text.value).map_err(|why| {
            scope.error(why, text).hint("a query is one SELECT, VALUES or TABLE, without a semicolon")
        })?;
        Ok(Self { text: Expression::new(written), names: Aside(scope.distinct(&names.0)?), columns: Aside(None) })
    }

    /// `name (a, b)`
    pub fn head(&self, name: &Qualified) -> Sql {
        Sql::new().qualified(name).when(!self.names.0.is_empty(), |sql| sql.names(&self.names.0))
    }

    /// Both of a view that bears the name.
    pub fn view(&self, name: &Qualified) -> Sql {
        Sql::new().kw("CREATE VIEW").sql(&self.head(name)).kw("AS").expr(&self.text.written)
    }

    pub fn slot(&mut self, of: &Qualified) -> Slot<'_> {
        let before = Sql::new().kw("CREATE VIEW").sql(&self.head(&Qualified::new("pg_temp", MADE))).kw("AS");
        let making = Making { before, after: Sql::new(), read: Reading::Query };
        Slot { table: of.clone(), role: Role::Made(Box::new(making)), expression: &mut self.text }
    }

    pub fn needs(&self, of: &Qualified) -> Need {
        Need::text(Text::of(&of.schema, self.text.written.text()))
    }

    /// What it calls its columns stays, whatever they come from.
    pub fn rename(&mut self, renames: &Renames) {
        renames.text(&mut self.text);
    }

    /// The server's answer, which begins with a line of columns.
    pub fn learn(&mut self, spelled: Option<&str>) {
        let line = spelled.and_then(|text| text.lines().next());
        let columns: Option<Vec<(String, String)>> = line.and_then(|line| serde_json::from_str(line).ok());
        let named = |(name, ty): (String, String)| (Ident::new(name), ty);
        self.columns = Aside(columns.map(|columns| columns.into_iter().map(named).collect()));
    }

    /// Whether the columns of the one are the first of the other.
    pub fn begins_with(&self, old: &Self) -> bool {
        match (&old.columns.0, &self.columns.0) {
            (Some(old), Some(new)) => new.starts_with(old),
            _ => false,
        }
    }

    /// Its columns; where nobody knows them, any.
    pub fn provides(&self, of: &Qualified) -> Vec<Fact> {
        match &self.columns.0 {
            Some(columns) => columns.iter().map(|(name, _)| Fact::Exists(Name::column(of, name))).collect(),
            None => vec![Fact::Exists(Name::new(Space::Column, [&of.schema, &of.name]))],
        }
    }
}

/// What a declaration says of it beside the query.
pub struct Stated<'a> {
    pub comment: Option<&'a str>,
    pub columns: &'a Entries<String>,
    pub attached: attached::Stated<'a>,
    pub column_privileges: &'a Entries<Spanned<Declared>>,
}

impl Stated<'_> {
    pub fn declare(&self, id: &Id, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        draft.attach(Comment::of(id.clone(), self.comment), given.place);
        for (column, text) in &self.columns.0 {
            let mut on = id.clone();
            on.path.push(scope.ident(column)?);
            draft.attach(Comment::of(on, Some(text)), &scope.place(column));
        }
        self.attached.declare(id, scope, draft)?;
        for (column, stated) in &self.column_privileges.0 {
            let mut on = id.clone();
            on.path.push(scope.ident(column)?);
            attached::grant(&on, &stated.value, &scope.place(column), scope, draft)?;
        }
        Ok(())
    }
}

/// The comment on the whole, and those on its columns, out of the parts of its children.
pub fn comments(parts: &mut Parts) -> (Option<Doc>, Option<Doc>) {
    let (columns, own): (Vec<Part>, Vec<Part>) =
        parts.sections.remove("comment").unwrap_or_default().into_iter().partition(|part| part.key.is_some());
    let columns: Vec<(String, Doc)> =
        columns.into_iter().map(|part| (part.key.unwrap_or_default(), part.doc)).collect();
    let columns = (!columns.is_empty()).then_some(Doc::Map(columns));
    (own.into_iter().next().map(|part| part.doc), columns)
}
