//! What can be typed?

mod nested;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::inspect::Models;
pub use nested::{Db, FromAlembic, Import};

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
    /// Wait so long for a server that is still starting
    #[arg(long, global = true, value_name = "SECONDS")]
    pub wait: Option<u64>,
    /// With what writes to the database: run through a transaction pooler, in the way that is safe there
    #[arg(long, global = true)]
    pub allow_pooler: bool,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Schema {
    /// Of model files
    Model,
    /// Of autogen.yaml
    Config,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make autogen.yaml, a folder of models and a folder of revisions
    #[command(after_help = "Example:\n  autogen init shop\n  \
                            autogen init --from-database --database-url postgresql://app@localhost/shop")]
    Init {
        /// The project's folder
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// Begin with what a database holds: write its models and a baseline, and note that as applied
        #[arg(long)]
        from_database: bool,
        /// How to write its models, or the sample
        #[arg(long, value_name = "FORMAT", default_value = "yaml")]
        format: Models,
    },
    /// Come over from another tool
    #[command(subcommand)]
    Import(Import),
    /// Write the live database as model files
    #[command(
        after_help = "Example:\n  autogen inspect --out schema\n  autogen inspect --format rust --out src/schema"
    )]
    Inspect {
        /// How to write them: structs come with a mod.rs
        #[arg(long, value_name = "FORMAT", default_value = "yaml")]
        format: Models,
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
    #[command(after_help = "Example:\n  autogen revision -m \"add due dates\"\n  \
                            autogen revision -m \"tasks only\" --only tasks --only 'index public.ix_*'\n  \
                            autogen revision -m \"first tables\" --split\n  \
                            autogen revision -m \"titles\" --rename public.tasks.title=name --no-rename tasks.notes")]
    Revision(Revision),
    /// Run revisions up to one
    #[command(after_help = "Example:\n  autogen upgrade head")]
    Upgrade(Upgrade),
    /// Undo revisions down to one
    #[command(after_help = "Example:\n  autogen downgrade -1")]
    Downgrade(Downgrade),
    /// Say that the database stands at a revision, without running anything
    #[command(after_help = "Example:\n  autogen stamp head")]
    Stamp {
        /// Branches that have nothing to do with these stay where they are
        #[arg(required = true, value_name = "REVISION")]
        revisions: Vec<String>,
        /// Forget all that is noted as applied first
        #[arg(long)]
        purge: bool,
        /// Print the script in place of running it: from the base, or FROM:TO
        #[arg(long, conflicts_with = "purge")]
        sql: bool,
    },
    /// The revision at which the database stands
    #[command(after_help = "Example:\n  autogen current --check-heads")]
    Current {
        /// Exit 1 unless the database is at every head
        #[arg(long)]
        check_heads: bool,
    },
    /// The newest revisions
    #[command(after_help = "Example:\n  autogen heads")]
    Heads {
        /// Leave out those that others depend on
        #[arg(long)]
        resolve_dependencies: bool,
    },
    /// The revisions at which branches begin
    #[command(after_help = "Example:\n  autogen branches -v")]
    Branches,
    /// All revisions, newest first
    #[command(after_help = "Example:\n  autogen history -r base:current -i")]
    History(History),
    /// One revision file
    #[command(after_help = "Example:\n  autogen show head")]
    Show { revision: String },
    /// Write a revision that brings several heads together
    #[command(after_help = "Example:\n  autogen merge heads -m \"both pull requests\"")]
    Merge(Merge),
    /// Move a branch onto the other head, so that both are one line
    #[command(after_help = "Example:\n  autogen rebase\n  autogen rebase 81e6b0a4 --onto 3f2a9c1d")]
    Rebase(Rebase),
    /// Open a revision file in $EDITOR
    #[command(after_help = "Example:\n  autogen edit head")]
    Edit { revision: String },
    /// Make the tables that note what is applied, and nothing else
    #[command(alias = "ensure_version", after_help = "Example:\n  autogen ensure-version")]
    EnsureVersion {
        /// Print the script in place of running it
        #[arg(long)]
        sql: bool,
    },
    /// Exit 0 when models, revisions and database agree, 1 on drift, 2 when it cannot tell
    #[command(after_help = "Example:\n  autogen check --format json")]
    Check {
        #[arg(long, value_name = "FORMAT", default_value = "text")]
        format: Format,
    },
    /// What is applied, what is pending, and whether files and database still agree on it
    #[command(after_help = "Example:\n  autogen status --format json")]
    Status {
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
    /// The JSON Schema of model files or of autogen.yaml, for an editor
    #[command(
        after_help = "Example:\n  autogen json-schema config > autogen.schema.json\n  autogen json-schema --write"
    )]
    JsonSchema {
        #[arg(value_name = "FILES", default_value = "model")]
        of: Schema,
        /// Write both into .autogen/ of the project, where `init` has put them and the files' first lines look for them
        #[arg(long, conflicts_with = "of")]
        write: bool,
    },
    /// Completions for a shell
    #[command(after_help = "Example:\n  autogen completions bash > ~/.local/share/bash-completion/completions/autogen")]
    Completions { shell: clap_complete::Shell },
}

