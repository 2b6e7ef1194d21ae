//! Compares declarative models with a live PostgreSQL and writes the migration between them as a reviewed revision file.

pub mod catalog;
pub mod diff;
pub mod error;
pub mod lex;
pub mod intent;
pub mod kind;
pub mod name;
pub mod plan;
pub mod rewrite;
pub mod sql;

pub use error::{Error, Result};
