//! What holds in a database, and what does an object need to hold?

use std::collections::BTreeSet;

use super::{Expression, Name, Type};
use crate::name::{Ident, Qualified};

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
    /// The attribute of a composite type has this type, modifiers and collation included.
    Attribute(Name, String),
    /// The table has a key on these columns, in the order of their names.
    Key(Name, Vec<Ident>),
    /// The rows of the table survive a crash, or they do not.
    Logged(Name, bool),
    /// May hold of several at a time; one that ends it comes before one that begins it.
    Passes(Name),
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
    /// The very type that the column has stays, where it is an object too: a second one of its name would be another.
    SameType(Name),
    /// The table stays logged or unlogged, as it is.
    Logged(Name),
    /// The attributes that the composite type has both before and after keep their types.
    Attributes(Name),
    /// What is below this name stays as it is.
    AsIs(Name),
    /// What is known by the second name and the type of the column stays as it is, where there is such a thing.
    OfType(Name, Name),
    /// What the text mentions: columns of the table stay and keep their types, labels of their enums stay, and so do
    /// relations that it names in a string (`nextval('s')`) types that it casts to and collations.
    Mentions(Box<Mentions>),
    /// The same of a text that may speak of any relation and call any routine.
    Text(Box<Text>),
}

/// Read off such a text by the lexer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text {
    /// Names without a schema are of this one, where it has them.
    pub schema: Ident,
    /// Dotted names, each as its parts.
    pub names: BTreeSet<Vec<String>>,
    pub strings: BTreeSet<String>,
    /// Takes every column of what it names.
    pub all_columns: bool,
}

impl Text {
    pub fn of(schema: &Ident, text: &str) -> Self {
        let mut names = crate::lex::chains(text);
        names.extend(crate::lex::relation_literals(text));
        names.extend(crate::lex::operators(text));
        let all_columns = crate::lex::has_wildcard(text);
        Self { schema: schema.clone(), names, strings: crate::lex::strings(text), all_columns }
    }
}

/// Read off a text by the lexer; what the catalog does not have is passed over.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mentions {
    pub table: Qualified,
    pub words: BTreeSet<String>,
    pub strings: BTreeSet<String>,
    pub relations: Vec<Vec<String>>,
    pub types: Vec<Vec<String>>,
    pub collations: Vec<Vec<String>>,
    /// Routines that it calls, and operators.
    pub calls: BTreeSet<Vec<String>>,
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
            types: crate::lex::names_after(text, &["::", "as"]),
            collations: crate::lex::names_after(text, &["collate"]),
            calls: crate::lex::calls(text).into_iter().chain(crate::lex::operators(text)).collect(),
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

    /// What stands on values of a type needs of it, where the type is not PostgreSQL's own.
    pub fn of_type(ty: &Type) -> Vec<Self> {
        let needs = |name| [Need::exists(Name::ty(name)), Need::Attributes(Name::ty(name))];
        ty.user_type().into_iter().flat_map(needs).collect()
    }

    /// What stands on a collation needs of it, likewise.
    pub fn of_collation(collation: Option<&Qualified>) -> Option<Self> {
        let own = collation.filter(|name| name.schema.as_str() != "pg_catalog")?;
        Some(Need::exists(Name::new(super::Space::Collation, [&own.schema, &own.name])))
    }

    pub fn mentions(mentions: Mentions) -> Self {
        Need::Mentions(Box::new(mentions))
    }

    pub fn text(text: Text) -> Self {
        Need::Text(Box::new(text))
    }
}
