//! Does the private PostgreSQL work, whatever happens to the process that started it?

#![cfg(unix)]

#[path = "support/server.rs"]
mod server;

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use autogen::embedded::{self, Binaries, Cluster};
use postgres::NoTls;

/// How often each kill is repeated, a little later every time.
const ROUNDS: u32 = 4;

/// A folder for one test, with the cluster's home in it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("autogen-embedded-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path.canonicalize().unwrap())
    }

    fn home(&self) -> PathBuf {
        self.0.join("postgres")
    }

    fn open(&self) -> Cluster {
        Cluster::open(&self.home(), &binaries()).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Another process that opens the cluster and keeps it. With an empty cache it has to run `initdb`.
    fn other_process(&self, how: &str, cache: Option<&Path>) -> Child {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "the_other_process", "--nocapture"]).stdout(Stdio::piped());
        command.env("AUTOGEN_TEST_HOME", self.home()).env("AUTOGEN_TEST_HOW", how);
        if let Some(cache) = cache {
            command.env("XDG_CACHE_HOME", cache);
        }
        command.spawn().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = embedded::reset(&self.home());
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn binaries() -> Binaries {
    embedded::find(None).unwrap_or_else(|e| panic!("{e}"))
}

/// Not a test of its own: what [`Folder::other_process`] runs.
#[test]
fn the_other_process() {
    let (Some(home), Some(how)) = (std::env::var_os("AUTOGEN_TEST_HOME"), std::env::var_os("AUTOGEN_TEST_HOW")) else {
        return;
    };
    let detached = how == "detached";
    let open = if detached { Cluster::open_detached } else { Cluster::open };
    let _cluster = open(Path::new(&home), &binaries()).unwrap_or_else(|e| panic!("{e}"));
    println!("\nit answers");
    if !detached {
        std::thread::sleep(Duration::from_secs(600));
    }
}

fn wait_until_it_answers(child: &mut Child) {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "it answers"), "the other process failed");
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn wait_until(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < deadline, "waited in vain for this: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Processes whose command line names something in the folder.
fn processes_in(folder: &Path) -> Vec<String> {
    let folder = folder.to_str().unwrap();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let command = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&command).replace('\0', " ");
        if command.contains(folder) {
            found.push(format!("{}: {command}", entry.file_name().to_string_lossy()));
        }
    }
    found
}

fn nothing_is_left_running(folder: &Folder) {
    if cfg!(target_os = "linux") {
        wait_until("no process is left", || processes_in(&folder.0).is_empty());
    }
}

fn ask(cluster: &Cluster, question: &str) -> String {
    cluster.config("postgres").connect(NoTls).unwrap().query_one(question, &[]).unwrap().get(0)
}

fn run(cluster: &Cluster, statements: &str) {
    cluster.config("postgres").connect(NoTls).unwrap().batch_execute(statements).unwrap();
}

#[test]
fn the_first_open_makes_a_cluster_and_dropping_it_stops_the_server() {
    let folder = Folder::new();
    assert_eq!(embedded::running(&folder.home()).unwrap(), None);
    let cluster = folder.open();
    for (setting, value) in
        [("listen_addresses", ""), ("wal_level", "logical"), ("server_encoding", "UTF8"), ("TimeZone", "UTC")]
    {
        assert_eq!(ask(&cluster, &format!("SELECT current_setting('{setting}')")), value, "{setting}");
    }
    let running = embedded::running(&folder.home()).unwrap().unwrap();
    assert_eq!((running.socket_dir.as_path(), running.detached), (cluster.socket_dir(), false));
    let mode = std::fs::metadata(cluster.socket_dir()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "the socket asks for no password");
    cluster.stop();
    assert_eq!(embedded::running(&folder.home()).unwrap(), None);
    nothing_is_left_running(&folder);
}

#[test]
fn the_second_open_finds_what_the_first_one_kept() {
    let folder = Folder::new();
    run(&folder.open(), "CREATE TABLE kept AS SELECT 'still here' AS word");
    assert_eq!(ask(&folder.open(), "SELECT word FROM kept"), "still here");
}

#[test]
fn a_running_server_is_joined_and_outlives_those_who_joined() {
    let folder = Folder::new();
    let (first, second) = (folder.open(), folder.open());
    assert_eq!(first.socket_dir(), second.socket_dir());
    drop(second);
    assert_eq!(ask(&first, "SELECT 'on'"), "on");
}

#[test]
fn the_one_who_started_it_waits_for_those_who_joined() {
    let folder = Folder::new();
    let (first, second) = (folder.open(), folder.open());
    let leaving = std::thread::spawn(move || drop(first));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(ask(&second, "SELECT 'on'"), "on");
    drop(second);
    leaving.join().unwrap();
    assert_eq!(embedded::running(&folder.home()).unwrap(), None);
}

#[test]
fn the_server_outlives_the_thread_that_opened_it() {
    let folder = Folder::new();
    let home = folder.home();
    let cluster = std::thread::spawn(move || Cluster::open(&home, &binaries()).unwrap()).join().unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(ask(&cluster, "SELECT 'on'"), "on");
}

