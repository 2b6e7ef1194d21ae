//! Compares declarative models with a live PostgreSQL and writes the migration between them as a reviewed revision file.
#![doc = include_str!("lib.md")]

pub mod candidates;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod connect;
pub mod diff;
pub mod draft;
mod duration;
pub mod embedded;
pub mod error;
mod hex;
pub mod intent;
pub mod introspect;
pub mod json_schema;
pub mod kind;
pub mod lex;
pub mod model;
pub mod name;
pub mod normal;
pub mod ours;
pub mod parts;
pub mod plan;
pub mod project;
pub mod render;
pub mod revision;
mod rewrite;
pub mod runner;
pub mod spanned;
pub mod sql;
pub mod testing;

pub use autogen_derive::{Model, ModelEnum, embed};
pub use error::{Error, Result};
pub use model::{Mixin, Model, ModelEnum};
pub use project::{Embedded, Project, Session, require_head};
pub use {autogen_structs as structs, inventory, postgres};
