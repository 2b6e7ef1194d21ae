//! Which revisions does a person mean by `head`, `3f2a`, `-1`, `ID+2` or `feature@head`?
//!
//! Invariants: what could mean two things is an error that lists both with their files; a target is what will be applied
//! when it is reached, as whole ids, and no id is the base. Exact ids and labels come before relative forms and prefixes.

use std::collections::BTreeSet;

use crate::error::{Error, Result, did_you_mean};

use super::folder::{Folder, Stored};
use super::header::RESERVED;

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Up,
    Down,
}

impl Folder {
    /// The ids that `target` means in a database whose heads are `current`. A step down from one of several heads
    /// (`label@-1`) keeps the others.
    pub fn resolve(&self, target: &str, current: &[String]) -> Result<Vec<String>> {
        let target = target.trim();
        if target.is_empty() {
            return Err(Error::new("the target is empty").hint("name a revision, `head` or `base`"));
        }
        let found = match target.split_once('@') {
            Some((label, rest)) => self.in_branch(label, rest, current)?,
            None => self.plain(target, current)?,
        };
        if target == "current" {
            return Ok(current.to_vec());
        }
        Ok(found.into_iter().map(|at| self.stored[at].revision.id.clone()).collect())
    }

    /// What stays when a database that has applied these is taken down to `target`. Only what stands on the target goes, with
    /// all that depends on it: another branch, and the other side of a merge, keep their rows. `label@ID` undoes that branch.
    pub fn resolve_down(&self, target: &str, applied: &BTreeSet<String>) -> Result<Vec<String>> {
        let mut stays = self.resolve(target, &self.heads_of(applied))?;
        let (label, rest) = target.trim().split_once('@').map_or((None, target), |(label, rest)| (Some(label), rest));
        let steps = relative(rest).is_some_and(|(from, ..)| from.is_empty());
        // these have said already what stays of other branches
        if stays.is_empty() || rest == "base" || label.is_some() && steps {
            return Ok(stays);
        }
        let mut above: BTreeSet<usize> =
            self.located(&stays)?.into_iter().flat_map(|at| self.graph.children(at)).collect();
        if let Some(label) = label {
            let root = self.root(label)?;
            let (branch, trunk) = (self.graph.branch(root), self.graph.trunk(root));
            above.retain(|at| branch.contains(at) || trunk.contains(at));
        }
        let gone = self.graph.with_descendants(above);
        let left =
            applied.iter().filter(|id| self.ids.get(*id).is_some_and(|at| !gone.contains(at))).cloned().collect();
        stays.extend(self.heads_of(&left));
        stays.sort();
        stays.dedup();
        Ok(stays)
    }

    fn plain(&self, target: &str, current: &[String]) -> Result<BTreeSet<usize>> {
        match target {
            "heads" => return self.all_heads(),
            "head" => return self.only(self.all_heads()?, "head", "autogen upgrade heads"),
            "base" => return Ok(BTreeSet::new()),
            // as it is: also when no file holds it
            "current" => return Ok(current.iter().filter_map(|id| self.ids.get(id).copied()).collect()),
            _ => {}
        }
        if let Some(at) = self.ids.get(target).or_else(|| self.labels.get(target)) {
            return Ok(BTreeSet::from([*at]));
        }
        if let Some((from, way, steps)) = relative(target) {
            let start = if from.is_empty() { self.located(current)? } else { self.plain(from, current)? };
            return self.walk(start, way, steps, None);
        }
        Ok(BTreeSet::from([self.by_prefix(target)?]))
    }

    /// A cycle hides the heads behind it, so none can be named while there is one.
    fn all_heads(&self) -> Result<BTreeSet<usize>> {
        match self.cycle_errors().next() {
            Some(error) => Err(error),
            None => Ok(self.heads().iter().map(|file| self.ids[file.id()]).collect()),
        }
    }

    fn only(&self, found: BTreeSet<usize>, what: &str, all: &str) -> Result<BTreeSet<usize>> {
        if found.len() < 2 {
            return Ok(found);
        }
        let mut error = Error::new(format!("there are {} {what}s", found.len())).detail(self.list(&found));
        // a lost parent makes a head of what it led to
        for problem in self.problems() {
            error = error.detail(problem.message());
        }
        Err(error.hint(format!("`{all}` reaches all, `autogen merge heads` brings them together; or name one of them")))
    }

    fn by_prefix(&self, prefix: &str) -> Result<usize> {
        let found: BTreeSet<usize> = self
            .ids
            .range(prefix.to_owned()..)
            .take_while(|(id, _)| id.starts_with(prefix))
            .map(|(_, at)| *at)
            .collect();
        match (found.len(), found.first()) {
            (1, Some(at)) => Ok(*at),
            (0, _) => Err(self.unknown(prefix)),
            (count, _) => Err(Error::new(format!("{count} revisions begin with {prefix}"))
                .detail(self.list(&found))
                .hint("write more of the id")),
        }
    }

