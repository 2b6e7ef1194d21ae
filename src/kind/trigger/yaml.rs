//! `triggers: { touch: { timing: before, events: [insert, update of title], for_each: row, function: touch } }`

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::{self, Scalar, Word};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "trigger")]
pub struct Declaration {
    #[schemars(with = "Option<Word<Timing>>")]
    pub timing: Option<Spanned<String>>,
    /// `insert`, `update`, `update of title`, `delete`, `truncate`.
    #[schemars(with = "Vec<EventText>")]
    pub events: Texts,
    /// `statement` unless said.
    #[schemars(with = "Option<Word<Each>>")]
    pub for_each: Option<Spanned<String>>,
    /// A condition over OLD and NEW.
    #[schemars(with = "Option<Scalar>")]
    pub when: Option<Spanned<String>>,
    /// One that returns trigger.
    pub function: Option<Spanned<String>>,
    /// Texts that the function is given.
    #[schemars(with = "Vec<Scalar>")]
    pub arguments: Texts,
    /// The name under which it sees the rows before.
    pub old_table: Option<Spanned<String>>,
    /// The name under which it sees the rows after.
    pub new_table: Option<Spanned<String>>,
    /// It is a constraint trigger.
    pub constraint: bool,
    /// It may run at the end of a transaction.
    pub deferrable: bool,
    /// It does, unless said otherwise.
    pub initially_deferred: bool,
    /// The other table of a constraint trigger.
    pub from: Option<Spanned<String>>,
    /// In which sessions it fires; `origin` unless said.
    #[schemars(with = "Option<Word<Enabled>>")]
    pub enabled: Option<Spanned<String>>,
    pub comment: Option<String>,
}

const TIMINGS: [(&str, Timing); 3] =
    [("before", Timing::Before), ("after", Timing::After), ("instead of", Timing::InsteadOf)];
const EACH: [(&str, bool); 2] = [("row", true), ("statement", false)];
const STATES: [Enabled; 4] = [Enabled::Origin, Enabled::Disabled, Enabled::Replica, Enabled::Always];

crate::json_schema::words!(of Timing = TIMINGS.map(|(word, _)| word));
crate::json_schema::words!(Each = EACH.map(|(word, _)| word));
crate::json_schema::words!(of Enabled = STATES.map(Enabled::word));

/// What stands in `events`.
struct EventText;

impl JsonSchema for EventText {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "event".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let words = ["insert", "update", "delete", "truncate"];
        let any_case = words.map(json_schema::any_case).join("|");
        let of = format!("{} {}", json_schema::any_case("update"), json_schema::any_case("of"));
        json_schema::any_of(vec![
            schemars::json_schema!({ "enum": words }),
            schemars::json_schema!({ "type": "string", "pattern": format!("^ *({any_case}|{of} .+) *$") }),
        ])
    }
}

