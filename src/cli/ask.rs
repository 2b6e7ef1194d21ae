//! How is somebody at a terminal asked whether a thing was renamed?
//!
//! Invariant: nothing is done while it is asked; the end of the input and a signal end the command as it began.

use super::output::Output;
use super::typed;
use crate::candidates::{Candidate, shown};
use crate::error::{Error, Result};
use crate::project::renames::show::{self, name, why};
use crate::project::renames::{Asked, Question, Sides};
use crate::runner::Interrupt;

/// The candidate that it was renamed to, or none.
pub fn ask(asked: &Asked<'_>, output: Output) -> Result<Option<Candidate>> {
    let Asked { question, number, count, sides } = *asked;
    let interrupt = Interrupt::install().map_err(|cause| Error::new(format!("cannot listen to signals: {cause}")))?;
    let _working = interrupt.work();
    // what is asked is seen however little is to be said
    let output = Output { quiet: false, ..output };
    say(output, &format!("\nquestion {number} of {count}: {} is in no model any more", shown(&question.old)));
    say(output, &format!("  old: {}", sides.live(&question.old)));
    for (at, one) in question.candidates.iter().enumerate() {
        let mark = if question.candidates.len() > 1 { format!("{})", at + 1) } else { "new:".to_owned() };
        say(output, &format!("  {mark} {}{}", sides.wanted(&one.new), sides.place(&one.new)));
        say(output, &format!("       {} %: {}", one.score, why(&one.reasons)));
    }
    loop {
        let answer = typed::line(&plain(&prompt(question)), &interrupt)?.ok_or_else(ended)?;
        match (answer.to_lowercase().as_str(), question.candidates.as_slice()) {
            ("d" | "details", _) => details(question, sides, output),
            ("y" | "yes" | "1", [only]) => return Ok(Some(only.clone())),
            ("n" | "no" | "0", _) => return Ok(None),
            (number, several) if several.len() > 1 => {
                let chosen = number.parse::<usize>().ok().and_then(|number| several.get(number.checked_sub(1)?));
                match chosen {
                    Some(chosen) => return Ok(Some(chosen.clone())),
                    None => say(output, &format!("type a number from 0 to {}, or d", several.len())),
                }
            }
            _ => say(output, "type y, n or d"),
        }
    }
}

fn say(output: Output, text: &str) {
    output.say(&plain(text));
}

/// A name may hold what a terminal would obey.
fn plain(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(shown).collect()
}

fn prompt(question: &Question) -> String {
    match question.candidates.as_slice() {
        [only] => format!("renamed to {}? [y]es, [n]o, [d]etails: ", name(&only.new)),
        several => {
            let choices = several.iter().enumerate().map(|(at, one)| format!("[{}] to {}", at + 1, name(&one.new)));
            format!("renamed? {}, [0] no, [d]etails: ", choices.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What either answer comes to, and how it could be given in advance.
fn details(question: &Question, sides: &Sides, output: Output) {
    for one in &question.candidates {
        say(output, &format!("  yes, {}: {}", name(&one.new), sides.rename_sql(&one.old, &one.new)));
        say(
            output,
            &format!("       {}", show::option("--rename", &show::renamed(&one.old, &one.new, question.alone))),
        );
    }
    let loses = if sides.holds_data(&question.old) { " (what it holds is lost)" } else { "" };
    say(output, &format!("  no: {}{loses}", sides.drop_sql(&question.old)));
    say(output, &format!("       {}", show::option("--no-rename", &show::not_renamed(&question.old, question.alone))));
}

fn ended() -> Error {
    Error::no("the input ended before every question was answered").detail("nothing was written")
}
