//! Is an expression of the models the same as the live one?
//!
//! Equal text is equal. Else a proof may do ([`super::prove`]). What is open goes to the server, both sides, until its
//! spelling is stable, and the stable spellings are compared. Expressions that are new are asked about too, so that a
//! mistake in a model is found before a revision is written.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::prove;
use super::relations;
use super::stand_in::StandIns;
use crate::catalog::{Externals, Lookup};
use crate::draft::Entry;
use crate::error::{Error, Place, Result};
use crate::introspect::Live;
use crate::kind::{ColumnShape, Expression, Id, Name, Object, Role, Space, Tag};
use crate::name::{Ident, Qualified};
use crate::sql::Sql;

/// One expression as it would stand in a table or in a domain.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The table, or the domain.
    pub table: Qualified,
    pub role: Role,
    pub text: String,
    /// Its stable spelling is wanted; else only whether it is right at all.
    pub settle: bool,
}

/// What the server makes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Its spelling, which it gives back unchanged.
    Spelled(String),
    Failed {
        code: String,
        message: String,
    },
    /// Nothing could be tried, which says nothing of the expression.
    Untold(String),
}

/// A table to try expressions in, and what else must be there for a question on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Twin {
    /// With their types, in order.
    pub columns: Vec<ColumnShape>,
    /// The primary key, by which a query may be grouped.
    pub key: Vec<Ident>,
    /// Of what is a query and no table.
    pub query: Option<Sql>,
    /// Relations that have to be made before, in order: those that the text speaks of and that are not there as they are wanted.
    pub on: Vec<Qualified>,
}

/// Who can be asked; the server, outside of tests.
pub trait Asker {
    /// An answer to each question.
    fn ask(
        &mut self,
        questions: &[Question],
        twins: &BTreeMap<Qualified, Twin>,
        stand_ins: &StandIns,
    ) -> Result<Vec<Answer>>;

    /// Whether the server can install this version (with `from`, over that one), and if not, which ones it can.
    fn installs(&mut self, name: &Ident, version: &str, from: Option<&str>) -> Result<Installs>;

    /// The names that these extensions would bring.
    fn brought(&mut self, extensions: &[&Object]) -> Result<Externals>;

    /// For each of the extensions, others that it requires.
    fn required(&mut self, extensions: &[Ident]) -> Result<BTreeMap<Ident, Vec<Ident>>>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installs {
    Yes,
    No { instead: Vec<String> },
}

/// Something that could not be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub id: Id,
    pub reason: String,
    pub place: Option<Place>,
}

/// An expression of the models that no live text is yet known to equal.
struct Open {
    entry: usize,
    slot: usize,
    wanted: Question,
    /// Live texts that it may equal.
    live: Vec<Question>,
}

/// Of the entries from the `first`-th on; `there` are the objects of `live`.
pub fn canonical(
    entries: &mut [Entry],
    first: usize,
    live: &Live,
    there: &Lookup,
    asker: &mut dyn Asker,
) -> Result<Vec<Unknown>> {
    let open = settle(entries, first, live, there);
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let mut questions: BTreeSet<Question> = BTreeSet::new();
    for one in &open {
        questions.insert(one.wanted.clone());
        questions.extend(one.live.iter().cloned());
    }
    let questions: Vec<Question> = questions.into_iter().collect();
    let tables: BTreeSet<&Qualified> = questions.iter().map(|question| &question.table).collect();
    let stand_ins = StandIns::of(entries, live, &tables);
    let twins = relations::twins(entries, live, &questions, &stand_ins);
    let answers = asker.ask(&questions, &twins, &stand_ins)?;
    let answers: BTreeMap<&Question, &Answer> = questions.iter().zip(&answers).collect();
    let known = ToCome {
        fresh: entries
            .iter()
            .any(|entry| entry.object.brings_names() && live.catalog.get(&entry.object.id()).is_none()),
        ours: names(entries),
        parts: relations::to_come(entries),
    };
    let mut unknowns = Vec::new();
    for one in &open {
        let verdict = verdict(one, &answers);
        let entry = &mut entries[one.entry];
        tell(entry, one, &answers);
        let id = entry.object.id();
        let untold = match verdict {
            Verdict::Equals(text) => {
                spell(entry, one.slot, text);
                None
            }
            Verdict::Different => None,
            Verdict::Failed { code, message } => known
                .untold(&code, &message, &one.wanted)
                .map_err(|()| wrong(&id, &one.wanted.text, &message).at(entry.place.clone()))?,
            Verdict::Untold(reason) => Some(reason),
        };
        if let Some(reason) = untold.filter(|_| !one.live.is_empty()) {
            unknowns.push(Unknown { id, reason, place: Some(entry.place.clone()) });
            // neither equal nor different: left as a live one is, and named
            if let Some(text) = unclaimed(entries, one).map(|question| question.text) {
                spell(&mut entries[one.entry], one.slot, text);
            }
        }
    }
    Ok(unknowns)
}

