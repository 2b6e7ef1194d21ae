//! `title: varchar(200)`, `description: text?`, or long: `{ type: bigint, identity: always, references: users.id, … }`

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::attached::{self, Stated};
use super::super::comment::Comment;
use super::super::default::Default as ColumnDefault;
use super::super::document::{Declare, Given};
use super::super::grants::Declared;
use super::super::foreign_column::ForeignColumn;
use super::super::generic_options::GenericOptions;
use super::super::ownership::Ownership;
use super::super::sequence::{OwnedBy, Owner, Sequence};
use super::super::settings;
use super::super::renames::Former;
use super::super::shapes::{Entries, Short, short_or_long};
use super::super::{check, foreign_key, index, unique};
use super::parts::{Generated, IdentityDeclaration, UniqueOnColumn, UsingDeclaration};
use super::renaming::{self, Renaming};
use super::*;
use crate::draft::{Draft, Scope};
use crate::json_schema::{Inline, Scalar, Word};
use crate::spanned::Spanned;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Long {
    /// As PostgreSQL has it: `varchar(200)`, `text[]`; with `?` it may be null.
    #[serde(rename = "type")]
    ty: Spanned<String>,
    /// True: it may be null, as `?` behind the type says it.
    nullable: Option<bool>,
    /// An expression in SQL: `now()`, `"'text'"`, `0`.
    #[schemars(with = "Option<Scalar>")]
    default: Option<Spanned<String>>,
    /// `always`, `by default`, or a map with the options of its sequence.
    identity: Option<Spanned<IdentityDeclaration>>,
    /// What is said of its NOT NULL beyond that it is there: a name and the like.
    not_null: Option<Spanned<not_null::Declaration>>,
    /// The expression that it is computed by, or a map with `as:`.
    generated: Option<Spanned<Generated>>,
    collation: Option<Spanned<String>>,
    /// It is the primary key, or one of its columns.
    #[serde(default)]
    primary_key: bool,
    /// The tables that the table inherits from say it; only what follows is its own.
    #[serde(default)]
    inherited: bool,
    /// True, or the name of the unique constraint.
    unique: Option<Spanned<UniqueOnColumn>>,
    /// True, the name of the index, or a map.
    index: Option<Spanned<index::OnColumn>>,
    /// A condition, or `expression:` and more.
    #[schemars(with = "Option<Inline<check::Declaration>>")]
    check: Option<Spanned<check::Declaration>>,
    /// `users`, `users.id`, or a map with `table:`.
    references: Option<Spanned<foreign_key::OnColumn>>,
    comment: Option<String>,
    privileges: Option<Spanned<Declared>>,
    /// How long values are kept; as the type has it unless said.
    #[schemars(with = "Option<Word<settings::Storage>>")]
    storage: Option<Spanned<String>>,
    /// Of long values; as the server has it unless said.
    #[schemars(with = "Option<Word<settings::Compression>>")]
    compression: Option<Spanned<String>>,
    /// The statistics target.
    statistics: Option<Spanned<i64>>,
    /// `n_distinct` and `n_distinct_inherited`.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    options: Entries<String>,
    /// Of a column of a foreign table.
    #[schemars(with = "Entries<Scalar>")]
    #[serde(default)]
    foreign_options: Entries<String>,
    renamed_from: Option<Former>,
    /// From another name at once, or with `two_step: true` over two deploys.
    rename: Option<Spanned<Renaming>>,
    /// To another type over two deploys: `{ two_step: true }`.
    change: Option<Spanned<renaming::Changing>>,
    /// How the values convert to the new type, or `{ up: …, down: … }`.
    using: Option<Spanned<UsingDeclaration>>,
    /// The value of rows that have none, or a map with `value:`.
    backfill: Option<Spanned<backfill::Declaration>>,
}

#[derive(Debug)]
pub enum Declaration {
    Short(String),
    Long(Box<LongForm>),
}

/// The long form; what it holds is this module's affair.
#[derive(Debug)]
pub struct LongForm(Long);

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self::Long(Box::new(LongForm(long)))
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "a type, or a map with `type:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self::Short(text.to_owned()));
}

