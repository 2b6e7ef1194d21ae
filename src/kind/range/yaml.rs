//! `ranges: { float_range: float8 }`, or long: `{ subtype: float8, subtype_diff: float8mi }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Short, short_or_long};
use super::*;
use crate::draft::{Draft, Scope};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    subtype: Spanned<String>,
    /// Of the subtype; the usual one unless said.
    opclass: Option<Spanned<String>>,
    collation: Option<Spanned<String>>,
    /// The function that says how far two values are apart.
    subtype_diff: Option<Spanned<String>>,
    /// The name of the type of several ranges.
    multirange: Option<Spanned<String>>,
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
    const EXPECTED: &'static str = "the subtype, or a map with `subtype:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self(Form::Short(text.to_owned())));
}

short_or_long!(Declaration, Long, "range");

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let name = scope.declared(key)?;
        let range = match &self.0 {
            Form::Short(text) => {
                let subtype = subtype(&Spanned::new(text.clone(), key.referenced, key.defined), scope)?;
                let used = UsedOpclass::default();
                Range { name, subtype, opclass: None, collation: None, subtype_diff: None, multirange: None, used }
            }
            Form::Long(long) => long.read(name, scope)?,
        };
        if let Form::Long(long) = &self.0 {
            draft.attach(Comment::of(range.id(), long.comment.as_deref()), given.place);
            Stated { owner: long.owner.as_ref(), privileges: long.privileges.as_ref() }.declare(&range.id(), scope, draft)?;
        }
        draft.push(range, given.place.clone(), true);
        Ok(())
    }
}

/// Postgres drops what stands in brackets behind it without a word.
fn subtype(text: &Spanned<String>, scope: &Scope) -> Result<Type> {
    let mut ty = scope.ty(text)?;
    if text.value.contains('(') {
        return Err(scope
            .error(format!("the subtype {ty} of a range cannot have a length or precision"), text)
            .hint("write it without brackets, or make a domain of it"));
    }
    ty.modifiers = String::new();
    Ok(ty)
}

impl Long {
    fn read(&self, name: Qualified, scope: &Scope) -> Result<Range> {
        let referred = |name: &Option<Spanned<String>>| name.as_ref().map(|name| scope.referred(name)).transpose();
        // functions are not looked up: without a schema it is one of Postgres's own
        let own = |mut name: Qualified| {
            if name.schema.as_str().is_empty() {
                name.schema = Ident::new("pg_catalog");
            }
            name
        };
        Ok(Range {
            subtype: subtype(&self.subtype, scope)?,
            opclass: referred(&self.opclass)?,
            collation: referred(&self.collation)?,
            subtype_diff: referred(&self.subtype_diff)?.map(own),
            multirange: self.multirange.as_ref().map(|name| scope.declared(name)).transpose()?,
            used: UsedOpclass::default(),
            name,
        })
    }
}
