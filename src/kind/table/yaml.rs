//! `tables: { tasks: { columns: …, primary_key: …, unique: …, checks: …, foreign_keys: …, indexes: … } }`

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given, by_name, nested};
use super::super::renames::{Former, Renamed};
use super::super::shapes::{Entries, Named, Short, Texts, short_or_long};
use super::super::{check, clustering, column, exclusion, foreign_key, index, partition, policy, primary_key, replica_identity, rule, statistics, trigger, unique};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::{self, Scalar};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "table")]
pub struct Declaration {
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    /// What each role may do: `reader: [select]`; `public` is everybody.
    privileges: Option<Spanned<Declared>>,
    /// Only of a partition within its parent, whose schema adds it.
    #[schemars(skip)]
    values: Option<Spanned<String>>,
    renamed_from: Option<Former>,
    /// The partitioned table that this one is a part of, and the rows that it takes.
    partition_of: Option<Spanned<partition::Declaration>>,
    /// The composite type that the table is of.
    of: Option<Spanned<String>>,
    /// Tables whose columns, defaults and checks it has too.
    inherits: Texts,
    /// Its rows are gone after a crash of the server.
    unlogged: bool,
    /// Its rows are on another server.
    foreign: Option<foreign::Declaration>,
    /// `range`, `list` or `hash`, with the key: `{ range: [created_at] }`.
    partition_by: Option<Spanned<partitioning::Declaration>>,
    /// By name: the rows that each takes, or a map with `values:`; or `unmanaged`, where something else makes them.
    partitions: Option<Spanned<Partitions>>,
    /// Storage parameters, such as `fillfactor: 70`.
    #[schemars(with = "Entries<Scalar>")]
    with: Entries<String>,
    /// The table access method; `heap` unless said.
    access_method: Option<Spanned<String>>,
    tablespace: Option<Spanned<String>>,
    /// Policies decide which rows are seen.
    row_security: bool,
    /// For the owner too.
    force_row_security: bool,
    /// What identifies an old row to logical replication: `full`, `nothing` or `{ index: … }`; the primary key unless said.
    replica_identity: Option<Spanned<replica_identity::Declaration>>,
    /// The index by which CLUSTER orders the rows.
    cluster_on: Option<clustering::Declaration>,
    /// By name, in their order: the type, or `type:` and more.
    columns: Entries<column::Declaration>,
    /// Its columns, or `columns:` and more.
    primary_key: Option<Spanned<Renamed<primary_key::Declaration>>>,
    /// By name, or a list of unnamed ones: the columns, or `columns:` and more.
    unique: Named<Renamed<unique::Declaration>>,
    /// By name, or a list of unnamed ones: the condition, or `expression:` and more.
    checks: Named<Renamed<check::Declaration>>,
    /// By name, or a list of unnamed ones.
    exclusions: Named<Renamed<exclusion::Declaration>>,
    /// By name, or a list of unnamed ones. On a column it is `references`.
    foreign_keys: Named<Renamed<foreign_key::Declaration>>,
    /// By name, or a list of unnamed ones: the columns, or `columns:` and more.
    indexes: Named<Renamed<index::Declaration>>,
    /// Extended statistics by name, or a list of unnamed ones: the columns, or `columns:` and more.
    statistics: Named<Renamed<statistics::Declaration>>,
    /// By name.
    triggers: Entries<Renamed<trigger::Declaration>>,
    /// By name.
    policies: Entries<Renamed<policy::Declaration>>,
    /// By name.
    rules: Entries<Renamed<rule::Declaration>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        if let Some(values) = &self.values {
            let error = scope.error(format!("{} says which rows it takes, and of no parent", name.value), values);
            return Err(error.hint(
                "write `partition_of: { table: …, values: … }`, or the table under `partitions:` of its parent",
            ));
        }
        let table = self.table(scope.declared(name)?, scope)?;
        let within = Given { name: None, place: given.place, table: Some(&table.name), column: None };
        let first = draft.entries.len();
        draft.attach(Comment::of(table.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&table.id(), scope, draft)?;
        if let Some(from) = &self.renamed_from {
            from.declare(&table.id(), scope, draft)?;
        }
        draft.push(table.clone(), given.place.clone(), true);
        for (name, declaration) in &self.columns.0 {
            let place = scope.place(name);
            declaration.declare(Given { name: Some(name), place: &place, ..within }, scope, draft)?;
        }
        self.key(first, within, scope, draft)?;
        nested(&self.unique, Tag::Unique, within, scope, draft)?;
        nested(&self.checks, Tag::Check, within, scope, draft)?;
        nested(&self.exclusions, Tag::Exclusion, within, scope, draft)?;
        nested(&self.foreign_keys, Tag::ForeignKey, within, scope, draft)?;
        nested(&self.indexes, Tag::Index, within, scope, draft)?;
        nested(&self.statistics, Tag::Statistics, within, scope, draft)?;
        by_name(&self.triggers, Tag::Trigger, within, scope, draft)?;
        by_name(&self.policies, Tag::Policy, within, scope, draft)?;
        by_name(&self.rules, Tag::Rule, within, scope, draft)?;
        self.settings(within, scope, draft)?;
        let (typed, foreign) = (Aside(table.of.is_some()), Aside(table.foreign.is_some()));
        draft.each(first, |object| match object {
            Object::Column(column) => (column.typed, column.foreign) = (typed, foreign),
            Object::Comment(comment) => comment.foreign = foreign,
            _ => {}
        });
        self.children(&table.name, scope, draft)
    }
}

