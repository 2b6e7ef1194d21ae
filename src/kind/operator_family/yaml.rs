//! `operator_families: { by_length using btree: { operators: ["1 <(mood, text)"], functions: ["1 cmp(mood, text)"] } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::operator_family_member::OperatorFamilyMember;
use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "operator_family")]
pub struct Declaration {
    /// Those of no class: `1 <(mood, text)`.
    pub operators: Texts,
    /// Those of no class: `1 cmp(mood, text)`.
    pub functions: Texts,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let (name, method) = member::key(key, scope)?;
        let stated = member::Stated { method: &method, ty: None, scope };
        for member in stated.members(&self.operators, &self.functions)? {
            let member = OperatorFamilyMember { family: name.clone(), method: method.clone(), member };
            draft.push(member, given.place.clone(), true);
        }
        let family = OperatorFamily { name, method };
        draft.attach(Comment::of(family.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&family.id(), scope, draft)?;
        draft.push(family, given.place.clone(), true);
        Ok(())
    }
}
