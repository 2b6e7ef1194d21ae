//! Do libpq's variables and password file fill in what an address leaves open, as psql has it?

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::command::Project;
use crate::shows;
use crate::tls::shop;

fn told(project: &Project, command: &mut Command) -> String {
    project.told(&command.output().unwrap())
}

/// The folder of the socket of the server of all tests.
fn socket(project: &Project) -> String {
    let found = project.database.config().get_hosts().iter().find_map(|host| match host {
        postgres::config::Host::Unix(path) => Some(path.display().to_string()),
        postgres::config::Host::Tcp(_) => None,
    });
    found.unwrap()
}

/// A project of which nobody says where its database is.
fn unnamed() -> Project {
    let mut project = Project::with(&[]);
    project.url = String::new();
    project
}

#[test]
fn variables_name_a_database_where_nobody_else_does() {
    let project = unnamed();
    let said = told(
        &project,
        project
            .command(&["-v", "current"])
            .env("PGHOST", socket(&project))
            .env("PGDATABASE", project.database.name())
            .env("PGUSER", "postgres"),
    );
    let (before, after) = said.split_once(", PostgreSQL").unwrap();
    assert!(before.ends_with("[database] on [socket]:5432 as postgres (from PGHOST, PGDATABASE, PGUSER)"), "{said}");
    assert!(!after.contains("error"), "{said}");
    assert!(!project.folder.join(".autogen").exists());
    // the same out of .env, which the environment goes before
    project.write(".env", format!("PGHOST={}\nPGDATABASE=nowhere\nPGUSER=postgres\n", socket(&project)));
    let said = told(&project, project.command(&["-v", "current"]).env("PGDATABASE", project.database.name()));
    assert!(said.contains("(from PGHOST of .env, PGDATABASE, PGUSER of .env)"), "{said}");
}

#[test]
fn an_address_goes_before_variables() {
    let mut project = Project::with(&[]);
    project.url = format!("postgresql:///{}?host={}", project.database.name(), socket(&project));
    let mut command = project.command(&["-v", "current"]);
    command.env("PGHOST", "nowhere.example").env("PGHOSTADDR", "127.0.0.9").env("PGDATABASE", "nowhere");
    let said = told(&project, command.env("PGUSER", "postgres"));
    assert!(said.contains("[database] on [socket]:5432 as postgres (from DATABASE_URL, PGUSER)"), "{said}");
    // options of the session are taken over, too
    project.write("revisions/1.sql", "-- autogen revision 111111111111\n-- message: x\n-- parents: (none)\n-- created: 2026-01-02 03:04:05+00:00\n\n-- autogen:upgrade\n\nSELECT pg_sleep(5);\n\n\\quit\n-- autogen:downgrade\n");
    let mut command = project.command(&["upgrade", "head"]);
    let said = told(&project, command.env("PGUSER", "postgres").env("PGOPTIONS", "-c statement_timeout=50ms"));
    assert!(said.contains("57014"), "{said}");
}

#[test]
fn variables_that_cannot_be_heeded_are_refused_by_name() {
    let project = unnamed();
    let mut said = String::new();
    for (name, value) in [
        ("PGSERVICE", "shop"),
        ("PGSSLCRL", "revoked.pem"),
        ("PGSSLMODE", "verify"),
        ("PGPORT", "five"),
        ("PGSSLCERT", "client.crt"),
        ("PGGSSENCMODE", "require"),
    ] {
        let mut command = project.command(&["current"]);
        command.env("PGHOST", socket(&project)).env("PGUSER", "postgres");
        said.push_str(&format!("$ {name}={value} autogen current\n{}", told(&project, command.env(name, value))));
    }
    let url = "postgresql://app@127.0.0.1/shop";
    let mut command = project.command(&["current", "--database-url", url]);
    said.push_str(&format!("$ PGSSLMODE=verify autogen current --database-url {url}\n"));
    said.push_str(&told(&project, command.env("PGSSLMODE", "verify")));
    shows!("connections__variables_refused", said);
}

#[test]
fn a_password_comes_from_where_libpq_has_it() {
    let (shop, project) = (shop(), Project::with(&[]));
    shop.show("good");
    let port = shop.tcp.port;
    let url = format!("postgresql://app@localhost:{port}/either?hostaddr=127.0.0.1");
    let file = project.folder.join("secrets");
    let write = |text: &str, mode: u32| {
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let mut said = String::new();
    let mut run = |what: &str, variables: &[(&str, &str)]| {
        let mut command = project.command(&["-v", "current"]);
        command.env("DATABASE_URL", &url).env("PGPASSFILE", &file).envs(variables.iter().copied());
        let text = told(&project, &mut command).replace(&port.to_string(), "[port]");
        let text = text.split_inclusive('\n').map(|line| match line.split_once(", PostgreSQL") {
            Some((before, _)) => format!("{before}\n"),
            None => line.to_owned(),
        });
        said.push_str(&format!("# {what}\n{}", text.collect::<String>()));
    };
    run("no file", &[]);
    write(&format!("# mine\nlocalhost:1:*:*:no\n*:{port}:either:app:S3cret\n"), 0o600);
    run("a line that fits", &[]);
    write("*:*:other:*:S3cret\n", 0o600);
    run("no line that fits", &[]);
    write("*:*:*:*:wrong\n", 0o600);
    run("a wrong one", &[]);
    run("a variable goes before the file", &[("PGPASSWORD", "S3cret")]);
    run("a wrong variable", &[("PGPASSWORD", "no")]);
    write("*:*:*:*:S3cret\n", 0o644);
    run("a file that others may read", &[]);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    run("a folder", &[]);
    shows!("connections__passwords", said);
}

#[test]
fn a_server_is_taken_for_what_it_is() {
    let project = Project::with(&[]);
    let mut said = String::new();
    for options in ["", "&options=-c%20default_transaction_read_only%3Don"] {
        for wanted in ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] {
            let url = format!("{}&target_session_attrs={wanted}{options}", project.url);
            let output = project.command(&["current"]).env("DATABASE_URL", url).output().unwrap();
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let outcome = text.lines().next().and_then(|line| line.split("): ").nth(1)).unwrap_or("taken");
            let server = if options.is_empty() { "a primary" } else { "a primary that is read only" };
            said.push_str(&format!("{server}, {wanted}: {outcome}\n"));
        }
    }
    shows!("connections__session_attrs", said);
}
