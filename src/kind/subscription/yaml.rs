//! `subscriptions: { orders: { connection: host=shop dbname=shop, publications: [orders] } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::Stated;
use super::super::comment::Comment;
use super::super::document::{Declare, Given};
use super::super::shapes::Texts;
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::{Word, WordOrTruth};
use crate::spanned::Spanned;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "subscription")]
pub struct Declaration {
    /// As CREATE SUBSCRIPTION has it, without a password.
    pub connection: Option<Spanned<String>>,
    /// Those that it follows.
    pub publications: Texts,
    /// The name of the subscription unless said; `none`.
    pub slot_name: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Truth>>")]
    pub binary: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Streaming>>")]
    pub streaming: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Commit>>")]
    pub synchronous_commit: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Truth>>")]
    pub two_phase: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Truth>>")]
    pub disable_on_error: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Truth>>")]
    pub password_required: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Truth>>")]
    pub run_as_owner: Option<Spanned<String>>,
    #[schemars(with = "Option<Word<Origin>>")]
    pub origin: Option<Spanned<String>>,
    #[schemars(with = "Option<WordOrTruth<Truth>>")]
    pub failover: Option<Spanned<String>>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
}

const TRUTHS: [&str; 2] = ["true", "false"];
const STREAMING: [&str; 3] = ["off", "on", "parallel"];
const COMMITS: [&str; 5] = ["off", "local", "remote_write", "remote_apply", "on"];
const ORIGINS: [&str; 2] = ["any", "none"];

crate::json_schema::words!(Truth = TRUTHS);
crate::json_schema::words!(Streaming = STREAMING);
crate::json_schema::words!(Commit = COMMITS);
crate::json_schema::words!(Origin = ORIGINS);

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let stated = self.connection.as_ref().ok_or_else(|| {
            let error = scope.error(format!("`connection` of the subscription {} is missing", name.value), name);
            error.hint("add `connection:`, as in CREATE SUBSCRIPTION")
        })?;
        let (connection, secret) = connection::without_password(&stated.value);
        if secret {
            // without the line, which has it
            let error = crate::Error::new(format!("not supported: a password in the connection of {}", name.value)).at(scope.place(name));
            return Err(error.hint("models and revisions are committed: take it away, and keep it in a password file (passfile=…)"));
        }
        if self.publications.0.is_empty() {
            let error = scope.error(format!("the subscription {} follows nothing", name.value), name);
            return Err(error.hint("name at least one publication"));
        }
        let slot_name = match &self.slot_name {
            None => Some(scope.ident(name)?),
            Some(slot) if slot.value.eq_ignore_ascii_case("none") => None,
            Some(slot) => Some(scope.ident(slot)?),
        };
        let subscription = Subscription {
            name: scope.ident(name)?,
            connection,
            secret: Aside(false),
            publications: scope.distinct(&self.publications.0)?.into_iter().collect(),
            slot_name,
            options: self.options(scope)?,
        };
        draft.attach(Comment::of(subscription.id(), self.comment.as_deref()), given.place);
        Stated { owner: self.owner.as_ref(), privileges: None }.declare(&subscription.id(), scope, draft)?;
        draft.push(subscription, given.place.clone(), true);
        Ok(())
    }
}

impl Declaration {
    fn options(&self, scope: &Scope) -> Result<BTreeMap<Ident, String>> {
        let Self { binary, streaming, synchronous_commit, two_phase, disable_on_error, .. } = self;
        let Self { password_required, run_as_owner, origin, failover, .. } = self;
        let stated = [
            ("binary", binary, &TRUTHS[..]),
            ("streaming", streaming, &STREAMING),
            ("synchronous_commit", synchronous_commit, &COMMITS),
            ("two_phase", two_phase, &TRUTHS),
            ("disable_on_error", disable_on_error, &TRUTHS),
            ("password_required", password_required, &TRUTHS),
            ("run_as_owner", run_as_owner, &TRUTHS),
            ("origin", origin, &ORIGINS),
            ("failover", failover, &TRUTHS),
        ];
        let mut options = BTreeMap::new();
        for (name, text, known) in stated {
            let Some(text) = text else { continue };
            // YAML's own words for on and off are truth values
            let value = match text.value.to_lowercase().as_str() {
                "true" if !known.contains(&"true") => "on".to_owned(),
                "false" if !known.contains(&"false") => "off".to_owned(),
                value => value.to_owned(),
            };
            if !known.contains(&value.as_str()) {
                let error = scope.error(format!("`{name}` cannot be {}", text.value), text);
                return Err(error.hint(format!("it is one of {}", known.join(", "))));
            }
            if value != usual(name) || name == OPEN {
                options.insert(Ident::new(name), value);
            }
        }
        Ok(options)
    }
}
