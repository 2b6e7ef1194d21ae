//! How does what was typed become what was meant, and what came of it an exit code?
//!
//! Messages go to stderr, results to stdout. Everything else in the library prints nothing.

use std::process::ExitCode;

use clap::Parser;

use crate::error::{Error, Result};

mod alembic;
mod args;
mod ask;
mod baseline;
mod check;
mod commute;
mod db;
mod diff;
mod drawing;
mod edit;
mod history;
mod import;
mod init;
mod inspect;
mod json_schema;
mod lines;
mod merge;
mod newly;
mod offline;
mod output;
mod progress;
mod rebase;
mod revision;
mod run;
mod session;
mod status;
mod tour;
mod typed;

use args::{Cli, Color, Command, Import};
use output::Output;

/// The whole program.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // help and version are answers, anything else is a usage error
            let code = if usage.use_stderr() { 2 } else { 0 };
            let _ = usage.print();
            return ExitCode::from(code);
        }
    };
    match cli.global.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let output = Output { quiet: cli.global.quiet, verbose: cli.global.verbose };
    match dispatch(cli, output).and_then(|code| output::all_written().map(|()| code)) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            output.error(&error);
            ExitCode::from(u8::try_from(error.code()).unwrap_or(2))
        }
    }
}

fn dispatch(cli: Cli, output: Output) -> Result<u8> {
    let Cli { global, command } = cli;
    if global.allow_pooler && !command.writes() {
        return Err(Error::new("--allow-pooler is for what writes to the database, and this does not")
            .hint("leave it out: what only reads goes through a pooler as it is"));
    }
    match command {
        Command::Init { from_database: false, .. } if global.database_url.is_some() => {
            Err(Error::new("`init` alone looks at no database")
                .hint("--from-database begins with what the database holds; else leave --database-url out"))
        }
        Command::Init { dir, from_database: false, format } => init::init(&dir, format.into(), output),
        Command::Init { dir, from_database: true, format } => init::from_database(&global, &dir, format.into(), output),
        Command::Import(Import::Alembic(args)) => import::alembic(&global, &args, output),
        Command::Inspect { format, out } => inspect::inspect(&global, format.into(), &out, output),
        Command::Diff { format, exit_code, explain_ignored } => {
            diff::diff(&global, format, exit_code, explain_ignored, output)
        }
        Command::Revision(revision) => revision::revision(&global, &revision, output),
        Command::Upgrade(args) if args.how.sql => offline::upgrade(&global, &args.revision, output),
        Command::Upgrade(args) => run::upgrade(&global, &args, output),
        Command::Downgrade(args) if args.how.sql => offline::downgrade(&global, &args.revision, output),
        Command::Downgrade(args) => run::downgrade(&global, &args, output),
        Command::Stamp { revisions, sql: true, .. } => offline::stamp(&global, &revisions, output),
        Command::Stamp { revisions, purge, sql: false } => run::stamp(&global, &revisions, purge, output),
        Command::Current { check_heads } => history::current(&global, check_heads, output),
        Command::Heads { resolve_dependencies } => history::heads(&global, resolve_dependencies, output),
        Command::Branches => history::branches(&global, output),
        Command::History(args) => history::history(&global, &args, output),
        Command::Merge(merge) => merge::merge(&global, &merge, output),
        Command::Rebase(args) => rebase::rebase(&global, &args, output),
        Command::Edit { revision } => edit::edit(&global, &revision, output),
        Command::EnsureVersion { sql: true } => offline::ensure_version(output),
        Command::EnsureVersion { sql: false } => run::ensure_version(&global, output),
        Command::Show { revision } => history::show(&global, &revision, output),
        Command::Check { format } => check::check(&global, format, output),
        Command::Status { format } => status::status(&global, format, output),
        Command::Db(command) => db::db(&global, command, output),
        Command::Tour { keep } => tour::tour(&global, keep, output),
        Command::JsonSchema { write: true, .. } => json_schema::write(&global, output),
        Command::JsonSchema { of, write: false } => Ok(json_schema::print(of, output)),
        Command::Completions { shell } => {
            let mut command = <Cli as clap::CommandFactory>::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "autogen", &mut script);
            output.raw(&String::from_utf8_lossy(&script));
            Ok(0)
        }
    }
}
