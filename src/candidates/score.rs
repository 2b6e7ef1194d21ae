//! How much does what comes look like what goes, and why would a person think so?
//!
//! Each side (what the declaration says, what belongs to it, where it stands, what stands on it, the name) counts as
//! much as it tells, and only where there is something to see on one of the two. Nothing here says what is a rename.

use super::names;
use super::profile::{Piece, Position, Profile, counted};
use crate::kind::Tag;
use crate::name::Ident;

const SAYS: f64 = 30.0;
const PARTS: f64 = 45.0;
const POSITION: f64 = 20.0;
const USERS: f64 = 20.0;
const NAME: f64 = 25.0;
/// Said only where nothing else goes and comes at the place, and both say the same.
const ALONE: f64 = 15.0;

/// The first entry of a declaration (a type, the columns of an index) says more than any other.
const FIRST: f64 = 4.0;

/// Types whose values a person would keep in a column that is given another of them.
const FAMILIES: [&[&str]; 6] = [
    &["smallint", "integer", "bigint", "numeric", "real", "double"],
    &["text", "varchar", "char", "citext", "bpchar"],
    &["timestamp", "timestamptz", "date"],
    &["time", "timetz"],
    &["json", "jsonb"],
    &["bit", "varbit"],
];

/// A value of more characters is not repeated among the reasons.
const SHOWN: usize = 40;

/// How two profiles compare.
pub struct Likeness {
    /// From 0 to 1.
    pub score: f64,
    /// Nothing but the name is different: not what it says, nor what belongs to it, nor where it stands, nor what stands on it.
    pub equal: bool,
    /// What it says is the same.
    pub says_the_same: bool,
    /// What both share, the strongest first.
    pub reasons: Vec<String>,
}

/// `alone`: nothing else of the kind goes or comes there.
pub fn likeness(old: &Profile, new: &Profile, alone: bool) -> Likeness {
    let mut sum = Sum::default();
    let says_the_same = says(old, new, &mut sum);
    let parts_equal = parts(old, new, &mut sum);
    let place_equal = position(old.position.as_ref(), new.position.as_ref(), &mut sum);
    let users_equal = users(&old.users, &new.users, &mut sum);
    let like = names::likeness(old.name.as_str(), new.name.as_str());
    sum.add(NAME, like);
    if like > 0.5 {
        sum.reasons.push(if like == 1.0 { "the same name but for its spelling" } else { "similar name" }.to_owned());
    }
    if alone && says_the_same {
        sum.add(ALONE, 1.0);
        sum.reasons.push("nothing else goes or comes there".to_owned());
    }
    let equal = says_the_same && parts_equal && place_equal && users_equal;
    let mut reasons = sum.reasons;
    if equal && reasons.is_empty() {
        reasons.push("the same but for the name".to_owned());
    }
    Likeness { score: sum.got / sum.possible, equal, says_the_same, reasons }
}

#[derive(Default)]
struct Sum {
    got: f64,
    possible: f64,
    reasons: Vec<String>,
}

impl Sum {
    fn add(&mut self, weight: f64, likeness: f64) {
        self.got += weight * likeness;
        self.possible += weight;
    }
}

/// Whether the declarations say the same.
fn says(old: &Profile, new: &Profile, sum: &mut Sum) -> bool {
    let (left, right) = aligned(&old.says, &new.says);
    if left.is_empty() && right.is_empty() {
        return true;
    }
    let keys: Vec<&str> = left.iter().chain(&right).map(|(key, _)| *key).collect();
    let (mut got, mut possible, mut seen) = (0.0, 0.0, Vec::new());
    for key in keys {
        if seen.contains(&key) {
            continue;
        }
        let weight = if seen.is_empty() { FIRST } else { 1.0 };
        seen.push(key);
        possible += weight;
        let of =
            |all: &[(&str, &str)]| all.iter().find(|(other, _)| *other == key).map(|(_, value)| (*value).to_owned());
        let (Some(left), Some(right)) = (of(&left), of(&right)) else { continue };
        if left == right && key != "null" {
            sum.reasons.push(same(key, &left));
        }
        got += weight * alike(&left, &right);
    }
    sum.add(SAYS, got / possible);
    left == right
}

