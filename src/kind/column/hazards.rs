//! What does a change of a column lock, rewrite, lose or risk?
//!
//! Facts measured on PostgreSQL 15: which `ADD COLUMN` rewrites. What a change of type takes is [`super::retype`]'s.

use super::*;

pub fn of(change: Change<&Column>) -> Vec<Hazard> {
    match change {
        // no row of it is here
        Change::Create(column) | Change::Drop(column) | Change::Alter { new: column, .. } if column.foreign.0 => {
            vec![Hazard::instant(&column.table)]
        }
        Change::Create(new) => added(new),
        Change::Drop(old) => dropped(old),
        Change::Rename { .. } => Vec::new(),
        Change::Alter { old, new } => altered(old, new),
    }
}

/// As its values move to a type that takes the place of theirs.
pub fn carrying(old: &Column, new: &Column, carriage: &Carriage) -> Result<Vec<Hazard>, [String; 2]> {
    if new.ty.user_type().is_none() {
        return Ok(Vec::new());
    }
    let (key, on) = (new.key(), &new.table);
    if old.ty.base() != new.ty.base() {
        let why = format!("{key} changes from {} to {} while a second type takes the place of the first", old.ty, new.ty);
        return Err([why, "make the two changes in two revisions".into()]);
    }
    let takes_null = new.ty.array || carriage.lists || !old.not_null && !new.not_null;
    match carriage.null().filter(|_| !takes_null) {
        Some(value) => Err([format!("'{value}' becomes null, and {key} is NOT NULL"), NO_NULL.into()]),
        None => Ok(vec![Hazard::new(Risk::Rewrites, on, format!("{on} and its indexes, under ACCESS EXCLUSIVE"))]),
    }
}

fn added(new: &Column) -> Vec<Hazard> {
    let on = &new.table;
    if new.generated.is_some() && !new.is_virtual || new.identity.is_some() {
        return vec![Hazard::new(Risk::Rewrites, on, format!("{on} under ACCESS EXCLUSIVE, to fill the column"))];
    }
    let instant = Hazard::instant(on);
    if !new.not_null {
        return vec![instant];
    }
    let text = format!("any row in {on} stops it, since {} is NOT NULL and has no default: give it one, or a `backfill:`", new.key());
    let default = Name::new(Space::Default, [&new.table.schema, &new.table.name, &new.name]);
    vec![Hazard { spared_by: Some(default), ..Hazard::new(Risk::MayFail, on, text) }, instant]
}

fn dropped(old: &Column) -> Vec<Hazard> {
    let text = match old.generated {
        Some(_) => return vec![Hazard::instant(&old.table)],
        None => format!("every value of {}", old.key()),
    };
    vec![Hazard::new(Risk::Loses, &old.table, text), Hazard::instant(&old.table)]
}

fn altered(old: &Column, new: &Column) -> Vec<Hazard> {
    let on = &new.table;
    let mut hazards = Vec::new();
    if old.ty != new.ty || old.collation != new.collation {
        hazards.extend(retype::hazards(old, new));
    }
    let checked = !new.not_null_constraint.not_valid && (!old.not_null || old.not_null_constraint.not_valid);
    if checked && new.not_null {
        hazards.push(Hazard::new(Risk::MayFail, on, format!("rows where {} is null stop it", new.key())));
        hazards.push(Hazard::new(Risk::Blocks, on, format!("reads and writes of {on} while all rows are checked")));
    }
    if old.identity.is_some() && new.identity.is_none() {
        let lost = Hazard::new(Risk::Loses, on, format!("the position of the sequence behind {}", old.key()));
        hazards.push(Hazard { spared_by: Some(Name::position(&old.id())), ..lost });
    }
    if old.identity.is_none() && new.identity.is_some() {
        let text = format!("ACCESS EXCLUSIVE on {on}; its sequence goes on behind the values of {}", new.key());
        let behind = Hazard::new(Risk::Lock, on, text);
        hazards.push(Hazard { spared_by: Some(Name::position(&old.id())), ..behind });
    }
    if hazards.iter().all(|hazard| hazard.spared_by.is_some()) {
        hazards.push(Hazard::instant(on));
    }
    hazards
}
