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

/// What a declaration of either kind says.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "routine")]
pub struct Common {
    pub arguments: Texts,
    pub language: Option<Spanned<String>>,
    pub body: Option<String>,
    pub sql_body: Option<Spanned<String>>,
    pub file: Option<String>,
    pub symbol: Option<String>,
    pub security_definer: bool,
    #[schemars(with = "Entries<Scalar>")]
    pub set: Entries<String>,
    pub transforms: Texts,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
    /// Of functions only.
    pub returns: Option<Spanned<String>>,
    pub window: bool,
    #[schemars(with = "Option<Word<super::super::function::Volatility>>")]
    pub volatility: Option<Spanned<String>>,
    pub strict: bool,
    pub leakproof: bool,
    #[schemars(with = "Option<Word<Parallel>>")]
    pub parallel: Option<Spanned<String>>,
    #[schemars(with = "Option<Scalar>")]
    pub cost: Option<Spanned<String>>,
    #[schemars(with = "Option<Scalar>")]
    pub rows: Option<Spanned<String>>,
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