/// A key and its value.
type Entry<'s> = (&'s str, &'s str);

/// A short form and a long one begin with the same entry.
fn aligned<'s>(old: &'s [(String, String)], new: &'s [(String, String)]) -> (Vec<Entry<'s>>, Vec<Entry<'s>>) {
    fn entries(all: &[(String, String)]) -> Vec<(&str, &str)> {
        all.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
    let (mut left, mut right) = (entries(old), entries(new));
    let is_short = |all: &[(&str, &str)]| matches!(all, [("definition", _)]);
    match (left.first_mut().map(|first| first.0), right.first_mut().map(|first| first.0)) {
        (Some(_), Some(key)) if is_short(&left) => left[0].0 = key,
        (Some(key), Some(_)) if is_short(&right) => right[0].0 = key,
        _ => {}
    }
    (left, right)
}

fn same(key: &str, value: &str) -> String {
    let plain = value.chars().count() <= SHOWN && !value.contains(['\n', '\0']) && !value.is_empty();
    if plain { format!("same {key} {value}") } else { format!("same {key}") }
}

/// Two values, perhaps types.
fn alike(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    let base = |text: &str| text.split(['(', ' ']).next().unwrap_or_default().to_owned();
    let (left, right) = (base(one), base(other));
    let family = |name: &str| FAMILIES.iter().position(|family| family.contains(&name));
    let array = |text: &str| text.ends_with("[]");
    if array(one) != array(other) {
        return 0.0;
    }
    if left == right && family(&left).is_some() {
        return 0.9;
    }
    if family(left.trim_end_matches("[]")).is_some() {
        let same = family(left.trim_end_matches("[]")) == family(right.trim_end_matches("[]"));
        return if same { 0.7 } else { 0.0 };
    }
    shared_words(one, other)
}

/// How many of the words of two texts are in both.
fn shared_words(one: &str, other: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let mut words: Vec<String> =
            text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '\0')).map(str::to_lowercase).collect();
        words.retain(|word| !word.is_empty());
        words.sort();
        words
    };
    let (left, mut right) = (words(one), words(other));
    let all = left.len() + right.len();
    let shared = left.iter().filter(|word| {
        let at = right.iter().position(|other| other == *word);
        at.map(|at| right.remove(at)).is_some()
    });
    if all == 0 { 0.0 } else { 2.0 * shared.count() as f64 / all as f64 }
}

/// Whether the same things belong to both.
fn parts(old: &Profile, new: &Profile, sum: &mut Sum) -> bool {
    let (left, right) = (&old.parts, &new.parts);
    if left.is_empty() && right.is_empty() {
        return true;
    }
    // what holds data is known by its name, and what is made of it by what it says
    fn key(piece: &Piece) -> (Tag, &str, Option<&Ident>) {
        (piece.tag, &piece.text, piece.holds_data.then_some(&piece.name))
    }
    let (mut left_over, mut right_over): (Vec<&Piece>, Vec<&Piece>) = (left.iter().collect(), right.iter().collect());
    let total = left.len() + right.len();
    let mut got = 0.0;
    let same = paired(&mut left_over, &mut right_over, |one, other| key(one) == key(other));
    got += same.len() as f64;
    got += 0.6
        * paired(&mut left_over, &mut right_over, |one, other| (one.tag, &one.name) == (other.tag, &other.name)).len()
            as f64;
    got += 0.5
        * paired(&mut left_over, &mut right_over, |one, other| (one.tag, &one.text) == (other.tag, &other.text)).len()
            as f64;
    sum.add(PARTS, 2.0 * got / total as f64);
    let equal = 2 * same.len() == total;
    part_reasons(left, right, &same, sum);
    equal
}

/// Takes the pairs out of both lists; gives those of the first.
fn paired<'p>(
    left: &mut Vec<&'p Piece>,
    right: &mut Vec<&'p Piece>,
    is_same: impl Fn(&Piece, &Piece) -> bool,
) -> Vec<&'p Piece> {
    let mut pairs = Vec::new();
    left.retain(|one| match right.iter().position(|other| is_same(one, other)) {
        Some(at) => {
            right.remove(at);
            pairs.push(*one);
            false
        }
        None => true,
    });
    pairs
}

