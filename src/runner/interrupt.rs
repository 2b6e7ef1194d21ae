//! What happens when somebody presses Ctrl-C, or the process is asked to end, while a statement runs?
//!
//! Invariant: a first signal cancels the statement on the server, so that the runner can roll back and say where the
//! database stands; a second one of the same kind ends the process at once. While no runner is at work the process dies of
//! the signal as if nobody had looked at it. The signal's handler itself does nothing but write one byte to a pipe.

use std::io;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use postgres::tls::MakeTlsConnect;
use postgres::{Client, Socket};

/// Asks the server to cancel what runs on one connection.
pub type Cancel = Arc<dyn Fn() + Send + Sync>;

/// The way to cancel what runs on `client`; `tls` is what the connection was made with.
pub fn canceller<T>(client: &Client, tls: T) -> Cancel
where
    T: MakeTlsConnect<Socket> + Clone + Send + Sync + 'static,
{
    let token = client.cancel_token();
    // a server that cannot be reached cannot be asked; the broken connection then shows by itself
    Arc::new(move || drop(token.cancel_query(tls.clone())))
}

/// Whether the work is to stop. Clones are one and the same.
#[derive(Clone, Default)]
pub struct Interrupt {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// 0: none yet.
    signal: AtomicI32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    runners: usize,
    cancel: Option<Cancel>,
}

impl std::fmt::Debug for Interrupt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interrupt").field("signal", &self.signal()).finish()
    }
}

/// A cancelled statement may have begun just after the request to cancel it, so the request is made again.
const AGAIN: Duration = Duration::from_millis(300);

impl Interrupt {
    /// Listens to SIGINT and SIGTERM from now on; a second call gives the same interrupt.
    #[cfg(unix)]
    pub fn install() -> io::Result<Self> {
        static INSTALLED: OnceLock<Interrupt> = OnceLock::new();
        if let Some(installed) = INSTALLED.get() {
            return Ok(installed.clone());
        }
        let interrupt = Self::default();
        let signals = unix::listen()?;
        let watcher = interrupt.clone();
        std::thread::Builder::new().name("signals".into()).spawn(move || unix::watch(signals, &watcher))?;
        Ok(INSTALLED.get_or_init(|| interrupt).clone())
    }

    /// Signals end the process at once, as they do without this.
    #[cfg(not(unix))]
    pub fn install() -> io::Result<Self> {
        Ok(Self::default())
    }

    /// As if the signal had come. Gives back whether a runner is at work that will stop because of it.
    pub fn raise(&self, signal: i32) -> bool {
        if self.state().runners == 0 {
            return false;
        }
        self.shared.signal.store(signal, Ordering::SeqCst);
        let shared = Arc::downgrade(&self.shared);
        std::thread::spawn(move || {
            while let Some(interrupt) = shared.upgrade().map(|shared| Self { shared }) {
                let state = interrupt.state();
                if state.runners == 0 {
                    return;
                }
                // under the lock, so that no request is made once the statement has ended
                state.cancel.iter().for_each(|cancel| cancel());
                drop(state);
                drop(interrupt);
                std::thread::sleep(AGAIN);
            }
        });
        true
    }

    /// The signal that came.
    pub fn signal(&self) -> Option<i32> {
        Some(self.shared.signal.load(Ordering::SeqCst)).filter(|signal| *signal != 0)
    }

    /// Says that a runner is at work, until the value is dropped.
    pub fn work(&self) -> Work {
        self.state().runners += 1;
        Work { interrupt: self.clone() }
    }

    /// Says that a statement runs, until the value is dropped.
    pub(super) fn statement(&self, cancel: Option<&Cancel>) -> Running<'_> {
        self.state().cancel = cancel.cloned();
        Running { interrupt: self }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Work {
    interrupt: Interrupt,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.interrupt.state().runners -= 1;
    }
}

pub(super) struct Running<'a> {
    interrupt: &'a Interrupt,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.interrupt.state().cancel = None;
    }
}

/// `SIGINT`, for messages.
pub(super) fn name(signal: i32) -> String {
    match signal {
        libc::SIGINT => "SIGINT".into(),
        libc::SIGTERM => "SIGTERM".into(),
        other => format!("signal {other}"),
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{self, Read};
    use std::os::fd::{IntoRawFd, OwnedFd};
    use std::sync::atomic::{AtomicI32, Ordering};

    use super::Interrupt;

    /// The end of the pipe that the handler writes to.
    static PIPE: AtomicI32 = AtomicI32::new(-1);

    /// Async-signal-safe: an atomic load and `write`, which leaves errno alone when it succeeds, as on an empty pipe it does.
    extern "C" fn handle(signal: libc::c_int) {
        let byte = signal as u8;
        // SAFETY: the pipe is never closed, and one byte is read from a live local
        unsafe { libc::write(PIPE.load(Ordering::Relaxed), (&raw const byte).cast(), 1) };
    }

    /// The end of a pipe that gives one byte for each signal.
    pub fn listen() -> io::Result<File> {
        let (reader, writer) = io::pipe()?;
        PIPE.store(OwnedFd::from(writer).into_raw_fd(), Ordering::SeqCst);
        for signal in [libc::SIGINT, libc::SIGTERM] {
            // SAFETY: all-zero bytes are a valid `sigaction`, and every pointer is to a live local or null
            let status = unsafe {
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = handle as *const () as libc::sighandler_t;
                // a second signal finds the default again, which ends the process
                action.sa_flags = libc::SA_RESTART | libc::SA_RESETHAND;
                libc::sigemptyset(&mut action.sa_mask);
                libc::sigaction(signal, &action, std::ptr::null_mut())
            };
            if status != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(File::from(OwnedFd::from(reader)))
    }

    pub fn watch(mut signals: File, interrupt: &Interrupt) {
        let mut byte = [0];
        while signals.read_exact(&mut byte).is_ok() {
            let signal = libc::c_int::from(byte[0]);
            if !interrupt.raise(signal) {
                // SAFETY: plain system calls; the handler has been reset, so that this is what ends the process
                unsafe { libc::kill(libc::getpid(), signal) };
            }
        }
    }
}
