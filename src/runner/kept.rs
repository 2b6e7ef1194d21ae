//! What of a revision's file does the bookkeeping keep, and how is it read again?
//!
//! Invariant: no password is kept, and no text that the database's encoding could not hold; a row is written whole, by one
//! statement.

use std::collections::BTreeMap;

use postgres::{Client, SimpleQueryMessage};

use crate::error::Result;
use crate::revision::{Stored, fingerprint};
use crate::sql::{quote_literal, quote_on_one_line};

use super::ledger::{is_true, text};
use super::{failure, place};

/// Of tables with the column and without it.
const CONTENTS: &str = "SELECT r.id, pg_catalog.to_jsonb(r) ->> 'content' FROM public.autogen_revisions AS r";

/// What is remembered of a file, and what would be now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// `None`: an older autogen applied it.
    pub applied: Option<String>,
    pub now: String,
}

/// The files of these revisions as they were applied, as far as that was remembered, and as they would be now.
pub fn contents(client: &mut Client, files: &[&Stored]) -> Result<BTreeMap<String, Content>> {
    if files.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<String> = files.iter().map(|file| quote_literal(file.id())).collect();
    let answer = client.simple_query(&format!("{CONTENTS} WHERE r.id IN ({})", ids.join(", ")));
    let mut applied = BTreeMap::new();
    for message in answer.map_err(|cause| failure::bookkeeping("cannot read", &cause))? {
        if let SimpleQueryMessage::Row(row) = message
            && let Some(content) = row.get(1)
        {
            applied.insert(text(&row, 0)?.to_owned(), content.to_owned());
        }
    }
    let fits = Fits::of(client)?;
    let content = |file: &&Stored| {
        let content = Content { applied: applied.remove(file.id()), now: fits.content(file) };
        (file.id().to_owned(), content)
    };
    Ok(files.iter().map(content).collect())
}

/// Which texts the tables can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fits {
    All,
    /// The database has an encoding of its own: what is not ASCII is written `\u{e9}`.
    Ascii,
}

impl Fits {
    pub fn of(client: &mut Client) -> Result<Self> {
        const ASKED: &str = "SELECT pg_catalog.getdatabaseencoding() NOT IN ('UTF8', 'SQL_ASCII') AS narrow";
        let answer = client.simple_query(ASKED).map_err(|cause| failure::bookkeeping("cannot read", &cause))?;
        Ok(if is_true(&answer, "narrow") { Self::Ascii } else { Self::All })
    }

    fn text(self, text: &str) -> String {
        let escaped = |c: char| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() };
        match self {
            // a message may hold what no text of the server can
            Self::All => text.replace('\0', "\u{fffd}"),
            Self::Ascii => text.replace('\0', "\u{fffd}").chars().map(escaped).collect(),
        }
    }

    fn content(self, file: &Stored) -> String {
        self.text(&place::without_secrets(file))
    }
}

/// A revision's row, as it is to be written.
pub(super) struct Entry<'a> {
    pub file: &'a Stored,
    /// A number, or what the server makes one of.
    pub duration_ms: &'a str,
    pub fits: Fits,
}

/// What a row takes from the file, as SQL.
struct Facts {
    parents: String,
    message: String,
    fingerprint: String,
    content: String,
}

impl Facts {
    fn of(file: &Stored, fits: Fits) -> Self {
        let parents: Vec<String> = file.revision.parents.iter().map(|id| quote_literal(id)).collect();
        Self {
            parents: format!("ARRAY[{}]::pg_catalog.text[]", parents.join(", ")),
            message: quote_literal(&fits.text(&file.revision.message)),
            fingerprint: quote_literal(&fingerprint(&file.revision)),
            content: quote_on_one_line(&fits.content(file)),
        }
    }
}

pub(super) fn added(entry: &Entry<'_>) -> String {
    let Entry { file, duration_ms, fits } = entry;
    let Facts { parents, message, fingerprint, content } = Facts::of(file, *fits);
    format!(
        "INSERT INTO public.autogen_revisions (id, parents, message, fingerprint, applied_at, applied_by, duration_ms, \
         autogen_version, position, content)\n\
         SELECT {}, {parents}, {message}, {fingerprint}, pg_catalog.clock_timestamp(), session_user::pg_catalog.text, \
         {duration_ms}, {}, coalesce(pg_catalog.max(r.position), 0) + 1, {content} FROM public.autogen_revisions AS r",
        quote_literal(file.id()),
        quote_literal(env!("CARGO_PKG_VERSION")),
    )
}

/// The file as it is now, in the row of when it was applied.
pub(super) fn accepted(file: &Stored, fits: Fits) -> String {
    let Facts { parents, message, fingerprint, content } = Facts::of(file, fits);
    format!(
        "UPDATE public.autogen_revisions SET parents = {parents}, message = {message}, fingerprint = {fingerprint}, \
         content = {content} WHERE id = {}",
        quote_literal(file.id()),
    )
}
