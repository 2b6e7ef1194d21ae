//! Where does a test get a PostgreSQL that is nobody's?
//!
//! From DATABASE_URL (or DATABASE_URL_DIRECT, which goes first), where the environment names one: then each [`Database`] is
//! made on that server and dropped with the value. Else from a private server that is started once for each process that tests.
//! Invariants: the database that the address itself names is never written to, only connected to; and nothing stays behind:
//! the private server ends with the process, its folder is removed when the process exits, and what a killed process left of it is
//! removed by the next one. On the server of DATABASE_URL nobody can tell such a database from one at work elsewhere: it stays.

use std::env;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use postgres::Client;

use super::private::{self, Server};
use super::url;
use crate::config::Config;
use crate::connect::{self, Address};
use crate::error::{Error, Result};
use crate::name::Ident;
use crate::sql::quote_literal;

/// An empty database for a test, dropped with the value.
///
/// ```
/// let database = autogen::testing::database()?;
/// let mut client = database.connect()?;
/// client.batch_execute("CREATE TABLE tasks (id bigint)")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
    address: Address,
    /// The database that it was made from.
    maker: Address,
}

/// An empty database of its own.
pub fn database() -> Result<Database> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let (maker_url, source) = server_url()?;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    // an id of a process is one machine's
    let name = format!("autogen_test_{}_{number}_{:08x}", std::process::id(), private::random());
    let url = url::with_database(&maker_url, &name);
    let (maker, address) = (address(&maker_url, source)?, address(&url, source)?);
    if address.database != name || maker.database == name || address.hosts != maker.hosts {
        return Err(Error::new(format!("it is not clear how {source} would name another database"))
            .hint("write it as postgresql://user@host:5432/database"));
    }
    let mut client = maker.connect()?;
    let statement = format!("CREATE DATABASE {} TEMPLATE template0", Ident::new(name.as_str()));
    client.batch_execute(&statement).map_err(|cause| {
        let error = connect::server_error("cannot make a database for the test", &cause);
        match source {
            PRIVATE => error,
            _ => error.hint(format!(
                "the role of {source} needs the right CREATEDB; without {source}, a private server is started"
            )),
        }
    })?;
    Ok(Database { name, url, address, maker })
}

impl Database {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For whatever else connects to it.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn connect(&self) -> Result<Client> {
        self.address.connect()
    }

    pub(super) fn address(&self) -> Address {
        self.address.clone()
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", Ident::new(self.name.as_str()));
        let dropped = self.maker.connect().map(|mut client| client.batch_execute(&statement));
        // whoever fails already has something else to say
        if !std::thread::panicking()
            && let Ok(Err(cause)) = dropped
        {
            panic!("{}", connect::server_error(&format!("cannot drop the test's database {}", self.name), &cause));
        }
    }
}

/// Makes these roles on the private server, where they are not there yet: a server that DATABASE_URL names has its own.
pub fn with_roles(names: &[&str]) -> Result<()> {
    let (url, source) = server_url()?;
    if source != PRIVATE {
        return Ok(());
    }
    let mut client = address(&url, source)?.connect()?;
    for name in names {
        let role = Ident::checked(name).map_err(|why| Error::new(format!("{name} is no name of a role: {why}")))?;
        // tests run beside each other
        let statement = format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {}) THEN CREATE ROLE {role}; END IF; \
             EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
            quote_literal(name)
        );
        client.batch_execute(&statement).map_err(|cause| connect::server_error("cannot make the role", &cause))?;
    }
    Ok(())
}

const PRIVATE: &str = "the private server of the tests";

/// A database to make others from, and where it was named.
fn server_url() -> Result<(String, &'static str)> {
    let named = |name| Some((env::var(name).ok().filter(|url| !url.trim().is_empty())?, name));
    match ["DATABASE_URL_DIRECT", "DATABASE_URL"].into_iter().find_map(named) {
        Some(found) => Ok(found),
        None => Ok((private_url()?, PRIVATE)),
    }
}

/// With nothing out of any project's folder.
fn address(url: &str, source: &str) -> Result<Address> {
    Address::given(url, source, &Config::defaults(Path::new(""))?)
}

/// A failure is kept too: every test would otherwise wait for it anew.
static SERVER: Mutex<Option<Result<Server>>> = Mutex::new(None);

fn server() -> MutexGuard<'static, Option<Result<Server>>> {
    SERVER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn private_url() -> Result<String> {
    let mut server = server();
    let server = server.get_or_insert_with(|| {
        private::at_exit(clean_up);
        Server::start()
    });
    server.as_ref().map(|server| server.url("postgres")).map_err(Clone::clone)
}

/// A static is never dropped.
extern "C" fn clean_up() {
    // a thread that was stopped in the middle of a start would be waited for without end
    let Ok(mut server) = SERVER.try_lock() else { return };
    if let Some(Ok(server)) = server.take() {
        server.end();
    }
}
