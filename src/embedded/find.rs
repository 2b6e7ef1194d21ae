//! Which PostgreSQL programs does this machine have?
//!
//! Invariant: what is returned has been run once (`postgres --version`), and can be run by the user that the server will
//! run as. Looking changes nothing, with one exception: where `CI=true` and nothing is found, a copy is installed.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::install::{self, INSTALLED_BY_DEFAULT};
use super::{Binaries, place};
use crate::error::{Error, Result};

/// Older ones lack what autogen reads or writes. `AUTOGEN_PG_BIN` may still name one.
const OLDEST: u32 = 13;

/// Finds `initdb` and `postgres`: those of `AUTOGEN_PG_BIN`; else the first of the preferred major version, else the
/// first of any, among PATH, `pg_config --bindir`, the usual folders (newest first) and the cache.
pub fn find(preferred_major: Option<u32>) -> Result<Binaries> {
    find_and_say(preferred_major, &mut |_| {})
}

/// The same, and says what an installation says.
pub fn find_and_say(preferred_major: Option<u32>, say: &mut dyn FnMut(&str)) -> Result<Binaries> {
    let account = Account::current()?;
    if let Some(dir) = std::env::var_os("AUTOGEN_PG_BIN").filter(|dir| !dir.is_empty()) {
        return named(Path::new(&dir), account);
    }
    let found = search(&Surroundings::here(account), preferred_major, account);
    if let Some(binaries) = found {
        return Ok(binaries);
    }
    if std::env::var_os("CI").is_some_and(|value| value == "true") {
        return install::install(preferred_major.unwrap_or(INSTALLED_BY_DEFAULT), say);
    }
    Err(how_to_get_one(Error::new("no PostgreSQL programs (initdb, postgres) on this machine"))
        .hint("or let autogen fetch a private copy: `autogen db install`")
        .hint("or set DATABASE_URL to a server that you have"))
}

/// What the search looks at, apart from the files.
struct Surroundings {
    path: OsString,
    /// Before the absolute folders; empty outside tests.
    root: PathBuf,
    cache: Option<PathBuf>,
    home: Option<PathBuf>,
}

impl Surroundings {
    fn here(account: Account) -> Self {
        Self {
            path: std::env::var_os("PATH").unwrap_or_default(),
            root: PathBuf::from("/"),
            cache: place::cache(account).ok(),
            home: std::env::var_os("HOME").map(PathBuf::from),
        }
    }
}

fn search(around: &Surroundings, preferred: Option<u32>, account: Account) -> Option<Binaries> {
    let mut first = None;
    for dir in candidates(around, preferred) {
        let Some(binaries) = usable(&dir, account) else { continue };
        if preferred.is_none_or(|major| major == binaries.major) {
            return Some(binaries);
        }
        first = first.or(Some(binaries));
    }
    first
}

fn candidates(around: &Surroundings, preferred: Option<u32>) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for dir in std::env::split_paths(&around.path).filter(|dir| dir.is_absolute()) {
        found.extend(followed(&dir));
        found.extend(said_by_pg_config(&dir));
    }
    let absolute = |folder: &str| around.root.join(folder);
    let mut usual = Vec::new();
    for (folder, prefix, suffix) in [
        ("usr/lib/postgresql", "", "bin"),
        ("usr", "pgsql-", "bin"),
        ("usr/libexec", "postgresql", ""),
        ("opt/homebrew/opt", "postgresql@", "bin"),
        ("usr/local/opt", "postgresql@", "bin"),
        ("home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
        ("Applications/Postgres.app/Contents/Versions", "", "bin"),
    ] {
        usual.extend(versions(&absolute(folder), prefix, suffix));
    }
    if let Some(home) = &around.home {
        usual.extend(versions(&home.join("Applications/Postgres.app/Contents/Versions"), "", "bin"));
    }
    // stable: of one major, the order of the folders above
    usual.sort_by_key(|(major, _)| (Some(*major) != preferred, std::cmp::Reverse(*major)));
    found.extend(usual.into_iter().map(|(_, dir)| dir));
    if let Some(cache) = &around.cache {
        let mut kept = versions(&cache.join("postgresql"), "", "");
        kept.sort_by_key(|(major, _)| (Some(*major) != preferred, std::cmp::Reverse(*major)));
        found.extend(kept.into_iter().filter_map(|(_, dir)| install::bin(&dir)));
    }
    found
}

/// The folders `<prefix><major>/<suffix>` in `folder`, ordered.
fn versions(folder: &Path, prefix: &str, suffix: &str) -> Vec<(u32, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let of = |entry: std::fs::DirEntry| {
        let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
        Some((major, entry.path().join(suffix)))
    };
    let mut found: Vec<(u32, PathBuf)> = entries.flatten().filter_map(of).collect();
    found.sort();
    found
}

