//! What does an object look like, apart from its name?
//!
//! As its declaration says it, with what belongs to it, where it stands among its siblings and what stands on it. Its own name
//! is blotted out everywhere, so that two profiles are equal where the objects are equal but for their names.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::catalog::Catalog;
use crate::kind::{Fact, Id, Name, Object, Space, Tag};
use crate::lex;
use crate::name::Ident;
use crate::sql::Expr;

/// Stands for the object's own name. No name holds it.
const BLOT: &str = "\u{0}";

/// A catalog, the other way round.
pub struct Side<'a> {
    pub catalog: &'a Catalog,
    parts: FxHashMap<Id, Vec<&'a Object>>,
    users: FxHashMap<&'a Name, Vec<&'a Id>>,
}

/// What belongs to an object, or stands on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    pub tag: Tag,
    /// What it says, the name of what it belongs to blotted out.
    pub text: String,
    pub name: Ident,
    pub id: Id,
    pub holds_data: bool,
}

/// Between which siblings that stay, and the how many-th there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    pub after: Option<Ident>,
    pub before: Option<Ident>,
    pub nth: usize,
}

pub struct Profile<'a> {
    pub object: &'a Object,
    pub name: Ident,
    /// What its declaration says, in its order.
    pub says: Vec<(String, String)>,
    pub parts: Vec<Piece>,
    pub users: Vec<Piece>,
    /// Where siblings have an order.
    pub position: Option<Position>,
}

/// What else is known by is the same for two that one could become by a rename.
pub fn surroundings(id: &Id) -> Vec<Ident> {
    let at = id.place().space.depth();
    id.path.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, part)| part.clone()).collect()
}

impl<'a> Side<'a> {
    pub fn of(catalog: &'a Catalog) -> Self {
        let mut parts: FxHashMap<Id, Vec<&Object>> = FxHashMap::default();
        let mut users: FxHashMap<&Name, Vec<&Id>> = FxHashMap::default();
        for (id, object) in catalog.objects() {
            if let Some(parent) = object.parent() {
                parts.entry(parent).or_default().push(object);
            }
            for fact in catalog.requires(id) {
                if let Fact::Exists(name) = fact {
                    users.entry(name).or_default().push(id);
                }
            }
        }
        Self { catalog, parts, users }
    }

    /// What belongs to it: what it is the parent of, and what is in a schema.
    pub fn parts(&self, object: &Object) -> Vec<&'a Object> {
        let id = object.id();
        let mut parts = self.parts.get(&id).cloned().unwrap_or_default();
        if object.occupies().iter().any(|name| name.space == Space::Schema) {
            let within = |(other, object): &(&Id, &'a Object)| {
                other.on.is_none() && other.path.len() > 1 && other.path[0] == id.path[0] && object.parent().is_none()
            };
            parts.extend(self.catalog.objects().iter().filter(within).map(|(_, object)| object));
        }
        parts
    }

    pub fn profile(&self, object: &'a Object, stays: &dyn Fn(&Id) -> bool) -> Option<Profile<'a>> {
        let id = object.id();
        let name = id.own_name()?.clone();
        let mut below = BTreeSet::from([id.clone()]);
        self.collect(object, &mut below);
        let parts = self.parts(object).into_iter().filter_map(|part| self.piece(part, &name)).collect();
        let names = object.occupies();
        let standing: BTreeSet<&Id> = names.iter().filter_map(|name| self.users.get(name)).flatten().copied().collect();
        let standing = standing.into_iter().filter(|user| !below.contains(*user));
        let users = standing.filter_map(|user| self.piece(self.catalog.get(user)?, &name)).collect();
        let says = declaration(says(object), &name);
        let position = self.position(object, stays);
        Some(Profile { object, name, says, parts, users, position })
    }

    fn collect(&self, object: &Object, below: &mut BTreeSet<Id>) {
        for part in self.parts(object) {
            if below.insert(part.id()) {
                self.collect(part, below);
            }
        }
    }

    /// With all that belongs to it. Owners and privileges are as their objects, and say nothing of them.
    fn piece(&self, object: &Object, blot: &Ident) -> Option<Piece> {
        if object.aspect().is_some() {
            return None;
        }
        let id = object.id();
        let mut text = String::new();
        for (key, value) in blotted(says(object), blot) {
            text.push_str(&format!("{key}: {value}\n"));
        }
        for part in self.parts(object).into_iter().filter_map(|part| self.piece(part, blot)) {
            text.push_str(&format!("{} {}: {}\n", part.tag.word(), part.name.as_str(), part.text));
        }
        let name = id.own_name().cloned().unwrap_or_else(|| Ident::new(""));
        // a name that follows from another, as that of a key does, is a part of the text no more than it is of what it says
        let name = if name == *blot { Ident::new(BLOT) } else { name };
        Some(Piece { tag: id.tag, text, name, holds_data: object.holds_data(), id })
    }

    fn position(&self, object: &Object, stays: &dyn Fn(&Id) -> bool) -> Option<Position> {
        let id = object.id();
        let order = |id: &Id| self.catalog.notes.order.get(id).copied();
        order(&id)?;
        let siblings = self.parts.get(&object.parent()?)?.iter().map(|sibling| sibling.id());
        let mut siblings: Vec<(i64, Id)> =
            siblings.filter(|sibling| sibling.tag == id.tag).filter_map(|id| Some((order(&id)?, id))).collect();
        siblings.sort();
        let at = siblings.iter().position(|(_, sibling)| *sibling == id)?;
        let name = |sibling: Option<&(i64, Id)>| sibling.and_then(|(_, sibling)| sibling.last().cloned());
        let (after, before, nth) = between(&siblings, at, |(_, sibling)| stays(sibling));
        Some(Position { after: name(after), before: name(before), nth })
    }
}

