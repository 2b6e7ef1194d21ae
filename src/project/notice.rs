//! What is there to say while something is done, and to whom?
//!
//! A stage prints nothing: what a person may want to know goes to a [`Tell`], which says it on a terminal, notes it in a log
//! or lets it go. Invariant: no part of it holds a password.

use std::fmt::{self, Display};
use std::sync::Arc;

use crate::error::Error;
use crate::ours::LeftOut;
use crate::render::Line;

/// Something that a person may want to know, and that stops nothing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Notice {
    /// What happens.
    Said(String),
    /// More than most want to know: the server, and how it is reached.
    Detail(String),
    Warning(String),
    /// What a revision that is about to be written does.
    Changes(Vec<Line>),
    /// What is in the database and not modelled.
    Unmodelled(Vec<String>),
    /// What models declare and a rule leaves out.
    LeftOut(Vec<LeftOut>),
    /// These files are there now; paths start at the project's folder.
    Written(Vec<String>),
}

/// Who is told; clones tell the same one.
#[derive(Clone)]
pub struct Tell(Arc<dyn Fn(Notice) + Send + Sync>);

impl Default for Tell {
    /// Nobody.
    fn default() -> Self {
        Self::new(drop)
    }
}

impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

impl Tell {
    pub fn new(tell: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        Self(Arc::new(tell))
    }

    pub fn tell(&self, notice: Notice) {
        (self.0)(notice);
    }

    pub fn say(&self, text: &str) {
        self.tell(Notice::Said(text.to_owned()));
    }

    pub fn detail(&self, text: &str) {
        self.tell(Notice::Detail(text.to_owned()));
    }

    pub fn warn(&self, text: &str) {
        self.tell(Notice::Warning(text.to_owned()));
    }

    /// What is wrong and stops nothing, with what can be done about it.
    pub fn warn_of(&self, error: &Error) {
        let text = error.to_string();
        self.warn(text.strip_prefix("error: ").unwrap_or(&text));
    }

    pub(crate) fn changes(&self, lines: &[Line]) {
        self.tell(Notice::Changes(lines.to_vec()));
    }

    pub(crate) fn unmodelled(&self, things: &[impl Display]) {
        self.tell(Notice::Unmodelled(things.iter().map(ToString::to_string).collect()));
    }

    pub(crate) fn left_out(&self, things: &[LeftOut]) {
        self.tell(Notice::LeftOut(things.to_vec()));
    }

    pub(crate) fn written(&self, files: Vec<String>) {
        self.tell(Notice::Written(files));
    }
}
