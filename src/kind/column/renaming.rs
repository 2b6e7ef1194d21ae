//! `rename: { from: title }`, at once or, with `two_step: true`, for two deploys.

use serde::Deserialize;
use serde_yaml::Spanned;

use super::super::casts::Passage;
use super::*;
use crate::draft::{Draft, RenameHint, Scope, TwoStep};
use crate::error::Exit;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renaming {
    from: Spanned<String>,
    #[serde(default)]
    pub two_step: bool,
    /// How the values are copied.
    batch: Option<u64>,
    pause: Option<Spanned<String>>,
}

/// `change: { two_step: true }`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changing {
    two_step: bool,
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
            true => draft.two_steps.push(TwoStep { hint, pace }),
            false if batch.is_some() || pause.is_some() => {
                let error = scope.error("a rename at once copies nothing, in batches or otherwise", at);
                return Err(error.hint("take `batch` and `pause` away, or say `two_step: true`"));
            }
            false => draft.renames.push(hint),
        }
        Ok(())
    }
}

/// Two columns cannot bear one name.
pub fn refuse(change: Option<&Spanned<Changing>>, column: &Column, scope: &Scope) -> Result<()> {
    let Some(change) = change.filter(|change| change.value.two_step) else { return Ok(()) };
    let error = scope.error(format!("not supported: another type of {} in two steps under one name", column.key()), change);
    let hint = "give it another name with it: `rename: { from: …, two_step: true }` takes another type too";
    Err(error.exit(Exit::No).hint(hint))
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

    /// Whether values of the one type become values of the other where they are assigned.
    pub fn assigned(casts: &Casts, from: &Type, to: &Type) -> bool {
        matches!(casts.way(from, to).passage, Passage::Implicit | Passage::Assigned)
    }
}
