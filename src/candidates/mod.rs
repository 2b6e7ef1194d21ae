//! Which of what goes looks like one of what comes, so that it may be the same thing under another name?
//!
//! Nobody can see a rename in two catalogs: it is a drop and a create. A [`Candidate`] is a pair of these that a person should
//! be asked about, with the reasons. Invariants: only two of one kind, at one place, are held against each other, or at places
//! that are themselves candidates for each other; `certain` is never said where a person could have meant the other thing
//! (`certain`); nothing here decides anything, and two equal catalogs cost one comparison.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Catalog;
use crate::diff::diff;
use crate::kind::{Alteration, Change, Id, Object, Space, Tag};
use crate::name::Ident;

mod certain;
pub mod labels;
mod names;
mod pairs;
mod profile;
mod score;

use profile::{Profile, Side, surroundings};
use score::Likeness;

/// A drop and a create that look like one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// As it is called where it goes; a value of an enum stands below the id of its type.
    pub old: Id,
    pub new: Id,
    /// Of a hundred.
    pub score: u8,
    /// Nobody can have meant anything else.
    pub certain: bool,
    /// For a person, the strongest first.
    pub reasons: Vec<String>,
    /// It is one only if these two are one.
    pub above: Option<(Id, Id)>,
}

impl Candidate {
    /// `column`, `enum value`
    pub fn kind(&self) -> String {
        kind(&self.old)
    }

    pub fn is_label(&self) -> bool {
        is_label(&self.old)
    }
}

/// What a person calls the kind of what this names.
pub fn kind(id: &Id) -> String {
    let word = id.tag.word();
    if is_label(id) { format!("{word} value") } else { word.to_owned() }
}

pub fn is_label(id: &Id) -> bool {
    id.place().space == Space::Label
}

/// As [`Id`] shows it, a value of an enum as what it is.
pub fn shown(id: &Id) -> String {
    format!("{} {}", kind(id), id.qualified())
}

/// What two must at least be alike.
const THRESHOLD: f64 = 0.5;

/// What holds no data and does not say the same is asked about only if it is very much alike.
const REWRITTEN: f64 = 0.6;

/// So much better is a pair that the others of the two need not be asked about.
const MARGIN: u8 = 15;

/// So many are shown for one that goes.
const SHOWN: usize = 5;

fn percent(score: f64) -> u8 {
    (score * 100.0).round().clamp(0.0, 100.0) as u8
}

/// The candidates between two catalogs, the first as it reads after the renames that are known.
pub fn candidates(before: &Catalog, after: &Catalog) -> Vec<Candidate> {
    let changes = diff(before, after);
    let mut search = Search::default();
    for change in &changes {
        match change {
            Change::Drop(old) if has_name(old) => search.gone.push(old),
            Change::Create(new) if has_name(new) => search.come.push(new),
            Change::Alter { old, new } => search.found.extend(labels::candidates(old, new, None)),
            _ => {}
        }
    }
    if !search.gone.is_empty() && !search.come.is_empty() {
        let (old, new) = (Side::of(before), Side::of(after));
        search.run(&old, &new);
    }
    let mut found = search.found;
    found.sort_by(|one, other| {
        let depth = |candidate: &Candidate| (candidate.above.is_some(), candidate.old.path.len());
        depth(one).cmp(&depth(other)).then_with(|| one.old.cmp(&other.old)).then(other.score.cmp(&one.score))
    });
    found
}

/// What bears a name of its own and is there for no other's sake.
fn has_name(object: &Object) -> bool {
    object.id().own_name().is_some() && object.aspect().is_none() && object.origins().is_empty()
}

/// What has to be the same of two that are held against each other.
type Scope = (Tag, Option<Id>, Vec<Ident>);

type Paths = BTreeMap<Vec<Ident>, Vec<Ident>>;

#[derive(Default)]
struct Search<'a> {
    gone: Vec<&'a Object>,
    come: Vec<&'a Object>,
    found: Vec<Candidate>,
    /// What goes with what it may have become, where others are in it.
    becomes: BTreeMap<Id, Id>,
    /// The same by the paths alone, there and back.
    paths: [Paths; 2],
    goes: BTreeSet<Id>,
    certain: BTreeMap<Id, Id>,
}

