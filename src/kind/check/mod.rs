//! A check constraint of a table.

use super::*;
use crate::config::Naming;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub table: Qualified,
    pub name: Ident,
    pub expression: Expression,
    pub no_inherit: bool,
    /// New rows are checked; those that were there before were not.
    pub not_valid: bool,
    pub inherited: Inherited,
    /// Nothing is checked; it is there for the planner and for people.
    pub not_enforced: bool,
}

impl Check {
    fn definition(&self) -> Sql {
        let Self { table: _, name, expression, no_inherit, not_valid, not_enforced, inherited: _ } = self;
        Sql::new()
            .kw("CONSTRAINT")
            .ident(name)
            .kw("CHECK")
            .sql(&expression.written.in_brackets())
            .when(*no_inherit, |sql| sql.kw("NO INHERIT"))
            .when(*not_enforced, |sql| sql.kw("NOT ENFORCED"))
            .when(*not_valid, |sql| sql.kw("NOT VALID"))
    }
}

impl Kind for Check {
    const TAG: Tag = Tag::Check;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            table: row.table("table")?,
            name: row.ident("name")?,
            expression: Expression::new(Expr::from_server(row.text("expression")?)),
            no_inherit: row.is("no_inherit"),
            // what is not enforced is never valid
            not_valid: row.is("not_valid") && !row.is("not_enforced"),
            not_enforced: row.is("not_enforced"),
            inherited: Inherited::read(row)?,
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::Check, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::constraint(&self.table, &self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        let mentions = Mentions::of(&self.table, &self.expression);
        let parents = self.inherited.requires(|parent| Name::constraint(parent, &self.name));
        [Need::exists(Name::relation(&self.table)), Need::mentions(mentions)].into_iter().chain(parents).collect()
    }

    fn copy(&self, descent: &Descent) -> Option<(Self, bool)> {
        let inherited = Inherited::by(descent);
        (!self.no_inherit).then(|| (Self { table: descent.child.clone(), inherited, ..self.clone() }, true))
    }

    fn merge(&mut self, copy: &Self) -> bool {
        self.inherited.merge(&copy.inherited);
        true
    }

    fn origins(&self) -> Vec<Origin> {
        self.inherited.origins(&self.table, |parent| Id::within(Tag::Check, parent, &self.name))
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.not_enforced.then_some((18, "NOT ENFORCED"))
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        vec![Slot { table: self.table.clone(), role: Role::Check, expression: &mut self.expression }]
    }

    const SECTION: &'static str = "checks";

    fn write(&self, mut parts: Parts) -> Part {
        let doc = Fields::default()
            .put("expression", Doc::text(&self.expression.written))
            .when("no_inherit", self.no_inherit)
            .when("not_valid", self.not_valid)
            .when("not_enforced", self.not_enforced)
            .put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.as_str().to_owned()), doc: doc.or_just("expression") }
    }

    fn usual_names(&self, naming: &Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        let name = |naming: &Naming| yaml::default_name(&self.table, None, &self.expression, naming);
        let usual = vec![name(naming), name(&Naming::default())];
        vec![(Name::constraint(&self.table, &self.name), usual)]
    }

    fn renamed_with(&self) -> Vec<Id> {
        self.inherited.from.iter().map(|parent| Id::within(Tag::Check, parent, &self.name)).collect()
    }

    fn rename(&mut self, renames: &Renames) {
        renames.expression(&self.table, &mut self.expression);
        renames.within(Space::Constraint, &self.table, &mut self.name);
        renames.relation(&mut self.table);
        self.inherited.rename(renames);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        Some(Self { name: name.clone(), ..self.clone() })
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let Self { table: _, name: _, expression, no_inherit, not_valid, not_enforced, inherited: _ } = new;
        let same = old.expression == *expression && old.no_inherit == *no_inherit && old.not_enforced == *not_enforced;
        if same && (old.not_valid || !not_valid) { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn element(&self, _: Vec<Sql>) -> Option<Sql> {
        // within CREATE TABLE a check is always valid, whatever it says
        (!self.not_valid).then(|| self.definition())
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::AlterTable(self.table.clone(), Sql::new().kw("ADD").sql(&self.definition()))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::AlterTable(self.table.clone(), Sql::new().kw("DROP CONSTRAINT").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let validate = || Piece::AlterTable(new.table.clone(), Sql::new().kw("VALIDATE CONSTRAINT").ident(&new.name));
        (old.not_valid && !new.not_valid).then(validate).into_iter().collect()
    }

    fn online(change: Change<&Self>, ground: &Ground) -> Online {
        let Self { table, name, .. } = change.subject();
        let fails = || Hazard::new(Risk::MayFail, table, "rows that break the condition stop it");
        let validate = |fails| online::validate(table, name, fails);
        match change {
            Change::Create(new) if !new.not_valid && !new.not_enforced => match ground.related {
                true => Online::Not(Manner::Validated, online::related(table)),
                false => {
                    let add = Self { not_valid: true, ..new.clone() }.create(Vec::new());
                    let add = Phase::new("create_check_constraint", add, vec![Hazard::instant(table)]);
                    Online::Phases(Manner::Validated, vec![add, validate(fails())], 0)
                }
            },
            Change::Alter { old, new } if old.not_valid && !new.not_valid && !ground.related => {
                Online::Phases(Manner::Validated, vec![validate(fails())], 0)
            }
            _ => Online::Plain,
        }
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_check_constraint",
            Change::Drop(_) => "drop_constraint",
            Change::Rename { .. } => "rename_constraint",
            Change::Alter { .. } => "alter_constraint",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let on = &change.subject().table;
        match change {
            Change::Create(new) if new.not_valid || new.not_enforced => vec![Hazard::instant(on)],
            Change::Create(_) => vec![
                Hazard::new(Risk::MayFail, on, "rows that break the condition stop it"),
                Hazard::new(Risk::Blocks, on, format!("reads and writes of {on} while all rows are checked")),
            ],
            Change::Alter { .. } => vec![Hazard::new(Risk::MayFail, on, "rows that break the condition stop it")],
            _ => vec![Hazard::instant(on)],
        }
    }
}
