//! How does somebody else run what the runner would run?
//!
//! As one script of SQL. Invariants: no connection is needed to write it; its statements stand in the transactions that the
//! runner would give them, with the same bookkeeping; every transaction in it fails where the database does not stand as the
//! script expects, or where another runner is at work.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::revision::{Batch, Folder, Rounds, Statement, Stored};
use crate::sql::quote_literal;

use super::apply;
use super::check::{self, Job};
use super::kept::{self, Entry, Fits};
use super::ledger::{self, Mark};
use super::{Direction, batch, lock, session};

/// The script that takes a database from one place to another; both are whole ids, none is the base.
pub fn script(folder: &Folder, direction: Direction, from: &[String], to: &[String], pin: &str) -> Result<String> {
    let mut applied = ids(&folder.upgrade_path(&BTreeSet::new(), from)?);
    let files = match direction {
        Direction::Upgrade => folder.upgrade_path(&applied, to)?,
        Direction::Downgrade => folder.downgrade_path(&applied, to)?,
    };
    let jobs = files.into_iter().map(|file| check::job(file, direction, &[])).collect::<Result<Vec<_>>>()?;
    let mut out = head(direction.word(), from, to);
    for job in &jobs {
        let title = job.file.revision.title();
        out.push_str(&format!(
            "\n-- {direction} {}, {} ({})\n",
            job.id(),
            one_line(title),
            one_line(&job.file.path.display().to_string())
        ));
        out.push_str(&session::reset_sql(pin));
        let guard = guard(folder, job.file, direction, &applied);
        revision(job, &guard, &mut out);
        direction.apply(job.id(), &mut applied);
    }
    Ok(out)
}

/// The script that says that a database which stands at the one stands at the other.
pub fn stamp_script(folder: &Folder, from: &[String], to: &[String]) -> Result<String> {
    let had = folder.upgrade_path(&BTreeSet::new(), from)?;
    let has = folder.upgrade_path(&BTreeSet::new(), to)?;
    let (had_ids, has_ids) = (ids(&had), ids(&has));
    let stands = folder.heads_of(&had_ids);
    let mut out = head("stamp", from, to);
    let new: Vec<&&Stored> = has.iter().filter(|file| !had_ids.contains(file.id())).collect();
    let absent = new.iter().map(|file| file.id().to_owned()).collect();
    out.push_str(&format!("\nBEGIN;\n{}", expects(&stands, &absent, &place(&stands))));
    for file in had.iter().filter(|file| !has_ids.contains(file.id())) {
        statement(&ledger::removed(file.id()), &mut out);
    }
    for file in new {
        statement(&kept::added(&Entry { file, duration_ms: "0", fits: Fits::All }), &mut out);
    }
    out.push_str("COMMIT;\n");
    Ok(out)
}

/// The script that makes the bookkeeping.
pub fn ensure_version_script() -> String {
    format!("{}\n", ledger::CREATE.trim_start())
}

fn ids(files: &[&Stored]) -> BTreeSet<String> {
    files.iter().map(|file| file.id().to_owned()).collect()
}

/// What it is for, and the tables of the bookkeeping where there are none yet, or what an older autogen's lack.
fn head(what: &str, from: &[String], to: &[String]) -> String {
    let books = if from.is_empty() { ensure_version_script() } else { format!("{}\n", ledger::EXTEND.trim_start()) };
    format!(
        "-- autogen {what} {} -> {}\n-- It stops where the database is not at {}; have psql stop with it: psql -v ON_ERROR_STOP=1 -f FILE\n\n{books}",
        place(from),
        place(to),
        place(from)
    )
}

fn place(ids: &[String]) -> String {
    if ids.is_empty() { "base".to_owned() } else { ids.join(", ") }
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control(), " ")
}

fn revision(job: &Job<'_>, guard: &str, out: &mut String) {
    let finish = || {
        let mut out = format!("\n{};\n", session::BOOKKEEPING);
        let duration = "pg_catalog.round(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.transaction_timestamp()) * 1000)::pg_catalog.int8";
        apply::finished(job, duration).iter().for_each(|sql| statement(sql, &mut out));
        out
    };
    if !job.is_stepwise() {
        out.push_str(&format!("BEGIN;\n{guard}"));
        job.steps.iter().flat_map(|step| &step.statements).for_each(|one| written(one, out));
        out.push_str(&finish());
        out.push_str("COMMIT;\n");
        return;
    }
    let noted = |mark: &Mark| format!("{};\n{};\n", session::BOOKKEEPING, ledger::marked(mark));
    for (at, step) in job.steps.iter().enumerate() {
        let end = if at + 1 == job.steps.len() { finish() } else { noted(&apply::ended(job, at, step)) };
        if step.transaction {
            out.push_str(&format!("\nBEGIN;\n{guard}"));
            step.statements.iter().for_each(|one| written(one, out));
            out.push_str(&format!("{end}COMMIT;\n"));
            continue;
        }
        for (n, one) in step.statements.iter().enumerate() {
            let mark = check::noted(job, at, n, true);
            out.push_str(&format!("\nBEGIN;\n{guard}{}COMMIT;\n", noted(&mark)));
            match step.batch.as_ref().and_then(|batch| in_rounds(one, batch)) {
                Some(rounds) => written(&Statement { sql: rounds, ..one.clone() }, out),
                None => written(one, out),
            }
        }
        out.push_str(&format!("\nBEGIN;\n{guard}{end}COMMIT;\n"));
    }
}

