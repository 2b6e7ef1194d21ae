//! What is in the live database?
//!
//! One read-only repeatable-read transaction, and two messages to the server: one asks what is ours; in the other every kind's
//! query, the externals and what is not modelled travel together, so that a slow link costs two round trips (two more where an
//! extension keeps a table of the tables it looks after). The search path is empty, so that the server qualifies every name that
//! it prints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use postgres::{Client, SimpleQueryMessage, SimpleQueryRow};
use rustc_hash::FxHashSet;

use crate::catalog::{self, Catalog, Externals, Notes, Unmodelled};
use crate::error::{Error, Result};
use crate::kind::{Aspect, Casts, Id, Name, Names, Object, Row, Space, Tag, Type};
use crate::name::{Ident, Qualified};
use crate::ours::{Known, LeftOut, Rules};
use ours::Ours;

mod ours;
mod outside;
mod query;
mod whole;

pub use {ours::Asked, whole::whole};

/// The server and the database that were read.
#[derive(Debug, Clone)]
pub struct Server {
    /// 15
    pub major: u32,
    /// `15.18 (Debian …)`
    pub version: String,
    pub database: String,
    /// The role that reads, and that runs what is planned.
    pub user: Ident,
    /// The schemas that were read.
    pub schemas: Vec<String>,
    /// Types of `pg_catalog`, by name.
    pub types: BTreeSet<String>,
    /// Those that are installed, by name.
    pub extensions: BTreeSet<String>,
    /// How values of one type become those of another.
    pub casts: Arc<Casts>,
}

#[derive(Debug, Clone)]
pub struct Live {
    pub catalog: Catalog,
    pub server: Server,
}

/// How often everything is read again when the catalog moves underneath.
const TRIES: usize = 3;

/// No JIT: compiling catalog queries costs many times what they take.
fn begin() -> String {
    let pinned = crate::connect::pinned();
    format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n{pinned}SET LOCAL search_path = '';\nSET LOCAL jit = off;\n"
    )
}

const NAMES: &str = include_str!("names.sql");
const TYPES: &str = include_str!("types.sql");
const COLUMNS: &str = include_str!("columns.sql");
const CASTS: &str = include_str!("casts.sql");
const EXTERNALS: &str = include_str!("externals.sql");
const ATTACHMENTS: &str = include_str!("attachments.sql");
const UNMODELLED: &str = include_str!("unmodelled.sql");
const MEMBERS: &str = include_str!("members.sql");
const FINGERPRINT: &str = include_str!("fingerprint.sql");

/// Reads what is ours. `declared` gives the tables whose partitions a model says are unmanaged.
pub fn introspect(
    client: &mut Client,
    asked: &Asked,
    mut declared: impl FnMut() -> Result<BTreeSet<Qualified>>,
) -> Result<Live> {
    let mut tries = 0;
    loop {
        tries += 1;
        match read(client, asked, &mut declared) {
            Err(Failure::Moved(_)) if tries < TRIES => continue,
            Err(Failure::Moved(why)) => {
                let error = Error::new("the catalog changes while it is read");
                return Err(why
                    .into_iter()
                    .fold(error, Error::detail)
                    .hint("another session alters tables; run again when it is done"));
            }
            Err(Failure::Other(error)) => return Err(error),
            Ok(live) => return Ok(live),
        }
    }
}

/// A text that is another one whenever something in the catalog is. `None`: this server, or this role, cannot tell.
pub fn fingerprint(client: &mut Client) -> Option<String> {
    let answer = client.simple_query(&format!("{}{FINGERPRINT};\nCOMMIT", begin()));
    if answer.is_err() {
        let _ = client.simple_query("ROLLBACK");
    }
    results(answer.ok()?)
        .iter()
        .flat_map(|result| &result.rows)
        .find_map(|row| row.get("fingerprint").map(str::to_owned))
}

enum Failure {
    /// `pg_get_*` met an object that another session has just dropped: an error, or NULL, which no object is made of.
    Moved(Option<String>),
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Other(error)
    }
}

