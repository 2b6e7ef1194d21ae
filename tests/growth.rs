//! Does the work grow as the schema does, and no faster?
//!
//! Each pure stage runs over two schemas, one eight times the size of the other. Linear work takes about eight times as long
//! then, quadratic work sixty-four times; what is measured is the thread's own time on a processor, the least of several
//! series of runs, so that a busy machine does not matter.

use std::fs;
use std::hint::black_box;
use std::time::Instant;

use autogen::catalog::Catalog;
use autogen::diff::diff;

#[path = "support/fixtures.rs"]
mod fixtures;
#[path = "support/many.rs"]
mod many;

const SMALL: usize = 25;
const TIMES: usize = 8;
/// How much longer than in proportion a stage may take: a logarithm, and caches that hold less of more.
const SLACK: f64 = 3.0;

type Stage = (&'static str, fn(&Size));

/// What the stages work on.
struct Size {
    files: Vec<String>,
    empty: Catalog,
    full: Catalog,
}

impl Size {
    fn of(tables: usize) -> Self {
        let (files, empty) = (many::files(tables), Catalog::default());
        let full = many::wanted(&files, &empty);
        Self { files, empty, full }
    }
}

const STAGES: [Stage; 7] = [
    ("reading models", |size| drop(black_box(many::draft(&size.files)))),
    ("what is new made canonical", |size| drop(black_box(many::wanted(&size.files, &size.empty)))),
    ("what is there made canonical", |size| drop(black_box(many::wanted(&size.files, &size.full)))),
    ("comparing", |size| drop(black_box(diff(&size.full, &size.full.clone())))),
    ("planning all that is new", |size| drop(black_box(many::way(&size.empty, &size.full)))),
    ("planning all that is dropped", |size| drop(black_box(many::way(&size.full, &size.empty)))),
    ("showing a plan", |size| {
        black_box(many::shown(&many::way(&size.empty, &size.full), &size.empty));
    }),
];

#[test]
fn no_stage_is_slower_than_in_proportion() {
    let (small, large) = (Size::of(SMALL), Size::of(SMALL * TIMES));
    for (stage, run) in STAGES {
        let (little, much) = (least(|| run(&small)), least(|| run(&large)));
        let ratio = much / little;
        assert!(
            ratio < TIMES as f64 * SLACK,
            "{stage}: {TIMES} times the tables take {ratio:.0} times as long ({little:.1} ms and {much:.1} ms)"
        );
    }
}

/// Milliseconds of one run, in the quickest of a few series of runs.
fn least(run: impl Fn()) -> f64 {
    let timed = |_| {
        let (wall, before) = (Instant::now(), on_processor());
        for runs in 1.. {
            run();
            let spent = match (before, on_processor()) {
                (Some(before), Some(after)) => (after - before) as f64 / 1e6,
                _ => wall.elapsed().as_secs_f64() * 1e3,
            };
            // the system counts in ticks of some milliseconds
            if spent > 50.0 {
                return spent / f64::from(runs);
            }
        }
        f64::INFINITY
    };
    (0..3).map(timed).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds that this thread has run, where the system says so (`proc_pid_schedstat`).
fn on_processor() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().filter(|spent| *spent > 0)
}
