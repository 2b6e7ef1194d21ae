//! What do libpq's variables say of what an address leaves open?
//!
//! Invariant: a variable is understood or refused by name, as a key of an address is; none is passed over. Those that
//! concern the terminal of a psql (`PGCLIENTENCODING`, `PGTZ`, `PGDATESTYLE`, `PGGEQO`) mean nothing here.

use std::path::{Path, PathBuf};

use super::Target;
use crate::config::{Origin, Vars};
use crate::error::{Error, Result};

/// Where servers of this machine have their sockets, in distributions and by default.
pub(super) const SOCKETS: [&str; 3] = ["/run/postgresql", "/var/run/postgresql", "/tmp"];

/// Each variable and the key that it is the default of (libpq manual, "Environment Variables").
const VARIABLES: &[(&str, &str)] = &[
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGGSSENCMODE", "gssencmode"),
];

const REFUSED: &[(&str, &str)] = &[
    ("PGSERVICE", "write its host, port, dbname and user into PGHOST, PGPORT, PGDATABASE and PGUSER, and unset it"),
    ("PGREQUIRESSL", "write PGSSLMODE=require"),
    ("PGREQUIREAUTH", "unset it; PGCHANNELBINDING=require makes sure that no password is given away"),
    ("PGREQUIREPEER", "unset it; PGSSLMODE=verify-full makes sure of the server"),
    ("PGSSLCERTMODE", "unset it; a certificate is sent where PGSSLCERT names one"),
    ("PGSSLCRL", "unset it for this command"),
    ("PGSSLCRLDIR", "unset it for this command"),
    ("PGSSLMINPROTOCOLVERSION", "unset it; no version below TLS 1.2 is ever spoken"),
    ("PGSSLMAXPROTOCOLVERSION", "unset it for this command"),
    ("PGLOADBALANCEHOSTS", "unset it; hosts are tried in order"),
];

/// These name a database by themselves; a port, a user or a password alone do not.
const NAMING: [&str; 3] = ["PGHOST", "PGHOSTADDR", "PGDATABASE"];

/// A variable that is set to something.
pub(super) struct Variable {
    pub name: &'static str,
    pub key: &'static str,
    pub value: String,
    /// `PGHOST`, `PGHOST of .env`.
    pub label: String,
    /// Where a relative path in it starts.
    pub folder: PathBuf,
}

/// What libpq looks at beside the address.
#[derive(Default)]
pub(super) struct Surroundings {
    pub variables: Vec<Variable>,
    pub home: Option<PathBuf>,
}

impl Surroundings {
    pub fn read(vars: &Vars, root: &Path) -> Result<Self> {
        let set = |name: &str| -> Result<Option<(String, Origin)>> {
            Ok(vars.get(name)?.filter(|(value, _)| !value.is_empty()))
        };
        for (name, hint) in REFUSED {
            if set(name)?.is_some() {
                return Err(Error::new(format!("not supported: the variable {name}")).hint(*hint));
            }
        }
        let mut variables = Vec::new();
        for &(name, key) in VARIABLES {
            let Some((value, origin)) = set(name)? else { continue };
            let (label, folder) = match origin {
                Origin::Environment => (name.to_owned(), PathBuf::new()),
                Origin::DotEnv => (format!("{name} of .env"), root.to_owned()),
            };
            variables.push(Variable { name, key, value, label, folder });
        }
        Ok(Self { variables, home: set("HOME")?.map(|(home, _)| PathBuf::from(home)) })
    }

    pub fn name_a_database(&self) -> bool {
        self.variables.iter().any(|variable| NAMING.contains(&variable.name))
    }
}

/// The server of this machine: its socket in one of the folders that distributions use, else localhost.
pub(super) fn local_server(port: u16) -> Target {
    SOCKETS
        .into_iter()
        .map(PathBuf::from)
        .find(|folder| folder.join(format!(".s.PGSQL.{port}")).exists())
        .map_or_else(|| Target::Tcp("localhost".into()), Target::Socket)
}

/// Who runs this, as libpq asks it: the name of the effective user, whatever the environment says.
pub(super) fn system_user() -> String {
    let mut buffer = vec![0; 4096];
    // SAFETY: all-zero bytes are a valid `passwd`: integers and null pointers
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    let mut found = std::ptr::null_mut();
    // SAFETY: every pointer is to a live local, and the length is that of the buffer
    let status =
        unsafe { libc::getpwuid_r(libc::geteuid(), &mut entry, buffer.as_mut_ptr(), buffer.len(), &mut found) };
    if status != 0 || found.is_null() {
        return std::env::var("USER").unwrap_or_else(|_| "postgres".into());
    }
    // SAFETY: success means that the name is a C string inside the buffer, which is still alive
    unsafe { std::ffi::CStr::from_ptr(entry.pw_name) }.to_string_lossy().into_owned()
}
