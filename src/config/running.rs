//! What does autogen.yaml say of how revisions run?

use std::time::Duration;

use super::file::{HooksKeys, Layer};
use super::hook::{self, Hook};
use super::place::Source;
use crate::duration::duration;
use crate::error::{Error, Result, did_you_mean};
use crate::json_schema;
use crate::spanned::Spanned;

/// When to ask before rows are lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Confirm {
    /// On a terminal; elsewhere there is a warning.
    #[default]
    Auto,
    /// Also where nobody can be asked: there only `--yes` goes on.
    Always,
    Never,
}

const CONFIRM: [(&str, Confirm); 3] = [("auto", Confirm::Auto), ("always", Confirm::Always), ("never", Confirm::Never)];
json_schema::words!(of Confirm = CONFIRM.map(|(word, _)| word));

/// How the progress of a run is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LogFormat {
    #[default]
    Text,
    /// One object a line, on stderr.
    Json,
}

const LOG_FORMATS: [(&str, LogFormat); 2] = [("text", LogFormat::Text), ("json", LogFormat::Json)];
json_schema::words!(of LogFormat = LOG_FORMATS.map(|(word, _)| word));

/// Commands that run before and after revisions do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hooks {
    pub before_upgrade: Option<Hook>,
    pub before_data_loss: Option<Hook>,
    pub after_upgrade: Option<Hook>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// `None`: a second, where the session has none of its own. Zero is no limit.
    pub lock_timeout: Option<Duration>,
    /// `None`: as the session has it. Zero is no limit.
    pub statement_timeout: Option<Duration>,
    /// How long other sessions are waited for.
    pub lock_patience: Duration,
    pub confirm: Confirm,
    /// Whether all revisions may be undone.
    pub protect: bool,
    pub log_format: LogFormat,
    pub hooks: Hooks,
}

/// The longest time that the server takes, in milliseconds.
const LONGEST: u128 = i32::MAX as u128;

impl Running {
    pub(super) fn take(layer: &mut Layer, source: &Source<'_>) -> Result<Self> {
        let patience = time(layer.lock_patience.take(), "lock_patience", source)?;
        Ok(Self {
            lock_timeout: time(layer.lock_timeout.take(), "lock_timeout", source)?,
            statement_timeout: time(layer.statement_timeout.take(), "statement_timeout", source)?,
            lock_patience: patience.unwrap_or(crate::runner::PATIENCE),
            confirm: word(layer.confirm.take(), "confirm", &CONFIRM, source)?,
            protect: layer.protect.take().is_some_and(|protect| protect.value),
            log_format: word(layer.log_format.take(), "log_format", &LOG_FORMATS, source)?,
            hooks: hooks(layer.hooks.take().unwrap_or_default(), source)?,
        })
    }

    /// `SET LOCAL` statements for the same; `shown` is the `lock_timeout` that the server, or the role, has.
    pub fn limits_locally(&self, shown: &str) -> String {
        let set = |name: &str, limit: Duration| format!("SET LOCAL {name} = {};\n", limit.as_millis());
        let usual = || (shown == "0").then_some(Duration::from_secs(1));
        let lock = self.lock_timeout.or_else(usual).map(|limit| set("lock_timeout", limit));
        let statement = self.statement_timeout.map(|limit| set("statement_timeout", limit));
        lock.into_iter().chain(statement).collect()
    }

    /// `SET` statements for the limits of time.
    pub fn limits(&self) -> String {
        let set = |name: &str, limit: Duration| format!("SET {name} = {};\n", limit.as_millis());
        let mut sql = match self.lock_timeout {
            Some(limit) => set("lock_timeout", limit),
            None => "SELECT pg_catalog.set_config('lock_timeout', '1s', false) \
                 WHERE pg_catalog.current_setting('lock_timeout') OPERATOR(pg_catalog.=) '0';\n"
                .to_owned(),
        };
        sql.extend(self.statement_timeout.map(|limit| set("statement_timeout", limit)));
        sql
    }
}

fn time(written: Option<Spanned<String>>, key: &str, source: &Source<'_>) -> Result<Option<Duration>> {
    let Some(written) = written else { return Ok(None) };
    match duration(&written.value).filter(|time| time.as_millis() <= LONGEST) {
        Some(time) => Ok(Some(time)),
        None => {
            let error = Error::new(format!("{key} cannot be {}", written.value))
                .hint("write a number and a unit, as in 500ms, 2s, 5min or 1h; 0 is no limit");
            Err(source.at(error, written.referenced))
        }
    }
}

fn word<T: Copy + Default>(
    written: Option<Spanned<String>>,
    key: &str,
    known: &[(&str, T)],
    source: &Source<'_>,
) -> Result<T> {
    let Some(written) = written else { return Ok(T::default()) };
    if let Some((_, value)) = known.iter().find(|(word, _)| *word == written.value) {
        return Ok(*value);
    }
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    let error = Error::new(format!("{key} cannot be {}", written.value));
    let error = match did_you_mean(&written.value, words.iter().copied()) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("it is one of {}", words.join(", "))),
    };
    Err(source.at(error, written.referenced))
}

fn hooks(keys: HooksKeys, source: &Source<'_>) -> Result<Hooks> {
    let read = |key: &str, form: Option<Spanned<hook::Form>>| {
        form.map(|form| hook::hook(&format!("hooks.{key}"), form, source)).transpose()
    };
    let HooksKeys { before_upgrade, before_data_loss, after_upgrade } = keys;
    Ok(Hooks {
        before_upgrade: read("before_upgrade", before_upgrade)?,
        before_data_loss: read("before_data_loss", before_data_loss)?,
        after_upgrade: read("after_upgrade", after_upgrade)?,
    })
}
