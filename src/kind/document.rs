//! Which sections does a model file have, and how does each reach the draft?

use serde::Deserialize;
use serde_yaml::Spanned;

use super::shapes::Entries;
use super::{
    access_method, aggregate, cast, collation, composite, conversion, default_privileges, domain, enumeration,
    event_trigger, extension, foreign_data_wrapper, function, language, materialized_view, operator, operator_class,
    operator_family, procedure, publication, range, schema, sequence, server, subscription, table,
    text_search_configuration, text_search_dictionary, text_search_parser, text_search_template, view,
};
use crate::draft::{Draft, Scope};
use crate::error::{Place, Result};
use crate::name::{Ident, Qualified};

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
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Document {
    schemas: Entries<Option<schema::Declaration>>,
    extensions: Entries<Option<extension::Declaration>>,
    collations: Entries<collation::Declaration>,
    enums: Entries<enumeration::Declaration>,
    composites: Entries<composite::Declaration>,
    domains: Entries<domain::Declaration>,
    ranges: Entries<range::Declaration>,
    sequences: Entries<Option<sequence::Declaration>>,
    foreign_data_wrappers: Entries<Option<foreign_data_wrapper::Declaration>>,
    servers: Entries<server::Declaration>,
    tables: Entries<Spanned<table::Declaration>>,
    views: Entries<view::Declaration>,
    materialized_views: Entries<materialized_view::Declaration>,
    functions: Entries<function::Declaration>,
    procedures: Entries<procedure::Declaration>,
    aggregates: Entries<aggregate::Declaration>,
    casts: Entries<cast::Declaration>,
    operators: Entries<operator::Declaration>,
    operator_families: Entries<Option<operator_family::Declaration>>,
    operator_classes: Entries<operator_class::Declaration>,
    conversions: Entries<conversion::Declaration>,
    languages: Entries<language::Declaration>,
    access_methods: Entries<access_method::Declaration>,
    text_search_parsers: Entries<text_search_parser::Declaration>,
    text_search_templates: Entries<text_search_template::Declaration>,
    text_search_dictionaries: Entries<text_search_dictionary::Declaration>,
    text_search_configurations: Entries<Option<text_search_configuration::Declaration>>,
    publications: Entries<Option<publication::Declaration>>,
    subscriptions: Entries<subscription::Declaration>,
    event_triggers: Entries<event_trigger::Declaration>,
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
        section(&self.schemas, scope, draft)?;
        section(&self.extensions, scope, draft)?;
        whole(&self.collations, scope, draft)?;
        whole(&self.enums, scope, draft)?;
        whole(&self.composites, scope, draft)?;
        whole(&self.domains, scope, draft)?;
        whole(&self.ranges, scope, draft)?;
        section(&self.sequences, scope, draft)?;
        section(&self.foreign_data_wrappers, scope, draft)?;
        whole(&self.servers, scope, draft)?;
        for (name, declaration) in &self.tables.0 {
            top(name, &declaration.value, scope, draft)?;
        }
        whole(&self.views, scope, draft)?;
        whole(&self.materialized_views, scope, draft)?;
        whole(&self.functions, scope, draft)?;
        whole(&self.procedures, scope, draft)?;
        whole(&self.aggregates, scope, draft)?;
        whole(&self.casts, scope, draft)?;
        whole(&self.operators, scope, draft)?;
        section(&self.operator_families, scope, draft)?;
        whole(&self.operator_classes, scope, draft)?;
        whole(&self.conversions, scope, draft)?;
        whole(&self.languages, scope, draft)?;
        whole(&self.access_methods, scope, draft)?;
        whole(&self.text_search_parsers, scope, draft)?;
        whole(&self.text_search_templates, scope, draft)?;
        whole(&self.text_search_dictionaries, scope, draft)?;
        section(&self.text_search_configurations, scope, draft)?;
        section(&self.publications, scope, draft)?;
        whole(&self.subscriptions, scope, draft)?;
        whole(&self.event_triggers, scope, draft)?;
        default_privileges::declare(&self.default_privileges, scope, draft)?;
        match &self.owner {
            Some(owner) => draft.owned(scope.ident(owner)?, scope.place(owner)),
            None => Ok(()),
        }
    }
}

/// A section whose entries may be left empty: `citext:`.
fn section<D: Declare + Default>(entries: &Entries<Option<D>>, scope: &Scope, draft: &mut Draft) -> Result<()> {
    for (name, declaration) in &entries.0 {
        match declaration {
            Some(declaration) => top(name, declaration, scope, draft)?,
            None => top(name, &D::default(), scope, draft)?,
        }
    }
    Ok(())
}

/// A section whose entries say something.
fn whole<D: Declare>(entries: &Entries<D>, scope: &Scope, draft: &mut Draft) -> Result<()> {
    entries.0.iter().try_for_each(|(name, declaration)| top(name, declaration, scope, draft))
}

fn top(name: &Spanned<String>, declaration: &impl Declare, scope: &Scope, draft: &mut Draft) -> Result<()> {
    let place = scope.place(name);
    declaration.declare(Given { name: Some(name), place: &place, table: None, column: None }, scope, draft)
}
