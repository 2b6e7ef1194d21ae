//! How is a question about a rename shown: to a person, to a program, and where it was answered, to a reviewer?

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Question, Settled};
use crate::candidates::{self, Candidate, shown};
use crate::kind::Id;
use crate::render::Remarks;

/// What it is called, without what it is in.
pub fn name(id: &Id) -> String {
    id.own_name().map(ToString::to_string).unwrap_or_default()
}

/// `column public.tasks.title -> name (87 %: same type text; same position)`
pub fn line(candidate: &Candidate) -> String {
    let name = name(&candidate.new);
    let Candidate { old, score, certain, reasons, above, .. } = candidate;
    let sure = if *certain { ", certain" } else { "" };
    let within = above.as_ref().map(|(_, new)| format!(", if {} is", shown(new))).unwrap_or_default();
    format!("{} -> {name} ({score} %{sure}{within}: {})", shown(old), why(reasons))
}

pub fn why(reasons: &[String]) -> String {
    if reasons.is_empty() { "nothing but the kind is the same".to_owned() } else { reasons.join("; ") }
}

/// As `--rename` takes it; `alone`: nothing of another kind that goes has the name.
pub fn renamed(old: &Id, new: &Id, alone: bool) -> String {
    format!("{}={}", if alone { old.qualified() } else { shown(old) }, name(new))
}

pub fn not_renamed(old: &Id, alone: bool) -> String {
    if alone { old.qualified() } else { shown(old) }
}

/// An option as it can be pasted into a shell.
pub fn option(name: &str, value: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "_.=-/:@%+,".contains(c);
    match value.chars().all(plain) {
        true => format!("{name} {value}"),
        false => format!("{name} '{}'", value.replace('\'', "'\\''")),
    }
}

/// The options that answer a question.
pub fn answers(question: &Question) -> Vec<String> {
    let yes = question.candidates.iter().map(|one| option("--rename", &renamed(&one.old, &one.new, question.alone)));
    yes.chain([option("--no-rename", &not_renamed(&question.old, question.alone))]).collect()
}

pub fn json(questions: &[Question]) -> Vec<Value> {
    let one = |question: &Question| {
        let new = question.candidates.iter().map(|one| {
            let mut value = json!({
                "name": one.new.qualified(),
                "score": one.score,
                "certain": one.certain,
                "reasons": one.reasons,
            });
            if let Some((old, new)) = &one.above {
                value["if"] = json!(renamed(old, new, false));
            }
            value
        });
        json!({
            "kind": candidates::kind(&question.old),
            "old": question.old.qualified(),
            "new": new.collect::<Vec<_>>(),
            "answer": answers(question),
        })
    };
    questions.iter().map(one).collect()
}

/// What `check` and `diff` say beside a difference.
pub fn lines(questions: &[Question]) -> Vec<String> {
    questions
        .iter()
        .flat_map(|question| &question.candidates)
        .map(|one| format!("perhaps renamed: {}", line(one)))
        .collect()
}

/// For a file's header, in one order, whichever way they came.
pub fn renames(settled: &Settled) -> Vec<String> {
    let decided = settled.decided.iter().map(|one| (&one.old, &one.new));
    let all = decided.chain(settled.passed.iter().map(|(old, new)| (old, new)));
    let by_id: BTreeMap<&Id, String> = all.map(|(old, new)| (old, renamed(old, new, false))).collect();
    by_id.into_values().collect()
}

/// The same of what is dropped, each with what it is called once the renames are made.
pub fn no_renames(settled: &Settled) -> BTreeMap<Id, String> {
    settled.denied.iter().map(|one| (settled.within(&one.old), not_renamed(&one.old, false))).collect()
}

/// For the statements.
pub fn remarks(settled: &Settled) -> Remarks {
    let mut remarks = Remarks::default();
    for one in &settled.decided {
        let said = match one.source.is_a_person() {
            true => "answered: a rename, and not a drop and a create",
            false => "taken for a rename, since it can be nothing else",
        };
        let reasons = if one.reasons.is_empty() { String::new() } else { format!(" ({})", why(&one.reasons)) };
        remarks.renamed.insert(one.new.clone(), format!("{said}{reasons}"));
    }
    for one in &settled.denied {
        let names: Vec<String> = one.looked_like.iter().map(Id::qualified).collect();
        let to = if names.is_empty() { String::new() } else { format!(" to {}", names.join(" or ")) };
        remarks.dropped.insert(settled.within(&one.old), format!("answered: no rename{to}, so it is dropped"));
    }
    remarks
}
