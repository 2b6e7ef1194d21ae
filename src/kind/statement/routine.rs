//! `CREATE FUNCTION` and `CREATE PROCEDURE`

use super::super::routine::Common;
use super::super::{function, procedure};
use super::{Head, said};
use crate::draft::Draft;
use crate::error::Result;
use crate::lex;

/// Words that begin the next attribute of a routine.
const ATTRIBUTES: [&str; 22] = [
    "language",
    "transform",
    "window",
    "immutable",
    "stable",
    "volatile",
    "not",
    "leakproof",
    "called",
    "returns",
    "strict",
    "external",
    "security",
    "parallel",
    "cost",
    "rows",
    "support",
    "set",
    "as",
    "begin",
    "return",
    "reset",
];

pub fn function(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let (name, common) = read(head)?;
    head.declare(name, &function::Declaration(common), draft)
}

pub fn procedure(head: &mut Head, draft: &mut Draft) -> Result<()> {
    let (name, common) = read(head)?;
    head.declare(name, &procedure::Declaration(common), draft)
}

fn read(head: &mut Head) -> Result<(crate::spanned::Spanned<String>, Common)> {
    let name = head.name()?;
    let arguments = head.bracketed()?;
    let mut common = Common::default();
    if !arguments.is_empty() {
        common.arguments.0 = lex::items(arguments).into_iter().map(said).collect();
    }
    while head.peek().is_some() {
        attribute(head, &mut common)?;
    }
    Ok((name, common))
}

fn attribute(head: &mut Head, common: &mut Common) -> Result<()> {
    if head.takes_all(&["returns", "null", "on", "null", "input"]) || head.takes("strict") {
        common.strict = true;
    } else if head.takes("returns") {
        let end = next_attribute(head);
        common.returns = Some(said(head.rest(end)));
    } else if head.takes("language") {
        common.language = Some(if head.peek().is_some_and(|token| token.text.starts_with('\'')) {
            said(head.string()?)
        } else {
            head.ident()?
        });
    } else if head.is("immutable") || head.is("stable") || head.is("volatile") {
        common.volatility = head.word().map(said);
    } else if head.takes_all(&["security", "definer"]) || head.takes_all(&["external", "security", "definer"]) {
        common.security_definer = true;
    } else if head.takes("leakproof") {
        common.leakproof = true;
    } else if head.takes("window") {
        common.window = true;
    } else if head.takes("parallel") {
        common.parallel = Some(head.ident()?);
    } else if head.takes("cost") {
        let end = next_attribute(head);
        common.cost = Some(said(head.rest(end)));
    } else if head.takes("rows") {
        let end = next_attribute(head);
        common.rows = Some(said(head.rest(end)));
    } else if head.takes("support") {
        common.support = Some(head.name()?);
    } else if head.takes("transform") {
        let end = next_attribute(head);
        let types = lex::items(head.rest(end))
            .into_iter()
            .map(|item| said(item.trim_start_matches(|c: char| c.is_whitespace())));
        common.transforms.0 = types.map(|item| said(after_words(&item.value, 2))).collect();
    } else if head.takes("set") {
        setting(head, common)?;
    } else if head.takes("as") {
        let first = head.string()?;
        if head.takes(",") {
            (common.file, common.symbol) = (Some(first), Some(head.string()?));
        } else if common.language.as_ref().is_some_and(|language| language.value == "c") {
            common.file = Some(first);
        } else {
            common.body = Some(first);
        }
    } else if head.is("begin") || head.is("return") {
        common.sql_body = Some(said(head.rest(usize::MAX)));
    } else if !usual(head) {
        head.end()?;
    }
    Ok(())
}

/// What says that something is as it is anyhow.
fn usual(head: &mut Head) -> bool {
    let said: [&[&str]; 4] = [
        &["called", "on", "null", "input"],
        &["not", "leakproof"],
        &["security", "invoker"],
        &["external", "security", "invoker"],
    ];
    said.into_iter().any(|words| head.takes_all(words))
}

/// `FOR TYPE hstore` without its first words.
fn after_words(text: &str, count: usize) -> &str {
    let tokens = lex::tokens(text).unwrap_or_default();
    tokens.get(count).map_or("", |token| &text[token.start..])
}

fn setting(head: &mut Head, common: &mut Common) -> Result<()> {
    let mut name = head.ident()?.value;
    while head.takes(".") {
        name = format!("{name}.{}", head.ident()?.value);
    }
    if !head.takes("to") {
        head.must("=")?;
    }
    let end = next_attribute(head);
    let value = head.rest(end);
    let list = lex::items(value);
    let plain = match (list.as_slice(), value.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''))) {
        // a list of names keeps its quotes, by which it is told apart
        ([_], Some(inner)) if !super::super::routine::Settings::is_list(&name) => inner.replace("''", "'"),
        _ => value.to_owned(),
    };
    common.set.0.push((said(name), plain));
    Ok(())
}

/// Where the next attribute begins, outside brackets.
fn next_attribute(head: &Head) -> usize {
    let mut depth = 0;
    for (n, token) in head.tokens.iter().enumerate().skip(head.at) {
        match token.text {
            "(" => depth += 1,
            ")" => depth -= 1,
            // the first word is the value itself
            _ if depth == 0 && n > head.at && ATTRIBUTES.iter().any(|word| token.is_word(word)) => return n,
            _ => {}
        }
    }
    head.tokens.len()
}
