//! How does a project's own command run around ours?
//!
//! Without a shell, in the project's folder. Invariants: what it prints goes to stderr, since stdout is for results; a
//! password reaches it in its environment alone; a signal that would end us ends it too, and is not taken for its failure.

use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::config::{Config, Hook};
use crate::connect::Address;
use crate::error::{Error, Exit, Result};
use crate::runner::{Intended, Interrupt};

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

/// How often to look whether it has ended.
const POLL: Duration = Duration::from_millis(20);

/// Ctrl-C reaches every command on the terminal, which then needs no second signal from us.
const BY_ITSELF: Duration = Duration::from_millis(500);

/// Runs it and waits for its end; a failure is an error that names the hook and its command.
pub fn run(hook: &str, command: &Hook, config: &Config, around: &Surroundings, interrupt: &Interrupt) -> Result<()> {
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
    let _working = interrupt.work();
    let mut child = child.spawn().map_err(|cause| failed(format!("it cannot be started: {cause}")))?;
    let status =
        end(&mut child, interrupt).map_err(|cause| failed(format!("it is not known how it ended: {cause}")))?;
    if !status.success() {
        // the same Ctrl-C may be known there before it is here
        std::thread::sleep(POLL);
    }
    match interrupt.signal() {
        Some(signal) => Err(Error::new(format!("interrupted while the hook {hook} ran")).exit(Exit::Signal(signal))),
        None if status.success() => Ok(()),
        None => Err(failed(status.to_string())),
    }
}

/// Waits for its end, and passes on the signal that came meanwhile.
fn end(child: &mut Child, interrupt: &Interrupt) -> std::io::Result<ExitStatus> {
    let mut interrupted = None;
    let mut told = false;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let (Some(signal), false) = (interrupt.signal(), told) {
            let since = *interrupted.get_or_insert_with(Instant::now);
            told = since.elapsed() >= BY_ITSELF;
            if told {
                pass_on(child, signal);
            }
        }
        std::thread::sleep(POLL);
    }
}

#[cfg(unix)]
fn pass_on(child: &mut Child, signal: i32) {
    let Ok(pid) = libc::pid_t::try_from(child.id()) else { return };
    // SAFETY: a plain system call; the process has not been waited for, so that its number is still its own
    unsafe { libc::kill(pid, signal) };
}

#[cfg(not(unix))]
fn pass_on(child: &mut Child, _signal: i32) {
    let _ = child.kill();
}
