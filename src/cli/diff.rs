//! `autogen diff`: what would `revision` write?

use serde_json::json;

use super::args::{Format, Global};
use super::compare::{compare, pending};
use super::output::Output;
use super::session;
use crate::error::Result;
use crate::render;
use crate::runner::Ledger;

pub fn diff(global: &Global, format: Format, exit_code: bool, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    let folder = session::folder(&session.config)?;
    let ledger = Ledger::read_there(&mut session.client, session.has_ledger)?;
    let pending = pending(&folder, &ledger)?;
    let comparison = compare(&mut session)?;
    if format == Format::Json {
        let unknown: Vec<_> = comparison
            .unknowns
            .iter()
            .map(|unknown| json!({ "object": unknown.id.to_string(), "reason": unknown.reason }))
            .collect();
        let unmodelled: Vec<_> = comparison.live.catalog.notes.unmodelled.iter().map(|thing| &thing.what).collect();
        let value = json!({
            "version": render::JSON_VERSION,
            "ops": render::json(&comparison.upgrade),
            "unknown": unknown,
            "unmodelled": unmodelled,
            "pending": pending,
        });
        output.result(&format!("{value:#}"));
    } else {
        for revision in &pending {
            output.say(&format!("pending: {revision}"));
        }
        output.unmodelled(&comparison.live.catalog.notes.unmodelled);
        if comparison.is_equal() {
            output.say(&format!("no changes: {}", comparison.equal_to(&session)));
        }
        output.lines(&render::lines(&comparison.upgrade, true));
    }
    if let Some(error) = comparison.untold() {
        return Err(error);
    }
    Ok(u8::from(exit_code && !comparison.is_equal()))
}
