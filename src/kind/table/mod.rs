//! A table: its name, the row type that comes with it, and how its rows are kept. Columns and constraints are objects of their
//! own and fold into its CREATE TABLE; so is its place as a partition of another table.

use super::key::Key;
use super::*;

mod foreign;
mod hazards;
mod partitioning;
mod write;
mod yaml;

pub use foreign::Foreign;
pub use partitioning::{Partitioning, Strategy};
pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: Qualified,
    pub unlogged: bool,
    /// The composite type that a typed table has its columns from.
    pub of: Option<Qualified>,
    /// Tables whose columns it has too, in their order; a partition has its parent elsewhere.
    pub inherits: Vec<Qualified>,
    pub partitioning: Option<Partitioning>,
    /// Its rows are another server's.
    pub foreign: Option<Foreign>,
    /// Storage parameters, those of its TOAST table under `toast.`.
    pub options: IndexOptions,
    /// `None`: heap.
    pub method: Option<Ident>,
    /// `None`: the database's own.
    pub tablespace: Option<Ident>,
    pub row_security: bool,
    /// Policies bind the owner too.
    pub force_row_security: bool,
}

impl Table {
    pub fn plain(name: Qualified) -> Self {
        Self {
            name,
            unlogged: false,
            of: None,
            inherits: Vec::new(),
            partitioning: None,
            foreign: None,
            options: IndexOptions::default(),
            method: None,
            tablespace: None,
            row_security: false,
            force_row_security: false,
        }
    }

    fn own(&self, sql: Sql) -> Piece {
        Piece::AlterOwn(self.name.clone(), sql)
    }

    /// What no CREATE TABLE can say.
    fn security(&self, old: (bool, bool)) -> Vec<Piece> {
        let flag = |was: bool, is: bool, on: &'static str, off: &'static str| {
            (was != is).then(|| self.own(Sql::new().kw(if is { on } else { off })))
        };
        let enabled = flag(old.0, self.row_security, "ENABLE ROW LEVEL SECURITY", "DISABLE ROW LEVEL SECURITY");
        let forced = flag(old.1, self.force_row_security, "FORCE ROW LEVEL SECURITY", "NO FORCE ROW LEVEL SECURITY");
        enabled.into_iter().chain(forced).collect()
    }

    /// Parents beyond those that stay at the head of the list go, and the new ones come in their order. They come first where
    /// they can: a column that no parent is left to bring, even for a moment, is the table's own for good.
    ///
    /// Alone: in one statement with others, the server drops columns before it cuts a link, and adds them before it makes one.
    fn inheritance(&self, old: &[Qualified]) -> Piece {
        let kept = old.iter().zip(&self.inherits).take_while(|(a, b)| a == b).count();
        let again = old[kept..].iter().any(|parent| self.inherits[kept..].contains(parent));
        let link = |word, parents: &[Qualified]| -> Vec<Sql> {
            parents[kept..].iter().map(|parent| Sql::new().kw(word).qualified(parent)).collect()
        };
        let (gone, come) = (link("NO INHERIT", old), link("INHERIT", &self.inherits));
        let commands = if again { [gone, come].concat() } else { [come, gone].concat() };
        let alter = Sql::new().kw("ALTER TABLE").qualified(&self.name);
        Piece::Statement(if commands.len() == 1 { alter.list(commands) } else { alter.lines_open(commands) })
    }
}

