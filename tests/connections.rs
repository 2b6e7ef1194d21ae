//! How does the program come to a session: over TLS, with libpq's variables and password file, past a server that is still
//! starting, and through a pooler?
//!
//! The servers are real: a PostgreSQL that listens on a port and shows the certificates that the tests make, and a PgBouncer
//! in transaction mode.

#[path = "connections/certificates.rs"]
mod certificates;
#[path = "support/command.rs"]
mod command;
#[path = "connections/late.rs"]
mod late;
#[path = "connections/pgbouncer.rs"]
mod pgbouncer;
#[path = "connections/pooler.rs"]
mod pooler;
#[path = "connections/processes.rs"]
mod processes;
#[path = "support/server.rs"]
mod server;
#[path = "connections/surroundings.rs"]
mod surroundings;
#[path = "connections/tcp.rs"]
mod tcp;
#[path = "connections/tls.rs"]
mod tls;
