//! What stands in `#[model(…)]`?
//!
//! Entries, as [`Node`]s: `key`, `key = value` or `key(entries)`. A value is a literal, a list, or bare words, whose text is as
//! it is written. What an entry means is not known here.

use proc_macro2::{Delimiter, Group, LineColumn, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use crate::error::{Error, Result};
use crate::form;
use crate::tree::{Entry, Node, Value};

/// One entry, or bare words in the place of one.
#[derive(Debug, Clone)]
pub struct Argument {
    /// `None`: the value stands alone.
    pub key: Option<String>,
    pub at: Span,
    pub value: Node<Span>,
    /// Nothing but the key is written.
    pub is_flag: bool,
}

/// All that the attributes say, one after the other.
pub fn arguments(attributes: &[syn::Attribute]) -> Result<Vec<Argument>> {
    let mut all = Vec::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("model")) {
        match &attribute.meta {
            syn::Meta::List(list) => all.extend(entries(list.tokens.clone())?),
            other => {
                let error = Error::new(syn::spanned::Spanned::span(other), "`model` says nothing");
                return Err(error.hint("write #[model(…)], such as #[model(primary_key)]"));
            }
        }
    }
    Ok(all)
}

/// Those with keys, each of them once.
pub fn keyed(arguments: Vec<Argument>) -> Result<Vec<Entry<Span>>> {
    let entries = each(arguments)?;
    once(&entries)?;
    Ok(entries)
}

/// The same where a key may be there several times; a value that stands alone is an error.
pub fn each(arguments: Vec<Argument>) -> Result<Vec<Entry<Span>>> {
    let entry = |Argument { key, at, value, .. }| match key {
        Some(key) => Ok(Entry::new(key, at, value)),
        None => Err(Error::new(at, "expected a key").hint("write key = value, or key(…)")),
    };
    arguments.into_iter().map(entry).collect()
}

pub fn once(entries: &[Entry<Span>]) -> Result<()> {
    let again = |(at, entry): &(usize, &Entry<Span>)| entries[..*at].iter().any(|other| other.key == entry.key);
    match entries.iter().enumerate().find(again) {
        None => Ok(()),
        Some((_, entry)) => Err(Error::twice(entry.at, entry.word())),
    }
}

/// Of a key that says all by being there.
pub fn flag(entry: &Entry<Span>) -> Result<()> {
    match entry.value.value {
        Value::Truth(true) => Ok(()),
        _ => {
            let key = entry.word();
            Err(Error::new(entry.value.at, format!("`{key}` takes no value")).hint(format!("write #[model({key})]")))
        }
    }
}

fn entries(tokens: TokenStream) -> Result<Vec<Argument>> {
    pieces(tokens)?.into_iter().map(argument).collect()
}

