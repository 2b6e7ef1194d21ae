//! What do Rust structs declare of a database?
