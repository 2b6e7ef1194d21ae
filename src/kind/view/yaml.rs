//! `views: { open_tasks: { query: select id, title from tasks where not completed } }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached;
use super::super::document::{Declare, Given, by_name};
use super::super::renames::Renamed;
use super::super::grants::Declared;
use super::super::query::Stated;
use super::super::shapes::{Entries, Texts};
use super::super::view_default::ViewDefault;
use super::super::{rule, trigger};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::{Scalar, Word};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "view")]
pub struct Declaration {
    /// A SELECT.
    pub query: Spanned<String>,
    /// Other names for its columns.
    #[serde(default)]
    pub columns: Texts,
    /// Options, such as `security_barrier: true`.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    pub with: Entries<String>,
    /// What is written through it has to be seen through it.
    #[schemars(with = "Option<Word<CheckOption>>")]
    pub check_option: Option<Spanned<String>>,
    pub comment: Option<String>,
    pub owner: Option<Spanned<String>>,
    pub privileges: Option<Spanned<Declared>>,
    /// By column, what each role may do.
    #[serde(default)]
    pub column_privileges: Entries<Spanned<Declared>>,
    /// By column.
    #[serde(default)]
    pub column_comments: Entries<String>,
    /// By column, for what is inserted through it.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    pub column_defaults: Entries<Spanned<String>>,
    /// By name.
    #[serde(default)]
    pub triggers: Entries<Renamed<trigger::Declaration>>,
    /// By name.
    #[serde(default)]
    pub rules: Entries<Renamed<rule::Declaration>>,
}

crate::json_schema::words!(CheckOption = ["local", "cascaded"]);

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Some(name) = given.name else { return Ok(()) };
        let Self { query, columns, with, check_option, comment, owner, privileges, column_privileges, .. } = self;
        let Self { column_comments, column_defaults, triggers, rules, .. } = self;
        let view = View {
            name: scope.declared(name)?,
            query: Query::declared(query, columns, scope)?,
            options: IndexOptions::declared(with, scope)?,
            check_option: check_option.as_ref().map(|text| check(text, scope)).transpose()?,
        };
        let stated = Stated {
            comment: comment.as_deref(),
            columns: column_comments,
            attached: attached::Stated { owner: owner.as_ref(), privileges: privileges.as_ref() },
            column_privileges,
        };
        stated.declare(&view.id(), given, scope, draft)?;
        for (column, text) in &column_defaults.0 {
            let (expression, ty) = (scope.expression(text)?, Aside(None));
            let default = ViewDefault { view: view.name.clone(), column: scope.ident(column)?, expression, ty };
            draft.push(default, scope.place(column), true);
        }
        let first = draft.entries.len();
        let within = Given { name: None, table: Some(&view.name), ..given };
        by_name(triggers, Tag::Trigger, within, scope, draft)?;
        by_name(rules, Tag::Rule, within, scope, draft)?;
        draft.each(first, |object| match object {
            Object::Trigger(trigger) => trigger.on_view = Aside(true),
            Object::Rule(rule) => rule.on_view = Aside(true),
            _ => {}
        });
        draft.push(view, given.place.clone(), true);
        Ok(())
    }
}

fn check(text: &Spanned<String>, scope: &Scope) -> Result<String> {
    match text.value.as_str() {
        "local" | "cascaded" => Ok(text.value.clone()),
        other => Err(scope.error(format!("a check option cannot be {other}"), text).hint("it is local or cascaded")),
    }
}
