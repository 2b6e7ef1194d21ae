//! What can be typed behind `import` and `db`?

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Import {
    /// Begin where Alembic is: a baseline for its head, which it has to be at
    #[command(after_help = "Example:\n  autogen import alembic --versions migrations/versions")]
    Alembic(FromAlembic),
}

#[derive(Debug, Args)]
pub struct FromAlembic {
    /// The folder of its version files, where neither alembic.ini nor pyproject.toml says it
    #[arg(long, value_name = "DIR")]
    pub versions: Option<PathBuf>,
    /// The message of the baseline; said again, a further paragraph
    #[arg(short, long)]
    pub message: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub enum Db {
    /// Start it and leave it running
    #[command(after_help = "Example:\n  autogen db start")]
    Start,
    /// Stop it
    #[command(after_help = "Example:\n  autogen db stop")]
    Stop,
    /// Open psql on it
    #[command(after_help = "Example:\n  autogen db psql -- -c '\\dt'")]
    Psql {
        /// Arguments for psql
        #[arg(last = true)]
        args: Vec<String>,
    },
    /// Stop it and delete its data
    #[command(after_help = "Example:\n  autogen db reset")]
    Reset,
    /// Install a private copy of PostgreSQL with npm
    #[command(after_help = "Example:\n  autogen db install 17")]
    Install {
        /// The major version
        major: Option<u32>,
    },
}
