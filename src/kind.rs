//! What must one say about a kind of database object so that autogen can manage it?
//!
//! All of it is in [`Kind`]: how the object is read from the catalog, what makes two of them the same one, what must hold
//! while it exists and what holds because it does, when a change can be made in place, and its SQL. Stages (introspect,
//! diff, plan, …) know only this trait; a kind knows no stage and calls no other kind. To add a kind, write its folder,
//! name it in the `kinds!` list below and give it fixtures.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Naming;
use crate::error::Result;
use crate::name::{Ident, Qualified};
use crate::sql::{Expr, Sql};

#[macro_use]
mod registry;
mod aside;
mod aspect;
mod attached;
mod backfill;
mod carriage;
pub mod casts;
mod change;
mod common;
mod descent;
mod doc;
pub mod document;
mod expression;
mod fact;
mod firing;
mod generic_options;
mod grants;
mod hazard;
mod id;
pub mod key;
mod member;
mod online;
mod pair;
mod piece;
mod query;
pub mod renames;
mod routine;
mod row;
pub mod shapes;
pub mod statement;
pub mod types;

pub use common::*;
pub use index::Options as IndexOptions;

kinds! {
    schema::Schema "schema" "SCHEMA",
    extension::Extension "extension" "EXTENSION",
    collation::Collation "collation" "COLLATION",
    enumeration::Enumeration "enum" "TYPE",
    composite::Composite "composite type" "TYPE",
    domain::Domain "domain" "DOMAIN",
    domain_check::DomainCheck "domain check" "CONSTRAINT",
    range::Range "range type" "TYPE",
    sequence::Sequence "sequence" "SEQUENCE",
    ownership::Ownership "sequence owner" "",
    foreign_data_wrapper::ForeignDataWrapper "foreign-data wrapper" "FOREIGN DATA WRAPPER",
    server::Server "server" "SERVER",
    user_mapping::UserMapping "user mapping" "",
    table::Table "table" "TABLE",
    column::Column "column" "COLUMN",
    default::Default "default" "",
    primary_key::PrimaryKey "primary key" "CONSTRAINT",
    unique::Unique "unique constraint" "CONSTRAINT",
    check::Check "check constraint" "CONSTRAINT",
    exclusion::Exclusion "exclusion constraint" "CONSTRAINT",
    index::Index "index" "INDEX",
    partition::Partition "partition" "",
    foreign_key::ForeignKey "foreign key" "CONSTRAINT",
    replica_identity::ReplicaIdentity "replica identity" "",
    clustering::Clustering "clustering" "",
    statistics::Statistics "statistics" "STATISTICS",
    settings::Settings "column settings" "",
    foreign_column::ForeignColumn "foreign column" "",
    view::View "view" "VIEW",
    view_default::ViewDefault "default of a view's column" "",
    materialized_view::MaterializedView "materialized view" "MATERIALIZED VIEW",
    function::Function "function" "FUNCTION",
    procedure::Procedure "procedure" "PROCEDURE",
    aggregate::Aggregate "aggregate" "AGGREGATE",
    cast::Cast "cast" "CAST",
    operator::Operator "operator" "OPERATOR",
    operator_family::OperatorFamily "operator family" "OPERATOR FAMILY",
    operator_family_member::OperatorFamilyMember "member of an operator family" "",
    operator_class::OperatorClass "operator class" "OPERATOR CLASS",
    conversion::Conversion "conversion" "CONVERSION",
    language::Language "language" "LANGUAGE",
    access_method::AccessMethod "access method" "ACCESS METHOD",
    text_search_parser::TextSearchParser "text search parser" "TEXT SEARCH PARSER",
    text_search_template::TextSearchTemplate "text search template" "TEXT SEARCH TEMPLATE",
    text_search_dictionary::TextSearchDictionary "text search dictionary" "TEXT SEARCH DICTIONARY",
    text_search_configuration::TextSearchConfiguration "text search configuration" "TEXT SEARCH CONFIGURATION",
    trigger::Trigger "trigger" "TRIGGER",
    rule::Rule "rule" "RULE",
    policy::Policy "policy" "POLICY",
    publication::Publication "publication" "PUBLICATION",
    publication_table::PublicationTable "publication table" "",
    publication_schema::PublicationSchema "publication schema" "",
    subscription::Subscription "subscription" "SUBSCRIPTION",
    event_trigger::EventTrigger "event trigger" "EVENT TRIGGER",
    owner::Owner "owner" "",
    privileges::Privileges "privileges" "",
    default_privileges::DefaultPrivileges "default privileges" "",
    comment::Comment "comment" "",
}

