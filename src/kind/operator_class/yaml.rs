//! `operator_classes: { by_length using btree: { type: mood, operators: [1 <], functions: ["1 cmp(mood, mood)"] } }`

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

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "operator_class")]
pub struct Declaration {
    #[serde(rename = "type")]
    pub ty: Spanned<String>,
    /// The one for its type where none is said.
    #[serde(default, rename = "default")]
    pub usual: bool,
    /// One of its own name unless said.
    pub family: Option<Spanned<String>>,
    /// The type that is kept in the index.
    pub storage: Option<Spanned<String>>,
    /// With their numbers: `1 <`.
    #[serde(default)]
    pub operators: Texts,
    /// With their numbers: `1 cmp(mood, mood)`.
    #[serde(default)]
    pub functions: Texts,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let (name, method) = member::key(key, scope)?;
        let bare = |text: &Spanned<String>| scope.ty(text).map(routine::bare);
        let ty = bare(&self.ty)?;
        let stated = member::Stated { method: &method, ty: Some(&ty), scope };
        let members = stated.members(&self.operators, &self.functions)?;
        let (held, loose): (Vec<Member>, Vec<Member>) =
            members.into_iter().partition(|member| member.is_held(&method, &ty));
        let family = self.family.as_ref().map(|family| scope.referred(family)).transpose()?;
        let family = family.unwrap_or_else(|| name.clone());
        for member in loose {
            let member = OperatorFamilyMember { family: family.clone(), method: method.clone(), member };
            draft.push(member, given.place.clone(), true);
        }
        let storage = self.storage.as_ref().map(bare).transpose()?.filter(|storage| *storage != ty);
        let class = OperatorClass { name, method, ty, usual: self.usual, family, storage, members: held };
        draft.attach(Comment::of(class.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&class.id(), scope, draft)?;
        draft.push(class.sorted(), given.place.clone(), true);
        Ok(())
    }
}
