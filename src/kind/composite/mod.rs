//! A composite type: attributes in an order that is part of its meaning.
//!
//! Attributes are added at the end, dropped and changed in place; Postgres refuses a change of an attribute's type while a
//! column holds values of the composite. Any other order is another type.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composite {
    pub name: Qualified,
    pub attributes: Vec<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: Ident,
    pub ty: Type,
    /// `None`: the type's own.
    pub collation: Option<Qualified>,
    pub comment: Option<String>,
}

#[derive(serde::Deserialize)]
struct AttributeRow {
    name: String,
    #[serde(rename = "type")]
    ty: String,
    collation_schema: Option<String>,
    collation: Option<String>,
    comment: Option<String>,
}

impl From<AttributeRow> for Attribute {
    fn from(row: AttributeRow) -> Self {
        let AttributeRow { name, ty, collation_schema, collation, comment } = row;
        let collation = collation_schema.zip(collation).map(|(schema, name)| Qualified::new(schema.as_str(), name.as_str()));
        Self { name: Ident::new(name), ty: Type::from_server(&ty), collation, comment }
    }
}

impl Attribute {
    fn sql(&self) -> Sql {
        self.definition(Sql::new().ident(&self.name))
    }

    fn definition(&self, sql: Sql) -> Sql {
        let Self { name: _, ty, collation, comment: _ } = self;
        sql.ty(ty).maybe(collation.as_ref(), |sql, name| sql.kw("COLLATE").qualified(name))
    }

    fn same_type(&self, other: &Self) -> bool {
        self.ty == other.ty && self.collation == other.collation
    }
}

impl Composite {
    fn attribute(&self, name: &Ident) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == *name)
    }

    /// Those of `self` that `other` does not have.
    fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Attribute> {
        self.attributes.iter().filter(|attribute| other.attribute(&attribute.name).is_none())
    }

    /// What stays keeps its order, and what is new stands behind it.
    fn keeps_order(old: &Self, new: &Self) -> bool {
        let names = |of: &[Attribute]| of.iter().map(|attribute| attribute.name.clone()).collect::<Vec<_>>();
        let mut reached = names(&old.attributes);
        reached.retain(|name| new.attribute(name).is_some());
        reached.extend(new.without(old).map(|attribute| attribute.name.clone()));
        reached == names(&new.attributes)
    }

    fn comments<'a>(&'a self, old: Option<&'a Self>) -> impl Iterator<Item = Piece> + 'a {
        let changed = move |attribute: &&Attribute| {
            let before = old.and_then(|old| old.attribute(&attribute.name)).and_then(|old| old.comment.as_ref());
            before != attribute.comment.as_ref()
        };
        self.attributes.iter().filter(changed).map(|attribute| {
            let sql = Sql::new().kw("COMMENT ON COLUMN").column(&self.name, &attribute.name).kw("IS");
            Piece::Statement(match &attribute.comment {
                Some(text) => sql.literal(text),
                None => sql.kw("NULL"),
            })
        })
    }
}

impl Kind for Composite {
    const TAG: Tag = Tag::Composite;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let attributes: Vec<AttributeRow> = row.json("attributes")?.unwrap_or_default();
        Ok(Self { name: row.qualified("schema", "name")?, attributes: attributes.into_iter().map(Attribute::from).collect() })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Composite, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        let attributes = self.attributes.iter().map(|attribute| Name::column(&self.name, &attribute.name));
        [Name::relation(&self.name), Name::ty(&self.name)].into_iter().chain(attributes).collect()
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::schema(&self.name.schema))];
        for attribute in &self.attributes {
            needs.extend(Need::of_type(&attribute.ty));
            needs.extend(Need::of_collation(attribute.collation.as_ref()));
        }
        needs
    }

    fn provides(&self) -> Vec<Fact> {
        let fact = |attribute: &Attribute| {
            let ty = attribute.definition(Sql::new());
            Fact::Attribute(Name::column(&self.name, &attribute.name), ty.to_string())
        };
        self.attributes.iter().map(fact).collect()
    }

    fn types(&mut self) -> Vec<&mut Type> {
        self.attributes.iter_mut().map(|attribute| &mut attribute.ty).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let collations = self.attributes.iter_mut().filter_map(|attribute| attribute.collation.as_mut());
        collations.map(|name| (Space::Collation, name)).collect()
    }

    fn stand_in(&self, schema: &Ident) -> Option<Self> {
        let mut copy = self.clone();
        copy.name.schema = schema.clone();
        copy.attributes.iter_mut().for_each(|attribute| attribute.comment = None);
        Some(copy)
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "composites";

    fn write(&self, parts: Parts) -> Part {
        yaml::write(self, parts)
    }

    fn rename(&mut self, renames: &Renames) {
        for attribute in &mut self.attributes {
            renames.column(&self.name, &mut attribute.name);
        }
        renames.types(self.types());
        renames.refer(self.references());
        renames.qualified(Space::Type, &mut self.name);
    }

    fn rename_sql(&self, renamed: &Self) -> Vec<Piece> {
        let names = |composite: &Self| -> Vec<String> {
            composite.attributes.iter().map(|attribute| attribute.name.as_str().to_owned()).collect()
        };
        let own = renames::statement(&self.id(), &renamed.id());
        let attribute = |(from, to): (String, String)| {
            let sql = Sql::new().kw("ALTER TYPE").qualified(&renamed.name).kw("RENAME ATTRIBUTE");
            // a table of the type has it too
            Piece::Statement(sql.ident(&Ident::new(from)).kw("TO").ident(&Ident::new(to)).kw("CASCADE"))
        };
        own.into_iter().chain(renames::in_turn(&names(self), &names(renamed)).into_iter().map(attribute)).collect()
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if Self::keeps_order(old, new) { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let sql = Sql::new().kw("CREATE TYPE").qualified(&self.name).kw("AS (");
        let attributes = self.attributes.iter().map(Attribute::sql);
        let sql = if self.attributes.is_empty() { sql.kw(")") } else { sql.lines(attributes).kw(")") };
        std::iter::once(Piece::Statement(sql)).chain(self.comments(None)).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TYPE").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, attributes } = new;
        let mut commands: Vec<Sql> =
            old.without(new).map(|attribute| Sql::new().kw("DROP ATTRIBUTE").ident(&attribute.name)).collect();
        for attribute in attributes {
            commands.extend(match old.attribute(&attribute.name) {
                None => Some(Sql::new().kw("ADD ATTRIBUTE").sql(&attribute.sql())),
                Some(before) if before.same_type(attribute) => None,
                Some(_) => Some(attribute.definition(Sql::new().kw("ALTER ATTRIBUTE").ident(&attribute.name).kw("TYPE"))),
            });
        }
        let sql = Sql::new().kw("ALTER TYPE").qualified(name);
        let alter = match commands.len() {
            0 => None,
            1 => Some(sql.list(commands)),
            _ => Some(sql.lines_open(commands)),
        };
        alter.map(Piece::Statement).into_iter().chain(new.comments(Some(old))).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_composite_type",
            Change::Drop(_) => "drop_composite_type",
            Change::Rename { old, new } if old.name == new.name => "rename_attribute",
            Change::Rename { .. } => "rename_composite_type",
            Change::Alter { .. } => "alter_composite_type",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Alter { old, new } = change else { return Vec::new() };
        let lost = old.without(new).map(|attribute| Hazard {
            risk: Risk::Loses,
            on: Name::ty(&new.name),
            text: format!("the attribute {} in every column of this type", attribute.name),
            spared_by: None,
        });
        lost.collect()
    }
}
