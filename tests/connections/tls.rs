//! What does each sslmode make of each certificate, as a person sees it?

use std::path::PathBuf;
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use autogen::embedded;

use crate::certificates::{Authority, Flaw, unbound, usual};
use crate::command::Project;
use crate::shows;
use crate::tcp::Tcp;

/// A server that shows one certificate at a time, so that one test at a time uses it.
pub struct Shop {
    pub tcp: Tcp,
    ca: Authority,
    other: Authority,
    ed25519: Authority,
    pairs: Vec<(&'static str, PathBuf, PathBuf)>,
}

pub fn shop() -> MutexGuard<'static, Shop> {
    static SHOP: LazyLock<Mutex<Shop>> = LazyLock::new(|| Mutex::new(Shop::new()));
    SHOP.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shop {
    fn new() -> Self {
        let tcp = Tcp::started();
        let folder = tcp.folder.join("certificates");
        std::fs::create_dir(&folder).unwrap();
        let (ca, other, ed25519) = (usual(&folder, "ca"), usual(&folder, "other"), unbound(&folder, "ed25519"));
        let mut pairs = Vec::new();
        for (name, authority, subject, flaw) in [
            ("good", &ca, "localhost", Flaw::None),
            ("of another name", &ca, "db.example", Flaw::None),
            ("of another authority", &other, "localhost", Flaw::None),
            ("expired", &ca, "localhost", Flaw::Expired),
            ("ed25519", &ed25519, "localhost", Flaw::None),
        ] {
            let (crt, key) = authority.sign(&name.replace(' ', "_"), subject, flaw);
            pairs.push((name, crt, key));
        }
        Self { tcp, ca, other, ed25519, pairs }
    }

    /// Has the server show the certificate of that name; `none`: it has no TLS.
    pub fn show(&self, name: &str) {
        let pair = self.pairs.iter().find(|(known, ..)| *known == name);
        assert!(pair.is_some() || name == "none");
        self.tcp.shows(pair.map(|(_, crt, key)| (crt.as_path(), key.as_path())), &self.ca.crt);
    }

    /// The parameter that trusts the authority of the good certificate.
    fn trusted(&self) -> String {
        format!("sslrootcert={}", self.ca.crt.display())
    }

    /// What a command says over this connection, or how it went.
    fn told(&self, project: &Project, database: &str, query: &str) -> String {
        let output = project.command(&["-v", "current"]).env("DATABASE_URL", self.tcp.url(database, query)).output();
        let output = output.unwrap();
        let said = project.told(&output);
        let versionless = |line: &str| match (line.split_once(", PostgreSQL "), line.rsplit_once(", ")) {
            (Some((before, _)), Some((_, wire))) => format!("{before}, PostgreSQL […], {wire}\n"),
            _ => format!("{line}\n"),
        };
        let said: String = said.lines().map(versionless).collect();
        said.replace(&self.tcp.folder.display().to_string(), "[server]").replace(&self.tcp.port.to_string(), "[port]")
    }

    /// The same in a few words.
    fn briefly(&self, project: &Project, database: &str, query: &str) -> String {
        let said = self.told(project, database, query);
        let line = said.lines().find_map(|line| match line.strip_prefix("error: ") {
            Some(error) => Some(error.split("): ").nth(1).unwrap_or(error).to_owned()),
            None => line.strip_prefix("database: ").and(line.rsplit_once(", ")).map(|(_, wire)| wire.to_owned()),
        });
        line.unwrap_or(said)
    }
}

/// Whether psql, where the machine has one, comes to the same: encrypted, not encrypted, or no session.
fn agrees_with_psql(url: &str, outcome: &str) {
    let psql = embedded::find(None).unwrap().dir.join("psql");
    if !psql.exists() {
        return;
    }
    let query = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let output = Command::new(psql).args(["-XAtc", query, url]).env_clear().env("HOME", "/nowhere").output().unwrap();
    let psqls = match String::from_utf8_lossy(&output.stdout).trim() {
        "t" => "encrypted",
        "f" => "not encrypted",
        _ => "no session",
    };
    let ours = if ["encrypted", "not encrypted"].contains(&outcome) { outcome } else { "no session" };
    assert_eq!(ours, psqls, "{url}\n{outcome}\n{}", String::from_utf8_lossy(&output.stderr));
}

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

#[test]
fn every_sslmode_makes_of_a_certificate_what_libpq_makes_of_it() {
    let (shop, project) = (shop(), Project::with(&[]));
    let mut table = String::new();
    let mut row = |first: &str, database: &str, mode: &str, query: &str| {
        let outcome = shop.briefly(&project, database, query);
        agrees_with_psql(&shop.tcp.url(database, query), &outcome);
        table.push_str(&format!("{first:<20} {mode:<19} {outcome}\n"));
    };
    for certificate in ["good", "of another name", "of another authority", "expired", "none"] {
        shop.show(certificate);
        for mode in MODES {
            match mode.starts_with("verify") {
                true => row(certificate, "either", mode, &format!("sslmode={mode}&{}", shop.trusted())),
                false => row(certificate, "either", mode, &format!("sslmode={mode}")),
            }
        }
        row(certificate, "either", "require with a root", &format!("sslmode=require&{}", shop.trusted()));
    }
    shop.show("good");
    for database in ["open", "sealed"] {
        for mode in ["disable", "allow", "prefer", "require"] {
            row(database, database, mode, &format!("sslmode={mode}"));
        }
    }
    shows!("connections__sslmodes", table);
}

#[test]
fn a_certificate_that_does_not_hold_is_told_with_what_to_do() {
    let (shop, project) = (shop(), Project::with(&[]));
    let mut told = String::new();
    for (certificate, mode) in [
        ("of another name", "verify-full"),
        ("of another authority", "verify-ca"),
        ("expired", "verify-ca"),
        ("none", "verify-full"),
    ] {
        shop.show(certificate);
        told.push_str(&format!("# {certificate}, {mode}\n"));
        told.push_str(&shop.told(&project, "either", &format!("sslmode={mode}&{}", shop.trusted())));
    }
    shows!("connections__bad_certificates", dateless(&told));
}

/// How long ago a certificate expired is another number each time.
fn dateless(text: &str) -> String {
    let line = |line: &str| match line.split_once("verification time") {
        Some((before, _)) => format!("{before}verification time […]\n"),
        None => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

#[test]
fn a_client_certificate_says_who_one_is() {
    let (shop, project) = (shop(), Project::with(&[]));
    shop.show("good");
    let sign = |authority: &Authority, file: &str, role: &str, flaw| {
        let (crt, key) = authority.sign(file, role, flaw);
        format!("sslcert={}&sslkey={}", crt.display(), key.display())
    };
    let right = sign(&shop.ca, "client", "app", Flaw::None);
    let mut told = String::new();
    let mut tell = |what: &str, query: &str| {
        told.push_str(&format!("# {what}\n{}", shop.told(&project, "certified", &format!("sslmode=require{query}"))));
    };
    tell("right", &format!("&{right}"));
    tell("none", "");
    tell("of another role", &format!("&{}", sign(&shop.ca, "client_other", "somebody", Flaw::None)));
    tell("of another authority", &format!("&{}", sign(&shop.other, "client_unknown", "app", Flaw::None)));
    tell("expired", &format!("&{}", sign(&shop.ca, "client_expired", "app", Flaw::Expired)));
    let (crt, key) = right.split_once('&').unwrap();
    tell("without its key", &format!("&{crt}"));
    let other_key = shop.tcp.folder.join("certificates/client_other.key");
    tell("with the key of another", &format!("&{crt}&sslkey={}", other_key.display()));
    let open = shop.tcp.folder.join("certificates/open.key");
    std::fs::copy(key.strip_prefix("sslkey=").unwrap(), &open).unwrap();
    std::fs::set_permissions(&open, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    tell("with a key that others may read", &format!("&{crt}&sslkey={}", open.display()));
    let locked = shop.tcp.folder.join("certificates/locked.key");
    std::fs::write(&locked, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n")
        .unwrap();
    std::fs::set_permissions(&locked, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    tell("with a key that needs a password", &format!("&{crt}&sslkey={}", locked.display()));
    shows!("connections__client_certificates", told);
}

#[test]
fn a_channel_is_bound_where_the_certificate_allows_it() {
    let (shop, project) = (shop(), Project::with(&[]));
    let mut told = String::new();
    for certificate in ["good", "ed25519"] {
        shop.show(certificate);
        for binding in ["disable", "prefer", "require"] {
            let outcome = shop.briefly(&project, "either", &format!("sslmode=require&channel_binding={binding}"));
            told.push_str(&format!("{certificate:<8} {binding:<8} {outcome}\n"));
        }
    }
    let trusted = format!("sslmode=verify-full&sslrootcert={}", shop.ed25519.crt.display());
    told.push_str(&format!("ed25519, verify-full: {}\n", shop.briefly(&project, "either", &trusted)));
    told.push_str(&shop.told(&project, "either", "sslmode=require&channel_binding=require"));
    told.push_str("# no TLS\n");
    told.push_str(&shop.told(&project, "either", "sslmode=disable&channel_binding=require"));
    shows!("connections__channel_binding", told);
}

#[test]
fn direct_tls_is_for_servers_from_17_on() {
    let (shop, project) = (shop(), Project::with(&[]));
    shop.show("good");
    let told = shop.told(&project, "either", &format!("sslmode=verify-full&sslnegotiation=direct&{}", shop.trusted()));
    if shop.tcp.major >= 17 {
        assert!(told.contains(", encrypted\n"), "{told}");
    } else {
        shows!("connections__direct_tls_before_17", told);
    }
    let weak = shop.told(&project, "either", "sslmode=prefer&sslnegotiation=direct");
    assert!(weak.contains("sslnegotiation=direct does not go with sslmode=prefer"), "{weak}");
}

#[test]
fn a_statement_on_an_encrypted_connection_can_be_cancelled() {
    let (shop, project) = (shop(), Project::with(&[]));
    shop.show("good");
    let (crt, key) = shop.ca.sign("canceller", "app", Flaw::None);
    let query = format!("sslmode=verify-full&{}&sslcert={}&sslkey={}", shop.trusted(), crt.display(), key.display());
    project
        .write("revisions/1_slow.sql", "-- autogen revision 111111111111\n-- message: slow\n-- parents: (none)\n-- created: 2026-01-02 03:04:05+00:00\n\n-- autogen:upgrade\n\nSELECT pg_catalog.pg_sleep(60);\n\n\\quit\n-- autogen:downgrade\n");
    let mut command = project.command(&["upgrade", "head"]);
    command.env("DATABASE_URL", shop.tcp.url("certified", &query)).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    let mut client = shop.tcp.client("certified");
    let sleeping = "SELECT FROM pg_stat_activity WHERE query ~ '^SELECT pg_catalog.pg_sleep' AND state = 'active'";
    crate::processes::until("the statement does not run", &project.folder, || {
        !client.query(sleeping, &[]).unwrap().is_empty()
    });
    // SAFETY: a signal to a child that has not been waited for
    unsafe { libc::kill(i32::try_from(child.id()).unwrap(), libc::SIGINT) };
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(client.query(sleeping, &[]).unwrap().is_empty());
}