/// The same rounds as the runner's, in a block that commits each; the script runs it outside of a transaction.
fn in_rounds(one: &Statement, batch: &Batch) -> Option<String> {
    let from = "('(' || autogen_block || ',0)')::pg_catalog.tid";
    let round = Rounds::of(&one.sql)?.round(batch.size, from);
    // the names of columns come first where they could mean both
    let body = format!(
        "#variable_conflict use_column\nDECLARE\n    autogen_block pg_catalog.int8 := 0;\n    autogen_taken pg_catalog.int8;\n    \
         autogen_still pg_catalog.int8;\n    autogen_last pg_catalog.int8;\n    autogen_changed pg_catalog.int8;\n    \
         autogen_idle pg_catalog.int4 := 0;\n    autogen_found pg_catalog.bool := false;\nBEGIN\n\
         SET synchronize_seqscans = off;\nLOOP\n{}\nINTO autogen_taken, autogen_still, autogen_last, autogen_changed;\n\
         IF autogen_still > 0 THEN\n    RAISE EXCEPTION 'rows that it changes still match its WHERE, so it would never end';\nEND IF;\n\
         COMMIT;\nautogen_found := autogen_found OR autogen_taken > 0;\n\
         IF autogen_changed > 0 OR autogen_taken = {size} AND autogen_last <> autogen_block THEN\n    autogen_idle := 0;\n\
         ELSIF autogen_taken > 0 THEN\n    autogen_idle := autogen_idle + 1;\nEND IF;\n\
         IF autogen_idle = {} THEN\n    \
         RAISE EXCEPTION 'its WHERE finds rows that the server leaves as they are, so it would never end';\nEND IF;\n\
         IF autogen_taken = {size} THEN\n    autogen_block := autogen_last;\nELSIF autogen_found THEN\n    \
         autogen_block := 0;\n    autogen_found := false;\nELSE\n    EXIT;\nEND IF;\n\
         PERFORM pg_catalog.pg_sleep({});\nEND LOOP;\nEND\n",
        round,
        batch::IN_VAIN,
        batch.pause.as_secs_f64(),
        size = batch.size,
    );
    Some(format!("DO {}", quote_literal(&body)))
}

fn written(one: &Statement, out: &mut String) {
    out.push('\n');
    one.comments.iter().for_each(|line| out.push_str(&format!("-- {line}\n")));
    statement(&one.sql, out);
}

fn statement(sql: &str, out: &mut String) {
    out.push_str(sql);
    // a comment may stand at its end
    out.push_str(if sql.contains("--") { "\n;\n" } else { ";\n" });
}

/// What has to be applied before the revision is, or is undone, and what must not be.
fn guard(folder: &Folder, file: &Stored, direction: Direction, applied: &BTreeSet<String>) -> String {
    let heads = folder.heads_of(applied);
    let absent = match direction {
        Direction::Upgrade => BTreeSet::from([file.id().to_owned()]),
        Direction::Downgrade => folder.after(file.id()),
    };
    expects(&heads, &absent, &place(&heads))
}

fn expects(present: &[String], absent: &BTreeSet<String>, place: &str) -> String {
    let list = |ids: &mut dyn Iterator<Item = &String>| ids.map(|id| quote_literal(id)).collect::<Vec<_>>().join(", ");
    let mut wrong = Vec::new();
    if !present.is_empty() {
        wrong.push(format!(
            "(SELECT pg_catalog.count(*) FROM public.autogen_revisions WHERE id IN ({})) <> {}",
            list(&mut present.iter()),
            present.len()
        ));
    }
    if !absent.is_empty() {
        wrong.push(format!("EXISTS (SELECT FROM public.autogen_revisions WHERE id IN ({}))", list(&mut absent.iter())));
    }
    let elsewhere = match wrong.is_empty() {
        true => String::new(),
        false => format!(
            "    IF {} THEN\n        RAISE EXCEPTION '%', {};\n    END IF;\n",
            wrong.join("\n        OR "),
            quote_literal(&format!("the database is not at {place}, where this part of the script begins"))
        ),
    };
    format!(
        "DO $autogen$\nBEGIN\n    IF NOT pg_catalog.pg_try_advisory_xact_lock({}) THEN\n        \
         RAISE EXCEPTION 'another runner is at work on this database';\n    END IF;\n{elsewhere}END\n$autogen$;\n",
        lock::KEY
    )
}
