//! A foreign key: an object of its own, so that two tables may refer to each other.

use super::*;
use crate::config::Naming;

mod types;
mod yaml;

pub use yaml::{Declaration, OnColumn, Spannedly};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    pub table: Qualified,
    pub name: Ident,
    pub columns: Vec<Ident>,
    pub references: Qualified,
    pub ref_columns: Vec<Ident>,
    pub on_delete: Action,
    /// Which columns `SET NULL` or `SET DEFAULT` sets; empty: all.
    pub set_columns: Vec<Ident>,
    pub on_update: Action,
    pub match_full: bool,
    pub deferrable: bool,
    pub deferred: bool,
    /// New rows are checked; those that were there before were not.
    pub not_valid: bool,
    pub part_of: Option<PartOf>,
    /// Nothing is checked; it is there for the planner and for people.
    pub not_enforced: bool,
    /// The last column is a range, and the ranges referred to cover it.
    pub period: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Action {
    #[default]
    NoAction,
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
}

// as SQL has it, or as one word
crate::json_schema::words!(of Action = Action::WORDS.iter().flat_map(|(word, _)| {
    let one = word.replace(' ', "_");
    std::iter::once((*word).to_owned()).chain((one != *word).then_some(one))
}).collect::<Vec<_>>());

impl Action {
    pub const WORDS: [(&'static str, Action); 5] = [
        ("no action", Action::NoAction),
        ("restrict", Action::Restrict),
        ("cascade", Action::Cascade),
        ("set null", Action::SetNull),
        ("set default", Action::SetDefault),
    ];

    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, action)| *action == self).map_or("no action", |(word, _)| word)
    }

    /// `pg_constraint.confdeltype`
    fn read(code: &str) -> Self {
        match code {
            "r" => Action::Restrict,
            "c" => Action::Cascade,
            "n" => Action::SetNull,
            "d" => Action::SetDefault,
            _ => Action::NoAction,
        }
    }

    fn sql(self) -> &'static str {
        match self {
            Action::NoAction => "NO ACTION",
            Action::Restrict => "RESTRICT",
            Action::Cascade => "CASCADE",
            Action::SetNull => "SET NULL",
            Action::SetDefault => "SET DEFAULT",
        }
    }
}

impl ForeignKey {
    fn definition(&self) -> Sql {
        let Self { table: _, name, columns, references, ref_columns, .. } = self;
        let Self { on_delete, set_columns, on_update, match_full, deferrable, deferred, not_valid, .. } = self;
        let Self { not_enforced, period, .. } = self;
        Sql::new()
            .kw("CONSTRAINT")
            .ident(name)
            .kw("FOREIGN KEY")
            .sql(&in_period(columns, *period))
            .kw("REFERENCES")
            .qualified(references)
            .sql(&in_period(ref_columns, *period))
            .when(*match_full, |sql| sql.kw("MATCH FULL"))
            .when(*on_update != Action::NoAction, |sql| sql.kw("ON UPDATE").kw(on_update.sql()))
            .when(*on_delete != Action::NoAction, |sql| sql.kw("ON DELETE").kw(on_delete.sql()))
            .when(!set_columns.is_empty(), |sql| sql.names(set_columns))
            .when(*deferrable, |sql| sql.kw("DEFERRABLE"))
            .when(*deferred, |sql| sql.kw("INITIALLY DEFERRED"))
            .when(*not_enforced, |sql| sql.kw("NOT ENFORCED"))
            .when(*not_valid, |sql| sql.kw("NOT VALID"))
    }

    /// Nothing but validity, enforcement and deferral differs.
    fn same_but_state(old: &Self, new: &Self) -> bool {
        let Self { deferrable, deferred, not_valid, not_enforced, part_of, .. } = new.clone();
        Self { deferrable, deferred, not_valid, not_enforced, part_of, ..old.clone() } == *new
    }
}