short_or_long!(Declaration, Long, "column");

impl Declaration {
    pub fn is_primary_key(&self) -> bool {
        matches!(self, Declaration::Long(long) if long.0.primary_key)
    }
}

/// The integer type behind a `serial` one.
fn serial(ty: &str) -> Option<&'static str> {
    match ty.to_lowercase().as_str() {
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    }
}

impl Declare for Declaration {
    fn declare(&self, given: Given, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let (Some(table), Some(name)) = (given.table, given.name) else { return Ok(()) };
        let column = scope.ident(name)?;
        if SYSTEM.contains(&column.as_str()) {
            return Err(scope
                .error(format!("every table has a column {column} of PostgreSQL's own"), name)
                .hint("name it otherwise"));
        }
        match self {
            Declaration::Short(text) => {
                let text = Spanned::new(text.clone(), name.referenced, name.defined);
                let mut column = plain(table, column, &text, scope, draft, given.place)?;
                column.not_null &= !nullable_mark(&text);
                draft.push(column, given.place.clone(), true);
                Ok(())
            }
            Declaration::Long(long) => long.0.declare(table, name, column, given.place, scope, draft),
        }
    }
}

/// The word of a literal that PostgreSQL turns into a date or time once, as it reads the DEFAULT clause.
fn moment(ty: &Type, text: &Spanned<String>) -> Option<&'static str> {
    let timed = ["date", "time", "timestamp"].iter().any(|word| ty.base().split(' ').next() == Some(word));
    let (literal, rest) = text.value.trim().strip_prefix('\'')?.split_once('\'')?;
    let whole = rest.trim().is_empty() || rest.trim_start().starts_with("::");
    let word = ["now", "today", "tomorrow", "yesterday"].into_iter().find(|word| literal.trim().eq_ignore_ascii_case(word));
    word.filter(|_| timed && whole)
}

/// What a table has beside its own columns (`SysAtt` in `heap.c`).
const SYSTEM: [&str; 6] = ["tableoid", "cmax", "xmax", "cmin", "xmin", "ctid"];

fn nullable_mark(text: &Spanned<String>) -> bool {
    text.value.trim_end().ends_with('?')
}

/// A column of the type alone, NOT NULL; a `serial` one brings its sequence and default.
fn plain(
    table: &Qualified,
    name: Ident,
    text: &Spanned<String>,
    scope: &Scope,
    draft: &mut Draft,
    place: &crate::error::Place,
) -> Result<Column> {
    let bare = text.value.trim_end().trim_end_matches('?').trim_end().to_owned();
    let ty = match serial(&bare) {
        Some(integer) => {
            let sequence = implied_sequence(table, &name);
            let next = Sql::new().literal(&sequence.to_string()).to_string();
            let written = Expr::from_server(format!("nextval({next}::regclass)"));
            let expression = Expression::new(written);
            let ty = Type::builtin(integer);
            let owner = Owner { table: table.clone(), column: name.clone() };
            draft.push(Ownership { sequence: sequence.clone(), owner: owner.clone(), role: Aside(None) }, place.clone(), true);
            let owner = OwnedBy(Some(owner));
            draft.push(ColumnDefault { table: table.clone(), column: name.clone(), expression }, place.clone(), true);
            let options = Options::default();
            draft.push(Sequence { name: sequence, ty: ty.clone(), options, unlogged: false, owner }, place.clone(), false);
            ty
        }
        None => scope.ty(&Spanned::new(bare, text.referenced, text.defined))?,
    };
    Ok(Column {
        table: table.clone(),
        name,
        ty,
        collation: None,
        not_null: true,
        not_null_constraint: NotNull::default(),
        identity: None,
        generated: None,
        is_virtual: false,
        using: Using::default(),
        inherited: Inherited::default(),
        typed: Aside(false),
        foreign: Aside(false),
    })
}

