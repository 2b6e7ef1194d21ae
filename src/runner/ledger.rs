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
//! | `content`         | `text`        | the file as it was then, `***` for its passwords; null where an older autogen applied it |
//!
//! Tables that an older autogen made lack `content` until something is written: reading does without it, and it is read only
//! where somebody asks what was changed.
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
use std::str::FromStr;

use postgres::{Client, GenericClient, SimpleQueryMessage, SimpleQueryRow};

use crate::error::{Error, Result};
use crate::revision::Folder;
use crate::sql::quote_literal;

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

/// Whether any of the tables is there; travels well with other statements, see [`is_there`]. One without the other is no
/// base, where all would run anew, but something that cannot be read. Not to_regclass: it fails for a role that may not use
/// the schema, where this still tells.
pub const LEDGER_THERE: &str = "SELECT count(*) > 0 AS autogen_ledger FROM pg_catalog.pg_class AS c \
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE n.nspname = 'public' AND c.relname IN ('autogen_revisions', 'autogen_steps')";

pub(super) const CREATE: &str = "
BEGIN;
SET LOCAL lock_timeout = 0;
SET LOCAL client_min_messages = 'warning';
CREATE TABLE IF NOT EXISTS public.autogen_revisions (
    id pg_catalog.text PRIMARY KEY,
    parents pg_catalog.text[] NOT NULL,
    message pg_catalog.text NOT NULL,
    fingerprint pg_catalog.text NOT NULL,
    applied_at pg_catalog.timestamptz NOT NULL,
    applied_by pg_catalog.text NOT NULL,
    duration_ms pg_catalog.int8 NOT NULL,
    autogen_version pg_catalog.text NOT NULL,
    position pg_catalog.int4 NOT NULL,
    content pg_catalog.text
);
ALTER TABLE public.autogen_revisions ADD COLUMN IF NOT EXISTS content pg_catalog.text;
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

/// What the tables of an older autogen lack.
pub(super) const EXTEND: &str = "
BEGIN;
SET LOCAL lock_timeout = 0;
SET LOCAL client_min_messages = 'warning';
ALTER TABLE public.autogen_revisions ADD COLUMN IF NOT EXISTS content pg_catalog.text;
COMMIT;";

/// Whether no older autogen has made the tables.
const UP_TO_DATE: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a \
    JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace \
    WHERE n.nspname = 'public' AND c.relname = 'autogen_revisions' AND a.attname = 'content' AND NOT a.attisdropped) AS up_to_date";

const REVISIONS: &str = "SELECT id, pg_catalog.array_to_json(parents) AS parents, message, fingerprint, \
    pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', \
    applied_by, duration_ms, autogen_version, position FROM public.autogen_revisions ORDER BY position, id";

const STEPS: &str = "SELECT revision, direction, step, \
    pg_catalog.to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', \
    finished_at IS NOT NULL, statements_done, statement_running, sql_hash \
    FROM public.autogen_steps ORDER BY revision, direction, step";

impl Ledger {
    /// Reads whether the tables are there, and then what is in them.
    pub fn read(client: &mut impl GenericClient) -> Result<Self> {
        let answer = client.simple_query(LEDGER_THERE).map_err(|cause| failure::bookkeeping("cannot read", &cause))?;
        Self::read_there(client, is_there(&answer))
    }

    /// For who has asked [`LEDGER_THERE`] together with something else: one message more, or none.
    pub fn read_there(client: &mut impl GenericClient, there: bool) -> Result<Self> {
        if !there {
            return Ok(Self::default());
        }
        let failed = |cause: postgres::Error| failure::bookkeeping("cannot read", &cause);
        let answer = client.simple_query(&format!("{REVISIONS};\n{STEPS}")).map_err(failed)?;
        let mut ledger = Self { exists: true, ..Self::default() };
        let mut of_steps = false;
        for message in &answer {
            match message {
                SimpleQueryMessage::Row(row) if of_steps => ledger.begun.push(read_begun(row)?),
                SimpleQueryMessage::Row(row) => {
                    let applied = read_applied(row)?;
                    ledger.ids.insert(applied.id.clone());
                    ledger.rows.insert(applied.id.clone(), applied);
                }
                // the end of the revisions
                SimpleQueryMessage::CommandComplete(_) => of_steps = true,
                _ => {}
            }
        }
        Ok(ledger)
    }

