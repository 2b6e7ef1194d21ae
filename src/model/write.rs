//! How is a catalog written as model files?
//!
//! One file for each object that has sections of its own (a table), named after it, and one for everything else. Each
//! object writes its own declaration; children stand inside their parents.

use std::collections::{BTreeMap, BTreeSet};

use super::unsaid::unsaid;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::kind::document::SECTIONS;
use crate::kind::{Doc, Fact, Id, Managed, Need, Object, Part, Parts};
use crate::name::{Ident, Qualified};

/// The file that holds what has none of its own.
const REST: &str = "database.yaml";

/// Which of the two ways to declare is written?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Yaml,
    Rust,
}

/// File names, each with its text. Names in `schema` are written without it.
pub fn write(catalog: &Catalog, schema: &Ident, managed: &Managed) -> Result<BTreeMap<String, String>> {
    write_as(Form::Yaml, catalog, schema, managed)
}

/// The same in either form.
pub fn write_as(form: Form, catalog: &Catalog, schema: &Ident, managed: &Managed) -> Result<BTreeMap<String, String>> {
    let documents = documents(catalog, schema, managed);
    match form {
        Form::Yaml => yaml(documents, schema),
        Form::Rust => super::rust::write(documents, schema),
    }
}

/// What is declared, before it is written.
pub struct Documents {
    /// In the order of ids.
    pub whole: Vec<Whole>,
    /// Everything else by section, in their order, and what is said once for all.
    pub rest: Vec<(String, Doc)>,
}

/// A thing with sections of its own: a table.
pub struct Whole {
    id: Id,
    pub section: &'static str,
    /// What it is called there.
    pub key: String,
    pub fields: Vec<(String, Doc)>,
}

fn documents(catalog: &Catalog, schema: &Ident, managed: &Managed) -> Documents {
    let writer = Writer::new(catalog, schema, managed);
    let mut sections: BTreeMap<&'static str, Vec<(String, Doc)>> = BTreeMap::new();
    let mut whole = Vec::new();
    for (id, object) in catalog.objects().iter().chain(&writer.absent) {
        if !writer.is_said(object)
            || writer.inside.contains_key(id)
            || writer.unsaid.contains(id)
            || writer.host(object).is_some()
        {
            continue;
        }
        let part = writer.part(object);
        let (section, key) = (object.section(), part.key.unwrap_or_default());
        match part.doc {
            Doc::Section(fields) => whole.push(Whole { id: id.clone(), section, key, fields }),
            short => sections.entry(section).or_default().push((key, short)),
        }
    }
    let once = writer.owner.map(|owner| ("owner".to_owned(), Doc::text(owner.as_str())));
    let of = |section: &&'static str| Some(((*section).to_owned(), Doc::Section(sections.remove(section)?)));
    let rest = once.into_iter().chain(SECTIONS.iter().filter_map(of)).collect();
    Documents { whole, rest }
}

fn yaml(documents: Documents, schema: &Ident) -> Result<BTreeMap<String, String>> {
    let Documents { whole, rest } = documents;
    let mut files = BTreeMap::new();
    for Whole { id, section, key, fields } in whole {
        let entry = Doc::Section(vec![(key, Doc::Section(fields))]);
        files.insert(file_name(&id, schema, &files), text(&Doc::Section(vec![(section.to_owned(), entry)]))?);
    }
    if !rest.is_empty() {
        files.insert(REST.to_owned(), text(&Doc::Section(rest))?);
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
    /// What is no object of the catalog, and has something attached to it.
    absent: BTreeMap<Id, Object>,
    /// Who owns most of what there is: said once for all.
    owner: Option<&'a Ident>,
    managed: &'a Managed,
    catalog: &'a Catalog,
}

impl<'a> Writer<'a> {
    fn new(catalog: &'a Catalog, schema: &'a Ident, managed: &'a Managed) -> Self {
        let absent = absent(catalog, managed);
        let owner = usual_owner(catalog, managed);
        let mut children: BTreeMap<Id, Vec<&Object>> = BTreeMap::new();
        for object in catalog.objects().values().filter(|object| is_said(object, managed, owner)) {
            let on = object.id().on.map(|on| *on).filter(|on| absent.contains_key(on));
            if let Some(parent) = on.or_else(|| object.parent().filter(|parent| catalog.get(parent).is_some())) {
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
            let near: Vec<&Object> = catalog
                .get(parent)
                .or_else(|| absent.get(parent))
                .into_iter()
                .chain(siblings.iter().copied())
                .collect();
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
        let (unsaid, guests) = (unsaid(catalog), BTreeMap::new());
        let mut writer = Self { schema, children, inside, unsaid, guests, absent, owner, managed, catalog };
        let hosted = |object: &'a Object| Some((writer.host(object)?, object));
        let mut guests: BTreeMap<Id, Vec<&Object>> = BTreeMap::new();
        for (host, object) in catalog.objects().values().filter_map(hosted) {
            guests.entry(host).or_default().push(object);
        }
        writer.guests = guests;
        writer
    }

    fn is_said(&self, object: &Object) -> bool {
        is_said(object, self.managed, self.owner)
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

/// What is not managed is not said, nor again what is said once.
fn is_said(object: &Object, managed: &Managed, owner: Option<&Ident>) -> bool {
    let apart = object.aspect().is_none_or(|aspect| managed.has(aspect));
    apart && (object.parent().is_none() || object.owns().is_none() || object.owns() != owner)
}

/// Those that declarations stand for though no catalog has them.
fn absent(catalog: &Catalog, managed: &Managed) -> BTreeMap<Id, Object> {
    let said = catalog.objects().iter().filter(|(_, object)| is_said(object, managed, None));
    let on = said.filter_map(|(id, object)| Some((id.on.as_deref()?, object)));
    let implied = on.filter(|(on, _)| catalog.get(on).is_none()).flat_map(|(on, object)| {
        let needs = object.requires().into_iter();
        let implied = needs.filter_map(|need| match need {
            Need::Fact(Fact::Exists(name)) => Object::imply(&name).filter(|implied| implied.id() == *on),
            _ => None,
        });
        implied.map(|implied| (implied.id(), implied)).collect::<Vec<_>>()
    });
    implied.collect()
}

fn usual_owner<'a>(catalog: &'a Catalog, managed: &Managed) -> Option<&'a Ident> {
    let said = catalog.objects().values().filter(|object| is_said(object, managed, None) && object.parent().is_some());
    let mut counts: BTreeMap<&Ident, usize> = BTreeMap::new();
    said.filter_map(Object::owns).for_each(|owner| *counts.entry(owner).or_default() += 1);
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map(|(owner, _)| owner)
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