/// Where `postgres` in `dir` really is: Homebrew puts links on the PATH, and not always one for `initdb`.
fn followed(dir: &Path) -> Option<PathBuf> {
    let program = dir.join("postgres");
    let real = program.canonicalize().ok()?.parent()?.to_owned();
    Some(if real.join("initdb").exists() { real } else { dir.to_owned() })
}

fn said_by_pg_config(dir: &Path) -> Option<PathBuf> {
    let program = dir.join("pg_config");
    if !is_program(&program) {
        return None;
    }
    let output = Command::new(program).arg("--bindir").output().ok().filter(|output| output.status.success())?;
    let dir = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    dir.is_absolute().then_some(dir)
}

fn is_program(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

fn usable(dir: &Path, account: Account) -> Option<Binaries> {
    let there = is_program(&dir.join("initdb")) && is_program(&dir.join("postgres")) && account.reaches(dir);
    if there { examined(dir).ok().filter(|binaries| binaries.major >= OLDEST) } else { None }
}

/// The programs in the folder that a person named: all that is wrong with it is an error.
fn named(dir: &Path, account: Account) -> Result<Binaries> {
    let hint = "set AUTOGEN_PG_BIN to the folder that holds PostgreSQL's initdb and postgres, or unset it";
    let problem = |what: &str| Error::new(format!("AUTOGEN_PG_BIN: {} {what}", dir.display())).hint(hint);
    let dir = dir.canonicalize().map_err(|e| Error::io("find the folder of AUTOGEN_PG_BIN", dir, &e).hint(hint))?;
    for program in ["initdb", "postgres"] {
        if !is_program(&dir.join(program)) {
            return Err(problem(&format!("holds no program {program}")));
        }
    }
    if !account.reaches(&dir) {
        return Err(problem("is closed to the user that root runs PostgreSQL as"));
    }
    examined(&dir)
}

/// Runs `postgres --version`.
pub(super) fn examined(dir: &Path) -> Result<Binaries> {
    let program = dir.join("postgres");
    let output = Command::new(&program).arg("--version").output().map_err(|e| Error::io("run", &program, &e))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let (major, version) = version_in(&text).ok_or_else(|| {
        let said = String::from_utf8_lossy(if output.stdout.is_empty() { &output.stderr } else { &output.stdout });
        Error::new(format!("{} --version does not tell a version", program.display()))
            .detail(said.trim())
            .hint("these programs do not run on this system; set AUTOGEN_PG_BIN to others")
    })?;
    Ok(Binaries { dir: dir.to_owned(), major, version })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15, `15.18`.
fn version_in(text: &str) -> Option<(u32, String)> {
    let version = text.split_once("(PostgreSQL) ")?.1.split_whitespace().next()?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    let plain = version.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
    let major = version[..digits].parse().ok()?;
    plain.then(|| (major, version.to_owned()))
}

/// Adds the one line that installs PostgreSQL here.
pub(super) fn how_to_get_one(error: Error) -> Error {
    let sudo = if super::account::effective_uid() == 0 { "" } else { "sudo " };
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let line = match package_line(&release) {
        _ if cfg!(target_os = "macos") => format!("brew install postgresql@{INSTALLED_BY_DEFAULT}"),
        Some(line) => format!("{sudo}{line}"),
        None => return error.hint("install your system's PostgreSQL server package"),
    };
    error.hint(format!("install it: {line}"))
}

/// From `ID` and `ID_LIKE` of os-release(5).
fn package_line(release: &str) -> Option<&'static str> {
    let value = |line: &str, key| Some(line.strip_prefix(key)?.trim_matches('"').to_owned());
    let words = release.lines().filter_map(|line| value(line, "ID=").or_else(|| value(line, "ID_LIKE=")));
    let words: Vec<String> = words.flat_map(|v| v.split_whitespace().map(str::to_owned).collect::<Vec<_>>()).collect();
    [
        ("debian", "apt-get install -y postgresql"),
        ("ubuntu", "apt-get install -y postgresql"),
        ("fedora", "dnf install -y postgresql-server"),
        ("rhel", "dnf install -y postgresql-server"),
        ("suse", "zypper install -y postgresql-server"),
        ("arch", "pacman -S --noconfirm postgresql"),
        ("alpine", "apk add postgresql"),
    ]
    .iter()
    .find(|(system, _)| words.iter().any(|word| word == system))
    .map(|(_, line)| *line)
}

#[cfg(test)]
mod tests;