impl Command {
    /// Whether it takes the lock of the runner.
    pub fn writes(&self) -> bool {
        match self {
            Self::Upgrade(Upgrade { how: How { sql, .. }, .. })
            | Self::Downgrade(Downgrade { how: How { sql, .. }, .. })
            | Self::Stamp { sql, .. }
            | Self::EnsureVersion { sql } => !sql,
            // they note what is there as applied
            Self::Init { from_database, .. } => *from_database,
            Self::Revision(Revision { baseline, .. }) => *baseline,
            Self::Import(Import::Alembic(_)) => true,
            _ => false,
        }
    }
}

#[derive(Debug, Args)]
pub struct Upgrade {
    #[arg(default_value = "head", allow_hyphen_values = true)]
    pub revision: String,
    #[command(flatten)]
    pub how: How,
    /// Run what comes before something that is applied already
    #[arg(long, conflicts_with = "sql")]
    pub out_of_order: bool,
}

#[derive(Debug, Args)]
pub struct Downgrade {
    #[arg(allow_hyphen_values = true)]
    pub revision: String,
    #[command(flatten)]
    pub how: How,
}

/// What upgrades and downgrades can be told.
#[derive(Debug, Args)]
pub struct How {
    /// Print the script in place of running it; FROM:TO says where it begins
    #[arg(long)]
    pub sql: bool,
    /// All revisions in one transaction, in place of one for each
    #[arg(long, conflicts_with = "sql")]
    pub single_transaction: bool,
    /// Go on without asking where rows are lost
    #[arg(short, long, conflicts_with = "sql")]
    pub yes: bool,
    /// Remember files that were changed after they were applied as they are now, and go on
    #[arg(long, conflicts_with = "sql")]
    pub accept_changed: bool,
}

