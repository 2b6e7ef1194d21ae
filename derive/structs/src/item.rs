//! What does one item of a Rust file declare?

use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::{Data, DataEnum, DataStruct, DeriveInput, Field, Fields};

use crate::attribute::{arguments, each, flag, keyed, once, unraw};
use crate::declaration::{Declaration, Statement};
use crate::error::{Error, Result};
use crate::labels;
use crate::name::{is_builtin, snake_case};
use crate::tree::{Entry, Node, Value};
use crate::{field, form, keys, rust_type};

/// Which macro is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derive {
    Model,
    ModelEnum,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Table,
    /// Columns that structs have by `flatten`.
    Mixin,
    Enum,
    /// A struct without fields: what a model file has beside tables.
    Database,
}

/// A struct or an enum that declares something.
#[derive(Debug, Clone)]
pub struct Item<P = crate::At> {
    pub kind: Kind,
    /// What Rust calls it.
    pub ident: String,
    pub at: P,
    /// What the database calls it, and where that is said.
    pub name: String,
    pub named: P,
    pub entries: Vec<Entry<P>>,
    pub columns: Vec<Column<P>>,
    pub statements: Vec<Statement<P>>,
}

#[derive(Debug, Clone)]
pub enum Column<P = crate::At> {
    Own(Entry<P>),
    /// Those of the mixin at this path of Rust.
    Flatten {
        path: String,
        at: P,
    },
}

impl<P> Item<P> {
    /// The same with other places.
    pub fn placed<Q>(self, place: &impl Fn(P) -> Q) -> Item<Q> {
        let column = |column| match column {
            Column::Own(entry) => Column::Own(Entry::placed(entry, place)),
            Column::Flatten { path, at } => Column::Flatten { path, at: place(at) },
        };
        Item {
            kind: self.kind,
            ident: self.ident,
            at: place(self.at),
            name: self.name,
            named: place(self.named),
            entries: self.entries.into_iter().map(|entry| entry.placed(place)).collect(),
            columns: self.columns.into_iter().map(column).collect(),
            statements: self.statements.into_iter().map(|one| Statement { at: place(one.at), sql: one.sql }).collect(),
        }
    }
}

/// Reads the item as the macro does that is derived on it.
pub fn item(input: &DeriveInput, derive: Derive) -> Result<Item<Span>> {
    let item = read(input, derive)?;
    let own = item.columns.iter().filter_map(|column| match column {
        Column::Own(entry) => Some(entry.clone()),
        Column::Flatten { .. } => None,
    });
    keys::check(&Declaration::of(item.clone(), own.collect()).document, item.kind)?;
    Ok(item)
}

fn read(input: &DeriveInput, derive: Derive) -> Result<Item<Span>> {
    let (at, name) = (input.ident.span(), &input.ident);
    match (&input.data, derive) {
        (Data::Struct(data), Derive::Model) => model(input, data),
        (Data::Enum(data), Derive::ModelEnum) => enumeration(input, data),
        (Data::Enum(_), Derive::Model) => {
            Err(Error::new(at, format!("{name} is an enum, and no table")).hint("an enum type is #[derive(ModelEnum)]"))
        }
        (Data::Struct(_), Derive::ModelEnum) => {
            Err(Error::new(at, format!("{name} is a struct, and no enum")).hint("a table is #[derive(Model)]"))
        }
        (Data::Union(_), _) => Err(Error::new(at, format!("{name} is a union, and cannot be a model"))
            .hint("a table is a struct with named fields")),
    }
}

fn no_parameters(input: &DeriveInput) -> Result<()> {
    match input.generics.params.first() {
        None => Ok(()),
        Some(parameter) => {
            Err(Error::new(parameter.span(), format!("{} has parameters, and a model cannot", input.ident))
                .hint("write the struct out; columns that several tables have are a struct with #[model(mixin)]"))
        }
    }
}

fn model(input: &DeriveInput, data: &DataStruct) -> Result<Item<Span>> {
    no_parameters(input)?;
    let mut entries = container(input)?;
    let statements = statements(&mut entries)?;
    let fields = match &data.fields {
        Fields::Named(fields) => &fields.named,
        Fields::Unit => return database(input, entries, statements),
        Fields::Unnamed(fields) => {
            return Err(Error::new(
                fields.span(),
                format!("the fields of {} have no names, and columns do", input.ident),
            )
            .hint("a table is a struct with named fields"));
        }
    };
    let table = take(&mut entries, "table")?;
    let mixin = take(&mut entries, "mixin")?;
    let columns = columns(fields)?;
    if let Some(entry) = entries.iter().find(|entry| entry.is("columns")) {
        return Err(Error::new(entry.at, "unknown key `columns`").hint("a column is a field of the struct"));
    }
    let (ident, at) = (unraw(&input.ident.to_string()), input.ident.span());
    if let Some(mixin) = mixin {
        flag(&mixin)?;
        let other = table.as_ref().or(entries.first());
        if let Some(other) = other {
            let key = other.word();
            return Err(Error::new(other.at, format!("`{key}` says nothing of a mixin, which is no table"))
                .hint("say it of the tables"));
        }
        if let Some(statement) = statements.first() {
            return Err(Error::new(statement.at, "`sql` says nothing of a mixin, which is no table")
                .hint("say it of the tables, or of a struct without fields"));
        }
        let name = snake_case(&ident);
        return Ok(Item { kind: Kind::Mixin, ident, at, name, named: at, entries, columns, statements });
    }
    let (name, named) = name(table, &ident, at)?;
    let entries = form::of_table(entries)?;
    Ok(Item { kind: Kind::Table, ident, at, name, named, entries, columns, statements })
}

