//! A procedure, which CALL runs.

use super::routine::{BodyCheck, Routine};
use super::*;

mod yaml;

pub use yaml::Declaration;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    pub routine: Routine,
}

impl Procedure {
    fn definition(&self, create: &'static str) -> Sql {
        self.routine.tail(self.routine.head(create), Vec::new())
    }
}

impl Kind for Procedure {
    const TAG: Tag = Tag::Procedure;
    const QUERY: &'static str = include_str!("query.sql");

    fn read(row: &Row) -> Result<Self> {
        Ok(Self { routine: Routine::read(row)? })
    }

    fn id(&self) -> Id {
        Id::new(Tag::Procedure, self.routine.path())
    }

    fn occupies(&self) -> Vec<Name> {
        self.routine.occupies()
    }

    fn requires(&self) -> Vec<Need> {
        self.routine.requires()
    }

    fn prefers(&self) -> Vec<Need> {
        self.routine.prefers()
    }

    fn body_check(&self) -> Option<BodyCheck> {
        BodyCheck::of(&self.routine)
    }

    fn since(&self) -> Option<(u32, &'static str)> {
        self.routine.body.parsed().map(|_| (14, "a body that PostgreSQL parses"))
    }

    fn expressions(&mut self) -> Vec<Slot<'_>> {
        self.routine.expressions(Sql::new())
    }

    fn types(&mut self) -> Vec<&mut Type> {
        self.routine.types()
    }

    fn adopt(&mut self, live: &Self) {
        self.routine.adopt(&live.routine);
    }

    fn has_owner(&self) -> bool {
        true
    }

    const SECTION: &'static str = "procedures";

    fn write(&self, mut parts: Parts) -> Part {
        let (key, common) = self.routine.write(&parts.schema);
        let mut fields = Fields::default().put("comment", parts.take_one("comment")).attached(&mut parts);
        fields.0.extend(common.0);
        Part { key: Some(key), doc: Doc::Section(fields.0) }
    }

    fn rename(&mut self, renames: &Renames) {
        self.routine.rename(renames);
    }

    fn alteration(old: &Self, new: &Self) -> Alteration {
        if new.routine.replaces(&old.routine) { Alteration::InPlace } else { Alteration::Recreate }
    }

    fn create(&self, _: Vec<Sql>) -> Vec<Piece> {
        vec![Piece::Statement(self.definition("CREATE PROCEDURE"))]
    }

    fn drop(&self) -> Vec<Piece> {
        vec![Piece::Statement(Sql::new().kw("DROP PROCEDURE").sql(&self.routine.sql()))]
    }

    fn alter(_: &Self, new: &Self) -> Vec<Piece> {
        let Self { routine: _ } = new;
        vec![Piece::Statement(new.definition("CREATE OR REPLACE PROCEDURE"))]
    }

    fn op(change: Change<&Self>) -> &'static str {
        match change {
            Change::Create(_) => "create_procedure",
            Change::Drop(_) => "drop_procedure",
            Change::Rename { .. } => "rename_procedure",
            Change::Alter { .. } => "alter_procedure",
        }
    }

    fn hazards(_: Change<&Self>) -> Vec<Hazard> {
        Vec::new()
    }
}