/// `11 of 12 columns the same`, `same comment`
fn part_reasons(left: &[Piece], right: &[Piece], same: &[&Piece], sum: &mut Sum) {
    let (old, new) = (counted(left, |piece| piece.tag), counted(right, |piece| piece.tag));
    for (tag, count) in &old {
        let most = (*count).max(new.get(tag).copied().unwrap_or_default());
        let shared = same.iter().filter(|piece| piece.tag == *tag).count();
        let word = tag.word();
        match shared {
            0 => {}
            1 if most == 1 => {
                let text = same.iter().find(|piece| piece.tag == *tag).map(|piece| piece.text.trim_end());
                let value = text.and_then(|text| text.strip_prefix("definition: ")).unwrap_or_default();
                sum.reasons.push(self::same(word, value));
            }
            _ if shared == most => sum.reasons.push(format!("all {most} {} the same", plural(word, most))),
            _ => sum.reasons.push(format!("{shared} of {most} {} the same", plural(word, most))),
        }
    }
}

fn plural(word: &str, count: usize) -> String {
    match word {
        _ if count == 1 => word.to_owned(),
        word if word.ends_with('x') || word.ends_with('s') => format!("{word}es"),
        word => match word.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
            Some(stem) => format!("{stem}ies"),
            None => format!("{word}s"),
        },
    }
}

/// Whether both stand at the same place, as far as anything has one.
fn position(old: Option<&Position>, new: Option<&Position>, sum: &mut Sum) -> bool {
    let (Some(old), Some(new)) = (old, new) else { return true };
    if old == new {
        sum.reasons.push("same position".to_owned());
        sum.add(POSITION, 1.0);
        return true;
    }
    let sides = [(&old.after, &new.after), (&old.before, &new.before)];
    let same: Vec<&Ident> = sides.iter().filter(|(old, new)| old == new).filter_map(|(old, _)| old.as_ref()).collect();
    if let Some(neighbour) = same.first() {
        sum.reasons.push(format!("next to {neighbour} as well"));
    }
    sum.add(POSITION, if sides.iter().all(|(old, new)| old == new) { 0.6 } else { 0.4 * same.len() as f64 });
    false
}

/// Whether the same things stand on both.
fn users(old: &[Piece], new: &[Piece], sum: &mut Sum) -> bool {
    if old.is_empty() && new.is_empty() {
        return true;
    }
    let (mut left, mut right): (Vec<&Piece>, Vec<&Piece>) = (old.iter().collect(), new.iter().collect());
    let same = paired(&mut left, &mut right, |one, other| (one.tag, &one.text) == (other.tag, &other.text));
    sum.add(USERS, 2.0 * same.len() as f64 / (old.len() + new.len()) as f64);
    let kept: Vec<&&Piece> = same.iter().filter(|piece| new.iter().any(|other| other.id == piece.id)).collect();
    sum.reasons.extend(kept.iter().take(2).map(|piece| format!("in the same {}", piece.id)));
    match kept.len() {
        0 if !same.is_empty() => sum.reasons.push(format!("in the same {}", same[0].tag.word())),
        0..=2 => {}
        more => sum.reasons.push(format!("and in {} others", more - 2)),
    }
    left.is_empty() && right.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_one_family_are_alike() {
        assert!(alike("varchar(200)", "varchar(100)") > alike("varchar(200)", "text"));
        assert!(alike("integer", "bigint") > 0.5 && alike("integer", "text") == 0.0);
        assert!(alike("integer", "integer[]") == 0.0 && alike("integer[]", "bigint[]") > 0.5);
        assert!(alike("select a, b from t", "select a, c from t") > 0.7);
    }

    #[test]
    fn words_for_several_are_english() {
        for (word, many) in [("index", "indexes"), ("foreign key", "foreign keys"), ("policy", "policies")] {
            assert_eq!(plural(word, 2), many);
        }
    }
}
