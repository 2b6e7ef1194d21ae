//! How is a table written as a struct?
//!
//! What is about one column stands on its field, as a person would write it; the rest stands on the struct.

use super::attribute::{Entry, attributes, words};
use super::name::{self, Taken};
use super::parts;
use super::types::Known;
use super::uses::Uses;
use crate::error::Result;
use crate::kind::Doc;

/// A field under construction.
struct Field {
    /// The column, as the catalog holds its name.
    column: String,
    name: String,
    text: String,
    entries: Vec<Entry>,
}

/// The source of the struct; what it needs goes to `uses`.
pub fn write(table: &str, name: &str, fields: Vec<(String, Doc)>, known: &Known, uses: &mut Uses) -> Result<String> {
    uses.path("autogen::Model");
    let (columns, mut rest): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(key, _)| key == "columns");
    let columns = columns.into_iter().flat_map(|(_, doc)| match doc {
        Doc::Map(entries) | Doc::Section(entries) => entries,
        _ => Vec::new(),
    });
    let mut fields = self::fields(columns.collect(), known, uses)?;
    keys(&mut rest, &mut fields);
    for (section, lift) in [("foreign_keys", reference as Lift), ("unique", constraint), ("indexes", index)] {
        lifted(section, lift, &mut rest, &mut fields);
    }
    let mut entries = Vec::new();
    if name::comes_back(table).is_none_or(|own| own != name) {
        entries.push(Entry::text("table", table));
    }
    entries.extend(parts::entries("tables", &rest)?);
    let mut out = format!("#[derive(Debug, Clone, Model)]\n{}", attributes(&entries, 0, true));
    out.push_str(&format!("pub struct {name} {{"));
    for Field { name, text, entries, .. } in &fields {
        out.push_str(&format!("\n{}    pub {}: {text},", attributes(entries, 4, false), name::raw(name)));
    }
    out.push_str(if fields.is_empty() { "}\n" } else { "\n}\n" });
    Ok(out)
}

fn fields(columns: Vec<(String, Doc)>, known: &Known, uses: &mut Uses) -> Result<Vec<Field>> {
    let mut taken = Taken::default();
    // those that can be called as they are come first, whatever stands before them
    for (column, _) in columns.iter().filter(|(column, _)| name::is_field(column)) {
        taken.take(column);
    }
    columns.into_iter().map(|(column, doc)| field(column, doc, known, &mut taken, uses)).collect()
}

fn field(column: String, doc: Doc, known: &Known, taken: &mut Taken, uses: &mut Uses) -> Result<Field> {
    let mut rest = match doc {
        Doc::Map(entries) | Doc::Section(entries) => entries,
        short => vec![("type".to_owned(), short)],
    };
    let mut take = |key: &str| rest.iter().position(|(own, _)| own == key).map(|at| rest.remove(at).1);
    let sql = take("type").map(|doc| doc.to_string()).unwrap_or_default();
    let stays = take("nullable") == Some(Doc::Truth(false));
    let generated = rest.iter().any(|(key, _)| key == "generated");
    let (sql, marked) = sql.strip_suffix('?').map_or((sql.as_str(), false), |bare| (bare, true));
    let ty = known.rust_type(sql);
    uses.of(&ty);
    let text = if marked || (generated && !stays) { format!("Option<{}>", ty.text) } else { ty.text };
    let mut entries = ty.says;
    let name = match name::is_field(&column) {
        true => column.clone(),
        false => {
            entries.insert(0, Entry::text("rename", &column));
            taken.take(&name::snake(&column, "column"))
        }
    };
    for (key, doc) in &rest {
        entries.push(match (key.as_str(), doc) {
            ("identity", Doc::Text(how)) if how == "always" => Entry::Flag(key.clone()),
            ("default", Doc::Text(text)) if is_value(text) => Entry::Value(key.clone(), text.clone()),
            _ => Entry::of(key, doc)?,
        });
    }
    Ok(Field { column, name, text, entries })
}

/// A default that needs no quotes in Rust either.
fn is_value(text: &str) -> bool {
    ["true", "false"].contains(&text) || text.parse::<u32>().is_ok_and(|number| number.to_string() == text)
}

