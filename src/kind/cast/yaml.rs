//! `casts: { text as mood: { function: to_mood(text), context: assignment } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::lex;
use crate::json_schema::Word;
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "cast")]
pub struct Declaration {
    /// What converts: `to_mood(text)`.
    pub function: Option<Spanned<String>>,
    /// It goes by the texts of both types.
    pub inout: bool,
    /// The bytes are the same.
    pub without_function: bool,
    /// Where it happens unasked; `explicit` (nowhere) unless said.
    #[schemars(with = "Option<Word<Context>>")]
    pub context: Option<Spanned<String>>,
    pub comment: Option<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(key) = given.name else { return Ok(()) };
        let (source, target) = types(key, scope)?;
        let method = match (&self.function, self.inout, self.without_function) {
            (Some(function), false, false) => {
                let (name, types) = routine::with_types(function, std::slice::from_ref(&source), scope)?;
                Method::Function(name, types)
            }
            (None, true, false) => Method::Inout,
            (None, false, true) => Method::Binary,
            _ => {
                let error = scope.error(format!("the cast {} needs one way", key.value), key);
                return Err(error.hint("say one of `function: …`, `inout: true` and `without_function: true`"));
            }
        };
        let context = routine::word(&Context::WORDS, &self.context, Context::Explicit, scope)?;
        let cast = Cast { source, target, method, context };
        draft.attach(Comment::of(cast.id(), self.comment.as_deref()), given.place);
        draft.push(cast, given.place.clone(), true);
        Ok(())
    }
}

/// `text as mood`
fn types(key: &Spanned<String>, scope: &Scope) -> Result<(Type, Type)> {
    let tokens = lex::tokens(&key.value).unwrap_or_default();
    let Some(word) = tokens.iter().find(|token| token.is_word("as")) else {
        return Err(scope.error(format!("`{}` is no cast", key.value), key).hint("write both types: text as mood"));
    };
    let ty = |text: &str| scope.ty(&Spanned::new(text.trim().to_owned(), key.referenced, key.defined)).map(routine::bare);
    Ok((ty(&key.value[..word.start])?, ty(&key.value[word.end()..])?))
}
