//! What does bad input lead to?
//!
//! Each item is a test: one clear error with its place, what to do about it, the exit code, and nothing changed in folder
//! or database. `snapshots/bad_input__*` holds what is said.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

#[path = "bad_input/config.rs"]
mod config;
#[path = "bad_input/files.rs"]
mod files;
#[path = "bad_input/hostile.rs"]
mod hostile;
#[path = "bad_input/models.rs"]
mod models;
#[path = "bad_input/revisions.rs"]
mod revisions;
#[path = "bad_input/servers.rs"]
mod servers;
#[path = "bad_input/statements.rs"]
mod statements;
#[path = "bad_input/surroundings.rs"]
mod surroundings;
