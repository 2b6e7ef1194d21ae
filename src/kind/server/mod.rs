//! A foreign server: where the data of foreign tables is, and by which wrapper it is reached.

use super::generic_options::GenericOptions;
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    pub name: Ident,
    pub wrapper: Ident,
    pub server_type: Option<String>,
    pub version: Option<String>,
    pub options: GenericOptions,
}

impl Server {
    fn place(&self) -> Name {
        Name::new(Space::Server, [&self.name])
    }
}

impl Kind for Server {
    const TAG: Tag = Tag::Server;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.ident("name")?,
            wrapper: row.ident("wrapper")?,
            server_type: row.opt("server_type").map(str::to_owned),
            version: row.opt("version").map(str::to_owned),
            options: GenericOptions::read(row, "options")?,
        })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Server, [&self.name])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![self.place()]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::new(Space::ForeignDataWrapper, [&self.wrapper]))]
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "servers";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, wrapper, server_type, version, options } = self;
        let fields = Fields::default()
            .put("wrapper", Doc::text(wrapper.as_str()))
            .put("type", server_type.as_ref().map(Doc::text))
            .put("version", version.as_ref().map(Doc::text))
            .put("options", options.write())
            .put("user_mappings", parts.take_map("user_mappings"))
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(name.as_str().to_owned()), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.global(Space::ForeignDataWrapper, &mut self.wrapper);
        renames.global(Space::Server, &mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = old.wrapper == new.wrapper && old.server_type == new.server_type;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, wrapper, server_type, version, options } = self;
        let sql = Sql::new().kw("CREATE SERVER").ident(name);
        let sql = sql.maybe(server_type.as_ref(), |sql, text| sql.kw("TYPE").literal(text));
        let sql = sql.maybe(version.as_ref(), |sql, text| sql.kw("VERSION").literal(text));
        vec![Piece::Statement(options.sql(sql.kw("FOREIGN DATA WRAPPER").ident(wrapper)))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP SERVER").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, wrapper: _, server_type: _, version, options } = new;
        let sql = Sql::new().kw("ALTER SERVER").ident(name);
        let sql = match version {
            _ if old.version == *version => sql,
            Some(text) => sql.kw("VERSION").literal(text),
            None => sql.kw("VERSION NULL"),
        };
        vec![Piece::Statement(sql.maybe(options.changes(&old.options), |sql, changes| sql.sql(&changes)))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_server",
            Change::Drop(_) => "drop_server",
            Change::Rename { .. } => "rename_server",
            Change::Alter { .. } => "alter_server",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Alter { new, .. } = change else { return Vec::new() };
        let text = "sessions that are connected to it connect anew with their next transaction".to_owned();
        vec![Hazard { risk: Risk::Lock, on: new.place(), text, spared_by: None }]
    }
}
