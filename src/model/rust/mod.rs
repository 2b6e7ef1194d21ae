//! How is a catalog written as Rust?
//!
//! A struct for each table, an enum for each enum type, and one unit struct for everything else; `mod.rs` makes the folder a
//! module that a program can include. Every declaration is the one that YAML would have, so that both say the same.

mod attribute;
mod labels;
mod name;
mod parts;
mod table;
mod types;
mod uses;

use std::collections::BTreeMap;

use super::write::{Documents, Whole};
use crate::draft::{split_name, write_name};
use crate::error::Result;
use crate::kind::Doc;
use crate::name::{Ident, Qualified};
use attribute::Entry;
use name::Taken;
use types::{Known, Named};
use uses::Uses;

/// Files of the folder that are no table's, as modules.
const ENUMS: &str = "enums";
const REST: &str = "database";

/// File names, each with its text. Names in `schema` are written without it.
pub fn write(documents: Documents, schema: &Ident) -> Result<BTreeMap<String, String>> {
    let Documents { mut whole, mut rest } = documents;
    let mut files = BTreeMap::new();
    let mut types = Taken::with(name::TYPES);
    // of what is no table, there is no file for each
    let (tables, others): (Vec<Whole>, Vec<Whole>) = whole.drain(..).partition(|whole| whole.section == "tables");
    let tables: Vec<(String, Whole)> =
        tables.into_iter().map(|whole| (types.take(&name::camel(&whole.key, "Table")), whole)).collect();
    let enums = section(&mut rest, "enums");
    let enums: Vec<(String, String, Doc)> =
        enums.into_iter().map(|(key, doc)| (types.take(&name::camel(&key, "Enum")), key, doc)).collect();
    let known = known(&enums, &rest, schema);
    let mut modules = Taken::with(&["mod", ENUMS, REST, "lib", "main"]);
    for (name, whole) in tables {
        let mut uses = Uses::default();
        let source = table::write(&whole.key, &name, whole.fields, &known, &mut uses)?;
        files.insert(modules.take(&module(&whole.key)), format!("{}\n{source}", uses.write()));
    }
    if !enums.is_empty() {
        let sources = enums
            .iter()
            .map(|(name, key, doc)| labels::write(&apart(key, schema), name, doc))
            .collect::<Result<Vec<_>>>()?;
        files.insert(ENUMS.to_owned(), format!("use autogen::ModelEnum;\n\n{}", sources.join("\n")));
    }
    if let Some(source) = database(&rest, &others, &types.take("Database"))? {
        files.insert(REST.to_owned(), source);
    }
    if files.is_empty() {
        return Ok(BTreeMap::new());
    }
    let lines = |line: fn(&String) -> String| files.keys().map(line).collect::<String>();
    let all = format!("{}\n{}", lines(|name| format!("mod {name};\n")), lines(|name| format!("pub use {name}::*;\n")));
    let all = [("mod".to_owned(), all)];
    Ok(files.into_iter().chain(all).map(|(name, text)| (format!("{name}.rs"), text)).collect())
}

/// A file system may take capitals for small letters; a module is a word in small letters, and no key word.
fn module(key: &str) -> String {
    let plain: String = key.chars().map(|c| if c.is_ascii() { c } else { ' ' }).collect();
    let name = name::snake(&plain, "table");
    if name::raw(&name) == name { name } else { format!("{name}_") }
}

fn section(rest: &mut [(String, Doc)], name: &str) -> Vec<(String, Doc)> {
    let found = rest.iter_mut().find(|(section, _)| section == name).map(|(_, doc)| doc);
    match found {
        Some(Doc::Map(entries) | Doc::Section(entries)) => std::mem::take(entries),
        _ => Vec::new(),
    }
}

/// With its schema where a column would otherwise be of another type.
fn apart(key: &str, schema: &Ident) -> String {
    let bare = split_name(key).filter(|parts| matches!(parts.as_slice(), [name] if autogen_structs::is_builtin(name)));
    match bare.as_deref() {
        Some([name]) => write_name(&Qualified::new(schema, name.as_str()), ""),
        _ => key.to_owned(),
    }
}

/// The types that columns may be of, by the names that columns call them.
fn known(enums: &[(String, String, Doc)], rest: &[(String, Doc)], schema: &Ident) -> Known {
    let sql = |key: &str| match split_name(key).unwrap_or_default().as_slice() {
        [name] => Qualified::new(schema, name.as_str()).to_string(),
        [schema, name] => Qualified::new(schema.as_str(), name.as_str()).to_string(),
        _ => key.to_owned(),
    };
    let mut known: BTreeMap<String, Named> = enums
        .iter()
        .map(|(name, key, _)| (sql(key), Named::Enum { name: name.clone(), apart: autogen_structs::is_builtin(key) }))
        .collect();
    let domains = rest.iter().filter(|(section, _)| section == "domains").map(|(_, doc)| doc);
    for (key, doc) in domains.flat_map(entries) {
        let base = match doc {
            Doc::Text(base) => Some(base.clone()),
            other => entries(other).iter().find(|(key, _)| key == "type").map(|(_, base)| base.to_string()),
        };
        known.extend(base.map(|base| (sql(key), Named::Domain(base))));
    }
    Known(known)
}

fn entries(doc: &Doc) -> &[(String, Doc)] {
    match doc {
        Doc::Map(entries) | Doc::Section(entries) => entries,
        _ => &[],
    }
}

/// The unit struct of all that is neither a table nor an enum.
fn database(rest: &[(String, Doc)], others: &[Whole], name: &str) -> Result<Option<String>> {
    let mut all = Vec::new();
    let owner = rest.iter().find(|(section, _)| section == "owner");
    all.extend(owner.map(|(key, doc)| Entry::of(key, doc)).transpose()?);
    for section in crate::kind::document::SECTIONS {
        let short = rest.iter().filter(|(own, _)| own == section).flat_map(|(_, doc)| entries(doc));
        for (key, doc) in short {
            all.push(parts::named(section, key, doc)?);
        }
        for whole in others.iter().filter(|whole| whole.section == *section) {
            all.push(parts::named(section, &whole.key, &Doc::Section(whole.fields.clone()))?);
        }
    }
    let attributes = attribute::attributes(&all, 0, true);
    let source = format!("use autogen::Model;\n\n#[derive(Debug, Clone, Model)]\n{attributes}pub struct {name};\n");
    Ok((!all.is_empty()).then_some(source))
}