/// The value that a word stands for.
fn choose<T: Copy>(words: &[(&str, T)], text: &Option<Spanned<String>>, usual: T, scope: &Scope) -> Result<T> {
    let Some(text) = text else { return Ok(usual) };
    let found = words.iter().find(|(word, _)| *word == text.value.to_lowercase());
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        scope.error(format!("`{}` is none of {}", text.value, known.join(", ")), text).hint("write one of these")
    })
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let (Some(table), Some(name)) = (given.table, given.name) else { return Ok(()) };
        let missing = |key: &str| scope.error(format!("`{key}` of the trigger {} is missing", name.value), name);
        if self.timing.is_none() {
            return Err(missing("timing").hint("add `timing: before`, after or instead of"));
        }
        let constraint = Constraint {
            deferrable: self.deferrable || self.initially_deferred,
            deferred: self.initially_deferred,
            from: self.from.as_ref().map(|text| scope.referred(text)).transpose()?,
        };
        if !self.constraint && constraint != Constraint::default() {
            return Err(scope
                .error(format!("the trigger {} is no constraint trigger and cannot be deferred", name.value), name)
                .hint("add `constraint: true`, or take `deferrable`, `initially_deferred` and `from` away"));
        }
        let function = self.function.as_ref().ok_or_else(|| missing("function").hint("name a function that returns trigger"))?;
        let named = |text: &Option<Spanned<String>>| text.as_ref().map(|text| scope.ident(text)).transpose();
        let trigger = Trigger {
            table: table.clone(),
            name: scope.ident(name)?,
            on_view: Aside(false),
            timing: choose(&TIMINGS, &self.timing, Timing::After, scope)?,
            events: events(&self.events, name, scope)?,
            each_row: choose(&EACH, &self.for_each, false, scope)?,
            old_table: named(&self.old_table)?,
            new_table: named(&self.new_table)?,
            condition: self.when.as_ref().map(|text| scope.expression(text)).transpose()?,
            function: scope.referred(function)?,
            arguments: self.arguments.0.iter().map(|text| text.value.clone()).collect(),
            constraint: self.constraint.then_some(constraint),
            enabled: choose(&STATES.map(|state| (state.word(), state)), &self.enabled, Enabled::Origin, scope)?,
        };
        draft.attach(Comment::of(trigger.id(), self.comment.as_deref()), given.place);
        draft.push(trigger, given.place.clone(), true);
        Ok(())
    }
}

/// `insert`, `update of a, b`
fn events(texts: &Texts, name: &Spanned<String>, scope: &Scope) -> Result<Events> {
    let hint = "events are insert, update, update of columns, delete and truncate";
    let mut events = Events::default();
    if texts.0.is_empty() {
        return Err(scope.error(format!("the trigger {} has no events", name.value), name).hint(hint));
    }
    for text in &texts.0 {
        let wrong = || scope.error(format!("`{}` is no event", text.value), text).hint(hint);
        let lower = text.value.trim().to_lowercase();
        match lower.as_str() {
            "insert" => events.insert = true,
            "delete" => events.delete = true,
            "truncate" => events.truncate = true,
            "update" => events.update = true,
            of if of.starts_with("update of ") => {
                events.update = true;
                let list = &text.value.trim()["update of ".len()..];
                for item in crate::lex::items(list) {
                    let parts = crate::lex::name_parts(item).filter(|parts| parts.len() == 1).ok_or_else(wrong)?;
                    events.columns.extend(parts.into_iter().map(Ident::new));
                }
            }
            _ => return Err(wrong()),
        }
    }
    Ok(events)
}

pub fn write(trigger: &Trigger, schema: &Ident) -> Fields {
    let Trigger { timing, events, each_row, old_table, new_table, condition, function, arguments, .. } = trigger;
    let name = |name: &Option<Ident>| name.as_ref().map(|name| Doc::text(name.as_str()));
    let from = trigger.constraint.as_ref().and_then(|constraint| constraint.from.as_ref());
    let is = |of: fn(&Constraint) -> bool| trigger.constraint.as_ref().is_some_and(of);
    Fields::default()
        .put("timing", Doc::text(timing.keyword().to_lowercase()))
        .put("events", Doc::List(events.words().into_iter().map(Doc::Text).collect()))
        .put("for_each", each_row.then(|| Doc::text("row")))
        .put("old_table", name(old_table))
        .put("new_table", name(new_table))
        .put("when", condition.as_ref().map(|condition| Doc::text(&condition.written)))
        .put("function", Doc::Text(crate::draft::write_name(function, schema.as_str())))
        .put("arguments", (!arguments.is_empty()).then(|| Doc::List(arguments.iter().map(Doc::text).collect())))
        .when("constraint", trigger.constraint.is_some())
        .when("deferrable", is(|constraint| constraint.deferrable && !constraint.deferred))
        .when("initially_deferred", is(|constraint| constraint.deferred))
        .put("from", from.map(|table| Doc::Text(crate::draft::write_name(table, schema.as_str()))))
        .put("enabled", (trigger.enabled != Enabled::Origin).then(|| Doc::text(trigger.enabled.word())))
}
