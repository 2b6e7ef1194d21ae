//! A materialized view: a query whose rows are kept until they are asked for anew.
//!
//! Another query needs another one of them, which is filled when it is made. Its rows come of other tables and are never lost.

use super::query::Query;
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaterializedView {
    pub name: Qualified,
    pub query: Query,
    pub options: IndexOptions,
    /// `None`: heap.
    pub method: Option<Ident>,
    /// `None`: the database's own.
    pub tablespace: Option<Ident>,
    /// `None`: as it happens to be.
    pub populated: Option<bool>,
}

impl MaterializedView {
    fn definition(&self) -> Sql {
        let Self { name, query, options, method, tablespace, populated } = self;
        Sql::new()
            .kw("CREATE MATERIALIZED VIEW")
            .sql(&query.head(name))
            .maybe(method.as_ref(), |sql, method| sql.kw("USING").ident(method))
            .when(!options.is_empty(), |sql| sql.kw("WITH").sql(&options.sql()))
            .maybe(tablespace.as_ref(), |sql, name| sql.kw("TABLESPACE").ident(name))
            .kw("AS")
            .kw("\n")
            .expr(&query.text.written)
            .when(*populated == Some(false), |sql| sql.kw("\n").kw("WITH NO DATA"))
    }

    fn alter_sql(&self) -> Sql {
        Sql::new().kw("ALTER MATERIALIZED VIEW").qualified(&self.name)
    }

    fn fills(&self) -> Hazard {
        let text = format!("the query runs to fill {}, under ACCESS EXCLUSIVE", self.name);
        Hazard::new(Risk::Rewrites, &self.name, text)
    }
}

impl Kind for MaterializedView {
    const TAG: Tag = Tag::MaterializedView;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.qualified("schema", "name")?,
            query: Query::read(row)?,
            options: IndexOptions::read(row, "options")?,
            method: row.opt("method").map(Ident::new),
            tablespace: row.opt("tablespace").map(Ident::new),
            populated: Some(row.is("populated")),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::MaterializedView, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::relation(&self.name), Name::ty(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::schema(&self.name.schema)), self.query.needs(&self.name)]
    }

    fn provides(&self) -> Vec<Fact> {
        self.query.provides(&self.name)
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        vec![self.query.slot(&self.name)]
    }

    fn adopt(&mut self, live: &Self) {
        self.query.columns = live.query.columns.clone();
        self.populated = self.populated.or(live.populated);
    }

    fn learn(&mut self, spelled: Option<&str>) {
        self.query.learn(spelled);
    }

    /// As a table, which can have an index.
    fn queried(&self, name: &Qualified) -> Option<(Qualified, Sql)> {
        let sql = Sql::new().kw("CREATE TABLE").sql(&self.query.head(name)).kw("AS").expr(&self.query.text.written);
        Some((self.name.clone(), sql.kw("WITH NO DATA")))
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "materialized_views";

    fn write(&self, mut parts: Parts) -> Part {
        let (comment, columns) = query::comments(&mut parts);
        let named = |name: &Option<Ident>| name.as_ref().map(|name| Doc::text(name.as_str()));
        let fields = Fields::default()
            .put("comment", comment)
            .attached(&mut parts)
            .put("query", Doc::text(self.query.text.written.text().trim()))
            .put("with", self.options.write())
            .put("access_method", named(&self.method))
            .put("tablespace", named(&self.tablespace))
            .put("populated", (self.populated == Some(false)).then_some(Doc::Truth(false)))
            .put("column_comments", columns)
            .put("column_settings", parts.take_map("settings"))
            .put("cluster_on", parts.take_one("cluster_on"))
            .put("indexes", parts.take_map("indexes"));
        Part { key: Some(crate::draft::write_name(&self.name, parts.schema.as_str())), doc: Doc::Section(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        self.query.rename(renames);
        renames.relation(&mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let same = old.query.text == new.query.text;
        if same { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.definition())]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP MATERIALIZED VIEW").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, query: _, options, method, tablespace, populated } = new;
        let mut statements: Vec<Sql> = Vec::new();
        if old.method != *method {
            let heap = Ident::new("heap");
            statements.push(new.alter_sql().kw("SET ACCESS METHOD").ident(method.as_ref().unwrap_or(&heap)));
        }
        if old.tablespace != *tablespace {
            let default = Ident::new("pg_default");
            statements.push(new.alter_sql().kw("SET TABLESPACE").ident(tablespace.as_ref().unwrap_or(&default)));
        }
        statements.extend(IndexOptions::changes(&old.options, options).iter().map(|clause| new.alter_sql().sql(clause)));
        let refresh = Sql::new().kw("REFRESH MATERIALIZED VIEW").qualified(name);
        match (old.populated.unwrap_or(true), populated.unwrap_or(true)) {
            (true, false) => statements.push(refresh.kw("WITH NO DATA")),
            (false, true) => statements.push(refresh),
            _ => {}
        }
        statements.into_iter().map(Piece::Statement).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_materialized_view",
            Change::Drop(_) => "drop_materialized_view",
            Change::Rename { .. } => "rename_materialized_view",
            Change::Alter { .. } => "alter_materialized_view",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Create(new) if new.populated != Some(false) => vec![new.fills()],
            Change::Create(_) => Vec::new(),
            Change::Alter { old, new } if old.populated == Some(false) && new.populated != Some(false) => vec![new.fills()],
            Change::Alter { old, new } if old.populated != Some(false) && new.populated == Some(false) => {
                let text = format!("readers of {} fail until it is refreshed", new.name);
                vec![Hazard::new(Risk::Breaks, &new.name, text), Hazard::instant(&new.name)]
            }
            Change::Alter { old, new } if old.tablespace != new.tablespace || old.method != new.method => {
                let text = format!("{} is copied, under ACCESS EXCLUSIVE", new.name);
                vec![Hazard::new(Risk::Rewrites, &new.name, text)]
            }
            change => vec![Hazard::instant(&change.subject().name)],
        }
    }
}
