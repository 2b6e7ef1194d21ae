//! A comment on any object: attached to it, and so restored whenever the object is made again.

use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub on: Id,
    pub text: String,
    /// The table is a foreign one, and called so.
    pub foreign: Aside<bool>,
}

impl Comment {
    /// `None` where there is no text; Postgres takes an empty one for none.
    pub fn of(on: Id, text: Option<&str>) -> Option<Self> {
        let text = text.filter(|text| !text.is_empty())?.to_owned();
        Some(Self { on, text, foreign: Aside(false) })
    }

    /// Of what has columns that come of its query.
    fn is_of_column(&self) -> bool {
        matches!(self.on.tag, Tag::View | Tag::MaterializedView) && self.on.path.len() == 3
    }

    fn statement(&self, text: Option<&str>) -> Vec<Piece> {
        let sql = Sql::new().kw("COMMENT ON").kw(match self.on.tag {
            Tag::Table if self.foreign.0 => "FOREIGN TABLE",
            _ if self.is_of_column() => "COLUMN",
            tag => tag.sql(),
        });
        let sql = match (self.on.place().space, self.on.path.as_slice()) {
            (Space::Constraint | Space::Trigger | Space::Policy | Space::Rule, [schema, table, name]) => {
                let sql = sql.ident(name).kw("ON").when(self.on.tag == Tag::DomainCheck, |sql| sql.kw("DOMAIN"));
                sql.qualified(&Qualified::new(schema, table))
            }
            (Space::Routine, [schema, name, signature]) => {
                let (name, types) = (Qualified::new(schema, name), super::routine::types_of(signature));
                match types.is_empty() && self.on.tag == Tag::Aggregate {
                    true => sql.qualified(&name).glued("(*)"),
                    false => sql.routine(&name, &types),
                }
            }
            (Space::Cast, [types]) => sql.bracketed(types),
            (Space::Operator, [schema, symbols, types]) => sql.operator_name(schema, symbols.as_str()).bracketed(types),
            (Space::OperatorClass | Space::OperatorFamily, [schema, name, using]) => {
                member::named(sql, &Qualified::new(schema, name), using)
            }
            (_, path) => sql.path(path),
        };
        vec![Piece::Statement(match text {
            Some(text) => sql.kw("IS").literal(text),
            None => sql.kw("IS NULL"),
        })]
    }
}

impl Kind for Comment {
    const TAG: Tag = Tag::Comment;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let word = row.text("kind")?;
        let tag = Tag::ALL.iter().copied().find(|tag| tag.word() == word);
        let tag = tag.ok_or_else(|| crate::Error::new(format!("not modelled: comment on {word}")))?;
        let on = match row.opt("table") {
            None => Id::new(tag, row.idents("path")?),
            Some(_) => {
                let Qualified { schema, name } = row.table("table")?;
                let column = row.opt("column").map(|_| row.column(row.oid("table")?, row.number("column")? as i16));
                Id::new(tag, [schema, name].into_iter().chain(column.transpose()?))
            }
        };
        Ok(Self { on, text: row.text("text")?.to_owned(), foreign: Aside(row.is("foreign")) })
    }

    fn id(&self) -> Id {
        Id::attached(Tag::Comment, self.on.clone())
    }

    fn occupies(&self) -> Vec<Name> {
        let tag = Ident::new(self.on.tag.word());
        vec![Name::new(Space::Comment, std::iter::once(&tag).chain(&self.on.path))]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(self.on.place())]
    }

    fn parent(&self) -> Option<Id> {
        let mut on = self.on.clone();
        on.path.truncate(if self.is_of_column() { 2 } else { on.path.len() });
        Some(on)
    }

    fn follow(&mut self, old: &Id, new: &Id) {
        if self.on == *old {
            self.on = new.clone();
        }
    }

    const SECTION: &'static str = "comment";

    fn write(&self, _: Parts) -> Part {
        let column = self.on.path.last().filter(|_| self.is_of_column());
        Part { key: column.map(|column| column.as_str().to_owned()), doc: Doc::text(&self.text) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.id(&mut self.on);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.statement(Some(&self.text))
    }

    fn drop(&self) -> Vec<Piece> {
        self.statement(None)
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { on: _, text, foreign: _ } = new;
        new.statement(Some(text))
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_comment",
            _ => "comment",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
