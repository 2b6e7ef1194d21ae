//! What makes two objects the same one, and which names are taken?

use std::fmt;

use super::Tag;
use crate::error::{Error, Result};
use crate::name::{Ident, Qualified};

/// What makes two objects the same one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id {
    pub tag: Tag,
    pub path: Vec<Ident>,
    /// For what is attached to an object: the object.
    pub on: Option<Box<Id>>,
}

impl Tag {
    /// Known by its name and the types that it takes.
    pub fn is_routine(self) -> bool {
        matches!(self, Tag::Function | Tag::Procedure | Tag::Aggregate)
    }
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
            None => shown(&self.path),
        }
    }

    /// The name whose existence is its own.
    pub fn place(&self) -> Name {
        let space = match self.tag {
            Tag::Schema => Space::Schema,
            Tag::Extension => Space::Extension,
            // a column of it, which is no object of its own
            Tag::View | Tag::MaterializedView | Tag::Composite if self.path.len() == 3 => Space::Column,
            Tag::Enumeration if self.path.len() == 3 => Space::Label,
            Tag::Enumeration | Tag::Composite | Tag::Domain | Tag::Range => Space::Type,
            Tag::Collation => Space::Collation,
            Tag::Column => Space::Column,
            Tag::PrimaryKey | Tag::Unique | Tag::Check | Tag::Exclusion | Tag::DomainCheck | Tag::ForeignKey => {
                Space::Constraint
            }
            Tag::Table | Tag::Sequence | Tag::Index | Tag::View | Tag::MaterializedView => Space::Relation,
            Tag::Function | Tag::Procedure | Tag::Aggregate => Space::Routine,
            Tag::Trigger => Space::Trigger,
            Tag::Policy => Space::Policy,
            Tag::Rule => Space::Rule,
            Tag::TextSearchParser => Space::TextSearchParser,
            Tag::TextSearchTemplate => Space::TextSearchTemplate,
            Tag::TextSearchDictionary => Space::TextSearchDictionary,
            Tag::TextSearchConfiguration => Space::TextSearchConfiguration,
            Tag::EventTrigger => Space::EventTrigger,
            Tag::ForeignDataWrapper => Space::ForeignDataWrapper,
            Tag::Server => Space::Server,
            Tag::UserMapping => Space::UserMapping,
            Tag::ForeignColumn => Space::ForeignColumn,
            Tag::Cast => Space::Cast,
            Tag::Operator => Space::Operator,
            Tag::OperatorFamily => Space::OperatorFamily,
            Tag::OperatorFamilyMember => Space::OperatorFamilyMember,
            Tag::OperatorClass => Space::OperatorClass,
            Tag::Conversion => Space::Conversion,
            Tag::Language => Space::Language,
            Tag::AccessMethod => Space::AccessMethod,
            Tag::Publication => Space::Publication,
            Tag::PublicationTable | Tag::PublicationSchema => Space::PublicationMember,
            Tag::Subscription => Space::Subscription,
            Tag::Statistics => Space::Statistics,
            Tag::Settings => Space::Settings,
            Tag::Default | Tag::ViewDefault => Space::Default,
            Tag::Ownership => Space::Ownership,
            Tag::Partition => Space::Partition,
            Tag::ReplicaIdentity => Space::ReplicaIdentity,
            Tag::Clustering => Space::Clustering,
            Tag::Owner => Space::Owner,
            Tag::Privileges => Space::Privileges,
            Tag::DefaultPrivileges => Space::DefaultPrivileges,
            Tag::Comment => Space::Comment,
        };
        Name::new(space, &self.path)
    }

    /// Of what is known by a schema and a name.
    pub fn name(&self) -> Qualified {
        let part = |at: usize| self.path.get(at).cloned().unwrap_or_else(|| Ident::new(""));
        Qualified { schema: part(0), name: part(1) }
    }

    pub fn last(&self) -> Option<&Ident> {
        self.path.last()
    }

    /// The name of the index that this is, or that enforces this, where it may be one of the table's.
    pub fn index_of(&self, table: &Qualified) -> Option<&Ident> {
        match (self.tag, self.path.as_slice()) {
            (Tag::Index, [schema, name]) if *schema == table.schema => Some(name),
            (Tag::PrimaryKey | Tag::Unique, [schema, of, name]) if [schema, of] == [&table.schema, &table.name] => {
                Some(name)
            }
            _ => None,
        }
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
    /// Of one enum: `pg_enum`.
    Label,
    /// Of one table: `pg_constraint`.
    Constraint,
    Default,
    Comment,
    Ownership,
    Statistics,
    Settings,
    OperatorClass,
    /// That an access method takes unasked for a type.
    UsualOperatorClass,
    OperatorFamily,
    /// What one family has once.
    OperatorFamilyMember,
    Operator,
    Collation,
    Partition,
    ReplicaIdentity,
    Clustering,
    /// Functions, procedures and aggregates, each with the types that it takes: `pg_proc`.
    Routine,
    Trigger,
    Policy,
    Rule,
    /// Of the whole server, and managed by nobody here: `pg_roles`.
    Role,
    Owner,
    Privileges,
    /// What a role may do with a whole table, a right at a time.
    Granted,
    DefaultPrivileges,
    TextSearchParser,
    TextSearchTemplate,
    TextSearchDictionary,
    TextSearchConfiguration,
    EventTrigger,
    ForeignDataWrapper,
    Server,
    UserMapping,
    ForeignColumn,
    Publication,
    Cast,
    Conversion,
    Language,
    /// Languages that others than superusers may use.
    Trusted,
    AccessMethod,
    /// A table or a schema of one.
    PublicationMember,
    Subscription,
}

