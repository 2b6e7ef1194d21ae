//! `replica_identity: full`, `nothing`, or `{ index: uq_tasks_slug }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::document::{Declare, Given};
use super::super::shapes::{Short, short_or_long};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
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
    const WORDS: &'static [&'static str] = &["full", "nothing", "default"];
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self::Word(text.to_owned()));
}

short_or_long!(Declaration, Long, "replica_identity");

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
