//! What do Rust structs declare of a database?
//!
//! [`file()`] reads a Rust file without compiling it, [`item()`] reads one item as a derive macro sees it; both are one reader, so
//! that the command line and the compiler cannot come to differ. What it makes is the tree that a YAML model file
//! has: a key of YAML is an attribute, and what it means is decided where YAML is read.

mod attribute;
mod declaration;
mod error;
mod field;
mod file;
mod form;
mod item;
mod keys;
mod labels;
mod name;
mod rust_type;
mod tree;

pub use declaration::{Declaration, Statement, resolve};
pub use error::Error;
pub use file::file;
pub use item::{Column, Derive, Item, Kind, item};
pub use labels::{RULES, label};
pub use name::{is_builtin, snake_case, sql_type};
pub use rust_type::TYPES;
pub use tree::{At, Entry, Node, Value};