impl Kind for ForeignKey {
    const TAG: Tag = Tag::ForeignKey;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let (references, ref_columns) = match row.pair("ref_table_name")? {
            Some(unmanaged) => (unmanaged, row.idents("ref_column_names")?),
            None => (row.table("ref_table")?, row.columns("ref_table", "ref_columns")?),
        };
        Ok(Self {
            table: row.table("table")?,
            name: row.ident("name")?,
            columns: row.columns("table", "columns")?,
            references,
            ref_columns,
            on_delete: Action::read(row.text("on_delete")?),
            set_columns: row.columns("table", "set_columns")?,
            on_update: Action::read(row.text("on_update")?),
            match_full: row.opt("match") == Some("f"),
            deferrable: row.is("deferrable"),
            deferred: row.is("deferred"),
            // what is not enforced is never valid
            not_valid: row.is("not_valid") && !row.is("not_enforced"),
            not_enforced: row.is("not_enforced"),
            period: row.is("period"),
            part_of: PartOf::read(row)?,
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::ForeignKey, &self.table, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::constraint(&self.table, &self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        let own = self.columns.iter().map(|c| Need::Type(Name::column(&self.table, c)));
        let theirs = self.ref_columns.iter().map(|c| Need::Type(Name::column(&self.references, c)));
        let key = Need::Fact(Fact::key(&self.references, &self.ref_columns));
        // a permanent table refers to permanent ones only: the key is off while either of the two changes
        let logged = [&self.table, &self.references].map(|table| Need::Logged(Name::relation(table)));
        let there = Need::exists(Name::relation(&self.references));
        // both sides have the one type at any time, and move to another one after the other
        let own_columns = self.columns.iter().map(|c| Name::column(&self.table, c));
        let columns = own_columns.chain(self.ref_columns.iter().map(|c| Name::column(&self.references, c)));
        own.chain(theirs).chain([key, there]).chain(logged).chain(columns.map(Need::SameType)).collect()
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        let columns = (!self.set_columns.is_empty()).then_some((15, "a list of columns behind SET NULL or SET DEFAULT"));
        let enforced = self.not_enforced.then_some((18, "NOT ENFORCED"));
        self.period.then_some((18, "PERIOD")).or(enforced).or(columns)
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        vec![(Space::Relation, &mut self.references)]
    }

    fn refer_to(&mut self, keys: &BTreeMap<Qualified, Vec<Ident>>) {
        if let (true, Some(columns)) = (self.ref_columns.is_empty(), keys.get(&self.references)) {
            self.ref_columns = columns.clone();
        }
    }

    fn mismatch(&self, ty: &dyn Fn(&Id) -> Option<Type>) -> Option<(String, String)> {
        types::mismatch(self, ty)
    }

    fn copy(&self, descent: &Descent) -> Option<(Self, bool)> {
        descent.partition.as_ref()?;
        let part_of = Some(PartOf { table: self.table.clone(), name: self.name.clone() });
        Some((Self { table: descent.child.clone(), part_of, ..self.clone() }, false))
    }

    fn merge(&mut self, copy: &Self) -> bool {
        let same = self.part_of.is_none() && Self { name: self.name.clone(), part_of: None, ..copy.clone() } == *self;
        if same {
            self.part_of = copy.part_of.clone();
        }
        same
    }

    fn origins(&self) -> Vec<Origin> {
        let whole = |whole: &PartOf| Id::within(Tag::ForeignKey, &whole.table, &whole.name);
        let origins = |of: &PartOf| PartOf::origins(&self.table, whole(of), self.name == of.name);
        self.part_of.as_ref().map(origins).unwrap_or_default()
    }

    /// The whole took the name of a live one.
    fn follow(&mut self, old: &Id, new: &Id) {
        if let (Some(whole), Some(name)) = (&mut self.part_of, new.last())
            && Id::within(Tag::ForeignKey, &whole.table, &whole.name) == *old
        {
            whole.name = name.clone();
        }
    }

    const SECTION: &'static str = "foreign_keys";

    fn write(&self, mut parts: Parts) -> Part {
        let action = |action: Action| (action != Action::NoAction).then(|| Doc::text(action.word()));
        let doc = Fields::default()
            .put("columns", Doc::names(&self.columns))
            .put("references", Doc::Text(crate::draft::write_name(&self.references, parts.schema.as_str())))
            .put("ref_columns", Doc::names(&self.ref_columns))
            .put("on_delete", action(self.on_delete))
            .put("set_columns", (!self.set_columns.is_empty()).then(|| Doc::names(&self.set_columns)))
            .put("on_update", action(self.on_update))
            .put("match", self.match_full.then(|| Doc::text("full")))
            .when("deferrable", self.deferrable)
            .when("initially_deferred", self.deferred)
            .when("not_valid", self.not_valid)
            .when("not_enforced", self.not_enforced)
            .when("period", self.period)
            .put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.as_str().to_owned()), doc: Doc::Map(doc.0) }
    }

    fn usual_names(&self, naming: &Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        let name = |naming: &Naming| yaml::default_name(&self.table, &self.columns, &self.references, &self.ref_columns, naming);
        let usual = vec![name(naming), name(&Naming::default())];
        vec![(Name::constraint(&self.table, &self.name), usual)]
    }

