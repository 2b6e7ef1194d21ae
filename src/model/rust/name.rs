//! What are the things of a database called in Rust?
//!
//! Invariant: an identifier made here is one for rustc and for syn, the same to both (it is in normal form C), and no two
//! of one [`Taken`] are alike.

use std::collections::BTreeSet;

/// Key words that `r#` cannot make a name of.
pub const NEVER_RAW: &[&str] = &["self", "Self", "super", "crate"];

/// Key words of any edition, and reserved ones.
const KEY_WORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Types that a struct or an enum of this name would hide, or that are known to be none of the models.
pub const TYPES: &[&str] = &[
    "Arc",
    "BTreeMap",
    "BTreeSet",
    "BigDecimal",
    "Box",
    "Date",
    "DateTime",
    "Decimal",
    "Duration",
    "Err",
    "FixedOffset",
    "HashMap",
    "HashSet",
    "IpAddr",
    "IpNet",
    "IpNetwork",
    "Json",
    "JsonValue",
    "Local",
    "MacAddress",
    "Model",
    "ModelEnum",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "None",
    "OffsetDateTime",
    "Ok",
    "Option",
    "OsString",
    "PathBuf",
    "PgInterval",
    "PrimitiveDateTime",
    "Rc",
    "Result",
    "Self",
    "Some",
    "Span",
    "String",
    "SystemTime",
    "Time",
    "TimeDelta",
    "Timestamp",
    "Utc",
    "Uuid",
    "Value",
    "Vec",
];

/// The names of one place.
#[derive(Debug, Default)]
pub struct Taken(BTreeSet<String>);

impl Taken {
    pub fn with(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// The name, or one with a number behind it.
    pub fn take(&mut self, name: &str) -> String {
        let numbered = (2..).map(|n| format!("{name}{}{n}", if name.ends_with(is_digit) { "_" } else { "" }));
        let free = std::iter::once(name.to_owned()).chain(numbered).find(|name| !self.0.contains(name));
        let free = free.unwrap_or_else(|| name.to_owned());
        self.0.insert(free.clone());
        free
    }
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// `user_preferences` as `UserPreferences`; `other` stands before what begins with no letter.
pub fn camel(name: &str, other: &str) -> String {
    let words = words(name);
    let joined = words.iter().enumerate().map(|(n, word)| {
        let mut chars = word.chars();
        let first: String = chars.next().into_iter().flat_map(char::to_uppercase).filter(|c| is_letter(*c)).collect();
        // two numbers must not become one
        let apart = n > 0 && word.starts_with(is_digit) && words[n - 1].ends_with(is_digit);
        format!("{}{first}{}", if apart { "_" } else { "" }, chars.as_str())
    });
    let joined: String = joined.collect();
    match joined.chars().next() {
        Some(first) if !first.is_ascii_digit() && !NEVER_RAW.contains(&joined.as_str()) => joined,
        _ => format!("{other}{joined}"),
    }
}

/// `userId` as `user_id`; `other` stands for what has no letter.
pub fn snake(name: &str, other: &str) -> String {
    let joined = words(name).join("_");
    match joined.chars().next() {
        None => other.to_owned(),
        Some('0'..='9') => format!("_{joined}"),
        Some(_) if NEVER_RAW.contains(&joined.as_str()) => format!("{joined}_"),
        Some(_) => joined,
    }
}

/// As an identifier is written where it may be a key word.
pub fn raw(name: &str) -> String {
    if KEY_WORDS.contains(&name) { format!("r#{name}") } else { name.to_owned() }
}

/// A name that rustc takes as it is, without a word about its style.
pub fn is_field(name: &str) -> bool {
    let bare = name.trim_matches('_');
    bare.starts_with(|c: char| c.is_ascii_lowercase() || (c.is_ascii_digit() && name.starts_with('_')))
        && bare.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !bare.contains("__")
        && !NEVER_RAW.contains(&name)
}

/// The name in UpperCamelCase, if that says which it was.
pub fn comes_back(name: &str) -> Option<String> {
    let camel = camel(name, "");
    (is_field(name) && autogen_structs::snake_case(&camel) == name).then_some(camel)
}

/// In lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = None;
    for c in name.chars() {
        let ends = !is_letter(c) || (c.is_uppercase() && before.is_some_and(|before: char| !before.is_uppercase()));
        if ends && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| is_letter(c)) {
            word.extend(c.to_lowercase().filter(|c| is_letter(*c)));
        }
        before = Some(c);
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Letters of identifiers that have one form only: nothing that is composed of others, or looks like nothing.
fn is_letter(c: char) -> bool {
    let plain = matches!(c, 'À'..='ž' | 'Ά'..='ώ' | 'Ѐ'..='ӿ' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣');
    c.is_ascii_alphanumeric() || (plain && c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_what_is_no_letter_and_before_a_capital() {
        for (name, as_type, as_field) in [
            ("tasks", "Tasks", "tasks"),
            ("user_preferences", "UserPreferences", "user_preferences"),
            ("userId", "UserId", "user_id"),
            ("HTTPStatus", "Httpstatus", "httpstatus"),
            ("We\"ird one", "WeIrdOne", "we_ird_one"),
            ("2fa", "T2fa", "_2fa"),
            ("v1_2", "V1_2", "v1_2"),
            ("self", "TSelf", "self_"),
            ("задачи", "Задачи", "задачи"),
            ("🦀", "T", "other"),
            ("", "T", "other"),
        ] {
            assert_eq!(camel(name, "T"), as_type, "{name}");
            assert_eq!(snake(name, "other"), as_field, "{name}");
        }
    }

    #[test]
    fn every_letter_that_is_kept_may_stand_in_an_identifier() {
        for c in ('\u{1}'..='\u{ffff}').filter(|c| is_letter(*c)) {
            for name in [camel(&format!("a{c}"), "T"), snake(&format!("{c}"), "other")] {
                assert!(syn::parse_str::<syn::Ident>(&raw(&name)).is_ok(), "{c:?} {name}");
            }
        }
    }

    #[test]
    fn a_name_is_taken_once() {
        let mut taken = Taken::with(TYPES);
        let names = ["Tasks", "Tasks", "Value", "V1", "V1"].map(|name| taken.take(name));
        assert_eq!(names, ["Tasks", "Tasks2", "Value2", "V1", "V1_2"]);
    }

    #[test]
    fn a_column_keeps_its_name_where_rust_has_such_names() {
        for name in ["id", "created_at", "_id", "a1", "_1", "type"] {
            assert!(is_field(name), "{name}");
        }
        for name in ["", "_", "__", "Id", "a__b", "1a", "a b", "é", "self", "a-b"] {
            assert!(!is_field(name), "{name}");
        }
    }
}
