//! Which sections does a model file have, and how does each reach the draft?

use schemars::JsonSchema;
use serde::Deserialize;

use super::renames::Renamed;
use super::shapes::{Entries, Named};
use super::{
    Tag, access_method, aggregate, cast, collation, composite, conversion, default_privileges, domain, enumeration,
    event_trigger, extension, foreign_data_wrapper, function, language, materialized_view, operator, operator_class,
    operator_family, procedure, publication, range, schema, sequence, server, subscription, table,
    text_search_configuration, text_search_dictionary, text_search_parser, text_search_template, view,
};
use crate::draft::{Draft, Scope};
use crate::error::{Place, Result};
use crate::name::{Ident, Qualified};
use crate::spanned::Spanned;

/// The sections, in the order in which a file that autogen writes has them.
pub const SECTIONS: &[&str] = &[
    "schemas",
    "extensions",
    "collations",
    "enums",
    "composites",
    "domains",
    "ranges",
    "sequences",
    "foreign_data_wrappers",
    "servers",
    "tables",
    "views",
    "materialized_views",
    "functions",
    "procedures",
    "aggregates",
    "casts",
    "operators",
    "operator_families",
    "operator_classes",
    "conversions",
    "languages",
    "access_methods",
    "text_search_parsers",
    "text_search_templates",
    "text_search_dictionaries",
    "text_search_configurations",
    "publications",
    "subscriptions",
    "event_triggers",
    "default_privileges",
];

/// A whole model file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "autogen model file")]
pub struct Document {
    /// By name: `audit:` alone, or with more.
    schemas: Entries<Option<Renamed<schema::Declaration>>>,
    /// By name: `citext:` alone, or with more.
    extensions: Entries<Option<extension::Declaration>>,
    /// By name, with a provider and a locale.
    collations: Entries<Renamed<collation::Declaration>>,
    /// By name: `priority: [low, medium, high]`, or with `values:` and more.
    enums: Entries<Renamed<enumeration::Declaration>>,
    /// Composite types by name: their attributes with the types, or `attributes:` and more.
    composites: Entries<composite::Declaration>,
    /// By name: the type, or `type:` and more.
    domains: Entries<Renamed<domain::Declaration>>,
    /// Range types by name: the subtype, or `subtype:` and more.
    ranges: Entries<Renamed<range::Declaration>>,
    /// By name. A serial or identity column brings its own.
    sequences: Entries<Option<Renamed<sequence::Declaration>>>,
    /// By name.
    foreign_data_wrappers: Entries<Option<Renamed<foreign_data_wrapper::Declaration>>>,
    /// Foreign servers by name.
    servers: Entries<Renamed<server::Declaration>>,
    /// By name; `audit.log` is in the schema `audit`.
    tables: Entries<Spanned<table::Declaration>>,
    /// By name, with their query.
    views: Entries<Renamed<view::Declaration>>,
    /// By name, with their query.
    materialized_views: Entries<Renamed<materialized_view::Declaration>>,
    /// By name and the types that they take: `add(integer, text)`.
    functions: Entries<Renamed<function::Declaration>>,
    /// By name and the types that they take.
    procedures: Entries<Renamed<procedure::Declaration>>,
    /// By name and the types that they take: `total(integer)`.
    aggregates: Entries<Renamed<aggregate::Declaration>>,
    /// By both types: `text as mood`.
    casts: Entries<cast::Declaration>,
    /// By their signs and both types: `===(integer, integer)`, `!!(none, integer)`.
    operators: Entries<operator::Declaration>,
    /// By name and access method: `by_length using btree`.
    operator_families: Entries<Option<Renamed<operator_family::Declaration>>>,
    /// By name and access method: `by_length using btree`.
    operator_classes: Entries<Renamed<operator_class::Declaration>>,
    /// Between encodings, by name.
    conversions: Entries<Renamed<conversion::Declaration>>,
    /// Procedural languages by name.
    languages: Entries<Renamed<language::Declaration>>,
    /// By name.
    access_methods: Entries<access_method::Declaration>,
    /// By name.
    text_search_parsers: Entries<Renamed<text_search_parser::Declaration>>,
    /// By name.
    text_search_templates: Entries<Renamed<text_search_template::Declaration>>,
    /// By name.
    text_search_dictionaries: Entries<Renamed<text_search_dictionary::Declaration>>,
    /// By name.
    text_search_configurations: Entries<Option<Renamed<text_search_configuration::Declaration>>>,
    /// By name.
    publications: Entries<Option<Renamed<publication::Declaration>>>,
    /// By name.
    subscriptions: Entries<Renamed<subscription::Declaration>>,
    /// By name.
    event_triggers: Entries<Renamed<event_trigger::Declaration>>,
    /// What roles may do with what others are yet to make: by the role that makes it, or `app in audit`.
    default_privileges: Entries<default_privileges::Declaration>,
    /// Who owns what states no owner.
    owner: Option<Spanned<String>>,
}

/// A declaration of one kind of object.
pub trait Declare {
    /// Adds the object and what its declaration nests. `name` is `None` where nobody chose one.
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()>;
}

/// What surrounds a declaration.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    pub name: Option<&'a Spanned<String>>,
    /// Where the declaration begins.
    pub place: &'a Place,
    /// The table, or the domain, that it is nested in.
    pub table: Option<&'a Qualified>,
    /// The column that it is nested in.
    pub column: Option<&'a Ident>,
}

