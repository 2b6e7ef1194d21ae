//! What can be typed?

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Debug, Parser)]
#[command(name = "autogen", version, about, long_about = None, max_term_width = 110)]
#[command(after_help = "Example:\n  autogen init && autogen revision -m \"first tables\" && autogen upgrade head")]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Address of the database, before autogen.yaml and the environment
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Path of autogen.yaml
    #[arg(short, long, global = true, value_name = "FILE", env = "AUTOGEN_CONFIG")]
    pub config: Option<PathBuf>,
    /// The environment of autogen.yaml to lay over its top level
    #[arg(long, global = true, value_name = "NAME", env = "AUTOGEN_ENV")]
    pub env: Option<String>,
    /// Say only results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more: the server, column order, every statement
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make autogen.yaml, a folder of models and a folder of revisions
    #[command(after_help = "Example:\n  autogen init shop")]
    Init {
        /// The project's folder
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Write the live database as model files
    #[command(after_help = "Example:\n  autogen inspect --out schema")]
    Inspect {
        /// The folder to write to, or - for the terminal
        #[arg(long, value_name = "DIR", default_value = "-")]
        out: PathBuf,
    },
    /// Show what `revision` would write
    #[command(after_help = "Example:\n  autogen diff --exit-code")]
    Diff {
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
        /// Exit 1 when there are changes
        #[arg(long)]
        exit_code: bool,
        /// Also list what is left out, and why
        #[arg(long)]
        explain_ignored: bool,
    },
    /// Compare models and database, and write a revision file
    #[command(after_help = "Example:\n  autogen revision -m \"add due dates\"")]
    Revision(Revision),
    /// Run revisions up to one
    #[command(after_help = "Example:\n  autogen upgrade head")]
    Upgrade {
        #[arg(default_value = "head", allow_hyphen_values = true)]
        revision: String,
    },
    /// Undo revisions down to one
    #[command(after_help = "Example:\n  autogen downgrade -1")]
    Downgrade {
        #[arg(allow_hyphen_values = true)]
        revision: String,
    },
    /// Say that the database stands at a revision, without running anything
    #[command(after_help = "Example:\n  autogen stamp head")]
    Stamp { revision: String },
    /// The revision at which the database stands
    #[command(after_help = "Example:\n  autogen current")]
    Current,
    /// The newest revisions
    #[command(after_help = "Example:\n  autogen heads")]
    Heads,
    /// All revisions, newest first
    #[command(after_help = "Example:\n  autogen history -v")]
    History,
    /// One revision file
    #[command(after_help = "Example:\n  autogen show head")]
    Show { revision: String },
    /// Exit 0 when models, revisions and database agree, 1 on drift, 2 when it cannot tell
    #[command(after_help = "Example:\n  autogen check --format json")]
    Check {
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
    },
    /// The private PostgreSQL of this project
    #[command(subcommand)]
    Db(Db),
    /// Run the main job on a scratch copy of the sample models
    #[command(after_help = "Example:\n  autogen tour")]
    Tour {
        /// Leave the scratch folder behind, to look around in
        #[arg(long)]
        keep: bool,
    },
    /// Completions for a shell
    #[command(after_help = "Example:\n  autogen completions bash > ~/.local/share/bash-completion/completions/autogen")]
    Completions { shell: clap_complete::Shell },
}

#[derive(Debug, Args)]
pub struct Revision {
    /// What it does, in a few words
    #[arg(short, long, required_unless_present = "amend")]
    pub message: Option<String>,
    /// Write a skeleton to fill in by hand, and look at no database
    #[arg(long, conflicts_with_all = ["amend", "allow_drop_all"])]
    pub empty: bool,
    /// Write the newest revision anew, as long as it is not applied
    #[arg(long)]
    pub amend: bool,
    /// With --amend: give up what a person has edited in the file
    #[arg(long, requires = "amend")]
    pub discard_edits: bool,
    /// Accept a revision that drops more than half of the tables
    #[arg(long)]
    pub allow_drop_all: bool,
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
