//! `autogen db`: the private PostgreSQL of a project.

use std::process::Command;

use super::args::{Db, Global};
use super::output::Output;
use super::session;
use crate::embedded::{self, Cluster, INSTALLED_BY_DEFAULT};
use crate::error::{Error, Result};

pub fn db(global: &Global, command: Db, output: Output) -> Result<u8> {
    if let Db::Install { major } = command {
        let mut say = |text: &str| output.say(text);
        let binaries = embedded::install(major.unwrap_or(INSTALLED_BY_DEFAULT), &mut say)?;
        output.result(&binaries.dir.display().to_string());
        return Ok(0);
    }
    let config = session::config(global)?;
    let home = config.root.join(".autogen").join("postgres");
    match command {
        Db::Start => {
            let binaries = embedded::find_and_say(None, &mut |line| output.say(line))?;
            let cluster = Cluster::open_detached(&home, &binaries)?;
            cluster.create_database(session::EMBEDDED_DATABASE)?;
            output.say("the private PostgreSQL is running; `autogen db stop` stops it");
            output.result(&cluster.url(session::EMBEDDED_DATABASE));
        }
        Db::Stop => match embedded::stop_running(&home)? {
            true => output.say("stopped"),
            false => output.say("it was not running"),
        },
        Db::Reset => match embedded::reset(&home)? {
            true => output.say("stopped and deleted; the next command begins anew"),
            false => output.say("there was nothing to delete"),
        },
        Db::Psql { args } => return psql(&config, &args, output),
        Db::Install { .. } => {}
    }
    Ok(0)
}

/// Leaves the terminal to psql while the server runs.
fn psql(config: &crate::config::Config, args: &[String], output: Output) -> Result<u8> {
    let cluster = session::private(config, &output.tell())?;
    let status = Command::new("psql")
        .arg("--host")
        .arg(cluster.socket_dir())
        .args(["--username", "postgres", "--dbname", session::EMBEDDED_DATABASE])
        .args(args)
        .status()
        .map_err(|cause| {
            Error::new(format!("cannot run psql: {cause}"))
                .hint("install PostgreSQL's client (Debian: apt-get install postgresql-client)")
        })?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(2))
}
