//! The place of a table as a partition of another: an object of its own, since a table outlives it, is attached after all that
//! its parent asks of it is there, and can move.

use super::*;

mod yaml;

pub use yaml::{Declaration, within};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    pub table: Qualified,
    pub parent: Qualified,
    /// The rows that it takes: `FOR VALUES …`, or `DEFAULT`.
    pub bound: Expression,
}

impl Partition {
    /// One that nothing can join: the grammar takes it alone.
    fn alter_parent(&self) -> Sql {
        Sql::new().kw("ALTER TABLE").qualified(&self.parent)
    }
}

impl Kind for Partition {
    const TAG: Tag = Tag::Partition;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            table: row.table("table")?,
            parent: row.qualified("parent_schema", "parent")?,
            bound: Expression::new(Expr::from_server(row.text("bound")?)),
        })
    }

    fn id(&self) -> Id {
        Id::of(Tag::Partition, &self.table)
    }

    fn occupies(&self) -> Vec<Name> {
        vec![Name::new(Space::Partition, [&self.table.schema, &self.table.name])]
    }

    fn requires(&self) -> Vec<Need> {
        [&self.table, &self.parent].map(|table| Need::exists(Name::relation(table))).into()
    }

    fn parent(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.table))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        let role = Role::Bound(String::new());
        vec![Slot { table: self.parent.clone(), role, expression: &mut self.bound }]
    }

    fn references(&mut self) -> Vec<(Space, &mut Qualified)> {
        vec![(Space::Relation, &mut self.parent)]
    }

    fn descends(&self) -> Vec<Descent> {
        vec![Descent { child: self.table.clone(), parent: self.parent.clone(), partition: Some(self.id()) }]
    }

    const SECTION: &'static str = "partition_of";

    fn host(&self) -> Option<Id> {
        Some(Id::of(Tag::Table, &self.parent))
    }

    fn write(&self, parts: Parts) -> Part {
        let bound = self.bound.written.text();
        let fields = Fields::default()
            .put("table", Doc::Text(crate::draft::write_name(&self.parent, parts.schema.as_str())))
            .put("values", Doc::text(bound.strip_prefix("FOR VALUES ").unwrap_or(bound)));
        Part { key: None, doc: Doc::Map(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        renames.text(&mut self.bound);
        renames.relation(&mut self.table);
        renames.relation(&mut self.parent);
    }

    fn alteration(_: &Self, _: &Self) -> Alteration {
        // detached and attached: what else moves, moves in between
        Alteration::Recreate
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        let sql = self.alter_parent().kw("ATTACH PARTITION").qualified(&self.table).expr(&self.bound.written);
        vec![Piece::Statement(sql)]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(self.alter_parent().kw("DETACH PARTITION").qualified(&self.table))]
    }

    fn alter(_: &Self, _: &Self) -> Vec<Piece> {
        Vec::new()
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) | Change::Rename { .. } | Change::Alter { .. } => "attach_partition",
            Change::Drop(_) => "detach_partition",
        }
    }

    fn hazards(change: Change<&Self>) -> Vec<Hazard> {
        match change {
            Change::Drop(old) => {
                let text = format!("ACCESS EXCLUSIVE on {} and {}, instant", old.parent, old.table);
                vec![Hazard::new(Risk::Lock, &old.parent, text)]
            }
            _ => {
                let (new, parent) = (change.subject(), &change.subject().parent);
                vec![
                    Hazard::new(Risk::MayFail, &new.table, format!("rows of {} outside its bounds stop it", new.table)),
                    Hazard::new(Risk::Blocks, &new.table, format!("reads and writes of {} while its rows are checked", new.table)),
                    Hazard::new(Risk::Lock, parent, format!("SHARE UPDATE EXCLUSIVE on {parent}; ACCESS EXCLUSIVE on its default partition, whose rows are checked")),
                ]
            }
        }
    }
}
