//! Which column a sequence is dropped with: an object of its own, since the column's default may need the sequence.

use super::sequence::Owner;
use super::*;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownership {
    pub sequence: Qualified,
    pub owner: Owner,
    /// Of the table, where one of the two is, or was, not of the role that the statements run as: both must have one owner.
    pub role: Aside<Option<Ident>>,
}

impl Ownership {
    fn column(&self) -> Name {
        Name::column(&self.owner.table, &self.owner.column)
    }

    fn alter_sequence(&self) -> Sql {
        Sql::new().kw("ALTER SEQUENCE").qualified(&self.sequence)
    }

    fn set(&self) -> Vec<Piece> {
        let handed = self.role.0.as_ref().map(|role| self.alter_sequence().kw("OWNER TO").ident(role));
        let owned = self.alter_sequence().kw("OWNED BY").column(&self.owner.table, &self.owner.column);
        handed.into_iter().chain([owned]).map(Piece::Statement).collect()
    }
}

impl Kind for Ownership {
    const TAG: Tag = Tag::Ownership;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        let owner =
            Owner { table: row.qualified("owner_schema", "owner_table")?, column: row.ident("owner_column")? };
        let role = Aside(row.opt("owner_role").map(Ident::new));
        Ok(Self { sequence: row.qualified("schema", "name")?, owner, role })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Ownership, &self.sequence)
    }

    fn occupies(&self) -> Vec<Name> {
        // an owner of the sequence's own has no place beside it
        let owner = super::attached::ownership(&Id::of(Tag::Sequence, &self.sequence));
        vec![Name::new(Space::Ownership, [&self.sequence.schema, &self.sequence.name]), owner]
    }

    fn requires(&self) -> Vec<Need> {
        vec![Need::exists(Name::relation(&self.sequence)), Need::exists(self.column())]
    }

    /// The table has its owner before the sequence has.
    fn prefers(&self) -> Vec<Need> {
        let table = Id::of(Tag::Table, &self.owner.table);
        self.role.0.iter().map(|role| Need::exists(super::attached::owned(&table, role))).collect()
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Sequence, &self.sequence))
    }

    /// The sequence took the name of a live one.
    fn follow(&mut self, old: &Id, new: &Id) {
        if Id::of(Tag::Sequence, &self.sequence) == *old
            && let [schema, name] = new.path.as_slice() {
                self.sequence = Qualified::new(schema, name);
            }
    }

    fn hands_to(&self) -> Option<&Ident> {
        self.role.0.as_ref()
    }

    fn held_by(&mut self, owner: &dyn Fn(&Id, [&Id; 2]) -> Option<Ident>) {
        let [table, sequence] = [Id::of(Tag::Table, &self.owner.table), Id::of(Tag::Sequence, &self.sequence)]
            .map(|id| Id::attached(Tag::Owner, id));
        self.role = Aside(owner(&table, [&sequence, &self.id()]));
    }

    const SECTION: &'static str = "owned_by";

    fn write(&self, parts: Parts) -> Part {
        let Owner { table, column } = &self.owner;
        let column = Qualified { schema: Ident::new(""), name: column.clone() };
        let table = crate::draft::write_name(table, parts.schema.as_str());
        Part { key: None, doc: Doc::Text(format!("{table}.{}", crate::draft::write_name(&column, ""))) }
    }

    fn rename(&mut self, renames: &Renames) {
        self.owner.rename(renames);
        renames.relation(&mut self.sequence);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        // free in between: the old column may have to go before the new one can come
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        self.set()
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.alter_sequence().kw("OWNED BY NONE"))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(_: Change<&Self>) -> &'static str {
        "alter_sequence"
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
