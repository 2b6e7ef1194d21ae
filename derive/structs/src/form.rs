//! What is one attribute for each thing here, and a map by name in YAML?

use proc_macro2::Span;

use crate::error::{Error, Result};
use crate::tree::{Entry, Node, Value};

/// The attribute, the key of YAML, and whether each has to have a name.
type Form = (&'static str, &'static str, bool);

/// Of a table and a partition, a view, a materialized view and a domain, as far as YAML has it there.
const OF_TABLE: &[Form] = &[
    ("index", "indexes", false),
    ("unique", "unique", false),
    ("check", "checks", false),
    ("exclusion", "exclusions", false),
    ("foreign_key", "foreign_keys", false),
    ("statistics", "statistics", false),
    ("trigger", "triggers", true),
    ("policy", "policies", true),
    ("rule", "rules", true),
    ("partition", "partitions", true),
];

/// Of a whole model file.
const OF_DATABASE: &[Form] = &[
    ("schema", "schemas", true),
    ("extension", "extensions", true),
    ("collation", "collations", true),
    ("enum", "enums", true),
    ("composite", "composites", true),
    ("domain", "domains", true),
    ("range", "ranges", true),
    ("sequence", "sequences", true),
    ("foreign_data_wrapper", "foreign_data_wrappers", true),
    ("server", "servers", true),
    ("table", "tables", true),
    ("view", "views", true),
    ("materialized_view", "materialized_views", true),
    ("function", "functions", true),
    ("procedure", "procedures", true),
    ("aggregate", "aggregates", true),
    ("cast", "casts", true),
    ("operator", "operators", true),
    ("operator_family", "operator_families", true),
    ("operator_class", "operator_classes", true),
    ("conversion", "conversions", true),
    ("language", "languages", true),
    ("access_method", "access_methods", true),
    ("text_search_parser", "text_search_parsers", true),
    ("text_search_template", "text_search_templates", true),
    ("text_search_dictionary", "text_search_dictionaries", true),
    ("text_search_configuration", "text_search_configurations", true),
    ("publication", "publications", true),
    ("subscription", "subscriptions", true),
    ("event_trigger", "event_triggers", true),
    ("default_privilege", "default_privileges", true),
];

/// Whose things are as those of a table.
const LIKE_TABLES: [&str; 5] = ["tables", "views", "materialized_views", "partitions", "domains"];

/// What a key of YAML is called as an attribute.
pub fn attribute(key: &str) -> &str {
    let plural = |(_, plural, _): &&Form| *plural == key;
    OF_TABLE.iter().chain(OF_DATABASE).find(plural).map_or(key, |(singular, ..)| *singular)
}

/// Whether what this attribute says has things that are there several times, as the indexes of a view are.
pub fn holds_things(singular: &str) -> bool {
    let mut forms = OF_TABLE.iter().chain(OF_DATABASE);
    forms.any(|(own, plural, _)| *own == singular && LIKE_TABLES.contains(plural))
}

pub fn of_table(entries: Vec<Entry<Span>>) -> Result<Vec<Entry<Span>>> {
    gathered(entries, OF_TABLE)
}

pub fn of_database(entries: Vec<Entry<Span>>) -> Result<Vec<Entry<Span>>> {
    gathered(entries, OF_DATABASE)
}

/// The things together under the key of YAML, where the first of them stands; a key that is none of them stays as it is.
fn gathered(entries: Vec<Entry<Span>>, forms: &[Form]) -> Result<Vec<Entry<Span>>> {
    let mut out: Vec<Entry<Span>> = Vec::new();
    for entry in entries {
        let key = entry.key.clone().unwrap_or_default();
        let form = forms.iter().find(|(singular, ..)| *singular == key);
        let Some((singular, plural, named)) = form else {
            if let Some((singular, ..)) = forms.iter().find(|(_, plural, _)| *plural == key)
                && matches!(entry.value.value, Value::Map(_) | Value::List(_))
            {
                return Err(Error::new(entry.at, format!("unknown key `{key}`"))
                    .hint(format!("each of them is an attribute of its own: {singular}(name = \"…\", …)")));
            }
            if out.iter().any(|other| other.is(&key)) {
                return Err(Error::twice(entry.at, &key));
            }
            out.push(entry);
            continue;
        };
        let at = entry.at;
        let one = thing(entry, singular, plural, *named)?;
        match out.iter_mut().find(|other| other.is(plural)) {
            Some(Entry { value: Node { value: Value::Map(things), .. }, .. }) => {
                if one.key.is_some() && things.iter().any(|other| other.key == one.key) {
                    let name = one.key.unwrap_or_default();
                    return Err(
                        Error::new(at, format!("the {singular} {name} is written twice")).hint("keep one of the two")
                    );
                }
                things.push(one);
            }
            Some(other) => {
                return Err(
                    Error::new(other.at, format!("both `{plural}` and `{singular}`")).hint("keep one of the two")
                );
            }
            None => out.push(Entry::new(*plural, at, Node::map(at, vec![one]))),
        }
    }
    Ok(out)
}

/// One of them, under its name.
fn thing(entry: Entry<Span>, singular: &str, plural: &str, named: bool) -> Result<Entry<Span>> {
    let Entry { at, value, .. } = entry;
    let Node { at: value_at, value } = value;
    let (key, value) = match value {
        Value::Map(entries) => {
            let (name, rest) = name(entries)?;
            (name, map(rest, value_at, plural)?)
        }
        Value::Truth(true) => {
            return Err(Error::new(at, format!("`{singular}` says nothing")).hint(format!("write {singular}(…)")));
        }
        short => (None, Node::new(value_at, short)),
    };
    if key.is_none() && named {
        return Err(
            Error::new(at, format!("the {singular} has no name")).hint(format!("write {singular}(name = \"…\", …)"))
        );
    }
    Ok(Entry { key, at, value })
}

fn name(mut entries: Vec<Entry<Span>>) -> Result<(Option<String>, Vec<Entry<Span>>)> {
    let Some(at) = entries.iter().position(|entry| entry.is("name")) else { return Ok((None, entries)) };
    let entry = entries.remove(at);
    match entry.value.value {
        Value::Text(name) => Ok((Some(name), entries)),
        _ => Err(Error::new(entry.value.at, "a name is a text").hint("write name = \"…\"")),
    }
}

/// `is` says what is a text or a list in YAML.
fn map(mut entries: Vec<Entry<Span>>, at: Span, plural: &str) -> Result<Node<Span>> {
    if let Some(is) = entries.iter().position(|entry| entry.is("is")) {
        let is = entries.remove(is);
        return match entries.first() {
            None => Ok(is.value),
            Some(other) => {
                let key = other.word();
                Err(Error::new(other.at, format!("`is` says all, and `{key}` says more")).hint("keep one of the two"))
            }
        };
    }
    let entries = if LIKE_TABLES.contains(&plural) { of_table(entries)? } else { entries };
    Ok(Node::map(at, entries))
}
