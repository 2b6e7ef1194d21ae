//! Where do the tokens of a piece of SQL begin and end, and what do they name?
//!
//! Every token with its own bytes, so that text between tokens is never rebuilt. The lexer is [`Lexer`]; here stands what is
//! asked of its tokens. It knows strings, dollar quotes, quoted names and nested comments; it knows no grammar.

mod scan;

pub use scan::{Fault, Kind, Lexeme, Lexer};

/// All tokens but white space. `Err` says in words what does not lex, e.g. a string that is never closed.
pub fn tokens(source: &str) -> Result<Vec<Lexeme<'_>>, String> {
    Lexer::new(source).collect::<Result<_, Fault>>().map_err(|fault| fault.message.to_owned())
}

/// Whether one pair of round brackets holds the whole text.
pub fn is_bracketed(text: &str) -> bool {
    let Ok(tokens) = tokens(text) else { return false };
    let mut depth = 0;
    for (n, token) in tokens.iter().enumerate() {
        match (token.kind, token.text) {
            (Kind::Symbol, "(") => depth += 1,
            (Kind::Symbol, ")") => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return n + 1 == tokens.len() && n > 0;
        }
    }
    false
}

/// What the round brackets hold that stand around the whole text, however many pairs of them.
pub fn within_brackets(text: &str) -> &str {
    let mut inner = text.trim();
    while is_bracketed(inner)
        && let Some(held) = inner.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
    {
        inner = held.trim();
    }
    inner
}

/// The names in a text that may be columns: words, as the catalog would hold them, that no `(` follows and no `.` precedes
/// (a dot after the word is allowed: it may be a row).
pub fn words(source: &str) -> std::collections::BTreeSet<String> {
    let Ok(tokens) = tokens(source) else { return Default::default() };
    let mut out = std::collections::BTreeSet::new();
    for (n, token) in tokens.iter().enumerate() {
        let called = tokens.get(n + 1).is_some_and(|next| next.text == "(");
        if token.kind == Kind::Word && !called {
            out.insert(unquoted(token.text));
        }
    }
    out
}

/// The text with every word that has a new one replaced, all at once; new words are written as they are.
pub fn replace_words(source: &str, new: impl Fn(&str) -> Option<String>) -> String {
    let Ok(tokens) = tokens(source) else { return source.to_owned() };
    let mut out = String::with_capacity(source.len());
    let mut done = 0;
    for (n, token) in tokens.iter().enumerate() {
        let called = tokens.get(n + 1).is_some_and(|next| next.text == "(");
        if token.kind != Kind::Word || called {
            continue;
        }
        if let Some(word) = new(&unquoted(token.text)) {
            out.push_str(&source[done..token.start]);
            out.push_str(&word);
            done = token.start + token.text.len();
        }
    }
    out.push_str(&source[done..]);
    out
}

/// A name as the catalog holds it: quotes taken off, or folded to lower case.
pub fn unquoted(word: &str) -> String {
    match word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => word.to_lowercase(),
    }
}

/// Functions whose first argument names a relation or a text search configuration.
const NAMING: [&str; 6] =
    ["nextval", "to_tsvector", "to_tsquery", "plainto_tsquery", "phraseto_tsquery", "websearch_to_tsquery"];

/// What `nextval('…')`, `'…'::regclass` and `to_tsvector('…', …)` name: each as its parts.
pub fn relation_literals(source: &str) -> Vec<Vec<String>> {
    let Ok(tokens) = tokens(source) else { return Vec::new() };
    let mut out = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        let Some(inner) = literal(token.text) else { continue };
        let called = n >= 2
            && tokens[n - 1].text == "("
            && NAMING.iter().any(|name| tokens[n - 2].text.eq_ignore_ascii_case(name));
        let cast = tokens.get(n + 1).is_some_and(|t| t.text == "::")
            && tokens
                .get(n + 2)
                .is_some_and(|t| ["regclass", "regconfig"].iter().any(|name| t.text.eq_ignore_ascii_case(name)));
        if token.kind == Kind::Text && (called || cast) {
            out.extend(name_parts(&inner));
        }
    }
    out
}

/// The value of `'…'` or `E'…'`; of the escapes, those that the server writes.
fn literal(text: &str) -> Option<String> {
    let escaped = text.strip_prefix(['E', 'e']);
    let inner = escaped.unwrap_or(text).strip_prefix('\'')?.strip_suffix('\'')?.replace("''", "'");
    Some(if escaped.is_some() { inner.replace("\\\\", "\\") } else { inner })
}

/// The dotted names behind any of these words or symbols, each as its parts: `::` and `as` cast to a type.
pub fn names_after(source: &str, leads: &[&str]) -> Vec<Vec<String>> {
    let Ok(tokens) = tokens(source) else { return Vec::new() };
    let mut out = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        if !leads.iter().any(|lead| token.text.eq_ignore_ascii_case(lead)) {
            continue;
        }
        let mut parts = Vec::new();
        let mut at = n + 1;
        while let Some(word) = tokens.get(at).filter(|next| next.kind == Kind::Word) {
            parts.push(unquoted(word.text));
            at += 2;
            if tokens.get(at - 1).is_none_or(|next| next.text != ".") {
                break;
            }
        }
        if !parts.is_empty() {
            out.push(parts);
        }
    }
    out
}

