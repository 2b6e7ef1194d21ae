//! `autogen diff`: what would `revision` write?

use serde_json::{Value, json};

use super::args::{Format, Global};
use super::output::{Output, explained};
use super::session;
use crate::error::Result;
use crate::ours::LeftOut;
use crate::project::InStep;
use crate::project::compare::{compare_and_name, pending};
use crate::project::renames;
use crate::render;
use crate::runner::Standing;

pub fn diff(global: &Global, format: Format, exit_code: bool, explain_ignored: bool, output: Output) -> Result<u8> {
    let mut session = session::open(global, output)?;
    let folder = session::folder(&session.config)?;
    let ledger = session.ledger()?;
    let standing = Standing::of(&folder, &ledger);
    standing.errors().iter().for_each(|odd| output.warn_of(odd));
    let pending = pending(&standing);
    let comparison = compare_and_name(&mut session, explain_ignored)?;
    let questions = renames::open_of(&comparison, &session.config)?;
    if format == Format::Json {
        let mut value = json!({
            "version": render::JSON_VERSION,
            "ops": render::json(&comparison.upgrade),
            "unknown": comparison.unknown(),
            "unmodelled": comparison.unmodelled(),
            "pending": pending,
            "questions": renames::show::json(&questions),
        });
        if explain_ignored {
            value["ignored"] = comparison.ignored().iter().map(ignored).collect();
        }
        output.result(&format!("{value:#}"));
    } else {
        for revision in &pending {
            output.say(&format!("pending: {revision}"));
        }
        output.unmodelled(&comparison.live.catalog.notes.unmodelled);
        output.left_out(&comparison.left_out);
        if explain_ignored {
            comparison.ignored().iter().for_each(|left| output.result(&format!("ignored: {}", explained(left))));
        }
        if comparison.is_equal() {
            output.say(&format!("no changes: {}", InStep::of(&comparison).describe(&session.address)));
        }
        output.lines(&render::lines(&comparison.upgrade, true));
        renames::show::lines(&questions).iter().for_each(|line| output.say(line));
    }
    if let Some(error) = comparison.untold() {
        return Err(error);
    }
    Ok(u8::from(exit_code && !comparison.is_equal()))
}

fn ignored(left: &LeftOut) -> Value {
    let place = left.place.as_ref().map(ToString::to_string);
    json!({ "kind": left.kind, "object": left.called, "why": left.why, "declared": place })
}
