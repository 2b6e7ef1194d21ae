//! What holds in a database, and what does an object need to hold?

use std::collections::BTreeSet;

use super::{Expression, Name};
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
    /// The table has a key on these columns, in the order of their names.
    Key(Name, Vec<Ident>),
    /// The rows of the table survive a crash, or they do not.
    Logged(Name, bool),
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
    /// The table stays logged or unlogged, as it is.
    Logged(Name),
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
