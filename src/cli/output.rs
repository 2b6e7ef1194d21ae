//! Where does a line go, and in which colour?

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};

use crate::error::{Error, Result};
use crate::ours::LeftOut;
use crate::project::{Notice, Tell};
use crate::render::{Line, Tone};

/// How much to say.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    pub quiet: bool,
    pub verbose: bool,
}

/// So many things are named one by one; the rest is counted.
const NAMED: usize = 20;

/// Why a result could not be written, the first time that it could not.
static UNWRITTEN: OnceLock<io::Error> = OnceLock::new();

/// A reader that has gone away has read enough; anything else has lost a result.
fn note(written: io::Result<()>) {
    if let Err(cause) = written
        && cause.kind() != ErrorKind::BrokenPipe
    {
        let _ = UNWRITTEN.set(cause);
    }
}

/// Whether every result reached stdout.
pub fn all_written() -> Result<()> {
    note(io::stdout().flush());
    match UNWRITTEN.get() {
        Some(cause) => Err(Error::io("write to", "standard output".as_ref(), cause)),
        None => Ok(()),
    }
}

impl Output {
    /// Somebody who hears of what happens, and says it here.
    pub fn tell(self) -> Tell {
        Tell::new(move |notice| self.notice(notice))
    }

    pub fn notice(self, notice: Notice) {
        match notice {
            Notice::Said(text) => self.say(&text),
            Notice::Detail(text) => self.detail(&text),
            Notice::Warning(text) => self.warn(&text),
            Notice::Changes(lines) => self.lines_to_stderr(&lines),
            Notice::Unmodelled(things) => self.unmodelled(&things),
            Notice::LeftOut(things) => self.left_out(&things),
            Notice::Written(files) => files.iter().for_each(|file| self.result(file)),
        }
    }

    /// A result, on stdout.
    pub fn result(self, text: &str) {
        note(writeln!(anstream::stdout(), "{text}"));
    }

    /// Text as it is, on stdout.
    pub fn raw(self, text: &str) {
        note(anstream::stdout().write_all(text.as_bytes()));
    }

    /// A message, on stderr.
    pub fn say(self, text: &str) {
        if !self.quiet {
            let _ = writeln!(anstream::stderr(), "{text}");
        }
    }

    pub fn detail(self, text: &str) {
        if self.verbose {
            self.say(text);
        }
    }

    pub fn warn(self, text: &str) {
        let style = style(Tone::Warning);
        self.say(&format!("{style}warning:{style:#} {text}"));
    }

    /// What is wrong and stops nothing, with what can be done about it.
    pub fn warn_of(self, error: &Error) {
        let text = error.to_string();
        self.warn(text.strip_prefix("error: ").unwrap_or(&text));
    }

    pub fn error(self, error: &Error) {
        let text = error.to_string();
        let rest = text.strip_prefix("error:").unwrap_or(&text);
        let style = style(Tone::Removed).bold();
        let _ = writeln!(anstream::stderr(), "{style}error:{style:#}{rest}");
    }

    pub fn lines(self, lines: &[Line]) {
        lines.iter().for_each(|line| self.result(&coloured(line)));
    }

    pub fn lines_to_stderr(self, lines: &[Line]) {
        lines.iter().for_each(|line| self.say(&coloured(line)));
    }

    /// What models declare and a rule leaves out: nobody should look for it in vain.
    pub fn left_out(self, things: &[LeftOut]) {
        for left in things.iter().take(NAMED) {
            self.say(&format!("left out: {}", explained(left)));
        }
        if things.len() > NAMED {
            self.say(&format!(
                "left out: {} more, all of them in `autogen diff --explain-ignored`",
                things.len() - NAMED
            ));
        }
    }

    /// What is there and not modelled: the first twenty by name, then a count.
    pub fn unmodelled(self, things: &[impl Display]) {
        for thing in things.iter().take(NAMED) {
            self.say(&format!("not modelled: {thing}"));
        }
        if things.len() > NAMED {
            self.say(&format!(
                "not modelled: {} more, all of them in `autogen check --format json`",
                things.len() - NAMED
            ));
        }
    }
}

/// `table public.tasks (schema/tasks.yaml:2:3): exclude rule 1 at autogen.yaml:3`
pub fn explained(left: &LeftOut) -> String {
    let place = left.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
    format!("{left}{place}: {}", left.why)
}

fn coloured(line: &Line) -> String {
    let piece = |(tone, text): &(Tone, String)| {
        let style = style(*tone);
        format!("{style}{text}{style:#}")
    };
    line.iter().map(piece).collect()
}

fn style(tone: Tone) -> Style {
    let color = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
    match tone {
        Tone::Plain => Style::new(),
        Tone::Added => color(AnsiColor::Green),
        Tone::Removed => color(AnsiColor::Red),
        Tone::Changed => color(AnsiColor::Yellow),
        Tone::Warning => color(AnsiColor::Magenta),
        Tone::Faint => Style::new().dimmed(),
    }
}
