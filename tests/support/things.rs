//! What stands beside the tables of a small catalog, under names that would end a quote, a comment or a body if they were not
//! written with care; and what may be said of anything: a comment, an owner, who may do what with it.

use serde_json::{Map, Value, json};

use super::{Plan, Reader, TABLES};

/// One of 63 bytes, as long as a name can be, whose last characters take several.
const NAMES: [&str; 8] =
    ["plain", "w\"; --", "Select", "it's */ $$", "a\nb", "日本\\", "user", "äöüäöüäöüäöüäöüäöüäöüäöüäöüäöüx"];

const SAID: [&str; 4] = ["plain", "it's */ $$ \\", "-- autogen: upgrade\n\\quit\n;", "“x” \"y\"\t"];

/// As SQL has the name.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The model with all that; the genes that say what begin at `at`.
pub fn add(text: &str, plan: &Plan, genes: &[u64], at: usize) -> String {
    let mut model: Map<String, Value> = serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    let mut reader = Reader { genes, at };
    // an owner that nobody states stays whose it is, which no model says
    model.insert("owner".into(), json!("postgres"));
    words(&mut model, &mut reader);
    compared(&mut model, &mut reader);
    far_away(&mut model, &mut reader);
    rules(&mut model, plan, &mut reader);
    published(&mut model, plan, &mut reader);
    watched(&mut model, &mut reader);
    defaults(&mut model, &mut reader);
    said(&mut model, genes, at + 40);
    Value::Object(model).to_string()
}

fn section<'a>(model: &'a mut Map<String, Value>, name: &str) -> &'a mut Map<String, Value> {
    let section = model.entry(name).or_insert_with(|| json!({}));
    if section.is_null() {
        *section = json!({});
    }
    section.as_object_mut().unwrap_or_else(|| panic!("{name} is a map"))
}

/// A dictionary, a configuration of it, and an index that takes the configuration by name.
fn words(model: &mut Map<String, Value>, reader: &mut Reader) {
    let (dictionary, configuration, kind) = (reader.pick(&NAMES), reader.pick(&NAMES), reader.pick(&[0, 1, 2, 3]));
    let (template, tokens) = (reader.pick(&["simple", "snowball"]), reader.pick(&["word", "asciiword"]));
    if kind == 0 {
        return;
    }
    let dictionary_options = if template == "snowball" { json!({ "language": "german" }) } else { json!({}) };
    section(model, "text_search_dictionaries")
        .insert(dictionary.to_owned(), json!({ "template": template, "options": dictionary_options }));
    section(model, "text_search_configurations")
        .insert(configuration.to_owned(), json!({ "mappings": { tokens: [quoted(dictionary)], "int": ["simple"] } }));
    let called = format!("public.{}", quoted(configuration)).replace('\'', "''").replace('\\', "\\\\");
    let escape = if called.contains('\\') { "E" } else { "" };
    let expression = format!("to_tsvector({escape}'{called}'::regconfig, body)");
    let index = if kind > 1 { json!({ "found": { "method": "gin", "columns": [expression] } }) } else { json!({}) };
    section(model, "tables").insert("docs".into(), json!({ "columns": { "body": "text" }, "indexes": index }));
}

/// A function over a type, the operator that it makes, a cast to the type, and a view that uses the operator.
fn compared(model: &mut Map<String, Value>, reader: &mut Reader) {
    let (ty, function, symbols) = (reader.pick(&NAMES), reader.pick(&NAMES), reader.pick(&["<~>", "===", "@#"]));
    let (kind, cast) = (reader.pick(&[0, 1, 2, 3]), reader.pick(&[0, 1, 2, 3]));
    let body = reader.pick(&["select true", "select $2 > 0"]);
    if kind == 0 {
        return;
    }
    // tables and views are types too
    let ty = &format!("T{ty}");
    section(model, "enums").insert(ty.to_owned(), json!({ "values": ["o'ne", "\"two\""] }));
    let functions = section(model, "functions");
    functions.insert(
        format!("{}({}, integer)", quoted(function), quoted(ty)),
        json!({ "returns": "boolean", "language": "sql", "body": body }),
    );
    if cast > 1 {
        functions.insert(
            format!("{}(integer)", quoted(function)),
            json!({ "returns": quoted(ty), "language": "sql", "body": format!("select 'o''ne'::public.{}", quoted(ty)) }),
        );
        let context = if cast == 2 { "assignment" } else { "explicit" };
        let made = json!({ "function": format!("{}(integer)", quoted(function)), "context": context });
        section(model, "casts").insert(format!("integer as {}", quoted(ty)), made);
    }
    section(model, "operators")
        .insert(format!("{symbols}({}, integer)", quoted(ty)), json!({ "function": quoted(function) }));
    if kind > 1 {
        let query = format!("select 'o''ne'::public.{} operator(public.{symbols}) 1 as alike", quoted(ty));
        section(model, "views").insert("alike".into(), json!({ "query": query }));
    }
}