impl Long {
    fn declare(
        &self,
        table: &Qualified,
        key: &Spanned<String>,
        name: Ident,
        place: &crate::error::Place,
        scope: &Scope,
        draft: &mut Draft,
    ) -> Result<()> {
        let mut column = plain(table, name.clone(), &self.ty, scope, draft, place)?;
        column.not_null = !self.nullable.unwrap_or_else(|| nullable_mark(&self.ty));
        if self.primary_key && !column.not_null {
            return Err(scope
                .error(format!("column {name} is in the primary key and cannot be nullable"), &self.ty)
                .hint("take the mark that makes it nullable away"));
        }
        column.collation = self.collation.as_ref().map(|text| scope.referred(text)).transpose()?;
        if let Some(generated) = &self.generated {
            Generated::read(generated, &mut column, scope)?;
        }
        if column.generated.is_some() && self.nullable.is_none() {
            column.not_null = false;
        }
        if let Some(constraint) = &self.not_null {
            if nullable_mark(&self.ty) || self.nullable == Some(true) {
                return Err(scope
                    .error(format!("column {name} is both nullable and NOT NULL"), constraint)
                    .hint("take one of the two away"));
            }
            column.not_null = true;
            column.not_null_constraint = constraint.value.read(&column, scope)?;
        }
        if self.inherited {
            column.inherited.how = Aside(How::Inherits);
        }
        if let Some(using) = &self.using {
            column.using = UsingDeclaration::read(using, scope)?;
        }
        if let Some(identity) = self.identity.as_ref() {
            column.identity = identity.value.read(&column.ty, identity, scope)?;
            self.countable(&column, identity, scope)?;
        }
        self.exclusive(&column, scope)?;
        if let Some(text) = &self.default {
            let expression = scope.expression(text)?;
            if let Some(word) = moment(&column.ty, text) {
                return Err(scope
                    .error(format!("the default '{word}' would be the moment of the upgrade, for all rows to come"), text)
                    .hint("write now() or current_date"));
            }
            let default = ColumnDefault { table: table.clone(), column: name.clone(), expression };
            draft.push(default, scope.place(text), true);
        }
        self.attached(&column, place, scope, draft)?;
        draft.push(column.clone(), place.clone(), true);
        draft.filled(self.filled(&column, scope)?);
        self.kept(&column, place, scope, draft)?;
        self.nested(table, key, scope, draft)
    }

    /// How rows get their values that have none.
    fn filled(&self, column: &Column, scope: &Scope) -> Result<Option<Backfill>> {
        let Some(backfill) = &self.backfill else { return Ok(None) };
        if serial(self.ty.value.trim_end_matches('?').trim()).is_some() {
            let error = scope.error(format!("column {} is serial, and cannot be filled", column.key()), backfill);
            return Err(error.hint("take `backfill` away"));
        }
        backfill::Declaration::read(backfill, column, scope).map(Some)
    }

    /// What belongs to the column, whatever it is.
    fn attached(&self, column: &Column, place: &crate::error::Place, scope: &Scope, draft: &mut Draft) -> Result<()> {
        draft.attach(Comment::of(column.id(), self.comment.as_deref()), place);
        Stated { owner: None, privileges: self.privileges.as_ref() }.declare(&column.id(), scope, draft)?;
        let of_identity = self.identity.as_ref().and_then(|identity| identity.value.privileges());
        if let (Some(stated), Some(sequence)) = (of_identity, column.brings()) {
            attached::grant_on_identity(column.id(), &sequence.name(), stated, scope, draft)?;
        }
        if let Some(from) = &self.renamed_from {
            from.declare(&column.id(), scope, draft)?;
        }
        if let Some(change) = &self.change {
            let renamed = self.rename.as_ref().map(|_| "`rename`").or(self.renamed_from.as_ref().map(|_| "`renamed_from`"));
            let other = renamed.or(self.backfill.as_ref().map(|_| "`backfill`"));
            renaming::Changing::declare(change, other, column, scope, draft)?;
        }
        let Some(rename) = &self.rename else { return Ok(()) };
        let other = self.renamed_from.as_ref().map(|_| "`renamed_from`").or(self.backfill.as_ref().filter(|_| rename.value.two_step).map(|_| "`backfill`"));
        Renaming::declare(rename, other, column, scope, draft)
    }

