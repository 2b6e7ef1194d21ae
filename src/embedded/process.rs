//! How is a program started so that it ends with us?
//!
//! Invariant: a child made by [`tied`] gets its signal when the thread that spawned it ends, for whatever reason, even
//! when that happens before the child could ask for it. Only Linux can promise that (`PR_SET_PDEATHSIG`); elsewhere the
//! next [`super::Cluster::open`] finds the orphan and stops it.

use std::ffi::c_int;
use std::os::fd::RawFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::account::Account;

/// `program` as the account, in a folder that every account can be in, without the settings meant for clients: `PGPORT`,
/// `PGDATA` and `PGOPTIONS` mean something to the server too.
pub(super) fn command(program: &Path, account: Account) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
        command.env_remove(name);
    }
    // one time zone and one language, whoever makes the cluster
    command.env("TZ", "UTC").env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
    account.apply(&mut command);
    command
}

/// The child gets `signal` when the spawning thread ends.
pub(super) fn tied(command: &mut Command, signal: c_int) {
    #[cfg(target_os = "linux")]
    {
        let parent = std::process::id();
        // SAFETY: between fork and exec only functions that signal-safety(7) allows; std has switched the user before,
        // which would have reset the death signal
        unsafe {
            command.pre_exec(move || {
                // a shell's background job ignores SIGINT, and a program that has not set its own handler yet inherits that
                libc::signal(signal, libc::SIG_DFL);
                if libc::prctl(libc::PR_SET_PDEATHSIG, signal as libc::c_ulong, 0, 0, 0) == -1 {
                    return Err(std::io::Error::last_os_error());
                }
                if libc::getppid() as u32 != parent {
                    return Err(std::io::Error::from_raw_os_error(libc::ESRCH));
                }
                Ok(())
            });
        }
        // Ctrl-C is for us: we stop the server when we are done with it
        command.process_group(0);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (command, signal);
}

/// The child goes on when we and our terminal are gone.
pub(super) fn detached(command: &mut Command) {
    // SAFETY: setsid is allowed between fork and exec
    unsafe {
        command.pre_exec(|| if libc::setsid() == -1 { Err(std::io::Error::last_os_error()) } else { Ok(()) });
    }
}

/// The child keeps the file open, and with it the lock on it.
pub(super) fn inherits(command: &mut Command, file: RawFd) {
    // SAFETY: fcntl is allowed between fork and exec, and the caller keeps the file open until the child is spawned
    unsafe {
        command.pre_exec(move || {
            if libc::fcntl(file, libc::F_SETFD, 0) == -1 { Err(std::io::Error::last_os_error()) } else { Ok(()) }
        });
    }
}

/// One that is gone already needs no signal.
pub(super) fn send(pid: i32, signal: c_int) {
    // SAFETY: kill touches no memory of ours; callers pass only ids above 1, so never a group or everyone
    unsafe { libc::kill(pid, signal) };
}
