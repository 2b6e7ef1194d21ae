//! Which words does a routine say of itself, and which letter of the catalog is each?

use crate::draft::Scope;
use crate::error::Result;
use crate::spanned::Spanned;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parallel {
    Unsafe,
    Restricted,
    Safe,
}

crate::json_schema::words!(of Parallel = last_words(&Parallel::WORDS));

impl Parallel {
    pub const WORDS: [(Self, &'static str, &'static str); 3] = [
        (Self::Unsafe, "u", "PARALLEL UNSAFE"),
        (Self::Restricted, "r", "PARALLEL RESTRICTED"),
        (Self::Safe, "s", "PARALLEL SAFE"),
    ];
}

/// What a letter of the catalog stands for.
pub fn letter<T: Copy>(words: &[(T, &str, &str)], letter: &str) -> T {
    words.iter().find(|(_, of, _)| *of == letter).unwrap_or(&words[0]).0
}

pub fn keyword<T: PartialEq>(words: &[(T, &str, &'static str)], value: &T) -> &'static str {
    words.iter().find(|(of, ..)| of == value).map_or("", |(.., keyword)| keyword)
}

/// Its last word, which alone tells the values apart.
pub fn last_word<T: PartialEq>(words: &[(T, &str, &'static str)], value: &T) -> &'static str {
    keyword(words, value).rsplit(' ').next().unwrap_or_default()
}

/// Those of models.
pub fn last_words<T: PartialEq>(words: &[(T, &str, &'static str)]) -> Vec<String> {
    words.iter().map(|(value, ..)| last_word(words, value).to_lowercase()).collect()
}

/// The value that a model means by such a last word.
pub fn word<T: Copy + PartialEq>(
    words: &[(T, &str, &'static str)],
    text: &Option<Spanned<String>>,
    usual: T,
    scope: &Scope,
) -> Result<T> {
    let Some(text) = text else { return Ok(usual) };
    let known = last_words(words);
    let found = known.iter().position(|word| *word == text.value.to_lowercase());
    found.map(|at| words[at].0).ok_or_else(|| {
        scope.error(format!("`{}` is none of {}", text.value, known.join(", ")), text).hint("write one of these")
    })
}