#[derive(Debug, Args)]
pub struct Revision {
    #[command(flatten)]
    pub new: New,
    /// Write a skeleton to fill in by hand, and look at no database
    #[arg(long, conflicts_with_all = ["amend", "allow_drop_all"])]
    pub empty: bool,
    /// Write what would create the database as it is, and note it as applied there; with --empty, nothing that creates it
    #[arg(long, conflicts_with_all = ["amend", "allow_drop_all", "head", "depends_on", "splice", "autogenerate", "only", "split"])]
    pub baseline: bool,
    /// What is done anyway, as Alembic calls it
    #[arg(long, conflicts_with = "empty")]
    pub autogenerate: bool,
    /// The revision that it stands on; base for a line of its own
    #[arg(long, value_name = "REVISION", default_value = "head", allow_hyphen_values = true, conflicts_with = "amend")]
    pub head: String,
    /// A revision or branch label that has to run before it, without being its parent
    #[arg(long, value_name = "REVISION", conflicts_with = "amend")]
    pub depends_on: Vec<String>,
    /// Write the newest revision anew, as long as it is not applied
    #[arg(long, conflicts_with_all = ["rev_id", "branch_label", "version_path", "splice"])]
    pub amend: bool,
    /// With --amend: give up what a person has edited in the file
    #[arg(long, requires = "amend")]
    pub discard_edits: bool,
    /// Only what this names, with all that it requires: a name, schema.name or a kind, with * and ?
    #[arg(long, value_name = "PATTERN", conflicts_with_all = ["empty", "amend", "split"])]
    pub only: Vec<String>,
    /// Write one revision for each table, each on the one before
    #[arg(long, conflicts_with_all = ["empty", "amend", "rev_id"])]
    pub split: bool,
    /// Accept a revision that drops more than half of the tables
    #[arg(long)]
    pub allow_drop_all: bool,
    #[command(flatten)]
    pub renames: Renames,
    /// json: what was written, or the open questions, for a program; nothing is asked
    #[arg(long, value_name = "FORMAT", default_value = "text", conflicts_with_all = ["empty", "baseline"])]
    pub format: Format,
}

/// Answers to whether what goes has only another name.
#[derive(Debug, Default, Args)]
pub struct Renames {
    /// What goes under the old name is there under the new one: public.tasks.title=name, 'index public.ix_a=ix_b'
    #[arg(long, value_name = "OLD=NEW", conflicts_with_all = ["empty", "baseline"])]
    pub rename: Vec<String>,
    /// What goes is dropped, whatever looks like it: public.tasks.title
    #[arg(long, value_name = "NAME", conflicts_with_all = ["empty", "baseline"])]
    pub no_rename: Vec<String>,
    /// Nothing is renamed but what models and --rename say
    #[arg(long, conflicts_with_all = ["empty", "baseline"])]
    pub no_renames: bool,
    /// Such answers from a file, such as what --format json printed
    #[arg(long, value_name = "FILE", conflicts_with_all = ["empty", "baseline"])]
    pub renames: Option<PathBuf>,
}

/// What a revision that is about to be written can be told.
#[derive(Debug, Default, Args)]
pub struct New {
    /// What it does, in a few words; said again, a further paragraph
    #[arg(short, long)]
    pub message: Vec<String>,
    /// The message from a file, or from the standard input as -
    #[arg(short = 'F', long, value_name = "FILE", conflicts_with = "message")]
    pub message_file: Option<PathBuf>,
    /// Its id, in place of twelve random digits
    #[arg(long, value_name = "ID")]
    pub rev_id: Option<String>,
    /// A name for the branch that begins with it
    #[arg(long, value_name = "LABEL")]
    pub branch_label: Vec<String>,
    /// The folder to write it to, where `revisions:` of autogen.yaml names several
    #[arg(long, value_name = "DIR")]
    pub version_path: Option<PathBuf>,
    /// Let it stand on a revision that others stand on already
    #[arg(long)]
    pub splice: bool,
}

#[derive(Debug, Args)]
pub struct Merge {
    #[arg(required = true, value_name = "REVISION")]
    pub revisions: Vec<String>,
    #[command(flatten)]
    pub new: New,
}

#[derive(Debug, Args)]
pub struct Rebase {
    /// A revision of the branch that moves; or the branch's files, where its numbers are taken
    #[arg(value_name = "REVISION")]
    pub revisions: Vec<String>,
    /// The revision to stand on (default: the other head)
    #[arg(long, value_name = "REVISION")]
    pub onto: Option<String>,
}

#[derive(Debug, Args)]
pub struct History {
    /// Only those between two, both included: FROM:TO, FROM: or :TO
    #[arg(short, long, value_name = "FROM:TO", allow_hyphen_values = true)]
    pub rev_range: Option<String>,
    /// Mark where the database stands
    #[arg(short, long)]
    pub indicate_current: bool,
    /// Draw which stands on which
    #[arg(long, conflicts_with = "verbose")]
    pub graph: bool,
}
