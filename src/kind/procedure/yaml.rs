//! `procedures: { "archive(date)": { arguments: [before date], language: plpgsql, body: … } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::routine::{Common, Key};
use super::*;
use crate::draft::{Draft, Scope};

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Declaration(pub Common);

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let Common { returns, window, volatility, strict, leakproof, parallel, cost, rows, support, .. } = &self.0;
        let texts = [returns, volatility, parallel, cost, rows, support];
        if texts.iter().any(|text| text.is_some()) || *window || *strict || *leakproof {
            return Err(scope
                .error("a procedure says nothing of what it returns and how it is called", key)
                .hint("take `returns`, `volatility`, `strict` and their like away, or declare it under `functions:`"));
        }
        let procedure = Procedure { routine: self.0.routine(&Key::of(key, scope)?, scope)? };
        draft.attach(Comment::of(procedure.id(), self.0.comment.as_deref()), given.place);
        self.0.attached().declare(&procedure.id(), scope, draft)?;
        draft.push(procedure, given.place.clone(), true);
        Ok(())
    }
}