/// Every dotted name of a text, as its parts.
pub fn chains(source: &str) -> std::collections::BTreeSet<Vec<String>> {
    runs(&tokens(source).unwrap_or_default()).into_iter().map(|(parts, _)| parts).collect()
}

/// The dotted names that a bracket follows: what is called, and what has a list of columns.
pub fn calls(source: &str) -> std::collections::BTreeSet<Vec<String>> {
    let tokens = tokens(source).unwrap_or_default();
    let called = |(_, end): &(Vec<String>, usize)| tokens.get(*end).is_some_and(|next| next.is_symbol("("));
    runs(&tokens).into_iter().filter(called).map(|(parts, _)| parts).collect()
}

/// The operators of a text that are more than punctuation, each as a name of one part.
pub fn operators(source: &str) -> std::collections::BTreeSet<Vec<String>> {
    let tokens = tokens(source).unwrap_or_default();
    let is =
        |token: &&Lexeme| token.kind == Kind::Symbol && token.text.chars().all(|c| crate::sql::OPERATOR.contains(c));
    tokens.iter().filter(is).map(|token| vec![token.text.to_owned()]).collect()
}

/// Dotted names, each with the place of the token behind it.
fn runs(tokens: &[Lexeme]) -> Vec<(Vec<String>, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let mut parts = Vec::new();
        while let Some(word) = tokens.get(at).filter(|token| token.kind == Kind::Word) {
            parts.push(unquoted(word.text));
            at += 1;
            let more = tokens.get(at).is_some_and(|dot| dot.is_symbol("."))
                && tokens.get(at + 1).is_some_and(|word| word.kind == Kind::Word);
            if !more {
                break;
            }
            at += 1;
        }
        match parts.is_empty() {
            true => at += 1,
            false => out.push((parts, at)),
        }
    }
    out
}

/// Whether a text asks for all columns of something: `*`, `t.*`. Multiplication stands behind neither a comma nor a dot.
pub fn has_wildcard(source: &str) -> bool {
    let tokens = tokens(source).unwrap_or_default();
    let leads = |token: &Lexeme| {
        matches!(token.text, "." | ",") || ["select", "distinct", "all"].iter().any(|word| token.is_word(word))
    };
    tokens.windows(2).any(|pair| pair[1].is_symbol("*") && leads(&pair[0]))
}

/// `schema."name"` as its parts, folded and unquoted; `None` where it is no dotted name.
pub fn name_parts(text: &str) -> Option<Vec<String>> {
    let tokens = tokens(text).ok()?;
    let mut parts = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        match (n % 2, token.kind, token.text) {
            (0, Kind::Word, word) => parts.push(unquoted(word)),
            (1, Kind::Symbol, ".") => {}
            _ => return None,
        }
    }
    (tokens.len() % 2 == 1).then_some(parts)
}

/// The parts of a list: what commas outside brackets separate.
pub fn items(source: &str) -> Vec<&str> {
    let (mut depth, mut start, mut out) = (0, 0, Vec::new());
    for token in tokens(source).unwrap_or_default() {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            "," if depth == 0 => {
                out.push(source[start..token.start].trim());
                start = token.end();
            }
            _ => {}
        }
    }
    out.push(source[start..].trim());
    out
}

/// The contents of the plain string literals of a text.
pub fn strings(source: &str) -> std::collections::BTreeSet<String> {
    tokens(source).unwrap_or_default().iter().filter(|t| t.kind == Kind::Text).filter_map(|t| literal(t.text)).collect()
}

/// Whether the text is a literal, a name, a call or a bracket, each perhaps cast (`::type`), with nothing between.
pub fn is_operand(text: &str) -> bool {
    let Ok(tokens) = tokens(text) else { return false };
    let mut depth = 0;
    let mut last_was_operand = false;
    for token in &tokens {
        let operand = match (token.kind, token.text) {
            (Kind::Symbol, "(" | "[") => {
                depth += 1;
                continue;
            }
            (Kind::Symbol, ")" | "]") => {
                depth -= 1;
                true
            }
            (Kind::Symbol, "::" | ".") => false,
            (Kind::Word | Kind::Text | Kind::Number, _) => true,
            _ if depth > 0 => continue,
            _ => return false,
        };
        if depth == 0 && operand && last_was_operand && token.kind != Kind::Symbol {
            return false;
        }
        last_was_operand = operand && depth == 0;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_cast_is_found_with_its_schema() {
        let found = |text| names_after(text, &["::", "as"]).iter().map(|parts| parts.join(".")).collect::<Vec<_>>();
        assert_eq!(found("'a'::public.\"Mood\"[] || cast(b as app.t)"), ["public.Mood", "app.t"]);
        assert_eq!(found("a > 'x::y' and as_is(b) < 1::int"), ["int"]);
    }

    #[test]
    fn brackets_hold_the_whole_text_or_they_do_not() {
        for (text, whole) in
            [("(a)", true), ("(a) + (b)", false), ("((a) + ')')", true), ("a", false), ("(", false), ("", false)]
        {
            assert_eq!(is_bracketed(text), whole, "{text}");
        }
    }
}
