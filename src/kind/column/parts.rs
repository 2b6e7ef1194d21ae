//! What stands inside a column's declaration in a form of its own: identity, generation, `unique`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::grants::Declared;
use super::super::shapes::{Short, short_or_long};
use super::*;
use crate::draft::Scope;
use crate::json_schema::{Scalar, Word};
use crate::spanned::Spanned;

/// `generated: lower(title)`, or `{ as: lower(title), virtual: true }`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GeneratedLong {
    /// An expression over other columns.
    #[serde(rename = "as")]
    #[schemars(with = "Scalar")]
    expression: String,
    /// Computed when it is read, and not stored.
    #[serde(default, rename = "virtual")]
    is_virtual: bool,
}

#[derive(Debug, Clone)]
pub struct Generated(GeneratedLong);

impl From<GeneratedLong> for Generated {
    fn from(long: GeneratedLong) -> Self {
        Self(long)
    }
}

impl Short for Generated {
    const EXPECTED: &'static str = "an expression, or a map with `as:`";
    const TEXT: Option<fn(&str) -> Self> =
        Some(|text| Self(GeneratedLong { expression: text.to_owned(), is_virtual: false }));
}

short_or_long!(Generated, GeneratedLong, "generated");

impl Generated {
    pub fn read(at: &Spanned<Self>, column: &mut Column, scope: &Scope) -> Result<()> {
        let GeneratedLong { expression, is_virtual } = &at.value.0;
        column.generated = Some(scope.expression(&Spanned::new(expression.clone(), at.referenced, at.defined))?);
        column.is_virtual = *is_virtual;
        Ok(())
    }
}

/// `using: score::integer`, or `{ up: score::integer, down: score::text }`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UsingLong {
    /// When it is upgraded.
    #[schemars(with = "Option<Scalar>")]
    up: Option<String>,
    /// When it is downgraded.
    #[schemars(with = "Option<Scalar>")]
    down: Option<String>,
}

#[derive(Debug, Clone)]
pub struct UsingDeclaration(UsingLong);

impl From<UsingLong> for UsingDeclaration {
    fn from(long: UsingLong) -> Self {
        Self(long)
    }
}

impl Short for UsingDeclaration {
    const EXPECTED: &'static str = "an expression, or a map with `up:` and `down:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self(UsingLong { up: Some(text.to_owned()), down: None }));
}

short_or_long!(UsingDeclaration, UsingLong, "using");

impl UsingDeclaration {
    pub fn read(at: &Spanned<Self>, scope: &Scope) -> Result<Using> {
        let expression = |text: &String| scope.expression(&Spanned::new(text.clone(), at.referenced, at.defined));
        let UsingLong { up, down } = &at.value.0;
        if up.is_none() && down.is_none() {
            let error = scope.error("`using` says neither `up:` nor `down:`", at);
            return Err(error.hint("say how the values convert, there or back"));
        }
        let read = |text: &Option<String>| text.as_ref().map(expression).transpose().map(|read| read.map(|e| e.written));
        Ok(Using { up: read(up)?, down: read(down)?, ways: None })
    }
}

const GENERATION: &[&str] = &["always", "by default", "by_default"];
crate::json_schema::words!(Generation = GENERATION);

#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityLong {
    /// Whether an INSERT may give another value.
    #[schemars(with = "Option<Word<Generation>>")]
    generation: Option<String>,
    /// The name of its sequence.
    sequence: Option<Spanned<String>>,
    start: Option<i64>,
    increment: Option<i64>,
    min: Option<i64>,
    max: Option<i64>,
    /// Values that a session takes at once.
    cache: Option<i64>,
    /// From the end it begins again.
    cycle: bool,
    /// On its sequence.
    privileges: Option<Spanned<Declared>>,
}

/// `true`, `always`, `by default`, or a map with the sequence's options.
#[derive(Debug, Clone)]
pub struct IdentityDeclaration(Option<IdentityLong>);

impl From<IdentityLong> for IdentityDeclaration {
    fn from(long: IdentityLong) -> Self {
        Self(Some(long))
    }
}

impl Short for IdentityDeclaration {
    const EXPECTED: &'static str = "always, by default, or a map of options";
    const TEXT: Option<fn(&str) -> Self> =
        Some(|text| Self(Some(IdentityLong { generation: Some(text.to_owned()), ..IdentityLong::default() })));
    const WORDS: &'static [&'static str] = GENERATION;
    const TRUTH: Option<fn(bool) -> Self> = Some(|truth| Self(truth.then(IdentityLong::default)));
}

short_or_long!(IdentityDeclaration, IdentityLong, "identity");

/// `unique: true`, or the constraint's name.
#[derive(Debug, Clone)]
pub enum UniqueOnColumn {
    Truth(bool),
    Name(String),
}

impl Short for UniqueOnColumn {
    const EXPECTED: &'static str = "true, or the constraint's name";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self::Name(text.to_owned()));
    const TRUTH: Option<fn(bool) -> Self> = Some(Self::Truth);
}

/// The long form of `unique` is under the table.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

impl From<Nothing> for UniqueOnColumn {
    fn from(_: Nothing) -> Self {
        Self::Truth(true)
    }
}

short_or_long!(UniqueOnColumn, Nothing, "unique_of_column");

impl IdentityDeclaration {
    /// On its sequence.
    pub fn privileges(&self) -> Option<&Spanned<Declared>> {
        self.0.as_ref()?.privileges.as_ref()
    }

    pub fn read(&self, ty: &Type, at: &Spanned<Self>, scope: &Scope) -> Result<Option<Identity>> {
        let Some(long) = &self.0 else { return Ok(None) };
        let always = match long.generation.as_deref().map(str::to_lowercase).as_deref() {
            None | Some("always") => true,
            Some("by default" | "by_default") => false,
            Some(other) => return Err(scope.error(format!("`{other}` is no identity"), at).hint("write always or by default")),
        };
        let options = Options {
            increment: long.increment.unwrap_or(1),
            min: long.min,
            max: long.max,
            start: long.start,
            cache: long.cache.unwrap_or(1),
            cycle: long.cycle,
        };
        if let Some(why) = options.wrong(ty) {
            return Err(scope.error(format!("the identity cannot be: {why}"), at).hint("correct its options"));
        }
        let sequence = long.sequence.as_ref().map(|name| scope.declared(name)).transpose()?;
        Ok(Some(Identity { always, sequence, options: options.without_defaults(ty) }))
    }
}
