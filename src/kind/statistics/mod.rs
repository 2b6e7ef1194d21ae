//! Extended statistics: what the planner knows of several columns, or of expressions, together.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statistics {
    /// Not always in the schema of its table.
    pub name: Qualified,
    pub table: Qualified,
    /// Empty: all that there are.
    pub kinds: BTreeSet<Gathered>,
    /// Postgres sorts them, so their order means nothing.
    pub columns: BTreeSet<Ident>,
    pub expressions: Vec<Expression>,
    /// `None`: the columns' own, or `default_statistics_target`.
    pub target: Option<i16>,
}

/// `pg_statistic_ext.stxkind`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gathered {
    NDistinct,
    Dependencies,
    Mcv,
}

crate::json_schema::words!(of Gathered = Gathered::WORDS.map(|(word, _)| word));

impl Gathered {
    pub const WORDS: [(&'static str, Gathered); 3] =
        [("ndistinct", Gathered::NDistinct), ("dependencies", Gathered::Dependencies), ("mcv", Gathered::Mcv)];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("mcv", |(word, _)| word)
    }

    fn read(code: &str) -> Option<Self> {
        match code {
            "d" => Some(Gathered::NDistinct),
            "f" => Some(Gathered::Dependencies),
            "m" => Some(Gathered::Mcv),
            // of expressions, which is not chosen
            _ => None,
        }
    }
}

impl Statistics {
    /// All of the kinds is what nobody states.
    fn said(kinds: BTreeSet<Gathered>) -> BTreeSet<Gathered> {
        if kinds.len() == Gathered::WORDS.len() { BTreeSet::new() } else { kinds }
    }

    fn set_target(&self) -> Piece {
        let sql = Sql::new().kw("ALTER STATISTICS").qualified(&self.name).kw("SET STATISTICS");
        // -1 is the default on every version; the word DEFAULT came with 17
        Piece::Statement(sql.number(self.target.unwrap_or(-1)))
    }
}

impl Kind for Statistics {
    const TAG: Tag = Tag::Statistics;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let expressions = row.list("expressions")?;
        Ok(Self {
            name: row.qualified("schema", "name")?,
            table: row.qualified("table_schema", "table")?,
            kinds: Self::said(row.list("kinds")?.iter().filter_map(|code| Gathered::read(code)).collect()),
            columns: row.idents("columns")?.into_iter().collect(),
            expressions: expressions.into_iter().map(|text| Expression::new(Expr::from_server(text))).collect(),
            target: row.opt("target").and_then(|text| text.parse().ok()),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Statistics, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Statistics, [&self.name.schema, &self.name.name])]
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::relation(&self.table)), Need::exists(Name::schema(&self.name.schema))];
        needs.extend(self.columns.iter().map(|column| Need::exists(Name::column(&self.table, column))));
        needs.extend(self.expressions.iter().map(|e| Need::mentions(Mentions::of(&self.table, e))));
        needs
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        (!self.expressions.is_empty()).then_some((14, "an expression"))
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let table = &self.table;
        let slot = |expression| Slot { table: table.clone(), role: Role::Statistics, expression };
        self.expressions.iter_mut().map(slot).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "statistics";

    fn write(&self, mut parts: Parts) -> Part {
        let columns = self.columns.iter().map(|column| Doc::text(column.quoted()));
        let expressions = self.expressions.iter().map(|expression| Doc::text(expression.written.in_brackets()));
        let kinds = Doc::List(self.kinds.iter().map(|kind| Doc::text(kind.word())).collect());
        let doc = Fields::default()
            .put("columns", Doc::List(columns.chain(expressions).collect()))
            .put("kinds", (!self.kinds.is_empty()).then_some(kinds))
            .put("target", self.target.map(|target| Doc::Number(target.into())))
            .put("comment", parts.take_one("comment"))
            .attached(&mut parts);
        let key = crate::draft::write_name(&self.name, self.table.schema.as_str());
        Part { key: Some(key), doc: doc.or_just("columns") }
    }

    fn usual_names(&self, _: &crate::config::Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        let usual = yaml::default_name(&self.table, &self.columns, &self.expressions).name;
        vec![(Name::new(Space::Statistics, [&self.name.schema, &self.name.name]), vec![usual])]
    }

    fn rename(&mut self, renames: &Renames) {
        let renamed = |mut column: Ident| {
            renames.column(&self.table, &mut column);
            column
        };
        self.columns = std::mem::take(&mut self.columns).into_iter().map(renamed).collect();
        for expression in &mut self.expressions {
            renames.expression(&self.table, expression);
        }
        renames.relation(&mut self.table);
        renames.qualified(Space::Statistics, &mut self.name);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        let name = Qualified { schema: self.name.schema.clone(), name: name.clone() };
        Some(Self { name, ..self.clone() })
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = Self { target: new.target, ..old.clone() } == *new;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let Self { name, table, kinds, columns, expressions, target } = self;
        let words = kinds.iter().map(|kind| Sql::new().kw(kind.word()));
        let columns = columns.iter().map(|column| Sql::new().ident(column));
        let keys = columns.chain(expressions.iter().map(|expression| expression.written.in_brackets()));
        let sql = Sql::new()
            .kw("CREATE STATISTICS")
            .qualified(name)
            .when(!kinds.is_empty(), |sql| sql.kw("(").list(words).kw(")"))
            .kw("ON")
            .list(keys)
            .kw("FROM")
            .qualified(table);
        let target = target.is_some().then(|| self.set_target());
        std::iter::once(Piece::Statement(sql)).chain(target).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP STATISTICS").qualified(&self.name))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        vec![new.set_target()]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_statistics",
            Change::Drop(_) => "drop_statistics",
            Change::Rename { .. } => "rename_statistics",
            Change::Alter { .. } => "alter_statistics",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let on = &change.subject().table;
        match change {
            Change::Create(_) => {
                vec![Hazard::new(Risk::Lock, on, format!("SHARE UPDATE EXCLUSIVE on {on}, instant; empty until ANALYZE runs"))]
            }
            Change::Drop(_) => vec![Hazard::new(Risk::Lock, on, format!("SHARE UPDATE EXCLUSIVE on {on}, instant"))],
            _ => Vec::new(),
        }
    }
}
