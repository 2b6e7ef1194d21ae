//! A subscription: which publications of which server this database follows.
//!
//! It is made disabled and without a connection, since a revision must not wait for another server; whether it is enabled is the
//! installation's to say. A password in its connection is on the server alone.

use super::*;

mod connection;
mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub name: Ident,
    /// Without its password.
    pub connection: String,
    /// The live one has a password.
    pub secret: Aside<bool>,
    pub publications: BTreeSet<Ident>,
    /// `None`: it has none.
    pub slot_name: Option<Ident>,
    /// Those that are not as they usually are.
    pub options: BTreeMap<Ident, String>,
}

/// The options with a column of `pg_subscription`, what it holds unless they are said, and the first version that has them.
const OPTIONS: [(&str, &str, u32); 9] = [
    ("binary", "false", 14),
    ("streaming", "off", 14),
    ("synchronous_commit", "off", 13),
    ("two_phase", "false", 15),
    ("disable_on_error", "false", 15),
    ("password_required", "true", 16),
    ("run_as_owner", "false", 16),
    ("origin", "any", 16),
    ("failover", "false", 17),
];

/// Which one is usual depends on the server's version: said or not, it is as it is.
const OPEN: &str = "streaming";

/// The usual value of the option; none is called otherwise.
fn usual(option: &str) -> &'static str {
    OPTIONS.iter().find(|(name, ..)| *name == option).map_or("", |(_, usual, _)| usual)
}

impl Subscription {
    fn alter_sql(&self) -> Sql {
        Sql::new().kw("ALTER SUBSCRIPTION").ident(&self.name)
    }

    fn slot(&self) -> Sql {
        let sql = Sql::new().kw("slot_name =");
        match &self.slot_name {
            Some(name) => sql.literal(name.as_str()),
            None => sql.kw("NONE"),
        }
    }
}

impl Kind for Subscription {
    const TAG: Tag = Tag::Subscription;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let (connection, secret) = connection::without_password(row.text("connection")?);
        let option = |(name, usual, _): (&str, &str, u32)| {
            let value = row.opt(name).filter(|value| *value != usual || name == OPEN)?;
            Some((Ident::new(name), value.to_owned()))
        };
        Ok(Self {
            name: row.ident("name")?,
            connection,
            secret: Aside(secret),
            publications: row.idents("publications")?.into_iter().collect(),
            slot_name: row.opt("slot_name").map(Ident::new),
            options: OPTIONS.into_iter().filter_map(option).collect(),
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Subscription, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Subscription, [&self.name])]
    }

    fn requires(&self) -> Vec<Need> {
        Vec::new()
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        let known = OPTIONS.iter().filter(|(name, ..)| self.options.contains_key(*name));
        let latest = known.map(|(name, _, since)| (*since, *name)).max().filter(|(since, _)| *since > 13);
        let parallel = self.options.get("streaming").is_some_and(|how| how == "parallel");
        latest.max(parallel.then_some((16, "streaming: parallel")))
    }

    fn adopt(&mut self, live: &Self) {
        if let Some(value) = live.options.get(OPEN) {
            self.options.entry(Ident::new(OPEN)).or_insert_with(|| value.clone());
        }
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "subscriptions";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, connection, secret: _, publications, slot_name, options } = self;
        let slot = match slot_name {
            Some(slot) if slot == name => None,
            Some(slot) => Some(Doc::text(slot.as_str())),
            None => Some(Doc::text("none")),
        };
        let fields = Fields::default()
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts)
            .put("connection", Doc::text(connection))
            .put("publications", Doc::names(publications))
            .put("slot_name", slot);
        let put = |fields: Fields, (option, value): (&Ident, &String)| fields.put(option.as_str(), Doc::text(value));
        let fields = options.iter().fold(fields, put);
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.global(Space::Subscription, &mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let by_hand = |what: &str| Alteration::Refused(format!("not supported: {what} of {}; change it by hand", new.id()));
        if old.connection != new.connection && old.secret.0 {
            return by_hand("another connection, whose password no model holds,");
        }
        let fixed = ["two_phase", "failover"].into_iter().find(|name| old.options.get(*name) != new.options.get(*name));
        match fixed {
            Some(name) => by_hand(&format!("another `{name}`, for which its slot has to be altered too,")),
            None => Alteration::InPlace,
        }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, connection, secret: _, publications, slot_name: _, options } = self;
        let sql = Sql::new().kw("CREATE SUBSCRIPTION").ident(name).kw("CONNECTION").literal(connection);
        let sql = sql.kw("PUBLICATION").list(publications.iter().map(|name| Sql::new().ident(name)));
        let set = options.iter().map(|(name, value)| Sql::new().setting(name, value));
        let with = [Sql::new().kw("connect = false"), self.slot()].into_iter().chain(set);
        vec![Piece::Statement(sql.kw("WITH (").list(with).kw(")"))]
    }

    /// Without its slot, so that no connection is made.
    fn drop(&self) -> Vec<Piece> {
        let without = || self.alter_sql().kw("SET (slot_name = NONE)");
        let release = [self.alter_sql().kw("DISABLE"), without()].map(Piece::Statement);
        let release = self.slot_name.iter().flat_map(|_| release.clone());
        release.chain([Piece::Statement(Sql::new().kw("DROP SUBSCRIPTION").ident(&self.name))]).collect()
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name: _, connection, secret: _, publications, slot_name, options } = new;
        let mut pieces = Vec::new();
        if old.connection != *connection {
            pieces.push(new.alter_sql().kw("CONNECTION").literal(connection));
        }
        if old.publications != *publications {
            let list = publications.iter().map(|name| Sql::new().ident(name));
            pieces.push(new.alter_sql().kw("SET PUBLICATION").list(list).kw("WITH (refresh = false)"));
        }
        let slot = (old.slot_name != *slot_name).then(|| new.slot());
        if slot.is_some() && slot_name.is_none() {
            pieces.push(new.alter_sql().kw("DISABLE"));
        }
        let set = options.iter().filter(|(name, value)| old.options.get(*name) != Some(value));
        let set = set.map(|(name, value)| Sql::new().setting(name, value));
        let back = old.options.keys().filter(|name| !options.contains_key(*name));
        let back = back.map(|name| Sql::new().setting(name, usual(name.as_str())));
        let changes: Vec<Sql> = slot.into_iter().chain(set).chain(back).collect();
        if !changes.is_empty() {
            pieces.push(new.alter_sql().kw("SET (").list(changes).kw(")"));
        }
        pieces.into_iter().map(Piece::Statement).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_subscription",
            Change::Drop(_) => "drop_subscription",
            Change::Rename { .. } => "rename_subscription",
            Change::Alter { .. } => "alter_subscription",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let (risk, text) = match change {
            Change::Create(_) => {
                (Risk::OneWay, "it is made disabled, without a connection or a password; make its slot on the other server and ENABLE it by hand")
            }
            Change::Drop(old) if old.slot_name.is_some() => {
                (Risk::Breaks, "it follows no more, and its slot stays on the other server, which keeps all changes for it until the slot is dropped there by hand")
            }
            Change::Alter { old, new } if old.publications != new.publications => {
                (Risk::Breaks, "tables that are new in its publications are not followed until ALTER SUBSCRIPTION … REFRESH PUBLICATION is run by hand")
            }
            _ => return Vec::new(),
        };
        vec![Hazard::everywhere(risk, text)]
    }
}
