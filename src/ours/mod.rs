//! Which of the things in a database are ours?
//!
//! What no rule leaves out. A [`Rule`] speaks by schema, name, kind and owner; it comes from autogen.yaml or from the preset of
//! an extension or a platform. The server applies the rules to what is live ([`crate::introspect`]), [`sift`] to what the models
//! declare, so that both sides leave out the same: such a thing is needed at most, never created and never dropped.

mod bookkeeping;
mod glob;
mod presets;
mod sift;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value, json};

use crate::error::Place;
use crate::kind::{Id, Object, Tag};
use crate::name::{Ident, Qualified};

pub use bookkeeping::{Kept, bookkeeping, books_of};
pub use glob::Glob;
pub use presets::{PRESETS, Preset};
pub use sift::{sift, spare, without, without_spared};

/// Kinds that stand in a schema on their own: what a rule without a kind speaks of, and what may be included.
pub const STANDING: [&str; 13] = [
    "schema",
    "table",
    "view",
    "materialized view",
    "sequence",
    "enum",
    "composite type",
    "domain",
    "range type",
    "collation",
    "function",
    "procedure",
    "aggregate",
];

/// Kinds that stand in no schema, and are often the installation's: where it is said which schemas are ours, what no model
/// declares of them is somebody else's.
const BESIDE_SCHEMAS: [&str; 9] = [
    "access method",
    "cast",
    "event trigger",
    "foreign-data wrapper",
    "language",
    "publication",
    "server",
    "subscription",
    "user mapping",
];

/// Every word that a rule can have as its kind.
pub fn kinds() -> Vec<&'static str> {
    Tag::ALL.iter().map(|tag| tag.word()).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Only what one of these names is ours.
    Include,
    Exclude,
    /// Left out unless a model declares it.
    Spare,
}

#[derive(Debug, Clone)]
pub struct Rule {
    pub effect: Effect,
    pub schema: Option<Glob>,
    /// Of the name without its schema.
    pub name: Option<Glob>,
    pub kind: Option<&'static str>,
    pub owner: Option<Glob>,
    /// Only where this extension is installed.
    pub extension: Option<&'static str>,
    pub origin: Origin,
}

/// Who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The n-th rule of a list of autogen.yaml.
    File {
        list: &'static str,
        number: usize,
        place: Place,
    },
    Preset(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { list, number, place } => {
                write!(f, "{list} rule {number} at {}:{}", place.file.display(), place.line)
            }
            Origin::Preset(name) => write!(f, "preset {name}"),
        }
    }
}

/// All that autogen.yaml and the presets say.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub rules: Vec<Rule>,
    /// Each preset that may apply, and the extension that it waits for.
    pub presets: Vec<(&'static str, Option<&'static str>)>,
    /// Tables whose partitions something else makes.
    pub unmanaged: BTreeSet<Qualified>,
    /// Somebody has said which schemas are ours.
    pub chosen: bool,
}

/// Something that was left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// `table`
    pub kind: String,
    pub path: Vec<String>,
    /// `public.tasks`
    pub called: String,
    pub why: String,
    /// Where a model declares it nevertheless.
    pub place: Option<Place>,
}

impl LeftOut {
    pub fn new(kind: &str, path: Vec<String>, why: String) -> Self {
        let called = path.iter().map(|part| Ident::new(part.as_str()).quoted()).collect::<Vec<_>>().join(".");
        Self { kind: kind.to_owned(), path, called, why, place: None }
    }

    /// As the server calls what is no object of ours.
    pub fn called(kind: &str, called: &str, why: String) -> Self {
        Self { kind: kind.to_owned(), path: Vec::new(), called: called.to_owned(), why, place: None }
    }
}

/// `table public.tasks`
impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.called)
    }
}

/// What is left out, by what it is.
pub struct Known<'a>(BTreeMap<(&'a str, Vec<&'a str>), &'a LeftOut>);

impl<'a> Known<'a> {
    pub fn of(left: &'a [LeftOut]) -> Self {
        let key = |left: &'a LeftOut| (left.kind.as_str(), left.path.iter().map(String::as_str).collect());
        Self(left.iter().map(|left| (key(left), left)).collect())
    }

    pub fn get(&self, id: &Id) -> Option<&'a LeftOut> {
        if self.0.is_empty() || id.on.is_some() {
            return None;
        }
        self.0.get(&(id.tag.word(), id.path.iter().map(Ident::as_str).collect())).copied()
    }
}

/// Whether somebody else sees to what is left out for that reason, or belongs to that extension, when what it stands on changes:
/// an extension that has a preset, or whoever makes the partitions of a table.
pub fn looked_after(why: Option<&str>, extension: Option<&str>) -> bool {
    let preset = |preset: &Preset| {
        let its = |why: &str| why.strip_suffix(preset.name).is_some_and(|rest| rest.ends_with("preset "));
        why.is_some_and(its) || extension.is_some() && preset.extension == extension
    };
    PRESETS.iter().any(preset) || why.is_some_and(|why| why.starts_with(UNMANAGED_PARTITION))
}

