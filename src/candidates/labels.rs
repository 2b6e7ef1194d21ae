//! Which value of an enum that goes looks like one that comes?
//!
//! A value is no object: it stands here as an id below that of its type. All that is known of it is its name and its place.

use std::collections::BTreeSet;

use super::profile::between;
use super::{Candidate, THRESHOLD, names};
use crate::kind::{Id, Object};
use crate::name::Ident;

/// The labels as ids of their own.
pub fn ids(object: &Object) -> impl Iterator<Item = Id> {
    object.labels().into_iter().map(move |label| id(object, &label))
}

fn id(of: &Object, label: &str) -> Id {
    let mut id = of.id();
    id.path.push(Ident::new(label));
    id
}

pub fn candidates(old: &Object, new: &Object, above: Option<(Id, Id)>) -> Vec<Candidate> {
    let (before, after) = (old.labels(), new.labels());
    if before == after {
        return Vec::new();
    }
    let (there, wanted): (BTreeSet<&String>, BTreeSet<&String>) = (before.iter().collect(), after.iter().collect());
    let gone: Vec<usize> = (0..before.len()).filter(|at| !wanted.contains(&before[*at])).collect();
    let come: Vec<usize> = (0..after.len()).filter(|at| !there.contains(&after[*at])).collect();
    let mut found = Vec::new();
    for &at in &gone {
        for &to in &come {
            let same_place = between(&before, at, |label| wanted.contains(label))
                == between(&after, to, |label| there.contains(label));
            let like = names::likeness(&before[at], &after[to]);
            let score = 0.55 * f64::from(u8::from(same_place)) + 0.45 * like;
            let mut reasons = Vec::new();
            reasons.extend(same_place.then(|| "same position".to_owned()));
            reasons.extend((like == 1.0).then(|| "the same name but for its spelling".to_owned()));
            reasons.extend((like > 0.5 && like < 1.0).then(|| "similar name".to_owned()));
            let alike = |all: &[String], of: &[usize], name: &str| {
                of.iter().filter(|one| names::same_letters(&all[**one], name)).count()
            };
            let alone = alike(&before, &gone, &after[to]) == 1 && alike(&after, &come, &before[at]) == 1;
            let sure = same_place && alone && names::is_same_name(&before[at], &after[to]);
            let (old, new) = (id(old, &before[at]), id(new, &after[to]));
            found.push(Candidate {
                old,
                new,
                score: super::percent(score),
                certain: sure,
                reasons,
                above: above.clone(),
            });
        }
    }
    found.retain(|candidate| candidate.score >= super::percent(THRESHOLD));
    super::without_rivals(&mut found);
    found
}
