//! What do items declare together, once each knows the others?

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::item::{Column, Item, Kind};
use crate::name::sql_type;
use crate::tree::{At, Entry, Node, Value};

/// What one item declares: a document as a YAML model file has it, and SQL statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declaration<P = At> {
    pub document: Node<P>,
    pub statements: Vec<Statement<P>>,
}

/// The text of `sql = "…"`: any number of statements.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<P = At> {
    pub at: P,
    pub sql: String,
}

impl<P: Clone> Declaration<P> {
    /// `columns` are the item's, those of its mixins among them.
    pub fn of(item: Item<P>, columns: Vec<Entry<P>>) -> Self {
        let Item { kind, at, name, named, mut entries, statements, .. } = item;
        let section = match kind {
            Kind::Database => return Self { document: Node::map(at, entries), statements },
            Kind::Enum => "enums",
            Kind::Table | Kind::Mixin => {
                // what holds names stands behind what it is about
                let columns = Entry::new("columns", at.clone(), Node::map(at.clone(), columns));
                entries.insert(0, columns);
                "tables"
            }
        };
        let one = Entry::new(name, named, Node::map(at.clone(), entries));
        let section = Entry::new(section, at.clone(), Node::map(at.clone(), vec![one]));
        Self { document: Node::map(at, vec![section]), statements }
    }
}

/// What is declared by these items, which may be of several files.
pub fn resolve(items: Vec<Item>) -> Result<Vec<Declaration>, Error<At>> {
    let mut mixins: BTreeMap<String, Item> = BTreeMap::new();
    let mut enums: BTreeMap<String, (String, At)> = BTreeMap::new();
    let mut rest = Vec::new();
    for item in items {
        let again = match item.kind {
            Kind::Mixin => mixins.get(&item.ident).map(|first| first.at.clone()),
            Kind::Enum => enums.insert(item.ident.clone(), (item.name.clone(), item.at.clone())).map(|(_, at)| at),
            _ => None,
        };
        if let Some(first) = again {
            let At { file, line, .. } = first;
            return Err(Error::new(item.at, format!("two types are called {}", item.ident))
                .hint(format!("the other is at {file}:{line}; only a compiler could tell them apart: rename one")));
        }
        match item.kind {
            Kind::Mixin => drop(mixins.insert(item.ident.clone(), item)),
            _ => rest.push(item),
        }
    }
    let known = Known { mixins, enums };
    rest.into_iter().map(|item| known.declaration(item)).collect()
}

struct Known {
    mixins: BTreeMap<String, Item>,
    /// Name of the database's, and where it is declared.
    enums: BTreeMap<String, (String, At)>,
}

impl Known {
    fn declaration(&self, mut item: Item) -> Result<Declaration, Error<At>> {
        let own = std::mem::take(&mut item.columns);
        let mut columns = Vec::with_capacity(own.len());
        self.columns(own, &mut vec![(item.ident.clone(), true)], &mut columns)?;
        let again =
            columns.iter().enumerate().find(|(at, one)| columns[..*at].iter().any(|other| other.key == one.key));
        if let Some((_, entry)) = again {
            let name = entry.word();
            return Err(Error::new(entry.at.clone(), format!("{} has the column {name} twice", item.name))
                .hint("keep one of the two"));
        }
        columns.iter_mut().try_for_each(|column| self.typed(&mut column.value))?;
        Ok(Declaration::of(item, columns))
    }

    /// `flat` are the structs that are there already, and whether their columns are being added.
    fn columns(
        &self,
        own: Vec<Column>,
        flat: &mut Vec<(String, bool)>,
        columns: &mut Vec<Entry>,
    ) -> Result<(), Error<At>> {
        for column in own {
            let (ident, at) = match column {
                Column::Own(entry) => {
                    columns.push(entry);
                    continue;
                }
                Column::Flatten { path, at } => (last(&path).to_owned(), at),
            };
            let Some(mixin) = self.mixins.get(&ident) else {
                return Err(Error::new(at, format!("{ident} is no mixin of these models"))
                    .hint("what is flattened is a struct with #[derive(Model)] and #[model(mixin)], in one of the model files"));
            };
            if let Some((_, open)) = flat.iter().find(|(other, _)| *other == ident) {
                let said = if *open { "into itself" } else { "twice into one table" };
                return Err(Error::new(at, format!("{ident} is flattened {said}")).hint("take one of the two away"));
            }
            let own = flat.len();
            flat.push((ident, true));
            self.columns(mixin.columns.clone(), flat, columns)?;
            flat[own].1 = false;
        }
        Ok(())
    }

    /// Types that are enums get their names.
    fn typed(&self, node: &mut Node) -> Result<(), Error<At>> {
        match &mut node.value {
            Value::Enum { path, array } => match self.enums.get(last(path)) {
                Some((sql, _)) => node.value = Value::Text(sql_type(sql, *array)),
                None => {
                    return Err(Error::new(
                        node.at.clone(),
                        format!("the Rust type {} stands for no PostgreSQL type that is known here", last(path)),
                    )
                    .hint("say it with #[model(type = \"…\")]; an enum of the models derives ModelEnum"));
                }
            },
            Value::Map(entries) => entries.iter_mut().try_for_each(|entry| self.typed(&mut entry.value))?,
            _ => {}
        }
        Ok(())
    }
}

/// Nothing but the last segment of a path is known here.
fn last(path: &str) -> &str {
    let last = path.rsplit("::").next().unwrap_or(path);
    last.strip_prefix("r#").unwrap_or(last)
}