/// What stands between commas.
fn pieces(tokens: TokenStream) -> Result<Vec<Vec<TokenTree>>> {
    let mut pieces = Vec::new();
    let mut piece = Vec::new();
    for token in tokens {
        match &token {
            TokenTree::Punct(comma) if comma.as_char() == ',' => {
                if piece.is_empty() {
                    return Err(Error::new(comma.span(), "nothing stands before the comma").hint("take it away"));
                }
                pieces.push(std::mem::take(&mut piece));
            }
            _ => piece.push(token),
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    Ok(pieces)
}

fn argument(piece: Vec<TokenTree>) -> Result<Argument> {
    let at = piece[0].span();
    let key = match &piece[0] {
        TokenTree::Ident(ident) => Some(unraw(&ident.to_string())),
        TokenTree::Literal(literal) if piece.len() > 1 => string(literal)?,
        _ => None,
    };
    let alone = |value| Ok(Argument { key: None, at, value, is_flag: false });
    let Some(key) = key else { return alone(value(&piece, at)?) };
    let key_at = |value, is_flag| Ok(Argument { key: Some(key.clone()), at, value, is_flag });
    match &piece[1..] {
        [] => key_at(Node::truth(at, true), true),
        [TokenTree::Punct(sign), rest @ ..] if sign.as_char() == '=' && sign.spacing() == Spacing::Alone => {
            key_at(value(rest, sign.span())?, false)
        }
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            let arguments = entries(group.stream())?;
            let map = match key.as_str() {
                "references" => reference(arguments, at)?,
                // several indexes of one view; what else is there twice is found with them
                key if form::holds_things(key) => Value::Map(each(arguments)?),
                _ => Value::Map(keyed(arguments)?),
            };
            key_at(Node::new(at, map), false)
        }
        [TokenTree::Punct(sign), ..] if is_other_sign(sign, piece.get(2)) => {
            Err(Error::new(sign.span(), format!("expected `=` after `{key}`")).hint(format!("write {key} = …")))
        }
        _ => alone(value(&piece, at)?),
    }
}

/// `key: value` and `key == value`; `a::b` are words.
fn is_other_sign(sign: &Punct, next: Option<&TokenTree>) -> bool {
    let doubled = |c| matches!(next, Some(TokenTree::Punct(next)) if next.as_char() == c);
    match sign.as_char() {
        ':' => !doubled(':'),
        '=' => doubled('='),
        _ => false,
    }
}

/// `references(users.id, on_delete = cascade)`: what stands alone at the beginning is the table, and its column.
fn reference(mut arguments: Vec<Argument>, at: Span) -> Result<Value<Span>> {
    let table = match arguments.first() {
        Some(Argument { key: Some(word), at, is_flag: true, .. }) => Some((word.clone(), *at)),
        Some(Argument { key: None, at, value: Node { value: Value::Text(text), .. }, .. }) => Some((text.clone(), *at)),
        _ => None,
    };
    if table.is_some() {
        arguments.remove(0);
    }
    let rest = keyed(arguments)?;
    match table {
        Some((text, _)) if rest.is_empty() => Ok(Value::Text(text)),
        None if rest.is_empty() => {
            Err(Error::new(at, "`references` names no table").hint("write references(users.id)"))
        }
        None => Ok(Value::Map(rest)),
        Some((text, at)) => {
            let (table, column) = match last_dot(&text) {
                Some(dot) => (text[..dot].to_owned(), Some(text[dot + 1..].to_owned())),
                None => (text, None),
            };
            let named = |key: &str, text: String| Entry::new(key, at, Node::text(at, text));
            let column = column.map(|column| named("column", column));
            Ok(Value::Map([named("table", table)].into_iter().chain(column).chain(rest).collect()))
        }
    }
}

/// Outside of double quotes.
fn last_dot(text: &str) -> Option<usize> {
    let mut quoted = false;
    let dots = text.char_indices().filter(|(_, c)| {
        quoted ^= *c == '"';
        *c == '.' && !quoted
    });
    dots.last().map(|(at, _)| at)
}

/// `before` is where an error points if there is nothing.
fn value(tokens: &[TokenTree], before: Span) -> Result<Node<Span>> {
    let Some(first) = tokens.first() else {
        return Err(Error::new(before, "a value is missing").hint("write key = value"));
    };
    let at = first.span();
    let value = match tokens {
        [TokenTree::Literal(literal)] => self::literal(literal)?,
        [TokenTree::Punct(minus), TokenTree::Literal(literal)] if minus.as_char() == '-' => {
            match self::literal(literal)? {
                Value::Number(number) => Value::Number(format!("-{number}")),
                _ => return Err(bare_literal(literal.span())),
            }
        }
        [TokenTree::Ident(word)] if word == "true" || word == "false" => Value::Truth(word == "true"),
        [TokenTree::Ident(word)] if word == "null" => Value::Null,
        [TokenTree::Group(list)] if list.delimiter() == Delimiter::Bracket => Value::List(items(list)?),
        _ => Value::Text(words(tokens)?),
    };
    Ok(Node::new(at, value))
}

fn items(list: &Group) -> Result<Vec<Node<Span>>> {
    pieces(list.stream())?.iter().map(|piece| value(piece, piece[0].span())).collect()
}

fn literal(literal: &Literal) -> Result<Value<Span>> {
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) => Ok(Value::Text(without_nul(text.value(), literal.span())?)),
        syn::Lit::Int(number) if number.suffix().is_empty() => Ok(Value::Number(number.base10_digits().to_owned())),
        syn::Lit::Float(number) if number.suffix().is_empty() => Ok(Value::Number(number.base10_digits().to_owned())),
        syn::Lit::Int(number) => Err(suffixed(literal, number.suffix())),
        syn::Lit::Float(number) => Err(suffixed(literal, number.suffix())),
        syn::Lit::Char(_) | syn::Lit::Byte(_) | syn::Lit::ByteStr(_) | syn::Lit::CStr(_) => {
            Err(Error::new(literal.span(), EXPECTED).hint("a text stands in double quotes"))
        }
        _ => Err(bare_literal(literal.span())),
    }
}

