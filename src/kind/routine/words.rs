//! Which words does a routine say of itself, and which letter of the catalog is each?

use serde_yaml::Spanned;

use crate::draft::Scope;
use crate::error::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Parallel {
    Unsafe,
    Restricted,
    Safe,
}

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

/// The value that a model means by such a last word.
pub fn word<T: Copy + PartialEq>(
    words: &[(T, &str, &'static str)],
    text: &Option<Spanned<String>>,
    usual: T,
    scope: &Scope,
) -> Result<T> {
    let Some(text) = text else { return Ok(usual) };
    let own = |value: &T| last_word(words, value).to_lowercase();
    let found = words.iter().find(|(value, ..)| own(value) == text.value.to_lowercase());
    found.map(|(of, ..)| *of).ok_or_else(|| {
        let known: Vec<String> = words.iter().map(|(value, ..)| own(value)).collect();
        scope.error(format!("`{}` is none of {}", text.value, known.join(", ")), text).hint("write one of these")
    })
}
