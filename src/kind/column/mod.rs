//! A column: type, null, collation, and what fills it (identity or a generation expression).
//!
//! The default is an object of its own, since it may need what needs the column. A generated column holds no data of its
//! own and may be dropped and added again; any other column is changed where it stands.

use super::casts::Casts;
use super::sequence::{self, Options, Owner};
use super::*;

mod alter;
mod backfill;
mod hazards;
mod identity;
mod loss;
mod not_null;
mod parts;
mod renaming;
mod retype;
mod write;
mod yaml;

pub use not_null::NotNull;
pub use identity::{Identity, implied_sequence};
pub use renaming::Between;
pub use retype::Using;
pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub table: Qualified,
    pub name: Ident,
    pub ty: Type,
    /// `None`: the type's own.
    pub collation: Option<Qualified>,
    pub not_null: bool,
    pub not_null_constraint: NotNull,
    pub identity: Option<Identity>,
    pub generated: Option<Expression>,
    /// Generated when it is read, and not kept.
    pub is_virtual: bool,
    /// How the values that are there become the new type; intent, outside `==`.
    pub using: Using,
    pub inherited: Inherited,
    /// The table has it from its type.
    pub typed: Aside<bool>,
    /// Its values are another server's.
    pub foreign: Aside<bool>,
}

impl Column {
    pub fn key(&self) -> Name {
        Name::column(&self.table, &self.name)
    }

    fn command(&self, sql: Sql) -> Piece {
        Piece::AlterTable(self.table.clone(), sql)
    }

    fn alter_column(&self) -> Sql {
        Sql::new().kw("ALTER COLUMN").ident(&self.name)
    }

    fn exact_type(&self) -> String {
        match &self.collation {
            Some(collation) => format!("{} COLLATE {collation}", self.ty),
            None => self.ty.to_string(),
        }
    }

    fn definition(&self, elements: &[Sql]) -> Sql {
        let Self { table: _, name, ty, collation, not_null, not_null_constraint, .. } = self;
        let Self { identity, generated, is_virtual, using: _, inherited: _, typed, .. } = self;
        let sql = Sql::new().ident(name);
        let sql = match typed.0 {
            true => sql.kw("WITH OPTIONS"),
            false => sql.ty(ty).maybe(collation.as_ref(), |sql, c| sql.kw("COLLATE").qualified(c)),
        };
        let sql = elements.iter().fold(sql, Sql::sql);
        let sql = sql.maybe(generated.as_ref(), |sql, expression| {
            sql.kw("GENERATED ALWAYS AS").sql(&expression.written.in_brackets()).kw(if *is_virtual { "VIRTUAL" } else { "STORED" })
        });
        let sql = sql.maybe(identity.as_ref(), |sql, identity| sql.sql(&identity.sql()));
        sql.when(*not_null && !not_null_constraint.not_valid, |sql| sql.sql(&not_null_constraint.sql()))
    }
}

impl Kind for Column {
    const TAG: Tag = Tag::Column;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let table = row.table("table")?;
        let name = row.ident("name")?;
        let (ty, collation) = row.column_type()?;
        let ty = ty.clone();
        let identity = match row.opt("identity") {
            // a partition counts with its parent's sequence
            Some(kind @ ("a" | "d")) if row.opt("sequence_name").is_some() => {
                let sequence = row.qualified("sequence_schema", "sequence_name")?;
                let sequence = Some(sequence).filter(|s| *s != implied_sequence(&table, &name));
                Some(Identity { always: kind == "a", sequence, options: Options::read(row, "sequence", &ty)? })
            }
            _ => None,
        };
        let generated = row.expression("generated", row.opt("generated_as").is_some())?;
        let inherited = Inherited::read(row)?;
        // the name of an inherited one is as its history left it, and nobody's choice
        let own = inherited.from.is_empty().then(|| NotNull::read(row, &table, &name));
        Ok(Self {
            not_null: row.is("not_null"),
            not_null_constraint: own.unwrap_or_default(),
            is_virtual: row.opt("generated_as") == Some("v"),
            table,
            name,
            ty,
            collation: row.collation_beside(collation, row.oid("collation").unwrap_or(0)).cloned(),
            identity,
            generated,
            using: Using::default(),
            inherited,
            typed: Aside(row.is("typed")),
            foreign: Aside(row.is("foreign")),
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Column, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        let sequence = self.identity.as_ref().map(|identity| Name::relation(&identity.sequence_name(self)));
        std::iter::once(self.key()).chain(sequence).collect()
    }

    fn brings(&self) -> Option<Id> {
        self.identity.as_ref().map(|identity| Id::of(Tag::Sequence, &identity.sequence_name(self)))
    }

    fn requires(&self) -> Vec<Need> {
        let mut needs = vec![Need::exists(Name::relation(&self.table))];
        needs.extend(Need::of_type(&self.ty));
        needs.extend(Need::of_collation(self.collation.as_ref()));
        if let Some(expression) = &self.generated {
            let mut mentions = Mentions::of(&self.table, expression).exactly();
            mentions.words.remove(self.name.as_str());
            needs.push(Need::mentions(mentions));
        }
        needs.extend(self.inherited.requires(|parent| Name::column(parent, &self.name)));
        needs
    }

    fn copy(&self, descent: &Descent) -> Option<(Self, bool)> {
        // a partition counts with its parent's sequence; one that inherits does not count
        let copy = Self { not_null_constraint: NotNull::default(), ..self.clone() };
        let copy = Self { table: descent.child.clone(), identity: None, typed: Aside(false), ..copy };
        Some((Self { inherited: Inherited::by(descent), ..copy }, true))
    }

    fn merge(&mut self, copy: &Self) -> bool {
        self.inherited.merge(&copy.inherited);
        self.using.merge(&copy.using);
        self.not_null_constraint = NotNull::default();
        true
    }

    fn unfounded(&self) -> Option<&'static str> {
        let orphan = self.inherited.from.is_empty() && self.inherited.how.0 == How::Inherits;
        orphan.then_some("is said to be inherited, and no table that its table inherits from has it")
    }

