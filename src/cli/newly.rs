//! What was typed of a revision that is about to be written?

use std::fs;
use std::io::Read;

use super::args;
use crate::error::{Error, Result};
use crate::project::New;
use crate::runner::Interrupt;

pub use crate::project::newly::{add, alone, checked, no_message, path_of, skeleton};

/// With the message read, wherever it is.
pub fn meant(new: &args::New) -> Result<New> {
    let message = match &new.message_file {
        Some(file) if file.as_os_str() == "-" => {
            let mut text = String::new();
            let read = std::io::stdin().read_to_string(&mut text);
            read.map_err(|cause| Error::io("read the message from", "standard input".as_ref(), &cause))?;
            Some(text)
        }
        Some(file) => Some(fs::read_to_string(file).map_err(|cause| Error::io("read the message from", file, &cause))?),
        None => (!new.message.is_empty()).then(|| new.message.join("\n\n")),
    };
    Ok(New {
        message,
        rev_id: new.rev_id.clone(),
        branch_labels: new.branch_label.clone(),
        folder: new.version_path.clone(),
        splice: new.splice,
        interrupt: interrupt()?,
    })
}

/// What a signal stops.
pub fn interrupt() -> Result<Interrupt> {
    Interrupt::install().map_err(|cause| Error::new(format!("cannot listen to signals: {cause}")))
}
