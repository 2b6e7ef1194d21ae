//! What of the database is ours, before anything else is read?
//!
//! The server applies the rules. The tables below those whose partitions are unmanaged are found here, since who they are is for
//! the models to say too, which are being read while the server answers.

use std::collections::{BTreeMap, BTreeSet};

use postgres::Client;
use serde_json::json;

use super::{Failure, ResultSet, ask};
use crate::catalog::Notes;
use crate::error::Result;
use crate::kind::{Aspect, Managed, Names, Row, Space};
use crate::name::{Ident, Qualified};
use crate::ours::{LeftOut, NOT_INCLUDED, PRESETS, Rules, STANDING, UNMANAGED_PARTITION, bookkeeping};

pub const SCOPE: &str = include_str!("scope.sql");
const OURS: &str = include_str!("ours.sql");
const HEIRS: &str = include_str!("heirs.sql");

/// What to read.
pub struct Asked<'a> {
    /// `None`: all but the server's and extensions' own.
    pub schemas: Option<&'a [String]>,
    pub rules: &'a Rules,
    /// Who owns what is read only where it is managed, or where it is not who reads.
    pub managed: &'a Managed,
    /// Also name what extensions have brought.
    pub members: bool,
}

/// What the other queries have to know.
pub struct Ours {
    pub scope: ResultSet,
    /// Oids, as the server prints an array.
    pub tables: String,
    /// Those of the tables.
    pub names: Names,
    /// Catalogs and oids of what is left out, likewise.
    pub omitted: (String, String),
    pub rules: Rules,
    pub notes: Notes,
}

/// The settings that the queries here read.
pub fn settings(asked: &Asked) -> String {
    let books = bookkeeping();
    let settings = [
        ("asked", asked.schemas.map(|schemas| array(schemas.iter().map(String::as_str))).unwrap_or_default()),
        ("rules", asked.rules.json().to_string()),
        ("standing", array(STANDING)),
        ("bookkeeping", array(books.iter().flat_map(|kept| kept.tables).copied())),
        ("owners", if asked.managed.has(Aspect::Owners) { "on" } else { "off" }.to_owned()),
        ("tools", array(books.iter().filter_map(|kept| kept.schema))),
    ];
    let set =
        |(name, value): &(&str, String)| format!("SET LOCAL autogen.{name} = {};\n", crate::sql::quote_literal(value));
    settings.iter().map(set).collect()
}

/// An array as the server reads it.
fn array<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quote = |name: &str| format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""));
    format!("{{{}}}", names.into_iter().map(quote).collect::<Vec<_>>().join(","))
}

/// `declared` gives the tables whose partitions a model says are unmanaged; it is asked only where there are tables below others.
pub fn ours(
    client: &mut Client,
    begin: &str,
    asked: &Asked,
    declared: impl FnOnce() -> Result<BTreeSet<Qualified>>,
) -> Result<Ours, Failure> {
    let queries = [("the scope", SCOPE), ("what is managed", OURS), ("inheritance", HEIRS)];
    let queries = queries.map(|(what, query)| (what, query.to_owned()));
    let mut results = ask(client, begin, begin, &queries, "")?.into_iter();
    let mut next = || results.next().unwrap_or_default();
    let (scope, judged, heirs) = (next(), next(), next());
    let names = Names::default();
    let heirs: Vec<Row> = heirs.rows(&names).collect();
    let mut found = Found::new(asked.rules);
    let mut extensions: Vec<String> = Vec::new();
    for row in scope.rows(&names) {
        extensions = row.list("extensions")?;
        found.schemas(&row)?;
    }
    let rules = asked.rules.of(&extensions.into_iter().collect());
    for row in judged.rows(&names) {
        found.judged(&row)?;
    }
    let presets = told(client, begin, &scope, &rules, &heirs, &mut found.notes)?;
    if !heirs.is_empty() {
        let mut unmanaged: BTreeMap<Qualified, String> = BTreeMap::new();
        for table in declared()?.into_iter().chain(rules.unmanaged.iter().cloned()) {
            unmanaged.entry(table.clone()).or_insert_with(|| format!("{UNMANAGED_PARTITION}{table}"));
        }
        for (table, preset) in presets {
            unmanaged.entry(table.clone()).or_insert_with(|| format!("partition of {table}, preset {preset}"));
        }
        found.below(&heirs, unmanaged)?;
    }
    Ok(found.into_ours(scope, rules))
}

struct Found<'a> {
    rules: &'a Rules,
    tables: BTreeMap<u32, Qualified>,
    classes: Vec<String>,
    oids: Vec<String>,
    notes: Notes,
}

impl<'a> Found<'a> {
    fn new(rules: &'a Rules) -> Self {
        Self { rules, tables: BTreeMap::new(), classes: Vec::new(), oids: Vec::new(), notes: Notes::default() }
    }

    fn schemas(&mut self, row: &Row) -> Result<()> {
        let left: Vec<(String, String, Option<usize>)> = row.json("left_out")?.unwrap_or_default();
        for (name, why, rule) in left {
            let why = self.why(&why, rule, std::slice::from_ref(&name));
            self.notes.left_out.push(LeftOut::new("schema", vec![name], why));
        }
        Ok(())
    }

