//! The command line of autogen.

use std::process::ExitCode;

fn main() -> ExitCode {
    autogen::cli::run()
}
