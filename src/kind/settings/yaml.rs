//! On the column: `title: { type: text, storage: external, compression: lz4, statistics: 500, options: { n_distinct: "-0.5" } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shapes::Entries;
use super::*;
use crate::draft::Scope;
use crate::error::did_you_mean;
use crate::json_schema::{Scalar, Word};
use crate::spanned::Spanned;

// part of a column's declaration; of a column of a materialized view all of it
/// How the values of a column are kept.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "column_settings")]
pub struct Declaration {
    #[schemars(with = "Option<Word<Storage>>")]
    pub storage: Option<Spanned<String>>,
    #[schemars(with = "Option<Word<Compression>>")]
    pub compression: Option<Spanned<String>>,
    pub statistics: Option<Spanned<i64>>,
    #[schemars(with = "Entries<Scalar>")]
    pub options: Entries<String>,
}

const OPTIONS: [&str; 2] = ["n_distinct", "n_distinct_inherited"];

impl Declaration {
    /// `None` where nothing is said that the type does not say itself.
    pub fn of(&self, table: &Qualified, column: &Ident, ty: &Type, scope: &Scope) -> Result<Option<Settings>> {
        let usual = Storage::of(ty);
        let storage = self.storage.as_ref().map(|text| word(text, "storage", Storage::WORDS, scope)).transpose()?;
        let compression = self.compression.as_ref().map(|text| word(text, "compression", Compression::WORDS, scope));
        let statistics = self.statistics.as_ref().map(|target| scope.statistics_target(target)).transpose()?;
        let settings = Settings {
            table: table.clone(),
            column: column.clone(),
            storage: storage.filter(|storage| *storage != usual),
            usual: Usual(usual),
            compression: compression.transpose()?,
            statistics,
            of_view: Aside(false),
            options: IndexOptions(self.options.0.iter().map(|entry| option(entry, scope)).collect::<Result<_>>()?),
        };
        Ok((settings != settings.none()).then_some(settings))
    }
}

fn option((name, value): &(Spanned<String>, String), scope: &Scope) -> Result<(Ident, String)> {
    if OPTIONS.contains(&name.value.as_str()) {
        return Ok((scope.ident(name)?, value.clone()));
    }
    let error = scope.error(format!("a column has no option `{}`", name.value), name);
    Err(error.hint(format!("it is one of {}", OPTIONS.join(", "))))
}

fn word<T: Copy, const N: usize>(
    text: &Spanned<String>,
    what: &str,
    known: [(&'static str, T); N],
    scope: &Scope,
) -> Result<T> {
    let word = text.value.to_lowercase();
    if let Some((_, found)) = known.iter().find(|(known, _)| *known == word) {
        return Ok(*found);
    }
    let known = known.map(|(known, _)| known);
    let error = scope.error(format!("`{}` is no {what}", text.value), text);
    Err(match did_you_mean(&word, known) {
        Some(near) => error.hint(format!("did you mean {near}?")),
        None => error.hint(format!("it is one of {}", known.join(", "))),
    })
}
