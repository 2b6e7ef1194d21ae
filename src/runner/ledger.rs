//! Which revisions has a database run, and how far has it come with one that is not whole?
//!
//! Two tables in the schema `public`, and nothing else, are the contract; other programs may read them.
//!
//! `autogen_revisions`, one row for each applied revision:
//!
//! | column            | type          | meaning                                                               |
//! |-------------------|---------------|-----------------------------------------------------------------------|
//! | `id`              | `text`        | the revision's id; primary key                                        |
//! | `parents`         | `text[]`      | the parents that its file named                                       |
//! | `message`         | `text`        | the message of its file                                               |
//! | `fingerprint`     | `text`        | `sha256:…` over the statements that its file held                     |
//! | `applied_at`      | `timestamptz` | when it was applied, or stamped                                       |
//! | `applied_by`      | `text`        | the role that was logged in                                           |
//! | `duration_ms`     | `bigint`      | how long it ran; 0 where it was stamped                               |
//! | `autogen_version` | `text`        | the autogen that ran it                                               |
//! | `position`        | `integer`     | 1 for the first that was applied, then upwards                        |
//!
//! `autogen_steps`, only while a revision is half applied or half undone, one row for each step that has begun:
//!
//! | column              | type          | meaning                                                             |
//! |---------------------|---------------|---------------------------------------------------------------------|
//! | `revision`          | `text`        | the revision's id; primary key with `direction` and `step`          |
//! | `direction`         | `text`        | `upgrade` or `downgrade`                                            |
//! | `step`              | `integer`     | the number of the step in its section, from 1                       |
//! | `started_at`        | `timestamptz` | when it began                                                       |
//! | `finished_at`       | `timestamptz` | when it ended; null while it has not                                |
//! | `statements_done`   | `integer`     | how many of its statements have ended                               |
//! | `statement_running` | `integer`     | the statement, from 1, of which only the beginning is known, or null |
//! | `sql_hash`          | `text`        | `sha256:…` over the statements that have ended                      |
//!
//! Invariant: reading never creates anything; tables that are absent mean the base. What is written stands in the
//! transaction of what it is about, or, for a statement that can have none, before and after it.

use std::collections::{BTreeMap, BTreeSet};

use postgres::types::Type;
use postgres::{Client, GenericClient, Row};

use crate::error::{Error, Result};

use super::{Direction, failure};

/// An applied revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub id: String,
    pub parents: Vec<String>,
    pub message: String,
    pub fingerprint: String,
    /// `2026-11-20 09:41:00 UTC`
    pub applied_at: String,
    pub applied_by: String,
    pub duration_ms: i64,
    pub autogen_version: String,
    pub position: i32,
}

/// A step of a revision that is not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    pub revision: String,
    pub direction: Direction,
    pub step: usize,
    pub started_at: String,
    pub finished: bool,
    pub done: usize,
    pub running: Option<usize>,
    pub hash: String,
}

/// The bookkeeping as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    exists: bool,
    ids: BTreeSet<String>,
    rows: BTreeMap<String, Applied>,
    begun: Vec<Begun>,
}

const TABLES: &str = "SELECT count(*) FROM pg_catalog.pg_class AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE n.nspname = 'public' AND c.relname IN ('autogen_revisions', 'autogen_steps')";

const CREATE: &str = "
BEGIN;
SET LOCAL lock_timeout = 0;
CREATE TABLE IF NOT EXISTS public.autogen_revisions (
    id pg_catalog.text PRIMARY KEY,
    parents pg_catalog.text[] NOT NULL,
    message pg_catalog.text NOT NULL,
    fingerprint pg_catalog.text NOT NULL,
    applied_at pg_catalog.timestamptz NOT NULL,
    applied_by pg_catalog.text NOT NULL,
    duration_ms pg_catalog.int8 NOT NULL,
    autogen_version pg_catalog.text NOT NULL,
    position pg_catalog.int4 NOT NULL
);
CREATE TABLE IF NOT EXISTS public.autogen_steps (
    revision pg_catalog.text,
    direction pg_catalog.text,
    step pg_catalog.int4,
    started_at pg_catalog.timestamptz NOT NULL,
    finished_at pg_catalog.timestamptz,
    statements_done pg_catalog.int4 NOT NULL,
    statement_running pg_catalog.int4,
    sql_hash pg_catalog.text NOT NULL,
    PRIMARY KEY (revision, direction, step)
);
COMMENT ON TABLE public.autogen_revisions IS 'The revisions that autogen has applied to this database';
COMMENT ON TABLE public.autogen_steps IS 'How far autogen has come with a revision that is not whole';
COMMIT;";

