//! An operator or a function of an operator family that no class keeps.

use super::member::Member;
use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorFamilyMember {
    pub family: Qualified,
    pub method: Ident,
    pub member: Member,
}

impl OperatorFamilyMember {
    fn of(&self) -> Id {
        Id::new(Tag::OperatorFamily, member::path(&self.family, &self.method))
    }

    fn alter(&self, action: &'static str, what: &Sql) -> Vec<Piece> {
        let sql = member::named(Sql::new().kw("ALTER OPERATOR FAMILY"), &self.family, &member::using(&self.method));
        vec![Piece::Statement(sql.kw(action).sql(what))]
    }
}

impl Kind for OperatorFamilyMember {
    const TAG: Tag = Tag::OperatorFamilyMember;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let member = member::read(row, "member")?.pop();
        let member = member.ok_or_else(|| crate::Error::new("the catalog query gave no value for member"))?;
        Ok(Self { family: row.qualified("schema", "name")?, method: row.ident("method")?, member })
    }

    fn id(&self) -> Id {
        let method = member::using(&self.method);
        let slot = Ident::new(format!("{}, {}", method.as_str(), self.member.slot()));
        Id::new(Tag::OperatorFamilyMember, [self.family.schema.clone(), self.family.name.clone(), slot])
    }

    fn occupies(&self) -> Vec<Name> {
        self.member.occupies(&self.family, &self.method)
    }

    fn requires(&self) -> Vec<Need> {
        member::family(&self.family, &self.method).into_iter().chain(self.member.requires()).collect()
    }

    /// The family has it, for the sake of what had better find it complete.
    fn provides(&self) -> Vec<Fact> {
        let [schema, name, method] = member::path(&self.family, &self.method);
        let path = [schema, name, method, Ident::new(self.member.slot())];
        vec![Fact::Exists(Name::new(Space::OperatorFamily, path))]
    }

    fn parent(&self) -> Option<Id> {
        Some(self.of())
    }

    fn types(&mut self) -> Vec<&mut Type> {
        self.member.types_mut()
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        let family = (Space::OperatorFamily, &mut self.family);
        std::iter::once(family).chain(self.member.references()).collect()
    }

    /// Nobody could tell it from what is there anyway, nor does pg_dump.
    fn mismatch(&self, _: &dyn Fn(&Id) -> Option<Type>) -> Option<(String, String)> {
        let own = self.family.schema.as_str() == "pg_catalog";
        let message = || format!("not supported: {} as a member of PostgreSQL's own family {}", self.member.slot(), self.family);
        own.then(|| (message(), "name a family of your own by `family:`".to_owned()))
    }

    const SECTION: &'static str = "operators";

    fn inside(&self, _: &[&Object]) -> Option<(&'static str, Part)> {
        let section = if self.member.is_operator() { Self::SECTION } else { "functions" };
        Some((section, Part { key: None, doc: self.member.write() }))
    }

    fn write(&self, _: Parts) -> Part {
        let Self { family: _, method: _, member } = self;
        Part { key: None, doc: member.write() }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.types(self.types());
        renames.refer(self.member.references());
        renames.exactly(Space::OperatorFamily, &mut self.family, &member::using(&self.method));
    }

    /// Nothing of it can be altered.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.alter("ADD", &self.member.sql())
    }

    fn drop(&self) -> Vec<Piece> {
        self.alter("DROP", &self.member.place_sql())
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_operator_family"
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        let Change::Drop(old) = change else { return Vec::new() };
        if old.member.is_operator() {
            return Vec::new();
        }
        let text = "an index on a class of the family stays as it is, and may answer wrongly until it is made again".to_owned();
        let on = Name::new(Space::OperatorFamily, member::path(&old.family, &old.method));
        vec![Hazard { risk: Risk::Breaks, on, text, spared_by: None }]
    }
}
