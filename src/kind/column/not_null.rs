//! What is said of a column's NOT NULL beyond that it is there: since PostgreSQL 18 it is a constraint with a name.

use schemars::JsonSchema;
use serde::Deserialize;

use super::*;
use crate::draft::Scope;
use crate::kind::online::{related, validate};
use crate::spanned::Spanned;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotNull {
    /// `None`: the one that Postgres gives it, `<table>_<column>_not_null`.
    pub name: Option<Ident>,
    pub no_inherit: bool,
    /// New rows are checked; those that were there before were not.
    pub not_valid: bool,
}

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "not_null")]
pub struct Declaration {
    /// The server's affair unless said.
    name: Option<Spanned<String>>,
    /// Not of the tables that inherit from this one.
    no_inherit: bool,
    /// Rows that are there already are not looked at.
    not_valid: bool,
}

impl Declaration {
    pub fn read(&self, column: &Column, scope: &Scope) -> Result<NotNull> {
        let name = self.name.as_ref().map(|name| scope.ident(name)).transpose()?;
        let name = name.filter(|name| *name != NotNull::implied(&column.table, &column.name));
        Ok(NotNull { name, no_inherit: self.no_inherit, not_valid: self.not_valid })
    }
}

impl NotNull {
    pub fn implied(table: &Qualified, column: &Ident) -> Ident {
        Ident::new(crate::name::object_name(table.name.as_str(), column.as_str(), "not_null"))
    }

    pub fn read(row: &Row, table: &Qualified, column: &Ident) -> Self {
        let name = row.opt("not_null_name").map(Ident::new).filter(|name| *name != Self::implied(table, column));
        Self { name, no_inherit: row.is("not_null_no_inherit"), not_valid: row.is("not_null_not_valid") }
    }

    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// `CONSTRAINT name NOT NULL NO INHERIT`, within the definition of the column.
    pub fn sql(&self) -> Sql {
        let Self { name, no_inherit, not_valid: _ } = self;
        let sql = Sql::new().maybe(name.as_ref(), |sql, name| sql.kw("CONSTRAINT").ident(name));
        sql.kw("NOT NULL").when(*no_inherit, |sql| sql.kw("NO INHERIT"))
    }

    /// `ADD CONSTRAINT name NOT NULL column …`
    pub fn add(&self, column: &Column) -> Sql {
        if self.is_plain() {
            return column.alter_column().kw("SET NOT NULL");
        }
        let Self { name, no_inherit, not_valid } = self;
        Sql::new()
            .kw("ADD")
            .maybe(name.as_ref(), |sql, name| sql.kw("CONSTRAINT").ident(name))
            .kw("NOT NULL")
            .ident(&column.name)
            .when(*no_inherit, |sql| sql.kw("NO INHERIT"))
            .when(*not_valid, |sql| sql.kw("NOT VALID"))
    }

    /// From one NOT NULL to another.
    pub fn changes(old: &Self, column: &Column) -> Vec<Sql> {
        let new = &column.not_null_constraint;
        if !old.not_valid && new.not_valid {
            return vec![column.alter_column().kw("DROP NOT NULL"), new.add(column)];
        }
        let name = new.name.clone().unwrap_or_else(|| Self::implied(&column.table, &column.name));
        let mut commands = Vec::new();
        if old.no_inherit != new.no_inherit {
            let inherit = if new.no_inherit { "NO INHERIT" } else { "INHERIT" };
            commands.push(Sql::new().kw("ALTER CONSTRAINT").ident(&name).kw(inherit));
        }
        if old.not_valid && !new.not_valid {
            commands.push(Sql::new().kw("VALIDATE CONSTRAINT").ident(&name));
        }
        commands
    }

    /// NOT NULL comes and goes in all tables below; whether one there is wanted otherwise.
    pub fn reaches(below: &Column, old: &Column, new: &Column) -> bool {
        old.not_null != new.not_null && below.not_null != new.not_null
    }

    /// Its name, said or not.
    pub fn named(&self, table: &Qualified, column: &Ident) -> Ident {
        self.name.clone().unwrap_or_else(|| Self::implied(table, column))
    }

    /// The constraint's new name, which only a statement of its own gives.
    pub fn rename(old: &Column, column: &Column) -> Option<Piece> {
        let named = |column: &Column| column.not_null_constraint.named(&column.table, &column.name);
        let sql = Sql::new().kw("ALTER TABLE").qualified(&column.table).kw("RENAME CONSTRAINT").ident(&named(old));
        // one that goes and comes has its new name already
        let stays = old.not_null_constraint.not_valid || !column.not_null_constraint.not_valid;
        (stays && named(old) != named(column)).then(|| Piece::Statement(sql.kw("TO").ident(&named(column))))
    }

    pub fn write(&self) -> Option<Doc> {
        let doc = Fields::default()
            .put("name", self.name.as_ref().map(|name| Doc::text(name.as_str())))
            .when("no_inherit", self.no_inherit)
            .when("not_valid", self.not_valid);
        (!self.is_plain()).then_some(Doc::Map(doc.0))
    }
}

/// A valid check proves to `SET NOT NULL` that it need not read the rows; it is made for that and dropped again. The two may not
/// be one ALTER TABLE: the rows would be read after all.
pub fn online(change: Change<&Column>, ground: &Ground) -> Online {
    let Change::Alter { old, new } = change else { return Online::Plain };
    let Column { table, name, .. } = new;
    let proof = Ident::new(crate::name::object_name(table.name.as_str(), name.as_str(), "proof"));
    let only = !old.not_null && Column { not_null: true, ..old.clone() } == *new && new.not_null_constraint.is_plain();
    if !only || new.foreign.0 || !(ground.free)(&Name::constraint(table, &proof)) {
        return Online::Plain;
    }
    if ground.related || ground.partitioned {
        return Online::Not(Manner::Validated, related(table));
    }
    let add = Sql::new().kw("ADD CONSTRAINT").ident(&proof).kw("CHECK (").ident(name).kw("IS NOT NULL").kw(")").kw("NOT VALID");
    let drop = Sql::new().kw("ALTER TABLE").qualified(table).kw("DROP CONSTRAINT").ident(&proof);
    let fails = Hazard::new(Risk::MayFail, table, "rows without a value stop it");
    let set = vec![new.command(new.not_null_constraint.add(new)), Piece::Statement(drop)];
    let proved = Hazard::new(Risk::Lock, table, format!("ACCESS EXCLUSIVE on {table}, instant: the check proves it"));
    let phases = vec![
        Phase::new("create_check_constraint", vec![new.command(add)], vec![Hazard::instant(table)]),
        validate(table, &proof, fails),
        Phase::new("alter_column", set, vec![proved]),
    ];
    Online::Phases(Manner::Validated, phases, 2)
}
