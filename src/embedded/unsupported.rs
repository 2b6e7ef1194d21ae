//! What does the private PostgreSQL say on a system where it cannot run?
//!
//! Invariant: everything answers with the same error, and no [`Cluster`] can exist.

use std::convert::Infallible;
use std::path::Path;

use super::{Binaries, Running};
use crate::error::{Error, Result};

pub const INSTALLED_BY_DEFAULT: u32 = 17;

/// Never made here.
#[derive(Debug)]
pub struct Cluster(Infallible);

fn refused<T>() -> Result<T> {
    Err(Error::new("not supported: a private PostgreSQL on this system")
        .hint("set DATABASE_URL to a server that you run, or use autogen inside WSL"))
}

pub fn find(_preferred_major: Option<u32>) -> Result<Binaries> {
    refused()
}

pub fn find_and_say(_preferred_major: Option<u32>, _say: &mut dyn FnMut(&str)) -> Result<Binaries> {
    refused()
}

pub fn install(_major: u32, _say: &mut dyn FnMut(&str)) -> Result<Binaries> {
    refused()
}

pub fn running(_home: &Path) -> Result<Option<Running>> {
    refused()
}

pub fn stop_running(_home: &Path) -> Result<bool> {
    refused()
}

pub fn reset(_home: &Path) -> Result<bool> {
    refused()
}

impl Cluster {
    pub fn open(_home: &Path, _binaries: &Binaries) -> Result<Self> {
        refused()
    }

    pub fn open_detached(_home: &Path, _binaries: &Binaries) -> Result<Self> {
        refused()
    }

    pub fn socket_dir(&self) -> &Path {
        match self.0 {}
    }

    pub fn config(&self, _database: &str) -> postgres::Config {
        match self.0 {}
    }

    pub fn url(&self, _database: &str) -> String {
        match self.0 {}
    }

    pub fn create_database(&self, _name: &str) -> Result<()> {
        match self.0 {}
    }

    pub fn stop(self) {
        match self.0 {}
    }
}