impl<'a> Search<'a> {
    /// From the outside to the inside: a column of a table that may have another name is looked for in that.
    fn run(&mut self, old: &Side<'a>, new: &Side<'a>) {
        let schemas: BTreeMap<Ident, Id> = self.gone.iter().filter_map(|object| schema(object)).collect();
        self.goes = self.gone.iter().map(|object| object.id()).collect();
        let mut waiting = std::mem::take(&mut self.gone);
        let mut come: BTreeMap<Scope, Vec<&Object>> = BTreeMap::new();
        for object in std::mem::take(&mut self.come) {
            come.entry(scope(object, object.parent(), surroundings(&object.id()))).or_default().push(object);
        }
        loop {
            let mut groups: BTreeMap<Scope, Vec<&Object>> = BTreeMap::new();
            let mut later = Vec::new();
            for object in waiting {
                match self.scope(object, &schemas) {
                    Some(scope) => groups.entry(scope).or_default().push(object),
                    None => later.push(object),
                }
            }
            if groups.is_empty() {
                return;
            }
            for (scope, olds) in groups {
                if let Some(news) = come.remove(&scope) {
                    self.group(olds, news, old, new);
                }
            }
            waiting = later;
        }
    }

    /// Where it would be found under its new name; `None` while that is not known of what it is in.
    fn scope(&self, object: &Object, schemas: &BTreeMap<Ident, Id>) -> Option<Scope> {
        let mut around = surroundings(&object.id());
        match object.parent() {
            Some(parent) => {
                let parent = match self.becomes.get(&parent) {
                    Some(new) => new.clone(),
                    None if self.goes.contains(&parent) => return None,
                    None => parent,
                };
                Some(scope(object, Some(parent), around))
            }
            None => {
                if let Some(first) = around.first_mut()
                    && let Some(schema) = schemas.get(first)
                {
                    first.clone_from(self.becomes.get(schema)?.own_name()?);
                }
                Some(scope(object, None, around))
            }
        }
    }

    fn group(&mut self, mut olds: Vec<&'a Object>, mut news: Vec<&'a Object>, old: &Side<'a>, new: &Side<'a>) {
        let above = olds.first().and_then(|object| self.above(object));
        if let Some(above) = &above {
            self.same_names(&mut olds, &mut news, above);
            // what is made of the columns follows them, and is looked at again when it is known how they are called
            olds.retain(|object| object.holds_data() || old.parts(object).iter().any(|part| part.holds_data()));
        }
        let stays = |id: &Id| new.catalog.get(&counterpart(id, &self.paths[0])).is_some();
        let was = |id: &Id| old.catalog.get(&counterpart(id, &self.paths[1])).is_some();
        let olds: Vec<Profile> = olds.into_iter().filter_map(|object| old.profile(object, &stays)).collect();
        let news: Vec<Profile> = news.into_iter().filter_map(|object| new.profile(object, &was)).collect();
        let alone = olds.len() == 1 && news.len() == 1;
        let pairs = pairs::pairs(&olds, &news).into_iter();
        let all: Vec<(usize, usize, Likeness)> =
            pairs.map(|(one, other)| (one, other, score::likeness(&olds[one], &news[other], alone))).collect();
        let (mut by_old, mut by_new) = (vec![0; olds.len()], vec![0; news.len()]);
        let close = |likeness: &Likeness| likeness.score >= THRESHOLD - 0.05;
        for (one, other, _) in all.iter().filter(|(_, _, likeness)| close(likeness)) {
            by_old[*one] += 1;
            by_new[*other] += 1;
        }
        let mut found: Vec<Candidate> = Vec::new();
        for (one, other, likeness) in all {
            let (old, new) = (&olds[one], &news[other]);
            if !is_worth_asking(old, new, &likeness) {
                continue;
            }
            let has_rival = by_old[one] > 1 || by_new[other] > 1;
            let sure = self.is_above_certain(above.as_ref());
            let certain = sure && certain::is_certain(old, new, &likeness, has_rival);
            let (old, new) = (old.object.id(), new.object.id());
            let Likeness { score, reasons, .. } = likeness;
            found.push(Candidate { old, new, score: percent(score), certain, reasons, above: above.clone() });
        }
        without_rivals(&mut found);
        self.take(found, old, new);
    }

    /// What it is in, if that has another name.
    fn above(&self, object: &Object) -> Option<(Id, Id)> {
        let id = object.id();
        let outer = object.parent().or_else(|| {
            let schema = id.path.first()?;
            self.becomes.keys().find(|old| old.path.len() == 1 && old.path.first() == Some(schema)).cloned()
        })?;
        let new = self.becomes.get(&outer)?.clone();
        (id != outer).then_some((outer, new))
    }

    fn is_above_certain(&self, above: Option<&(Id, Id)>) -> bool {
        above.is_none_or(|(old, new)| self.certain.get(old) == Some(new))
    }

    /// In a table that has another name, a column of the same name is the same.
    fn same_names(&mut self, olds: &mut Vec<&'a Object>, news: &mut Vec<&'a Object>, above: &(Id, Id)) {
        olds.retain(|old| {
            let id = old.id();
            let same = news.iter().position(|new| new.id().own_name() == id.own_name());
            let Some(new) = same.map(|at| news.remove(at)) else { return true };
            self.found.extend(labels::candidates(old, new, Some(above.clone())));
            self.link(id, new.id());
            false
        });
    }