/// What the server made of the text, to the object that it is of.
fn tell(entry: &mut Entry, open: &Open, answers: &BTreeMap<&Question, &Answer>) {
    if open.wanted.role.is_made() {
        entry.object.learn(match answers.get(&open.wanted) {
            Some(Answer::Spelled(text)) => Some(text),
            _ => None,
        });
    }
}

/// What the models make, and a text may speak of before it is there.
struct ToCome {
    /// An extension that may bring any name.
    fresh: bool,
    ours: BTreeSet<String>,
    /// Columns and routines.
    parts: BTreeSet<String>,
}

impl ToCome {
    /// Why a failure says nothing of the text; `None` where it is one that no live text can be equal to, `Err` where it is wrong.
    fn untold(&self, code: &str, message: &str, question: &Question) -> Result<Option<String>, ()> {
        // what it mentions is still to be made
        if missing(code) && mentions_any(message, &self.ours) {
            return Ok(None);
        }
        // a column that is about to be renamed, a routine that is about to be made, under the types that it is called with
        let may_come = missing(code) && question.role.is_made() || code == "42883";
        if may_come && relations::is_to_come(message, &self.parts) {
            return Ok(None);
        }
        if !missing(code) && !invalid(code) {
            return Ok(Some(format!("{message} (SQLSTATE {code})")));
        }
        if !self.fresh || code == "42703" || code == "42601" { Err(()) } else { Ok(None) }
    }
}

fn spell(entry: &mut Entry, slot: usize, text: String) {
    if let Some(slot) = entry.object.expressions().into_iter().nth(slot) {
        slot.expression.canonical = text;
    }
}

/// The first live text that no other entry of the same parent bears: several that nobody named may all be untold.
fn unclaimed(entries: &mut [Entry], open: &Open) -> Option<Question> {
    if entries[open.entry].named {
        return open.live.first().cloned();
    }
    let place = |entry: &Entry| (entry.object.id().tag, entry.object.parent());
    let own = place(&entries[open.entry]);
    let mut claimed = BTreeSet::new();
    for (n, entry) in entries.iter_mut().enumerate() {
        if n != open.entry && place(entry) == own {
            claimed.extend(entry.object.expressions().into_iter().map(|slot| slot.expression.canonical.clone()));
        }
    }
    open.live.iter().find(|question| !claimed.contains(&question.text)).cloned()
}

enum Verdict {
    Equals(String),
    Different,
    Failed { code: String, message: String },
    Untold(String),
}

fn verdict(open: &Open, answers: &BTreeMap<&Question, &Answer>) -> Verdict {
    let wanted = match answers.get(&open.wanted) {
        Some(Answer::Spelled(text)) => text,
        Some(Answer::Failed { code, message }) => {
            return Verdict::Failed { code: code.clone(), message: message.clone() };
        }
        Some(Answer::Untold(reason)) => return Verdict::Untold(reason.clone()),
        None => return Verdict::Untold("the server gave no answer".into()),
    };
    let mut verdict = Verdict::Different;
    for question in &open.live {
        match answers.get(question) {
            Some(Answer::Spelled(spelled)) if spelled == wanted => return Verdict::Equals(question.text.clone()),
            Some(Answer::Untold(reason)) => verdict = Verdict::Untold(reason.clone()),
            // over the columns as they are wanted a live text may well be wrong; any other failure says nothing
            Some(Answer::Failed { code, message }) if !missing(code) && !invalid(code) => {
                verdict = Verdict::Untold(format!("{message} (SQLSTATE {code})"));
            }
            _ => {}
        }
    }
    verdict
}

