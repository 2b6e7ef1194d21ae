//! `replica_identity: full`, `nothing`, or `{ index: uq_tasks_slug }`

use serde::{Deserialize, Deserializer};
use serde_yaml::Spanned;

use super::super::document::{Declare, Given};
use super::super::shapes::{Short, short_or_long};
use super::*;
use crate::draft::{Draft, Scope};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    index: Spanned<String>,
}

#[derive(Debug)]
pub enum Declaration {
    Word(String),
    Index(Spanned<String>),
}

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self::Index(long.index)
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "full, nothing, or a map with `index:`";
    fn text(text: &str) -> Option<Self> {
        Some(Self::Word(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Declaration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        short_or_long::<D, Self, Long>(deserializer)
    }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(table) = given.table else { return Ok(()) };
        let by = match self {
            Declaration::Index(name) => By::Index(scope.ident(name)?),
            Declaration::Word(word) => match word.as_str() {
                "full" => By::Full,
                "nothing" => By::Nothing,
                "default" => return Ok(()),
                other => {
                    return Err(crate::Error::new(format!("there is no replica identity `{other}`"))
                        .at(given.place.clone())
                        .hint("write full, nothing, or { index: <its name> }"));
                }
            },
        };
        draft.push(ReplicaIdentity { table: table.clone(), by }, given.place.clone(), true);
        Ok(())
    }
}
