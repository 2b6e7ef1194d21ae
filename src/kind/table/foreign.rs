//! Where is a table whose rows another server has?

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::generic_options::GenericOptions;
use super::super::shapes::Entries;
use super::*;
use crate::draft::Scope;
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreign {
    pub server: Ident,
    pub settings: GenericOptions,
}

/// `foreign: { server: shop, options: { table_name: orders } }`
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "foreign")]
pub struct Declaration {
    /// The foreign server.
    server: Spanned<String>,
    /// As its wrapper takes them.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    options: Entries<String>,
}

impl Declaration {
    pub fn read(&self, scope: &Scope) -> Result<Foreign> {
        Ok(Foreign { server: scope.ident(&self.server)?, settings: GenericOptions::declared(&self.options, scope)? })
    }
}

impl Foreign {
    pub fn read(row: &Row) -> Result<Option<Self>> {
        let Some(server) = row.opt("server").map(Ident::new) else { return Ok(None) };
        Ok(Some(Self { server, settings: GenericOptions::read(row, "server_options")? }))
    }

    pub fn write(&self) -> Doc {
        let Self { server, settings } = self;
        Doc::Map(Fields::default().put("server", Doc::text(server.as_str())).put("options", settings.write()).0)
    }

    /// Behind the columns.
    pub fn sql(&self, sql: Sql) -> Sql {
        self.settings.sql(sql.kw("SERVER").ident(&self.server))
    }

    pub fn need(&self) -> Need {
        Need::exists(Name::new(Space::Server, [&self.server]))
    }

    pub fn alter(&self, old: &Self, table: &Qualified) -> Option<Piece> {
        let sql = Sql::new().kw("ALTER FOREIGN TABLE").qualified(table);
        self.settings.changes(&old.settings).map(|changes| Piece::Statement(sql.sql(&changes)))
    }
}

/// What keeps the one from becoming the other where it stands; the server of a table is for good.
pub fn alteration(old: &Table, new: &Table) -> Option<Alteration> {
    match (&old.foreign, &new.foreign) {
        (None, None) => None,
        (Some(old), Some(new)) => (old.server != new.server).then_some(Alteration::Recreate),
        (None, Some(_)) => {
            Some(Alteration::Refused(format!("not supported: a table that is there cannot become a foreign one: {}", new.name)))
        }
        (Some(_), None) => {
            Some(Alteration::Refused(format!("not supported: a foreign table cannot become a plain one: {}", new.name)))
        }
    }
}
