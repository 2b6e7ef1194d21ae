//! `autogen json-schema`: what may an editor know of the files?

use super::args::{Global, Schema};
use super::output::Output;
use crate::config::Config;
use crate::error::Result;
use crate::json_schema;
use crate::project::batch::Batch;
use crate::project::editors;

pub fn print(of: Schema, output: Output) -> u8 {
    let schema = match of {
        Schema::Model => json_schema::model(),
        Schema::Config => json_schema::config(),
    };
    output.raw(&json_schema::text(&schema));
    0
}

pub fn write(global: &Global, output: Output) -> Result<u8> {
    let config = Config::load(global.config.as_deref(), global.env.as_deref())?;
    let mut batch = Batch::default();
    editors::write(&config.root, &mut batch)?;
    batch.keep();
    for file in [editors::MODEL, editors::CONFIG] {
        output.say(&format!("wrote {}", config.root.join(file).display()));
    }
    Ok(0)
}