/// A wrapper, a server, who may enter it, and a table there.
fn far_away(model: &mut Map<String, Value>, reader: &mut Reader) {
    let (wrapper, server, table) = (reader.pick(&NAMES), reader.pick(&NAMES), reader.pick(&NAMES));
    let (kind, value) = (reader.pick(&[0, 1, 2, 3]), reader.pick(&SAID));
    if kind == 0 {
        return;
    }
    section(model, "foreign_data_wrappers").insert(wrapper.to_owned(), json!({ "options": { "a": value } }));
    let mappings = if kind > 2 { json!({ "public": { "user": value }, "Odd Role": {} }) } else { json!({}) };
    section(model, "servers").insert(
        server.to_owned(),
        json!({ "wrapper": wrapper, "options": { "Opt; --": value }, "user_mappings": mappings }),
    );
    if kind > 1 {
        let domain = if model.contains_key("domains") && kind > 2 { "d" } else { "integer" };
        let columns = json!({ "id": { "type": domain, "foreign_options": { "column_name": value } }, "n": "text?" });
        let away = json!({ "foreign": { "server": server }, "columns": columns });
        section(model, "tables").insert(quoted(&format!("f{}", &table[..table.len().min(6)])), away);
    }
}

fn rules(model: &mut Map<String, Value>, plan: &Plan, reader: &mut Reader) {
    for (table, name) in TABLES.iter().enumerate() {
        let (rule, kind, column) = (reader.pick(&NAMES), reader.pick(&[0, 1, 2, 3]), reader.pick(&[0, 1, 2]));
        let there = plan.types[table][column].is_some();
        let definition = match kind {
            1 => format!("do also delete from {name}"),
            2 if there => format!("where old.c{column} is null do instead nothing"),
            _ => continue,
        };
        let on = if kind == 1 { "insert" } else { "update" };
        if let Some(table) = section(model, "tables").get_mut(*name) {
            table["rules"] = json!({ rule: { "on": on, "definition": definition } });
        }
    }
}

/// Tables with their columns and a filter, a whole schema, or all that there is.
fn published(model: &mut Map<String, Value>, plan: &Plan, reader: &mut Reader) {
    let (publication, kind, table) = (reader.pick(&NAMES), reader.pick(&[0, 1, 2, 3, 4]), reader.pick(&[0, 1, 2]));
    let (said, column) = (reader.pick(&[0, 1, 2]), reader.pick(&[0, 1, 2]));
    let there = plan.present[table] && plan.types[table][column].is_some();
    let what = match (kind, said) {
        (0, _) => return,
        (1, _) => json!({ "all_tables": true }),
        (2, _) if plan.present[2] => json!({ "schemas": ["audit"] }),
        (_, 1) if there => {
            json!({ "tables": { TABLES[table]: { "columns": [format!("c{column}")] } }, "publish": ["insert"] })
        }
        (_, 2) if there && plan.types[table][column] != Some("e") => {
            json!({ "tables": { TABLES[table]: { "where": format!("c{column} is not null") } }, "publish": ["insert"] })
        }
        (3, _) if plan.present[table] => json!({ "tables": { TABLES[table]: {} } }),
        _ => json!({ "publish": ["insert", "delete"] }),
    };
    section(model, "publications").insert(publication.to_owned(), what);
}

/// What looks at the whole database must not see other tests' work: it is disabled, and its database is its own.
fn watched(model: &mut Map<String, Value>, reader: &mut Reader) {
    let (name, kind) = (reader.pick(&NAMES), reader.pick(&[0, 1, 2]));
    if kind == 0 {
        return;
    }
    let body = "begin /* \"it's */ end";
    section(model, "functions")
        .insert("watch()".into(), json!({ "returns": "event_trigger", "language": "plpgsql", "body": body }));
    let event = if kind == 1 { "sql_drop" } else { "ddl_command_end" };
    let trigger = json!({ "event": event, "tags": ["DROP TABLE"], "function": "watch", "enabled": "disabled" });
    section(model, "event_triggers").insert(name.to_owned(), trigger);
}