fn read(
    client: &mut Client,
    asked: &Asked,
    declared: impl FnOnce() -> Result<BTreeSet<Qualified>>,
) -> Result<Live, Failure> {
    let begin = format!("{}{}", begin(), ours::settings(asked));
    let Ours { scope, tables, mut names, omitted, rules, mut notes } = ours::ours(client, &begin, asked, declared)?;
    let none = Names::default();
    let scope = scope.rows(&none).next().ok_or_else(|| Error::new("the server did not say what it is"))?;
    let major = major(&scope)?;
    let known = query::Known {
        major,
        tables: &tables,
        schemas: scope.text("schemas")?,
        bookkeeping: scope.text("bookkeeping")?,
        omitted: (&omitted.0, &omitted.1),
    };
    let others = [
        ("externals", EXTERNALS),
        ("what is not modelled", UNMODELLED),
        ("privileges", ATTACHMENTS),
        ("what is not managed", outside::OUTSIDE),
        ("casts", CASTS),
    ];
    let queries: Vec<(&str, String)> = [("names", NAMES), ("types", TYPES), ("columns", COLUMNS)]
        .into_iter()
        .chain(Tag::ALL.iter().map(|tag| (tag.word(), tag.query())))
        .chain(others)
        .chain(asked.members.then_some(("what extensions brought", MEMBERS)))
        .map(|(what, query)| (what, query::of(query, &known)))
        .collect();
    let results = ask(client, &begin, "", &queries, "COMMIT")?;
    learn(&results, &mut names)?;
    let mut results = results.iter().skip(3);
    let mut next = || results.next().into_iter().flat_map(|result| result.rows(&names));
    let mut objects = Vec::new();
    for tag in Tag::ALL {
        for row in next() {
            let gone = |error: Error| Failure::Moved(Some(format!("{}: {}", tag.word(), error.message())));
            let object = tag.read(&row).map_err(gone)?;
            let id = object.id();
            note(&row, &id, &mut notes);
            objects.push((id, object));
        }
    }
    let (externals, types) = externals(next())?;
    notes.unmodelled = unmodelled(next())?;
    notes.attachments = unmodelled(next())?;
    if asked.managed.has(Aspect::Privileges) {
        notes.unmodelled.extend(notes.attachments.iter().cloned());
    }
    notes.outsiders = outside::outsiders(next(), &notes.left_out)?;
    let casts = Casts::read(next())?;
    members(next(), &mut notes)?;
    let server = server(&scope, major, types, casts)?;
    let foreign = foreign(&objects, &rules, &notes);
    let catalog = close(catalog::by_id(objects), externals, notes);
    Ok(Live { catalog: if foreign.is_empty() { catalog } else { crate::ours::without(catalog, foreign) }, server })
}

/// What was read and is not ours: what stands in no table is left out once it is known by its id.
fn foreign(objects: &[(Id, Object)], rules: &Rules, notes: &Notes) -> BTreeMap<Id, String> {
    let known = Known::of(&notes.left_out);
    let why = |(id, object): &(Id, Object)| {
        let why = known.get(id).map(|left| left.why.clone()).or_else(|| rules.why(object));
        why.map(|why| (id.clone(), why))
    };
    objects.iter().filter_map(why).collect()
}

fn members<'a>(rows: impl Iterator<Item = Row<'a>>, notes: &mut Notes) -> Result<()> {
    for row in rows {
        let why = format!("extension member of {}", Ident::new(row.text("extension")?));
        notes.left_out.push(LeftOut::called(row.text("kind")?, row.text("called")?, why));
    }
    Ok(())
}

/// Sends all queries in one message, in the transaction that `begin` begins, and gives what each answered.
fn ask(
    client: &mut Client,
    begin: &str,
    before: &str,
    queries: &[(&str, String)],
    after: &str,
) -> Result<Vec<ResultSet>, Failure> {
    let mut message = before.to_owned();
    for (_, query) in queries {
        message.push_str(query.trim_end());
        message.push_str(";\n");
    }
    message.push_str(after);
    match client.simple_query(&message) {
        // statements that are no queries answer without rows
        Ok(answer) => Ok(results(answer).into_iter().filter(|result| result.columns.is_some()).collect()),
        Err(cause) => Err(blame(client, begin, queries, &cause)),
    }
}

/// The first of the results are of names and types; whatever else names something is looked for in all of them.
fn learn(results: &[ResultSet], names: &mut Names) -> Result<()> {
    let none = Names::default();
    for row in results.first().into_iter().flat_map(|result| result.rows(&none)) {
        let oid = row.oid("oid")?;
        names.add(Space::read(row.text("space")?)?, oid, row.qualified("schema", "name")?);
        if row.is("usual") {
            names.usual(oid);
        }
    }
    for row in results.get(1).into_iter().flat_map(|result| result.rows(&none)) {
        let ty = Type::from_server(row.text("text")?);
        names.ty(row.oid("type")?, row.number("modifier")? as i32, ty, row.oid("usual")?);
        if row.opt("name").is_some() {
            names.add(Space::Collation, row.oid("oid")?, row.qualified("schema", "name")?);
        }
    }
    let naming = results.iter().filter(|result| result.has("position"));
    naming.flat_map(|result| result.rows(&none)).try_for_each(|row| names.learn(&row))
}

/// What belongs to something that is not read is not ours either; what is there must be closed, so whatever it needs is
/// external.
fn close(mut objects: BTreeMap<Id, Object>, mut externals: Externals, notes: Notes) -> Catalog {
    loop {
        let ids: FxHashSet<&Id> = objects.keys().collect();
        let orphan = |object: &Object| object.parent().is_some_and(|parent| !ids.contains(&parent));
        let orphans: Vec<Id> = objects.iter().filter(|(_, object)| orphan(object)).map(|(id, _)| id.clone()).collect();
        if orphans.is_empty() {
            break;
        }
        for object in orphans.iter().filter_map(|id| objects.remove(id)) {
            for name in object.occupies() {
                externals.entry(name).or_default();
            }
        }
    }
    for name in objects.values().flat_map(Object::occupies) {
        externals.remove(&name);
    }
    Catalog::close(objects, externals, notes)
}