impl Kind for Table {
    const TAG: Tag = Tag::Table;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let mut options = IndexOptions::read(row, "options")?;
        let toast = IndexOptions::read(row, "toast_options")?.0.into_iter();
        options.0.extend(toast.map(|(name, value)| (Ident::new(format!("toast.{name}")), value)));
        let parents: Vec<(String, String)> = row.json("inherits")?.unwrap_or_default();
        Ok(Self {
            name: row.table("table")?,
            unlogged: row.is("unlogged"),
            of: row.opt("of_name").map(|_| row.qualified("of_schema", "of_name")).transpose()?,
            inherits: parents.into_iter().map(|(schema, name)| Qualified::new(schema.as_str(), name.as_str())).collect(),
            partitioning: match row.is("partitioned") {
                true => Some(Partitioning::read(row.text("partitioning")?)?),
                false => None,
            },
            foreign: Foreign::read(row)?,
            options,
            method: row.opt("method").map(Ident::new),
            tablespace: row.opt("tablespace").map(Ident::new),
            row_security: row.is("row_security"),
            force_row_security: row.is("force_row_security"),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::relation(&self.name), Name::ty(&self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        let schema = Need::exists(Name::schema(&self.name.schema));
        let of = self.of.iter().map(|name| Need::exists(Name::ty(name)));
        let parents = self.inherits.iter().map(|parent| Need::exists(Name::relation(parent)));
        // a column of the partition key keeps its type for good
        let tied = |key: &Key| match key.column() {
            Some(column) => vec![Need::ExactType(Name::column(&self.name, column))],
            None => key.requires(&self.name),
        };
        let keys = self.partitioning.iter().flat_map(|by| &by.keys).flat_map(tied);
        let server = self.foreign.iter().map(Foreign::need);
        let method = self.method.iter().map(|method| Need::exists(Name::new(Space::AccessMethod, [method])));
        std::iter::once(schema).chain(of).chain(parents).chain(keys).chain(server).chain(method).collect()
    }

    fn provides(&self) -> Vec<Fact> {
        vec![Fact::Logged(Name::relation(&self.name), !self.unlogged)]
    }

    fn holds_data(&self) -> bool {
        self.foreign.is_none()
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let keys = self.partitioning.iter_mut().flat_map(|by| &mut by.keys).filter_map(Key::expression_mut);
        let table = self.name.clone();
        keys.map(|expression| Slot { table: table.clone(), role: Role::IndexKey, expression }).collect()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let of = self.of.iter_mut().map(|name| (Space::Type, name));
        let parents = self.inherits.iter_mut().map(|name| (Space::Relation, name));
        let keys = self.partitioning.iter_mut().flat_map(|by| &mut by.keys).flat_map(Key::references);
        of.chain(parents).chain(keys).collect()
    }

    fn divides(&self) -> Option<(&Qualified, Sql)> {
        Some((&self.name, self.partitioning.as_ref()?.sql()))
    }

    fn descends(&self) -> Vec<Descent> {
        let from = |parent: &Qualified| Descent { child: self.name.clone(), parent: parent.clone(), partition: None };
        self.inherits.iter().map(from).collect()
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "tables";

    fn write(&self, parts: Parts) -> Part {
        write::write(self, parts)
    }

    fn unmanaged(&self) -> Option<(&'static str, Part)> {
        Some(("unmanaged", Part { key: None, doc: Doc::text("unmanaged") }))
    }

    fn rename(&mut self, renames: &Renames) {
        for key in self.partitioning.iter_mut().flat_map(|by| &mut by.keys) {
            key.rename(&self.name, renames);
        }
        self.inherits.iter_mut().for_each(|parent| renames.relation(parent));
        self.of.iter_mut().for_each(|of| renames.qualified(Space::Type, of));
        self.foreign.iter_mut().for_each(|foreign| renames.global(Space::Server, &mut foreign.server));
        renames.relation(&mut self.name);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if old.partitioning == new.partitioning {
            return foreign::alteration(old, new).unwrap_or(Alteration::InPlace);
        }
        let why = match (&old.partitioning, &new.partitioning) {
            (None, _) => "a table that is there cannot be partitioned",
            (_, None) => "a partitioned table cannot become a plain one",
            _ => "the partition key of a table cannot change",
        };
        Alteration::Refused(format!("not supported: {why}: {}", new.name))
    }

    fn create(&self, elements: Vec<Sql>) -> Vec<Piece> {
        let Self { name, unlogged, of, inherits, partitioning, foreign, options, method, tablespace, .. } = self;
        let elements: Vec<Sql> = elements.into_iter().filter(|element| !element.is_empty()).collect();
        let create = match (unlogged, foreign) {
            (_, Some(_)) => "CREATE FOREIGN TABLE",
            (true, _) => "CREATE UNLOGGED TABLE",
            _ => "CREATE TABLE",
        };
        let sql = Sql::new().kw(create).qualified(name);
        let sql = sql.maybe(of.as_ref(), |sql, of| sql.kw("OF").qualified(of));
        let sql = match elements.is_empty() {
            true if of.is_some() => sql,
            true => sql.kw("(").kw(")"),
            false => sql.kw("(").lines(elements).kw(")"),
        };
        let parents = inherits.iter().map(|parent| Sql::new().qualified(parent));
        let sql = sql
            .when(!inherits.is_empty(), |sql| sql.kw("INHERITS (").list(parents).kw(")"))
            .maybe(foreign.as_ref(), |sql, foreign| foreign.sql(sql))
            .maybe(partitioning.as_ref(), |sql, by| sql.sql(&by.sql()))
            .maybe(method.as_ref(), |sql, method| sql.kw("USING").ident(method))
            .when(!options.is_empty(), |sql| sql.kw("WITH").sql(&options.sql()))
            .maybe(tablespace.as_ref(), |sql, name| sql.kw("TABLESPACE").ident(name));
        std::iter::once(Piece::Statement(sql)).chain(self.security((false, false))).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        let drop = if self.foreign.is_some() { "DROP FOREIGN TABLE" } else { "DROP TABLE" };
        vec![Piece::Statement(Sql::new().kw(drop).qualified(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let Self { name, unlogged, of, inherits, partitioning: _, foreign, options, method, tablespace, .. } = new;
        let mut commands = Vec::new();
        if old.of != *of {
            commands.push(match of {
                Some(of) => Sql::new().kw("OF").qualified(of),
                None => Sql::new().kw("NOT OF"),
            });
        }
        if old.method != *method {
            let heap = Ident::new("heap");
            commands.push(Sql::new().kw("SET ACCESS METHOD").ident(method.as_ref().unwrap_or(&heap)));
        }
        if old.tablespace != *tablespace {
            let default = Ident::new("pg_default");
            commands.push(Sql::new().kw("SET TABLESPACE").ident(tablespace.as_ref().unwrap_or(&default)));
        }
        commands.extend(IndexOptions::changes(&old.options, options));
        let commands = commands.into_iter().map(|sql| new.own(sql));
        let inheritance = (old.inherits != *inherits).then(|| new.inheritance(&old.inherits));
        let pieces = commands.chain(inheritance).chain(new.security((old.row_security, old.force_row_security)));
        let elsewhere = foreign.iter().zip(&old.foreign).filter_map(|(new, old)| new.alter(old, name));
        // alone: within one statement a foreign key would still see the table as it was
        let alter = Sql::new().kw("ALTER TABLE").qualified(&new.name);
        let logged = alter.kw(if *unlogged { "SET UNLOGGED" } else { "SET LOGGED" });
        (old.unlogged != *unlogged).then_some(Piece::Statement(logged)).into_iter().chain(elsewhere).chain(pieces).collect()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(new) if new.foreign.is_some() => "create_foreign_table",
            Change::Drop(old) if old.foreign.is_some() => "drop_foreign_table",
            Change::Create(_) => "create_table",
            Change::Drop(_) => "drop_table",
            Change::Rename { .. } => "rename_table",
            Change::Alter { .. } => "alter_table",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        hazards::of(change)
    }
}
