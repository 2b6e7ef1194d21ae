//! An exclusion constraint: of any two rows, at least one of the comparisons is not true.

use super::key::Key;
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    pub table: Qualified,
    pub name: Ident,
    pub method: Ident,
    pub elements: Vec<Element>,
    pub include: Vec<Ident>,
    pub predicate: Option<Expression>,
    pub deferrable: bool,
    pub deferred: bool,
    /// Storage parameters of the index, e.g. `fillfactor=70`.
    pub options: IndexOptions,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    pub key: Key,
    pub operator: Operator,
}

/// Which of the operators of one name is meant depends on the types, so one that is written without a schema equals any
/// that the server found for it.
#[derive(Debug, Clone)]
pub struct Operator {
    pub schema: Option<Ident>,
    pub symbols: String,
}

impl PartialEq for Operator {
    fn eq(&self, other: &Self) -> bool {
        let found = self.schema.is_none() || other.schema.is_none();
        self.symbols == other.symbols && (found || self.schema == other.schema)
    }
}

impl Eq for Operator {}

impl Exclusion {
    fn definition(&self) -> Sql {
        let Self { table: _, name, method, elements, include, predicate, deferrable, deferred, options } = self;
        Sql::new()
            .kw("CONSTRAINT")
            .ident(name)
            .kw("EXCLUDE USING")
            .ident(method)
            .kw("(")
            .list(elements.iter().map(Element::sql))
            .kw(")")
            .when(!include.is_empty(), |sql| sql.kw("INCLUDE").names(include))
            .when(!options.is_empty(), |sql| sql.kw("WITH").sql(&options.sql()))
            .maybe(predicate.as_ref(), |sql, predicate| sql.kw("WHERE").sql(&predicate.written.in_brackets()))
            .when(*deferrable, |sql| sql.kw("DEFERRABLE"))
            .when(*deferred, |sql| sql.kw("INITIALLY DEFERRED"))
    }

    fn index(&self) -> Qualified {
        Qualified { schema: self.table.schema.clone(), name: self.name.clone() }
    }
}

impl Element {
    fn sql(&self) -> Sql {
        let Self { key, operator } = self;
        key.sql().kw("WITH").operator(operator.schema.as_ref(), &operator.symbols)
    }

    fn requires(&self, table: &Qualified) -> Vec<Need> {
        let mut needs = self.key.requires(table);
        // the operator is the one of the column's type, so the column cannot change under it
        needs.extend(self.key.column().map(|column| Need::Type(Name::column(table, column))));
        let Operator { schema, symbols } = &self.operator;
        if let Some(schema) = schema.as_ref().filter(|schema| schema.as_str() != "pg_catalog") {
            needs.push(Need::exists(Name::new(Space::Operator, [schema.clone(), Ident::new(symbols.as_str())])));
        }
        needs
    }
}

impl Kind for Exclusion {
    const TAG: Tag = Tag::Exclusion;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let (keys, include) = key::read(row)?;
        let operators: Vec<(String, String)> = row.json("operators")?.unwrap_or_default();
        let operator = |(schema, symbols): (String, String)| Operator { schema: Some(Ident::new(schema)), symbols };
        let element = |(key, named)| Element { key, operator: operator(named) };
        Ok(Self {
            table: row.table("table")?,
            name: row.ident("name")?,
            method: row.ident("method")?,
            elements: keys.into_iter().zip(operators).map(element).collect(),
            include,
            predicate: row.expression("predicate", row.is("partial"))?,
            deferrable: row.is("deferrable"),
            deferred: row.is("deferred"),
            options: IndexOptions::read(row, "options")?,
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Exclusion, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::constraint(&self.table, &self.name), Name::relation(&self.index())]
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::relation(&self.table))];
        needs.extend(self.elements.iter().flat_map(|element| element.requires(&self.table)));
        needs.extend(self.elements.iter().filter_map(|element| element.key.unasked(&self.table, &self.method)));
        needs.extend(self.include.iter().map(|c| Need::exists(Name::column(&self.table, c))));
        needs.extend(self.predicate.iter().map(|p| Need::mentions(Mentions::of(&self.table, p))));
        needs
    }

    fn prefers(&self) -> Vec<Need> {
        self.elements.iter().filter_map(|element| element.key.prefers(&self.method)).collect()
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        (!self.include.is_empty() && self.method.as_str() == "spgist").then_some((14, "INCLUDE with the method spgist"))
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let keys = self.elements.iter_mut().filter_map(|e| e.key.expression_mut()).map(|e| (Role::IndexKey, e));
        let predicate = self.predicate.as_mut().map(|e| (Role::Predicate, e));
        keys.chain(predicate)
            .map(|(role, expression)| Slot { table: self.table.clone(), role, expression })
            .collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.elements.iter_mut().flat_map(|element| element.key.references()).collect()
    }

    fn adopt(&mut self, live: &Self) {
        self.elements.iter_mut().zip(&live.elements).for_each(|(element, live)| element.key.adopt(&live.key));
    }

    const SECTION: &'static str = "exclusions";

    fn write(&self, mut parts: Parts) -> Part {
        let doc = Fields::default()
            .put("method", (self.method.as_str() != "btree").then(|| Doc::text(self.method.as_str())))
            .put("elements", Doc::List(self.elements.iter().map(|element| Doc::text(element.sql())).collect()))
            .put("include", (!self.include.is_empty()).then(|| Doc::names(&self.include)))
            .put("where", self.predicate.as_ref().map(|predicate| Doc::text(&predicate.written)))
            .when("deferrable", self.deferrable)
            .when("initially_deferred", self.deferred)
            .put("with", self.options.write())
            .put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.as_str().to_owned()), doc: Doc::Map(doc.0) }
    }

    fn usual_names(&self, _: &crate::config::Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        vec![(Name::constraint(&self.table, &self.name), vec![yaml::default_name(&self.table, &self.elements)])]
    }

    fn rename(&mut self, renames: &Renames) {
        for element in &mut self.elements {
            element.key.rename(&self.table, renames);
            element.operator.schema.iter_mut().for_each(|schema| renames.schema(schema));
        }
        renames.columns(&self.table, &mut self.include);
        if let Some(predicate) = &mut self.predicate {
            renames.expression(&self.table, predicate);
        }
        renames.within(Space::Constraint, &self.table, &mut self.name);
        renames.relation(&mut self.table);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        Some(Self { name: name.clone(), ..self.clone() })
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = Self { options: new.options.clone(), ..old.clone() } == *new;
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
            Change::Create(_) => "create_exclude_constraint",
            Change::Drop(_) => "drop_constraint",
            Change::Rename { .. } => "rename_constraint",
            Change::Alter { .. } => "alter_constraint",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let on = &change.subject().table;
        match change {
            Change::Create(_) => vec![
                Hazard::new(Risk::MayFail, on, "rows that exclude each other stop it"),
                Hazard::new(Risk::Blocks, on, format!("reads and writes of {on} while the index is built")),
            ],
            Change::Alter { .. } => vec![IndexOptions::hazard(on)],
            _ => vec![Hazard::instant(on)],
        }
    }
}
