//! What must one say about a kind of database object so that autogen can manage it?
//!
//! All of it is in [`Kind`]: how the object is read from the catalog, what makes two of them the same one, what must hold
//! while it exists and what holds because it does, when a change can be made in place, and its SQL. Stages (introspect,
//! diff, plan, …) know only this trait; a kind knows no stage and calls no other kind. To add a kind, write its folder,
//! name it in the [`kinds!`] list below and give it fixtures.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::error::Result;
use crate::name::{Ident, Qualified};
use crate::sql::{Expr, Sql};

#[macro_use]
mod registry;
mod doc;
pub mod document;
mod row;
pub mod shapes;
pub mod types;

pub use doc::{Doc, Fields, Part, Parts};
pub use index::Options as IndexOptions;
pub use row::Row;
pub use types::Type;

kinds! {
    schema::Schema "schema" "SCHEMA",
    extension::Extension "extension" "EXTENSION",
    enumeration::Enumeration "enum" "TYPE",
    sequence::Sequence "sequence" "SEQUENCE",
    ownership::Ownership "sequence owner" "",
    table::Table "table" "TABLE",
    column::Column "column" "COLUMN",
    default::Default "default" "",
    primary_key::PrimaryKey "primary key" "CONSTRAINT",
    unique::Unique "unique constraint" "CONSTRAINT",
    check::Check "check constraint" "CONSTRAINT",
    index::Index "index" "INDEX",
    foreign_key::ForeignKey "foreign key" "CONSTRAINT",
    comment::Comment "comment" "",
}

/// Everything that is true of one kind of object.
pub trait Kind: Clone + Eq + Sized {
    const TAG: Tag;
    /// One row for each object in the schemas named by the setting `autogen.schemas` (a text array), extension-owned
    /// ones left out.
    const QUERY: &'static str;

    fn read(row: &Row) -> Result<Self>;
    fn id(&self) -> Id;
    /// The names it takes, in Postgres's own namespaces. Each is also a fact that it provides.
    fn occupies(&self) -> Vec<Name>;
    /// What must hold while it exists as it is.
    fn requires(&self) -> Vec<Need>;
    /// What holds because it exists as it is, beyond its names.
    fn provides(&self) -> Vec<Fact> {
        Vec::new()
    }
    /// The object whose CREATE may hold this one and whose DROP takes it along.
    fn parent(&self) -> Option<Id> {
        None
    }
    /// Dropping it loses rows or a position that no CREATE brings back.
    fn holds_data(&self) -> bool {
        false
    }
    /// Texts that only the server can spell canonically.
    fn expressions(&mut self) -> Vec<Slot<'_>> {
        Vec::new()
    }
    /// Types that it uses, to be looked up where they are written without a schema.
    fn types(&mut self) -> Vec<&mut Type> {
        Vec::new()
    }
    /// Names that it refers to, likewise; an empty schema means that none was written.
    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        Vec::new()
    }
    /// For a key: what a foreign key to its table means that names no columns.
    fn reference_key(&self) -> Option<(&Qualified, &[Ident])> {
        None
    }
    /// Takes the columns of that key, where it names none.
    fn refer_to(&mut self, _keys: &BTreeMap<Qualified, Vec<Ident>>) {}
    /// Takes over from the live object what the declaration left open.
    fn adopt(&mut self, _live: &Self) {}
    /// An object that nobody declares and that a declaration implies, by the name that is needed.
    fn imply(_name: &Name) -> Option<Self> {
        None
    }
    /// Where a model file holds it: the section of the file, or of its parent's declaration.
    const SECTION: &'static str;
    /// Written as a part of its parent, which with this family (the parent, its other children, and the object's own) says
    /// it shortly: the section and the part.
    fn inside(&self, _family: &[&Object]) -> Option<(&'static str, Part)> {
        None
    }
    /// Its own declaration; `parts` are those of its children, by section.
    fn write(&self, parts: Parts) -> Part;
    /// Whether creating it brings objects that nobody declares.
    const BRINGS_NAMES: bool = false;
    /// For a column: its table, and what a twin of the table needs to know.
    fn column(&self) -> Option<(&Qualified, ColumnShape)> {
        None
    }
    /// Another object, that it may be attached to, got its name from a live one.
    fn follow(&mut self, _old: &Id, _new: &Id) {}
    /// Follows a rename of something that it mentions, or of itself.
    fn rename(&mut self, renames: &Renames);
    /// A copy under another name, where the last part of the id is a name of its own.
    fn named(&self, _name: &Ident) -> Option<Self> {
        None
    }
    fn alteration(old: &Self, new: &Self) -> Alteration;

    /// How it is written inside its parent's CREATE, where it can be; `elements` are those of its own children.
    fn element(&self, _elements: Vec<Sql>) -> Option<Sql> {
        None
    }
    /// `elements` are those of the children that fold into this statement.
    fn create(&self, elements: Vec<Sql>) -> Vec<Piece>;
    fn drop(&self) -> Vec<Piece>;
    /// In place, after [`Kind::alteration`] said that it can be.
    fn alter(old: &Self, new: &Self) -> Vec<Piece>;
    /// With `renamed` its new name.
    fn rename_sql(&self, _renamed: &Self) -> Vec<Piece> {
        Vec::new()
    }
    /// Through a second object of the same name; `carried` are the statements that take each data holder over.
    fn swap(_old: &Self, _new: &Self, _carried: Vec<Piece>) -> Vec<Piece> {
        Vec::new()
    }
    /// What a data holder does while something it requires is swapped.
    fn carry(&self) -> Vec<Piece> {
        Vec::new()
    }

    /// The op's name, Alembic's where Alembic has one.
    fn op(change: Change<&Self>) -> &'static str;
    fn hazards(change: Change<&Self>) -> Vec<Hazard>;
}