    /// How its values are kept, here or on another server.
    fn kept(&self, column: &Column, place: &crate::error::Place, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let (table, column, ty) = (&column.table, &column.name, &column.ty);
        draft.attach(self.settings().of(table, column, ty, scope)?, place);
        let options = GenericOptions::declared(&self.foreign_options, scope)?;
        let said = !options.is_empty();
        let foreign = ForeignColumn { table: table.clone(), column: column.clone(), options };
        draft.attach(said.then_some(foreign), place);
        Ok(())
    }

    fn settings(&self) -> settings::Declaration {
        settings::Declaration {
            storage: self.storage.clone(),
            compression: self.compression.clone(),
            statistics: self.statistics.clone(),
            options: self.options.clone(),
        }
    }

    /// An identity counts in integers, and leaves no value out.
    fn countable(&self, column: &Column, at: &Spanned<IdentityDeclaration>, scope: &Scope) -> Result<()> {
        if column.identity.is_none() {
            return Ok(());
        }
        if !["smallint", "integer", "bigint"].map(Type::builtin).contains(&column.ty) {
            return Err(scope
                .error(format!("column {} has an identity and the type {}", column.key(), column.ty), at)
                .hint("an identity column is smallint, integer or bigint"));
        }
        if !column.not_null {
            return Err(scope
                .error(format!("column {} has an identity and cannot be nullable", column.key()), &self.ty)
                .hint("take the mark that makes it nullable away"));
        }
        Ok(())
    }

    /// What stands on the column and is an object of its own.
    fn nested(&self, table: &Qualified, key: &Spanned<String>, scope: &Scope, draft: &mut Draft) -> Result<()> {
        let own = scope.ident(key)?;
        if let Some(references) = &self.references {
            let place = scope.place(references);
            let given = Given { name: None, place: &place, table: Some(table), column: Some(&own) };
            foreign_key::Spannedly::on(references, key).declare(given, scope, draft)?;
        }
        if let Some(on) = &self.index {
            let place = scope.place(on);
            if let Some((name, declaration)) = on.value.on(key) {
                let name = name.map(|name| Spanned::new(name, on.referenced, on.defined));
                declaration.declare(Given { name: name.as_ref(), place: &place, table: Some(table), column: Some(&own) }, scope, draft)?;
            }
        }
        if let Some(on) = &self.unique {
            let place = scope.place(on);
            let name = match &on.value {
                UniqueOnColumn::Truth(false) => return Ok(()),
                UniqueOnColumn::Truth(true) => None,
                UniqueOnColumn::Name(name) => Some(Spanned::new(name.clone(), on.referenced, on.defined)),
            };
            let given = Given { name: name.as_ref(), place: &place, table: Some(table), column: Some(&own) };
            unique::Declaration::of(vec![key.clone()]).declare(given, scope, draft)?;
        }
        if let Some(check) = &self.check {
            let place = scope.place(check);
            check.value.declare(Given { name: None, place: &place, table: Some(table), column: Some(&own) }, scope, draft)?;
        }
        Ok(())
    }

    /// A column is filled in one way.
    fn exclusive(&self, column: &Column, scope: &Scope) -> Result<()> {
        let serial = serial(self.ty.value.trim_end_matches('?').trim()).is_some();
        let ways = [
            (self.default.is_some(), "a default"),
            (column.identity.is_some(), "an identity"),
            (column.generated.is_some(), "a generation expression"),
            (serial, "a serial type"),
        ];
        let stated: Vec<&str> = ways.iter().filter(|(stated, _)| *stated).map(|(_, way)| *way).collect();
        match stated.as_slice() {
            [first, second, ..] => {
                Err(scope.error(format!("column {} has both {first} and {second}", column.key()), &self.ty).hint("keep one of the two"))
            }
            _ => Ok(()),
        }
    }
}
