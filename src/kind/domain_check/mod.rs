//! A check of a domain: a condition on VALUE, which each value of every column of the domain meets.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainCheck {
    pub domain: Qualified,
    pub name: Ident,
    pub expression: Expression,
    /// New values are checked; those that were there before were not.
    pub not_valid: bool,
}

impl DomainCheck {
    fn alter_domain(&self) -> Sql {
        Sql::new().kw("ALTER DOMAIN").qualified(&self.domain)
    }

    fn definition(&self) -> Sql {
        let Self { domain: _, name, expression, not_valid } = self;
        let sql = Sql::new().kw("CONSTRAINT").ident(name).kw("CHECK").sql(&expression.written.in_brackets());
        sql.when(*not_valid, |sql| sql.kw("NOT VALID"))
    }
}

impl Kind for DomainCheck {
    const TAG: Tag = Tag::DomainCheck;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            domain: row.qualified("schema", "domain")?,
            name: row.ident("name")?,
            expression: Expression::new(Expr::from_server(row.text("expression")?)),
            not_valid: row.is("not_valid"),
        })
    }

    fn id(&self) -> Id {
        Id::within(Tag::DomainCheck, &self.domain, &self.name)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::constraint(&self.domain, &self.name)]
    }

    fn requires(&self) -> Vec<Need> {
        let mentions = Mentions::of(&self.domain, &self.expression);
        vec![Need::exists(Name::ty(&self.domain)), Need::mentions(mentions)]
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Domain, &self.domain))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        vec![Slot { table: self.domain.clone(), role: Role::Value, expression: &mut self.expression }]
    }

    fn convert(&self, casts: &mut Casts, gone: bool) {
        if !gone {
            casts.check(&Type::named(self.domain.clone()));
        }
    }

    const SECTION: &'static str = "checks";

    fn write(&self, mut parts: Parts) -> Part {
        let doc = Fields::default()
            .put("expression", Doc::text(&self.expression.written))
            .when("not_valid", self.not_valid)
            .put("comment", parts.take_one("comment"));
        Part { key: Some(self.name.as_str().to_owned()), doc: doc.or_just("expression") }
    }

    fn usual_names(&self, _: &crate::config::Naming, _: u32) -> Vec<(Name, Vec<Ident>)> {
        let usual = crate::name::object_name(self.domain.name.as_str(), "", "check");
        vec![(Name::constraint(&self.domain, &self.name), vec![Ident::new(usual)])]
    }

    fn rename(&mut self, renames: &Renames) {
        renames.text(&mut self.expression);
        renames.within(Space::Constraint, &self.domain, &mut self.name);
        renames.qualified(Space::Type, &mut self.domain);
    }

    fn named(&self, name: &Ident) -> Option<Self> {
        Some(Self { name: name.clone(), ..self.clone() })
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        let Self { domain: _, name: _, expression, not_valid } = new;
        let valid_now = old.expression == *expression && old.not_valid && !not_valid;
        if valid_now { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn element(&self, _: Vec<Sql>) -> Option<Sql> {
        // CREATE DOMAIN takes no NOT VALID
        (!self.not_valid).then(|| self.definition())
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.alter_domain().kw("ADD").sql(&self.definition()))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.alter_domain().kw("DROP CONSTRAINT").ident(&self.name))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        vec![Piece::Statement(new.alter_domain().kw("VALIDATE CONSTRAINT").ident(&new.name))]
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
        let on = Name::ty(&change.subject().domain);
        let hazard = |risk, text: &str| Hazard { risk, on: on.clone(), text: text.to_owned(), spared_by: None };
        let scanned = match change {
            Change::Create(new) => !new.not_valid,
            Change::Alter { .. } => true,
            Change::Drop(_) | Change::Rename { .. } => false,
        };
        match scanned {
            true => vec![
                hazard(Risk::MayFail, "values that break the condition stop it, and so does an array or composite column of this domain"),
                hazard(Risk::Blocks, "writes of every table with a column of this domain while its rows are checked"),
            ],
            false => vec![hazard(Risk::Lock, "no table is locked")],
        }
    }
}
