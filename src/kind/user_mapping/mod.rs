//! A user mapping: as whom a role is known to a foreign server.
//!
//! Its password is on the server alone. What would take that along is refused by name.

use super::generic_options::GenericOptions;
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserMapping {
    pub server: Ident,
    /// `public` is everybody who has none of their own.
    pub user: Ident,
    pub options: GenericOptions,
}

impl UserMapping {
    fn sql(&self, action: &'static str) -> Sql {
        let sql = Sql::new().kw(action);
        let sql = if self.user.as_str() == "public" { sql.kw("PUBLIC") } else { sql.ident(&self.user) };
        sql.kw("SERVER").ident(&self.server)
    }
}

impl Kind for UserMapping {
    const TAG: Tag = Tag::UserMapping;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { server: row.ident("server")?, user: row.ident("user")?, options: GenericOptions::read(row, "options")? })
    }

    fn id(&self) -> Id {
        Id::new(Tag::UserMapping, [&self.server, &self.user])
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::UserMapping, [&self.server, &self.user])]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::new(Space::Server, [&self.server]))]
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::new(Tag::Server, [&self.server]))
    }

    const HOLDS_PARENT: bool = true;

    const SECTION: &'static str = "user_mappings";

    fn write(&self, _: Parts) -> Part {
        let doc = self.options.write().unwrap_or_else(|| Doc::Map(Vec::new()));
        Part { key: Some(self.user.as_str().to_owned()), doc }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.global(Space::Server, &mut self.server);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.options.sql(self.sql("CREATE USER MAPPING FOR")))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.sql("DROP USER MAPPING FOR"))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { server: _, user: _, options } = new;
        let sql = new.sql("ALTER USER MAPPING FOR");
        vec![Piece::Statement(sql.maybe(options.changes(&old.options), |sql, changes| sql.sql(&changes)))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_user_mapping",
            Change::Drop(_) => "drop_user_mapping",
            Change::Rename { .. } | Change::Alter { .. } => "alter_user_mapping",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Create(_) = change else { return Vec::new() };
        let text = "a password is not in this file: where the server asks for one, set it by hand";
        vec![Hazard::everywhere(Risk::OneWay, text)]
    }
}
