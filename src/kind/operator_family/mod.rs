//! An operator family: what the operators of one access method mean to each other across types.
//!
//! Its members are objects of their own, since they come and go with the operators and functions that they are.

use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorFamily {
    pub name: Qualified,
    pub method: Ident,
}

impl OperatorFamily {
    fn path(&self) -> [Ident; 3] {
        member::path(&self.name, &self.method)
    }

    fn sql(&self, action: &'static str) -> Vec<Piece> {
        let Self { name, method } = self;
        vec![Piece::Statement(member::named(Sql::new().kw(action), name, &member::using(method)))]
    }
}

impl Kind for OperatorFamily {
    const TAG: Tag = Tag::OperatorFamily;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { name: row.qualified("schema", "name")?, method: row.ident("method")? })
    }

    fn id(&self) -> Id {
        Id::new(Tag::OperatorFamily, self.path())
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::OperatorFamily, self.path())]
    }

    fn requires(&self) -> Vec<Need> {
        std::iter::once(Need::exists(Name::schema(&self.name.schema))).chain(member::method(&self.method)).collect()
    }

    /// That of a class for which none is declared.
    fn imply(name: &Name) -> Option<Self> {
        let (Space::OperatorFamily, [schema, name, using]) = (name.space, name.path.as_slice()) else { return None };
        let method = crate::lex::unquoted(using.as_str().strip_prefix("USING ")?);
        Some(Self { name: Qualified::new(schema, name), method: Ident::new(method) })
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "operator_families";

    fn write(&self, mut parts: Parts) -> Part {
        let Self { name, method } = self;
        let of = |section: &'static str, parts: &mut Parts| {
            let members = parts.sections.remove(section).unwrap_or_default().into_iter();
            members.map(move |part| (section == "operators", part.doc)).collect::<Vec<_>>()
        };
        let members = of("operators", &mut parts).into_iter().chain(of("functions", &mut parts));
        let fields = member::write(Fields::default(), members).put("comment", parts.take_one("comment")).attached(&mut parts);
        let key = crate::draft::write_name(name, parts.schema.as_str());
        Part { key: Some(format!("{key} using {}", method.as_str())), doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.exactly(Space::OperatorFamily, &mut self.name, &member::using(&self.method));
    }

    /// It is all name.
    fn alteration(_: &Self, _: &Self) -> Alteration {
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.sql("CREATE OPERATOR FAMILY")
    }

    fn drop(&self) -> Vec<Piece> {
        self.sql("DROP OPERATOR FAMILY")
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Drop(_) => "drop_operator_family",
            Change::Rename { .. } => "rename_operator_family",
            _ => "create_operator_family",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
