//! Where do the models of a project come from?
//!
//! Invariant: from wherever they come, they become one [`Draft`], and nothing downstream knows which it was.

use std::path::PathBuf;

use crate::config::Config;
use crate::draft::Draft;
use crate::error::Result;
use crate::model::{self, Declaration};

/// What declares the wanted catalog.
#[derive(Debug, Clone, Default)]
pub enum Models {
    /// The files of the folder that `models:` of autogen.yaml names.
    #[default]
    Files,
    /// Types of the program itself, which [`models!`](crate::models) lists; the folder is not looked at.
    Types(Vec<Declaration>),
}

impl Models {
    pub fn load(&self, config: &Config) -> Result<Draft> {
        match self {
            Self::Files => model::load(config),
            Self::Types(declarations) => model::declared(declarations, config),
        }
    }

    /// The files that they are read from; `None`: they are not.
    pub(super) fn files(&self, config: &Config) -> Option<Result<Vec<PathBuf>>> {
        match self {
            Self::Files => Some(model::files(config)),
            Self::Types(_) => None,
        }
    }
}

/// The models that these types declare, in place of model files: structs with `#[derive(Model)]`, enums with
/// `#[derive(ModelEnum)]`.
///
/// ```
/// use autogen::{Model, ModelEnum};
///
/// #[derive(Model)]
/// #[model(table = "tasks")]
/// pub struct Task {
///     #[model(primary_key, identity)]
///     pub id: i64,
///     pub state: State,
/// }
///
/// #[derive(ModelEnum)]
/// pub enum State {
///     Open,
///     Done,
/// }
///
/// let project = autogen::Project::open("examples/shop")?.with_models(autogen::models![Task, State]);
/// # let database = autogen::testing::database()?;
/// # let url = database.url();
/// let comparison = project.connect_to(url)?.compare()?;
/// assert!(comparison.sql().contains("CREATE TABLE public.tasks"));
/// # Ok::<(), autogen::Error>(())
/// ```
#[macro_export]
macro_rules! models {
    ($($model:ty),* $(,)?) => {
        $crate::project::Models::Types(::std::vec![$(<$model as $crate::Model>::declaration()),*])
    };
}
