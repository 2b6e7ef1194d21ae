//! `autogen revision --only` and `--split`: some of the changes, or all of them table by table.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::compare::Comparison;
use super::newly;
use super::notice::Tell;
use super::renames::{self, Settled};
use super::revision::{Writing, generated};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::intent::Intent;
use crate::kind::{Change, Id};
use crate::parts::{Changes, Cut, Leg, Pattern};
use crate::plan::{Plan, plan};
use crate::render;
use crate::revision::{self, Folder, Revision, Stored};

/// So many things are named one by one; the rest is counted.
const NAMED: usize = 20;

/// One revision to be written.
struct Part {
    /// The tables that it is about, where there are several parts.
    about: Option<String>,
    summary: Vec<String>,
    upgrade: Plan,
    downgrade: Plan,
}

impl Part {
    fn between(about: Option<String>, before: &Catalog, after: &Catalog, intent: &Intent) -> Result<Self> {
        let (upgrade, downgrade) = (plan(before, after, intent)?, plan(after, before, &intent.inverted())?);
        Ok(Self { about, summary: render::summary(&upgrade, &downgrade, before), upgrade, downgrade })
    }
}

/// What of the differences is to be written as revisions, first to last.
pub struct Parts(Vec<Part>);

impl Parts {
    /// Some of the changes. The rest has to be possible after them, or nothing is written.
    pub fn only(comparison: &Comparison, patterns: &[String], tell: &Tell) -> Result<Self> {
        let patterns = patterns.iter().map(|text| Pattern::read(text)).collect::<Result<Vec<_>>>()?;
        let Comparison { live, wanted, intent, .. } = comparison;
        let changes = Changes::of(&live.catalog, wanted, intent)?;
        let cut = changes.only(&patterns)?;
        let middle = changes.catalog(&cut.ids)?;
        let part = Part::between(None, &live.catalog, &middle, intent)?;
        plan(&middle, wanted, &intent.afterwards()).map_err(|error| apart(&error))?;
        along(&changes, &cut, tell);
        Ok(Self(vec![part]))
    }

    /// What would be in it, as the renames are that are known.
    pub fn touched(comparison: &Comparison, patterns: &[String]) -> Result<BTreeSet<Id>> {
        let patterns = patterns.iter().map(|text| Pattern::read(text)).collect::<Result<Vec<_>>>()?;
        let Comparison { live, wanted, intent, .. } = comparison;
        Ok(Changes::of(&live.catalog, wanted, intent)?.only(&patterns)?.ids)
    }

    /// All changes, one revision for each table.
    pub fn split(comparison: &Comparison, config: &Config) -> Result<Self> {
        let Comparison { live, wanted, intent, .. } = comparison;
        let afterwards = intent.afterwards();
        let mut before = live.catalog.clone();
        let mut parts: Vec<Part> = Vec::new();
        Changes::of(&live.catalog, wanted, intent)?.split(&mut |leg| {
            let intent = if parts.is_empty() { intent } else { &afterwards };
            let part = Part::between(Some(about(&leg, config)), &before, &leg.catalog, intent);
            parts.push(part.map_err(|error| apart(&error))?);
            before = leg.catalog;
            Ok(())
        })?;
        if let [only] = parts.as_mut_slice() {
            only.about = None;
        }
        Ok(Self(parts))
    }

