//! Does a run that is cut off anywhere, and taken up again, end where an undisturbed one does?
//!
//! One revision of eleven steps, five of them without a transaction. In each trial the program is killed with SIGKILL, at a
//! random moment or as soon as a step has ended, or its session is ended at the server; once to three times in a row, then it
//! runs to its end. Everything is then as after an undisturbed run: rows, definitions, which indexes are valid, bookkeeping
//! but for times. `CRASH_TRIALS` says how many trials (25 unless said), `CRASH_SEED` gives the same ones again, as far as a
//! moment can be the same.

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use postgres::{Client, SimpleQueryMessage};

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;

const THREADS: usize = 2;
const STEPS: usize = 11;

const REVISION: &str = r#"-- autogen revision c4a5
-- message: many steps
-- parents:
-- created: 2026-01-02 03:04:05+00:00

-- autogen:upgrade

CREATE TYPE public.mood AS ENUM ('sad');
CREATE FUNCTION public.slow(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS
    'BEGIN IF n % 100 = 0 THEN PERFORM pg_sleep(0.002); END IF; RETURN n; END';
CREATE TABLE public.tasks (id int NOT NULL, title text, mood public.mood);
INSERT INTO public.tasks SELECT n, 'task ' || n, 'sad' FROM generate_series(1, 1500) AS n;
CREATE TABLE public.days (day int NOT NULL) PARTITION BY RANGE (day);
CREATE TABLE public.days_1 PARTITION OF public.days FOR VALUES FROM (0) TO (100);
CREATE TABLE public.days_2 PARTITION OF public.days FOR VALUES FROM (100) TO (200);
INSERT INTO public.days SELECT n FROM generate_series(0, 199) AS n;

-- autogen:step no-transaction
CREATE INDEX CONCURRENTLY ix_tasks_slow ON public.tasks (public.slow(id));

-- autogen:step transaction
ALTER TABLE public.tasks ADD COLUMN done int;
SELECT pg_sleep(0.02);
UPDATE public.tasks SET done = coalesce(done, 0) + 1 WHERE id <= 500;

-- autogen:step no-transaction
ALTER TYPE public.mood ADD VALUE 'happy';

-- autogen:step transaction
UPDATE public.tasks SET mood = 'happy', title = title || '!' WHERE id % 2 = 0;
ALTER TABLE public.tasks ADD CONSTRAINT ck_tasks_id CHECK (public.slow(id) > 0) NOT VALID;
SELECT pg_sleep(0.02);

-- autogen:step no-transaction
ALTER TABLE public.tasks VALIDATE CONSTRAINT ck_tasks_id;
CREATE UNIQUE INDEX CONCURRENTLY uq_tasks_id ON public.tasks (public.slow(id), id) WHERE id > 10;
VACUUM public.tasks;

-- autogen:step transaction
INSERT INTO public.tasks SELECT n, 'late ' || n, 'happy' FROM generate_series(1501, 1600) AS n;
SELECT pg_sleep(0.02);

-- autogen:step no-transaction
ALTER TABLE public.days DETACH PARTITION public.days_2 CONCURRENTLY;
REINDEX INDEX CONCURRENTLY public.ix_tasks_slow;

-- autogen:step transaction
CREATE TABLE public.log AS SELECT count(*) AS tasks, sum(done) AS done FROM public.tasks;
DELETE FROM public.days_2 WHERE day % 2 = 0;

-- autogen:step no-transaction
DROP INDEX CONCURRENTLY public.ix_tasks_slow;
CREATE INDEX CONCURRENTLY ix_tasks_title ON public.tasks (title, public.slow(id));

-- autogen:step transaction
INSERT INTO public.log SELECT tasks + 1, done + 1 FROM public.log;
SELECT pg_sleep(0.02);

\quit
-- autogen:downgrade
"#;

fn project() -> Project {
    Project::with(&[("revisions/c4a5_many_steps.sql", REVISION)])
}

/// splitmix64
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// How one run is cut off.
#[derive(Debug, Clone, Copy)]
enum Fate {
    /// The program is killed after so long.
    Killed(Duration),
    /// It is killed as soon as this step is recorded as ended.
    KilledBehind(usize),
    /// It is stopped while a statement without a transaction runs, the first that is not before this one, and killed once that
    /// has ended at the server: it took effect, and nobody noted it.
    KilledUnnoted(usize),
    /// The server ends its session after so long.
    Ended(Duration),
}

/// What begins the statements that have no transaction, in their order.
const ALONE: [&str; 9] = [
    "CREATE INDEX CONCURRENTLY ix_tasks_slow",
    "ALTER TYPE public.mood ADD VALUE",
    "ALTER TABLE public.tasks VALIDATE",
    "CREATE UNIQUE INDEX CONCURRENTLY",
    "VACUUM",
    "ALTER TABLE public.days DETACH",
    "REINDEX",
    "DROP INDEX CONCURRENTLY public.ix_tasks_slow",
    "CREATE INDEX CONCURRENTLY ix_tasks_title",
];

fn is_alone(sql: &str) -> Option<usize> {
    ALONE.iter().position(|begin| sql.starts_with(begin))
}

impl Fate {
    fn draw(random: &mut Random, whole: Duration) -> Self {
        let moment = whole.mul_f64(random.below(1000) as f64 / 1000.0);
        match random.below(6) {
            0 | 1 => Fate::Killed(moment),
            2 => Fate::KilledBehind(1 + random.below(STEPS as u64 - 1) as usize),
            3 | 4 => Fate::KilledUnnoted(random.below(ALONE.len() as u64) as usize),
            _ => Fate::Ended(moment),
        }
    }
}

/// What runs of one trial came to.
#[derive(Default)]
struct Counts {
    /// Runs that were cut off before their end.
    cut: AtomicUsize,
    /// Of these, runs of which a statement was being run, by its text in `pg_stat_activity`.
    within: AtomicUsize,
    /// Of those, statements that have no transaction.
    alone: AtomicUsize,
    /// Killed when such a one had ended and nobody had noted it, or shortly after.
    unnoted: AtomicUsize,
}

fn start(project: &Project) -> Child {
    project.command(&["upgrade", "head"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

const SESSION: &str = "pid <> pg_backend_pid() AND datname = current_database() AND backend_type = 'client backend'";

/// The statement of the file that the runner's session is at.
fn running(watcher: &mut Client) -> Option<String> {
    let sql = format!("SELECT query FROM pg_stat_activity WHERE {SESSION} AND state = 'active'");
    let query: String = watcher.query(&sql, &[]).unwrap().first()?.get(0);
    REVISION.contains(&query).then_some(query)
}

fn steps_ended(watcher: &mut Client) -> usize {
    let sql = "SELECT count(finished_at) FROM public.autogen_steps";
    watcher.query_one(sql, &[]).map_or(0, |row| row.get::<_, i64>(0) as usize)
}

/// Runs once and is cut off, unless it ends before that.
fn cut_off(project: &Project, watcher: &mut Client, fate: Fate, counts: &Counts) {
    let mut child = start(project);
    let begun = Instant::now();
    let due = |watcher: &mut Client| match fate {
        Fate::Killed(moment) | Fate::Ended(moment) => begun.elapsed() >= moment,
        Fate::KilledBehind(step) => steps_ended(watcher) >= step,
        Fate::KilledUnnoted(first) => running(watcher).is_some_and(|sql| is_alone(&sql) >= Some(first)),
    };
    while !due(watcher) {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        if !matches!(fate, Fate::KilledUnnoted(_)) {
            thread::sleep(Duration::from_millis(1));
        }
    }
    if matches!(fate, Fate::KilledUnnoted(_)) {
        // SAFETY: the process is a child of ours that nobody has waited for
        unsafe { libc::kill(child.id() as libc::pid_t, libc::SIGSTOP) };
        while running(watcher).is_some() {
            thread::sleep(Duration::from_millis(1));
        }
        counts.unnoted.fetch_add(1, Ordering::Relaxed);
    }
    let statement = running(watcher);
    match fate {
        Fate::Ended(_) => {
            let sql = format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {SESSION}");
            watcher.query(&sql, &[]).unwrap();
        }
        Fate::Killed(_) | Fate::KilledBehind(_) | Fate::KilledUnnoted(_) => child.kill().unwrap(),
    }
    let output = child.wait_with_output().unwrap();
    if !output.status.success() {
        counts.cut.fetch_add(1, Ordering::Relaxed);
        counts.within.fetch_add(usize::from(statement.is_some()), Ordering::Relaxed);
        let is_alone = statement.is_some_and(|sql| is_alone(&sql).is_some());
        counts.alone.fetch_add(usize::from(is_alone), Ordering::Relaxed);
    }
}

/// All that has to be the same.
fn state(project: &Project) -> String {
    const QUERIES: [&str; 5] = [
        "SELECT indexrelid::regclass, indisvalid, indisready, indislive FROM pg_index WHERE indrelid::regclass::text !~ '^(pg_|autogen)' ORDER BY indexrelid::regclass::text",
        "SELECT conname, convalidated FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT inhrelid::regclass, inhdetachpending FROM pg_inherits ORDER BY inhrelid::regclass::text",
        "SELECT id, parents, message, fingerprint, applied_by, autogen_version, position FROM public.autogen_revisions",
        "SELECT * FROM public.autogen_steps",
    ];
    let mut text = server::dump(&project.database).unwrap_or_default();
    let mut client = project.database.client();
    let rows =
        "SELECT * FROM public.tasks ORDER BY id; SELECT * FROM public.days_2 ORDER BY 1; SELECT * FROM public.log";
    for query in QUERIES.iter().chain([&rows]) {
        text.push_str(&format!("{query}\n"));
        for message in client.simple_query(query).unwrap_or_else(|e| panic!("{query}: {e}")) {
            if let SimpleQueryMessage::Row(row) = message {
                let values: Vec<&str> = (0..row.len()).map(|n| row.get(n).unwrap_or("null")).collect();
                text.push_str(&format!("{}\n", values.join(", ")));
            }
        }
    }
    text
}

/// Why the trial failed, if it did.
fn trial(mut random: Random, whole: Duration, expected: &str, counts: &Counts) -> Result<(), String> {
    let project = project();
    let mut watcher = project.database.client();
    let fates: Vec<Fate> = (0..=random.below(3)).map(|_| Fate::draw(&mut random, whole)).collect();
    for fate in &fates {
        cut_off(&project, &mut watcher, *fate, counts);
    }
    let output = project.run(&["upgrade", "head"]);
    if !output.status.success() {
        return Err(format!("{fates:?}: the last run failed\n{}", project.told(&output)));
    }
    match state(&project) {
        state if state == expected => Ok(()),
        state => {
            let diff = similar::TextDiff::from_lines(expected, &state);
            Err(format!("{fates:?}: it ends elsewhere\n{}", diff.unified_diff()))
        }
    }
}

#[test]
fn a_run_that_is_cut_off_ends_where_an_undisturbed_one_does() {
    if !server::is_from(14, "crashes in the middle of a revision, one step of which is DETACH PARTITION CONCURRENTLY") {
        return;
    }
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (trials, seed) = (number("CRASH_TRIALS").unwrap_or(25), number("CRASH_SEED").unwrap_or(20_260_101));
    println!("CRASH_SEED={seed} CRASH_TRIALS={trials}");
    let (undisturbed, begun) = (project(), Instant::now());
    undisturbed.done(&["upgrade", "head"]);
    let whole = begun.elapsed();
    let expected = state(&undisturbed);
    assert!(expected.contains("1601, 501"), "{expected}");
    let (next, counts) = (AtomicUsize::new(0), Counts::default());
    let failed: Vec<String> = thread::scope(|scope| {
        let work = || {
            let mut failed = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed) as u64;
                if n >= trials {
                    return failed;
                }
                let random = Random(seed.wrapping_add(n.wrapping_mul(0x1000_0001)));
                if let Err(why) = trial(random, whole, &expected, &counts) {
                    failed.push(format!("trial {n} of CRASH_SEED={seed}: {why}"));
                }
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("a trial panicked, see above")).collect()
    });
    let [cut, within, alone, unnoted] =
        [&counts.cut, &counts.within, &counts.alone, &counts.unnoted].map(|count| count.load(Ordering::Relaxed) as u64);
    println!("{trials} trials in {:.0} s; an undisturbed run takes {whole:.1?}", begun.elapsed().as_secs_f64());
    println!(
        "{cut} runs were cut off, {within} within a statement, {alone} of these without a transaction, {unnoted} behind one"
    );
    assert!(failed.is_empty(), "{} of {trials} trials failed:\n\n{}", failed.len(), failed.join("\n\n"));
    assert!(trials < 25 || cut > trials / 2 && alone > 0, "nearly nothing was cut off: {cut} runs, {alone} alone");
}