fn defaults(model: &mut Map<String, Value>, reader: &mut Reader) {
    let (own, others) = (reader.pick(&[0, 1, 2, 3]), reader.pick(&[0, 1, 2]));
    let mut given = Map::new();
    match own {
        1 => drop(given.insert("postgres".into(), json!({ "tables": { "reader": ["select"] }, "types": { "public": [] } }))),
        2 => drop(given.insert(
            "postgres".into(),
            json!({ "functions": { "public": [], "Odd Role": "execute" }, "sequences": { "app": "all" }, "schemas": { "app": "usage" } }),
        )),
        3 => drop(given.insert("postgres in public".into(), json!({ "tables": { "Odd Role": ["insert with grant option"] } }))),
        _ => {}
    }
    if others > 0 {
        given.insert(
            "app".into(),
            json!({ "tables": { "reader": if others == 1 { json!("all") } else { json!(["update"]) } } }),
        );
    }
    if !given.is_empty() {
        model.insert("default_privileges".into(), Value::Object(given));
    }
}

/// What can be said of things in each section, and the rights there are.
const SECTIONS: [(&str, &[&str]); 15] = [
    ("tables", &["select", "update"]),
    ("views", &["select", "delete"]),
    ("materialized_views", &["select"]),
    ("sequences", &["usage", "update"]),
    ("functions", &["execute"]),
    ("enums", &["usage"]),
    ("domains", &["usage"]),
    ("composites", &["usage"]),
    ("servers", &["usage"]),
    ("foreign_data_wrappers", &["usage"]),
    ("text_search_dictionaries", &[]),
    ("text_search_configurations", &[]),
    ("operators", &[]),
    ("publications", &[]),
    ("casts", &[]),
];

/// A comment, an owner and privileges, wherever they can be; each thing has genes of its own, so that one more is not all others'
/// change.
fn said(model: &mut Map<String, Value>, genes: &[u64], at: usize) {
    let kept = model.contains_key("materialized_views");
    for (name, rights) in SECTIONS {
        let Some(Value::Object(things)) = model.get_mut(name) else { continue };
        for (key, thing) in things {
            let mut reader = Reader { genes, at: at + hash(name, key) * 4 };
            long(name, thing);
            let Value::Object(thing) = thing else { continue };
            of(thing, rights, name, &mut reader);
            // a materialized view reads it when it is made, with the owner's rights
            if name == "views" && kept {
                thing.remove("owner");
            }
            if let ("tables", Some(Value::Object(columns))) = (name, thing.get_mut("columns")) {
                for (column, declared) in columns {
                    let mut reader = Reader { genes, at: at + hash(key, column) * 4 };
                    if let Value::Object(declared) = declared {
                        of(declared, &["select", "references"], "columns", &mut reader);
                    }
                }
            }
        }
    }
}

/// How many things have genes of their own; the others share.
pub const SAYINGS: usize = 16;

fn hash(section: &str, key: &str) -> usize {
    let sum = section.bytes().chain(key.bytes()).fold(7_usize, |sum, byte| (sum * 31 + usize::from(byte)) % 100_003);
    sum % SAYINGS
}

/// The declaration that has room for more.
fn long(section: &str, thing: &mut Value) {
    let short = std::mem::take(thing);
    *thing = match (section, short) {
        ("enums", Value::Array(labels)) => json!({ "values": labels }),
        ("domains", Value::String(ty)) => json!({ "type": ty }),
        ("composites", Value::Object(attributes)) => json!({ "attributes": attributes }),
        (_, Value::Null) => json!({}),
        (_, other) => other,
    };
}

fn of(thing: &mut Map<String, Value>, rights: &[&str], section: &str, reader: &mut Reader) {
    let (comment, owner) = (reader.pick(&[0, 1, 2, 3, 4, 5, 6, 7]), reader.pick(&[0, 1, 2, 3]));
    let (right, given) = (reader.pick(&[0, 1]), reader.pick(&[0, 1, 2, 3, 4, 5]));
    if let Some(said) = SAID.get(comment) {
        thing.insert("comment".into(), json!(said));
    }
    // who owns a sequence of a table is the table's to say; some things only a superuser owns
    let owned = !thing.contains_key("owned_by") && !matches!(section, "columns" | "casts");
    let wrapper = section == "foreign_data_wrappers";
    if owner == 1 && owned {
        thing.insert("owner".into(), json!(if wrapper { "chief" } else { "app" }));
    }
    if rights.is_empty() {
        return;
    }
    let right = rights[right % rights.len()];
    let granted = format!("{right} with grant option");
    let usual = matches!(section, "functions" | "enums" | "domains" | "composites");
    match given {
        1 => drop(thing.insert("privileges".into(), json!({ "reader": [right] }))),
        2 => drop(thing.insert("privileges".into(), json!({ "Odd Role": [granted] }))),
        3 if usual => drop(thing.insert("privileges".into(), json!({ "public": [], "reader": [right] }))),
        3 => drop(thing.insert("privileges".into(), json!({ "public": [right], "Odd Role": [right] }))),
        _ => {}
    }
}
