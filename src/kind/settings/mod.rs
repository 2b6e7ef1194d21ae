//! How the values of a column are kept and counted: an object of its own, since CREATE TABLE cannot say all of it on every
//! version, and since a change of the column's type takes it back.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub table: Qualified,
    pub column: Ident,
    /// `None`: the type's own.
    pub storage: Option<Storage>,
    /// What storage is taken back to; outside `==`.
    pub usual: Usual,
    /// `None`: `default_toast_compression`.
    pub compression: Option<Compression>,
    /// `None`: `default_statistics_target`.
    pub statistics: Option<i16>,
    /// `n_distinct` and `n_distinct_inherited`.
    pub options: IndexOptions,
    /// The column is a materialized view's.
    pub of_view: Aside<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    Plain,
    External,
    Extended,
    Main,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    Pglz,
    Lz4,
}

/// The storage of the column's type, `pg_type.typstorage`.
#[derive(Debug, Clone, Copy)]
pub struct Usual(pub Storage);

impl PartialEq for Usual {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Usual {}

crate::json_schema::words!(of Storage = Storage::WORDS.map(|(word, _)| word));

impl Storage {
    pub const WORDS: [(&'static str, Storage); 4] = [
        ("plain", Storage::Plain),
        ("external", Storage::External),
        ("extended", Storage::Extended),
        ("main", Storage::Main),
    ];

    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, storage)| *storage == self).map_or("extended", |(word, _)| word)
    }

    /// `pg_attribute.attstorage`
    fn read(code: &str) -> Self {
        match code {
            "p" => Storage::Plain,
            "e" => Storage::External,
            "m" => Storage::Main,
            _ => Storage::Extended,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Storage::Plain => "PLAIN",
            Storage::External => "EXTERNAL",
            Storage::Extended => "EXTENDED",
            Storage::Main => "MAIN",
        }
    }

    /// What a type has for its own. Only where values have no fixed length can another one be chosen, and of those that
    /// PostgreSQL brings these are the exceptions (`pg_type.dat`); a live column says itself what its type has.
    fn of(ty: &Type) -> Self {
        match ty.base().as_str() {
            _ if ty.array => Storage::Extended,
            "numeric" | "inet" | "cidr" => Storage::Main,
            "tsquery" => Storage::Plain,
            _ => Storage::Extended,
        }
    }
}

crate::json_schema::words!(of Compression = Compression::WORDS.map(|(word, _)| word));

impl Compression {
    pub const WORDS: [(&'static str, Compression); 2] = [("pglz", Compression::Pglz), ("lz4", Compression::Lz4)];

    fn word(self) -> &'static str {
        match self {
            Compression::Pglz => "pglz",
            Compression::Lz4 => "lz4",
        }
    }
}

impl Settings {
    /// What a column has that nothing is said of.
    fn none(&self) -> Self {
        let Self { table, column, usual, of_view, .. } = self.clone();
        Self { table, column, usual, of_view, storage: None, compression: None, statistics: None, options: IndexOptions::default() }
    }

    /// Each with whether the tables below hear it too.
    fn commands(old: &Self, new: &Self) -> Vec<(Sql, bool)> {
        let Self { table: _, column, storage, usual, compression, statistics, options, of_view: _ } = new;
        let alter = || Sql::new().kw("ALTER COLUMN").ident(column);
        let mut commands = Vec::new();
        if old.storage != *storage {
            commands.push((alter().kw("SET STORAGE").kw(storage.unwrap_or(usual.0).sql()), true));
        }
        if old.compression != *compression {
            commands.push((alter().kw("SET COMPRESSION").kw(compression.map_or("DEFAULT", Compression::word)), false));
        }
        if old.statistics != *statistics {
            // -1 is the default on every version; the word DEFAULT came with 17
            commands.push((alter().kw("SET STATISTICS").number(statistics.unwrap_or(-1)), true));
        }
        commands.extend(IndexOptions::changes(&old.options, options).iter().map(|clause| (alter().sql(clause), false)));
        commands
    }

