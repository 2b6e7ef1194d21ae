//! How does a statement become the declaration that YAML would have given?
//!
//! It is read token by token, by a small reader for each kind of statement; what follows its head (a query, a body) is taken as it
//! stands. Both forms make the same declarations. What is said of a thing that another file may declare waits until all files are
//! read ([`settle`]).

use serde_yaml::Location;

use crate::draft::{Draft, Scope};
use crate::error::Result;
use crate::spanned::Spanned;

mod about;
mod aggregate;
mod database;
mod grant;
mod head;
mod installed;
mod named;
mod on_table;
mod operator;
mod refused;
mod routine;
mod settle;
mod text_search;
mod view;

pub use about::About;
pub use head::Head;
pub use settle::settle;

/// Declares what one statement says, without its semicolon. It begins at the scope's origin.
pub fn declare(sql: &str, scope: &Scope, draft: &mut Draft) -> Result<()> {
    let mut head = Head::of(sql, scope)?;
    if head.takes("create") {
        create(&mut head, draft)
    } else if head.takes_all(&["comment", "on"]) {
        about::comment(&mut head, draft)
    } else if head.takes("grant") {
        grant::grant(&mut head, draft)
    } else if head.takes_all(&["alter", "default", "privileges"]) {
        grant::default_privileges(&mut head, draft)
    } else if head.takes("alter") {
        alter(&mut head, draft)
    } else {
        Err(refused::statement(&mut head))
    }
}

/// Kinds that `CREATE OR REPLACE` takes.
const REPLACED: [&str; 9] =
    ["view", "function", "procedure", "aggregate", "trigger", "rule", "trusted", "procedural", "language"];

fn create(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let begin = head.at;
    let replaced = head.takes_all(&["or", "replace"]);
    if replaced && !REPLACED.iter().any(|word| head.is(word)) {
        head.at = begin;
        return Err(refused::create(head));
    }
    let word = head.word().unwrap_or_default();
    match word.as_str() {
        "view" => view::view(head, draft),
        "materialized" => view::materialized(head, draft),
        "function" => routine::function(head, draft),
        "procedure" => routine::procedure(head, draft),
        "aggregate" => aggregate::aggregate(head, draft),
        "cast" => operator::cast(head, draft),
        "operator" if head.takes("class") => operator::class(head, draft),
        "operator" if head.takes("family") => operator::family(head, draft),
        "operator" => operator::operator(head, draft),
        "constraint" if head.takes("trigger") => on_table::trigger(head, true, draft),
        "trigger" => on_table::trigger(head, false, draft),
        "policy" => on_table::policy(head, draft),
        "rule" => on_table::rule(head, draft),
        "event" => database::event_trigger(head, draft),
        "server" => database::server(head, draft),
        "user" if head.is("mapping") => database::user_mapping(head, draft),
        "publication" => database::publication(head, draft),
        "subscription" => database::subscription(head, draft),
        "foreign" if head.takes_all(&["data", "wrapper"]) => installed::foreign_data_wrapper(head, draft),
        "default" if head.takes("conversion") => installed::conversion(head, true, draft),
        "conversion" => installed::conversion(head, false, draft),
        "trusted" => installed::language(head, true, draft),
        "procedural" | "language" => {
            head.at -= 1;
            installed::language(head, false, draft)
        }
        "access" => installed::access_method(head, draft),
        "text" if head.takes_all(&["search", "configuration"]) => text_search::configuration(head, draft),
        "text" if head.takes_all(&["search", "dictionary"]) => text_search::dictionary(head, draft),
        "text" if head.takes_all(&["search", "parser"]) => text_search::parser(head, draft),
        "text" if head.takes_all(&["search", "template"]) => text_search::template(head, draft),
        _ => {
            head.at = begin;
            Err(refused::create(head))
        }
    }
}

/// What is altered is the thing of another statement: it is given what its CREATE cannot say.
fn alter(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let begin = head.at;
    if let Some(sort) = named::sort(head) {
        let of = head.at;
        if let Some(read) = about::owner(head, sort, draft) {
            return read;
        }
        head.at = of;
        let read = match sort.words {
            ["text", "search", "configuration"] => text_search::mapping(head, sort, draft),
            ["operator", "family"] => operator::members(head, sort, draft),
            _ => None,
        };
        if let Some(read) = read {
            return read;
        }
    }
    head.at = begin;
    Err(refused::alter(head))
}

/// A text of a declaration; where it stands is the scope's to say.
pub fn said(text: impl Into<String>) -> Spanned<String> {
    Spanned::new(text.into(), Location::UNKNOWN, Location::UNKNOWN)
}