const REVISIONS: &str = "SELECT id, parents, message, fingerprint, \
    pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', \
    applied_by, duration_ms, autogen_version, position FROM public.autogen_revisions ORDER BY position, id";

const STEPS: &str = "SELECT revision, direction, step, \
    pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', \
    finished_at IS NOT NULL, statements_done, statement_running, sql_hash \
    FROM public.autogen_steps ORDER BY revision, direction, step";

impl Ledger {
    pub fn read(client: &mut impl GenericClient) -> Result<Self> {
        let failed = |cause: postgres::Error| failure::bookkeeping("cannot read", &cause);
        // not to_regclass: it fails for a role that may not use the schema, where this still tells
        let tables: i64 = client.query_typed(TABLES, &[]).map_err(failed)?.first().map_or(0, |row| row.get(0));
        if tables < 2 {
            return Ok(Self::default());
        }
        let mut ledger = Self { exists: true, ..Self::default() };
        for row in client.query_typed(REVISIONS, &[]).map_err(failed)? {
            let applied = read_applied(&row).map_err(failed)?;
            ledger.ids.insert(applied.id.clone());
            ledger.rows.insert(applied.id.clone(), applied);
        }
        for row in client.query_typed(STEPS, &[]).map_err(failed)? {
            ledger.begun.push(read_begun(&row).map_err(failed)?);
        }
        Ok(ledger)
    }

    /// Creates the tables where they are absent. Only for who holds the lock and is about to write.
    pub(super) fn ensure(&mut self, client: &mut Client) -> Result<()> {
        if !self.exists {
            client.batch_execute(CREATE).map_err(|cause| {
                // the transaction that CREATE began is still open
                let _ = client.batch_execute("ROLLBACK");
                failure::bookkeeping("cannot create", &cause)
            })?;
            self.exists = true;
        }
        Ok(())
    }

    /// Whole ids of what is applied.
    pub fn applied(&self) -> &BTreeSet<String> {
        &self.ids
    }

    pub fn get(&self, id: &str) -> Option<&Applied> {
        self.rows.get(id)
    }

    /// In the order in which they were applied.
    pub fn rows(&self) -> Vec<&Applied> {
        let mut rows: Vec<&Applied> = self.rows.values().collect();
        rows.sort_by_key(|row| (row.position, &row.id));
        rows
    }

    /// The steps of revisions that are neither applied nor undone as a whole.
    pub fn begun(&self) -> &[Begun] {
        &self.begun
    }

    /// What is applied and no applied revision's parent, as the database itself remembers it.
    pub fn heads(&self) -> Vec<String> {
        let parents: BTreeSet<&String> = self.rows.values().flat_map(|row| &row.parents).collect();
        self.ids.iter().filter(|id| !parents.contains(id)).cloned().collect()
    }
}

fn read_applied(row: &Row) -> Result<Applied, postgres::Error> {
    Ok(Applied {
        id: row.try_get(0)?,
        parents: row.try_get(1)?,
        message: row.try_get(2)?,
        fingerprint: row.try_get(3)?,
        applied_at: row.try_get(4)?,
        applied_by: row.try_get(5)?,
        duration_ms: row.try_get(6)?,
        autogen_version: row.try_get(7)?,
        position: row.try_get(8)?,
    })
}

fn read_begun(row: &Row) -> Result<Begun, postgres::Error> {
    let count = |n: i32| usize::try_from(n).unwrap_or_default();
    Ok(Begun {
        revision: row.try_get(0)?,
        direction: if row.try_get::<_, &str>(1)? == "downgrade" { Direction::Downgrade } else { Direction::Upgrade },
        step: count(row.try_get(2)?),
        started_at: row.try_get(3)?,
        finished: row.try_get(4)?,
        done: count(row.try_get(5)?),
        running: row.try_get::<_, Option<i32>>(6)?.map(count),
        hash: row.try_get(7)?,
    })
}

