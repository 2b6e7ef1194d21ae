//! A row level security policy of a table: which rows a role sees and may write.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    pub table: Qualified,
    pub name: Ident,
    /// Joined with the others by AND, and not by OR.
    pub restrictive: bool,
    pub command: Command,
    /// Empty: everybody.
    pub roles: BTreeSet<Ident>,
    pub using: Option<Expression>,
    pub check: Option<Expression>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    All,
    Select,
    Insert,
    Update,
    Delete,
}

crate::json_schema::words!(of Command = Command::WORDS.map(|(_, _, word, _)| word));

impl Command {
    /// `pg_policy.polcmd`, the word of a model, and SQL.
    const WORDS: [(Self, &'static str, &'static str, &'static str); 5] = [
        (Self::All, "*", "all", "FOR ALL"),
        (Self::Select, "r", "select", "FOR SELECT"),
        (Self::Insert, "a", "insert", "FOR INSERT"),
        (Self::Update, "w", "update", "FOR UPDATE"),
        (Self::Delete, "d", "delete", "FOR DELETE"),
    ];

    fn words(self) -> (&'static str, &'static str) {
        Self::WORDS.iter().find(|(of, ..)| *of == self).map_or(("", ""), |(_, _, word, sql)| (word, sql))
    }
}

impl Policy {
    fn to(&self, sql: Sql) -> Sql {
        let roles = self.roles.iter().map(|role| Sql::new().ident(role));
        if self.roles.is_empty() { sql.kw("TO PUBLIC") } else { sql.kw("TO").list(roles) }
    }

    fn conditions(&self, sql: Sql) -> Sql {
        let sql = sql.maybe(self.using.as_ref(), |sql, text| sql.kw("USING").sql(&text.written.in_brackets()));
        sql.maybe(self.check.as_ref(), |sql, text| sql.kw("WITH CHECK").sql(&text.written.in_brackets()))
    }

    fn named(&self, words: &'static str) -> Sql {
        Sql::new().kw(words).ident(&self.name).kw("ON").qualified(&self.table)
    }
}

impl Kind for Policy {
    const TAG: Tag = Tag::Policy;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let code = row.text("command")?;
        let command = Command::WORDS.iter().find(|(_, letter, ..)| *letter == code).map_or(Command::All, |(of, ..)| *of);
        Ok(Self {
            table: row.qualified("schema", "table")?,
            name: row.ident("name")?,
            restrictive: !row.is("permissive"),
            command,
            roles: row.idents("roles")?.into_iter().filter(|role| role.as_str() != "public").collect(),
            using: row.expression("using", row.is("has_using"))?,
            check: row.expression("with_check", row.is("has_check"))?,
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Policy, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Policy, [&self.table.schema, &self.table.name, &self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let texts = self.using.iter().chain(&self.check);
        let of = |text: &Expression| {
            let others = Text::of(&self.table.schema, text.written.text());
            [Need::mentions(Mentions::of(&self.table, text).exactly()), Need::text(others)]
        };
        let roles = self.roles.iter().map(|role| Need::exists(Name::new(Space::Role, [role])));
        std::iter::once(Need::exists(Name::relation(&self.table))).chain(roles).chain(texts.flat_map(of)).collect()
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let twin = Qualified::new("pg_temp", &self.table.name);
        let making = |read: Reading, clause: &'static str| {
            let command = if read == Reading::Check { "FOR INSERT" } else { "FOR SELECT" };
            let before = Sql::new().kw("CREATE POLICY").ident(&Ident::new(MADE)).kw("ON").qualified(&twin).kw(command);
            Role::Made(Box::new(Making { before: before.kw(clause), after: Sql::new().kw(")"), read }))
        };
        let table = &self.table;
        let slot = |role, expression| Slot { table: table.clone(), role, expression };
        let using = self.using.as_mut().map(|text| slot(making(Reading::Using, "USING ("), text));
        let check = self.check.as_mut().map(|text| slot(making(Reading::Check, "WITH CHECK ("), text));
        using.into_iter().chain(check).collect()
    }

    const SECTION: &'static str = "policies";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { table: _, name, restrictive, command, roles, using, check } = self;
        let fields = Fields::default()
            .when("restrictive", *restrictive)
            .put("for", (*command != Command::All).then(|| Doc::text(command.words().0)))
            .put("to", (!roles.is_empty()).then(|| Doc::names(roles)))
            .put("using", using.as_ref().map(|text| Doc::text(&text.written)))
            .put("check", check.as_ref().map(|text| Doc::text(&text.written)))
            .put("comment", parts.take_one("comment"));
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        for text in self.using.iter_mut().chain(&mut self.check) {
            renames.expression(&self.table, text);
        }
        renames.within(Space::Policy, &self.table, &mut self.name);
        renames.relation(&mut self.table);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = old.restrictive == new.restrictive && old.command == new.command;
        // nothing takes a condition away
        let kept = (new.using.is_some() || old.using.is_none()) && (new.check.is_some() || old.check.is_none());
        if same && kept { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let sql = self.named("CREATE POLICY").when(self.restrictive, |sql| sql.kw("AS RESTRICTIVE"));
        let sql = sql.when(self.command != Command::All, |sql| sql.kw(self.command.words().1));
        let sql = if self.roles.is_empty() { sql } else { self.to(sql) };
        vec![Piece::Statement(self.conditions(sql))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.named("DROP POLICY"))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { table: _, name: _, restrictive: _, command: _, roles, using, check } = new;
        let changed = |old: &Option<Expression>, new: &Option<Expression>| new.clone().filter(|_| old != new);
        let using = changed(&old.using, using);
        let check = changed(&old.check, check);
        let said = Self { using, check, ..new.clone() };
        let sql = said.named("ALTER POLICY");
        let sql = if old.roles != *roles { said.to(sql) } else { sql };
        vec![Piece::Statement(said.conditions(sql))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_policy",
            Change::Drop(_) => "drop_policy",
            Change::Rename { .. } => "rename_policy",
            Change::Alter { .. } => "alter_policy",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        vec![Hazard::instant(&change.subject().table)]
    }
}