/// A column as another table could have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnShape {
    pub name: Ident,
    pub ty: Type,
    pub collation: Option<Qualified>,
}

/// A change of one object. It carries whole values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change<T> {
    Create(T),
    Drop(T),
    Rename { old: T, new: T },
    Alter { old: T, new: T },
}

impl<T> Change<T> {
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Change<U> {
        match self {
            Change::Create(new) => Change::Create(f(new)),
            Change::Drop(old) => Change::Drop(f(old)),
            Change::Rename { old, new } => Change::Rename { old: f(old), new: f(new) },
            Change::Alter { old, new } => Change::Alter { old: f(old), new: f(new) },
        }
    }

    /// The value that stands for the change: the new one where there is one.
    pub fn subject(self) -> T {
        match self {
            Change::Create(value) | Change::Drop(value) => value,
            Change::Rename { new, .. } | Change::Alter { new, .. } => new,
        }
    }
}

/// Whether one value can become the other where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Alteration {
    InPlace,
    /// Dropped and created again; refused for what holds data.
    Recreate,
    /// A second object takes over, and what holds data moves to it.
    Swap,
    Refused(String),
}

/// What makes two objects the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    pub tag: Tag,
    pub path: Vec<Ident>,
    /// For what is attached to an object: the object.
    pub on: Option<Box<Id>>,
}

impl Id {
    pub fn new(tag: Tag, path: impl IntoIterator<Item = impl Into<Ident>>) -> Self {
        Self { tag, path: path.into_iter().map(Into::into).collect(), on: None }
    }

    pub fn of(tag: Tag, name: &Qualified) -> Self {
        Self::new(tag, [&name.schema, &name.name])
    }

    pub fn within(tag: Tag, table: &Qualified, name: &Ident) -> Self {
        Self::new(tag, [&table.schema, &table.name, name])
    }

    pub fn attached(tag: Tag, on: Id) -> Self {
        Self { tag, path: Vec::new(), on: Some(Box::new(on)) }
    }

    /// `public.tasks.title`
    pub fn qualified(&self) -> String {
        match &self.on {
            Some(on) => on.qualified(),
            None => self.path.iter().map(Ident::quoted).collect::<Vec<_>>().join("."),
        }
    }

