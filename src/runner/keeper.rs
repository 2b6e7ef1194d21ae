//! How is the runner's lock held where a pooler gives each transaction another session?
//!
//! Invariant: the lock is that of a transaction which a second connection keeps open and idle, so that the pooler has to
//! leave it one session. It is the lock that runners with a session of their own take, so that both exclude each other. It
//! holds no snapshot, for which CREATE INDEX CONCURRENTLY would wait, and ends with the connection, however that ends.
//!
//! It also cancels what the runner's transaction does. A request to cancel as the protocol has it must not go through a
//! pooler: PgBouncer 1.18 dies of one whose sender does not wait for the answer, as our driver does not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use postgres::{Client, SimpleQueryMessage};

use super::Cancel;
use super::lock::{KEY, LOCKS};
use crate::sql::quote_literal;

/// Poolers and firewalls drop what is silent for minutes.
const ALIVE: Duration = Duration::from_secs(15);

/// For servers from 17 on, which alone have this setting.
const NO_LIMIT: &str = "SELECT pg_catalog.set_config(s.name, '0', true) FROM pg_catalog.pg_settings AS s \
    WHERE s.name = 'transaction_timeout'";

/// A second connection to the database, whose open transaction holds the lock.
#[derive(Clone)]
pub struct Keeper {
    shared: Arc<Shared>,
}

struct Shared {
    /// Nobody else's application_name.
    token: String,
    client: Mutex<Client>,
    /// The connection failed, and the lock is gone with it.
    lost: AtomicBool,
}

impl Keeper {
    pub fn new(client: Client) -> Self {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let token = format!("autogen {} {:x}", std::process::id(), now.as_nanos());
        Self { shared: Arc::new(Shared { token, client: Mutex::new(client), lost: AtomicBool::new(false) }) }
    }

    /// What a transaction says of itself that the keeper is to find, for as long as it lasts.
    pub(super) fn mark(&self) -> String {
        format!("SET LOCAL application_name = {}", quote_literal(&self.shared.token))
    }

    /// Cancels what runs in a transaction that bears the mark. A statement without a transaction is left to come to its end.
    pub fn canceller(&self) -> Cancel {
        let keeper = self.clone();
        let sql = format!(
            "SELECT pg_catalog.pg_cancel_backend(a.pid) FROM pg_catalog.pg_stat_activity AS a \
             WHERE a.application_name = {} AND a.state = 'active'",
            quote_literal(&self.shared.token)
        );
        Arc::new(move || drop(keeper.client().simple_query(&sql)))
    }

    fn client(&self) -> MutexGuard<'_, Client> {
        self.shared.client.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the lock is ours now. Where it is another's, nothing stays open.
    pub(super) fn try_take(&self) -> Result<bool, postgres::Error> {
        let mut client = self.client();
        let answer = client.simple_query(&format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;\nSET LOCAL statement_timeout = 0;\n\
             SET LOCAL idle_in_transaction_session_timeout = 0;\n{NO_LIMIT};\nSELECT pg_catalog.pg_try_advisory_xact_lock({KEY})"
        ))?;
        let taken = is_true(&answer);
        if !taken {
            client.batch_execute("ROLLBACK")?;
        }
        Ok(taken)
    }

    /// Whether the lock is ours still, as the server knows it.
    pub(super) fn holds(&self) -> Result<bool, postgres::Error> {
        if self.is_lost() {
            return Ok(false);
        }
        let key = format!("{LOCKS} AND l.pid = pg_catalog.pg_backend_pid()").replace("$1", &KEY.to_string());
        Ok(is_true(&self.client().simple_query(&format!("SELECT EXISTS (SELECT {key})"))?))
    }

    /// As far as is known without asking.
    pub(super) fn is_lost(&self) -> bool {
        self.shared.lost.load(Ordering::SeqCst)
    }

    /// Says something on the connection now and then, until the value is dropped.
    pub(super) fn keep_alive(&self) -> Alive {
        let (stop, stopped) = mpsc::channel::<()>();
        let keeper = self.clone();
        let work = move || {
            while stopped.recv_timeout(ALIVE) == Err(RecvTimeoutError::Timeout) {
                if keeper.client().simple_query("SELECT 1").is_err() {
                    keeper.shared.lost.store(true, Ordering::SeqCst);
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("keeper".into()).spawn(work).ok();
        Alive { stop: Some(stop), thread }
    }

    /// Gives the lock back; whether it was still ours.
    pub(super) fn release(&self) -> bool {
        let held = self.holds().unwrap_or(false);
        self.client().batch_execute("ROLLBACK").is_ok() && held
    }
}

pub(super) struct Alive {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Alive {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn is_true(answer: &[SimpleQueryMessage]) -> bool {
    answer.iter().any(|message| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("t")))
}