    /// `label@head`, `label@heads`, `label@base`, `label@-1`, `label@+1`, `label@ID`; an id may stand for a label.
    fn in_branch(&self, label: &str, rest: &str, current: &[String]) -> Result<BTreeSet<usize>> {
        if label.is_empty() {
            return Err(Error::new(format!("`@{rest}` names no branch")).hint("put a branch label before the `@`"));
        }
        let root = self.root(label)?;
        let branch = self.graph.branch(root);
        let heads = || Ok(self.all_heads()?.intersection(&branch).copied().collect::<BTreeSet<_>>());
        match rest {
            "heads" => return heads(),
            "head" => {
                let all = format!("autogen upgrade {label}@heads");
                return self.only(heads()?, &format!("{label} head"), &all);
            }
            "base" => {
                let bases = self.graph.trunk(root).into_iter().filter(|at| self.graph.parents(*at).is_empty());
                let gone: BTreeSet<usize> = bases.flat_map(|base| self.graph.branch(base)).collect();
                return Ok(self.located(current)?.difference(&gone).copied().collect());
            }
            _ => {}
        }
        if let Some(("", way, steps)) = relative(rest) {
            return self.step_in_branch(root, &branch, way, steps, current);
        }
        let found = self.plain(rest, current)?;
        let trunk = self.graph.trunk(root);
        match found.iter().find(|at| !branch.contains(at) && !trunk.contains(at)) {
            Some(at) => Err(Error::new(format!("{} is not in the branch {label}", self.stored[*at].id()))
                .detail(self.stored[*at].path.display().to_string())
                .hint(format!("`{label}@head` is the branch's newest"))),
            None => Ok(found),
        }
    }

    /// Where a branch begins.
    fn root(&self, label: &str) -> Result<usize> {
        self.labels.get(label).map_or_else(|| self.by_prefix(label), |at| Ok(*at))
    }

    fn step_in_branch(
        &self,
        root: usize,
        branch: &BTreeSet<usize>,
        way: Way,
        steps: usize,
        current: &[String],
    ) -> Result<BTreeSet<usize>> {
        let current = self.located(current)?;
        let here: BTreeSet<usize> = current.intersection(branch).copied().collect();
        let mut reached = match (way, here.is_empty()) {
            (_, false) => self.walk(here.clone(), way, steps, Some(branch))?,
            (Way::Up, true) if steps > 0 => self.walk(BTreeSet::from([root]), way, steps - 1, Some(branch))?,
            _ => {
                let file = &self.stored[root];
                return Err(Error::new(format!("nothing of the branch of {} is applied", file.id()))
                    .detail(file.path.display().to_string())
                    .hint("`autogen current` shows where the database is"));
            }
        };
        reached.extend(current.difference(&here));
        Ok(reached)
    }

    /// So many steps along parents. Where a step leads to several at once, only the last step down may (a merge's parents).
    fn walk(
        &self,
        start: BTreeSet<usize>,
        way: Way,
        steps: usize,
        within: Option<&BTreeSet<usize>>,
    ) -> Result<BTreeSet<usize>> {
        let mut here = start;
        for taken in 0..steps {
            let from = match (here.len(), here.first()) {
                (0, _) => None,
                (1, Some(at)) => Some(*at),
                _ => return Err(self.ambiguous(&here, "the step starts from several revisions")),
            };
            let mut next: BTreeSet<usize> = match (way, from) {
                (Way::Up, Some(at)) => self.graph.children(at),
                (Way::Up, None) => self.bases().iter().map(|file| self.ids[file.id()]).collect(),
                (Way::Down, Some(at)) => match self.graph.missing_parent(at) {
                    Some(parent) => return Err(self.lost_parent(at, parent)),
                    None => self.graph.parents(at),
                },
                (Way::Down, None) => return Err(too_far(steps, taken, "down to the base")),
            };
            if way == Way::Up {
                next.retain(|at| within.is_none_or(|branch| branch.contains(at)) && !self.is_aside(*at));
                if next.is_empty() {
                    return Err(too_far(steps, taken, "up to the head"));
                }
                if next.len() > 1 {
                    return Err(self.ambiguous(&next, "the step leads to several revisions"));
                }
            }
            here = next;
        }
        Ok(here)
    }

    fn ambiguous(&self, found: &BTreeSet<usize>, message: &str) -> Error {
        Error::new(message)
            .detail(self.list(found))
            .hint("name one of them, or a branch: `ID-1`, `LABEL@-1`, `LABEL@+1`")
    }

    fn lost_parent(&self, at: usize, parent: &str) -> Error {
        let file: &Stored = &self.stored[at];
        Error::new(format!("revision {} names {parent} as parent, which no file holds", file.id()))
            .at(file.place("parents"))
            .hint(format!("restore the file of {parent}, or correct this `parents` line"))
    }

    /// One line for each: id, title, file.
    fn list(&self, found: &BTreeSet<usize>) -> String {
        let line = |at: &usize| {
            let file = &self.stored[*at];
            format!("{} {} ({})", file.id(), file.revision.title(), file.path.display())
        };
        found.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn unknown(&self, name: &str) -> Error {
        let error = Error::new(format!("there is no revision {name}"));
        let known = self.ids.keys().chain(self.labels.keys()).map(String::as_str).chain(RESERVED);
        match did_you_mean(name, known) {
            Some(near) => match self.get(near) {
                Some(file) => error.hint(format!("did you mean {near} ({})?", file.path.display())),
                None => error.hint(format!("did you mean {near}?")),
            },
            None => error.hint("`autogen history` lists the revisions"),
        }
    }
}

fn too_far(steps: usize, taken: usize, end: &str) -> Error {
    let plural = if steps == 1 { "" } else { "s" };
    Error::new(format!("cannot go {steps} step{plural}: it is {taken} {end}"))
        .hint("`autogen history` lists the revisions")
}

/// What stands before the sign, its direction and the number: `3f2a-1`, `+2`.
fn relative(target: &str) -> Option<(&str, Way, usize)> {
    let sign = target.rfind(['+', '-'])?;
    let digits = &target[sign + 1..];
    let way = if target[sign..].starts_with('+') { Way::Up } else { Way::Down };
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    Some((&target[..sign], way, number))
}