    fn rename(&mut self, renames: &Renames) {
        renames.columns(&self.table, self.columns.iter_mut().chain(&mut self.set_columns));
        renames.columns(&self.references, &mut self.ref_columns);
        renames.within(Space::Constraint, &self.table, &mut self.name);
        renames.relation(&mut self.table);
        renames.relation(&mut self.references);
        PartOf::rename(&mut self.part_of, renames);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        Some(Self { name: name.clone(), ..self.clone() })
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        // what is enforced from here on is checked at once
        let validity = old.not_valid == new.not_valid || old.not_valid;
        let validity = validity && !(old.not_enforced && new.not_valid);
        if validity && Self::same_but_state(old, new) { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::AlterTable(self.table.clone(), Sql::new().kw("ADD").sql(&self.definition()))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::AlterTable(self.table.clone(), Sql::new().kw("DROP CONSTRAINT").ident(&self.name))]
    }

    fn alter(old: &Self, new: &Self) -> Vec<Piece> {
        let mut commands = Vec::new();
        let alter = || Sql::new().kw("ALTER CONSTRAINT").ident(&new.name);
        if (old.deferrable, old.deferred) != (new.deferrable, new.deferred) {
            commands.push(match (new.deferrable, new.deferred) {
                (false, _) => alter().kw("NOT DEFERRABLE"),
                (true, false) => alter().kw("DEFERRABLE INITIALLY IMMEDIATE"),
                (true, true) => alter().kw("DEFERRABLE INITIALLY DEFERRED"),
            });
        }
        if old.not_enforced != new.not_enforced {
            commands.push(alter().kw(if new.not_enforced { "NOT ENFORCED" } else { "ENFORCED" }));
        }
        if old.not_valid && !new.not_valid && !new.not_enforced {
            commands.push(Sql::new().kw("VALIDATE CONSTRAINT").ident(&new.name));
        }
        commands.into_iter().map(|sql| Piece::AlterTable(new.table.clone(), sql)).collect()
    }

    fn online(change: Change<&Self>, ground: &Ground) -> Online {
        let Self { table, name, references, .. } = change.subject();
        let fails = || Hazard::new(Risk::MayFail, table, format!("rows without their row in {references} stop it"));
        let validate = |fails| online::validate(table, name, fails);
        match change {
            // made with the whole
            Change::Create(new) if new.not_valid || new.not_enforced || new.part_of.is_some() => Online::Plain,
            Change::Create(_) if ground.related || ground.partitioned => {
                Online::Not(Manner::Validated, online::related(table))
            }
            Change::Create(new) => {
                let add = Self { not_valid: true, ..new.clone() };
                let hazards = Self::hazards(Change::Create(&add));
                let add = Phase::new("create_foreign_key", add.create(Vec::new()), hazards);
                Online::Phases(Manner::Validated, vec![add, validate(fails())], 0)
            }
            Change::Alter { old, new } if Self { not_valid: false, ..old.clone() } == *new && !ground.related => {
                Online::Phases(Manner::Validated, vec![validate(fails())], 0)
            }
            _ => Online::Plain,
        }
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_foreign_key",
            Change::Drop(_) => "drop_constraint",
            Change::Rename { .. } => "rename_constraint",
            Change::Alter { .. } => "alter_constraint",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let (on, other) = (&change.subject().table, &change.subject().references);
        let lock = |text: String| Hazard::new(Risk::Lock, on, text);
        match change {
            Change::Create(new) if new.not_valid || new.not_enforced => {
                vec![lock(format!("SHARE ROW EXCLUSIVE on {on} and {other}, instant"))]
            }
            Change::Create(_) | Change::Alter { old: Self { not_enforced: true, .. }, new: Self { not_enforced: false, .. } } => vec![
                Hazard::new(Risk::MayFail, on, format!("rows without their row in {other} stop it")),
                Hazard::new(Risk::Blocks, on, format!("writes of {on} and {other} while all rows are checked")),
            ],
            Change::Drop(_) => vec![lock(format!("ACCESS EXCLUSIVE on {on} and {other}, instant"))],
            _ => vec![Hazard::instant(on)],
        }
    }
}

/// `(a, b)`, or `(a, PERIOD b)`
fn in_period(columns: &[Ident], period: bool) -> Sql {
    let column = |(n, column): (usize, &Ident)| {
        Sql::new().when(period && n + 1 == columns.len(), |sql| sql.kw("PERIOD")).ident(column)
    };
    Sql::new().kw("(").list(columns.iter().enumerate().map(column)).kw(")")
}
