//! A sequence: standing alone, or owned by a column (what `serial` makes).
//!
//! The sequence of an identity column is implied and belongs to the column.

use super::*;

mod options;
mod position;
mod yaml;

pub use options::Options;
pub use position::{go_on_behind, hand_over, spared, take_over};
pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    pub name: Qualified,
    pub ty: Type,
    pub options: Options,
    /// Lost with a crash; that of an unlogged table's column is so by itself.
    pub unlogged: bool,
    /// Dropped with this column, as [`super::ownership`] has it; outside `==`.
    pub owner: OwnedBy,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub table: Qualified,
    pub column: Ident,
}

/// A copy of what the ownership says, to know the parent by.
#[derive(Debug, Clone, Default)]
pub struct OwnedBy(pub Option<Owner>);

impl PartialEq for OwnedBy {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for OwnedBy {}

impl Owner {
    pub fn id(&self) -> Id {
        Id::within(Tag::Column, &self.table, &self.column)
    }

    pub fn rename(&mut self, renames: &Renames) {
        renames.column(&self.table, &mut self.column);
        renames.relation(&mut self.table);
    }
}

/// A position below the new minimum would stop the change, so it is moved up to it; any other stays as it is.
pub fn lifted(name: &Qualified, low: i64) -> Piece {
    let set = Sql::new().kw("SELECT pg_catalog.setval(").literal(&name.to_string()).kw(",").number(low).kw(", false)");
    Piece::Statement(set.kw("FROM").qualified(name).kw("WHERE last_value <").number(low))
}

impl Kind for Sequence {
    const TAG: Tag = Tag::Sequence;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let ty = Type::builtin(row.text("type")?);
        let owner = match row.opt("owner_table") {
            Some(_) => {
                Some(Owner { table: row.qualified("owner_schema", "owner_table")?, column: row.ident("owner_column")? })
            }
            None => None,
        };
        let owner = OwnedBy(owner);
        Ok(Self { name: row.qualified("schema", "name")?, options: Options::read(row, "options", &ty)?, unlogged: row.is("unlogged"), ty, owner })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Sequence, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::relation(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::schema(&self.name.schema))]
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.unlogged.then_some((15, "unlogged storage"))
    }

    fn parent(&self) -> Option<Id> {
        self.owner.0.as_ref().map(Owner::id)
    }

    fn holds_data(&self) -> bool {
        true
    }

    fn counts_for(&self) -> Option<Id> {
        self.owner.0.as_ref().map(Owner::id)
    }

    fn hand_over(&self, number: usize) -> Option<Piece> {
        Some(hand_over(&self.name, number))
    }

    fn take_over(&self, number: usize) -> Option<Piece> {
        Some(take_over(&self.name, number))
    }

    fn go_on_behind(&self, ty: &Type) -> Option<Piece> {
        go_on_behind(&self.name, &self.options, self.owner.0.as_ref()?, ty)
    }

    /// What `serial` makes: the usual name, nothing said, and the column's default takes its next value.
    fn inside(&self, family: &[&Object]) -> Option<(&'static str, Part)> {
        let Owner { table, column } = self.owner.0.as_ref()?;
        if family.iter().any(|object| object.id().on.is_some_and(|on| *on == self.id())) {
            return None;
        }
        let usual = super::column::implied_sequence(table, column);
        let call = format!("nextval({}::regclass)", Sql::new().literal(&usual.to_string()));
        let default = family.iter().any(|object| matches!(object, Object::Default(d) if d.expression.written.text() == call));
        let of_type = family.iter().all(|object| !matches!(object, Object::Column(c) if c.ty != self.ty));
        let word = match self.ty.base().as_str() {
            "smallint" => "smallserial",
            "integer" => "serial",
            _ => "bigserial",
        };
        let plain = self.name == usual && !self.unlogged && self.options == Options::default() && default && of_type;
        plain.then(|| ("serial", Part { key: None, doc: Doc::text(word) }))
    }

    fn has_owner(&self) -> bool {
        self.owner.0.is_none()
    }

    const SECTION: &'static str = "sequences";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, ty, options, unlogged, owner: _ } = self;
        let owned_by = parts.take_one("owned_by");
        let doc = Fields::default().put("type", (ty.base() != "bigint").then(|| Doc::text(ty.short())));
        let doc = options.write(doc).when("unlogged", *unlogged).put("owned_by", owned_by).put("comment", parts.take_one("comment"));
        let doc = doc.attached(&mut parts);
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: Doc::Map(doc.0) }
    }

    fn types(&mut self) -> Vec<&mut Type> {
        vec![&mut self.ty]
    }

    fn usual_names(&self, _: &crate::config::Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        let usual = self.owner.0.as_ref().map(|owner| super::column::implied_sequence(&owner.table, &owner.column).name);
        usual.map(|usual| (Name::relation(&self.name), vec![usual])).into_iter().collect()
    }

    fn rename(&mut self, renames: &Renames) {
        if let Some(owner) = &mut self.owner.0 {
            owner.rename(renames);
        }
        renames.relation(&mut self.name);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        let name = Qualified { schema: self.name.schema.clone(), name: name.clone() };
        Some(Self { name, ..self.clone() })
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, ty, options, unlogged, owner: _ } = self;
        let sql = Sql::new().kw(if *unlogged { "CREATE UNLOGGED SEQUENCE" } else { "CREATE SEQUENCE" }).qualified(name);
        let sql = sql.when(ty.base() != "bigint", |sql| sql.kw("AS").ty(ty));
        let sql = if options.sql().is_empty() { sql } else { sql.sql(&options.sql()) };
        vec![Piece::Statement(sql)]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP SEQUENCE").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, ty, options, unlogged, owner: _ } = new;
        let mut sql = Sql::new().kw("ALTER SEQUENCE").qualified(name);
        let start = sql.clone();
        if old.ty != *ty {
            sql = sql.kw("AS").ty(ty);
        }
        for clause in Options::changes(&old.options, options, ty) {
            sql = sql.sql(&clause);
        }
        let lift = Options::lift(&old.options, options, ty).map(|low| lifted(name, low));
        let alter = (sql != start).then_some(Piece::Statement(sql));
        let logged = Sql::new().kw("ALTER SEQUENCE").qualified(name).kw(if *unlogged { "SET UNLOGGED" } else { "SET LOGGED" });
        let logged = (old.unlogged != *unlogged).then_some(Piece::Statement(logged));
        lift.into_iter().chain(alter).chain(logged).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_sequence",
            Change::Drop(_) => "drop_sequence",
            Change::Rename { .. } => "rename_sequence",
            Change::Alter { .. } => "alter_sequence",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Drop(old) => {
                let lost = Hazard::new(Risk::Loses, &old.name, format!("the position of {}", old.name));
                vec![Hazard { spared_by: old.owner.0.as_ref().map(spared), ..lost }]
            }
            Change::Alter { old, new } if old.options.turns(&new.options) => {
                vec![Hazard::new(Risk::Loses, &new.name, format!("the position of {}, which starts anew the other way", new.name))]
            }
            Change::Alter { new, .. } => {
                vec![Hazard::new(Risk::Lock, &new.name, "nextval() waits until the transaction ends")]
            }
            _ => Vec::new(),
        }
    }
}
