//! Is a server waited for that is still starting, and nothing else?

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::command::Project;
use crate::processes::port;
use crate::shows;
use crate::tcp::Tcp;

#[test]
fn a_server_that_starts_late_is_waited_for() {
    let (tcp, project) = (Tcp::new(), Project::with(&[]));
    let mut command = project.command(&["-v", "current", "--wait", "120"]);
    // the role is made when the server has started
    let url = format!("postgresql://postgres@/postgres?host={}&port={}", tcp.folder.display(), tcp.port);
    let mut child = command.env("DATABASE_URL", url).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    stderr.read_line(&mut said).unwrap();
    assert!(said.starts_with("waiting up to 120 s: cannot connect to postgres on "), "{said}");
    tcp.start();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{said}");
    assert_eq!(said.matches("waiting").count(), 1, "{said}");
    assert!(said.contains("PostgreSQL"), "{said}");
}

#[test]
fn the_wait_ends_with_what_stood_in_the_way() {
    let project = Project::with(&[]);
    let port = port();
    let url = format!("postgresql://app@127.0.0.1:{port}/shop");
    let began = Instant::now();
    let output = project.command(&["current", "--wait", "1"]).env("DATABASE_URL", url).output().unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1) && began.elapsed() < Duration::from_secs(20));
    shows!("connections__waited_in_vain", project.told(&output).replace(&port.to_string(), "[port]"));
}

#[test]
fn what_does_not_pass_is_told_at_once() {
    let project = Project::with(&[]);
    let began = Instant::now();
    for wrong in [
        project.url.replace(project.database.name(), "nowhere"),
        project.url.replace("postgres@", "nobody_of_that_name@"),
    ] {
        let output = project.command(&["current", "--wait", "300"]).env("DATABASE_URL", wrong).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("waiting"));
    }
    assert!(began.elapsed() < Duration::from_secs(60));
}
