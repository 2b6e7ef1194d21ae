//! `autogen check`: do models, revisions and database agree?
//!
//! 0 yes, 1 no, 2 could not tell.

use super::args::{Format, Global};
use super::output::Output;
use super::session::{self, Session};
use crate::error::Result;
use crate::project::check::{CHANGED, Check, Found, Verdict};
use crate::project::compare::{Comparison, count};
use crate::project::in_step::InStep;
use crate::project::renames;
use crate::render;

pub fn check(global: &Global, format: Format, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    // the order of columns, which -v tells, is not remembered
    let check = if output.verbose { session.check_anew()? } else { session.check()? };
    match (format, &check.found) {
        (Format::Json, _) => output.result(&format!("{:#}", check.json())),
        (Format::Text, Found::Unchanged(found)) => {
            output.unmodelled(&found.unmodelled);
            say_in_step(&session, found, output);
        }
        (Format::Text, Found::Compared(comparison)) => text(&session, comparison, &check, output),
    }
    let answer = match (check.verdict, check.comparison().and_then(Comparison::untold)) {
        (Verdict::Unknown, Some(error)) if format == Format::Text => Err(error),
        (verdict, _) => Ok(verdict.code()),
    };
    // the process ends: taking two catalogs apart, object by object, would be for nothing
    std::mem::forget(check);
    answer
}

fn text(session: &Session, comparison: &Comparison, check: &Check, output: Output) {
    let pending = &check.pending;
    output.unmodelled(&comparison.live.catalog.notes.unmodelled);
    output.left_out(&comparison.left_out);
    if output.verbose {
        comparison.column_orders().iter().for_each(|order| output.detail(order));
    }
    for odd in &check.changed {
        let text = odd.to_string();
        output.say(&format!("{CHANGED}: {}", text.strip_prefix("error: ").unwrap_or(&text)));
    }
    if !pending.is_empty() {
        output.say(&format!("not at head: {} pending", count(pending.len(), "revision")));
        for revision in pending {
            output.say(&format!("  {revision}"));
        }
        if check.verdict == Verdict::NotAtHead {
            output.say(&format!("  hint: run `{}`, then check again", check.to_head));
        }
    }
    // what is still to run would look like drift
    if pending.is_empty() && !comparison.is_equal() {
        let ops = comparison.upgrade.statements.iter().map(|statement| statement.ops.len()).sum();
        output.say(&format!(
            "drift: {} between the models and {}",
            count(ops, "difference"),
            session.address.describe()
        ));
        output.lines(&render::lines(&comparison.upgrade, output.verbose));
        renames::show::lines(&check.questions).iter().for_each(|line| output.say(&format!("  {line}")));
        output.say("  hint: `autogen revision -m …` writes what makes the database follow the models");
        output
            .say("  hint: what was changed by hand and is to stay belongs into the models: `autogen inspect` shows it");
        for unknown in &comparison.unknowns {
            output.say(&format!("could not tell: {}: {}", unknown.id, unknown.reason));
        }
    }
    check.waiting.iter().for_each(|waits| output.say(&format!("waiting: {waits}")));
    if check.verdict == Verdict::InStep {
        say_in_step(session, &InStep::of(comparison), output);
    }
}

fn say_in_step(session: &Session, found: &InStep, output: Output) {
    output.say(&format!("in step: {}", found.describe(&session.address)));
    for hint in &found.hints {
        output.say(&format!("done here, and out of the model once it is done everywhere: {hint}"));
    }
}
