//! An index that no constraint implies.

use super::key::Key;
use super::*;
use crate::config::Naming;

mod online;
mod options;
mod yaml;

pub use options::Options;
pub use yaml::{Declaration, OnColumn};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Always in the schema of its table.
    pub name: Qualified,
    pub table: Qualified,
    /// Of a materialized view.
    pub of_view: Aside<bool>,
    pub unique: bool,
    pub method: Ident,
    pub keys: Vec<Key>,
    pub include: Vec<Ident>,
    pub predicate: Option<Expression>,
    pub nulls_not_distinct: bool,
    pub options: Options,
    pub part_of: Option<PartOf>,
    /// `SET STATISTICS` of keys that are expressions, by the position of the key.
    pub statistics: BTreeMap<i16, i16>,
}

impl Index {
    fn definition(&self, concurrently: bool) -> Sql {
        let Self { name, table, unique, method, keys, include, predicate, nulls_not_distinct, options, .. } = self;
        Sql::new()
            .kw(if *unique { "CREATE UNIQUE INDEX" } else { "CREATE INDEX" })
            .when(concurrently, |sql| sql.kw("CONCURRENTLY"))
            .ident(&name.name)
            .kw("ON")
            .qualified(table)
            .when(method.as_str() != "btree", |sql| sql.kw("USING").ident(method))
            .kw("(")
            .list(keys.iter().map(Key::sql))
            .kw(")")
            .when(!include.is_empty(), |sql| sql.kw("INCLUDE").names(include))
            .when(*nulls_not_distinct, |sql| sql.kw("NULLS NOT DISTINCT"))
            .when(!options.is_empty(), |sql| sql.kw("WITH").sql(&options.sql()))
            .maybe(predicate.as_ref(), |sql, predicate| sql.kw("WHERE").expr(&predicate.written))
    }

    /// The name that Postgres gives one that nobody named.
    fn own_name(&self) -> Ident {
        let columns: Vec<&str> = self.keys.iter().map(|key| key.column().map_or("expr", Ident::as_str)).collect();
        Ident::new(crate::name::object_name(self.table.name.as_str(), &columns.join("_"), "idx"))
    }

    fn written_statistics(&self) -> Doc {
        let entry = |(position, target): (&i16, &i16)| (position.to_string(), Doc::Number((*target).into()));
        Doc::Map(self.statistics.iter().map(entry).collect())
    }

    fn statistics_changes(&self, old: &BTreeMap<i16, i16>) -> Vec<Piece> {
        let set = |(position, target): (&i16, i16)| {
            let sql = Sql::new().kw("ALTER INDEX").qualified(&self.name).kw("ALTER COLUMN").number(*position);
            Piece::Statement(sql.kw("SET STATISTICS").number(target))
        };
        let new = &self.statistics;
        // -1 is the default on every version; the word DEFAULT came with 17
        let reset = old.keys().filter(|position| !new.contains_key(*position)).map(|position| (position, -1));
        let changed = new.iter().filter(|(position, target)| old.get(*position) != Some(*target));
        reset.chain(changed.map(|(position, target)| (position, *target))).map(set).collect()
    }

    /// The columns, if that is all the keys are.
    fn plain_columns(&self) -> Option<Vec<Ident>> {
        self.keys.iter().map(|key| key.column().cloned()).collect()
    }
}

impl Kind for Index {
    const TAG: Tag = Tag::Index;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let (keys, include) = key::read(row)?;
        let table = row.table("table")?;
        Ok(Self {
            name: Qualified { schema: table.schema.clone(), name: row.ident("name")? },
            table,
            of_view: Aside(row.is("of_view")),
            unique: row.is("unique"),
            method: row.ident("method")?,
            keys,
            include,
            predicate: row.expression("predicate", row.is("partial"))?,
            nulls_not_distinct: row.is("nulls_not_distinct"),
            options: Options::read(row, "options")?,
            part_of: PartOf::read(row)?,
            statistics: row.json::<Vec<(i16, i16)>>("statistics")?.unwrap_or_default().into_iter().collect(),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Index, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::relation(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::relation(&self.table))];
        for key in &self.keys {
            needs.extend(key.requires(&self.table));
            needs.extend(key.unasked(&self.table, &self.method));
        }
        needs.extend(self.include.iter().map(|c| Need::exists(Name::column(&self.table, c))));
        needs.extend(self.predicate.iter().map(|p| Need::mentions(Mentions::of(&self.table, p))));
        needs
    }

    fn prefers(&self) -> Vec<Need> {
        self.keys.iter().filter_map(|key| key.prefers(&self.method)).collect()
    }

