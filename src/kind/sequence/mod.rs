//! A sequence: standing alone, or owned by a column (what `serial` makes).
//!
//! The sequence of an identity column is implied and belongs to the column. The owner is a field and no object of its
//! own: since defaults are objects, a sequence may need its owner's column without closing a loop.

use super::*;

mod options;
mod yaml;

pub use options::Options;
pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    pub name: Qualified,
    pub ty: Type,
    pub options: Options,
    /// Dropped with this column.
    pub owner: Option<Owner>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub table: Qualified,
    pub column: Ident,
}

impl Sequence {
    fn owned_by(sql: Sql, owner: Option<&Owner>) -> Sql {
        match owner {
            Some(Owner { table, column }) => sql.kw("OWNED BY").column(table, column),
            None => sql.kw("OWNED BY NONE"),
        }
    }
}

/// A position below the new minimum would stop the change, so it is moved up to it; any other stays as it is.
fn lifted(name: &Qualified, low: i64) -> Piece {
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
        Ok(Self { name: row.qualified("schema", "name")?, options: Options::read(row, &ty)?, ty, owner })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Sequence, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::relation(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        let owner = self.owner.iter().map(|o| Need::exists(Name::column(&o.table, &o.column)));
        std::iter::once(Need::exists(Name::schema(&self.name.schema))).chain(owner).collect()
    }

    fn parent(&self) -> Option<Id> {
        self.owner.as_ref().map(|o| Id::within(Tag::Column, &o.table, &o.column))
    }

    fn holds_data(&self) -> bool {
        true
    }

    /// What `serial` makes: the usual name, nothing said, and the column's default takes its next value.
    fn inside(&self, family: &[&Object]) -> Option<(&'static str, Part)> {
        let Owner { table, column } = self.owner.as_ref()?;
        let usual = super::column::implied_sequence(table, column);
        let call = format!("nextval({}::regclass)", Sql::new().literal(&usual.to_string()));
        let default = family.iter().any(|object| matches!(object, Object::Default(d) if d.expression.written.text() == call));
        let of_type = family.iter().all(|object| !matches!(object, Object::Column(c) if c.ty != self.ty));
        let word = match self.ty.base().as_str() {
            "smallint" => "smallserial",
            "integer" => "serial",
            _ => "bigserial",
        };
        let plain = self.name == usual && self.options == Options::default() && default && of_type;
        plain.then(|| ("serial", Part { key: None, doc: Doc::text(word) }))
    }

    const SECTION: &'static str = "sequences";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, ty, options, owner } = self;
        let owned_by = owner.as_ref().map(|Owner { table, column }| {
            let column = Qualified { schema: Ident::new(""), name: column.clone() };
            Doc::Text(format!("{}.{}", crate::draft::write_name(table, parts.schema.as_str()), crate::draft::write_name(&column, "")))
        });
        let doc = Fields::default().put("type", (ty.base() != "bigint").then(|| Doc::text(ty)));
        let doc = options.write(doc).put("owned_by", owned_by).put("comment", parts.take_one("comment"));
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: Doc::Map(doc.0) }
    }

    fn types(&mut self) -> Vec<&mut Type> {
        vec![&mut self.ty]
    }

    fn rename(&mut self, renames: &Renames) {
        if let Some(owner) = &mut self.owner {
            renames.column(&owner.table, &mut owner.column);
            renames.table(&mut owner.table);
        }
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        let name = Qualified { schema: self.name.schema.clone(), name: name.clone() };
        Some(Self { name, ..self.clone() })
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, ty, options, owner } = self;
        let sql = Sql::new().kw("CREATE SEQUENCE").qualified(name);
        let sql = sql.when(ty.base() != "bigint", |sql| sql.kw("AS").ty(ty));
        let sql = if options.sql().is_empty() { sql } else { sql.sql(&options.sql()) };
        vec![Piece::Statement(if owner.is_some() { Self::owned_by(sql, owner.as_ref()) } else { sql })]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP SEQUENCE").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, ty, options, owner } = new;
        let mut sql = Sql::new().kw("ALTER SEQUENCE").qualified(name);
        let start = sql.clone();
        if old.ty != *ty {
            sql = sql.kw("AS").ty(ty);
        }
        for clause in Options::changes(&old.options, options, ty) {
            sql = sql.sql(&clause);
        }
        if old.owner != *owner {
            sql = Self::owned_by(sql, owner.as_ref());
        }
        let lift = Options::lift(&old.options, options, ty).map(|low| lifted(name, low));
        let alter = (sql != start).then_some(Piece::Statement(sql));
        lift.into_iter().chain(alter).collect()
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
            Change::Drop(old) => vec![Hazard::new(Risk::Loses, &old.name, format!("the position of {}", old.name))],
            Change::Alter { new, .. } => {
                vec![Hazard::new(Risk::Lock, &new.name, "nextval() waits until the transaction ends")]
            }
            _ => Vec::new(),
        }
    }
}