    fn accept(&mut self, fact: &Fact) {
        self.not_null |= *fact == Fact::NotNull(self.key());
    }

    fn origins(&self) -> Vec<Origin> {
        self.inherited.origins(&self.table, |parent| Id::within(Tag::Column, parent, &self.name))
    }

    fn provides(&self) -> Vec<Fact> {
        let mut facts = vec![Fact::Type(self.key(), self.ty.base()), Fact::ExactType(self.key(), self.exact_type())];
        if self.not_null {
            facts.push(Fact::NotNull(self.key()));
        }
        facts
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn holds_data(&self) -> bool {
        self.generated.is_none() && !self.foreign.0
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let (table, name) = (self.table.clone(), self.name.clone());
        let slot = |expression| Slot { table, role: Role::Generated(name), expression };
        self.generated.as_mut().map(slot).into_iter().collect()
    }

    fn types(&mut self) -> Vec<&mut Type> {
        vec![&mut self.ty]
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        self.collation.iter_mut().map(|name| (Space::Collation, name)).collect()
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        let named = (!self.not_null_constraint.is_plain()).then_some((18, "a name or an option of NOT NULL"));
        self.is_virtual.then_some((18, "a virtual generated column")).or(named)
    }

    fn prefers(&self) -> Vec<Need> {
        self.ways_prefer()
    }

    fn counts_for(&self) -> Option<Id> {
        self.identity.as_ref().map(|_| self.id())
    }

    fn hand_over(&self, number: usize) -> Option<Piece> {
        Some(sequence::hand_over(&self.own_sequence()?, number))
    }

    fn take_over(&self, number: usize) -> Option<Piece> {
        Some(sequence::take_over(&self.own_sequence()?, number))
    }

    fn go_on_behind(&self, ty: &Type) -> Option<Piece> {
        self.go_on(ty)
    }

    fn becomes_another(&self, live: &Self) -> bool {
        self.ty != live.ty
    }

    fn cross(&mut self, live: &Self, there: &Casts, back: &Casts) {
        self.using.ways = Some(Box::new((there.way(&live.ty, &self.ty), back.way(&self.ty, &live.ty))));
    }

    fn adopt(&mut self, live: &Self) {
        if self.not_null && live.not_null && self.not_null_constraint.name.is_none() {
            self.not_null_constraint.name = live.not_null_constraint.name.clone();
        }
        if let (Some(identity), Some(live)) = (&mut self.identity, &live.identity)
            && identity.sequence.is_none() {
                identity.sequence = live.sequence.clone();
            }
    }

    fn column(&self) -> Option<(&Qualified, ColumnShape)> {
        let Self { name, ty, collation, .. } = self.clone();
        Some((&self.table, ColumnShape { name, ty, collation }))
    }

    const SECTION: &'static str = "columns";

    fn write(&self, parts: Parts) -> Part {
        write::write(self, parts)
    }

    fn usual_names(&self, _: &crate::config::Naming, major: u32) -> Vec<(Name, Vec<Ident>)> {
        let sequence = self.identity.as_ref().map(|identity| {
            let usual = implied_sequence(&self.table, &self.name).name;
            (Name::relation(&identity.sequence_name(self)), vec![usual])
        });
        let constraint = (self.not_null && major >= 18).then(|| {
            let name = self.not_null_constraint.named(&self.table, &self.name);
            (Name::constraint(&self.table, &name), vec![NotNull::implied(&self.table, &self.name)])
        });
        sequence.into_iter().chain(constraint).collect()
    }

    fn renamed_with(&self) -> Vec<Id> {
        self.inherited.from.iter().map(|parent| Id::within(Tag::Column, parent, &self.name)).collect()
    }

    fn says(&self) -> Vec<(String, String)> { write::says(self) }

    fn rename(&mut self, renames: &Renames) {
        if let Some(expression) = &mut self.generated {
            renames.expression(&self.table, expression);
        }
        self.using.rename(renames, &self.table);
        renames.types(self.types());
        renames.refer(self.references());
        let mut sequence = self.identity.as_ref().map(|identity| identity.sequence_name(self));
        sequence.iter_mut().for_each(|sequence| renames.relation(sequence));
        let mut constraint = self.not_null_constraint.named(&self.table, &self.name);
        renames.within(Space::Constraint, &self.table, &mut constraint);
        renames.column(&self.table, &mut self.name);
        renames.relation(&mut self.table);
        self.inherited.rename(renames);
        // its NOT NULL keeps its name, which is kept in mind even where the server has no place for it
        let usual = NotNull::implied(&self.table, &self.name);
        self.not_null_constraint.name = Some(constraint).filter(|name| self.not_null && *name != usual);
        // the sequence keeps its name, which may no longer be the one that Postgres would give
        if let (Some(identity), Some(name)) = (&mut self.identity, sequence) {
            identity.sequence = Some(name).filter(|name| *name != implied_sequence(&self.table, &self.name));
        }
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if let Some(why) = Inherited::lost(&old.inherited, &new.inherited) {
            return Alteration::Refused(format!("not supported: {}: {why}", new.key()));
        }
        if let Some((what, hint)) = Self::unsaid(old, new) {
            return Alteration::Unsaid { what, hint };
        }
        match (&old.generated, &new.generated) {
            (None, None) => Alteration::InPlace,
            (Some(_), None) if old.ty == new.ty && old.collation == new.collation && !old.is_virtual => Alteration::InPlace,
            // of a virtual one, the expression can change where it stands
            (Some(before), Some(after))
                if (before == after || new.is_virtual)
                    && old.is_virtual == new.is_virtual
                    && old.exact_type() == new.exact_type() =>
            {
                Alteration::InPlace
            }
            // dropped and added again, which its line in the file says in words
            (Some(_), _) | (None, Some(_)) => Alteration::Recreate,
        }
    }

    fn element(&self, elements: Vec<Sql>) -> Option<Sql> {
        let said = !self.typed.0 || self.not_null || !elements.is_empty();
        let definition = || if said { self.definition(&elements) } else { Sql::new() };
        // CREATE TABLE has no place for NOT VALID
        (!self.not_null_constraint.not_valid).then(definition)
    }

    fn create(&self, elements: Vec<Sql>) -> Vec<Piece> {
        let add = Sql::new().kw("ADD COLUMN").sql(&self.definition(&elements));
        let constraint = self.not_null_constraint.not_valid.then(|| self.not_null_constraint.add(self));
        std::iter::once(add).chain(constraint).map(|sql| self.command(sql)).collect()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![self.command(Sql::new().kw("DROP COLUMN").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        alter::alter(old, new)
    }

    fn online(change: Change<&Self>, ground: &Ground) -> Online {
        not_null::online(change, ground)
    }

    fn filled(of: Change<&Self>, with: &Backfill, inner: Vec<Piece>, on: &Ground, validated: bool) -> Result<Option<Filled>> {
        backfill::filled(of, with, inner, on, validated)
    }

    fn unfilled(change: Change<&Self>) -> Option<Hazard> {
        backfill::unfilled(change)
    }

    fn reached(&self, old: &Self, new: &Self) -> Option<Self> {
        NotNull::reaches(self, old, new).then(|| Self { not_null: new.not_null, ..self.clone() })
    }

    fn with_names(&self) -> Option<Self> {
        let mut named = self.clone();
        named.not_null_constraint.name.get_or_insert_with(|| NotNull::implied(&self.table, &self.name));
        self.not_null.then_some(named)
    }

    fn rename_sql(&self, renamed: &Self) -> Vec<Piece> {
        let own = renames::statement(&self.id(), &renamed.id()).into_iter();
        let constraint = (self.not_null && renamed.not_null).then(|| NotNull::rename(self, renamed)).flatten();
        own.chain(renamed.sequence_rename(self)).chain(constraint).collect()
    }

    fn carry(&self, carriage: &Carriage) -> Vec<Piece> {
        write::carry(self, carriage)
    }

    fn carrying(old: &Self, new: &Self, carriage: &Carriage) -> Result<Vec<Hazard>, [String; 2]> {
        hazards::carrying(old, new, carriage)
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "add_column",
            Change::Drop(_) => "drop_column",
            Change::Rename { .. } => "rename_column",
            Change::Alter { .. } => "alter_column",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        hazards::of(change)
    }
}