/// A primary key of columns in their order is said on each of them.
fn keys(rest: &mut Vec<(String, Doc)>, fields: &mut [Field]) {
    let Some(at) = rest.iter().position(|(key, _)| key == "primary_key") else { return };
    let Doc::List(key) = &rest[at].1 else { return };
    let key: Vec<String> = key.iter().map(Doc::to_string).collect();
    let of_key = || fields.iter().filter(|field| key.contains(&field.column));
    if of_key().map(|field| &field.column).eq(&key) {
        rest.remove(at);
        for field in fields.iter_mut().filter(|field| key.contains(&field.column)) {
            put(field, Entry::Flag("primary_key".to_owned()));
        }
    }
}

/// After what makes the type, and a name.
fn put(field: &mut Field, entry: Entry) {
    let about_type = ["type", "rename", "max_length", "precision", "scale"];
    let first = field
        .entries
        .iter()
        .position(|entry| !matches!(entry, Entry::Value(key, _) if about_type.contains(&key.as_str())));
    field.entries.insert(first.unwrap_or(field.entries.len()), entry);
}

/// The column that something named is about, and what is said there; `None` if it is not about one alone.
type Lift = fn(&str, &Doc) -> Option<(String, Entry)>;

/// Moves what is about one column from the section to its field; a field says each key once.
fn lifted(section: &str, lift: Lift, rest: &mut Vec<(String, Doc)>, fields: &mut [Field]) {
    let Some((_, Doc::Map(things) | Doc::Section(things))) = rest.iter_mut().find(|(key, _)| key == section) else {
        return;
    };
    things.retain(|(name, doc)| {
        let Some((column, entry)) = lift(name, doc) else { return true };
        let Some(field) = fields.iter_mut().find(|field| field.column == column) else { return true };
        if field.entries.iter().any(|other| other.key() == entry.key()) {
            return true;
        }
        field.entries.push(entry);
        false
    });
    rest.retain(|(key, doc)| {
        key != section || !matches!(doc, Doc::Map(things) | Doc::Section(things) if things.is_empty())
    });
}

/// `references(users.id, name = "…", on_delete = cascade)`
fn reference(name: &str, doc: &Doc) -> Option<(String, Entry)> {
    let Doc::Map(entries) = doc else { return None };
    let get = |key: &str| entries.iter().find(|(own, _)| own == key).map(|(_, doc)| doc);
    let (column, to) = (only(get("columns")?)?, only(get("ref_columns")?)?);
    let table = get("references")?.to_string();
    let target = format!("{table}.{to}");
    // a name with odd letters is split otherwise than it was joined
    let plain = words(&target) == target && !target.contains(' ');
    let mut inner = match plain {
        true => vec![Entry::Alone(target)],
        false => vec![Entry::text("table", &table), Entry::text("column", &to)],
    };
    inner.push(Entry::text("name", name));
    for (key, doc) in
        entries.iter().filter(|(key, _)| !["columns", "references", "ref_columns"].contains(&key.as_str()))
    {
        inner.push(Entry::of(key, doc).ok()?);
    }
    Some((column, Entry::Map("references".to_owned(), inner)))
}

/// `unique = "uq_users_email"`
fn constraint(name: &str, doc: &Doc) -> Option<(String, Entry)> {
    Some((only(doc)?, Entry::text("unique", name)))
}

/// `index = "ix_tasks_due"`, of the column's values as they are.
fn index(name: &str, doc: &Doc) -> Option<(String, Entry)> {
    // a key is SQL, and may be more than a column
    let key = only(doc)?;
    let column = crate::lex::unquoted(&key);
    if crate::name::Ident::new(column.as_str()).quoted() != key {
        return None;
    }
    Some((column, Entry::text("index", name)))
}

fn only(doc: &Doc) -> Option<String> {
    match doc {
        Doc::List(items) => match items.as_slice() {
            [Doc::Text(only)] => Some(only.clone()),
            _ => None,
        },
        _ => None,
    }
}
