//! Do a project's revisions and models hold together? Asked in the project's own test suite.
//!
//! One line each, under names that pytest-alembic has for the same:
//!
//! ```no_run
//! # mod migrations {
//! #[test]
//! fn there_is_one_head() {
//!     autogen::testing::single_head_revision(".");
//! }
//!
//! #[test]
//! fn models_and_revisions_agree() {
//!     autogen::testing::model_definitions_match_ddl(".");
//! }
//!
//! #[test]
//! fn every_revision_goes_up_and_down_and_up_again() {
//!     autogen::testing::up_down_consistency(".");
//! }
//!
//! #[test]
//! fn an_upgrade_from_nothing_leads_to_the_models() {
//!     autogen::testing::upgrade_equals_models(".");
//! }
//! # }
//! ```
//!
//! Cargo runs tests in the package's folder, so `"."` is the project beside Cargo.toml; an autogen.yaml or a
//! [`Project`] will do too. What autogen.yaml says of databases and of commands to run around
//! revisions plays no part: each test has an empty [`Database`] of its own, on the server of DATABASE_URL (never in the
//! database that it names) or, without it, on a private PostgreSQL that is started once for each process and leaves nothing
//! behind. A failure panics with one message that says which revision, and what differs.
//!
//! [`find`] has the same as functions that return what is wrong.

mod consistency;
mod private;
mod server;
mod url;

use crate::error::Result;
use crate::project::Project;

pub use server::{Database, database, with_roles};

/// What says which project is tested: its folder, its autogen.yaml, or the project itself.
pub trait Tested {
    fn project(self) -> Result<Project>;
}

impl Tested for Project {
    fn project(self) -> Result<Project> {
        Ok(self)
    }
}

impl Tested for &Project {
    fn project(self) -> Result<Project> {
        Ok(self.clone())
    }
}

impl Tested for &str {
    fn project(self) -> Result<Project> {
        Project::open(self)
    }
}

impl Tested for &std::path::Path {
    fn project(self) -> Result<Project> {
        Project::open(self)
    }
}

impl Tested for std::path::PathBuf {
    fn project(self) -> Result<Project> {
        Project::open(self)
    }
}

impl Tested for &std::path::PathBuf {
    fn project(self) -> Result<Project> {
        Project::open(self)
    }
}

/// Panics unless the revisions have one head: two merged branches may both have begun at the same one.
///
/// ```
/// autogen::testing::single_head_revision("examples/shop");
/// ```
#[track_caller]
pub fn single_head_revision(project: impl Tested) {
    or_panic(find::single_head_revision(project));
}

/// Panics unless `autogen revision` would have nothing to write for a database that the revisions have built.
///
/// ```
/// autogen::testing::model_definitions_match_ddl("examples/shop");
/// ```
#[track_caller]
pub fn model_definitions_match_ddl(project: impl Tested) {
    or_panic(find::model_definitions_match_ddl(project));
}

/// Panics unless each revision, run up, down and up again, leaves what was there before it and then the same as the first
/// time. Rows are not compared: there are none but those that revisions write.
///
/// ```
/// autogen::testing::up_down_consistency("examples/shop");
/// ```
#[track_caller]
pub fn up_down_consistency(project: impl Tested) {
    or_panic(find::up_down_consistency(project, &[]));
}

/// The same, but for these (whole ids), which cannot be taken back and run up only.
///
/// ```
/// autogen::testing::up_down_consistency_but("examples/shop", &["0001"]);
/// ```
#[track_caller]
pub fn up_down_consistency_but(project: impl Tested, only_up: &[&str]) {
    or_panic(find::up_down_consistency(project, only_up));
}

/// Panics unless an empty database becomes what the models declare in two ways: by all revisions, those too that wait until no
/// program uses what they take away; and by the models alone, as if there had been no revisions.
///
/// ```
/// autogen::testing::upgrade_equals_models("examples/shop");
/// ```
#[track_caller]
pub fn upgrade_equals_models(project: impl Tested) {
    or_panic(find::upgrade_equals_models(project));
}

#[track_caller]
fn or_panic(done: Result<()>) {
    if let Err(error) = done {
        let text = error.to_string();
        panic!("{}", text.strip_prefix("error: ").unwrap_or(&text));
    }
}

/// The same questions, with what is wrong as a value.
pub mod find {
    pub use super::consistency::{
        model_definitions_match_ddl, single_head_revision, up_down_consistency, upgrade_equals_models,
    };
}
