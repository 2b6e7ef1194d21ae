//! `rename: { from: title }`, at once or, with `two_step: true`, for two deploys; and so another type under one name.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::casts::{Passage, Touch};
use super::*;
use crate::draft::{Draft, RenameHint, Scope, TwoStep};
use crate::spanned::Spanned;

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "rename")]
pub struct Renaming {
    /// The name that it had.
    from: Spanned<String>,
    /// Both columns are there for a while, and are kept equal.
    #[serde(default)]
    pub two_step: bool,
    /// How the values are copied.
    batch: Option<u64>,
    /// Between two batches: `50ms`.
    pause: Option<Spanned<String>>,
}

/// `change: { two_step: true, batch: 5000, pause: 50ms }`
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "change")]
pub struct Changing {
    /// Both columns are there for a while, and are kept equal.
    two_step: bool,
    /// How many rows are copied at once.
    batch: Option<u64>,
    /// Between two batches: `50ms`.
    pause: Option<Spanned<String>>,
}

impl Renaming {
    /// `other` is what else the column says of where its values come from.
    pub fn declare(at: &Spanned<Self>, other: Option<&str>, column: &Column, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Self { from, two_step, batch, pause } = &at.value;
        if let Some(other) = other {
            let error = scope.error(format!("column {} has both `rename` and {other}", column.key()), at);
            return Err(error.hint("keep one of the two"));
        }
        let hint = RenameHint { id: column.id(), from: scope.ident(from)?, place: scope.place(from) };
        let pace = backfill::pace(*batch, pause.as_ref(), scope)?;
        match two_step {
            true => draft.two_steps.push(TwoStep { hint, one_name: false, pace }),
            false if batch.is_some() || pause.is_some() => {
                let error = scope.error("a rename at once copies nothing, in batches or otherwise", at);
                return Err(error.hint("take `batch` and `pause` away, or say `two_step: true`"));
            }
            false => draft.renames.push(hint),
        }
        Ok(())
    }
}

impl Changing {
    /// `other` is what else the column says of where its values come from.
    pub fn declare(at: &Spanned<Self>, other: Option<&str>, column: &Column, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let Self { two_step, batch, pause } = &at.value;
        if !two_step {
            let Some(what) = batch.map(|_| "`batch`").or(pause.as_ref().map(|_| "`pause`")) else { return Ok(()) };
            let error = scope.error("a change at once copies nothing, in batches or otherwise", at);
            return Err(error.hint(format!("take {what} away, or say `two_step: true`")));
        }
        if let Some(other) = other {
            let error = scope.error(format!("column {} has both `change` and {other}", column.key()), at);
            return Err(error.hint("keep one of the two"));
        }
        let hint = RenameHint { id: column.id(), from: column.name.clone(), place: scope.place(at) };
        let pace = backfill::pace(*batch, pause.as_ref(), scope)?;
        draft.two_steps.push(TwoStep { hint, one_name: true, pace });
        Ok(())
    }
}

/// Of a passage from a column to another.
pub struct Between<'a> {
    pub from: &'a Column,
    pub to: &'a Column,
    /// What the models say of it, over the row.
    pub stated: Option<&'a Expr>,
}

impl Between<'_> {
    pub fn crossing(&self, casts: &Casts) -> Crossing {
        let Self { from, to, stated } = self;
        let way = casts.way(&from.ty, &to.ty);
        let converted = |value: Sql| retype::conversion(value.clone(), &way, &to.ty).unwrap_or(value);
        let (value, of_new) = match stated {
            Some(stated) => {
                let rows = Sql::new().kw("(SELECT").sql(&stated.as_operand()).kw("FROM (SELECT new.*) AS");
                ((*stated).clone(), rows.ident(&to.table.name).glued(")"))
            }
            None => {
                let value = converted(Sql::new().ident(&from.name));
                let of_new = converted(Sql::new().path(&[Ident::new("new"), from.name.clone()]));
                (Expr::from_server(value.to_string()), of_new)
            }
        };
        Crossing { value, of_new, to: to.ty.clone(), way, stated: stated.is_some() }
    }
}

impl Column {
    /// Why its values cannot be another column's too.
    pub fn not_copied(&self) -> Option<String> {
        let why = match self {
            Self { generated: Some(_), .. } => "is generated",
            Self { identity: Some(_), .. } => "has an identity",
            Self { typed: Aside(true), .. } => "comes with the type of its table",
            Self { foreign: Aside(true), .. } => "is another server's",
            Self { inherited, .. } if !inherited.from.is_empty() => "is inherited",
            _ => return None,
        };
        Some(format!("{} {why}", self.key()))
    }

    /// The name of its NOT NULL.
    pub fn not_null_name(&self) -> Ident {
        self.not_null_constraint.named(&self.table, &self.name)
    }

    /// Whether it takes values of another type, or in another order.
    pub fn changes_type(&self, to: &Self) -> bool {
        self.ty != to.ty || self.collation != to.collation
    }
}

impl Crossing {
    /// Whether values become the other type's where they are assigned.
    pub fn is_assigned(&self) -> bool {
        matches!(self.way.passage, Passage::Implicit | Passage::Assigned)
    }

    /// Whether nobody knows how they do.
    pub fn is_unsaid(&self) -> bool {
        !self.stated && self.way.passage == Passage::Absent
    }

    /// Whether values stay as they are where they stand, and what stands on them does.
    pub fn is_instant(&self, from: &Column, to: &Column) -> bool {
        let written = retype::conversion(Sql::new().ident(&from.name), &self.way, &to.ty).is_some();
        !self.stated && !written && self.way.touch == Touch::Nothing && from.collation == to.collation
    }
}
