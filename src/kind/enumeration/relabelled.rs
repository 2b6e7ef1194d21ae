//! What becomes of rows as labels go, and as they come back?
//!
//! A label in whose place rows get one that others hold too is lost to them for good. One whose place a new label takes, and no
//! other's, is found again: the way back needs no further word.

use super::*;

/// Labels that took one label's place, on the way back of a mapping, or that give way to one.
fn gave_way<'a>(mapping: &'a Mapping, label: &'a str) -> impl Iterator<Item = &'a String> {
    let to = move |new: &Option<String>| new.as_deref() == Some(label);
    mapping.values.iter().filter(move |(_, new)| to(new)).map(|(old, _)| old)
}

/// The one label whose place this one took, where it was new.
fn only<'a>(mapping: &'a Mapping, label: &'a str) -> Option<&'a String> {
    let mut all = gave_way(mapping, label);
    all.next().filter(|_| all.next().is_none())
}

pub fn replaced(old: &Enumeration, new: &Enumeration, mapping: &Mapping) -> Values {
    let removed = Enumeration::removed(old, new).into_iter();
    let instead = |label: &str| match mapping.back {
        false => mapping.values.get(label).cloned(),
        true => only(mapping, label).filter(|was| new.labels.contains(was)).map(|was| Some(was.clone())),
    };
    removed.filter_map(|label| Some((label.to_owned(), instead(label)?))).collect()
}

pub fn hazards(old: &Enumeration, new: &Enumeration, mapping: &Mapping, used: bool) -> Vec<Hazard> {
    let hazard = |risk, text: String| Hazard { risk, on: Name::ty(&new.name), text, spared_by: None };
    let (removed, replaced) = (Enumeration::removed(old, new), replaced(old, new, mapping));
    let swapped = Enumeration::additions(old, new).is_none();
    let mut hazards = Vec::new();
    let stop: Vec<String> =
        removed.iter().filter(|label| !replaced.contains_key(**label)).map(|label| format!("'{label}'")).collect();
    if used && !stop.is_empty() {
        hazards.push(hazard(Risk::MayFail, format!("rows that hold {} stop it: change them first", stop.join(", "))));
    }
    for (label, instead) in replaced.iter().filter(|_| used) {
        hazards.push(match instead {
            None => hazard(Risk::Loses, format!("'{label}': rows that hold it get null")),
            Some(one) => {
                let found_again = mapping.back || !old.labels.contains(one) && only(mapping, one).is_some();
                let (risk, also) = match found_again {
                    true => (Risk::Rewrites, ""),
                    false => (Risk::OneWay, ", and nothing tells them apart afterwards"),
                };
                hazard(risk, format!("rows that hold '{label}' get '{one}'{also}"))
            }
        });
    }
    hazards.extend(kept(old, new, mapping).map(|text| hazard(Risk::OneWay, text)));
    if swapped && !used {
        hazards.push(hazard(Risk::Lock, "no table has a column of this type".into()));
    }
    if !removed.is_empty() {
        let labels: Vec<String> = removed.iter().map(|label| format!("'{label}'")).collect();
        hazards.push(hazard(Risk::Breaks, format!("programs that use {} fail from here on", labels.join(", "))));
    }
    hazards
}

/// On the way back, of each label that comes again: rows that lost it do not get it.
fn kept(old: &Enumeration, new: &Enumeration, mapping: &Mapping) -> impl Iterator<Item = String> {
    let again = |label: &&String| mapping.back && new.labels.contains(label) && !old.labels.contains(label);
    let given = |label: &str| replaced(old, new, mapping).values().any(|back| back.as_deref() == Some(label));
    let lost = mapping.values.iter().filter(move |(label, _)| again(label) && !given(label));
    let text = |(label, instead): (&String, &Option<String>)| match instead {
        Some(one) => format!("rows that got '{one}' for '{label}' keep it: nothing tells them apart any more"),
        None => format!("rows that got null for '{label}' keep it: nothing tells them apart any more"),
    };
    lost.map(text).collect::<Vec<_>>().into_iter()
}