    /// Creates the tables, or what they lack. Only for who holds the lock and is about to write.
    pub(super) fn ensure(&mut self, client: &mut Client) -> Result<()> {
        let asked = client.simple_query(UP_TO_DATE).map_err(|cause| failure::bookkeeping("cannot read", &cause))?;
        let (lacking, doing) = if self.exists { (EXTEND, "cannot extend") } else { (CREATE, "cannot create") };
        if !self.exists || !is_true(&asked, "up_to_date") {
            client.batch_execute(lacking).map_err(|cause| {
                // the transaction that CREATE began is still open
                let _ = client.batch_execute("ROLLBACK");
                failure::bookkeeping(doing, &cause)
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

    /// The applied revisions that are no parent of another one: by its file, or by the bookkeeping where no file holds it.
    pub fn stands(&self, folder: &Folder) -> Vec<String> {
        let parents = |row: &Applied| {
            folder.get(&row.id).map_or_else(|| row.parents.clone(), |file| file.revision.parents.clone())
        };
        let parents: BTreeSet<String> = self.rows.values().flat_map(parents).collect();
        self.ids.difference(&parents).cloned().collect()
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

/// What the server answered to [`LEDGER_THERE`], be it among other things.
pub fn is_there(answer: &[SimpleQueryMessage]) -> bool {
    is_true(answer, "autogen_ledger")
}

pub(super) fn is_true(answer: &[SimpleQueryMessage], column: &str) -> bool {
    let told = answer.iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(column),
        _ => None,
    });
    told == Some("t")
}

fn read_applied(row: &SimpleQueryRow) -> Result<Applied> {
    let parents = serde_json::from_str(text(row, 1)?).map_err(|_| unreadable("parents"))?;
    Ok(Applied {
        id: text(row, 0)?.to_owned(),
        parents,
        message: text(row, 2)?.to_owned(),
        fingerprint: text(row, 3)?.to_owned(),
        applied_at: text(row, 4)?.to_owned(),
        applied_by: text(row, 5)?.to_owned(),
        duration_ms: parsed(row, 6)?,
        autogen_version: text(row, 7)?.to_owned(),
        position: parsed(row, 8)?,
    })
}

fn read_begun(row: &SimpleQueryRow) -> Result<Begun> {
    Ok(Begun {
        revision: text(row, 0)?.to_owned(),
        direction: if text(row, 1)? == "downgrade" { Direction::Downgrade } else { Direction::Upgrade },
        step: parsed(row, 2)?,
        started_at: text(row, 3)?.to_owned(),
        finished: text(row, 4)? == "t",
        done: parsed(row, 5)?,
        running: row.get(6).map(|_| parsed(row, 6)).transpose()?,
        hash: text(row, 7)?.to_owned(),
    })
}

pub(super) fn text(row: &SimpleQueryRow, at: usize) -> Result<&str> {
    row.get(at).ok_or_else(|| unreadable(row.columns()[at].name()))
}

fn parsed<T: FromStr>(row: &SimpleQueryRow, at: usize) -> Result<T> {
    text(row, at)?.parse().map_err(|_| unreadable(row.columns()[at].name()))
}

/// Somebody has given the tables another form.
fn unreadable(column: &str) -> Error {
    Error::new(format!("cannot read the bookkeeping: its column {column} does not hold what autogen writes"))
        .hint("restore the tables public.autogen_revisions and public.autogen_steps from a backup")
}

pub(super) fn removed(id: &str) -> String {
    format!("DELETE FROM public.autogen_revisions WHERE id = {}", quote_literal(id))
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

pub(super) fn marked(mark: &Mark<'_>) -> String {
    let finished = if mark.finished { "pg_catalog.clock_timestamp()" } else { "NULL" };
    let running = mark.running.map_or("NULL".to_owned(), |running| running.to_string());
    format!(
        "INSERT INTO public.autogen_steps (revision, direction, step, started_at, finished_at, statements_done, \
         statement_running, sql_hash)\n\
         VALUES ({}, '{}', {}, pg_catalog.clock_timestamp(), {finished}, {}, {running}, {})\n\
         ON CONFLICT (revision, direction, step) DO UPDATE SET finished_at = excluded.finished_at, \
         statements_done = excluded.statements_done, statement_running = excluded.statement_running, \
         sql_hash = excluded.sql_hash",
        quote_literal(mark.revision),
        mark.direction,
        mark.step,
        mark.done,
        quote_literal(&mark.hash),
    )
}

/// Forgets the steps of a revision that is whole again.
pub(super) fn cleared(revision: &str) -> String {
    format!("DELETE FROM public.autogen_steps WHERE revision = {}", quote_literal(revision))
}

/// An applied revision in words: `3f2a… "add tasks", applied 2026-11-20 09:41:00 UTC by app`.
pub fn describe(row: &Applied) -> String {
    let title: String = row.message.lines().next().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    format!("{} \"{title}\", applied {} by {}", row.id, row.applied_at, row.applied_by)
}
