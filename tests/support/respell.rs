//! How would a person have written what PostgreSQL prints?
//!
//! Works on a model file as `inspect` writes it: casts of literals and outer brackets go, `= ANY (ARRAY[…])` is IN, types go by
//! their short names, key words are in lower case, and what is in `public` is not qualified.
#![allow(dead_code)]

use autogen::lex::{self, Kind, Lexeme};
use serde_json::Value;

/// The model in other words, as JSON, which is YAML too.
pub fn model(text: &str) -> String {
    let mut model: Value = serde_yaml::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    section(&mut model, "tables", |table| {
        section(table, "columns", |column| {
            match column {
                Value::String(short) => *short = ty(short),
                column => {
                    at(column, "type", ty);
                    at(column, "default", expression);
                    at(column, "generated", expression);
                }
            };
        });
        section(table, "checks", |check| either(check, "expression"));
        section(table, "indexes", |index| at(index, "where", expression));
        section(table, "exclusions", |exclusion| at(exclusion, "where", expression));
    });
    section(&mut model, "domains", |domain| {
        at(domain, "default", expression);
        section(domain, "checks", |check| either(check, "expression"));
    });
    model.to_string()
}

fn section(of: &mut Value, name: &str, mut each: impl FnMut(&mut Value)) {
    match of.get_mut(name) {
        Some(Value::Object(map)) => map.values_mut().for_each(&mut each),
        Some(Value::Array(list)) => list.iter_mut().for_each(&mut each),
        _ => {}
    }
}

fn at(of: &mut Value, key: &str, respell: impl Fn(&str) -> String) {
    if let Some(Value::String(text)) = of.get_mut(key) {
        *text = respell(text);
    }
}

fn either(value: &mut Value, key: &str) {
    match value {
        Value::String(text) => *text = expression(text),
        value => at(value, key, expression),
    }
}

/// Under another of its names.
fn ty(text: &str) -> String {
    let short = [
        ("timestamp with time zone", "timestamptz"),
        ("character varying", "varchar"),
        ("double precision", "float8"),
        ("bigint", "int8"),
        ("integer", "int"),
        ("boolean", "bool"),
        ("numeric", "decimal"),
    ];
    let found = short.iter().find_map(|(long, short)| Some(format!("{short}{}", text.strip_prefix(long)?)));
    found.filter(|_| text.chars().all(|c| c != '.' && c != '"')).unwrap_or_else(|| text.to_owned())
}

pub fn expression(text: &str) -> String {
    let Ok(tokens) = lex::tokens(text) else { return text.to_owned() };
    let mut words: Vec<String> = Vec::new();
    let mut n = 0;
    while let Some(token) = tokens.get(n) {
        let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text.eq_ignore_ascii_case(text));
        if token.text == "public" && is(n + 1, ".") {
            n += 2;
        } else if token.kind == Kind::Text && is(n + 1, "::") {
            let end = end_of_type(&tokens, n + 2);
            let literal = token.text.replacen("'public.", "'", 1);
            match (tokens.get(n + 2).map_or("", |token| token.text), end - n) {
                // without its type it would be one of the other operand's
                ("interval", 3) => words.extend(["interval".to_owned(), literal]),
                // an integer to a smaller column too
                ("integer", 3) => words.push(literal.trim_matches('\'').to_owned()),
                _ => words.push(literal),
            }
            n = end;
        } else {
            let upper = token.kind == Kind::Word && token.text.chars().all(|c| c.is_ascii_uppercase());
            words.push(if upper { token.text.to_lowercase() } else { token.text.to_owned() });
            n += 1;
        }
    }
    unwrapped(listed(varchars_listed(words))).join(" ")
}

/// Behind the name of a type, its modifiers and its brackets.
fn end_of_type(tokens: &[Lexeme], mut n: usize) -> usize {
    let text = |n: usize| tokens.get(n).map_or("", |token| token.text);
    n += 1;
    while text(n) == "." {
        n += 2;
    }
    for more in ["varying", "precision", "with", "without", "time", "zone"] {
        n += usize::from(text(n) == more);
    }
    while matches!(text(n), "(" | "[") {
        while !matches!(text(n), ")" | "]" | "") {
            n += 1;
        }
        n += 1;
    }
    n
}

/// `( c ) :: text = any ( array [ ( 'x' ) :: text , … ] )`, which a restored dump has of a column of type varchar, is `c in ( … )`.
fn varchars_listed(words: Vec<String>) -> Vec<String> {
    let are = |at: usize, texts: &[&str]| {
        texts.iter().enumerate().all(|(n, text)| words.get(at + n).is_some_and(|word| text.is_empty() || word == text))
    };
    let (mut out, mut n) = (Vec::new(), 0);
    while n < words.len() {
        let (mut literals, mut end) = (Vec::new(), n + 10);
        if are(n, &["(", "", ")", "::", "text", "=", "any", "(", "array", "["]) {
            while are(end, &["(", "", ")", "::", "text"]) {
                literals.push(words[end + 1].clone());
                end += 5 + usize::from(are(end + 5, &[","]));
            }
        }
        if literals.is_empty() || !are(end, &["]", ")"]) {
            out.push(words[n].clone());
            n += 1;
            continue;
        }
        out.push(format!("{} in ({})", words[n + 1], literals.join(", ")));
        n = end + 2;
    }
    out
}

/// `= any ( array [ … ] )` is `in ( … )`, and so is the same with a cast of the array.
fn listed(words: Vec<String>) -> Vec<String> {
    let is = |at: usize, text: &str| words.get(at).is_some_and(|word| word == text);
    let mut out = Vec::new();
    let mut n = 0;
    while n < words.len() {
        let cast = is(n + 3, "(");
        let open = n + 4 + usize::from(cast);
        let close = (open..words.len()).find(|at| is(*at, "]"));
        let list = is(n, "=") && is(n + 1, "any") && is(n + 2, "(") && is(open - 1, "array") && is(open, "[");
        match close.filter(|_| list) {
            // brackets inside the list are somebody else's
            Some(close) if words[open + 1..close].iter().all(|word| !matches!(word.as_str(), "(" | "[")) => {
                let tail: &[&str] = if cast { &[")", "::", "text", "[", "]", ")"] } else { &[")"] };
                if (0..tail.len()).all(|at| is(close + 1 + at, tail[at])) {
                    out.extend(["in".to_owned(), "(".to_owned()]);
                    out.extend_from_slice(&words[open + 1..close]);
                    out.push(")".to_owned());
                    n = close + 1 + tail.len();
                    continue;
                }
                out.push(words[n].clone());
                n += 1;
            }
            _ => {
                out.push(words[n].clone());
                n += 1;
            }
        }
    }
    out
}

fn unwrapped(mut words: Vec<String>) -> Vec<String> {
    while words.first().is_some_and(|first| first == "(") {
        let mut depth = 0;
        let close = words.iter().position(|word| {
            depth += i32::from(word == "(") - i32::from(word == ")");
            depth == 0
        });
        if close != Some(words.len() - 1) {
            break;
        }
        words = words[1..words.len() - 1].to_vec();
    }
    words
}
