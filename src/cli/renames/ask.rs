//! How is somebody at a terminal asked whether a thing was renamed?
//!
//! Invariant: nothing is done while it is asked; the end of the input and a signal end the command as it began.

use super::show::{self, name, why};
use super::{Question, Sides};
use crate::candidates::{Candidate, shown};
use crate::catalog::Catalog;
use crate::cli::output::Output;
use crate::cli::typed;
use crate::error::{Error, Result};
use crate::kind::{Id, Object};
use crate::render;
use crate::runner::Interrupt;

/// The candidate that it was renamed to, or none.
pub fn ask(
    question: &Question,
    number: usize,
    count: usize,
    sides: &Sides,
    output: Output,
) -> Result<Option<Candidate>> {
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

impl Sides<'_> {
    fn live(&self, id: &Id) -> String {
        described(self.base, id)
    }

    fn wanted(&self, id: &Id) -> String {
        described(self.wanted, id)
    }

    fn place(&self, id: &Id) -> String {
        self.wanted.place(id).map(|place| format!("  ({place})")).unwrap_or_default()
    }

    fn rename_sql(&self, old: &Id, new: &Id) -> String {
        match (self.base.get(old), self.wanted.get(new)) {
            // what follows from the name may follow or not
            (Some(old), Some(new)) => render::statements(old.rename_sql(new).into_iter().take(1).collect()),
            _ => "the value is renamed".to_owned(),
        }
    }

    fn drop_sql(&self, old: &Id) -> String {
        self.base.get(old).map_or_else(|| "the value is removed".to_owned(), |old| render::statements(old.drop()))
    }

    fn holds_data(&self, id: &Id) -> bool {
        self.base.get(id).is_some_and(|object| object.holds_data())
    }
}

/// So much of a definition is shown.
const SHOWN: usize = 100;

/// In one line: a part of something as it stands in that, a table by its columns, anything else by what makes it.
fn described(catalog: &Catalog, id: &Id) -> String {
    let Some(object) = catalog.get(id) else { return id.qualified() };
    if object.element(Vec::new()).is_some() {
        let outer: Vec<String> = id.path.iter().take(id.path.len() - 1).map(ToString::to_string).collect();
        return format!("{} of {}", render::definition(object), outer.join("."));
    }
    let of = |other: &&Object| other.holds_data() && other.parent().as_ref() == Some(id);
    let mut parts: Vec<(Option<&i64>, String)> = catalog
        .objects()
        .values()
        .filter(of)
        .map(|part| {
            let id = part.id();
            (catalog.notes.order.get(&id), name(&id))
        })
        .collect();
    parts.sort();
    let text = match parts.is_empty() {
        true => render::definition(object),
        false => {
            format!("{} ({})", id.qualified(), parts.into_iter().map(|(_, name)| name).collect::<Vec<_>>().join(", "))
        }
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
