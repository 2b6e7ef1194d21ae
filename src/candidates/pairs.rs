//! Which of those that go are held against which of those that come?
//!
//! All, where they are few. Among many, those that share what few others have: no thousand tables is held against a thousand.

use std::collections::BTreeMap;

use super::names;
use super::profile::Profile;

/// So many pairs are looked at one by one.
const FEW: usize = 2_500;

/// What more of them have tells none of them apart.
const COMMON: usize = 40;

/// The best so many for each.
const BEST: usize = 6;

pub fn pairs(olds: &[Profile], news: &[Profile]) -> Vec<(usize, usize)> {
    if olds.len() * news.len() <= FEW {
        return (0..olds.len()).flat_map(|old| (0..news.len()).map(move |new| (old, new))).collect();
    }
    let mut bearers: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, new) in news.iter().enumerate() {
        marks(new).into_iter().for_each(|mark| bearers.entry(mark).or_default().push(at));
    }
    let mut pairs = Vec::new();
    for (at, old) in olds.iter().enumerate() {
        let mut votes: BTreeMap<usize, f64> = BTreeMap::new();
        for mark in marks(old) {
            let Some(bearers) = bearers.get(&mark).filter(|bearers| bearers.len() <= COMMON) else { continue };
            bearers.iter().for_each(|new| *votes.entry(*new).or_default() += 1.0 / bearers.len() as f64);
        }
        let mut best: Vec<(usize, f64)> = votes.into_iter().collect();
        best.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
        pairs.extend(best.into_iter().take(BEST).map(|(new, _)| (at, new)));
    }
    pairs
}

/// What two that are one have in common, most of it: what they say, each part and each word of the name.
fn marks(profile: &Profile) -> Vec<String> {
    let mut marks = Vec::new();
    let name = profile.name.as_str();
    let says: Vec<String> = profile.says.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    marks.push(format!("says {}", says.join("\n")));
    marks.extend(
        profile.parts.iter().map(|part| format!("part {} {}: {}", part.tag.word(), part.name.as_str(), part.text)),
    );
    let parts: Vec<&str> = profile.parts.iter().map(|part| part.name.as_str()).collect();
    marks.push(format!("parts {}", parts.join(",")));
    marks.extend(profile.users.iter().map(|user| format!("user {}", user.id)));
    marks.extend(names::words(name).into_iter().map(|word| format!("word {word}")));
    marks.push(format!("name {}", names::words(name).concat()));
    marks.sort();
    marks.dedup();
    marks
}
