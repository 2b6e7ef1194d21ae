//! `autogen revision`: the file that takes the database to the models, and back.

use serde_json::json;

use super::args::{Format, Global, Revision as Args};
use super::ask;
use super::baseline;
use super::newly;
use super::output::Output;
use super::session;
use super::typed;
use crate::error::Result;
use crate::project::renames::{self, Answers, Ask, Asked, Question};
use crate::project::{Notice, Outcome, Tell, Writing, revision as project};
use crate::render;

pub fn revision(global: &Global, args: &Args, output: Output) -> Result<u8> {
    if args.baseline {
        return baseline::revision(global, args, output);
    }
    let writing = writing(args)?;
    if args.empty {
        let config = session::config(global)?;
        let mut current = |folder: &_| session::stands(global, folder, output);
        project::empty(&config, &writing, &mut current, &output.tell())?;
        return Ok(0);
    }
    if !args.amend && writing.new.message.is_none() {
        return Err(newly::no_message());
    }
    let mut session = session::open(global, output)?;
    let format = args.format;
    session.tell = Tell::new(move |notice| match notice {
        Notice::Written(files) if format == Format::Json => report(output, "written", &files, &[]),
        notice => output.notice(notice),
    });
    let mut ask = |asked: &Asked<'_>| ask::ask(asked, output);
    let somebody = format == Format::Text && typed::has_terminal();
    let outcome = session.write_revision_asking(&writing, somebody.then_some::<&mut Ask<'_>>(&mut ask))?;
    match outcome {
        Outcome::Written(_) => Ok(0),
        Outcome::NoChanges(found) => {
            output.say(&format!("no changes: {}", found.describe(&session.address)));
            if format == Format::Json {
                report(output, "no changes", &[], &[]);
            }
            Ok(0)
        }
        Outcome::Open(questions) if format == Format::Json => {
            report(output, "unanswered questions", &[], &questions);
            Ok(1)
        }
        Outcome::Open(questions) => Err(renames::unanswered(&questions)),
    }
}

/// What `--format json` prints, whatever came of it.
fn report(output: Output, reason: &str, files: &[String], questions: &[Question]) {
    let report = json!({
        "version": render::JSON_VERSION,
        "reason": reason,
        "files": files,
        "questions": renames::show::json(questions),
    });
    output.result(&format!("{report:#}"));
}

fn writing(args: &Args) -> Result<Writing> {
    let given = &args.renames;
    Ok(Writing {
        new: newly::meant(&args.new)?,
        head: args.head.clone(),
        depends_on: args.depends_on.clone(),
        amend: args.amend,
        discard_edits: args.discard_edits,
        only: args.only.clone(),
        split: args.split,
        allow_drop_all: args.allow_drop_all,
        answers: Answers {
            rename: given.rename.clone(),
            no_rename: given.no_rename.clone(),
            nothing_else: given.no_renames,
            file: given.renames.clone(),
        },
    })
}