impl Declaration {
    /// The table itself, without what stands on it.
    fn table(&self, name: Qualified, scope: &Scope) -> Result<Table> {
        let named = |text: &Option<Spanned<String>>| text.as_ref().map(|text| scope.ident(text)).transpose();
        if let Some(key) = self.partition_by.as_ref().filter(|_| !self.inherits.0.is_empty()) {
            return Err(scope.error(format!("{name} is partitioned and cannot inherit"), key).hint("keep one of the two"));
        }
        if let (Some(of), [_, ..]) = (&self.of, self.inherits.0.as_slice()) {
            return Err(scope.error(format!("{name} is a typed table and cannot inherit"), of).hint("keep one of the two"));
        }
        Ok(Table {
            name,
            unlogged: self.unlogged,
            of: self.of.as_ref().map(|text| scope.referred(text)).transpose()?,
            inherits: self.inherits.0.iter().map(|text| scope.referred(text)).collect::<Result<_>>()?,
            partitioning: self.partition_by.as_ref().map(|by| by.value.read(scope)).transpose()?,
            foreign: self.foreign.as_ref().map(|foreign| foreign.read(scope)).transpose()?,
            options: IndexOptions::declared(&self.with, scope)?,
            method: named(&self.access_method)?.filter(|method| method.as_str() != "heap"),
            tablespace: named(&self.tablespace)?.filter(|name| name.as_str() != "pg_default"),
            row_security: self.row_security,
            force_row_security: self.force_row_security,
        })
    }

    /// What stands on the table and on something else, and is an object of its own.
    fn settings(&self, within: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        if let Some(partition) = &self.partition_of {
            partition.value.declare(Given { place: &scope.place(partition), ..within }, scope, draft)?;
        }
        if let Some(identity) = &self.replica_identity {
            identity.value.declare(Given { place: &scope.place(identity), ..within }, scope, draft)?;
        }
        if let Some(index) = &self.cluster_on {
            index.declare(within, scope, draft)?;
        }
        Ok(())
    }

    /// The partitions that are declared within their parent.
    fn children(&self, table: &Qualified, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(partitions) = &self.partitions else { return Ok(()) };
        let entries = match &partitions.value {
            Partitions::Unmanaged => {
                draft.unmanaged.insert(table.clone());
                return Ok(());
            }
            Partitions::Declared(entries) => entries,
        };
        if self.partition_by.is_none() {
            return Err(scope
                .error(format!("{table} has partitions and is not partitioned"), partitions)
                .hint("add `partition_by:`, such as { range: [created_at] }"));
        }
        for (name, child) in &entries.0 {
            let place = scope.place(name);
            let own = scope.declared(name)?;
            let given = Given { name: Some(name), place: &place, table: None, column: None };
            child.rest.declare(given, scope, draft)?;
            let given = Given { name: Some(name), place: &place, table: Some(&own), column: None };
            partition::within(table, &child.values, given, scope, draft)?;
        }
        Ok(())
    }

