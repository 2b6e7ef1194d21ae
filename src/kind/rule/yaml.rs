//! `rules: { keep: { on: delete, definition: do instead nothing } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::Word;
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "rule")]
pub struct Declaration {
    /// The command that it is of.
    #[schemars(with = "Word<Event>")]
    pub on: Spanned<String>,
    /// What CREATE RULE says behind the table: `where … do instead …`.
    pub definition: Spanned<String>,
    /// In which sessions it fires; `origin` unless said.
    #[schemars(with = "Option<Word<Firing>>")]
    pub enabled: Option<Spanned<String>>,
    pub comment: Option<String>,
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let (Some(table), Some(name)) = (given.table, given.name) else { return Ok(()) };
        let event = Event::WORDS.iter().find(|(_, _, word, _)| *word == self.on.value.to_lowercase());
        let event = event.map(|(of, ..)| *of).ok_or_else(|| {
            let error = scope.error(format!("a rule cannot be on {}", self.on.value), &self.on);
            error.hint("it is on insert, update or delete; what SELECT gives, a view says")
        })?;
        let hint = "it is what CREATE RULE says behind the name of the table: `where … do instead …`";
        let text = &self.definition;
        let first = crate::lex::tokens(&text.value).ok().and_then(|tokens| Some(tokens.first()?.text.to_lowercase()));
        if !matches!(first.as_deref(), Some("where" | "do")) {
            return Err(scope.error("a rule begins with WHERE or DO", text).hint(hint));
        }
        let definition = Expr::statement(&text.value).map_err(|why| scope.error(why, text).hint(hint))?;
        let rule = Rule {
            table: table.clone(),
            name: scope.ident(name)?,
            on_view: Aside(false),
            event,
            definition: Expression::new(definition),
            enabled: Firing::declared(&self.enabled, scope)?,
        };
        draft.attach(Comment::of(rule.id(), self.comment.as_deref()), given.place);
        draft.push(rule, given.place.clone(), true);
        Ok(())
    }
}
