//! `enums: { priority: [low, medium, high] }`, or long: `{ values: […], removed: { urgent: high }, comment: … }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Entries, Items, Short, Texts, short_or_long};
use super::*;
use crate::draft::{Draft, RenameHint, Scope, ValueHint};
use crate::error::Error;
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug)]
pub struct Declaration {
    values: Vec<Spanned<String>>,
    /// Old labels to new ones.
    renamed: Entries<Spanned<String>>,
    removed: Removed,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    privileges: Option<Spanned<Declared>>,
}

/// What becomes of labels that are no more, in rows that hold them.
type Removed = Entries<Spanned<Option<String>>>;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    /// The labels, in their order.
    #[schemars(with = "Vec<Scalar>")]
    values: Texts,
    /// Old labels to new ones.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    renamed: Entries<Spanned<String>>,
    /// Labels that are gone, with what rows get in their place: another, or null.
    #[schemars(with = "Entries<Option<Scalar>>")]
    #[serde(default)]
    removed: Removed,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    privileges: Option<Spanned<Declared>>,
}

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        let Long { values, renamed, removed, comment, owner, privileges } = long;
        Self { values: values.0, renamed, removed, comment, owner, privileges }
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a list of values, or a map with `values:`";
    const LIST: Option<fn(Items) -> Self> = Some(|values| {
        let (renamed, removed) = (Entries::default(), Removed::default());
        Self { values, renamed, removed, comment: None, owner: None, privileges: None }
    });
    const VALUES: bool = true;
}

short_or_long!(Declaration, Long, "enum");

impl Declaration {
    fn labels(&self, scope: &Scope) -> Result<Vec<String>> {
        let mut labels = Vec::with_capacity(self.values.len());
        for value in &self.values {
            label(value, scope)?;
            if labels.contains(&value.value) {
                return Err(scope
                    .error(format!("the label '{}' is written twice", value.value), value)
                    .hint("keep one of the two"));
            }
            labels.push(value.value.clone());
        }
        Ok(labels)
    }

    fn rename_labels(&self, enumeration: &Enumeration, scope: &Scope, draft: &mut Draft) -> Result<()> {
        for (from, to) in &self.renamed.0 {
            if !enumeration.labels.contains(&to.value) {
                return Err(scope
                    .error(format!("the label '{}' is renamed to '{}', which is not among the values", from.value, to.value), to)
                    .hint("write the new label among the values, in the place of the old one"));
            }
            if from.value == to.value {
                return Err(scope.error(format!("the label '{}' is renamed to itself", to.value), to).hint("take one of the two away"));
            }
            let Qualified { schema, name } = &enumeration.name;
            let id = Id::new(Tag::Enumeration, [schema.as_str(), name.as_str(), to.value.as_str()]);
            draft.renames.push(RenameHint { id, from: Ident::new(from.value.as_str()), place: scope.place(from) });
        }
        Ok(())
    }

    fn removed(&self, enumeration: &Enumeration, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let labels = &enumeration.labels;
        for (old, new) in &self.removed.0 {
            label(old, scope)?;
            let name = &old.value;
            if labels.contains(name) {
                return Err(scope
                    .error(format!("the label '{name}' is removed and is one of the values"), old)
                    .hint("take it out of `values:` or out of `removed:`"));
            }
            if let Some((_, now)) = self.renamed.0.iter().find(|(other, _)| other.value == *name) {
                return Err(scope
                    .error(format!("the label '{name}' is removed and is renamed to '{}'", now.value), old)
                    .hint("take it out of `removed:` or out of `renamed:`"));
            }
            if let Some(one) = new.value.as_ref().filter(|one| !labels.contains(one)) {
                return Err(self.no_value(name, one, new, scope));
            }
            let (id, place) = (enumeration.id(), scope.place(old));
            draft.values.push(ValueHint { id, old: name.clone(), new: new.value.clone(), place });
        }
        Ok(())
    }

    fn no_value<T>(&self, old: &str, new: &str, at: &Spanned<T>, scope: &Scope) -> Error {
        let is_value = |label: &str| self.values.iter().any(|value| value.value == label);
        match self.removed.0.iter().find(|(other, _)| other.value == new).map(|(_, next)| &next.value) {
            None => scope
                .error(format!("'{old}' becomes '{new}', which is not one of the values"), at)
                .hint("name one of `values:`, or null"),
            Some(next) => scope.error(format!("'{old}' becomes '{new}', which is removed itself"), at).hint(match next {
                Some(next) if is_value(next) => format!("write what rows get in the end: `{old}: {next}`"),
                None => format!("write what rows get in the end: `{old}: null`"),
                Some(_) => "write what rows get in the end: one of `values:`, or null".into(),
            }),
        }
    }
}

/// Unlike a name, a label may be empty.
fn label(text: &Spanned<String>, scope: &Scope) -> Result<()> {
    if text.value.is_empty() {
        return Ok(());
    }
    let wrong = |why: String| {
        scope.error(why.replace("name", "label"), text).hint("a label is cut nowhere: write a shorter one")
    };
    Ident::checked(&text.value).map(drop).map_err(wrong)
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let enumeration = Enumeration { name: scope.declared(name)?, labels: self.labels(scope)? };
        self.rename_labels(&enumeration, scope, draft)?;
        self.removed(&enumeration, scope, draft)?;
        draft.attach(Comment::of(enumeration.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&enumeration.id(), scope, draft)?;
        draft.push(enumeration, given.place.clone(), true);
        Ok(())
    }
}