    /// The primary key, stated once: under the table or on its columns. Its columns are NOT NULL.
    fn key(&self, first: usize, within: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let on_columns: Vec<Spanned<String>> = self
            .columns
            .0
            .iter()
            .filter(|(_, declaration)| declaration.is_primary_key())
            .map(|(name, _)| name.clone())
            .collect();
        let columns = match (&self.primary_key, on_columns.first()) {
            (Some(_), Some(column)) => {
                return Err(scope
                    .error("the primary key is stated both under the table and on a column", column)
                    .hint("keep one of the two"));
            }
            (Some(key), None) => {
                let place = scope.place(key);
                key.value.declare(Tag::PrimaryKey, Given { place: &place, ..within }, scope, draft)?;
                key.value.declaration().columns().to_vec()
            }
            (None, Some(column)) => {
                let place = scope.place(column);
                let key = primary_key::Declaration::of(on_columns.clone());
                key.declare(Given { place: &place, ..within }, scope, draft)?;
                on_columns
            }
            (None, None) => return Ok(()),
        };
        let names: Vec<Ident> = scope.idents(&columns)?;
        draft.each(first, |object| {
            if let Object::Column(column) = object {
                column.not_null |= Some(&column.table) == within.table && names.contains(&column.name);
            }
        });
        Ok(())
    }
}

/// `unmanaged`, or the partitions by name.
#[derive(Debug)]
enum Partitions {
    /// Something else makes them at run time; they are left alone.
    Unmanaged,
    Declared(Entries<Child>),
}

impl<'de> Deserialize<'de> for Partitions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Partitions;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("partitions by name, or `unmanaged`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Partitions, E> {
                match text {
                    "unmanaged" => Ok(Partitions::Unmanaged),
                    other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Partitions, A::Error> {
                Entries::deserialize(MapAccessDeserializer::new(map)).map(Partitions::Declared)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Partitions {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "partitions".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let declared = Entries::<Child>::json_schema(generator);
        json_schema::any_of(vec![json_schema::one_of(&["unmanaged".to_owned()]), declared])
    }
}

/// A partition within its parent: the rows that it takes, or a whole table with `values:`.
#[derive(Debug)]
struct Child {
    values: Spanned<String>,
    rest: Box<Declaration>,
}

impl<'de> Deserialize<'de> for Child {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned: Spanned<ChildForm> = Spanned::deserialize(deserializer)?;
        let (referenced, defined) = (spanned.referenced, spanned.defined);
        match spanned.value {
            ChildForm::Values(text) => Ok(Child { values: Spanned::new(text, referenced, defined), rest: Box::default() }),
            ChildForm::Long(mut rest) => match rest.values.take() {
                Some(values) => Ok(Child { values, rest }),
                None => Err(de::Error::missing_field("values")),
            },
        }
    }
}

#[derive(Debug)]
enum ChildForm {
    Values(String),
    Long(Box<Declaration>),
}

impl From<Declaration> for ChildForm {
    fn from(long: Declaration) -> Self {
        ChildForm::Long(Box::new(long))
    }
}

impl Short for ChildForm {
    const EXPECTED: &'static str = "the rows of the partition, or a map with `values:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| ChildForm::Values(text.to_owned()));
}

short_or_long!(ChildForm, Declaration, "partition_within");

impl JsonSchema for Child {
    fn schema_name() -> Cow<'static, str> {
        ChildForm::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = ChildForm::json_schema(generator);
        let values = schemars::json_schema!({ "type": "string", "description": "The rows that it takes." });
        json_schema::with_key(&mut schema, "values", &values);
        json_schema::required(&mut schema, "values");
        schema
    }
}
