//! The models, which the command line reads from the same file.

#[path = "../schema/tasks.rs"]
pub mod tasks;
