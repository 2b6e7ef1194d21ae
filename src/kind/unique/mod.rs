//! A unique constraint: no two rows share these columns. A key for foreign keys to refer to.

use super::*;
use crate::config::Naming;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unique {
    pub table: Qualified,
    pub name: Ident,
    pub columns: Vec<Ident>,
    pub include: Vec<Ident>,
    /// The last column is a range, and rows that share the others do not overlap in it.
    pub without_overlaps: bool,
    pub nulls_not_distinct: bool,
    pub deferrable: bool,
    pub deferred: bool,
    /// Storage parameters of the index, e.g. `fillfactor=70`.
    pub options: IndexOptions,
    pub part_of: Option<PartOf>,
}

impl Unique {
    fn definition(&self) -> Sql {
        let Self { table: _, name, columns, include, without_overlaps, nulls_not_distinct, .. } = self;
        let Self { deferrable, deferred, options, part_of: _, .. } = self;
        Sql::new()
            .kw("CONSTRAINT")
            .ident(name)
            .kw("UNIQUE")
            .when(*nulls_not_distinct, |sql| sql.kw("NULLS NOT DISTINCT"))
            .kw("(")
            .list(columns.iter().map(|column| Sql::new().ident(column)))
            .when(*without_overlaps, |sql| sql.kw("WITHOUT OVERLAPS"))
            .kw(")")
            .when(!include.is_empty(), |sql| sql.kw("INCLUDE").names(include))
            .when(!options.is_empty(), |sql| sql.kw("WITH").sql(&options.sql()))
            .when(*deferrable, |sql| sql.kw("DEFERRABLE"))
            .when(*deferred, |sql| sql.kw("INITIALLY DEFERRED"))
    }

    fn index(&self) -> Qualified {
        Qualified { schema: self.table.schema.clone(), name: self.name.clone() }
    }
}

impl Unique {
    /// The name that Postgres gives one that nobody named.
    fn own_name(&self) -> Ident {
        let joined = self.columns.iter().map(Ident::as_str).collect::<Vec<_>>().join("_");
        Ident::new(crate::name::object_name(self.table.name.as_str(), &joined, "key"))
    }
}

impl Kind for Unique {
    const TAG: Tag = Tag::Unique;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            table: row.table("table")?,
            name: row.ident("name")?,
            columns: row.columns("table", "columns")?,
            include: row.columns("table", "include")?,
            without_overlaps: row.is("without_overlaps"),
            nulls_not_distinct: row.is("nulls_not_distinct"),
            deferrable: row.is("deferrable"),
            deferred: row.is("deferred"),
            options: IndexOptions::read(row, "options")?,
            part_of: PartOf::read(row)?,
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Unique, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::constraint(&self.table, &self.name), Name::relation(&self.index())]
    }

    fn requires(&self) -> Vec<Need> {
        let table = std::iter::once(Need::exists(Name::relation(&self.table)));
        let columns = self.columns.iter().chain(&self.include).map(|c| Need::exists(Name::column(&self.table, c)));
        table.chain(columns).collect()
    }

    fn provides(&self) -> Vec<Fact> {
        if self.deferrable { Vec::new() } else { vec![Fact::key(&self.table, &self.columns)] }
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        let nulls = self.nulls_not_distinct.then_some((15, "NULLS NOT DISTINCT"));
        self.without_overlaps.then_some((18, "WITHOUT OVERLAPS")).or(nulls)
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn copy(&self, descent: &Descent) -> Option<(Self, bool)> {
        descent.partition.as_ref()?;
        let part_of = Some(PartOf { table: self.table.clone(), name: self.name.clone() });
        let copy = Self { table: descent.child.clone(), part_of, ..self.clone() };
        Some((Self { name: copy.own_name(), ..copy }, false))
    }

    fn merge(&mut self, copy: &Self) -> bool {
        let same = self.part_of.is_none() && Self { name: self.name.clone(), part_of: None, ..copy.clone() } == *self;
        if same {
            self.part_of = copy.part_of.clone();
        }
        same
    }

    fn origins(&self) -> Vec<Origin> {
        let whole = |whole: &PartOf| Id::within(Tag::Unique, &whole.table, &whole.name);
        let origins = |of: &PartOf| PartOf::origins(&self.table, whole(of), self.name == self.own_name());
        self.part_of.as_ref().map(origins).unwrap_or_default()
    }

    /// The whole took the name of a live one.
    fn follow(&mut self, old: &Id, new: &Id) {
        if let (Some(whole), Some(name)) = (&mut self.part_of, new.last())
            && Id::within(Tag::Unique, &whole.table, &whole.name) == *old
        {
            whole.name = name.clone();
        }
    }

    const SECTION: &'static str = "unique";

    fn write(&self, mut parts: Parts) -> Part {
        let doc = Fields::default()
            .put("columns", Doc::names(&self.columns))
            .when("without_overlaps", self.without_overlaps)
            .put("include", (!self.include.is_empty()).then(|| Doc::names(&self.include)))
            .when("nulls_not_distinct", self.nulls_not_distinct)
            .when("deferrable", self.deferrable)
            .when("initially_deferred", self.deferred)
            .put("with", self.options.write())
            .put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.as_str().to_owned()), doc: doc.or_just("columns") }
    }

    fn usual_names(&self, naming: &Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        let name = |naming: &Naming| yaml::default_name(&self.table, &self.columns, naming);
        let usual = vec![name(naming), name(&Naming::default())];
        vec![(Name::constraint(&self.table, &self.name), usual)]
    }

    fn rename(&mut self, renames: &Renames) {
        renames.columns(&self.table, self.columns.iter_mut().chain(&mut self.include));
        renames.within(Space::Constraint, &self.table, &mut self.name);
        renames.relation(&mut self.table);
        PartOf::rename(&mut self.part_of, renames);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        Some(Self { name: name.clone(), ..self.clone() })
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        // a part becomes one, and ceases to be one, with its table
        let Self { options, part_of, .. } = new.clone();
        let same = Self { options, part_of, ..old.clone() } == *new;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn element(&self, _: Vec<Sql>) -> Option<Sql> {
        Some(self.definition())
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::AlterTable(self.table.clone(), Sql::new().kw("ADD").sql(&self.definition()))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::AlterTable(self.table.clone(), Sql::new().kw("DROP CONSTRAINT").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        IndexOptions::alter(&new.index(), &old.options, &new.options)
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_unique_constraint",
            Change::Drop(_) => "drop_constraint",
            Change::Rename { .. } => "rename_constraint",
            Change::Alter { .. } => "alter_constraint",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Create(new) => {
                let on = &new.table;
                let columns = new.columns.iter().map(Ident::quoted).collect::<Vec<_>>().join(", ");
                vec![
                    Hazard::new(Risk::MayFail, on, format!("rows that share ({columns}) stop it")),
                    Hazard::new(Risk::Blocks, on, format!("reads and writes of {on} while the index is built")),
                ]
            }
            Change::Alter { new, .. } => vec![IndexOptions::hazard(&new.table)],
            other => vec![Hazard::instant(&other.subject().table)],
        }
    }
}
