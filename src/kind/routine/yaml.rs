//! `functions: { "add(integer, integer)": { arguments: [a integer, b integer], returns: integer, language: sql, body: … } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached;
use super::super::grants::Declared;
use super::super::shapes::{Entries, Texts};
use super::*;
use crate::draft::Scope;
use crate::json_schema::{Scalar, Word};
use crate::spanned::Spanned;

/// A function or a procedure.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "routine")]
pub struct Common {
    /// As CREATE FUNCTION has them, one each: `a integer`, `out b text`, `c integer default 0`.
    pub arguments: Texts,
    pub language: Option<Spanned<String>>,
    /// Its text in the language.
    pub body: Option<String>,
    /// One that PostgreSQL parses: `RETURN …` or `BEGIN ATOMIC … END`.
    pub sql_body: Option<Spanned<String>>,
    /// The library of a routine in C.
    pub file: Option<String>,
    /// Its name in the library.
    pub symbol: Option<String>,
    /// It runs as its owner.
    pub security_definer: bool,
    /// Settings while it runs: `search_path: public`.
    #[schemars(with = "Entries<Scalar>")]
    pub set: Entries<String>,
    /// Types whose values the language is given in its own way.
    pub transforms: Texts,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
    /// Of functions only.
    pub returns: Option<Spanned<String>>,
    /// It is a window function.
    pub window: bool,
    /// `volatile` unless said.
    #[schemars(with = "Option<Word<super::super::function::Volatility>>")]
    pub volatility: Option<Spanned<String>>,
    /// It gives null where it is given null.
    pub strict: bool,
    /// It tells nothing of what it is given.
    pub leakproof: bool,
    /// `unsafe` unless said.
    #[schemars(with = "Option<Word<Parallel>>")]
    pub parallel: Option<Spanned<String>>,
    /// How dear a call is, to the planner.
    #[schemars(with = "Option<Scalar>")]
    pub cost: Option<Spanned<String>>,
    /// How many rows it gives, to the planner.
    #[schemars(with = "Option<Scalar>")]
    pub rows: Option<Spanned<String>>,
    /// A function that helps the planner.
    pub support: Option<Spanned<String>>,
}

/// What stands before and within the brackets of a key.
pub struct Key {
    pub name: Spanned<String>,
    pub arguments: Option<Vec<Argument>>,
}

impl Key {
    pub fn of(key: &Spanned<String>, scope: &Scope) -> Result<Self> {
        let text = key.value.trim();
        let mut quoted = false;
        let open = text.char_indices().find(|(_, c)| {
            quoted ^= *c == '"';
            *c == '(' && !quoted
        });
        let Some((at, _)) = open else { return Ok(Self { name: key.clone(), arguments: None }) };
        let wrong = |why: String| {
            scope.error(why, key).hint("a key is a name with the types that it takes, as in add(integer, text)")
        };
        let inner =
            text[at + 1..].strip_suffix(')').ok_or_else(|| wrong(format!("`{text}` has no closing bracket")))?;
        let name = Spanned::new(text[..at].trim().to_owned(), key.referenced, key.defined);
        Ok(Self { name, arguments: Some(super::arguments(inner).map_err(wrong)?) })
    }
}

impl Common {
    pub fn attached(&self) -> attached::Stated<'_> {
        attached::Stated { owner: self.owner.as_ref(), privileges: self.privileges.as_ref() }
    }

    pub fn routine(&self, key: &Key, scope: &Scope) -> Result<Routine> {
        let name = scope.declared(&key.name)?;
        let hint = "an argument is written as in CREATE FUNCTION: mode, name, type, default";
        let parse =
            |text: &Spanned<String>| Argument::parse(&text.value).map_err(|why| scope.error(why, text).hint(hint));
        let listed = self.arguments.0.iter().map(parse).collect::<Result<Vec<_>>>()?;
        let inputs = |list: &[Argument]| -> Vec<Type> {
            list.iter().filter(|one| one.mode.is_input()).map(|one| one.ty.clone()).collect()
        };
        let arguments = match &key.arguments {
            Some(stated) if listed.is_empty() => stated.clone(),
            Some(stated) if signature(&inputs(stated)) != signature(&inputs(&listed)) => {
                let error = scope.error(
                    format!(
                        "{name} is said to take {}, and its arguments are {}",
                        signature(&inputs(stated)).as_str(),
                        signature(&inputs(&listed)).as_str()
                    ),
                    &key.name,
                );
                return Err(error.hint("make the key and `arguments:` agree"));
            }
            _ => listed,
        };
        let settings = self.set.0.iter().map(|(name, value)| {
            let name = scope.ident(name)?;
            let value = Settings::declared(&name, value);
            Ok((name, value))
        });
        let language = match &self.language {
            Some(text) => scope.ident(text)?,
            None if self.sql_body.is_some() => Ident::new("sql"),
            None => {
                return Err(scope.error("`language` is missing", &key.name).hint("add `language: plpgsql`, or sql"));
            }
        };
        Ok(Routine {
            name,
            arguments,
            language,
            body: self.body(key, scope)?,
            security_definer: self.security_definer,
            settings: Settings(settings.collect::<Result<_>>()?),
            transforms: self.transforms.0.iter().map(|text| scope.ty(text)).collect::<Result<_>>()?,
        })
    }

    fn body(&self, key: &Key, scope: &Scope) -> Result<Body> {
        match (&self.body, &self.sql_body, &self.file) {
            (Some(text), None, None) => Ok(Body::Text(text.clone())),
            (None, Some(text), None) => Body::declared(&text.value).map_err(|why| {
                scope.error(why, text).hint("a body that PostgreSQL parses is RETURN … or BEGIN ATOMIC … END")
            }),
            (None, None, Some(file)) => {
                let symbol = self.symbol.clone().unwrap_or_else(|| key.name.value.clone());
                Ok(Body::Linked { file: file.clone(), symbol })
            }
            _ => Err(scope
                .error("a routine has one body", &key.name)
                .hint("say one of `body:`, `sql_body:` and `file:`")),
        }
    }
}
