//! How does a project's own command run around ours?
//!
//! Without a shell, in the project's folder. Invariants: what it prints goes to stderr, since stdout is for results; a
//! password reaches it in its environment alone.

use std::process::{Command, Stdio};

use crate::config::{Config, Hook};
use crate::connect::Address;
use crate::error::{Error, Result};
use crate::runner::Intended;

/// What a command finds in its environment.
pub struct Surroundings(Vec<(&'static str, String)>);

impl Surroundings {
    /// The database, in libpq's variables, and what is about to happen to it.
    pub fn of(address: &Address, intended: &Intended) -> Self {
        let mut all = address.environment();
        let losses: Vec<String> = intended.losses.iter().map(ToString::to_string).collect();
        all.extend([
            ("AUTOGEN_DIRECTION", intended.direction.word().to_owned()),
            ("AUTOGEN_REVISIONS", intended.ids.join(" ")),
            ("AUTOGEN_FROM", intended.from.join(" ")),
            ("AUTOGEN_TO", intended.to.join(" ")),
            ("AUTOGEN_LOSSES", losses.join("\n")),
        ]);
        Self(all)
    }
}

/// Runs it and waits for its end; a failure is an error that names the hook and its command.
pub fn run(hook: &str, command: &Hook, config: &Config, around: &Surroundings) -> Result<()> {
    let failed = |why: String| {
        Error::new(format!("the hook {hook} failed: {why}"))
            .detail(format!("its command: {}", command.0.join(" ")))
            .hint(format!("run the command by hand, or correct hooks.{hook} of {}", config.file.display()))
    };
    let Some((program, arguments)) = command.0.split_first() else { return Ok(()) };
    let mut child = Command::new(program);
    child.args(arguments).current_dir(&config.root).stdin(Stdio::null()).stdout(std::io::stderr());
    // what the database's own variables say must not be mixed with what the surroundings say
    for name in [
        "PGHOSTADDR",
        "PGSERVICE",
        "PGPASSFILE",
        "PGPASSWORD",
        "PGOPTIONS",
        "PGSSLROOTCERT",
        "PGSSLCERT",
        "PGSSLKEY",
        "PGSSLNEGOTIATION",
        "PGCHANNELBINDING",
    ] {
        child.env_remove(name);
    }
    child.envs(around.0.iter().map(|(name, value)| (name, value)));
    let status = child.status().map_err(|cause| failed(format!("it cannot be started: {cause}")))?;
    match status.success() {
        true => Ok(()),
        false => Err(failed(status.to_string())),
    }
}
