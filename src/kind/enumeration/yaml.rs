//! `enums: { priority: [low, medium, high] }`, or long with a comment

use serde::{Deserialize, Deserializer};
use serde_yaml::Spanned;

use super::super::attached::Stated;
use super::super::grants::Declared;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::{Entries, Short, Texts, short_or_long};
use super::*;
use crate::draft::{Draft, RenameHint, Scope};

#[derive(Debug)]
pub struct Declaration {
    values: Vec<Spanned<String>>,
    /// Old labels to new ones.
    renamed: Entries<Spanned<String>>,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    privileges: Option<Spanned<Declared>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Long {
    values: Texts,
    #[serde(default)]
    renamed: Entries<Spanned<String>>,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
    privileges: Option<Spanned<Declared>>,
}

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self {
            values: long.values.0,
            renamed: long.renamed,
            comment: long.comment,
            owner: long.owner,
            privileges: long.privileges,
        }
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a list of values, or a map with `values:`";
    fn list(values: Vec<Spanned<String>>) -> Option<Self> {
        Some(Self { values, renamed: Entries::default(), comment: None, owner: None, privileges: None })
    }
}

impl<'de> Deserialize<'de> for Declaration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        short_or_long::<D, Self, Long>(deserializer)
    }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let mut labels = Vec::with_capacity(self.values.len());
        for value in &self.values {
            // unlike a name, a label may be empty
            if !value.value.is_empty() {
                Ident::checked(&value.value).map_err(|why| {
                    scope.error(why.replace("name", "label"), value).hint("a label is cut nowhere: write a shorter one")
                })?;
            }
            if labels.contains(&value.value) {
                return Err(scope
                    .error(format!("the label '{}' is written twice", value.value), value)
                    .hint("keep one of the two"));
            }
            labels.push(value.value.clone());
        }
        let enumeration = Enumeration { name: scope.declared(name)?, labels };
        self.rename_labels(&enumeration, scope, draft)?;
        draft.attach(Comment::of(enumeration.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }.declare(&enumeration.id(), scope, draft)?;
        draft.push(enumeration, given.place.clone(), true);
        Ok(())
    }
}

impl Declaration {
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
}