impl Space {
    /// What is in it may have one name with others, and is known by its types or its access method too.
    pub fn tells_apart(self) -> bool {
        matches!(self, Space::Routine | Space::Operator | Space::OperatorClass | Space::OperatorFamily)
    }

    /// As the catalog queries call it.
    pub fn read(word: &str) -> Result<Self> {
        Ok(match word {
            "schema" => Space::Schema,
            "extension" => Space::Extension,
            "type" => Space::Type,
            "relation" => Space::Relation,
            "column" => Space::Column,
            "constraint" => Space::Constraint,
            "collation" => Space::Collation,
            "opclass" => Space::OperatorClass,
            "opfamily" => Space::OperatorFamily,
            "operator" => Space::Operator,
            "routine" => Space::Routine,
            "role" => Space::Role,
            "text search parser" => Space::TextSearchParser,
            "text search template" => Space::TextSearchTemplate,
            "text search dictionary" => Space::TextSearchDictionary,
            "text search configuration" => Space::TextSearchConfiguration,
            "foreign-data wrapper" => Space::ForeignDataWrapper,
            "server" => Space::Server,
            "language" => Space::Language,
            "access method" => Space::AccessMethod,
            "user mapping" => Space::UserMapping,
            "event trigger" => Space::EventTrigger,
            "publication" => Space::Publication,
            other => return Err(Error::new(format!("the catalog query named the unknown namespace {other}"))),
        })
    }
}

/// A name in one of Postgres's namespaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    pub space: Space,
    pub path: Vec<Ident>,
}

impl Name {
    /// Of what counts the values of this column.
    pub fn position(column: &Id) -> Self {
        Self::new(Space::Ownership, &column.path)
    }

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
        f.write_str(&shown(&self.path))
    }
}

/// `public.tasks.title`, `public.add(integer, integer)`, `public.===(integer, integer)`, `public.by_length USING btree`
fn shown(path: &[Ident]) -> String {
    let (types, names) = match path.split_last() {
        Some((last, names)) if path.len() != 2 && is_signature(last) => (last.as_str(), names),
        Some((last, [schema, name])) if last.as_str().starts_with("USING ") => {
            return format!("{schema}.{name} {}", last.as_str());
        }
        _ => ("", path),
    };
    let is_operator =
        |name: &Ident| !types.is_empty() && name.as_str().chars().all(|c| crate::sql::OPERATOR.contains(c));
    let shown = |name: &Ident| if is_operator(name) { name.as_str().to_owned() } else { name.quoted() };
    names.iter().map(shown).collect::<Vec<_>>().join(".") + types
}

/// The types that a routine, an operator or a cast takes, as the last part of what it is known by.
fn is_signature(part: &Ident) -> bool {
    part.as_str().starts_with('(') && part.as_str().ends_with(')')
}
