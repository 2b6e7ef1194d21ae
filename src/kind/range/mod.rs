//! A range type, and the multirange type that comes with it.
//!
//! Postgres changes nothing of it in place, and a range of another subtype is not the same value; so a change makes it
//! anew, which is refused where a column holds ranges.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    pub name: Qualified,
    pub subtype: Type,
    /// `None`: the subtype's own, for b-trees.
    pub opclass: Option<Qualified>,
    /// `None`: the subtype's own.
    pub collation: Option<Qualified>,
    /// The distance of two values, for GiST.
    pub subtype_diff: Option<Qualified>,
    /// `None`: the name that Postgres gives it.
    pub multirange: Option<Qualified>,
    /// The operator class that a live one has, stated or not; outside `==`.
    pub used: UsedOpclass,
}

/// So that a model may state the one that is the subtype's own.
#[derive(Debug, Clone, Default)]
pub struct UsedOpclass(pub Option<Qualified>);

impl PartialEq for UsedOpclass {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for UsedOpclass {}

/// The name that Postgres gives the multirange type (`makeMultirangeTypeName`).
fn implied_multirange(range: &Qualified) -> Qualified {
    let name = range.name.as_str();
    let whole = match name.find("range") {
        Some(at) => format!("{}multi{}", &name[..at], &name[at..]),
        None => format!("{}_multirange", crate::name::cut(name, crate::name::MAX_BYTES - "_multirange".len())),
    };
    Qualified { schema: range.schema.clone(), name: Ident::new(crate::name::cut(&whole, crate::name::MAX_BYTES)) }
}

impl Range {
    fn multirange_name(&self) -> Qualified {
        self.multirange.clone().unwrap_or_else(|| implied_multirange(&self.name))
    }
}

impl Kind for Range {
    const TAG: Tag = Tag::Range;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let named = |what: &str| {
            let (schema, name) = (format!("{what}_schema"), format!("{what}_name"));
            row.opt(&name).is_some().then(|| row.qualified(&schema, &name)).transpose()
        };
        let name = row.qualified("schema", "name")?;
        let multirange = named("multirange")?.filter(|multirange| *multirange != implied_multirange(&name));
        Ok(Self {
            subtype: Type::from_server(row.text("subtype")?),
            opclass: named("opclass")?,
            collation: named("collation")?,
            subtype_diff: named("subtype_diff")?,
            multirange,
            used: UsedOpclass(named("own_opclass")?),
            name,
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Range, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::ty(&self.name), Name::ty(&self.multirange_name())]
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::schema(&self.name.schema))];
        needs.extend(Need::of_type(&self.subtype));
        needs.extend(Need::of_collation(self.collation.as_ref()));
        if let Some(opclass) = self.opclass.as_ref().filter(|name| name.schema.as_str() != "pg_catalog") {
            needs.push(Need::exists(Name::new(Space::OperatorClass, [&opclass.schema, &opclass.name])));
        }
        needs
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.multirange.as_ref().map(|_| (14, "`multirange`"))
    }

    fn types(&mut self) -> Vec<&mut Type> {
        vec![&mut self.subtype]
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let opclass = self.opclass.as_mut().map(|name| (Space::OperatorClass, name));
        opclass.into_iter().chain(self.collation.as_mut().map(|name| (Space::Collation, name))).collect()
    }

    fn adopt(&mut self, live: &Self) {
        if live.opclass.is_none() && self.opclass == live.used.0 {
            self.opclass = None;
        }
        if self.multirange.as_ref() == Some(&implied_multirange(&self.name)) {
            self.multirange = None;
        }
    }

    fn stand_in(&self, schema: &Ident) -> Option<Self> {
        let mut copy = self.clone();
        copy.name.schema = schema.clone();
        copy.multirange = Some(Qualified { schema: schema.clone(), name: self.multirange_name().name });
        Some(copy)
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "ranges";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, subtype, opclass, collation, subtype_diff, multirange, used: _ } = self;
        let schema = parts.schema.as_str();
        let own = |name: &Option<Qualified>| name.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, "pg_catalog")));
        let multirange = multirange.as_ref().map(|name| Doc::Text(crate::draft::write_name(name, schema)));
        let key = Some(crate::draft::write_name(name, schema));
        let fields = Fields::default()
            .put("subtype", Doc::Text(subtype.short()))
            .put("opclass", own(opclass))
            .put("collation", own(collation))
            .put("subtype_diff", own(subtype_diff))
            .put("multirange", multirange)
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        Part { key, doc: fields.or_just("subtype") }
    }

    fn usual_names(&self, _: &crate::config::Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        vec![(Name::ty(&self.multirange_name()), vec![implied_multirange(&self.name).name])]
    }

    fn rename(&mut self, renames: &Renames) {
        let mut multirange = self.multirange_name();
        renames.qualified(Space::Type, &mut multirange);
        renames.types(self.types());
        renames.refer(self.references());
        self.subtype_diff.iter_mut().for_each(|name| renames.qualified(Space::Routine, name));
        renames.qualified(Space::Type, &mut self.name);
        // the multirange keeps its name, which may no longer be the one that Postgres would give
        self.multirange = Some(multirange).filter(|name| *name != implied_multirange(&self.name));
    }

    fn rename_sql(&self, renamed: &Self) -> Vec<Piece> {
        let own = renames::statement(&self.id(), &renamed.id());
        let (old, new) = (self.multirange_name(), renamed.multirange_name());
        let sql = Sql::new().kw("ALTER TYPE").qualified(&old).kw("RENAME TO").ident(&new.name);
        own.into_iter().chain((old.name != new.name).then_some(Piece::Statement(sql))).collect()
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, subtype, opclass, collation, subtype_diff, multirange, used: _ } = self;
        let mut options = vec![Sql::new().kw("SUBTYPE =").ty(subtype)];
        let named = [
            ("SUBTYPE_OPCLASS =", opclass),
            ("COLLATION =", collation),
            ("SUBTYPE_DIFF =", subtype_diff),
            ("MULTIRANGE_TYPE_NAME =", multirange),
        ];
        for (option, value) in named {
            options.extend(value.as_ref().map(|value| Sql::new().kw(option).qualified(value)));
        }
        vec![Piece::Statement(Sql::new().kw("CREATE TYPE").qualified(name).kw("AS RANGE (").list(options).kw(")"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP TYPE").qualified(&self.name))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_range_type",
            Change::Drop(_) => "drop_range_type",
            Change::Rename { .. } => "rename_range_type",
            Change::Alter { .. } => "alter_range_type",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