fn suffixed(literal: &Literal, suffix: &str) -> Error {
    let text = literal.to_string();
    let number = text.strip_suffix(suffix).unwrap_or(&text);
    Error::new(literal.span(), EXPECTED).hint(format!("a number has no suffix here: {number}"))
}

/// A key that is no word.
fn string(literal: &Literal) -> Result<Option<String>> {
    match syn::Lit::new(literal.clone()) {
        syn::Lit::Str(text) => without_nul(text.value(), literal.span()).map(Some),
        _ => Ok(None),
    }
}

fn without_nul(text: String, at: Span) -> Result<String> {
    match text.contains('\0') {
        false => Ok(text),
        true => {
            Err(Error::new(at, "a text cannot hold a NUL character").hint("PostgreSQL holds none: take the escape out"))
        }
    }
}

const EXPECTED: &str = "expected a text, a whole number, a number with a point, true or false";

fn bare_literal(at: Span) -> Error {
    Error::new(at, EXPECTED).hint("an expression that holds texts goes in quotes as a whole: \"lower('A')\"")
}

/// Bare words as they are written; white space of any length is one space, and none around a dot.
fn words(tokens: &[TokenTree]) -> Result<String> {
    let mut text = String::new();
    let mut end = None;
    write(tokens.iter().cloned(), &mut text, &mut end)?;
    Ok(text)
}

fn write(
    tokens: impl Iterator<Item = TokenTree>,
    text: &mut String,
    end: &mut Option<(LineColumn, bool)>,
) -> Result<()> {
    let push = |word: &str, span: Span, end: &mut Option<(LineColumn, bool)>, text: &mut String| {
        // the parts of a name are one word however they are written
        if end.is_some_and(|(end, is_dot)| end != span.start() && !is_dot && word != ".") {
            text.push(' ');
        }
        text.push_str(word);
        *end = Some((span.end(), word == "."));
    };
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace | Delimiter::None => {
                        return Err(
                            Error::new(group.span_open(), "expected a value").hint("write key(…) for keys with values")
                        );
                    }
                };
                push(open, group.span_open(), end, text);
                write(group.stream().into_iter(), text, end)?;
                push(close, group.span_close(), end, text);
            }
            TokenTree::Literal(literal) => match syn::Lit::new(literal.clone()) {
                syn::Lit::Int(_) | syn::Lit::Float(_) => push(&literal.to_string(), literal.span(), end, text),
                _ => return Err(bare_literal(literal.span())),
            },
            TokenTree::Ident(ident) => push(&unraw(&ident.to_string()), ident.span(), end, text),
            TokenTree::Punct(punct) => push(&punct.as_char().to_string(), punct.span(), end, text),
        }
    }
    Ok(())
}

pub fn unraw(ident: &str) -> String {
    ident.strip_prefix("r#").unwrap_or(ident).to_owned()
}