/// A revision's row, as it is to be written.
pub(super) struct Entry<'a> {
    pub id: &'a str,
    pub parents: &'a [String],
    pub message: &'a str,
    pub fingerprint: &'a str,
    pub duration_ms: i64,
}

type Written = Result<(), postgres::Error>;

pub(super) fn add(client: &mut Client, entry: &Entry<'_>) -> Written {
    const INSERT: &str = "INSERT INTO public.autogen_revisions (id, parents, message, fingerprint, applied_at, applied_by, \
        duration_ms, autogen_version, position) \
        SELECT $1, $2, $3, $4, pg_catalog.clock_timestamp(), session_user::pg_catalog.text, $5, $6, \
        coalesce(pg_catalog.max(r.position), 0) + 1 FROM public.autogen_revisions AS r";
    // a message may hold what no text of the server can
    let message = entry.message.replace('\0', "\u{fffd}");
    let version = env!("CARGO_PKG_VERSION");
    client.query_typed(
        INSERT,
        &[
            (&entry.id, Type::TEXT),
            (&entry.parents, Type::TEXT_ARRAY),
            (&message, Type::TEXT),
            (&entry.fingerprint, Type::TEXT),
            (&entry.duration_ms, Type::INT8),
            (&version, Type::TEXT),
        ],
    )?;
    Ok(())
}

pub(super) fn remove(client: &mut Client, id: &str) -> Written {
    client.query_typed("DELETE FROM public.autogen_revisions WHERE id = $1", &[(&id, Type::TEXT)])?;
    Ok(())
}

/// How far one step has come.
pub(super) struct Mark<'a> {
    pub revision: &'a str,
    pub direction: Direction,
    /// From 1, as everywhere in the table.
    pub step: usize,
    pub done: usize,
    pub running: Option<usize>,
    pub hash: String,
    pub finished: bool,
}

pub(super) fn mark(client: &mut Client, mark: &Mark<'_>) -> Written {
    const UPSERT: &str = "INSERT INTO public.autogen_steps (revision, direction, step, started_at, finished_at, \
        statements_done, statement_running, sql_hash) \
        VALUES ($1, $2, $3, pg_catalog.clock_timestamp(), CASE WHEN $7 THEN pg_catalog.clock_timestamp() END, $4, $5, $6) \
        ON CONFLICT (revision, direction, step) DO UPDATE SET finished_at = excluded.finished_at, \
        statements_done = excluded.statements_done, statement_running = excluded.statement_running, \
        sql_hash = excluded.sql_hash";
    client.query_typed(
        UPSERT,
        &[
            (&mark.revision, Type::TEXT),
            (&mark.direction.word(), Type::TEXT),
            (&number(mark.step), Type::INT4),
            (&number(mark.done), Type::INT4),
            (&mark.running.map(number), Type::INT4),
            (&mark.hash, Type::TEXT),
            (&mark.finished, Type::BOOL),
        ],
    )?;
    Ok(())
}

/// Forgets the steps of a revision that is whole again.
pub(super) fn clear(client: &mut Client, revision: &str) -> Written {
    client.query_typed("DELETE FROM public.autogen_steps WHERE revision = $1", &[(&revision, Type::TEXT)])?;
    Ok(())
}

fn number(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// An applied revision in words: `3f2a… "add tasks", applied 2026-11-20 09:41:00 UTC by app`.
pub(super) fn describe(row: &Applied) -> String {
    let title: String = row.message.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    format!("{} \"{title}\", applied {} by {}", row.id, row.applied_at, row.applied_by)
}

pub(super) fn unknown(row: &Applied) -> Error {
    Error::new(format!("the database has applied revision {}, which no file holds", row.id))
        .detail(describe(row))
        .hint("get its file, e.g. from the branch that made it, and put it into the revisions folder")
        .hint(
            "if the file is gone for good, `autogen stamp` the revision that the database is at; the row then goes too",
        )
}
