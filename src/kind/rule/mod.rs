//! A rule of a table or a view: what is run beside a command on it, or instead of it.
//!
//! All that CREATE RULE says behind the name of the table is one text, which the server prints in its own words.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub table: Qualified,
    pub name: Ident,
    pub on_view: Aside<bool>,
    pub event: Event,
    /// `WHERE (…) DO INSTEAD …`
    pub definition: Expression,
    pub enabled: Firing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Insert,
    Update,
    Delete,
}

crate::json_schema::words!(of Event = Event::WORDS.map(|(_, _, word, _)| word));

impl Event {
    /// `pg_rewrite.ev_type`, the word of a model, and SQL.
    const WORDS: [(Self, &'static str, &'static str, &'static str); 3] = [
        (Self::Insert, "3", "insert", "ON INSERT TO"),
        (Self::Update, "2", "update", "ON UPDATE TO"),
        (Self::Delete, "4", "delete", "ON DELETE TO"),
    ];

    fn words(self) -> (&'static str, &'static str) {
        Self::WORDS.iter().find(|(of, ..)| *of == self).map_or(("", ""), |(_, _, word, sql)| (word, sql))
    }
}

impl Rule {
    fn head(&self, create: &'static str, name: &Ident, table: &Qualified) -> Sql {
        Sql::new().kw(create).ident(name).kw("AS").kw(self.event.words().1).qualified(table)
    }

    fn enabling(&self) -> Piece {
        let words = ["ENABLE RULE", "DISABLE RULE", "ENABLE REPLICA RULE", "ENABLE ALWAYS RULE"];
        Piece::AlterOwn(self.table.clone(), Sql::new().kw(self.enabled.keyword(words)).ident(&self.name))
    }

    fn define(&self, create: &'static str) -> Piece {
        Piece::Statement(self.head(create, &self.name, &self.table).kw("\n").expr(&self.definition.written))
    }
}

impl Kind for Rule {
    const TAG: Tag = Tag::Rule;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let code = row.text("event")?;
        let event = Event::WORDS.iter().find(|(_, letter, ..)| *letter == code).map(|(of, ..)| *of);
        Ok(Self {
            table: row.qualified("schema", "table")?,
            name: row.ident("name")?,
            on_view: Aside(row.is("on_view")),
            event: event.ok_or_else(|| crate::Error::new(format!("not supported: a rule on the event {code}")))?,
            definition: Expression::new(Expr::from_server(row.text("definition")?)),
            enabled: Firing::of(row.text("enabled")?),
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Rule, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Rule, [&self.table.schema, &self.table.name, &self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let others = Text::of(&self.table.schema, self.definition.written.text());
        let own = Mentions::of(&self.table, &self.definition).exactly();
        vec![Need::exists(Name::relation(&self.table)), Need::mentions(own), Need::text(others)]
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(if self.on_view.0 { Tag::View } else { Tag::Table }, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let twin = Qualified::new("pg_temp", &self.table.name);
        let before = self.head("CREATE RULE", &Ident::new(MADE), &twin);
        let role = Role::Made(Box::new(Making { before, after: Sql::new(), read: Reading::Action }));
        vec![Slot { table: self.table.clone(), role, expression: &mut self.definition }]
    }

    const SECTION: &'static str = "rules";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { table: _, name, on_view: _, event, definition, enabled } = self;
        let fields = Fields::default()
            .put("on", Doc::text(event.words().0))
            .put("definition", Doc::text(definition.written.text().trim()))
            .put("enabled", enabled.write())
            .put("comment", parts.take_one("comment"));
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.expression(&self.table, &mut self.definition);
        renames.within(Space::Rule, &self.table, &mut self.name);
        renames.relation(&mut self.table);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let state = (self.enabled != Firing::Origin).then(|| self.enabling());
        std::iter::once(self.define("CREATE RULE")).chain(state).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP RULE").ident(&self.name).kw("ON").qualified(&self.table))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { table: _, name: _, on_view: _, event, definition, enabled } = new;
        let otherwise = old.event != *event || old.definition != *definition;
        let state = (old.enabled != *enabled).then(|| new.enabling());
        otherwise.then(|| new.define("CREATE OR REPLACE RULE")).into_iter().chain(state).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_rule",
            Change::Drop(_) => "drop_rule",
            Change::Rename { .. } => "rename_rule",
            Change::Alter { .. } => "alter_rule",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        vec![Hazard::instant(&change.subject().table)]
    }
}
