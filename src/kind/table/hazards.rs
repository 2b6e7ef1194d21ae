//! What should a person know before a table is made, changed or dropped?

use super::*;

pub fn of(change: Change<&Table>) -> Vec<Hazard> {
    match change {
        Change::Create(_) => Vec::new(),
        Change::Drop(old) if old.foreign.is_some() => vec![Hazard::instant(&old.name)],
        Change::Drop(old) => vec![Hazard::new(Risk::Loses, &old.name, format!("every row of {}", old.name))],
        Change::Rename { .. } => Vec::new(),
        Change::Alter { old, new } => altered(old, new),
    }
}

fn altered(old: &Table, new: &Table) -> Vec<Hazard> {
    let on = &new.name;
    let mut hazards = Vec::new();
    if !old.unlogged && new.unlogged {
        hazards.push(Hazard::new(Risk::Loses, on, format!("every row of {on} after a crash: an unlogged table is emptied then")));
    }
    if !new.inherits.iter().all(|parent| old.inherits.contains(parent)) {
        hazards.push(Hazard::new(Risk::MayFail, on, format!("{on} must have every column and check of what it inherits from")));
    }
    let partitioned = new.partitioning.is_some();
    if !partitioned && (old.unlogged != new.unlogged || old.method != new.method) {
        hazards.push(Hazard::new(Risk::Rewrites, on, format!("{on} and its indexes, under ACCESS EXCLUSIVE")));
    } else if !partitioned && old.tablespace != new.tablespace {
        hazards.push(Hazard::new(Risk::Rewrites, on, format!("{on} is copied to the other tablespace, under ACCESS EXCLUSIVE")));
    }
    if old.row_security != new.row_security && new.row_security {
        let text = format!("who does not own {on} sees no row of it unless a policy lets them");
        hazards.push(Hazard::new(Risk::Breaks, on, text));
    }
    let only_options = Table { options: new.options.clone(), ..old.clone() } == *new;
    hazards.push(match only_options {
        true => Hazard::new(Risk::Lock, on, format!("SHARE UPDATE EXCLUSIVE on {on}, instant")),
        false => Hazard::instant(on),
    });
    hazards
}
