//! The tour of `schema/`, as a Rust service has it: the same tables, each a struct that the service works with.
//!
//! `autogen` reads these files without compiling them; `mod schema;` makes them a module of the service. Everything is NOT
//! NULL unless its type is an `Option`, and a field says in `#[model(…)]` what its type does not say.

mod audit;
mod conversations;
mod metrics;
mod tags;
mod tasks;
mod users;

pub use audit::*;
pub use conversations::*;
pub use metrics::*;
pub use tags::*;
pub use tasks::*;
pub use users::*;
