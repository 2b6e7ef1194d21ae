//! `event_triggers: { no_drops: { event: sql_drop, tags: [DROP TABLE], function: no_drops } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Word;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "event_trigger")]
pub struct Declaration {
    #[schemars(with = "Word<Event>")]
    pub event: Spanned<String>,
    /// Only on these commands: `DROP TABLE`.
    #[serde(default)]
    pub tags: Texts,
    /// One that returns event_trigger.
    pub function: Spanned<String>,
    /// In which sessions it fires; `origin` unless said.
    #[schemars(with = "Option<Word<Firing>>")]
    pub enabled: Option<Spanned<String>>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

const EVENTS: [&str; 5] = ["ddl_command_start", "ddl_command_end", "sql_drop", "table_rewrite", "login"];

crate::json_schema::words!(Event = EVENTS);

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let event = self.event.value.to_lowercase();
        if !EVENTS.contains(&event.as_str()) {
            let error = scope.error(format!("an event trigger cannot be on {event}"), &self.event);
            return Err(error.hint(format!("it is on one of {}", EVENTS.join(", "))));
        }
        let trigger = EventTrigger {
            name: scope.ident(name)?,
            event: Ident::new(event),
            tags: self.tags.0.iter().map(|tag| tag.value.to_uppercase()).collect(),
            function: scope.referred(&self.function)?,
            enabled: Firing::declared(&self.enabled, scope)?,
        };
        draft.attach(Comment::of(trigger.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&trigger.id(), scope, draft)?;
        draft.push(trigger, given.place.clone(), true);
        Ok(())
    }
}
