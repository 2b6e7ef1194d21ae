//! What does an answer name in this database, and does it answer anything?

use std::collections::BTreeMap;

use super::given::{Given, Source};
use super::{Decided, Denied, Settled, Sides, can_be_stated, has_name, show};
use crate::candidates::{self, kind, shown};
use crate::error::{Error, Result, did_you_mean};
use crate::kind::Id;
use crate::name::Ident;

/// Takes over the answers that name something; gives those back that do not, each with what is wrong with it.
pub fn resolve(given: Vec<Given>, sides: &Sides, settled: &mut Settled) -> Result<Vec<(Given, Error)>> {
    let mut given = given;
    // what is in a table is called by where it will be
    given.sort_by_key(|one| one.path.len());
    let mut rest = Vec::new();
    for one in given {
        match take(&one, sides, settled) {
            Ok(()) => {}
            Err(Wrong::Nothing(error)) => rest.push((one, error)),
            Err(Wrong::Contradiction(_)) if one.source == Source::Before => {}
            Err(Wrong::Contradiction(error)) => return Err(one.source.place(error)),
        }
    }
    Ok(rest)
}

enum Wrong {
    /// It may be there once others have been renamed.
    Nothing(Error),
    Contradiction(Error),
}

fn take(one: &Given, sides: &Sides, settled: &mut Settled) -> Result<(), Wrong> {
    let old = find(one, sides).map_err(Wrong::Nothing)?;
    let contradiction = |text: String| Wrong::Contradiction(Error::new(text).hint("keep one of the two answers"));
    let earlier = settled.decided.iter().find(|other| other.old == old).map(|other| &other.new);
    let denied = settled.denied.iter().any(|other| other.old == old);
    let Some(to) = &one.to else {
        if let Some(new) = earlier {
            return Err(contradiction(format!(
                "`{}`: {} is renamed to {} as well",
                one.text,
                shown(&old),
                new.qualified()
            )));
        }
        if !denied {
            let looked_like = sides.candidates.iter().filter(|candidate| candidate.old == old);
            let looked_like = looked_like.map(|candidate| candidate.new.clone()).collect();
            settled.denied.push(Denied { old, looked_like });
        }
        return Ok(());
    };
    let new = new_id(&old, to, settled);
    if denied {
        return Err(contradiction(format!("`{}`: {} is said to be no rename as well", one.text, shown(&old))));
    }
    if let Some(other) = earlier {
        return match *other == new {
            true => Ok(()),
            false => Err(contradiction(format!(
                "`{}`: {} is renamed to {} as well",
                one.text,
                shown(&old),
                other.qualified()
            ))),
        };
    }
    if let Some(other) = settled.decided.iter().find(|other| other.new == new) {
        return Err(contradiction(format!(
            "`{}`: {} becomes {} as well",
            one.text,
            shown(&other.old),
            new.qualified()
        )));
    }
    wanted(one, &old, &new, sides).map_err(Wrong::Nothing)?;
    if !can_be_stated(&old, &new, sides) {
        return Err(Wrong::Contradiction(
            Error::new(format!("not supported: `{}`: a rename of {}", one.text, shown(&old)))
                .hint("leave the answer out: it is dropped and made anew"),
        ));
    }
    let found = sides.candidates.iter().find(|candidate| candidate.old == old && candidate.new == new);
    let reasons = found.map(|candidate| candidate.reasons.clone()).unwrap_or_default();
    settled.decided.push(Decided { old, new, reasons, source: one.source.clone() });
    Ok(())
}

/// Under the new name, in what it is in as that will be called.
fn new_id(old: &Id, to: &Ident, settled: &Settled) -> Id {
    settled.within(&old.under_the_name(to))
}

fn find(one: &Given, sides: &Sides) -> Result<Id> {
    let found: Vec<&Id> = sides.gone.iter().filter(|id| fits(one, id, sides.schema)).collect();
    match found.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(nothing(one, sides)),
        several => {
            let error = Error::new(format!("`{}` may mean any of {}", one.text, several.len()));
            let listed = several.iter().map(|id| shown(id)).collect::<Vec<_>>().join("\n");
            Err(error.detail(listed).hint("write the kind before the name, and all parts of the name"))
        }
    }
}

fn nothing(one: &Given, sides: &Sides) -> Error {
    let stays = sides.base.objects().keys().find(|id| fits(one, id, sides.schema));
    if let Some(id) = stays {
        return Error::new(format!("`{}`: {} stays as it is called", one.text, shown(id)))
            .hint("an answer is about what is in the database and in no model any more");
    }
    let error = Error::new(format!("`{}`: nothing of that name goes", one.text));
    let names: Vec<String> = sides.gone.iter().filter(|id| has_name(id)).map(Id::qualified).collect();
    match did_you_mean(&one.path.join("."), names.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("`autogen diff` shows what goes and what comes"),
    }
}

fn fits(one: &Given, id: &Id, schema: &str) -> bool {
    if !has_name(id) || one.kind.as_ref().is_some_and(|wanted| *wanted != kind(id)) {
        return false;
    }
    let path: Vec<&str> = id.path.iter().map(Ident::as_str).collect();
    let (names, signature) = if id.tag.is_routine() { path.split_at(path.len().min(2)) } else { (&path[..], &[][..]) };
    let same_types =
        |types: &String| signature.first().is_some_and(|own| own.replace(' ', "") == types.replace(' ', ""));
    let without = names.strip_prefix(&[schema]).filter(|rest| !rest.is_empty());
    let same = |names: &[&str]| names == one.path.iter().map(String::as_str).collect::<Vec<_>>();
    one.signature.as_ref().is_none_or(same_types) && (same(names) || without.is_some_and(same))
}

/// The new name has to be that of something that comes.
fn wanted(one: &Given, old: &Id, new: &Id, sides: &Sides) -> Result<()> {
    if sides.come.contains(new) {
        return Ok(());
    }
    let error = match sides.base.get(new) {
        Some(_) => Error::new(format!("`{}`: {} is in the database already", one.text, shown(new))),
        None => Error::new(format!("`{}`: no model declares {}", one.text, shown(new))),
    };
    let alike = |id: &&Id| id.tag == old.tag && id.path.len() == old.path.len();
    let names: BTreeMap<String, &Id> =
        sides.come.iter().filter(alike).filter_map(|id| Some((id.own_name()?.to_string(), id))).collect();
    match did_you_mean(&show::name(new), names.keys().map(String::as_str)) {
        Some(near) => Err(error.hint(format!("did you mean `{near}`?"))),
        None => Err(error.hint("state the name as the model has it, without schema and table")),
    }
}

/// Answers of the revision that is written anew hold where nothing else is said of the same thing.
pub fn without_outdated(remembered: Vec<Given>, given: &[Given], sides: &Sides) -> Vec<Given> {
    let said = |one: &Given| {
        let Ok(old) = find(one, sides) else { return false };
        let same = |other: &Given| find(other, sides).is_ok_and(|id| id == old);
        let taken = |other: &Given| {
            other.to.is_some() && other.to == one.to && candidates::kind(&old) == other.kind.clone().unwrap_or_default()
        };
        given.iter().any(|other| same(other) || taken(other))
    };
    remembered.into_iter().filter(|one| !said(one)).collect()
}
