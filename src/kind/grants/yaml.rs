//! `privileges: { reader: [select], app: all, public: [] }`

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::super::Doc;
use super::super::shapes::Entries;
use super::{Class, Grantee, Grants, RIGHTS, Right, Rights};
use crate::draft::Scope;
use crate::error::{Result, did_you_mean};
use crate::json_schema;
use crate::spanned::Spanned;

/// The owner, whoever it is.
const OWNER: &str = "<owner>";
const PUBLIC: &str = "public";
const OPTION: &str = " with grant option";

/// What each role may do.
pub type Declared = Entries<Words>;

/// One right or a list of them.
#[derive(Debug, Clone)]
pub struct Words(Vec<String>);

impl From<String> for Words {
    fn from(word: String) -> Self {
        Words(vec![word])
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Words;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a privilege or a list of privileges")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Words, E> {
                Ok(Words(vec![text.to_owned()]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
                let mut words = Vec::new();
                while let Some(word) = list.next_element()? {
                    words.push(word);
                }
                Ok(Words(words))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Words {
    fn schema_name() -> Cow<'static, str> {
        "rights".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words: Vec<String> = RIGHTS.iter().map(|(.., word)| word.to_lowercase()).collect();
        let granted: Vec<String> = words.iter().map(|word| json_schema::any_case(word)).collect();
        let word = json_schema::any_of(vec![
            schemars::json_schema!({ "enum": words }),
            schemars::json_schema!({ "type": "string", "pattern": format!("^({})({OPTION})?$", granted.join("|")) }),
        ]);
        json_schema::any_of(vec![word.clone(), schemars::json_schema!({ "type": "array", "items": word })])
    }
}

impl Grants {
    /// All that is stated, the usual too.
    pub fn declared(stated: &Declared, class: Class, scope: &Scope) -> Result<Self> {
        let mut grants: BTreeMap<Grantee, Rights> = BTreeMap::new();
        for (role, Words(words)) in &stated.0 {
            let who = match role.value.as_str() {
                OWNER => Grantee::Owner,
                PUBLIC => Grantee::Public,
                _ => Grantee::Role(scope.ident(role)?),
            };
            let mut rights = Rights::default();
            for word in words {
                let (name, grantable) = match word.strip_suffix(OPTION) {
                    Some(name) => (name, true),
                    None => (word.as_str(), false),
                };
                let right = right(name, class, role, scope)?;
                if grantable && who == Grantee::Public {
                    return Err(scope
                        .error("PUBLIC cannot grant a privilege on", role)
                        .hint("name the roles that may"));
                }
                if grantable {
                    rights.grantable.insert(right)
                } else {
                    rights.plain.insert(right)
                };
            }
            grants.insert(who, rights.canonical(class, |_| true));
        }
        Ok(Grants(grants))
    }

    pub fn write(&self, class: Class) -> Doc {
        let entry = |(who, rights): (&Grantee, &Rights)| {
            let name = match who {
                Grantee::Owner => OWNER.to_owned(),
                Grantee::Public => PUBLIC.to_owned(),
                Grantee::Role(role) => role.as_str().to_owned(),
            };
            (name, write(rights, class))
        };
        Doc::Map(self.0.iter().map(entry).collect())
    }
}

fn write(rights: &Rights, class: Class) -> Doc {
    let Rights { plain, grantable } = rights;
    let word = |right: Right| match (plain.contains(&right), grantable.contains(&right)) {
        (_, true) => Some(right.word().to_lowercase() + OPTION),
        (true, false) => Some(right.word().to_lowercase()),
        (false, false) => None,
    };
    let words = std::iter::once(Right::All).chain(class.rights().iter().copied()).filter_map(word);
    match words.collect::<Vec<_>>().as_slice() {
        [only] if only.starts_with("all") => Doc::text(only),
        words => Doc::List(words.iter().map(Doc::text).collect()),
    }
}

fn right(word: &str, class: Class, role: &Spanned<String>, scope: &Scope) -> Result<Right> {
    let found = RIGHTS.iter().find(|(_, _, known)| known.eq_ignore_ascii_case(word)).map(|(right, ..)| *right);
    let fits = |right: &Right| *right == Right::All || class.rights().contains(right);
    found.filter(fits).ok_or_else(|| {
        let known: Vec<String> = class.rights().iter().map(|right| right.word().to_lowercase()).collect();
        let of = class.word();
        let error = scope.error(format!("`{word}` is no privilege on a {of}"), role);
        match did_you_mean(word, known.iter().map(String::as_str)) {
            Some(near) => error.hint(format!("did you mean {near}?")),
            None => error.hint(format!("on a {of} there are {}, each perhaps{OPTION}, or all", known.join(", "))),
        }
    })
}
