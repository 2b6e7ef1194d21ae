//! In which state is the session when a file's statement, or the bookkeeping, runs?
//!
//! Invariants: each revision (through a pooler, each transaction) begins with the pinned settings and the role of the
//! log-in, whatever the one before it did; the
//! bookkeeping is written under settings of its own that end with its transaction, so that a `SET` in a file holds from one
//! step to the next.

use postgres::error::SqlState;
use postgres::{Client, SimpleQueryMessage};

use super::Options;

type Done<T = ()> = Result<T, postgres::Error>;

/// The session as a revision finds it. Through a pooler there is none: [`begin`] does it for each transaction.
pub(super) fn reset(client: &mut Client, options: &Options) -> Done {
    if options.keeper.is_some() {
        return Ok(());
    }
    client.batch_execute(&reset_sql(&options.pin))
}

pub(super) fn reset_sql(pin: &str) -> String {
    format!("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL;\n{pin}")
}

/// Begins a transaction for statements of a file; more may follow in the same message. Nothing in it takes a snapshot.
pub(super) fn begin(options: &Options) -> String {
    match &options.keeper {
        Some(keeper) => format!("BEGIN;\n{}{};\n", options.pin, keeper.mark()),
        None => "BEGIN;\n".into(),
    }
}

/// Asks something that depends on the settings of a file's statements. No transaction is open.
pub(super) fn asked<T>(client: &mut Client, options: &Options, ask: impl FnOnce(&mut Client) -> Done<T>) -> Done<T> {
    if options.keeper.is_none() {
        return ask(client);
    }
    client.batch_execute(&begin(options))?;
    let answer = ask(client);
    client.batch_execute("ROLLBACK")?;
    answer
}

/// Ends whatever a failure left open. Best effort: where it fails too, the next statement says why.
pub(super) fn settle(client: &mut Client, options: &Options) {
    // a request to cancel may arrive late and meet these statements instead
    for _ in 0..3 {
        match client.batch_execute("ROLLBACK").and_then(|()| reset(client, options)) {
            Err(cause) if cause.code() == Some(&SqlState::QUERY_CANCELED) => {}
            _ => return,
        }
    }
}

/// Within a transaction: makes the rest of it the bookkeeping's, whatever role, path or time limit a file has set.
pub(super) fn bookkeeping(client: &mut Client) -> Done {
    client.batch_execute(BOOKKEEPING)
}

pub(super) const BOOKKEEPING: &str = "SET LOCAL SESSION AUTHORIZATION DEFAULT; SET LOCAL role TO DEFAULT; \
    SET LOCAL search_path = pg_catalog; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0";

/// The number of the transaction that is open; a new number each time where none is.
pub(super) fn transaction(client: &mut Client) -> Done<String> {
    first_value(client, "SELECT pg_catalog.txid_current()")
}

/// Whether no transaction is open: only then does a transaction begin with the statement.
pub(super) fn is_idle(client: &mut Client) -> Done<bool> {
    let sql = "SELECT pg_catalog.transaction_timestamp() OPERATOR(pg_catalog.=) pg_catalog.statement_timestamp()";
    Ok(first_value(client, sql)? == "t")
}

/// The first value that the server gives back; empty where there is none.
pub(super) fn first_value(client: &mut Client, sql: &str) -> Done<String> {
    let messages = client.simple_query(sql)?;
    let value = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok(value.unwrap_or_default())
}
