//! A service that carries its revisions.

use autogen::postgres::{Client, NoTls};

static REVISIONS: autogen::Embedded = autogen::embed!("revisions");

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut client = Client::connect(&std::env::var("DATABASE_URL")?, NoTls)?;
    if let Err(error) = autogen::require_head(&mut client) {
        println!("{error}");
        REVISIONS.upgrade(&mut client, &mut |_| ())?;
    }
    autogen::require_head(&mut client)?;
    println!("at head");
    Ok(())
}
