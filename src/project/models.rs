//! Where do the models of a project come from?
//!
//! Invariant: from wherever they come, they become one [`Draft`], and nothing downstream knows which it was.

use std::path::PathBuf;

use crate::config::Config;
use crate::draft::Draft;
use crate::error::Result;
use crate::model;

/// What declares the wanted catalog.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub enum Models {
    /// The files of the folder that `models:` of autogen.yaml names.
    #[default]
    Files,
}

impl Models {
    pub fn load(&self, config: &Config) -> Result<Draft> {
        match self {
            Self::Files => model::load(config),
        }
    }

    /// The files that they are read from.
    pub(super) fn files(&self, config: &Config) -> Result<Vec<PathBuf>> {
        match self {
            Self::Files => model::files(config),
        }
    }
}