    pub fn last(&self) -> Option<&Ident> {
        self.path.last()
    }
}

/// `column public.tasks.title`
impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.on {
            Some(on) => write!(f, "{} on {on}", self.tag.word()),
            None => write!(f, "{} {}", self.tag.word(), self.qualified()),
        }
    }
}

/// A namespace of Postgres: two things in one space cannot bear one name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    Schema,
    Extension,
    /// Tables, indexes, sequences, views: `pg_class`.
    Relation,
    /// `pg_type`, the row types of tables included.
    Type,
    Column,
    /// Of one table: `pg_constraint`.
    Constraint,
    Default,
    Comment,
    Ownership,
    OperatorClass,
    Collation,
}

/// A name in one of Postgres's namespaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    pub space: Space,
    pub path: Vec<Ident>,
}

impl Name {
    pub fn new(space: Space, path: impl IntoIterator<Item = impl Into<Ident>>) -> Self {
        Self { space, path: path.into_iter().map(Into::into).collect() }
    }

    pub fn schema(name: &Ident) -> Self {
        Self::new(Space::Schema, [name])
    }

    pub fn relation(name: &Qualified) -> Self {
        Self::new(Space::Relation, [&name.schema, &name.name])
    }

    pub fn ty(name: &Qualified) -> Self {
        Self::new(Space::Type, [&name.schema, &name.name])
    }

    pub fn column(table: &Qualified, column: &Ident) -> Self {
        Self::new(Space::Column, [&table.schema, &table.name, column])
    }

    pub fn constraint(table: &Qualified, name: &Ident) -> Self {
        Self::new(Space::Constraint, [&table.schema, &table.name, name])
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path.iter().map(Ident::quoted).collect::<Vec<_>>().join("."))
    }
}

/// Something that holds in a database and that an object may need.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    Exists(Name),
    /// The column has this type, modifiers left out.
    Type(Name, String),
    /// The column has this type, modifiers and collation included.
    ExactType(Name, String),
    NotNull(Name),
    /// The enum has this label.
    Label(Name, String),
    /// The table has a key on these columns, in the order of their names.
    Key(Name, Vec<Ident>),
}

impl Fact {
    /// Foreign keys do not care in which order a key names its columns.
    pub fn key(table: &Qualified, columns: &[Ident]) -> Self {
        let mut columns = columns.to_vec();
        columns.sort();
        Fact::Key(Name::relation(table), columns)
    }
}

/// What an object asks of the catalog it stands in; closing the catalog makes facts of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    Fact(Fact),
    /// The column stays of the type that it has.
    Type(Name),
    /// The same, modifiers and collation included.
    ExactType(Name),
    /// What the text mentions: columns of the table stay and keep their types, labels of their enums stay, and so do
    /// relations that it names in a string (`nextval('s')`).
    Mentions(Box<Mentions>),
}

/// Read off a text by the lexer; what the catalog does not have is passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mentions {
    pub table: Qualified,
    pub words: BTreeSet<String>,
    pub strings: BTreeSet<String>,
    pub relations: Vec<Vec<String>>,
    /// A change of modifiers or collation matters too.
    pub exact: bool,
}

impl Mentions {
    pub fn of(table: &Qualified, expression: &Expression) -> Self {
        let text = expression.written.text();
        Self {
            table: table.clone(),
            words: crate::lex::words(text),
            strings: crate::lex::strings(text),
            relations: crate::lex::relation_literals(text),
            exact: false,
        }
    }

    /// The text stands on this column, whether it names it or not.
    pub fn and(mut self, column: &Ident) -> Self {
        self.words.insert(column.as_str().to_owned());
        self
    }

    pub fn exactly(mut self) -> Self {
        self.exact = true;
        self
    }
}

impl Need {
    pub fn exists(name: Name) -> Self {
        Need::Fact(Fact::Exists(name))
    }

    pub fn mentions(mentions: Mentions) -> Self {
        Need::Mentions(Box::new(mentions))
    }
}