/// Gives every expression that equals a live one its spelling, as far as text and proof go; the rest is open.
fn settle(entries: &mut [Entry], first: usize, live: &Live, there: &Lookup) -> Vec<Open> {
    let tags: BTreeSet<Tag> =
        entries[first..].iter().filter(|entry| !entry.named).map(|entry| entry.object.tag()).collect();
    let mut unnamed: FxHashMap<(Tag, Option<Id>), Vec<&Object>> = FxHashMap::default();
    for (id, object) in live.catalog.objects().iter().filter(|(id, _)| tags.contains(&id.tag)) {
        unnamed.entry((id.tag, object.parent())).or_default().push(object);
    }
    let divided: BTreeMap<Qualified, String> = entries
        .iter()
        .filter_map(|entry| entry.object.divides())
        .map(|(table, by)| (table.clone(), by.to_string()))
        .collect();
    let mut open = Vec::new();
    for (n, entry) in entries.iter_mut().enumerate().skip(first) {
        let id = entry.object.id();
        let namesake = there.get(&id).filter(|_| entry.named);
        if namesake == Some(&&entry.object) {
            continue;
        }
        let partners: Vec<&Object> = match entry.named {
            true => namesake.into_iter().copied().collect(),
            false => unnamed.get(&(id.tag, entry.object.parent())).cloned().unwrap_or_default(),
        };
        for (at, slot) in entry.object.expressions().into_iter().enumerate() {
            let mut texts = Vec::new();
            for partner in &partners {
                let mut partner = (*partner).clone();
                let same_role =
                    partner.expressions().into_iter().nth(at).filter(|other| other.role.is_like(&slot.role));
                texts.extend(same_role.map(|other| (other.role, other.expression.written.text().to_owned())));
            }
            let alike = texts.iter().filter(|(role, _)| *role == slot.role).map(|(_, text)| text);
            if let Some(equal) = proved(slot.expression, &alike.cloned().collect::<Vec<_>>()) {
                slot.expression.canonical = equal;
                continue;
            }
            let text = slot.expression.written.text().to_owned();
            let settle = !texts.is_empty();
            let role = |role: Role| match role {
                Role::Bound(_) => Role::Bound(divided.get(&slot.table).cloned().unwrap_or_default()),
                role => role,
            };
            let question = |(of, text)| Question { table: slot.table.clone(), role: role(of), text, settle };
            let live = texts.into_iter().map(question).collect();
            let wanted = question((slot.role.clone(), text));
            open.push(Open { entry: n, slot: at, wanted, live });
        }
    }
    open
}

fn proved(expression: &Expression, texts: &[String]) -> Option<String> {
    let text = expression.written.text();
    texts.iter().find(|other| *other == text).or_else(|| texts.iter().find(|other| prove::equal(text, other))).cloned()
}

/// The names that the models make, as a message of the server has them.
fn names(entries: &[Entry]) -> BTreeSet<String> {
    let shown = |name: Name| {
        let parts: Vec<&str> = name.path.iter().map(Ident::as_str).collect();
        [parts.join("."), parts.last().map_or(String::new(), |last| (*last).to_owned())]
    };
    let made = |name: &Name| {
        matches!(
            name.space,
            Space::Schema | Space::Relation | Space::Type | Space::Collation | Space::TextSearchConfiguration
        )
    };
    entries.iter().flat_map(|entry| entry.object.occupies()).filter(made).flat_map(shown).collect()
}

/// `relation "public.s" does not exist`: the first thing in quotes is the one that is missing. The server does not double
/// the quotes that the name itself may hold.
fn mentions_any(message: &str, names: &BTreeSet<String>) -> bool {
    let Some((_, quoted)) = message.split_once('"') else { return false };
    let ends = |after: &str| after.trim_start_matches("[]").starts_with('"');
    match quoted.split_once('"') {
        // a stand-in that could not be made stands for what is to come
        Some((missing, _)) if names.contains(missing.trim_start_matches("pg_temp.").trim_end_matches("[]")) => true,
        _ => names.iter().any(|name| name.contains('"') && quoted.strip_prefix(name.as_str()).is_some_and(ends)),
    }
}

/// Undefined column, function, object, table, schema: 42703, 42883, 42704, 42P01, 3F000.
fn missing(code: &str) -> bool {
    ["42703", "42883", "42704", "42P01", "3F000"].contains(&code)
}

/// The text is no expression that could stand there: syntax, types, volatility, aggregates, bad literals.
fn invalid(code: &str) -> bool {
    code.starts_with("22")
        || ["42601", "42804", "42P17", "42803", "42P20", "0A000", "42P10", "42725", "42846"].contains(&code)
}

fn wrong(id: &Id, text: &str, message: &str) -> Error {
    let error = Error::new(format!("the expression of {id} is wrong: {message}")).detail(format!("expression: {text}"));
    let bare = text.chars().all(|c| c.is_alphanumeric() || c == '_');
    if bare && message.contains("column") {
        return error.hint(format!("a text is written with SQL's own quotes inside YAML's: \"'{text}'\""));
    }
    error.hint("the server read it as it would stand there; correct the model")
}