    fn judged(&mut self, row: &Row) -> Result<()> {
        let oids: Vec<u32> = row.numbers("oids")?;
        let why = row.text("why")?;
        let paths: Vec<Vec<String>> = row.json("paths")?.unwrap_or_default();
        if why == "ours" {
            // tables of one schema share its name
            let mut schemas: BTreeMap<&str, Ident> = BTreeMap::new();
            for (oid, path) in oids.iter().zip(&paths) {
                let [schema, name] = path.as_slice() else { continue };
                let schema = schemas.entry(schema).or_insert_with(|| Ident::new(schema.as_str())).clone();
                self.tables.insert(*oid, Qualified { schema, name: Ident::new(name.as_str()) });
            }
            return Ok(());
        }
        let rule = row.opt("rule").and_then(|number| number.parse().ok());
        for path in paths {
            let why = self.why(why, rule, &path);
            self.notes.left_out.push(LeftOut::new(row.text("kind")?, path, why));
        }
        let class = row.text("class")?;
        self.classes.extend(oids.iter().map(|_| class.to_owned()));
        self.oids.extend(oids.iter().map(u32::to_string));
        Ok(())
    }

    fn why(&self, word: &str, rule: Option<usize>, path: &[String]) -> String {
        let rule = rule.and_then(|number| self.rules.rules.get(number));
        match (word, rule) {
            ("bookkeeping", _) => crate::ours::books_of(path).unwrap_or_default(),
            (_, Some(rule)) => rule.origin.to_string(),
            ("asked", None) => "it is not among `schemas:`".to_owned(),
            _ => NOT_INCLUDED.to_owned(),
        }
    }

    /// Leaves out what is below these tables, all the way down.
    fn below(&mut self, heirs: &[Row], mut unmanaged: BTreeMap<Qualified, String>) -> Result<()> {
        let mut below: BTreeMap<Qualified, Vec<(Qualified, u32)>> = BTreeMap::new();
        for row in heirs {
            let child = (row.qualified("schema", "name")?, row.oid("oid")?);
            below.entry(row.qualified("parent_schema", "parent")?).or_default().push(child);
        }
        self.notes.unmanaged = unmanaged.keys().filter(|table| below.contains_key(*table)).cloned().collect();
        let mut open: Vec<Qualified> = unmanaged.keys().cloned().collect();
        while let Some(parent) = open.pop() {
            for (child, oid) in below.get(&parent).into_iter().flatten() {
                let why = unmanaged[&parent].clone();
                if self.tables.remove(oid).is_some() {
                    let path = [&child.schema, &child.name].map(|part| part.as_str().to_owned());
                    self.notes.left_out.push(LeftOut::new("table", path.to_vec(), why.clone()));
                    self.classes.push("1259".to_owned());
                    self.oids.push(oid.to_string());
                }
                if unmanaged.insert(child.clone(), why).is_none() {
                    open.push(child.clone());
                }
            }
        }
        Ok(())
    }

    fn into_ours(mut self, scope: ResultSet, rules: Rules) -> Ours {
        self.notes.left_out.sort();
        let tables = self.tables.keys().map(u32::to_string).collect::<Vec<_>>().join(",");
        let mut names = Names::default();
        self.tables.into_iter().for_each(|(oid, name)| names.add(Space::Relation, oid, name));
        let omitted = [self.classes, self.oids].map(|list| format!("{{{}}}", list.join(",")));
        let [classes, oids] = omitted;
        Ours { scope, tables: format!("{{{tables}}}"), names, omitted: (classes, oids), rules, notes: self.notes }
    }
}

/// The tables whose partitions an extension makes, as it says itself in a table of its own, each with the preset.
fn told(
    client: &mut Client,
    begin: &str,
    scope: &ResultSet,
    rules: &Rules,
    heirs: &[Row],
    notes: &mut Notes,
) -> Result<Vec<(Qualified, &'static str)>, Failure> {
    let none = Names::default();
    let Some(row) = scope.rows(&none).next() else { return Ok(Vec::new()) };
    let told: Vec<(String, String)> = row.json("told_by")?.unwrap_or_default();
    let mut tables = Vec::new();
    for preset in PRESETS.iter().filter(|preset| rules.has_preset(preset.name)) {
        let first = tables.len();
        for (_, table) in told.iter().filter(|(name, _)| name == preset.name) {
            let query = preset.parents.unwrap_or_default().replace(":table", table);
            for row in one(client, begin, preset.name, query)?.rows(&none) {
                tables.push((row.qualified("schema", "name")?, preset.name));
            }
        }
        for row in heirs.iter().filter(|row| preset.chunks.is_some() && row.opt("schema") == preset.chunks) {
            tables.push((row.qualified("parent_schema", "parent")?, preset.name));
        }
        if let Some(query) = preset.spares.filter(|_| first < tables.len()) {
            let parents = tables[first..].iter().map(|(table, _)| json!([table.schema.as_str(), table.name.as_str()]));
            let parents =
                format!("{}::json", crate::sql::quote_literal(&parents.collect::<serde_json::Value>().to_string()));
            for row in one(client, begin, preset.name, query.replace(":parents", &parents))?.rows(&none) {
                let path = vec![row.text("schema")?.to_owned(), row.text("name")?.to_owned()];
                notes.spared.push(LeftOut::new(row.text("kind")?, path, format!("preset {}", preset.name)));
            }
        }
    }
    Ok(tables)
}

/// In the transaction that has begun.
fn one(client: &mut Client, begin: &str, what: &str, query: String) -> Result<ResultSet, Failure> {
    let results = ask(client, begin, "", &[(what, query)], "")?;
    Ok(results.into_iter().next().unwrap_or_default())
}
