//! A service that brings its database up to date when it starts, and does not serve an older one.
//!
//! ```console
//! $ DATABASE_URL=postgresql://app@localhost/shop cargo run --example embedded
//! ```

use std::error::Error;
use std::process::ExitCode;

use autogen::postgres::{Client, NoTls};
use autogen::runner::Progress;

/// The files of the folder, as they were when this was compiled.
static REVISIONS: autogen::Embedded = autogen::embed!("examples/shop/revisions");

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Box<dyn Error>> {
    let mut client = Client::connect(&std::env::var("DATABASE_URL")?, NoTls)?;
    // several that start at a time wait for each other
    REVISIONS.upgrade(&mut client, &mut |progress| match progress {
        Progress::Waiting { holder } => println!("waiting for {holder}"),
        Progress::Done { id, message, .. } => println!("applied {id}, {message}"),
        _ => {}
    })?;
    // all that a service needs where somebody else runs the revisions
    autogen::require_head(&mut client)?;
    println!("the database is at head");
    Ok(())
}
