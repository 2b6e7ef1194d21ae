//! A view: a query under a name.
//!
//! It is replaced where it stands as long as its columns stay the first of the new ones; else it goes down and up again with all
//! that stands on it.

use super::query::Query;
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub name: Qualified,
    pub query: Query,
    /// `security_barrier`, `security_invoker`
    pub options: IndexOptions,
    /// Of rows that are written through it: `local` or `cascaded`.
    pub check_option: Option<String>,
}

impl View {
    fn definition(&self, create: &'static str) -> Sql {
        let Self { name, query, options, check_option } = self;
        let sql = Sql::new().kw(create).sql(&query.head(name));
        let sql = sql.when(!options.is_empty(), |sql| sql.kw("WITH").sql(&options.sql()));
        let sql = sql.kw("AS").kw("\n").expr(&query.text.written);
        match check_option.as_deref() {
            Some("local") => sql.kw("\n").kw("WITH LOCAL CHECK OPTION"),
            Some(_) => sql.kw("\n").kw("WITH CASCADED CHECK OPTION"),
            None => sql,
        }
    }

    /// With the option that has a clause of its own.
    fn all_options(&self) -> IndexOptions {
        let mut options = self.options.clone();
        options.0.extend(self.check_option.iter().map(|value| (Ident::new("check_option"), value.clone())));
        options
    }
}

impl Kind for View {
    const TAG: Tag = Tag::View;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            name: row.qualified("schema", "name")?,
            query: Query::read(row)?,
            options: IndexOptions::read(row, "options")?,
            check_option: row.opt("check_option").map(str::to_owned),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::View, &self.name)
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

    fn since(&self) -> Option<(u32, &'static str)> {
        self.options.0.contains_key("security_invoker").then_some((15, "security_invoker"))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        vec![self.query.slot(&self.name)]
    }

    fn adopt(&mut self, live: &Self) {
        self.query.columns = live.query.columns.clone();
    }

    fn learn(&mut self, spelled: Option<&str>) {
        self.query.learn(spelled);
    }

    fn queried(&self, name: &Qualified) -> Option<(Qualified, Sql)> {
        Some((self.name.clone(), self.query.view(name)))
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "views";

    fn write(&self, mut parts: Parts) -> Part {
        let (comment, columns) = query::comments(&mut parts);
        let fields = Fields::default()
            .put("comment", comment)
            .attached(&mut parts)
            .put("query", Doc::text(self.query.text.written.text().trim()))
            .put("with", self.options.write())
            .put("check_option", self.check_option.as_ref().map(Doc::text))
            .put("column_defaults", parts.take_map("column_defaults"))
            .put("column_comments", columns)
            .put("triggers", parts.take_map("triggers"))
            .put("rules", parts.take_map("rules"));
        Part { key: Some(crate::draft::write_name(&self.name, parts.schema.as_str())), doc: Doc::Section(fields.0) }
    }

    /// The server follows renames in its own words, which are asked for.
    fn rename(&mut self, renames: &Renames) {
        self.query.rename(renames);
        renames.relation(&mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let kept = old.query.text == new.query.text || new.query.begins_with(&old.query);
        if kept { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.definition("CREATE VIEW"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP VIEW").qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, query, options: _, check_option: _ } = new;
        if old.query.text != query.text {
            // the options are those that the statement says
            return vec![Piece::Statement(new.definition("CREATE OR REPLACE VIEW"))];
        }
        let alter = |clause| Piece::Statement(Sql::new().kw("ALTER VIEW").qualified(name).sql(&clause));
        IndexOptions::changes(&old.all_options(), &new.all_options()).into_iter().map(alter).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_view",
            Change::Drop(_) => "drop_view",
            Change::Rename { .. } => "rename_view",
            Change::Alter { .. } => "alter_view",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Create(_) => Vec::new(),
            change => vec![Hazard::instant(&change.subject().name)],
        }
    }
}
