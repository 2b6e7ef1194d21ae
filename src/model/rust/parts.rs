//! How is said in an attribute what YAML says in a map by name?
//!
//! `indexes: { ix: [a, b] }` is `index(name = "ix", columns = [a, b])`: one attribute for each, singular.

use super::attribute::Entry;
use crate::error::Result;
use crate::kind::Doc;

/// What a table holds by name, and what a view, a domain or a partition has of it.
const PARTS: &[&str] = &[
    "unique",
    "checks",
    "exclusions",
    "foreign_keys",
    "indexes",
    "statistics",
    "triggers",
    "policies",
    "rules",
    "partitions",
];

/// Sections whose things hold [`PARTS`].
const HOLDERS: &[&str] = &["tables", "partitions", "views", "materialized_views", "domains"];

/// The key that a short form leaves out, where it reads better than `is`.
const SHORT: &[(&str, &str)] = &[
    ("unique", "columns"),
    ("indexes", "columns"),
    ("statistics", "columns"),
    ("partitions", "values"),
    ("domains", "type"),
    ("ranges", "subtype"),
];

/// The entries of a thing of this section.
pub fn entries(section: &str, fields: &[(String, Doc)]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for (key, doc) in fields {
        match doc {
            Doc::Map(things) | Doc::Section(things) if HOLDERS.contains(&section) && PARTS.contains(&key.as_str()) => {
                for (name, doc) in things {
                    entries.push(named(key, name, doc)?);
                }
            }
            _ => entries.push(Entry::of(key, doc)?),
        }
    }
    Ok(entries)
}

/// One thing of a section: `view(name = "open", query = "…")`
pub fn named(section: &str, name: &str, doc: &Doc) -> Result<Entry> {
    let mut inner = vec![Entry::text("name", name)];
    match doc {
        Doc::Map(fields) | Doc::Section(fields) => inner.extend(match section {
            // the short form is the attributes alone, whatever they are called
            "composites" if fields.iter().all(|(key, _)| key != "attributes") => {
                vec![Entry::of("attributes", doc)?]
            }
            "default_privileges" => match Entry::of(section, doc)? {
                Entry::Map(_, entries) => entries,
                other => vec![other],
            },
            _ => entries(section, fields)?,
        }),
        short => {
            let key = SHORT.iter().find(|(of, _)| *of == section).map_or("is", |(_, key)| key);
            inner.push(Entry::of(key, short)?);
        }
    }
    Ok(Entry::Map(singular(section), inner))
}

fn singular(section: &str) -> String {
    if ["unique", "statistics"].contains(&section) {
        return section.to_owned();
    }
    let endings = [("ies", "y"), ("sses", "ss"), ("xes", "x"), ("s", "")];
    let ending = endings.iter().find_map(|(many, one)| Some(format!("{}{one}", section.strip_suffix(many)?)));
    ending.unwrap_or_else(|| section.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_has_a_word_for_one_of_its_things() {
        for (many, one) in [
            ("tables", "table"),
            ("indexes", "index"),
            ("policies", "policy"),
            ("operator_families", "operator_family"),
            ("operator_classes", "operator_class"),
            ("foreign_data_wrappers", "foreign_data_wrapper"),
            ("aggregates", "aggregate"),
            ("languages", "language"),
            ("default_privileges", "default_privilege"),
            ("unique", "unique"),
            ("statistics", "statistics"),
        ] {
            assert_eq!(singular(many), one);
        }
    }
}
