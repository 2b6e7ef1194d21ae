//! `domains: { email: citext }`, or long: `{ type: text, not_null: true, default: …, checks: … }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given, nested};
use super::super::renames::Renamed;
use super::super::domain_check;
use super::super::shapes::{Named, Short, short_or_long};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    #[serde(rename = "type")]
    ty: Spanned<String>,
    collation: Option<Spanned<String>>,
    #[serde(default)]
    not_null: bool,
    #[schemars(with = "Option<Scalar>")]
    default: Option<Spanned<String>>,
    /// By name, or a list of unnamed ones: a condition over VALUE.
    #[serde(default)]
    checks: Named<Renamed<domain_check::Declaration>>,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    privileges: Option<Spanned<Declared>>,
}

#[derive(Debug)]
enum Form {
    Short(String),
    Long(Box<Long>),
}

/// One of its two forms; what they hold is this module's affair.
#[derive(Debug)]
pub struct Declaration(Form);

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self(Form::Long(Box::new(long)))
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a type, or a map with `type:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self(Form::Short(text.to_owned())));
}

short_or_long!(Declaration, Long, "domain");

/// The base type. A column's `?` would say nothing here.
fn base(text: &Spanned<String>, scope: &Scope) -> Result<Type> {
    if text.value.trim_end().ends_with('?') {
        return Err(scope
            .error("a domain takes null unless `not_null: true` is said", text)
            .hint("take the `?` away"));
    }
    scope.ty(text)
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let name = scope.declared(key)?;
        let domain = match &self.0 {
            Form::Short(text) => {
                let ty = base(&Spanned::new(text.clone(), key.referenced, key.defined), scope)?;
                Domain { name, ty, collation: None, not_null: false, default: None }
            }
            Form::Long(long) => long.read(name, scope)?,
        };
        if let Form::Long(long) = &self.0 {
            draft.attach(Comment::of(domain.id(), long.comment.as_deref()), given.place);
            Stated { owner: long.owner.as_ref(), privileges: long.privileges.as_ref() }.declare(&domain.id(), scope, draft)?;
            let within = Given { name: None, table: Some(&domain.name), ..given };
            nested(&long.checks, Tag::DomainCheck, within, scope, draft)?;
        }
        draft.push(domain, given.place.clone(), true);
        Ok(())
    }
}

impl Long {
    fn read(&self, name: Qualified, scope: &Scope) -> Result<Domain> {
        Ok(Domain {
            name,
            ty: base(&self.ty, scope)?,
            collation: self.collation.as_ref().map(|name| scope.referred(name)).transpose()?,
            not_null: self.not_null,
            default: self.default.as_ref().map(|text| scope.expression(text)).transpose()?,
        })
    }
}
