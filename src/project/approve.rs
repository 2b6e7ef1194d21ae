//! May what is about to run be run?
//!
//! Asked when everything is known and nothing is done. Invariant: an answer of no leaves the database as it was.

use std::sync::Arc;

use super::hooks::{self, Surroundings};
use super::run::How;
use crate::config::{Config, Confirm, Hook};
use crate::connect::Address;
use crate::error::{Error, Result};
use crate::runner::{Approve, Direction, Intended};

/// The settings' answer, a person's, and that of the hooks.
pub(super) fn approve(config: &Config, address: &Arc<Address>, how: &How) -> Approve {
    let (config, address, how) = (config.clone(), Arc::clone(address), how.clone());
    Box::new(move |intended| {
        protected(&config, intended)?;
        if !intended.losses.is_empty() {
            how.tell.warn(&losses(intended));
            confirm(config.running.confirm, &how)?;
        }
        let hooks = &config.running.hooks;
        let around = Surroundings::of(&address, intended);
        let run = |hook: &str, command: &Hook| {
            hooks::run(hook, command, &config, &around, &how.interrupt)
                .map_err(|error| error.detail("nothing was done"))
        };
        if let Some(command) = hooks.before_data_loss.as_ref().filter(|_| !intended.losses.is_empty()) {
            run("before_data_loss", command)?;
        }
        if let Some(command) = hooks.before_upgrade.as_ref().filter(|_| intended.direction == Direction::Upgrade) {
            run("before_upgrade", command)?;
        }
        Ok(())
    })
}

fn protected(config: &Config, intended: &Intended) -> Result<()> {
    if !config.running.protect || intended.direction == Direction::Upgrade || !intended.to.is_empty() {
        return Ok(());
    }
    let whose = match &config.environment {
        Some(name) => format!("the environment {name} is protected"),
        None => "the database is protected".to_owned(),
    };
    Err(Error::no(format!("{whose}: this downgrade would undo all of its revisions"))
        .detail("nothing was done")
        .hint(format!("name a later target; or take `protect: true` out of {}", config.file.display())))
}

fn confirm(when: Confirm, how: &How) -> Result<()> {
    if how.yes || when == Confirm::Never {
        return Ok(());
    }
    if let Some(confirm) = &how.confirm {
        return match confirm()? {
            true => Ok(()),
            false => Err(Error::no("the answer was no, so nothing was done")),
        };
    }
    match when {
        Confirm::Always => {
            Err(Error::no("it has to be confirmed that data is lost, and there is no terminal to ask on")
                .detail("nothing was done")
                .hint("--yes confirms it; `confirm: always` of autogen.yaml asks for it"))
        }
        Confirm::Auto | Confirm::Never => Ok(()),
    }
}

/// What a run would lose, as its warning says it.
fn losses(intended: &Intended) -> String {
    let mut text = format!("this {} loses data for good:", intended.direction);
    for loss in &intended.losses {
        text.push_str(&format!("\n  {}, {loss}", loss.revision));
    }
    text
}