fn columns<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Result<Vec<Column<Span>>> {
    let mut columns: Vec<Column<Span>> = Vec::new();
    for field in fields {
        let Some(column) = field::column(field)? else { continue };
        if let Column::Own(entry) = &column {
            let same = |other: &Column<Span>| matches!(other, Column::Own(other) if other.key == entry.key);
            if columns.iter().any(same) {
                let name = entry.word();
                return Err(
                    Error::new(entry.at, format!("the column {name} is there twice")).hint("keep one of the two")
                );
            }
        }
        columns.push(column);
    }
    Ok(columns)
}

fn database(input: &DeriveInput, entries: Vec<Entry<Span>>, statements: Vec<Statement<Span>>) -> Result<Item<Span>> {
    let names_a_table = |entry: &&Entry<Span>| entry.is("table") && !matches!(entry.value.value, Value::Map(_));
    if let Some(entry) = entries.iter().find(|entry| names_a_table(entry) || entry.is("mixin")) {
        return Err(Error::new(entry.at, format!("{} has no fields, and so it is no table", input.ident))
            .hint("a table is a struct with named fields, perhaps none: struct Name {}"));
    }
    let ident = unraw(&input.ident.to_string());
    let entries = form::of_database(entries)?;
    let (name, at, columns) = (snake_case(&ident), input.ident.span(), Vec::new());
    Ok(Item { kind: Kind::Database, ident, at, name, named: at, entries, columns, statements })
}

fn enumeration(input: &DeriveInput, data: &DataEnum) -> Result<Item<Span>> {
    no_parameters(input)?;
    let ident = unraw(&input.ident.to_string());
    if rust_type::is_known(&ident) {
        return Err(Error::new(input.ident.span(), format!("a field of the type {ident} is not taken for this enum"))
            .hint("the name is that of a type that is known here: give the enum another, and keep its name in the database by `name`"));
    }
    let mut entries = container(input)?;
    let statements = statements(&mut entries)?;
    once(&entries)?;
    let name = take(&mut entries, "name")?;
    let rule = take(&mut entries, "rename_all")?;
    let rule = match rule {
        Some(rule) => {
            let word = text(&rule)?;
            labels::check_rule(&word, rule.value.at)?;
            word
        }
        None => "snake_case".to_owned(),
    };
    if let Some(entry) = entries.iter().find(|entry| entry.is("values")) {
        return Err(Error::new(entry.at, "unknown key `values`").hint("a value is a variant of the enum"));
    }
    let mut values = Vec::with_capacity(data.variants.len());
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            return Err(Error::new(
                variant.fields.span(),
                format!("the variant {} has fields, and a label is a word", variant.ident),
            )
            .hint("take the fields away, or keep the whole as jsonb"));
        }
        let mut rest = keyed(arguments(&variant.attrs)?)?;
        let rename = take(&mut rest, "rename")?;
        if let Some(other) = rest.first() {
            return Err(Error::unknown(other.at, "key", other.word(), ["rename"]));
        }
        let label = match &rename {
            Some(rename) => text(rename)?,
            None => labels::label(&unraw(&variant.ident.to_string()), &rule),
        };
        let same = |other: &Node<Span>| matches!(&other.value, Value::Text(other) if *other == label);
        if values.iter().any(same) {
            return Err(Error::new(variant.ident.span(), format!("the label '{label}' is written twice"))
                .hint("keep one of the two"));
        }
        values.push(Node::text(variant.ident.span(), label));
    }
    let at = input.ident.span();
    entries.insert(0, Entry::new("values", at, Node::new(at, Value::List(values))));
    let (name, named) = self::name(name, &ident, at)?;
    if is_builtin(&name) {
        return Err(Error::new(named, format!("{name} is a type of PostgreSQL's own, which a column would have"))
            .hint(format!("name it otherwise, or with its schema: #[model(name = \"public.{name}\")]")));
    }
    Ok(Item { kind: Kind::Enum, ident, at, name, named, entries, columns: Vec::new(), statements })
}

/// What the database calls it, and where that is said.
fn name(said: Option<Entry<Span>>, ident: &str, at: Span) -> Result<(String, Span)> {
    match said {
        Some(entry) => Ok((text(&entry)?, entry.value.at)),
        None => Ok((snake_case(ident), at)),
    }
}

/// What is said of the item as a whole; of things that may be there several times, each.
fn container(input: &DeriveInput) -> Result<Vec<Entry<Span>>> {
    each(arguments(&input.attrs)?)
}

/// Takes the statements out.
fn statements(entries: &mut Vec<Entry<Span>>) -> Result<Vec<Statement<Span>>> {
    let sql = entries.extract_if(.., |entry| entry.is("sql"));
    sql.map(|entry| Ok(Statement { at: entry.value.at, sql: text(&entry)? })).collect()
}

/// Takes out what is said once.
fn take(entries: &mut Vec<Entry<Span>>, key: &str) -> Result<Option<Entry<Span>>> {
    let found = entries.iter().position(|entry| entry.is(key)).map(|at| entries.remove(at));
    match entries.iter().find(|entry| entry.is(key)) {
        Some(again) => Err(Error::twice(again.at, key)),
        None => Ok(found),
    }
}

fn text(entry: &Entry<Span>) -> Result<String> {
    match &entry.value.value {
        Value::Text(text) => Ok(text.clone()),
        _ => {
            let key = entry.word();
            Err(Error::new(entry.value.at, format!("`{key}` is a text")).hint(format!("write {key} = \"…\"")))
        }
    }
}