    fn pieces(&self, commands: Vec<(Sql, bool)>) -> Vec<Piece> {
        let piece = |(sql, reaches): (Sql, bool)| match reaches && !self.of_view.0 {
            true => Piece::AlterEach(self.table.clone(), sql),
            false => Piece::AlterOwn(self.table.clone(), sql),
        };
        commands.into_iter().map(piece).collect()
    }
}

impl Kind for Settings {
    const TAG: Tag = Tag::Settings;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let word = row.opt("compression");
        Ok(Self {
            table: row.table("table")?,
            column: row.column(row.oid("table")?, row.number("column")? as i16)?,
            storage: row.opt("storage").map(Storage::read),
            usual: Usual(Storage::read(row.text("usual")?)),
            compression: Compression::WORDS.iter().find(|(known, _)| word == Some(*known)).map(|(_, found)| *found),
            statistics: row.opt("statistics").and_then(|text| text.parse().ok()),
            options: IndexOptions::read(row, "options")?,
            of_view: Aside(row.is("of_view")),
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Settings, &self.table, &self.column)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Settings, [&self.table.schema, &self.table.name, &self.column])]
    }

    /// Any change of type, be it of its length only, gives the column the type's storage.
    fn requires(&self) -> Vec<Need> {
        let column = Name::column(&self.table, &self.column);
        vec![if self.storage.is_some() && !self.of_view.0 { Need::ExactType(column) } else { Need::exists(column) }]
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.compression.is_some().then_some((14, "COMPRESSION"))
    }

    fn parent(&self) -> Option<Id> {
        match self.of_view.0 {
            true => Some(Id::of(Tag::MaterializedView, &self.table)),
            false => Some(Id::within(Tag::Column, &self.table, &self.column)),
        }
    }

    fn adopt(&mut self, live: &Self) {
        self.usual = live.usual;
    }

    /// `INHERITS` copies storage and compression when the table is made, and never again.
    fn uncopied(&self, below: &Id, counterpart: Option<&Self>) -> Vec<Piece> {
        let [schema, table, column] = below.path.as_slice() else { return Vec::new() };
        let said = |said: fn(&Self) -> bool| counterpart.is_some_and(said);
        let plain = Self { table: Qualified::new(schema, table), column: column.clone(), ..self.none() };
        let copied = Self {
            storage: self.storage.filter(|_| !said(|own| own.storage.is_some())),
            compression: self.compression.filter(|_| !said(|own| own.compression.is_some())),
            ..plain.clone()
        };
        let commands = Self::commands(&copied, &plain).into_iter();
        commands.map(|(sql, _)| Piece::AlterOnly(plain.table.clone(), sql)).collect()
    }

    const SECTION: &'static str = "settings";

    fn write(&self, _: Parts) -> Part {
        let options = self.options.write();
        let doc = Fields::default()
            .put("storage", self.storage.map(|storage| Doc::text(storage.word())))
            .put("compression", self.compression.map(|compression| Doc::text(compression.word())))
            .put("statistics", self.statistics.map(|target| Doc::Number(target.into())))
            .put("options", options);
        Part { key: self.of_view.0.then(|| self.column.as_str().to_owned()), doc: Doc::Map(doc.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.column(&self.table, &mut self.column);
        renames.relation(&mut self.table);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::InPlace
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.pieces(Self::commands(&self.none(), self))
    }

    /// In a statement of its own: in one with a change of the type, PostgreSQL would change the type first.
    fn drop(&self) -> Vec<Piece> {
        let commands: Vec<Sql> = Self::commands(self, &self.none()).into_iter().map(|(sql, _)| sql).collect();
        let alter = if self.of_view.0 { "ALTER MATERIALIZED VIEW" } else { "ALTER TABLE ONLY" };
        let sql = Sql::new().kw(alter).qualified(&self.table);
        vec![Piece::Statement(if commands.len() == 1 { sql.list(commands) } else { sql.lines_open(commands) })]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        new.pieces(Self::commands(old, new))
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_column"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let (old, new) = match change {
            Change::Create(new) => (new.none(), new.clone()),
            Change::Drop(old) => (old.clone(), old.none()),
            Change::Alter { old, new } | Change::Rename { old, new } => (old.clone(), new.clone()),
        };
        let on = &new.table;
        let mut hazards = Vec::new();
        if old.storage != new.storage || old.compression != new.compression {
            hazards.push(Hazard::new(Risk::Lock, on, format!("ACCESS EXCLUSIVE on {on}, instant; values that are there stay as they are kept")));
        } else {
            hazards.push(Hazard::new(Risk::Lock, on, format!("SHARE UPDATE EXCLUSIVE on {on}, instant")));
        }
        hazards
    }
}
