//! Where does a test get a PgBouncer in transaction mode, in front of the server of all tests?
//!
//! A machine without the program can run all but these tests; in CI (the variable `CI` is set) its absence is a failure.

use std::path::PathBuf;
use std::sync::OnceLock;

use postgres::{Client, Config, NoTls};

use crate::command::Project;
use crate::processes::{folder, keep, listens, own, port, program, until};
use crate::server::scratch;

pub struct PgBouncer {
    pub port: u16,
}

/// `None`, once that is said: there is no PgBouncer on this machine.
pub fn pgbouncer(project: &Project) -> Option<&'static PgBouncer> {
    static ONE: OnceLock<Option<PgBouncer>> = OnceLock::new();
    let one = ONE.get_or_init(|| find().map(|path| start(project, &path)));
    if one.is_none() {
        assert!(std::env::var_os("CI").is_none(), "PgBouncer is missing: apt-get install pgbouncer");
        eprintln!("not tested: PgBouncer is missing (apt-get install pgbouncer)");
    }
    one.as_ref()
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join("pgbouncer")).find(|file| file.is_file())
}

fn start(project: &Project, path: &std::path::Path) -> PgBouncer {
    let home = scratch().join("pgbouncer");
    folder(&home);
    let socket = project.database.config().get_hosts().iter().find_map(|host| match host {
        postgres::config::Host::Unix(path) => Some(path.display().to_string()),
        postgres::config::Host::Tcp(_) => None,
    });
    let port = port();
    let users = home.join("users.txt");
    std::fs::write(&users, "\"postgres\" \"S3cret\"\n").unwrap();
    let config = home.join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host={} port=5432\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = scram-sha-256\nauth_file = {}\npool_mode = transaction\n\
         default_pool_size = 20\nmax_client_conn = 200\nserver_idle_timeout = 5\n",
        socket.unwrap(),
        users.display()
    );
    std::fs::write(&config, text).unwrap();
    own(&users);
    own(&config);
    let log = home.join("log");
    let mut command = program(path, &log);
    command.arg(&config);
    keep(command, libc::SIGINT);
    until("PgBouncer does not listen", &log, || listens(port));
    PgBouncer { port }
}

impl PgBouncer {
    pub fn url(&self, project: &Project) -> String {
        format!("postgresql://postgres:S3cret@127.0.0.1:{}/{}?sslmode=disable", self.port, project.database.name())
    }

    /// What another client of the pooler has.
    pub fn client(&self, project: &Project) -> Client {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user("postgres").password("S3cret").dbname(project.database.name());
        config.connect(NoTls).unwrap()
    }
}
