//! How do two columns hold the same while programs that know only the one and programs that know only the other are at work?
//!
//! A trigger writes each into the other. Where a statement gives both, the new one holds; where an INSERT leaves the new one null,
//! the old one does, its default included.

use super::Piece;
use crate::name::{Ident, Qualified, object_name};
use crate::sql::Sql;

/// Two columns of a table on the way from the one to the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    pub table: Qualified,
    pub old: Ident,
    pub new: Ident,
}

impl Pair {
    /// `public.tasks_name_in_step`
    pub fn function(&self) -> Qualified {
        let name = object_name(self.table.name.as_str(), self.new.as_str(), "in_step");
        Qualified { schema: self.table.schema.clone(), name: Ident::new(name) }
    }

    /// Triggers fire in the order of their names, and this one has to see what the others made of the row.
    pub fn trigger(&self) -> Ident {
        Ident::new(object_name("zz", self.new.as_str(), "in_step"))
    }

    pub fn begin(&self) -> Vec<Piece> {
        let function = Sql::new()
            .kw("CREATE FUNCTION")
            .qualified(&self.function())
            .glued("() RETURNS trigger LANGUAGE plpgsql AS")
            .dollar_quoted(self.body().as_str());
        let trigger = Sql::new()
            .kw("CREATE TRIGGER")
            .ident(&self.trigger())
            .kw("BEFORE INSERT OR UPDATE ON")
            .qualified(&self.table)
            .kw("FOR EACH ROW EXECUTE FUNCTION")
            .qualified(&self.function())
            .glued("()");
        vec![Piece::Statement(function), Piece::Statement(trigger)]
    }

    pub fn end(&self) -> Vec<Piece> {
        let trigger = Sql::new().kw("DROP TRIGGER").ident(&self.trigger()).kw("ON").qualified(&self.table);
        let function = Sql::new().kw("DROP FUNCTION").qualified(&self.function()).glued("()");
        vec![Piece::Statement(trigger), Piece::Statement(function)]
    }

    /// Texts are compared, since not every type can be.
    fn body(&self) -> Sql {
        let of = |row: &str, column: &Ident| Sql::new().path(&[Ident::new(row), column.clone()]);
        let (old, new) = (of("new", &self.old), of("new", &self.new));
        let give = |to: &Sql, from: &Sql| Sql::new().sql(to).kw(":=").sql(from).glued(";");
        Sql::new()
            .kw("\nBEGIN\n    -- what is written to one of the two is written to both; where both are, the new one holds\n    IF tg_op = 'UPDATE' THEN\n        IF")
            .sql(&new)
            .glued("::text IS DISTINCT FROM")
            .sql(&of("old", &self.new))
            .glued("::text THEN\n            ")
            .sql(&give(&old, &new))
            .glued("\n        ELSE\n            ")
            .sql(&give(&new, &old))
            .glued("\n        END IF;\n    ELSIF")
            .sql(&new)
            .glued(" IS NULL THEN\n        ")
            .sql(&give(&new, &old))
            .glued("\n    ELSE\n        ")
            .sql(&give(&old, &new))
            .glued("\n    END IF;\n    RETURN new;\nEND\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_length_stay_names() {
        let long = "x".repeat(60);
        let pair = Pair { table: Qualified::new("public", &*long), old: "a".into(), new: Ident::new(long.as_str()) };
        assert!(pair.function().name.as_str().len() <= 63 && pair.trigger().as_str().len() <= 63);
        assert!(pair.function().name.as_str().ends_with("_in_step") && pair.trigger().as_str().starts_with("zz_"));
    }
}