    fn provides(&self) -> Vec<Fact> {
        match self.plain_columns() {
            Some(columns) if self.unique && self.predicate.is_none() => vec![Fact::key(&self.table, &columns)],
            _ => Vec::new(),
        }
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.nulls_not_distinct.then_some((15, "NULLS NOT DISTINCT"))
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(if self.of_view.0 { Tag::MaterializedView } else { Tag::Table }, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let keys = self.keys.iter_mut().filter_map(Key::expression_mut).map(|e| (Role::IndexKey, e));
        let predicate = self.predicate.as_mut().map(|e| (Role::Predicate, e));
        keys.chain(predicate)
            .map(|(role, expression)| Slot { table: self.table.clone(), role, expression })
            .collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.keys.iter_mut().flat_map(Key::references).collect()
    }

    fn adopt(&mut self, live: &Self) {
        self.keys.iter_mut().zip(&live.keys).for_each(|(key, live)| key.adopt(live));
    }

    fn copy(&self, descent: &Descent) -> Option<(Self, bool)> {
        descent.partition.as_ref()?;
        let part_of = Some(PartOf { table: self.table.clone(), name: self.name.name.clone() });
        let mut copy = Self { table: descent.child.clone(), part_of, ..self.clone() };
        copy.name = Qualified { schema: copy.table.schema.clone(), name: copy.own_name() };
        Some((copy, false))
    }

    fn merge(&mut self, copy: &Self) -> bool {
        let same = self.part_of.is_none() && Self { name: self.name.clone(), part_of: None, ..copy.clone() } == *self;
        if same {
            self.part_of = copy.part_of.clone();
        }
        same
    }

    fn origins(&self) -> Vec<Origin> {
        let whole = |whole: &PartOf| Id::of(Tag::Index, &whole.index());
        let origins = |of: &PartOf| PartOf::origins(&self.table, whole(of), self.name.name == self.own_name());
        self.part_of.as_ref().map(origins).unwrap_or_default()
    }

    /// The whole took the name of a live one.
    fn follow(&mut self, old: &Id, new: &Id) {
        if let (Some(whole), Some(name)) = (&mut self.part_of, new.last())
            && Id::of(Tag::Index, &whole.index()) == *old
        {
            whole.name = name.clone();
        }
    }

    const SECTION: &'static str = "indexes";

    fn write(&self, mut parts: Parts) -> Part {
        let doc = Fields::default()
            .put("columns", Doc::List(self.keys.iter().map(|key| Doc::text(key.sql())).collect()))
            .when("unique", self.unique)
            .put("method", (self.method.as_str() != "btree").then(|| Doc::text(self.method.as_str())))
            .put("include", (!self.include.is_empty()).then(|| Doc::names(&self.include)))
            .put("where", self.predicate.as_ref().map(|predicate| Doc::text(&predicate.written)))
            .when("nulls_not_distinct", self.nulls_not_distinct)
            .put("with", self.options.write())
            .put("statistics", (!self.statistics.is_empty()).then(|| self.written_statistics()))
            .put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.name.as_str().to_owned()), doc: doc.or_just("columns") }
    }

    fn usual_names(&self, naming: &Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        let name = |naming: &Naming| yaml::default_name(&self.table, &self.keys, naming);
        let usual = vec![name(naming), name(&Naming::default()), self.own_name()];
        vec![(Name::relation(&self.name), usual)]
    }

    fn rename(&mut self, renames: &Renames) {
        for key in &mut self.keys {
            key.rename(&self.table, renames);
        }
        renames.columns(&self.table, &mut self.include);
        if let Some(predicate) = &mut self.predicate {
            renames.expression(&self.table, predicate);
        }
        renames.relation(&mut self.table);
        renames.relation(&mut self.name);
        self.name.schema = self.table.schema.clone();
        PartOf::rename(&mut self.part_of, renames);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        let name = Qualified { schema: self.name.schema.clone(), name: name.clone() };
        Some(Self { name, ..self.clone() })
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        // a part becomes one, and ceases to be one, with its table
        let Self { options, statistics, part_of, .. } = new.clone();
        let same = Self { options, statistics, part_of, ..old.clone() } == *new;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let statistics = self.statistics_changes(&BTreeMap::new());
        std::iter::once(Piece::Statement(self.definition(false))).chain(statistics).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP INDEX").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let options = Options::alter(&new.name, &old.options, &new.options);
        options.into_iter().chain(new.statistics_changes(&old.statistics)).collect()
    }

    fn online(change: Change<&Self>, ground: &Ground) -> Online {
        online::online(change, ground)
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_index",
            Change::Drop(_) => "drop_index",
            Change::Rename { .. } => "rename_index",
            Change::Alter { .. } => "alter_index",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let on = &change.subject().table;
        match change {
            Change::Create(new) => {
                let blocks = Hazard::new(Risk::Blocks, on, format!("writes of {on} while the index is built"));
                let fails = Hazard::new(Risk::MayFail, on, "rows that share the key stop it");
                if new.unique { vec![fails, blocks] } else { vec![blocks] }
            }
            Change::Drop(_) => vec![Hazard::instant(on)],
            _ => vec![Options::hazard(on)],
        }
    }
}
