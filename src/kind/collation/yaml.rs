//! `collations: { german: { provider: icu, locale: de-DE } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Word;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "collation")]
pub struct Declaration {
    /// `libc` unless said.
    #[schemars(with = "Option<Word<Provider>>")]
    provider: Option<Spanned<String>>,
    /// Of both `lc_collate` and `lc_ctype`.
    locale: Option<String>,
    lc_collate: Option<String>,
    lc_ctype: Option<String>,
    /// False: what is not equal byte by byte may be equal; with icu.
    deterministic: Option<Spanned<bool>>,
    /// Beside those of the locale; with icu.
    rules: Option<Spanned<String>>,
    comment: Option<String>,
    owner: Option<Spanned<String>>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let provider = self.provider(scope)?;
        let (collate, ctype) = self.locales(provider, name, scope)?;
        let deterministic = self.deterministic.as_ref().is_none_or(|stated| stated.value);
        if let Some(stated) = self.deterministic.as_ref().filter(|stated| !stated.value && provider != Provider::Icu) {
            let why = format!("the provider {} has no collation that is not deterministic", provider.word());
            return Err(scope.error(why, stated).hint("say `provider: icu`, or take `deterministic` away"));
        }
        if let Some(rules) = self.rules.as_ref().filter(|_| provider != Provider::Icu) {
            let why = format!("the provider {} takes no rules", provider.word());
            return Err(scope.error(why, rules).hint("say `provider: icu`, or take `rules` away"));
        }
        let rules = self.rules.as_ref().map(|rules| rules.value.clone());
        let collation = Collation { name: scope.declared(name)?, provider, collate, ctype, deterministic, rules };
        draft.attach(Comment::of(collation.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&collation.id(), scope, draft)?;
        draft.push(collation, given.place.clone(), true);
        Ok(())
    }
}

impl Declaration {
    fn provider(&self, scope: &Scope) -> Result<Provider> {
        let Some(word) = &self.provider else { return Ok(Provider::Libc) };
        let found = Provider::ALL.into_iter().find(|provider| provider.word() == word.value);
        found.ok_or_else(|| {
            scope.error(format!("`{}` is no provider of collations", word.value), word).hint("write libc, icu or builtin")
        })
    }

    /// `locale` is both; libc may have two.
    fn locales(&self, provider: Provider, name: &Spanned<String>, scope: &Scope) -> Result<(String, String)> {
        match (&self.locale, &self.lc_collate, &self.lc_ctype) {
            (Some(locale), None, None) => Ok((locale.clone(), locale.clone())),
            (None, Some(collate), Some(ctype)) if provider == Provider::Libc => Ok((collate.clone(), ctype.clone())),
            _ => {
                let hint = match provider {
                    Provider::Libc => "say `locale`, or both `lc_collate` and `lc_ctype`",
                    _ => "say `locale`, and no `lc_collate` or `lc_ctype`",
                };
                Err(scope.error(format!("the collation {} needs its locale", name.value), name).hint(hint))
            }
        }
    }
}