    /// The plans of all, for whoever has to agree to them.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.0.iter().map(|part| &part.upgrade)
    }

    /// Writes a file for each, the second on the first and so on; all of them or none.
    pub fn write(
        self,
        config: &Config,
        folder: &Folder,
        writing: &Writing,
        first: Revision,
        settled: &Settled,
        tell: &Tell,
    ) -> Result<Vec<PathBuf>> {
        let (mut renames, mut no_renames) = remembered(settled, &self.0).into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        let mut folder = folder.clone();
        let mut files: Vec<(PathBuf, String)> = Vec::new();
        let mut next = first;
        for (n, part) in self.0.iter().enumerate() {
            (next.renames, next.no_renames) = (std::mem::take(&mut renames[n]), std::mem::take(&mut no_renames[n]));
            let plans = [&part.upgrade, &part.downgrade];
            let mut new = generated(part.summary.clone(), plans, writing, settled, next.clone())?;
            if let Some(about) = &part.about {
                new.message = format!("{about}: {}", new.message);
                new.fingerprint = revision::fingerprint(&new);
            }
            let file = newly::path_of(config, &folder, &new, &writing.new)?;
            let text = newly::checked(config, &file, &folder, &new)?;
            let stored = Stored { path: file.clone(), text: text.clone(), revision: revision::parse(&file, &text)? };
            folder = newly::among(&folder, stored)?;
            files.push((file, text));
            (next.parents, next.depends_on, next.branch_labels) = (vec![new.id], Vec::new(), Vec::new());
            next.id = newly::fresh_id(config, &folder, &[])?;
        }
        for part in &self.0 {
            part.about.iter().for_each(|about| tell.say(&format!("{about}:")));
            tell.changes(&render::lines(&part.upgrade, false));
        }
        newly::write(config, &folder, &files, &writing.new, tell)?;
        Ok(files.into_iter().map(|(file, _)| file).collect())
    }
}

/// The answers that each of the files keeps: renames come first, and a drop is in one of them, or in none of them yet.
fn remembered(settled: &Settled, parts: &[Part]) -> Vec<(Vec<String>, Vec<String>)> {
    let (renames, no_renames) = (renames::show::renames(settled), renames::show::no_renames(settled));
    let mut all = vec![(Vec::new(), Vec::new()); parts.len()];
    for (old, text) in no_renames {
        let is_in = |part: &&Part| {
            let changes = part.upgrade.statements.iter().flat_map(|statement| &statement.changes);
            changes.into_iter().any(|change| matches!(change, Change::Drop(object) if object.id() == old))
        };
        let at = parts.iter().position(|part| is_in(&part)).unwrap_or_default();
        all[at].1.push(text);
    }
    all.iter_mut().take(1).for_each(|first| first.0 = renames.clone());
    all
}

/// `users`, `users and audit.log`
fn about(leg: &Leg, config: &Config) -> String {
    let schema = config.search_path.first().map_or("public", String::as_str);
    let name = |id: &Id| {
        let path: Vec<&str> = id.path.iter().map(|part| part.as_str()).collect();
        path.strip_prefix(&[schema]).unwrap_or(&path).join(".")
    };
    match leg.tables.as_slice() {
        [] => "the rest".to_owned(),
        [only] => name(only),
        [all @ .., last] => format!("{} and {}", all.iter().map(name).collect::<Vec<_>>().join(", "), name(last)),
    }
}

fn apart(error: &Error) -> Error {
    Error::no("these changes cannot be made apart from each other")
        .detail(error.to_string())
        .hint("write them in one revision: leave --only or --split out")
}

/// What came along, and what is left.
fn along(changes: &Changes, cut: &Cut, tell: &Tell) {
    let left: BTreeSet<Id> = changes.ids().difference(&cut.ids).cloned().collect();
    for id in changes.outermost(&cut.ids) {
        if let Some(why) = cut.along.get(&id) {
            tell.say(&format!("takes along {id}: {why}"));
        }
    }
    for id in changes.renamed().iter().filter(|_| !left.is_empty()) {
        tell.say(&format!("takes along the rename of {id}: renames come first"));
    }
    let mut rest: Vec<String> = changes.outermost(&left).iter().map(Id::to_string).collect();
    let more = rest.len().saturating_sub(NAMED);
    rest.truncate(NAMED);
    rest.extend((more > 0).then(|| format!("and {more} more")));
    match rest.is_empty() {
        true => tell.say("nothing is left for another revision"),
        false => tell.say(&format!("left for the next revision: {}", rest.join(", "))),
    }
}
