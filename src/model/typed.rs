//! What does a Rust type of the program itself declare?
//!
//! The macros of the same names implement these traits; the command line reads the same from the source without compiling it.

pub use autogen_structs::Declaration;
use autogen_structs::Entry;

/// A struct that declares a table, or, without fields, what a database has beside tables; or an enum type.
///
/// ```
/// use autogen::{Model, ModelEnum};
///
/// #[derive(Model)]
/// #[model(table = "tasks", comment = "What people have to do")]
/// #[model(index(name = "ix_tasks_open", columns = [title], where = "state <> 'done'"))]
/// pub struct Task {
///     #[model(primary_key, identity)]
///     pub id: i64,
///     #[model(max_length = 200)]
///     pub title: String,
///     pub description: Option<String>,
///     #[model(default = "'open'")]
///     pub state: State,
/// }
///
/// #[derive(ModelEnum)]
/// pub enum State {
///     Open,
///     Done,
/// }
///
/// assert_eq!(Task::declaration().document, Task::declaration().document);
/// ```
#[diagnostic::on_unimplemented(
    message = "{Self} is no model",
    note = "a table is a struct with #[derive(Model)], an enum type an enum with #[derive(ModelEnum)]"
)]
pub trait Model {
    fn declaration() -> Declaration;
}

/// An enum type, which columns can be of.
#[diagnostic::on_unimplemented(
    message = "the Rust type {Self} stands for no PostgreSQL type that is known here",
    note = "say it with #[model(type = \"…\")]; an enum of the models derives ModelEnum"
)]
pub trait ModelEnum: Model {
    /// As it is declared: `priority`, `audit.level`.
    const NAME: &'static str;
}

/// Columns that structs have by `#[model(flatten)]`.
#[diagnostic::on_unimplemented(
    message = "{Self} is no mixin",
    note = "what is flattened is a struct with #[derive(Model)] and #[model(mixin)]"
)]
pub trait Mixin {
    fn columns() -> Vec<Entry>;
}
