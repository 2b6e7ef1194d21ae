//! How does something else name a routine that it calls?

use super::{Key, bare, signature};
use crate::draft::Scope;
use crate::error::Result;
use crate::kind::{Doc, Name, Need, Space, Text, Type};
use crate::name::Qualified;
use crate::spanned::Spanned;

/// What calls a function by its name alone needs one of that name, unless it is PostgreSQL's own.
pub fn called(function: &Qualified) -> Option<Need> {
    let own = function.schema.as_str() == "pg_catalog";
    (!own).then(|| Need::text(Text::of(&function.schema, &function.to_string())))
}

/// The same of one whose types are known.
pub fn exactly(function: &Qualified, types: &[Type]) -> Option<Need> {
    let own = function.schema.as_str() == "pg_catalog";
    let path = [function.schema.clone(), function.name.clone(), signature(types)];
    (!own).then(|| Need::exists(Name::new(Space::Routine, path)))
}

/// With its schema, since what is not managed is found by it only.
pub fn written(name: &Qualified) -> Doc {
    let own = name.schema.as_str() == "pg_catalog";
    Doc::Text(crate::draft::write_name(name, if own { "pg_catalog" } else { "" }))
}

/// `public.to_mood(text)`
pub fn written_with(name: &Qualified, types: &[Type]) -> Doc {
    let own = if name.schema.as_str() == "pg_catalog" { "pg_catalog" } else { "" };
    Doc::Text(crate::draft::write_name(name, own) + signature(types).as_str())
}

/// Such a text; where it has no brackets, the types are `usual`.
pub fn with_types(text: &Spanned<String>, usual: &[Type], scope: &Scope) -> Result<(Qualified, Vec<Type>)> {
    let key = Key::of(text, scope)?;
    let stated = key.arguments.map(|arguments| arguments.into_iter().map(|argument| bare(argument.ty)).collect());
    Ok((scope.referred(&key.name)?, stated.unwrap_or_else(|| usual.to_vec())))
}
