//! A domain: a type over another one, with a default and NOT NULL of its own. Its checks are objects of their own.
//!
//! Default and NOT NULL change in place. Another base type or collation swaps the domain: a second one takes the name, and
//! the columns move to it through text.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    pub name: Qualified,
    pub ty: Type,
    /// `None`: the base type's own.
    pub collation: Option<Qualified>,
    pub not_null: bool,
    pub default: Option<Expression>,
}

impl Domain {
    fn alter_domain(&self) -> Sql {
        Sql::new().kw("ALTER DOMAIN").qualified(&self.name)
    }

    fn create_sql(&self, elements: &[Sql]) -> Sql {
        let Self { name, ty, collation, not_null, default } = self;
        let sql = Sql::new().kw("CREATE DOMAIN").qualified(name).kw("AS").ty(ty);
        let sql = sql.maybe(collation.as_ref(), |sql, name| sql.kw("COLLATE").qualified(name));
        let sql = sql.maybe(default.as_ref(), |sql, default| sql.kw("DEFAULT").sql(&default.written.as_operand()));
        elements.iter().fold(sql.when(*not_null, |sql| sql.kw("NOT NULL")), Sql::sql)
    }

    /// Values on their way through text are cut to the new type's length, or rounded to its digits.
    fn cuts(old: &Type, new: &Type) -> bool {
        let digits = |ty: &Type| -> Vec<u32> {
            ty.modifiers.split(|c: char| !c.is_ascii_digit()).filter_map(|digits| digits.parse().ok()).collect()
        };
        let (had, has) = (digits(old), digits(new));
        let wider = old.name == new.name && had.len() == has.len() && had.iter().zip(&has).all(|(had, has)| had <= has);
        let limited = !new.modifiers.is_empty() || matches!(new.base().as_str(), "real" | "double precision");
        limited && !wider
    }
}

impl Kind for Domain {
    const TAG: Tag = Tag::Domain;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let collation = match row.opt("collation_name") {
            Some(_) => Some(row.qualified("collation_schema", "collation_name")?),
            None => None,
        };
        Ok(Self {
            name: row.qualified("schema", "name")?,
            ty: Type::from_server(row.text("type")?),
            collation,
            not_null: row.is("not_null"),
            default: row.expression("default", row.is("has_default"))?,
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Domain, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::ty(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::schema(&self.name.schema))];
        needs.extend(Need::of_type(&self.ty));
        needs.extend(Need::of_collation(self.collation.as_ref()));
        needs.extend(self.default.as_ref().map(|default| Need::mentions(Mentions::of(&self.name, default))));
        needs
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let slot = |expression| Slot { table: self.name.clone(), role: Role::ValueDefault, expression };
        self.default.as_mut().map(slot).into_iter().collect()
    }

    fn convert(&self, casts: &mut Casts, gone: bool) {
        if !gone {
            casts.define(&Type::named(self.name.clone()), self.ty.clone(), self.not_null);
        }
    }

    fn types(&mut self) -> Vec<&mut Type> {
        vec![&mut self.ty]
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.collation.iter_mut().map(|name| (Space::Collation, name)).collect()
    }

    /// Of the type alone: neither NOT NULL nor a default says how an expression is spelled.
    fn stand_in(&self, schema: &Ident) -> Option<Self> {
        let name = Qualified { schema: schema.clone(), name: self.name.name.clone() };
        Some(Self { name, not_null: false, default: None, ..self.clone() })
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "domains";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, ty, collation, not_null, default } = self;
        let fields = Fields::default()
            .put("type", Doc::Text(ty.short()))
            .put("collation", collation.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, "pg_catalog"))))
            .when("not_null", *not_null)
            .put("default", default.as_ref().map(|default| Doc::text(&default.written)))
            .put("checks", parts.take_map("checks"))
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key: Some(crate::draft::write_name(name, parts.schema.as_str())), doc: fields.or_just("type") }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.types(self.types());
        renames.refer(self.references());
        self.default.iter_mut().for_each(|default| renames.text(default));
        renames.qualified(Space::Type, &mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if old.ty == new.ty && old.collation == new.collation { Alteration::InPlace } else { Alteration::Swap }
    }

    fn create(&self, elements: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.create_sql(&elements))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP DOMAIN").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        // of another type or collation it would have been swapped
        let Self { name: _, ty: _, collation: _, not_null, default } = new;
        let mut commands = Vec::new();
        if old.default != *default {
            commands.push(match default {
                Some(default) => new.alter_domain().kw("SET DEFAULT").expr(&default.written),
                None => new.alter_domain().kw("DROP DEFAULT"),
            });
        }
        if old.not_null != *not_null {
            commands.push(new.alter_domain().kw(if *not_null { "SET NOT NULL" } else { "DROP NOT NULL" }));
        }
        commands.into_iter().map(Piece::Statement).collect()
    }

    fn swap(old: &Self, new: &Self, elements: Vec<Sql>, carried: Vec<Piece>) -> Vec<Piece> {
        if carried.is_empty() {
            return old.drop().into_iter().chain(new.create(elements)).collect();
        }
        let name = Ident::new(crate::name::object_name(old.name.name.as_str(), "", "old"));
        let aside = Qualified { schema: old.name.schema.clone(), name };
        let rename = old.alter_domain().kw("RENAME TO").ident(&aside.name);
        let mut pieces = vec![Piece::Statement(rename), Piece::Statement(new.create_sql(&elements))];
        pieces.extend(carried);
        pieces.push(Piece::Statement(Sql::new().kw("DROP DOMAIN").qualified(&aside)));
        pieces
    }

    const GOES_ALONG: bool = true;

    fn through(&self, carriage: &Carriage) -> Result<Carriage, [String; 2]> {
        let lists = carriage.lists || self.ty.array;
        match carriage.null().filter(|_| !lists && self.not_null) {
            Some(value) => {
                Err([format!("'{value}' becomes null, and the domain {} is NOT NULL", self.name), NO_NULL.into()])
            }
            None => Ok(Carriage { lists, ..carriage.clone() }),
        }
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_domain",
            Change::Drop(_) => "drop_domain",
            Change::Rename { .. } => "rename_domain",
            Change::Alter { .. } => "alter_domain",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Alter { old, new } = change else { return Vec::new() };
        let hazard = |risk, text: String| Hazard { risk, on: Name::ty(&new.name), text, spared_by: None };
        if Self::alteration(old, new) == Alteration::Swap {
            let cut = format!("what {} cannot hold is cut or rounded", new.ty);
            let mut hazards = Vec::new();
            if old.ty != new.ty {
                hazards.extend(Self::cuts(&old.ty, &new.ty).then(|| hazard(Risk::Loses, cut)));
                hazards.push(hazard(Risk::MayFail, format!("values that do not convert to {}, or that a check refuses, stop it", new.ty)));
            }
            // what moves says what it costs
            return hazards;
        }
        if !old.not_null && new.not_null {
            return vec![
                hazard(Risk::MayFail, "rows that hold null in a column of this domain stop it".into()),
                hazard(Risk::Blocks, "writes of every table with such a column while its rows are checked".into()),
            ];
        }
        vec![hazard(Risk::Lock, "no table is locked".into())]
    }
}
