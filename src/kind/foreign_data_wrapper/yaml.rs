//! `foreign_data_wrappers: { other: { handler: other_handler, validator: other_validator } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::grants::Declared;
use super::super::shapes::Entries;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "foreign_data_wrapper")]
pub struct Declaration {
    pub handler: Option<Spanned<String>>,
    pub validator: Option<Spanned<String>>,
    #[schemars(with = "Entries<Scalar>")]
    pub options: Entries<String>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let function = |text: &Option<Spanned<String>>| text.as_ref().map(|text| scope.referred(text)).transpose();
        let wrapper = ForeignDataWrapper {
            name: scope.ident(name)?,
            handler: function(&self.handler)?,
            validator: function(&self.validator)?,
            options: GenericOptions::declared(&self.options, scope)?,
        };
        draft.attach(Comment::of(wrapper.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&wrapper.id(), scope, draft)?;
        draft.push(wrapper, given.place.clone(), true);
        Ok(())
    }
}