/// Everything that is true of one kind of object.
pub trait Kind: Clone + Eq + Sized {
    const TAG: Tag;
    /// One row for each object in the schemas `:schemas` or of the tables `:tables` (arrays, put in when it is sent),
    /// extension-owned ones left out.
    const QUERY: &'static str;

    fn read(row: &Row) -> Result<Self>;
    fn id(&self) -> Id;
    /// The names it takes, in Postgres's own namespaces. Each is also a fact that it provides.
    fn occupies(&self) -> Vec<Name>;
    /// What must hold while it exists as it is.
    fn requires(&self) -> Vec<Need>;
    /// What holds because it exists as it is, beyond its names.
    fn provides(&self) -> Vec<Fact> {
        Vec::new()
    }
    /// The object whose CREATE may hold this one and whose DROP takes it along.
    fn parent(&self) -> Option<Id> {
        None
    }
    /// The parent's DROP does not take it along, and fails while it is there.
    const HOLDS_PARENT: bool = false;
    /// Dropping it loses rows or a position that no CREATE brings back.
    fn holds_data(&self) -> bool {
        false
    }
    /// The first major version of PostgreSQL that can hold it as it is, and what asks for that version.
    fn since(&self) -> Option<(u32, &'static str)> {
        None
    }
    /// Texts that only the server can spell canonically.
    fn expressions(&mut self) -> Vec<Slot<'_>> {
        Vec::new()
    }
    /// What the server made of its text, where it was asked and said so; `None` where that could not be found out.
    fn learn(&mut self, _spelled: Option<&str>) {}
    /// Of what is a query: the statement that makes it under this name, for the sake of others that stand on it.
    fn queried(&self, _name: &Qualified) -> Option<(Qualified, Sql)> {
        None
    }
    /// What had better be there before it, and need not be.
    fn prefers(&self) -> Vec<Need> {
        Vec::new()
    }
    /// Types that it uses, to be looked up where they are written without a schema.
    fn types(&mut self) -> Vec<&mut Type> {
        Vec::new()
    }
    /// Names that it refers to, likewise; an empty schema means that none was written.
    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        Vec::new()
    }
    /// For a key: what a foreign key to its table means that names no columns.
    fn reference_key(&self) -> Option<(&Qualified, &[Ident])> {
        None
    }
    /// Takes the columns of that key, where it names none.
    fn refer_to(&mut self, _keys: &BTreeMap<Qualified, Vec<Ident>>) {}
    /// Which tables have what they have from which others, as this object makes it so.
    fn descends(&self) -> Vec<Descent> {
        Vec::new()
    }
    /// What this becomes where the same change of one above it reaches it, unlike itself.
    fn reached(&self, _old: &Self, _new: &Self) -> Option<Self> {
        None
    }
    /// Itself with the names said that Postgres would give but where another table may bear them: one that inherited from this
    /// one keeps the names that it got from it.
    fn with_names(&self) -> Option<Self> {
        None
    }
    /// For what has a body that Postgres keeps as a text.
    fn body_check(&self) -> Option<BodyCheck> {
        None
    }
    /// Takes to be true that it needs others of its kind, as the server knows.
    fn require(&mut self, _others: Vec<Ident>) {}
    /// Takes back what something made below its own, `below`, has copied from this, as far as its counterpart there does not say it.
    fn uncopied(&self, _below: &Id, _counterpart: Option<&Self>) -> Vec<Piece> {
        Vec::new()
    }
    /// For a partitioned table: its `PARTITION BY`.
    fn divides(&self) -> Option<(&Qualified, Sql)> {
        None
    }
    /// What a table that descends from its own has because of it, and whether Postgres fixes its name.
    fn copy(&self, _descent: &Descent) -> Option<(Self, bool)> {
        None
    }
    /// Is that copy, as a declaration of its own has it: now it is known to be one.
    fn merge(&mut self, _copy: &Self) -> bool {
        false
    }
    /// What is wrong with it once it is known what it comes from.
    fn unfounded(&self) -> Option<&'static str> {
        None
    }
    /// What is wrong with it as the columns are that it speaks of, and what to do about it; `ty` is the type of a column.
    fn mismatch(&self, _ty: &dyn Fn(&Id) -> Option<Type>) -> Option<(String, String)> {
        None
    }
    /// Makes true what something else needs of it, and what was not said of it.
    fn accept(&mut self, _fact: &Fact) {}
    /// The objects that it is there because of.
    fn origins(&self) -> Vec<Origin> {
        Vec::new()
    }
    /// Takes over from the live object what the declaration left open.
    fn adopt(&mut self, _live: &Self) {}
    /// Whether values that are there become those of another type; it then learns how, to what it is and back to the live one.
    fn becomes_another(&self, _live: &Self) -> bool {
        false
    }
    fn cross(&mut self, _live: &Self, _there: &Casts, _back: &Casts) {}
    /// Says what it has to say of how types convert; `gone`: takes it back.
    fn convert(&self, _casts: &mut Casts, _gone: bool) {}
    /// The column whose values it counts out.
    fn counts_for(&self) -> Option<Id> {
        None
    }
    /// Leaves its position, under a number, for what counts next.
    fn hand_over(&self, _number: usize) -> Option<Piece> {
        None
    }
    /// Goes on from a position that was left.
    fn take_over(&self, _number: usize) -> Option<Piece> {
        None
    }
    /// Goes on behind the values of the column, which are of this type.
    fn go_on_behind(&self, _ty: &Type) -> Option<Piece> {
        None
    }
    /// What it is a part of that only some projects manage.
    fn aspect(&self) -> Option<Aspect> {
        None
    }
    /// Stays as it is where no model says otherwise.
    fn stays(&self, _managed: &Managed) -> bool {
        false
    }
    /// Has an owner that can be another than that of what it belongs to.
    fn has_owner(&self) -> bool {
        false
    }
    /// The role that it makes the owner.
    fn owns(&self) -> Option<&Ident> {
        None
    }
    /// The role that has what it is part of because of it, its own or that of what it ties it to.
    fn hands_to(&self) -> Option<&Ident> {
        None
    }
    /// Takes the role that the statements run as, and the major version of the server that runs them.
    fn run_by(&mut self, _role: &Ident, _server: u32) {}
    /// Takes the owner of what it is attached to; `owner` is the role by the id of an ownership.
    fn heed(&mut self, _owner: &dyn Fn(&Id) -> Ident) {}
    /// Takes the owner of what it ties another to, where not both were and are of the role that the statements run as.
    fn held_by(&mut self, _owner: &dyn Fn(&Id, [&Id; 2]) -> Option<Ident>) {}
    /// What it gives comes to a new object at once, and changes after everything else.
    const GIVES: bool = false;
    /// What a new object has because of it, where it had `had` because of others.
    fn give(&self, _to: &Id, had: Option<Object>) -> Option<Object> {
        had
    }
    /// What comes with it that may have privileges and is no object of its own.
    fn brings(&self) -> Option<Id> {
        None
    }
    /// The same as it is where nobody has said anything.
    fn usual(&self) -> Option<Self> {
        None
    }
    /// An object that nobody declares and that a declaration implies, by the name that is needed.
    fn imply(_name: &Name) -> Option<Self> {
        None
    }
    /// Where a model file holds it: the section of the file, or of its parent's declaration.
    const SECTION: &'static str;
    /// The section and the part of its parent, which says it shortly with this family: its other children, and the object's own.
    fn inside(&self, _family: &[&Object]) -> Option<(&'static str, Part)> {
        None
    }
    /// The object in whose declaration its parent may stand.
    fn host(&self) -> Option<Id> {
        None
    }
    /// Its own declaration; `parts` are those of its children, by section.
    fn write(&self, parts: Parts) -> Part;
    /// What its declaration says of it alone, what says most of it first: by this two of a kind are alike.
    fn says(&self) -> Vec<(String, String)> {
        self.write(Parts::none()).says()
    }
    /// What its declaration says where others make the tables below it.
    fn unmanaged(&self) -> Option<(&'static str, Part)> {
        None
    }
    /// For what the server installs from files of its own: the version that is asked for, where one is.
    fn version(&self) -> Option<&str> {
        None
    }
    /// Whether creating it brings objects that nobody declares.
    const BRINGS_NAMES: bool = false;
    /// For a column: its table, and what a twin of the table needs to know.
    fn column(&self) -> Option<(&Qualified, ColumnShape)> {
        None
    }
    /// For a type or a collation: a copy in that schema, which can stand in for it where expressions are tried.
    fn stand_in(&self, _schema: &Ident) -> Option<Self> {
        None
    }
    /// Another object, that it may be attached to, got its name from a live one.
    fn follow(&mut self, _old: &Id, _new: &Id) {}
    /// Follows a rename of something that it mentions, or of itself.
    fn rename(&mut self, renames: &Renames);
    /// Names that it takes, each with those that it has by the templates, and by a server of this version, if nobody chooses.
    fn usual_names(&self, _naming: &Naming, _major: u32) -> Vec<(Name, Vec<Ident>)> {
        Vec::new()
    }
    /// What it gets another name together with: the same of what it inherits from.
    fn renamed_with(&self) -> Vec<Id> {
        Vec::new()
    }
    /// A copy under another name, where the last part of the id is a name of its own.
    fn named(&self, _name: &Ident) -> Option<Self> {
        None
    }
    fn alteration(old: &Self, new: &Self) -> Alteration;

    /// How it is written inside its parent's CREATE, where it can be; `elements` are those of its own children.
    fn element(&self, _elements: Vec<Sql>) -> Option<Sql> {
        None
    }
    /// `elements` are those of the children that fold into this statement.
    fn create(&self, elements: Vec<Sql>) -> Vec<Piece>;
    fn drop(&self) -> Vec<Piece>;
    /// In place, after [`Kind::alteration`] said that it can be.
    fn alter(old: &Self, new: &Self) -> Vec<Piece>;
    /// With `renamed` its new name.
    fn rename_sql(&self, renamed: &Self) -> Vec<Piece> {
        renames::statement(&self.id(), &renamed.id())
    }
    /// Through a second object of the same name, created with `elements`; `carried` takes each data holder over.
    fn swap(_old: &Self, _new: &Self, _elements: Vec<Sql>, _carried: Vec<Piece>) -> Vec<Piece> {
        Vec::new()
    }
    /// What a data holder does while something it requires is swapped.
    fn carry(&self, _carriage: &Carriage) -> Vec<Piece> {
        Vec::new()
    }
    /// What that costs, or why it cannot be and what to do about it.
    fn carrying(_old: &Self, _new: &Self, _carriage: &Carriage) -> Result<Vec<Hazard>, [String; 2]> {
        Ok(Vec::new())
    }
    /// A type over others, which itself is swapped where one of them is; what holds its values moves to it.
    const GOES_ALONG: bool = false;
    /// How what is of this type moves as one of those beneath it is swapped, or why it cannot.
    fn through(&self, carriage: &Carriage) -> Result<Carriage, [String; 2]> {
        Ok(carriage.clone())
    }
    /// Which values of the old one become which of the new one.
    fn replaced(_old: &Self, _new: &Self, _mapping: &Mapping) -> Values {
        Values::new()
    }
    /// What becomes of values as labels come and go; `used` where something holds them.
    fn relabelled(_old: &Self, _new: &Self, _mapping: &Mapping, _used: bool) -> Vec<Hazard> {
        Vec::new()
    }

    /// The same change in phases that others are not stopped by.
    fn online(_change: Change<&Self>, _ground: &Ground) -> Online {
        Online::Plain
    }

    /// The same change with the rows filled on its way, which goes on in phases; `children` are the statements of what folds into
    /// it, `validated` as [`Manner::Validated`]. `None`: no row has to be filled for it.
    fn filled(_: Change<&Self>, _: &Backfill, _: Vec<Piece>, _: &Ground, _: bool) -> Result<Option<Filled>> {
        Ok(None)
    }
    /// What of a filled column the change leaves as it is, where it takes back what filling it was for.
    fn unfilled(_change: Change<&Self>) -> Option<Hazard> {
        None
    }

    /// The op's name, Alembic's where Alembic has one.
    fn op(change: Change<&Self>) -> &'static str;
    fn hazards(change: Change<&Self>) -> Vec<Hazard>;
}
