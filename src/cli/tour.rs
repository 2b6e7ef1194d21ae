//! `autogen tour`: what does working with autogen look like, from the first models to the way back?
//!
//! The program runs its own commands, as a person would type them, on a scratch copy of the sample models and on a private
//! PostgreSQL of their own, all on stdout. Invariant: no command of the tour can reach a database or a file that was there before.

mod scratch;
mod steps;

use std::io::Write;
use std::path::Path;
use std::process::Command;

use super::args::Global;
use super::output::Output;
use super::session::EMBEDDED_DATABASE;
use crate::embedded::{self, Binaries, Cluster, INSTALLED_BY_DEFAULT};
use crate::error::{Error, Exit, Result};
use scratch::Scratch;
use steps::{Does, STEPS};

pub fn tour(global: &Global, keep: bool, output: Output) -> Result<u8> {
    if global.database_url.is_some() {
        return Err(Error::new("the tour runs on a private PostgreSQL only").hint("leave --database-url out"));
    }
    let interrupted = scratch::listen();
    let scratch = Scratch::make(keep)?;
    steps::write_models(&scratch.folder)?;
    let binaries = programs(output)?;
    // held open, so that the commands join one server and none of them starts its own
    let cluster = Cluster::open(&scratch.folder.join(".autogen").join("postgres"), &binaries)?;
    cluster.create_database(EMBEDDED_DATABASE)?;
    output.result(&format!(
        "A tour of autogen in {}, on a private PostgreSQL {}; nothing else is touched.",
        scratch.folder.display(),
        binaries.version
    ));
    for step in STEPS {
        output.result(&format!("\n# {}", step.says));
        let done = match step.does {
            Does::Run(words) => run(words, &scratch.folder, global, output),
            Does::Edit => steps::edit(&scratch.folder, output),
        };
        if let Some(signal) = interrupted() {
            return Err(Error::new("the tour was interrupted").exit(Exit::Signal(signal)));
        }
        done?;
    }
    output.result("\nThat was all of it. `autogen init` begins a project of your own.");
    Ok(0)
}

/// Those of this machine; where there are none, a private copy is fetched, since the tour needs nothing set up.
fn programs(output: Output) -> Result<Binaries> {
    let chosen = std::env::var_os("AUTOGEN_PG_BIN").is_some_and(|dir| !dir.is_empty());
    match embedded::find_and_say(None, &mut |line| output.say(line)) {
        Err(_) if !chosen => embedded::install(INSTALLED_BY_DEFAULT, &mut |line| output.say(line)),
        found => found,
    }
}

/// Runs one command of this program and shows it as it would be typed.
fn run(words: &[&str], folder: &Path, global: &Global, output: Output) -> Result<()> {
    let typed = typed(words);
    output.result(&format!("$ {typed}"));
    // what comes next is written by another process
    let _ = std::io::stdout().flush();
    let program = std::env::current_exe().map_err(|cause| Error::new(format!("cannot find this program: {cause}")))?;
    let mut command = Command::new(program);
    command.args(words).arg("--color").arg(color(global)).current_dir(folder);
    // one stream, so that the story stays in order wherever it is sent
    command.stderr(std::io::stdout());
    if global.verbose {
        command.arg("--verbose");
    }
    if global.quiet {
        command.arg("--quiet");
    }
    for (name, _) in std::env::vars_os().filter(|(name, _)| leads_elsewhere(&name.to_string_lossy())) {
        command.env_remove(name);
    }
    let status = command.status().map_err(|cause| Error::new(format!("cannot run `{typed}`: {cause}")))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(code) => Err(Error::new(format!("`{typed}` ended with exit code {code}"))),
        None => Err(Error::new(format!("`{typed}` was killed"))),
    }
}

fn color(global: &Global) -> &'static str {
    match global.color {
        super::args::Color::Auto => "auto",
        super::args::Color::Always => "always",
        super::args::Color::Never => "never",
    }
}

/// A variable that would make a command look at another database or another project.
fn leads_elsewhere(name: &str) -> bool {
    let of_ours = name.starts_with("AUTOGEN_") && name != "AUTOGEN_PG_BIN";
    of_ours || name.starts_with("DATABASE_URL") || name.starts_with("PG")
}

/// `autogen revision -m "first tables"`
fn typed(words: &[&str]) -> String {
    let quoted = |word: &&str| if word.contains(' ') { format!("\"{word}\"") } else { (*word).to_owned() };
    std::iter::once("autogen".to_owned()).chain(words.iter().map(quoted)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_that_name_a_database_or_a_project_are_kept_from_the_commands() {
        for name in
            ["DATABASE_URL", "DATABASE_URL_DIRECT", "PGHOST", "AUTOGEN_CONFIG", "AUTOGEN_ENV", "AUTOGEN_RENAMES"]
        {
            assert!(leads_elsewhere(name), "{name}");
        }
        for name in ["AUTOGEN_PG_BIN", "PATH", "HOME", "CI", "NO_COLOR"] {
            assert!(!leads_elsewhere(name), "{name}");
        }
    }

    #[test]
    fn a_command_is_shown_as_it_would_be_typed() {
        assert_eq!(typed(&["revision", "-m", "first tables"]), "autogen revision -m \"first tables\"");
    }
}
