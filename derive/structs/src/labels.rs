//! Which label does a variant stand for?

use proc_macro2::Span;

use crate::error::{Error, Result};
use crate::name::snake_case;

/// The rules of `rename_all`, with serde's names.
pub const RULES: [&str; 8] = [
    "lowercase",
    "UPPERCASE",
    "PascalCase",
    "camelCase",
    "snake_case",
    "SCREAMING_SNAKE_CASE",
    "kebab-case",
    "SCREAMING-KEBAB-CASE",
];

pub fn check_rule(rule: &str, at: Span) -> Result<()> {
    match RULES.contains(&rule) {
        true => Ok(()),
        false => Err(Error::unknown(at, "rule", rule, RULES)),
    }
}

/// The label of a variant; without a rule it is snake_case.
pub fn label(variant: &str, rule: &str) -> String {
    let snake = snake_case(variant);
    match rule {
        "lowercase" => variant.to_lowercase(),
        "UPPERCASE" => variant.to_uppercase(),
        "PascalCase" => variant.to_owned(),
        "camelCase" => {
            let mut chars = variant.chars();
            chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
        }
        "SCREAMING_SNAKE_CASE" => snake.to_uppercase(),
        "kebab-case" => snake.replace('_', "-"),
        "SCREAMING-KEBAB-CASE" => snake.to_uppercase().replace('_', "-"),
        _ => snake,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_its_own_spelling() {
        let labels: Vec<String> = RULES.iter().map(|rule| label("InProgress", rule)).collect();
        let expected = [
            "inprogress",
            "INPROGRESS",
            "InProgress",
            "inProgress",
            "in_progress",
            "IN_PROGRESS",
            "in-progress",
            "IN-PROGRESS",
        ];
        assert_eq!(labels, expected);
    }
}
