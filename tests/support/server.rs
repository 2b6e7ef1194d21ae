//! Where does a test get a PostgreSQL of its own?
//!
//! [`database`] makes a fresh database on the one private server of this test process, started when the first test asks.
//! `AUTOGEN_PG_BIN` chooses its version. Invariant: nothing stays behind. The server ends with the process, its folder is
//! removed when the process exits, and what a killed process left is removed by the next one.
#![allow(dead_code)]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use autogen::embedded::{self, Cluster};
use postgres::{Client, NoTls};

/// Dropped with the value, whoever is still connected.
pub struct Database {
    name: String,
    cluster: Arc<Cluster>,
}

/// An empty database.
pub fn database() -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let cluster = cluster();
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    cluster.create_database(&name).unwrap_or_else(|e| panic!("{e}"));
    Database { name, cluster }
}

/// Whether the server is of this major version or a later one; where it is not, the test says what it leaves out.
pub fn is_from(major: u32, what: &str) -> bool {
    let is = embedded::find(None).is_ok_and(|binaries| binaries.major >= major);
    if !is {
        eprintln!("not tested before PostgreSQL {major}: {what}");
    }
    is
}

impl Database {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For DATABASE_URL.
    pub fn url(&self) -> String {
        self.cluster.url(&self.name)
    }

    pub fn config(&self) -> postgres::Config {
        self.cluster.config(&self.name)
    }

    pub fn client(&self) -> Client {
        self.config().connect(NoTls).unwrap_or_else(|e| panic!("cannot connect to {}: {e}", self.name))
    }
}

const WITHOUT_SUBSCRIPTIONS: &str = "DO $$ DECLARE s name; BEGIN
  FOR s IN SELECT subname FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database() LOOP
    EXECUTE format('ALTER SUBSCRIPTION %I DISABLE', s);
    EXECUTE format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', s);
    EXECUTE format('DROP SUBSCRIPTION %I', s);
  END LOOP;
END $$";

impl Drop for Database {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        let drop = || self.cluster.config("postgres").connect(NoTls).and_then(|mut c| c.batch_execute(&statement));
        let dropped = drop().or_else(|error| match error.as_db_error() {
            // subscriptions keep their database
            Some(refusal) if refusal.message().contains("subscription") => {
                self.config().connect(NoTls)?.batch_execute(WITHOUT_SUBSCRIPTIONS)?;
                drop()
            }
            _ => Err(error),
        });
        if let Err(e) = dropped
            && !std::thread::panicking()
        {
            panic!("cannot drop {}: {e}", self.name);
        }
    }
}

/// Dumps one database into another, an empty one; `None` where the server's folder has no `pg_dump`.
pub fn copy(from: &Database, to: &Database) -> Option<Result<(), String>> {
    let dir = embedded::find(None).ok()?.dir;
    let (dump, psql) = (dir.join("pg_dump"), dir.join("psql"));
    if !dump.exists() || !psql.exists() {
        return None;
    }
    let said = |output: std::process::Output| match output.status.success() {
        true => Ok(output.stdout),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    };
    let piped = || -> std::io::Result<Result<(), String>> {
        let dumped = Command::new(dump).arg(from.url()).output()?;
        let text = match said(dumped) {
            Ok(text) => text,
            Err(why) => return Ok(Err(why)),
        };
        let mut psql = Command::new(psql);
        psql.args(["-qX", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null"]).arg(to.url());
        let mut child = psql.stdin(Stdio::piped()).stderr(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        // what psql does not read any more it has said why
        let _ = child.stdin.take().map(|mut pipe| pipe.write_all(&text));
        Ok(said(child.wait_with_output()?).map(drop))
    };
    Some(piped().unwrap_or_else(|cause| Err(cause.to_string())))
}

/// All that a database holds but rows and autogen's own books, as pg_dump says it; `None` where the server's folder has none.
pub fn dump(database: &Database) -> Option<String> {
    let tool = embedded::find(None).ok()?.dir.join("pg_dump");
    if !tool.exists() {
        return None;
    }
    let output = Command::new(tool).args(["-s", "-T", "public.autogen_*"]).arg(database.url()).output().ok()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // newer ones begin and end with a key that is another each time
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    Some(text.lines().filter(|line| !line.starts_with("\\")).map(|line| format!("{line}\n")).collect())
}

/// Runs a file, as far as it runs; `None` where the server's folder has no `psql`.
pub fn run_file(database: &Database, file: &Path) -> Option<Result<(), String>> {
    let psql = embedded::find(None).ok()?.dir.join("psql");
    if !psql.exists() {
        return None;
    }
    let output = Command::new(psql).args(["-qX", "-o", "/dev/null", "-f"]).arg(file).arg(database.url()).output();
    Some(output.map(drop).map_err(|cause| cause.to_string()))
}

/// A folder that lives as long as this process, for servers of other kinds.
pub fn scratch() -> PathBuf {
    cluster();
    match server().as_ref() {
        Some(Ok(server)) => server.folder.clone(),
        _ => unreachable!("the server has been started"),
    }
}

struct Server {
    cluster: Arc<Cluster>,
    folder: PathBuf,
    /// Locked as long as this process lives.
    _alive: File,
}

/// A failure is kept too: every test would otherwise wait for it anew.
static SERVER: Mutex<Option<Result<Server, String>>> = Mutex::new(None);

fn server() -> MutexGuard<'static, Option<Result<Server, String>>> {
    SERVER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn cluster() -> Arc<Cluster> {
    match server().get_or_insert_with(start) {
        Ok(server) => Arc::clone(&server.cluster),
        Err(reason) => panic!("{reason}"),
    }
}

fn start() -> Result<Server, String> {
    let (folder, alive) = folder().map_err(|e| format!("cannot make a folder for the server: {e}"))?;
    let opened = embedded::find(None).and_then(|binaries| Cluster::open(&home(&folder), &binaries));
    // SAFETY: the function is of the type asked for, and there for as long as the process
    unsafe { libc::atexit(clean_up) };
    let cluster = Arc::new(opened.map_err(|e| e.to_string())?);
    Ok(Server { cluster, folder, _alive: alive })
}

/// A static is never dropped.
extern "C" fn clean_up() {
    // a thread that was stopped in the middle of a start would be waited for without end
    let Ok(mut server) = SERVER.try_lock() else { return };
    if let Some(Ok(Server { cluster, folder, _alive })) = server.take() {
        drop(cluster);
        remove(&folder);
    }
}

fn home(folder: &Path) -> PathBuf {
    folder.join("postgres")
}

fn remove(folder: &Path) {
    let _ = embedded::reset(&home(folder));
    let _ = std::fs::remove_dir_all(folder);
}

/// A new folder, once those of processes that are gone have been removed. One lock around both, so that a folder that is
/// just being made is not taken for one left behind.
fn folder() -> std::io::Result<(PathBuf, File)> {
    let temporary = std::env::temp_dir();
    // SAFETY: geteuid takes nothing and cannot fail
    let prefix = format!("autogen-test-{}", unsafe { libc::geteuid() });
    let everyone = open(&temporary.join(format!("{prefix}.lock")))?;
    everyone.lock()?;
    for entry in std::fs::read_dir(&temporary)?.flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(&format!("{prefix}-"))
            && open(&entry.path().join("alive")).is_ok_and(|alive| alive.try_lock().is_ok())
        {
            remove(&entry.path());
        }
    }
    let folder = temporary.join(format!("{prefix}-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let alive = open(&folder.join("alive"))?;
    alive.lock()?;
    Ok((folder, alive))
}

fn open(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).append(true).create(true).open(path)
}