impl Document {
    pub fn declare(&self, scope: &Scope, draft: &mut Draft) -> Result<()> {
        section(&self.schemas, Tag::Schema, scope, draft)?;
        for (name, declaration) in &self.extensions.0 {
            top(name, declaration.as_ref().unwrap_or(&extension::Declaration::default()), scope, draft)?;
        }
        whole(&self.collations, Tag::Collation, scope, draft)?;
        whole(&self.enums, Tag::Enumeration, scope, draft)?;
        fixed(&self.composites, scope, draft)?;
        whole(&self.domains, Tag::Domain, scope, draft)?;
        whole(&self.ranges, Tag::Range, scope, draft)?;
        section(&self.sequences, Tag::Sequence, scope, draft)?;
        section(&self.foreign_data_wrappers, Tag::ForeignDataWrapper, scope, draft)?;
        whole(&self.servers, Tag::Server, scope, draft)?;
        for (name, declaration) in &self.tables.0 {
            top(name, &declaration.value, scope, draft)?;
        }
        whole(&self.views, Tag::View, scope, draft)?;
        whole(&self.materialized_views, Tag::MaterializedView, scope, draft)?;
        whole(&self.functions, Tag::Function, scope, draft)?;
        whole(&self.procedures, Tag::Procedure, scope, draft)?;
        whole(&self.aggregates, Tag::Aggregate, scope, draft)?;
        fixed(&self.casts, scope, draft)?;
        fixed(&self.operators, scope, draft)?;
        section(&self.operator_families, Tag::OperatorFamily, scope, draft)?;
        whole(&self.operator_classes, Tag::OperatorClass, scope, draft)?;
        whole(&self.conversions, Tag::Conversion, scope, draft)?;
        whole(&self.languages, Tag::Language, scope, draft)?;
        fixed(&self.access_methods, scope, draft)?;
        whole(&self.text_search_parsers, Tag::TextSearchParser, scope, draft)?;
        whole(&self.text_search_templates, Tag::TextSearchTemplate, scope, draft)?;
        whole(&self.text_search_dictionaries, Tag::TextSearchDictionary, scope, draft)?;
        section(&self.text_search_configurations, Tag::TextSearchConfiguration, scope, draft)?;
        section(&self.publications, Tag::Publication, scope, draft)?;
        whole(&self.subscriptions, Tag::Subscription, scope, draft)?;
        whole(&self.event_triggers, Tag::EventTrigger, scope, draft)?;
        default_privileges::declare(&self.default_privileges, scope, draft)?;
        match &self.owner {
            Some(owner) => draft.owned(scope.ident(owner)?, scope.place(owner)),
            None => Ok(()),
        }
    }
}

/// A section whose entries may be left empty: `reporting:`.
fn section<D: Declare + Default>(
    entries: &Entries<Option<Renamed<D>>>,
    tag: Tag,
    scope: &Scope,
    draft: &mut Draft,
) -> Result<()> {
    for (name, declaration) in &entries.0 {
        match declaration {
            Some(declaration) => declaration.declare(tag, given(name, &scope.place(name)), scope, draft)?,
            None => top(name, &D::default(), scope, draft)?,
        }
    }
    Ok(())
}

/// A section whose entries say something.
fn whole<D: Declare>(entries: &Entries<Renamed<D>>, tag: Tag, scope: &Scope, draft: &mut Draft) -> Result<()> {
    entries
        .0
        .iter()
        .try_for_each(|(name, declaration)| declaration.declare(tag, given(name, &scope.place(name)), scope, draft))
}

/// A section whose entries take no `renamed_from`, or take it themselves.
fn fixed<D: Declare>(entries: &Entries<D>, scope: &Scope, draft: &mut Draft) -> Result<()> {
    entries.0.iter().try_for_each(|(name, declaration)| top(name, declaration, scope, draft))
}

fn top(name: &Spanned<String>, declaration: &impl Declare, scope: &Scope, draft: &mut Draft) -> Result<()> {
    declaration.declare(given(name, &scope.place(name)), scope, draft)
}

fn given<'a>(name: &'a Spanned<String>, place: &'a Place) -> Given<'a> {
    Given { name: Some(name), place, table: None, column: None }
}

/// What stands in the declaration of another, with a name or without.
pub fn nested<D: Declare>(
    named: &Named<Renamed<D>>,
    tag: Tag,
    within: Given,
    scope: &Scope,
    draft: &mut Draft,
) -> Result<()> {
    for (name, declaration) in &named.0 {
        let place = match name {
            Some(name) => scope.place(name),
            None => scope.place(declaration),
        };
        declaration.value.declare(tag, Given { name: name.as_ref(), place: &place, ..within }, scope, draft)?;
    }
    Ok(())
}

/// The same of what always has a name.
pub fn by_name<D: Declare>(
    entries: &Entries<Renamed<D>>,
    tag: Tag,
    within: Given,
    scope: &Scope,
    draft: &mut Draft,
) -> Result<()> {
    entries.0.iter().try_for_each(|(name, declaration)| {
        let place = scope.place(name);
        declaration.declare(tag, Given { name: Some(name), place: &place, ..within }, scope, draft)
    })
}