#[test]
fn threads_and_processes_that_open_at_once_share_one_server() {
    let folder = Folder::new();
    // all of them race for the template too
    let cache = folder.0.join("cache");
    std::fs::create_dir(&cache).unwrap();
    let mut others: Vec<Child> = (0..3).map(|_| folder.other_process("open", Some(&cache))).collect();
    let start = Barrier::new(3);
    let open = || {
        start.wait();
        folder.open()
    };
    let clusters: Vec<Cluster> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    others.iter_mut().for_each(wait_until_it_answers);
    let server = ask(&clusters[0], "SELECT pg_postmaster_start_time()::text");
    for cluster in &clusters {
        assert_eq!(ask(cluster, "SELECT pg_postmaster_start_time()::text"), server);
    }
    others.into_iter().for_each(kill);
    // at once: the one that started it waits for the rest
    std::thread::scope(|scope| clusters.into_iter().for_each(|cluster| drop(scope.spawn(|| drop(cluster)))));
    nothing_is_left_running(&folder);
}

#[cfg(target_os = "linux")]
#[test]
fn a_kill_during_initdb_leaves_nothing_and_the_next_open_works() {
    for round in 0..ROUNDS {
        let folder = Folder::new();
        let cache = folder.0.join("cache");
        std::fs::create_dir(&cache).unwrap();
        let other = folder.other_process("open", Some(&cache));
        wait_until("initdb runs", || processes_in(&cache).iter().any(|line| line.contains("initdb")));
        std::thread::sleep(Duration::from_millis(u64::from(round) * 120));
        kill(other);
        nothing_is_left_running(&folder);
        let mut next = folder.other_process("open", Some(&cache));
        wait_until_it_answers(&mut next);
        kill(next);
        nothing_is_left_running(&folder);
        let half_made = |dir: &Path| {
            let names = std::fs::read_dir(dir).unwrap().flatten().map(|entry| entry.file_name());
            names.filter(|name| name.to_string_lossy().starts_with("unfinished")).count()
        };
        assert_eq!(half_made(&folder.home()) + half_made(&cache.join("autogen/templates")), 0);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_kill_while_the_data_is_copied_or_the_server_starts_leaves_nothing_and_the_next_open_works() {
    for round in 0..2 * ROUNDS {
        let folder = Folder::new();
        let other = folder.other_process("open", None);
        if round < ROUNDS {
            wait_until("the home appears", || folder.home().exists());
        } else {
            wait_until("the server is started", || folder.home().join("server.log").exists());
        }
        std::thread::sleep(Duration::from_millis(u64::from(round % ROUNDS) * 8));
        kill(other);
        nothing_is_left_running(&folder);
        assert_eq!(ask(&folder.open(), "SELECT 'on'"), "on");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_kill_while_it_runs_leaves_nothing_and_the_next_open_works_at_once() {
    let folder = Folder::new();
    for _ in 0..ROUNDS {
        let mut other = folder.other_process("open", None);
        wait_until_it_answers(&mut other);
        kill(other);
        // while the server may still be on its way out
        run(&folder.open(), "CREATE TABLE IF NOT EXISTS kept ()");
        nothing_is_left_running(&folder);
    }
}

#[test]
fn a_crashed_server_is_started_again() {
    let folder = Folder::new();
    let cluster = folder.open();
    run(&cluster, "CREATE TABLE kept AS SELECT 'still here' AS word");
    let pid = embedded::running(&folder.home()).unwrap().unwrap().pid;
    // SAFETY: a signal to the server that this test started
    unsafe { libc::kill(i32::try_from(pid).unwrap(), libc::SIGKILL) };
    drop(cluster);
    assert_eq!(ask(&folder.open(), "SELECT word FROM kept"), "still here");
}

#[test]
fn a_pid_file_whose_number_belongs_to_another_process_now_is_no_obstacle() {
    let folder = Folder::new();
    let cluster = folder.open();
    let data = ask(&cluster, "SELECT current_setting('data_directory')");
    drop(cluster);
    let mut innocent = Command::new("sleep").arg("600").spawn().unwrap();
    for pid in [innocent.id(), std::process::id(), 1, 4_000_000] {
        let text = format!("{pid}\n{data}\n1763630000\n5432\n/nowhere\n\n  1 2\nready   \n");
        std::fs::write(Path::new(&data).join("postmaster.pid"), text).unwrap();
        assert_eq!(embedded::running(&folder.home()).unwrap(), None);
        assert!(!embedded::stop_running(&folder.home()).unwrap());
        assert_eq!(ask(&folder.open(), "SELECT 'on'"), "on");
    }
    assert!(innocent.try_wait().unwrap().is_none(), "a process that is no server was signalled");
    kill(innocent);
}

#[test]
fn a_detached_server_stays_until_it_is_stopped() {
    let folder = Folder::new();
    assert!(folder.other_process("detached", None).wait().unwrap().success());
    let running = embedded::running(&folder.home()).unwrap().unwrap();
    assert!(running.detached);
    run(&folder.open(), "CREATE TABLE kept ()");
    assert_eq!(embedded::running(&folder.home()).unwrap(), Some(running), "one that joined has stopped it");
    assert!(embedded::stop_running(&folder.home()).unwrap());
    assert!(!embedded::stop_running(&folder.home()).unwrap());
    nothing_is_left_running(&folder);
}

#[test]
fn a_server_that_was_stopped_under_its_starter_can_be_opened_again() {
    let folder = Folder::new();
    let first = folder.open();
    assert!(embedded::stop_running(&folder.home()).unwrap());
    let second = folder.open();
    assert_eq!(ask(&second, "SELECT 'on'"), "on");
    drop(second);
    drop(first);
    nothing_is_left_running(&folder);
}

#[test]
fn reset_stops_the_server_and_forgets_the_data() {
    let folder = Folder::new();
    assert!(!embedded::reset(&folder.home()).unwrap());
    let cluster = folder.open();
    run(&cluster, "CREATE TABLE kept ()");
    assert!(embedded::reset(&folder.home()).unwrap());
    drop(cluster);
    let cluster = folder.open();
    assert_eq!(ask(&cluster, "SELECT coalesce(to_regclass('kept')::text, 'gone')"), "gone");
}

#[test]
fn a_long_or_odd_path_is_no_obstacle() {
    for name in ["x".repeat(120), "my, \"own\" project's é".to_owned()] {
        let folder = Folder::new();
        let home = folder.0.join(name).join(".autogen/postgres");
        let cluster = Cluster::open(&home, &binaries()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(ask(&cluster, "SELECT 'on'"), "on");
        let socket_dir = cluster.socket_dir().to_owned();
        assert!(!socket_dir.starts_with(&folder.0));
        drop(cluster);
        assert!(!socket_dir.exists());
        embedded::reset(&home).unwrap();
    }
}

#[test]
fn a_folder_that_the_servers_user_cannot_enter_is_no_obstacle() {
    let folder = Folder::new();
    std::fs::set_permissions(&folder.0, std::fs::Permissions::from_mode(0o700)).unwrap();
    let cluster = folder.open();
    let data = PathBuf::from(ask(&cluster, "SELECT current_setting('data_directory')"));
    let note = folder.home().join("elsewhere.txt");
    assert_eq!(data.starts_with(folder.home()), !note.exists());
    drop(cluster);
    assert_eq!(ask(&folder.open(), "SELECT 'again'"), "again");
    assert!(embedded::reset(&folder.home()).unwrap());
    assert!(!data.exists() && !note.exists());
    // what holds data outside the project goes too
    assert!(data.parent() == Some(&folder.home()) || !data.parent().unwrap().exists());
}

#[test]
fn data_of_another_version_is_refused_with_the_ways_out() {
    let folder = Folder::new();
    let cluster = folder.open();
    let data = ask(&cluster, "SELECT current_setting('data_directory')");
    drop(cluster);
    std::fs::write(Path::new(&data).join("PG_VERSION"), "11\n").unwrap();
    let error = Cluster::open(&folder.home(), &binaries()).unwrap_err();
    assert!(error.message().contains("was made by PostgreSQL 11"), "{error}");
    assert!(error.hints().iter().any(|hint| hint.contains("autogen db reset")), "{error}");
}

#[test]
fn a_server_that_does_not_start_shows_the_end_of_its_log() {
    let folder = Folder::new();
    let cluster = folder.open();
    let data = ask(&cluster, "SELECT current_setting('data_directory')");
    drop(cluster);
    std::fs::write(Path::new(&data).join("postgresql.conf"), "no_such_setting = 1\n").unwrap();
    let error = Cluster::open(&folder.home(), &binaries()).unwrap_err().to_string();
    assert!(error.contains("ended while starting") && error.contains("no_such_setting"), "{error}");
    nothing_is_left_running(&folder);
}

#[test]
fn a_database_is_made_once_under_any_name() {
    let folder = Folder::new();
    let cluster = folder.open();
    for name in ["todo", "Sales \"2026\"; é/?"] {
        cluster.create_database(name).unwrap();
        cluster.create_database(name).unwrap();
        let mut client = postgres::Client::connect(&cluster.url(name), NoTls).unwrap();
        assert_eq!(client.query_one("SELECT current_database()::text", &[]).unwrap().get::<_, String>(0), name);
    }
    assert!(cluster.create_database(&"x".repeat(64)).is_err());
}

#[test]
fn every_test_has_a_database_of_its_own() {
    let use_one = || {
        let database = server::database();
        let mut client = database.client();
        client.batch_execute("CREATE TABLE t (); CREATE TYPE e AS ENUM ('a')").unwrap();
        assert!(postgres::Client::connect(&database.url(), NoTls).is_ok());
        // dropped with the client still connected
        database.name().to_owned()
    };
    let names: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(use_one)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let last = server::database();
    let gone = last.client().query("SELECT FROM pg_database WHERE datname = ANY ($1)", &[&names]).unwrap();
    assert!(gone.is_empty());
}
