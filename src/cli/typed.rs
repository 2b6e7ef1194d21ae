//! What does a person type who is asked something?

use std::io::{IsTerminal, Write};

use crate::error::{Error, Exit, Result};
use crate::runner::Interrupt;

/// Whether there is anybody to ask.
pub fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// A line, which a signal ends too; `None` at the end of the input.
pub fn line(question: &str, interrupt: &Interrupt) -> Result<Option<String>> {
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{question}");
    let _ = stderr.flush();
    while !readable() {
        if let Some(signal) = interrupt.signal() {
            let _ = writeln!(stderr);
            return Err(Error::new("stopped before anything was done").exit(Exit::Signal(signal)));
        }
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    let count = read.map_err(|cause| Error::io("read from", "the terminal".as_ref(), &cause))?;
    if count == 0 {
        let _ = writeln!(stderr);
    }
    Ok((count > 0).then(|| line.trim().to_owned()))
}

/// Whether a line has been typed, after waiting a moment for it.
#[cfg(unix)]
fn readable() -> bool {
    let mut stdin = libc::pollfd { fd: libc::STDIN_FILENO, events: libc::POLLIN, revents: 0 };
    // SAFETY: the pointer is to one live local
    unsafe { libc::poll(&mut stdin, 1, 100) > 0 }
}

#[cfg(not(unix))]
fn readable() -> bool {
    true
}
