//! How does a test start a server that ends with it, as a user that such servers accept?

use std::ffi::c_int;
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// The user and group for servers that refuse root; `None`: our own will do.
pub fn account() -> Option<(u32, u32)> {
    // SAFETY: geteuid takes nothing and cannot fail
    if unsafe { libc::geteuid() } != 0 {
        return None;
    }
    let text = std::fs::read_to_string("/etc/passwd").unwrap();
    let line = |name: &str| text.lines().find(|line| line.starts_with(&format!("{name}:"))).map(str::to_owned);
    let line = line("postgres").or_else(|| line("nobody")).expect("a user that is not root");
    let number = |at: usize| line.split(':').nth(at).unwrap().parse().unwrap();
    Some((number(2), number(3)))
}

/// Gives a file or folder to that user.
pub fn own(path: &Path) {
    if let Some((user, group)) = account() {
        std::os::unix::fs::chown(path, Some(user), Some(group)).unwrap();
    }
}

pub fn folder(path: &Path) {
    std::fs::create_dir_all(path).unwrap();
    own(path);
}

/// A program as that user, with nothing of our surroundings, that says what it has to say into a file.
pub fn program(path: &Path, log: &Path) -> Command {
    let mut command = Command::new(path);
    let file = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC").env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.current_dir("/").stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
    if let Some((user, group)) = account() {
        command.uid(user).gid(group);
    }
    command
}

/// Runs it until this process ends. The death signal comes when the thread that spawned it ends, so one waits for ever.
pub fn keep(mut command: Command, signal: c_int) -> u32 {
    #[cfg(target_os = "linux")]
    // SAFETY: prctl is allowed between fork and exec
    unsafe {
        command.pre_exec(move || {
            libc::prctl(libc::PR_SET_PDEATHSIG, signal as libc::c_ulong, 0, 0, 0);
            Ok(())
        });
    }
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut child: Child = command.spawn().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
        sender.send(child.id()).unwrap();
        let _ = child.wait();
    });
    receiver.recv().unwrap()
}

/// A port that nobody listens on.
pub fn port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until something is so, with what to show when it never is.
pub fn until(what: &str, log: &Path, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        let said = || std::fs::read_to_string(log).unwrap_or_default();
        assert!(began.elapsed() < Duration::from_secs(60), "{what}\n{}", said());
        std::thread::sleep(Duration::from_millis(10));
    }
}

pub fn listens(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}