/// How the reason begins that leaves out what is below a table.
pub const UNMANAGED_PARTITION: &str = "unmanaged partition of ";

pub const NOT_INCLUDED: &str = "no include rule names it";

impl Rules {
    /// Without a file: the presets of the extensions that are installed.
    pub fn automatic() -> Self {
        let mut rules = Self::default();
        PRESETS.iter().filter(|preset| preset.extension.is_some()).for_each(|preset| rules.preset(preset, true));
        rules
    }

    /// Adds a preset; `waits`: only where its extension is installed.
    pub fn preset(&mut self, preset: &Preset, waits: bool) {
        let extension = preset.extension.filter(|_| waits);
        self.presets.push((preset.name, extension));
        self.rules.extend(preset.rules(extension));
    }

    /// Those that hold in a database with these extensions.
    pub fn of(&self, extensions: &BTreeSet<String>) -> Self {
        let there = |extension: &Option<&str>| extension.is_none_or(|name| extensions.contains(name));
        let rules = self.rules.iter().filter(|rule| there(&rule.extension)).cloned().collect();
        let presets = self.presets.iter().filter(|(_, extension)| there(extension)).copied().collect();
        Self { rules, presets, unmanaged: self.unmanaged.clone(), chosen: self.chosen }
    }

    pub fn has_preset(&self, name: &str) -> bool {
        self.presets.iter().any(|(preset, _)| *preset == name)
    }

    /// For the server: patterns, and the number of each rule in the list.
    pub fn json(&self) -> Value {
        let pattern = |glob: &Option<Glob>| glob.as_ref().map(Glob::pattern);
        let rule = |(number, rule): (usize, &Rule)| {
            json!({
                "number": number,
                "include": rule.effect == Effect::Include,
                "schema": pattern(&rule.schema),
                "name": pattern(&rule.name),
                "kind": rule.kind,
                "owner": pattern(&rule.owner),
                "extension": rule.extension,
            })
        };
        self.rules.iter().enumerate().filter(|(_, rule)| rule.effect != Effect::Spare).map(rule).collect()
    }

    /// Why an object is not ours. A rule by owner is the server's to apply.
    pub fn why(&self, object: &Object) -> Option<String> {
        if self.rules.is_empty() {
            return None;
        }
        let thing = Thing::of(&object.id())?;
        let named = |rule: &&Rule| rule.effect == Effect::Exclude && rule.owner.is_none() && rule.names(&thing);
        if let Some(rule) = self.rules.iter().find(named) {
            return Some(rule.origin.to_string());
        }
        let includes = || self.rules.iter().filter(|rule| rule.effect == Effect::Include);
        let restricted = STANDING.contains(&thing.kind) && includes().next().is_some();
        (restricted && !includes().any(|rule| rule.reaches(&thing))).then(|| NOT_INCLUDED.to_owned())
    }

    /// Why an object is left out as long as no model declares it.
    fn spared(&self, id: &Id) -> Option<String> {
        if self.chosen && BESIDE_SCHEMAS.contains(&id.tag.word()) {
            return Some("it is in no schema, and some schemas are chosen".to_owned());
        }
        let thing = Thing::of(id)?;
        let named = |rule: &&Rule| rule.effect == Effect::Spare && rule.names(&thing);
        self.rules.iter().find(named).map(|rule| rule.origin.to_string())
    }
}

/// What a rule looks at.
struct Thing {
    kind: &'static str,
    schema: String,
    name: String,
}

impl Thing {
    fn of(id: &Id) -> Option<Self> {
        let mut at = id;
        while let Some(on) = &at.on {
            at = on;
        }
        let text = |part: Option<&Ident>| part.map(|part| part.as_str().to_owned());
        // a routine's types come behind its name
        let name = if at.tag.is_routine() { at.path.get(1) } else { at.path.last() };
        Some(Self { kind: id.tag.word(), schema: text(at.path.first())?, name: text(name)? })
    }
}

impl Rule {
    fn names(&self, thing: &Thing) -> bool {
        let kind = match self.kind {
            Some(kind) => kind == thing.kind,
            // a schema goes only as a whole
            None => STANDING.contains(&thing.kind) && (thing.kind != "schema" || self.name.is_none()),
        };
        kind && Glob::takes(&self.schema, &thing.schema) && Glob::takes(&self.name, &thing.name)
    }

    /// As [`Rule::names`], but a schema is included for what is in it.
    fn reaches(&self, thing: &Thing) -> bool {
        match thing.kind {
            "schema" => Glob::takes(&self.schema, &thing.schema),
            _ => self.names(thing),
        }
    }
}

#[cfg(test)]
mod tests;
