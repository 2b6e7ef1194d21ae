//! How is a run told while it goes on?
//!
//! Plain lines on stderr, one for each revision that is done; on a terminal a further line that is written over while a
//! statement takes long; or, for a program, an object a line. Invariant: no part of it holds SQL, which may hold a password.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::output::Output;
use crate::config::LogFormat;
use crate::error::Error;
use crate::project::Notice;
use crate::project::compare::count;
use crate::runner::{Blocker, Direction, Holder, Progress, Running};

/// Clones write to the same place.
#[derive(Clone)]
pub struct Teller {
    output: Output,
    format: LogFormat,
    terminal: bool,
    /// What stands in the line that is written over; empty where there is none.
    transient: Arc<Mutex<String>>,
    /// The revision at work, in a few words, for the lines of the watch.
    title: Arc<Mutex<String>>,
    /// The statement at work, for the line of its end.
    statement: Arc<Mutex<String>>,
    /// Until when a batch is not told of again.
    silent: Arc<Mutex<Instant>>,
}

/// Where nobody watches, a line now and then shows that it is not stuck.
const FIRST: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(1)];
const EVERY: [Duration; 2] = [Duration::from_secs(30), Duration::from_secs(1)];

impl Teller {
    pub fn new(output: Output, format: LogFormat) -> Self {
        let terminal = format == LogFormat::Text && std::io::stderr().is_terminal();
        let silent = Arc::new(Mutex::new(Instant::now()));
        let (transient, title, statement) = Default::default();
        Self { output, format, terminal, transient, title, statement, silent }
    }

    /// After how long a statement is told of for the first time, and how often then.
    pub fn rhythm(&self) -> (Duration, Duration) {
        (FIRST[usize::from(self.terminal)], EVERY[usize::from(self.terminal)])
    }

    pub fn say(&self, text: &str) {
        self.clear();
        self.output.say(text);
    }

    pub fn notice(&self, notice: Notice) {
        self.clear();
        self.output.notice(notice);
    }

    pub fn warn(&self, text: &str) {
        match self.format {
            LogFormat::Text => {
                self.clear();
                self.output.warn(text);
            }
            LogFormat::Json => self.object(json!({ "event": "warning", "message": text })),
        }
    }

    /// The last word: where the database stands now.
    pub fn stands(&self, to: &[String], moved: bool) {
        if self.format == LogFormat::Json {
            return self.object(json!({ "event": "end", "heads": to, "moved": moved }));
        }
        let stands = if to.is_empty() { "base".to_owned() } else { to.join(", ") };
        match moved {
            true => self.say(&format!("the database is at {stands}")),
            false => self.say(&format!("nothing to do: the database is at {stands}")),
        }
    }

    /// Whether the error has been told; else it is for the caller to tell.
    pub fn failed(&self, error: &Error) -> bool {
        self.clear();
        if self.format == LogFormat::Text {
            return false;
        }
        let place = error
            .place()
            .map(|at| json!({ "file": at.file.display().to_string(), "line": at.line, "column": at.column }));
        // said however quiet it is to be
        let told = json!({
            "event": "error",
            "message": error.message(),
            "at": place,
            "details": error.details(),
            "hints": error.hints(),
            "exit": error.code(),
        });
        Output { quiet: false, ..self.output }.say(&told.to_string());
        true
    }

    pub fn tell(&self, progress: Progress) {
        if self.is_too_soon(&progress) {
            return;
        }
        match self.format {
            LogFormat::Json => self.object(object(&progress)),
            LogFormat::Text => self.text(progress),
        }
    }

    /// Rounds of a batch are told of no more often than a statement that takes long.
    fn is_too_soon(&self, progress: &Progress) -> bool {
        let ((first, every), now) = (self.rhythm(), Instant::now());
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        match progress {
            Progress::Statement { .. } => *silent = now + first,
            Progress::Batch { .. } if now < *silent => return true,
            Progress::Batch { .. } => *silent = now + every,
            _ => {}
        }
        false
    }

    fn text(&self, progress: Progress) {
        let detail = |text: &str| {
            if self.output.verbose {
                self.say(text);
            }
        };
        match progress {
            Progress::Waiting { holder } => self.say(&format!("waiting for another runner: {holder}")),
            Progress::Blocked { by } => self.say(&format!("waiting for {}", blockers(&by))),
            Progress::Revision { id, message, direction, number, count, .. } => {
                let title = title(&message);
                *self.title.lock().unwrap_or_else(PoisonError::into_inner) =
                    format!("{direction} {number} of {count}, {id}, {title}");
                detail(&format!("{direction} {id}, {title} ({number} of {count})"));
            }
            Progress::Step { number, count, transaction, skipped } => {
                let how = if transaction { "in a transaction" } else { "on its own" };
                let done = if skipped { ", done by an earlier run" } else { "" };
                detail(&format!("  step {number} of {count}, {how}{done}"));
            }
            Progress::Statement { label, line, .. } => {
                *self.statement.lock().unwrap_or_else(PoisonError::into_inner) = format!("line {line}: {label}");
            }
            Progress::Ran { rows, elapsed, .. } => {
                let statement = self.statement.lock().unwrap_or_else(PoisonError::into_inner).clone();
                let rows = rows.map_or_else(String::new, |rows| format!("{}, ", many(rows, "row")));
                detail(&format!("  {statement} ({rows}{})", seconds(elapsed)));
            }
            Progress::Batch { rows, of } => {
                let of = of.map_or_else(String::new, |of| format!(" of about {of}"));
                self.now(&format!("{rows}{of} rows done"));
            }
            Progress::Warning(text) => self.warn(&text),
            Progress::Done { id, message, parents, direction, elapsed } => {
                let below = if parents.is_empty() { "base".to_owned() } else { parents.join(", ") };
                let title = title(&message);
                let (from, to) = match direction {
                    Direction::Upgrade => (below, id),
                    Direction::Downgrade => (id, below),
                };
                self.say(&format!("{from} -> {to}, {title} ({})", seconds(elapsed)));
            }
        }
    }

