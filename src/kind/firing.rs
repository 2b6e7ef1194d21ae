//! In which sessions does a rule or an event trigger fire?

use super::Doc;
use crate::draft::Scope;
use crate::error::Result;
use crate::spanned::Spanned;

/// By `session_replication_role`, where it fires at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Firing {
    Origin,
    Disabled,
    Replica,
    Always,
}

crate::json_schema::words!(of Firing = Firing::WORDS.map(|(.., word)| word));

impl Firing {
    /// As `ev_enabled` and `evtenabled` have it, and as a model does.
    const WORDS: [(Self, &'static str, &'static str); 4] = [
        (Self::Origin, "O", "origin"),
        (Self::Disabled, "D", "disabled"),
        (Self::Replica, "R", "replica"),
        (Self::Always, "A", "always"),
    ];

    pub fn of(letter: &str) -> Self {
        Self::WORDS.iter().find(|(_, of, _)| *of == letter).map_or(Self::Origin, |(firing, ..)| *firing)
    }

    pub fn declared(text: &Option<Spanned<String>>, scope: &Scope) -> Result<Self> {
        let Some(text) = text else { return Ok(Self::Origin) };
        let found = Self::WORDS.iter().find(|(.., word)| *word == text.value.to_lowercase());
        found.map(|(firing, ..)| *firing).ok_or_else(|| {
            let error = scope.error(format!("`{}` is none of origin, disabled, replica, always", text.value), text);
            error.hint("write one of these")
        })
    }

    /// Said only where it is not the usual one.
    pub fn write(self) -> Option<Doc> {
        let word = Self::WORDS.iter().find(|(firing, ..)| *firing == self).map(|(.., word)| Doc::text(word));
        word.filter(|_| self != Self::Origin)
    }

    /// Of four key words the one that says it, in the order origin, disabled, replica, always.
    pub fn keyword(self, words: [&'static str; 4]) -> &'static str {
        words[self as usize]
    }
}
