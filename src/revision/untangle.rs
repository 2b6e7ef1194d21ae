//! Which of two files that took one number gets another?
//!
//! Invariant: a file is given a number only where it is certain on which of the two the others stand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::folder::Stored;
use super::naming::{instant, number, number_of};

/// Gives the files of the branch that moves numbers of their own, where others have theirs: the files that are `asked` for,
/// or of two the one that is not applied, or else the newer one. Gives back the first of them, if there is any.
pub fn untangle(stored: &mut [Stored], asked: &[PathBuf], applied: &dyn Fn(&Stored) -> bool) -> Result<Option<String>> {
    let twins = twins(stored);
    let mut moving: BTreeSet<usize> = asked.iter().map(|path| position(stored, path)).collect::<Result<_>>()?;
    if asked.is_empty() {
        for (id, files) in &twins {
            moving.insert(choose(stored, id, files, twins.len(), applied)?);
        }
    }
    for (id, files) in &twins {
        let staying = files.iter().filter(|at| !moving.contains(at)).count();
        if staying != 1 || files.len() > 2 {
            return Err(unclear(stored, format!("{} files hold revision {id}", files.len()), files));
        }
    }
    if let Some((_, at)) = twins
        .iter()
        .flat_map(|(id, files)| files.iter().map(move |at| (id, *at)))
        .find(|(_, at)| moving.contains(at) && applied(&stored[*at]))
    {
        return Err(Error::no(format!("revision {} is applied, and what is applied stays", stored[at].id()))
            .detail(stored[at].path.display().to_string())
            .hint("name the other file"));
    }
    if asked.is_empty() {
        let names_one = |file: &Stored| {
            let revision = &file.revision;
            revision.parents.iter().chain(&revision.depends_on).find(|id| twins.contains_key(*id)).cloned()
        };
        let doubtful = stored.iter().find_map(|file| Some((file, names_one(file).filter(|_| !applied(file))?)));
        if let Some((file, id)) = doubtful {
            let message = format!("on which of the two revisions {id} {} stands is not known", file.id());
            let at: Vec<usize> = twins[&id].iter().copied().chain(position(stored, &file.path)).collect();
            return Err(unclear(stored, message, &at));
        }
    }
    Ok(renumber(stored, &twins, &moving))
}

fn twins(stored: &[Stored]) -> BTreeMap<String, Vec<usize>> {
    let mut ids: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, file) in stored.iter().enumerate().filter(|(_, file)| number_of(file.id()).is_some()) {
        ids.entry(file.id().to_owned()).or_default().push(at);
    }
    ids.retain(|_, files| files.len() > 1);
    ids
}

fn position(stored: &[Stored], path: &Path) -> Result<usize> {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let is = |file: &Stored| file.path.canonicalize().is_ok_and(|other| other == real);
    stored.iter().position(is).ok_or_else(|| {
        Error::new(format!("{} is no file of a revision", path.display())).hint("`autogen history -v` names the files")
    })
}

/// The one that moves.
fn choose(
    stored: &[Stored],
    id: &str,
    files: &[usize],
    count: usize,
    applied: &dyn Fn(&Stored) -> bool,
) -> Result<usize> {
    let [one, other] = files else {
        return Err(unclear(stored, format!("{} files hold revision {id}", files.len()), files));
    };
    let made = |at: &usize| instant(&stored[*at].revision.created);
    match (applied(&stored[*one]), applied(&stored[*other])) {
        (true, false) => Ok(*other),
        (false, true) => Ok(*one),
        // of several, which ones belong together cannot be seen
        (false, false) if count == 1 => match (made(one), made(other)) {
            (Some(first), Some(second)) if first < second => Ok(*other),
            (Some(first), Some(second)) if first > second => Ok(*one),
            _ => Err(unclear(stored, format!("which of the two files of revision {id} is newer is not known"), files)),
        },
        _ => Err(unclear(stored, format!("which file of revision {id} moves is not clear"), files)),
    }
}

fn unclear(stored: &[Stored], message: String, files: &[usize]) -> Error {
    let line = |at: &usize| format!("{} ({})", stored[*at].path.display(), stored[*at].revision.title());
    Error::no(message)
        .detail(files.iter().map(line).collect::<Vec<_>>().join("\n"))
        .hint("name every file of the branch that moves: `autogen rebase FILE…`")
}

/// What names a number means the file that keeps it, unless both are of the branch.
fn renumber(stored: &mut [Stored], twins: &BTreeMap<String, Vec<usize>>, moving: &BTreeSet<usize>) -> Option<String> {
    let mut next = stored.iter().filter_map(|file| number_of(file.id())).max().unwrap_or_default();
    let mut ids = BTreeMap::new();
    let mut by_number: Vec<usize> = moving.iter().copied().collect();
    by_number.sort_by_key(|at| number_of(stored[*at].id()));
    for at in &by_number {
        if twins.contains_key(stored[*at].id()) {
            next += 1;
            ids.insert(stored[*at].id().to_owned(), number(next));
        }
    }
    for at in &by_number {
        let revision = &mut stored[*at].revision;
        let new = |id: &String| ids.get(id).unwrap_or(id).clone();
        revision.parents = revision.parents.iter().map(new).collect();
        revision.depends_on = revision.depends_on.iter().map(new).collect();
        revision.id = new(&revision.id);
    }
    by_number.first().map(|at| stored[*at].id().to_owned())
}