    fn link(&mut self, old: Id, new: Id) {
        self.paths[0].insert(old.path.clone(), new.path.clone());
        self.paths[1].insert(new.path.clone(), old.path.clone());
        self.becomes.insert(old, new);
    }

    /// What is likest of all is what others are looked for in.
    fn take(&mut self, found: Vec<Candidate>, old: &Side<'a>, new: &Side<'a>) {
        let is_best = best(&found, 1);
        for (one, _) in found.iter().zip(is_best).filter(|(_, is)| *is) {
            if let (Some(before), Some(after)) = (old.catalog.get(&one.old), new.catalog.get(&one.new)) {
                let above = Some((one.old.clone(), one.new.clone()));
                self.found.extend(labels::candidates(before, after, above));
            }
            self.link(one.old.clone(), one.new.clone());
        }
        let certain = found.iter().filter(|one| one.certain);
        self.certain.extend(certain.map(|one| (one.old.clone(), one.new.clone())));
        self.found.extend(found);
    }
}

/// The id in the other catalog, as far as what it is in has another name there.
fn counterpart(id: &Id, paths: &Paths) -> Id {
    let mut id = id.clone();
    for length in (1..id.path.len()).rev() {
        if let Some(other) = paths.get(&id.path[..length]) {
            id.path.splice(..length, other.iter().cloned());
            break;
        }
    }
    id
}

fn schema(object: &Object) -> Option<(Ident, Id)> {
    let name = object.occupies().into_iter().find(|name| name.space == Space::Schema)?;
    Some((name.path.into_iter().next()?, object.id()))
}

/// What has a parent is at its place in that, and nowhere else.
fn scope(object: &Object, parent: Option<Id>, around: Vec<Ident>) -> Scope {
    match parent {
        Some(parent) => (object.tag(), Some(parent), Vec::new()),
        None => (object.tag(), None, around),
    }
}

/// A rename of what is made anew anyway would be for nothing.
fn is_worth_asking(old: &Profile, new: &Profile, likeness: &Likeness) -> bool {
    if likeness.score < THRESHOLD {
        return false;
    }
    let holds = old.object.holds_data() || old.parts.iter().any(|part| part.holds_data);
    let stays = || matches!(Object::alteration(old.object, new.object), Alteration::InPlace | Alteration::Swap);
    holds || likeness.says_the_same || likeness.score >= REWRITTEN && stays()
}

/// The candidates of each thing that goes, and of each that comes, by where they stand in the list.
fn by_thing(found: &[Candidate]) -> BTreeMap<(bool, &Id), Vec<usize>> {
    let mut by: BTreeMap<(bool, &Id), Vec<usize>> = BTreeMap::new();
    for (at, one) in found.iter().enumerate() {
        by.entry((false, &one.old)).or_default().push(at);
        by.entry((true, &one.new)).or_default().push(at);
    }
    by
}

/// Those that no other of the same two comes near.
fn best(found: &[Candidate], margin: u8) -> Vec<bool> {
    let by = by_thing(found);
    let mut settled: BTreeSet<(bool, &Id)> = BTreeSet::new();
    let mut is_best = vec![false; found.len()];
    let mut order: Vec<usize> = (0..found.len()).collect();
    order.sort_by(|one, other| found[*other].score.cmp(&found[*one].score));
    for at in order {
        let one = &found[at];
        let things = [(false, &one.old), (true, &one.new)];
        let taken = |at: usize| settled.contains(&(false, &found[at].old)) || settled.contains(&(true, &found[at].new));
        let mut rivals = things.iter().flat_map(|thing| &by[thing]).filter(|other| **other != at && !taken(**other));
        if !taken(at) && rivals.all(|other| found[*other].score + margin <= one.score) {
            settled.extend(things);
            is_best[at] = true;
        }
    }
    is_best
}

/// Where two are much more alike than either and any other, nobody need be asked about the others.
fn without_rivals(found: &mut Vec<Candidate>) {
    found.sort_by(|one, other| {
        other.score.cmp(&one.score).then_with(|| (&one.old, &one.new).cmp(&(&other.old, &other.new)))
    });
    let is_best = best(found, MARGIN);
    let chosen = found.iter().zip(&is_best).filter(|(_, is)| **is).map(|(one, _)| one);
    let taken: BTreeSet<(bool, Id)> =
        chosen.flat_map(|one| [(false, one.old.clone()), (true, one.new.clone())]).collect();
    let mut counts: BTreeMap<Id, usize> = BTreeMap::new();
    let mut at = 0;
    found.retain(|one| {
        at += 1;
        let free = !taken.contains(&(false, one.old.clone())) && !taken.contains(&(true, one.new.clone()));
        let count = counts.entry(one.old.clone()).or_default();
        let keep = is_best[at - 1] || free && *count < SHOWN;
        *count += usize::from(keep);
        keep
    });
}