    /// A statement that takes long.
    pub fn running(&self, now: &Running) {
        if self.format == LogFormat::Json {
            return self.object(json!({
                "event": "running",
                "revision": now.id,
                "op": now.label,
                "step": now.step.0,
                "steps": now.step.1,
                "elapsed_ms": milliseconds(now.elapsed),
                "phase": now.phase,
                "percent": now.percent.map(f64::round),
                "waits_for": now.waits_for.iter().map(blocker).collect::<Vec<_>>(),
            }));
        }
        let mut text = format!("step {} of {}, {}, {}", now.step.0, now.step.1, now.label, seconds(now.elapsed));
        if let Some(phase) = &now.phase {
            text.push_str(&format!(", {phase}"));
        }
        if let Some(percent) = now.percent {
            text.push_str(&format!(", {percent:.0} %"));
        }
        if !now.waits_for.is_empty() {
            text.push_str(&format!(", waits for {}", blockers(&now.waits_for)));
        }
        self.now(&text);
    }

    /// What is going on at this moment.
    fn now(&self, text: &str) {
        let title = self.title.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let text = format!("{title}: {text}");
        if !self.terminal {
            return self.output.say(&text);
        }
        if self.output.quiet {
            return;
        }
        let width = terminal_width();
        let short: String = text.chars().filter(|c| !c.is_control()).take(width.saturating_sub(1)).collect();
        let mut transient = self.transient.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(std::io::stderr(), "\r\u{1b}[K{short}");
        *transient = short;
    }

    /// Takes the line away that is written over.
    pub fn clear(&self) {
        let mut transient = self.transient.lock().unwrap_or_else(PoisonError::into_inner);
        if !transient.is_empty() {
            let _ = write!(std::io::stderr(), "\r\u{1b}[K");
            transient.clear();
        }
    }

    fn object(&self, value: Value) {
        self.output.say(&value.to_string());
    }
}

/// Columns of the terminal; what is longer would leave parts of itself behind.
fn terminal_width() -> usize {
    // SAFETY: all-zero bytes are a valid `winsize`, and the pointer is to a live local
    let columns = unsafe {
        let mut size: libc::winsize = std::mem::zeroed();
        if libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &mut size) == 0 { size.ws_col } else { 0 }
    };
    if columns == 0 { 80 } else { columns.into() }
}

fn title(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}

fn blockers(by: &[Blocker]) -> String {
    by.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// `0.2 s`, `3 min 20 s`
fn seconds(elapsed: Duration) -> String {
    match elapsed.as_secs() {
        0..120 => format!("{:.1} s", elapsed.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

fn many(number: u64, word: &str) -> String {
    usize::try_from(number).map_or_else(|_| format!("{number} {word}s"), |number| count(number, word))
}

fn milliseconds(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX)
}

fn blocker(by: &Blocker) -> Value {
    json!({
        "pid": by.pid,
        "application": by.application,
        "user": by.user,
        "state": by.state,
        "since": by.since,
        "table": by.table,
    })
}

/// Who holds the runner's lock.
fn holder(holder: &Holder) -> Value {
    json!({ "pid": holder.pid, "application": holder.application, "user": holder.user, "since": holder.since })
}

fn object(progress: &Progress) -> Value {
    match progress {
        Progress::Waiting { holder: who } => json!({ "event": "waiting", "holder": holder(who) }),
        Progress::Blocked { by } => json!({ "event": "blocked", "by": by.iter().map(blocker).collect::<Vec<_>>() }),
        Progress::Revision { id, message, direction, path, from, number, count } => json!({
            "event": "revision",
            "revision": id,
            "message": message,
            "direction": direction.word(),
            "file": path.display().to_string(),
            "from": from,
            "number": number,
            "count": count,
        }),
        Progress::Step { number, count, transaction, skipped } => json!({
            "event": "step",
            "step": number,
            "steps": count,
            "transaction": transaction,
            "skipped": skipped,
        }),
        Progress::Statement { label, line, number, count } => json!({
            "event": "statement",
            "op": label,
            "line": line,
            "statement": number,
            "statements": count,
        }),
        Progress::Ran { number, count, rows, elapsed } => json!({
            "event": "ran",
            "statement": number,
            "statements": count,
            "rows": rows,
            "elapsed_ms": milliseconds(*elapsed),
        }),
        Progress::Batch { rows, of } => json!({ "event": "batch", "rows": rows, "of": of }),
        Progress::Warning(text) => json!({ "event": "warning", "message": text }),
        Progress::Done { id, message, direction, parents, elapsed } => json!({
            "event": "done",
            "revision": id,
            "message": message,
            "parents": parents,
            "direction": direction.word(),
            "elapsed_ms": milliseconds(*elapsed),
        }),
    }
}
