//! What does a model file of statements not take, and where is it said instead?

use super::Head;
use super::named;
use crate::error::Error;

const TAKEN: &str = "such a file holds CREATE VIEW, FUNCTION, TRIGGER and others that the README names, COMMENT ON, GRANT, \
    ALTER … OWNER TO and ALTER DEFAULT PRIVILEGES; declare anything else in YAML";

/// Words that may stand between CREATE and what is created.
const BEFORE: [&str; 11] =
    ["or", "replace", "global", "local", "temporary", "temp", "unlogged", "unique", "recursive", "trusted", "default"];

/// At the words that say so; the message shows how the statement begins.
fn not_supported(head: &Head) -> Error {
    let words: Vec<&str> = head.tokens.iter().take(3).map(|token| token.text).collect();
    head.wrong(format!("not supported: {} … in a model file", words.join(" ")))
}

pub fn statement(head: &mut Head) -> Error {
    let error = not_supported(head);
    match head.takes("revoke") {
        true => error.hint("say who may do what under `privileges:` of the object in YAML, such as { public: [] }"),
        false => error.hint(TAKEN),
    }
}

/// Behind CREATE.
pub fn create(head: &mut Head) -> Error {
    let error = not_supported(head);
    while BEFORE.iter().any(|word| head.takes(word)) {}
    match named::sort(head) {
        Some(sort) => error.hint(format!("declare it in YAML, under {}", sort.section)),
        None => error.hint(TAKEN),
    }
}

/// Behind ALTER.
pub fn alter(head: &mut Head) -> Error {
    let error = not_supported(head);
    match named::sort(head) {
        Some(sort) => error.hint(format!(
            "a model says how things are to be: in the CREATE statement where one is taken, or in YAML, under {}",
            sort.section
        )),
        None => error.hint(TAKEN),
    }
}

/// Something that no model holds.
pub fn thing(head: &Head, doing: &str) -> Error {
    let word = head.peek().map_or_else(String::new, |token| token.text.to_uppercase());
    head.wrong(format!("not supported: {doing} {word}"))
        .hint("name a kind of thing that models declare, or take the statement away")
}
