//! Where does a test get a PostgreSQL that listens on a port?

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use autogen::embedded;
use postgres::{Client, NoTls};

use crate::processes::{account, folder, keep, listens, own, port, program, until};
use crate::server::scratch;

/// A cluster of its own, with the role `app` (password `S3cret`), and databases that say in their names how one gets in:
/// `open` without TLS, `sealed` with TLS, `either`, and `certified` with a client certificate.
pub struct Tcp {
    pub folder: PathBuf,
    pub port: u16,
    /// Its major version.
    pub major: u32,
}

const HBA: &str = "local all all trust\n\
    hostssl certified all 127.0.0.1/32 cert\n\
    hostnossl open all 127.0.0.1/32 scram-sha-256\n\
    hostssl sealed all 127.0.0.1/32 scram-sha-256\n\
    host either all 127.0.0.1/32 scram-sha-256\n";

impl Tcp {
    /// Made, and not yet started.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let tcp = Self {
            folder: scratch().join(format!("tcp-{}", NEXT.fetch_add(1, Ordering::Relaxed))),
            port: port(),
            major: embedded::find(None).unwrap().major,
        };
        folder(&tcp.folder);
        let mut initdb = program(&bin("initdb"), &tcp.log());
        initdb.arg("-D").arg(tcp.data()).args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"]);
        assert!(initdb.status().unwrap().success(), "{}", tcp.said());
        std::fs::write(tcp.data().join("pg_hba.conf"), HBA).unwrap();
        tcp
    }

    pub fn started() -> Self {
        let tcp = Self::new();
        tcp.start();
        tcp
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    pub fn start(&self) {
        let mut postgres = program(&bin("postgres"), &self.log());
        postgres.arg("-D").arg(self.data()).arg("-k").arg(&self.folder).arg("-F");
        postgres.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "shared_buffers=16MB"]);
        keep(postgres, libc::SIGQUIT);
        until("the server does not answer", &self.log(), || listens(self.port) && self.try_client("postgres").is_ok());
        let mut client = self.client("postgres");
        client.batch_execute("CREATE ROLE app LOGIN SUPERUSER PASSWORD 'S3cret'").unwrap();
        for database in ["open", "sealed", "either", "certified"] {
            client.batch_execute(&format!("CREATE DATABASE {database}")).unwrap();
        }
    }

    fn try_client(&self, database: &str) -> Result<Client, postgres::Error> {
        let mut config = postgres::Config::new();
        config.host_path(&self.folder).port(self.port).user("postgres").dbname(database).connect(NoTls)
    }

    pub fn client(&self, database: &str) -> Client {
        self.try_client(database).unwrap_or_else(|cause| panic!("{cause}\n{}", self.said()))
    }

    pub fn url(&self, database: &str, query: &str) -> String {
        format!("postgresql://app:S3cret@localhost:{}/{database}?hostaddr=127.0.0.1&{query}", self.port)
    }

    /// Shows this certificate and trusts what this authority signed, from now on; none: no TLS.
    pub fn shows(&self, pair: Option<(&Path, &Path)>, authority: &Path) {
        let mut client = self.client("postgres");
        let mut wanted = "off".to_owned();
        if let Some((crt, key)) = pair {
            let mut copy = |from: &Path, setting: &str| {
                let to = self.folder.join(from.file_name().unwrap());
                std::fs::copy(from, &to).unwrap();
                own(&to);
                client.batch_execute(&format!("ALTER SYSTEM SET {setting} = '{}'", to.display())).unwrap();
                to.display().to_string()
            };
            wanted = copy(crt, "ssl_cert_file");
            copy(key, "ssl_key_file");
            copy(authority, "ssl_ca_file");
        }
        let on = if pair.is_some() { "on" } else { "off" };
        client.batch_execute(&format!("ALTER SYSTEM SET ssl = {on}")).unwrap();
        client.batch_execute("SELECT pg_reload_conf()").unwrap();
        let setting = if pair.is_some() { "ssl_cert_file" } else { "ssl" };
        until("the certificate is not shown", &self.log(), || {
            let row = self.client("postgres").query_one(&format!("SHOW {setting}"), &[]).unwrap();
            row.get::<_, String>(0) == wanted
                && (pair.is_none()
                    || self.client("postgres").query_one("SHOW ssl", &[]).unwrap().get::<_, String>(0) == "on")
        });
    }
}

fn bin(name: &str) -> PathBuf {
    let binaries = embedded::find(None).unwrap();
    // as root, another user has to be able to run it
    assert!(account().is_none() || binaries.dir.exists());
    binaries.dir.join(name)
}
