//! How is a catalog written as model files?
//!
//! One file for each object that has sections of its own (a table), named after it, and one for everything else. Each
//! object writes its own declaration; children stand inside their parents.

use std::collections::{BTreeMap, BTreeSet};

use super::unsaid::unsaid;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::kind::document::SECTIONS;
use crate::kind::{Doc, Id, Object, Part, Parts};
use crate::name::{Ident, Qualified};

/// The file that holds what has none of its own.
const REST: &str = "database.yaml";

/// File names, each with its text. Names in `schema` are written without it.
pub fn write(catalog: &Catalog, schema: &Ident) -> Result<BTreeMap<String, String>> {
    let writer = Writer::new(catalog, schema);
    let mut rest: BTreeMap<&'static str, Vec<(String, Doc)>> = BTreeMap::new();
    let mut files = BTreeMap::new();
    for (id, object) in catalog.objects() {
        if writer.inside.contains_key(id) || writer.unsaid.contains(id) || writer.host(object).is_some() {
            continue;
        }
        let part = writer.part(object);
        let entry = (part.key.unwrap_or_default(), part.doc);
        if let Doc::Section(_) = entry.1 {
            let whole = Doc::Section(vec![(object.section().to_owned(), Doc::Section(vec![entry]))]);
            files.insert(file_name(id, schema, &files), text(&whole)?);
        } else {
            rest.entry(object.section()).or_default().push(entry);
        }
    }
    let sections: Vec<(String, Doc)> = SECTIONS
        .iter()
        .filter_map(|section| Some(((*section).to_owned(), Doc::Section(rest.remove(section)?))))
        .collect();
    if !sections.is_empty() {
        files.insert(REST.to_owned(), text(&Doc::Section(sections))?);
    }
    Ok(files)
}

struct Writer<'a> {
    schema: &'a Ident,
    /// Of each object, its children in their order.
    children: BTreeMap<Id, Vec<&'a Object>>,
    /// Objects written inside their parent, with the part that the parent gets where it is not the object's own.
    inside: BTreeMap<Id, Option<(&'static str, Part)>>,
    /// What reading adds by itself.
    unsaid: BTreeSet<Id>,
    /// Of each object, those that are declared within it though it is not their parent.
    guests: BTreeMap<Id, Vec<&'a Object>>,
    catalog: &'a Catalog,
}

impl<'a> Writer<'a> {
    fn new(catalog: &'a Catalog, schema: &'a Ident) -> Self {
        let mut children: BTreeMap<Id, Vec<&Object>> = BTreeMap::new();
        for object in catalog.objects().values() {
            if let Some(parent) = object.parent().filter(|parent| catalog.get(parent).is_some()) {
                children.entry(parent).or_default().push(object);
            }
        }
        let order = |object: &&Object| {
            let id = object.id();
            (catalog.notes.order.get(&id).copied().unwrap_or(0), id)
        };
        let all = children.clone();
        let mut inside = BTreeMap::new();
        for (parent, siblings) in &mut children {
            siblings.sort_by_key(order);
            let near: Vec<&Object> = catalog.get(parent).into_iter().chain(siblings.iter().copied()).collect();
            for object in siblings.iter() {
                let own = all.get(&object.id()).into_iter().flatten();
                let family: Vec<&Object> = near.iter().chain(own).copied().collect();
                let rooted = SECTIONS.contains(&object.section());
                match object.inside(&family) {
                    Some(part) => inside.insert(object.id(), Some(part)),
                    None if !rooted => inside.insert(object.id(), None),
                    None => None,
                };
            }
        }
        let mut writer = Self { schema, children, inside, unsaid: unsaid(catalog), guests: BTreeMap::new(), catalog };
        let hosted = |object: &'a Object| Some((writer.host(object)?, object));
        let mut guests: BTreeMap<Id, Vec<&Object>> = BTreeMap::new();
        for (host, object) in catalog.objects().values().filter_map(hosted) {
            guests.entry(host).or_default().push(object);
        }
        writer.guests = guests;
        writer
    }

    /// The object in whose declaration this one stands: a partition's parent.
    fn host(&self, object: &Object) -> Option<Id> {
        let host = self.children.get(&object.id())?.iter().find_map(|child| child.host())?;
        self.catalog.get(&host).is_some().then_some(host)
    }

    fn part(&self, object: &Object) -> Part {
        let is_guest = self.host(object).is_some();
        let mut parts = Parts { sections: BTreeMap::new(), schema: self.schema.clone(), is_guest };
        let children = self.children.get(&object.id()).into_iter().flatten();
        for child in children.filter(|child| !self.unsaid.contains(&child.id())) {
            match self.inside.get(&child.id()) {
                Some(Some((section, part))) => parts.sections.entry(section).or_default().push(part.clone()),
                Some(None) => parts.sections.entry(child.section()).or_default().push(self.part(child)),
                None => {}
            }
        }
        for guest in self.guests.get(&object.id()).into_iter().flatten() {
            parts.sections.entry("partitions").or_default().push(self.part(guest));
        }
        let id = object.id();
        if let [schema, name] = id.path.as_slice()
            && self.catalog.notes.unmanaged.contains(&Qualified::new(schema, name))
            && let Some((section, part)) = object.unmanaged()
        {
            parts.sections.entry(section).or_default().push(part);
        }
        object.write(parts)
    }
}

fn text(doc: &Doc) -> Result<String> {
    serde_yaml::to_string(doc).map_err(|cause| Error::new(format!("cannot write YAML: {cause}")))
}

/// `tasks.yaml`, or `audit.log.yaml` in another schema; nothing that a file system could take for a path.
fn file_name(id: &Id, schema: &Ident, taken: &BTreeMap<String, String>) -> String {
    let qualified = match id.path.as_slice() {
        [own, name] if own == schema => name.as_str().to_owned(),
        path => path.iter().map(Ident::as_str).collect::<Vec<_>>().join("."),
    };
    let safe: String =
        qualified.chars().map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' }).collect();
    let stem = safe.trim_start_matches('.');
    let stem = if stem.is_empty() { "table" } else { stem };
    let differs = |name: &String| !taken.keys().any(|other| other.eq_ignore_ascii_case(name)) && name != REST;
    std::iter::once(format!("{stem}.yaml"))
        .chain((2..).map(|n| format!("{stem}_{n}.yaml")))
        .find(differs)
        .unwrap_or_else(|| format!("{stem}.yaml"))
}
