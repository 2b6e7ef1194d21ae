//! How is an enum type written as an enum of Rust?

use super::attribute::{Entry, attributes};
use super::name::{self, Taken};
use super::parts;
use crate::error::Result;
use crate::kind::Doc;

pub fn write(key: &str, name: &str, doc: &Doc) -> Result<String> {
    let (labels, rest): (Vec<&Doc>, Vec<(String, Doc)>) = match doc {
        Doc::Map(fields) | Doc::Section(fields) => {
            let labels = fields.iter().filter(|(key, _)| key == "values").map(|(_, values)| values);
            (labels.collect(), fields.iter().filter(|(key, _)| key != "values").cloned().collect())
        }
        short => (vec![short], Vec::new()),
    };
    let labels: Vec<String> = labels.into_iter().flat_map(texts).collect();
    let mut entries = Vec::new();
    if name::comes_back(key).is_none_or(|own| own != name) {
        entries.push(Entry::text("name", key));
    }
    let rule = rule(&labels);
    if rule != USUAL {
        entries.push(Entry::text("rename_all", rule));
    }
    entries.extend(parts::entries("enums", &rest)?);
    let mut out = format!("#[derive(Debug, Clone, Copy, PartialEq, Eq, ModelEnum)]\n{}", attributes(&entries, 0, true));
    out.push_str(&format!("pub enum {name} {{"));
    let mut taken = Taken::default();
    // those that say their labels come first, whatever stands before them
    labels.iter().filter_map(|label| variant(label, rule)).for_each(|variant| drop(taken.take(&variant)));
    for label in &labels {
        out.push('\n');
        match variant(label, rule) {
            Some(variant) => out.push_str(&format!("    {variant},")),
            None => {
                let variant = taken.take(&name::camel(label, "Value"));
                out.push_str(&attributes(&[Entry::text("rename", label)], 4, false));
                out.push_str(&format!("    {variant},"));
            }
        }
    }
    out.push_str(if labels.is_empty() { "}\n" } else { "\n}\n" });
    Ok(out)
}

/// The rule where none is said.
const USUAL: &str = "snake_case";

/// The one that says all labels, or else the usual one.
fn rule(labels: &[String]) -> &'static str {
    let says_all = |rule: &&&str| labels.iter().all(|label| variant(label, rule).is_some());
    if says_all(&&USUAL) { USUAL } else { autogen_structs::RULES.iter().find(says_all).copied().unwrap_or(USUAL) }
}

/// The variant that says the label by the rule.
fn variant(label: &str, rule: &str) -> Option<String> {
    let variant = name::camel(label, "");
    let fits = label.is_ascii() && variant.starts_with(|c: char| c.is_ascii_alphabetic()) && variant != "Self";
    (fits && autogen_structs::label(&variant, rule) == label).then_some(variant)
}

fn texts(doc: &Doc) -> Vec<String> {
    match doc {
        Doc::List(items) => items.iter().map(Doc::to_string).collect(),
        other => vec![other.to_string()],
    }
}
