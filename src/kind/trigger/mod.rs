//! A trigger of a table or a view.
//!
//! Those that a partition has because its parent has one come and go with the parent's, and are nobody's to declare.

use super::*;

mod events;
mod yaml;

pub use events::{Enabled, Events, Timing};
pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    pub table: Qualified,
    pub name: Ident,
    pub on_view: Aside<bool>,
    pub timing: Timing,
    pub events: Events,
    pub each_row: bool,
    /// What the rows before and after are called together.
    pub old_table: Option<Ident>,
    pub new_table: Option<Ident>,
    pub condition: Option<Expression>,
    pub function: Qualified,
    pub arguments: Vec<String>,
    pub constraint: Option<Constraint>,
    pub enabled: Enabled,
}

/// What a constraint trigger has beyond others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Constraint {
    pub deferrable: bool,
    pub deferred: bool,
    pub from: Option<Qualified>,
}

impl Trigger {
    /// `BEFORE INSERT ON t FOR EACH ROW`
    fn head(&self, create: &'static str, name: &Ident, table: &Qualified) -> Sql {
        let Self { timing, events, each_row, old_table, new_table, constraint, .. } = self;
        let sql = Sql::new().kw(create).ident(name).kw(timing.keyword()).sql(&events.sql()).kw("ON").qualified(table);
        let sql = sql.maybe(constraint.as_ref(), |sql, constraint| {
            let sql = sql.maybe(constraint.from.as_ref(), |sql, from| sql.kw("FROM").qualified(from));
            sql.when(constraint.deferrable, |sql| sql.kw("DEFERRABLE"))
                .when(constraint.deferred, |sql| sql.kw("INITIALLY DEFERRED"))
        });
        let named = old_table.is_some() || new_table.is_some();
        let sql = sql.when(named, |sql| sql.kw("REFERENCING"));
        let sql = sql.maybe(old_table.as_ref(), |sql, name| sql.kw("OLD TABLE AS").ident(name));
        let sql = sql.maybe(new_table.as_ref(), |sql, name| sql.kw("NEW TABLE AS").ident(name));
        sql.kw(if *each_row { "FOR EACH ROW" } else { "FOR EACH STATEMENT" })
    }

    fn definition(&self) -> Sql {
        let create = if self.constraint.is_some() { "CREATE CONSTRAINT TRIGGER" } else { "CREATE TRIGGER" };
        let sql = self.head(create, &self.name, &self.table);
        let sql = sql.maybe(self.condition.as_ref(), |sql, condition| sql.kw("WHEN").sql(&condition.written.in_brackets()));
        let arguments = self.arguments.iter().map(|text| Sql::new().literal(text));
        sql.kw("EXECUTE FUNCTION").qualified(&self.function).glued("(").list(arguments).kw(")")
    }

    fn enabling(&self) -> Piece {
        Piece::AlterOwn(self.table.clone(), Sql::new().kw(self.enabled.keyword()).ident(&self.name))
    }
}

impl Kind for Trigger {
    const TAG: Tag = Tag::Trigger;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let bits = row.number("type")?;
        let named = |column: &str| row.opt(column).map(Ident::new);
        let constraint = Constraint {
            deferrable: row.is("deferrable"),
            deferred: row.is("deferred"),
            from: row.opt("from_table").map(|_| row.qualified("from_schema", "from_table")).transpose()?,
        };
        Ok(Self {
            table: row.qualified("schema", "table")?,
            name: row.ident("name")?,
            on_view: Aside(row.is("on_view")),
            timing: Timing::of(bits),
            events: Events::of(bits, row.idents("columns")?),
            each_row: bits & 1 != 0,
            old_table: named("old_table"),
            new_table: named("new_table"),
            condition: row.expression("condition", row.is("conditional"))?,
            function: row.qualified("function_schema", "function")?,
            arguments: events::arguments(row.text("arguments")?),
            constraint: row.is("is_constraint").then_some(constraint),
            enabled: Enabled::of(row.text("enabled")?),
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Trigger, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Trigger, [&self.table.schema, &self.table.name, &self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let function = [&self.function.schema, &self.function.name, &Ident::new("()")];
        let mut needs = vec![Need::exists(Name::relation(&self.table)), Need::exists(Name::new(Space::Routine, function))];
        let column = |name: &Ident| Name::column(&self.table, name);
        needs.extend(self.events.columns.iter().map(|name| match self.on_view.0 {
            true => Need::exists(column(name)),
            false => Need::ExactType(column(name)),
        }));
        let condition = self.condition.iter();
        needs.extend(condition.map(|text| Need::mentions(Mentions::of(&self.table, text).exactly())));
        let from = self.constraint.iter().filter_map(|constraint| constraint.from.as_ref());
        needs.extend(from.map(|table| Need::exists(Name::relation(table))));
        needs
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(if self.on_view.0 { Tag::View } else { Tag::Table }, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let plain = Self { constraint: None, ..self.clone() };
        let twin = Qualified::new("pg_temp", &self.table.name);
        let before = plain.head("CREATE TRIGGER", &Ident::new(MADE), &twin).kw("WHEN (");
        let after = Sql::new().kw(") EXECUTE FUNCTION pg_temp.autogen_trigger()");
        let role = Role::Made(Box::new(Making { before, after, read: Reading::When }));
        let slot = |expression| Slot { table: self.table.clone(), role, expression };
        self.condition.as_mut().map(slot).into_iter().collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let from = self.constraint.iter_mut().filter_map(|constraint| constraint.from.as_mut());
        let from = from.map(|name| (Space::Relation, name));
        from.chain([(Space::Routine, &mut self.function)]).collect()
    }

    const SECTION: &'static str = "triggers";

    fn write(&self, mut parts: Parts) -> Part {
        let schema = parts.schema.clone();
        let mut fields = yaml::write(self, &schema);
        fields = fields.put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.columns(&self.table, &mut self.events.columns);
        if let Some(condition) = &mut self.condition {
            renames.expression(&self.table, condition);
        }
        if let Some(from) = self.constraint.as_mut().and_then(|constraint| constraint.from.as_mut()) {
            renames.relation(from);
        }
        renames.exactly(Space::Routine, &mut self.function, &routine::signature(&[]));
        renames.within(Space::Trigger, &self.table, &mut self.name);
        renames.relation(&mut self.table);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = Self { enabled: new.enabled, ..old.clone() } == *new;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let state = (self.enabled != Enabled::Origin).then(|| self.enabling());
        std::iter::once(Piece::Statement(self.definition())).chain(state).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TRIGGER").ident(&self.name).kw("ON").qualified(&self.table))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        vec![new.enabling()]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_trigger",
            Change::Drop(_) => "drop_trigger",
            Change::Rename { .. } => "rename_trigger",
            Change::Alter { .. } => "alter_trigger",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let on = &change.subject().table;
        vec![match change {
            Change::Drop(_) => Hazard::instant(on),
            _ => Hazard::new(Risk::Lock, on, format!("SHARE ROW EXCLUSIVE on {on}, instant")),
        }]
    }
}