fn note(row: &Row, id: &Id, notes: &mut Notes) {
    let number = |column: &str| row.opt(column).and_then(|text| text.parse().ok());
    notes.order.extend(number("position").map(|position| (id.clone(), position)));
    notes.rows.extend(number("rows").map(|rows| (id.clone(), rows)));
}

fn externals<'a>(rows: impl Iterator<Item = Row<'a>>) -> Result<(Externals, BTreeSet<String>)> {
    let mut externals = Externals::new();
    let mut types = BTreeSet::new();
    for row in rows {
        let schema = row.ident("schema")?;
        let name = row.opt("name").map(Ident::new);
        let space = Space::read(row.text("space")?)?;
        if space == Space::Type && schema.as_str() == "pg_catalog" {
            types.extend(name.map(|name| name.as_str().to_owned()));
            continue;
        }
        let origin = row.opt("extension").map(|extension| Name::new(Space::Extension, [extension]));
        externals.insert(Name::new(space, std::iter::once(schema).chain(name)), origin);
    }
    Ok((externals, types))
}

fn unmodelled<'a>(rows: impl Iterator<Item = Row<'a>>) -> Result<Vec<Unmodelled>> {
    rows.map(|row| {
        let pairs: Vec<(String, Vec<String>)> = row.json("stands_on")?.unwrap_or_default();
        let named =
            |(word, path): (String, Vec<String>)| Ok(Name::new(Space::read(&word)?, path.iter().map(String::as_str)));
        let on = pairs.into_iter().map(named).collect::<Result<_>>()?;
        Ok(Unmodelled { what: row.text("what")?.to_owned(), on, property: row.is("property") })
    })
    .collect()
}

fn major(scope: &Row) -> Result<u32> {
    Ok((scope.number("version_num")? / 10000) as u32)
}

fn server(row: &Row, major: u32, types: BTreeSet<String>, casts: Casts) -> Result<Server> {
    let schemas = row.text("schemas")?;
    Ok(Server {
        major,
        version: row.text("version")?.to_owned(),
        database: row.text("database")?.to_owned(),
        user: row.ident("user")?,
        schemas: array(schemas),
        types,
        casts: Arc::new(casts),
        extensions: row.list("extensions")?.into_iter().collect(),
    })
}

/// A text array as the server prints it.
fn array(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let (mut item, mut quoted, mut chars) = (String::new(), false, text.trim_matches(['{', '}']).chars());
    while let Some(c) = chars.next() {
        match c {
            '\\' => item.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => out.push(std::mem::take(&mut item)),
            other => item.push(other),
        }
    }
    if !item.is_empty() {
        out.push(item);
    }
    out
}

/// Asks again, one query at a time, to name the one that failed.
fn blame(client: &mut Client, begin: &str, queries: &[(&str, String)], cause: &postgres::Error) -> Failure {
    if cause.code().is_some_and(|code| code.code() == "XX000") {
        return if client.simple_query("ROLLBACK").is_ok() {
            Failure::Moved(None)
        } else {
            server_error("the catalog", cause)
        };
    }
    if client.is_closed() {
        return server_error("the catalog", cause);
    }
    let _ = client.simple_query("ROLLBACK");
    let mut failed = None;
    // what the scope sets is needed by what comes after it
    if client.simple_query(&format!("{begin}{}", ours::SCOPE)).is_ok() {
        failed = queries.iter().find_map(|(what, query)| Some((*what, client.simple_query(query).err()?)));
    }
    let _ = client.simple_query("ROLLBACK");
    match failed {
        Some((what, cause)) => server_error(what, &cause),
        None => server_error("the catalog", cause),
    }
}

fn server_error(what: &str, cause: &postgres::Error) -> Failure {
    Failure::Other(crate::connect::server_error(&format!("cannot read {what} from the database"), cause))
}

/// What one statement of a message answered.
#[derive(Default)]
struct ResultSet {
    columns: Option<Arc<[String]>>,
    rows: Vec<SimpleQueryRow>,
}

impl ResultSet {
    fn rows<'a>(&'a self, names: &'a Names) -> impl Iterator<Item = Row<'a>> {
        let columns = self.columns.as_deref().unwrap_or_default();
        self.rows.iter().map(move |row| Row::new(columns, (0..row.len()).map(|n| row.get(n)), names))
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().flat_map(|columns| columns.iter()).any(|name| name == column)
    }
}

fn results(messages: Vec<SimpleQueryMessage>) -> Vec<ResultSet> {
    let mut out = Vec::new();
    let mut current = ResultSet::default();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(columns) => {
                current.columns = Some(columns.iter().map(|column| column.name().to_owned()).collect());
            }
            SimpleQueryMessage::Row(row) => {
                current.rows.push(row);
            }
            SimpleQueryMessage::CommandComplete(_) => {
                out.push(std::mem::take(&mut current));
            }
            _ => {}
        }
    }
    out
}