/// What is known of the risk or the cost of one op.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hazard {
    pub risk: Risk,
    /// The relation that is locked, rewritten or lost; a hazard to one that the same plan creates is none.
    pub on: Name,
    pub text: String,
    /// Made by the same plan, it takes the hazard away: the default of a new NOT NULL column.
    pub spared_by: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Rows, values or a position are lost.
    Loses,
    /// Fails on rows that are there.
    MayFail,
    /// Rewrites the table.
    Rewrites,
    /// Blocks reads or writes for longer than the change of a catalog row.
    Blocks,
    /// Cannot be undone as it was.
    OneWay,
    /// Breaks programs that use the old form.
    Breaks,
    /// The lock, for the record.
    Lock,
}

impl Risk {
    pub fn word(self) -> &'static str {
        match self {
            Risk::Loses => "LOSES DATA",
            Risk::MayFail => "may fail",
            Risk::Rewrites => "rewrites",
            Risk::Blocks => "blocks",
            Risk::OneWay => "one way",
            Risk::Breaks => "breaks",
            Risk::Lock => "lock",
        }
    }
}

impl Hazard {
    pub fn new(risk: Risk, on: &Qualified, text: impl Into<String>) -> Self {
        Self { risk, on: Name::relation(on), text: text.into(), spared_by: None }
    }

    /// The strongest lock on the table, taken for the change of a catalog row only.
    pub fn instant(table: &Qualified) -> Self {
        Self::new(Risk::Lock, table, format!("ACCESS EXCLUSIVE on {table}, instant"))
    }
}

/// SQL that an op consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Statement(Sql),
    /// A sub-command of ALTER TABLE, which may join its neighbours on the same table.
    AlterTable(Qualified, Sql),
    /// Cannot run in a transaction block, or cannot be used before it is committed.
    OwnTransaction(Sql),
}

/// An SQL expression: as written, and as the server spells it.
#[derive(Debug, Clone)]
pub struct Expression {
    pub written: Expr,
    /// Compared; equals `written` until [`crate::normal`] has found the server's spelling.
    pub canonical: String,
}

impl Expression {
    pub fn new(written: Expr) -> Self {
        let canonical = written.text().to_owned();
        Self { written, canonical }
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Expression {}

/// Where an expression stands, which decides how the server reads it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Default(Ident),
    Generated(Ident),
    Check,
    IndexKey,
    Predicate,
}

/// An expression of an object, to be made canonical.
pub struct Slot<'a> {
    pub table: Qualified,
    pub role: Role,
    pub expression: &'a mut Expression,
}

/// Renames that hold together: of tables and of columns, old to new.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renames {
    pub tables: BTreeMap<Qualified, Qualified>,
    /// Under the table's old name.
    pub columns: BTreeMap<(Qualified, Ident), Ident>,
}

impl Renames {
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.columns.is_empty()
    }

    pub fn table(&self, table: &mut Qualified) {
        if let Some(new) = self.tables.get(table) {
            *table = new.clone();
        }
    }

    /// `table` under its old name.
    pub fn column(&self, table: &Qualified, column: &mut Ident) {
        if let Some(new) = self.columns.get(&(table.clone(), column.clone())) {
            *column = new.clone();
        }
    }

    pub fn columns<'a>(&self, table: &Qualified, columns: impl IntoIterator<Item = &'a mut Ident>) {
        for column in columns {
            self.column(table, column);
        }
    }

    /// The columns that the text mentions, as they will read. A wrong guess costs a needless recreation, never data.
    pub fn expression(&self, table: &Qualified, expression: &mut Expression) {
        for ((_, old), new) in
            self.columns.range((table.clone(), Ident::new(""))..).take_while(|((t, _), _)| t == table)
        {
            let replaced = |text: &str| crate::lex::replace_word(text, old.as_str(), &new.quoted());
            let canonical = replaced(&expression.canonical);
            let written = Expr::from_server(replaced(expression.written.text()));
            *expression = Expression { written, canonical };
        }
    }
}
