//! An event trigger: a function that is called when a command changes the database, autogen's own included.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTrigger {
    pub name: Ident,
    pub event: Ident,
    /// Commands that it is for; empty: all of the event's.
    pub tags: BTreeSet<String>,
    pub function: Qualified,
    pub enabled: Firing,
}

impl EventTrigger {
    fn enabling(&self) -> Piece {
        let words = ["ENABLE", "DISABLE", "ENABLE REPLICA", "ENABLE ALWAYS"];
        Piece::Statement(Sql::new().kw("ALTER EVENT TRIGGER").ident(&self.name).kw(self.enabled.keyword(words)))
    }
}

impl Kind for EventTrigger {
    const TAG: Tag = Tag::EventTrigger;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.ident("name")?,
            event: row.ident("event")?,
            tags: row.list("tags")?.into_iter().collect(),
            function: row.must_pair("function")?,
            enabled: Firing::of(row.text("enabled")?),
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::EventTrigger, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::EventTrigger, [&self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let function = [&self.function.schema, &self.function.name, &Ident::new("()")];
        vec![Need::exists(Name::new(Space::Routine, function))]
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        (self.event.as_str() == "login").then_some((17, "the event login"))
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        vec![(Space::Routine, &mut self.function)]
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "event_triggers";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, event, tags, function, enabled } = self;
        let fields = Fields::default()
            .put("event", Doc::text(event.as_str()))
            .put("tags", (!tags.is_empty()).then(|| Doc::List(tags.iter().map(Doc::text).collect())))
            .put("function", Doc::Text(crate::draft::write_name(function, parts.schema.as_str())))
            .put("enabled", enabled.write())
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.exactly(Space::Routine, &mut self.function, &super::routine::signature([]));
        renames.global(Space::EventTrigger, &mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = Self { enabled: new.enabled, ..old.clone() } == *new;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, event, tags, function, enabled } = self;
        let sql = Sql::new().kw("CREATE EVENT TRIGGER").ident(name).kw("ON").ident(event);
        let list = tags.iter().map(|tag| Sql::new().literal(tag));
        let sql = sql.when(!tags.is_empty(), |sql| sql.kw("WHEN TAG IN (").list(list).kw(")"));
        let sql = sql.kw("EXECUTE FUNCTION").qualified(function).glued("()");
        let state = (*enabled != Firing::Origin).then(|| self.enabling());
        std::iter::once(Piece::Statement(sql)).chain(state).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP EVENT TRIGGER").ident(&self.name))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        vec![new.enabling()]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_event_trigger",
            Change::Drop(_) => "drop_event_trigger",
            Change::Rename { .. } => "rename_event_trigger",
            Change::Alter { .. } => "alter_event_trigger",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let new = match change {
            Change::Create(new) | Change::Alter { new, .. } if new.enabled != Firing::Disabled => new,
            _ => return Vec::new(),
        };
        let text = format!("{} is called for every such command of every session, later revisions among them", new.function);
        vec![Hazard::everywhere(Risk::Breaks, text)]
    }
}