/// Between which of them that stay, and the how many-th there.
pub fn between<T>(all: &[T], at: usize, stays: impl Fn(&T) -> bool) -> (Option<&T>, Option<&T>, usize) {
    let after = all[..at].iter().rev().find(|one| stays(one));
    let before = all[at + 1..].iter().find(|one| stays(one));
    (after, before, all[..at].iter().rev().take_while(|one| !stays(one)).count())
}

/// What it says, its expressions so that a text as a person writes it looks like the one that the server made of it.
fn says(object: &Object) -> Vec<(String, String)> {
    let mut object = object.clone();
    for slot in object.expressions() {
        slot.expression.written = Expr::from_server(plain(&slot.expression.canonical));
    }
    object.says()
}

/// Words that a bracket may follow without being called.
const WORDS: [&str; 14] =
    ["and", "or", "not", "in", "any", "all", "where", "when", "then", "else", "on", "as", "by", "select"];

/// Without brackets that call nothing, casts and the tables of columns. Two that differ only in these are taken for one here.
fn plain(text: &str) -> String {
    let Ok(tokens) = lex::tokens(text) else { return text.to_owned() };
    let (mut out, mut kept, mut at): (Vec<String>, Vec<bool>, usize) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        let token = &tokens[at];
        let is_word = |at: usize| tokens.get(at).is_some_and(|token| token.kind == lex::Kind::Word);
        at += 1;
        match token.text {
            "(" => {
                let called = at > 1 && is_word(at - 2) && !WORDS.iter().any(|word| tokens[at - 2].is_word(word));
                kept.push(called);
                out.extend(called.then(|| "(".to_owned()));
            }
            ")" => out.extend(kept.pop().unwrap_or(true).then(|| ")".to_owned())),
            "::" => {
                while is_word(at) || tokens.get(at).is_some_and(|token| matches!(token.text, "." | "[" | "]")) {
                    let more = ["varying", "with", "without", "time", "zone", "precision"];
                    let next = tokens.get(at + 1).is_some_and(|next| {
                        matches!(next.text, "." | "[" | "]") || more.iter().any(|word| next.is_word(word))
                    });
                    let goes_on = next || matches!(tokens[at].text, "." | "[") && tokens.get(at + 1).is_some();
                    at += 1;
                    if !goes_on {
                        break;
                    }
                }
            }
            _ if is_word(at - 1) && tokens.get(at).is_some_and(|dot| dot.is_symbol(".")) => at += 1,
            word if is_word(at - 1) && !word.starts_with('"') => out.push(word.to_lowercase()),
            other => out.push(other.to_owned()),
        }
    }
    out.join(" ").replace(" ( ", "(").replace(" )", ")").replace(" (", "(")
}

/// The name as it stands alone, and as a word of a text.
fn blotted(says: Vec<(String, String)>, name: &Ident) -> Vec<(String, String)> {
    let word = |word: &str| (word == name.as_str()).then(|| BLOT.to_owned());
    let blot = |text: String| match text.contains(name.as_str()) {
        false => text,
        true if text == name.as_str() => BLOT.to_owned(),
        // a name in a string is one that a function looks up: `nextval('s')`
        true => lex::replace_words(&text, word)
            .replace(&format!("'{}'", name.as_str()), &format!("'{BLOT}'"))
            .replace(&format!(".{}'", name.as_str()), &format!(".{BLOT}'")),
    };
    says.into_iter().map(|(key, value)| (key, blot(value))).collect()
}

/// What it says of itself, without its name. A column `date` of the type `date`, or `no` that takes `no` null, does not mean itself.
fn declaration(says: Vec<(String, String)>, name: &Ident) -> Vec<(String, String)> {
    let is_name = |(key, value): &(String, String)| key == "name" && value == name.as_str();
    let is_word = |(key, value): &(String, String)| key == "type" || value == name.as_str();
    let own = |entry: (String, String)| match is_word(&entry) {
        true => vec![entry],
        false => blotted(vec![entry], name),
    };
    says.into_iter().filter(|entry| !is_name(entry)).flat_map(own).collect()
}

/// How often each piece is there, by what makes two of them the same.
pub fn counted<'p, K: Ord>(pieces: &'p [Piece], key: impl Fn(&'p Piece) -> K) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    pieces.iter().for_each(|piece| *counts.entry(key(piece)).or_default() += 1);
    counts
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn what_the_server_adds_is_taken_off() {
        for (server, person) in [
            ("(n >= 0)", "n >= 0"),
            ("((a > 0) AND (b < 'x'::character varying))", "a > 0 and b < 'x'"),
            ("lower((title)::text)", "lower(title)"),
            ("'open'::public.status", "'open'"),
            ("SELECT t.id, t.n FROM t WHERE (t.n > 10)", "select id, n from t where n > 10"),
        ] {
            assert_eq!(plain(server), plain(person));
        }
        assert_eq!(plain("now()"), "now()");
        assert_ne!(plain("a > 0"), plain("a > 1"));
    }
}
