//! How do two columns hold the same while programs that know only the one and programs that know only the other are at work?
//!
//! A trigger writes each into the other. Where a statement gives both, the new one holds; where an INSERT leaves the new one null,
//! the old one does, its default included. Invariant: a value that came from the other column does not go back there, since it
//! may be less than what it came from; and what is in neither statement nor column is never written over a value.

use super::casts::Way;
use super::{Piece, Type};
use crate::name::{Ident, Qualified, object_name};
use crate::sql::{Expr, Sql};

/// Two columns of a table on the way from the one to the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    pub table: Qualified,
    pub old: Ident,
    pub new: Ident,
}

/// A pair, and how the values of each column become the other's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InStep {
    pub pair: Pair,
    pub up: Crossing,
    pub down: Crossing,
    /// The new one is under a passing name: programs use the old one's before and after.
    pub one_name: bool,
}

/// How the values of a column become another's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// Over the row.
    pub value: Expr,
    /// Over the row that a trigger calls `new`.
    pub of_new: Sql,
    pub to: Type,
    pub way: Way,
    /// The models say it, and no cast does.
    pub stated: bool,
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

    pub fn end(&self) -> Vec<Piece> {
        let trigger = Sql::new().kw("DROP TRIGGER").ident(&self.trigger()).kw("ON").qualified(&self.table);
        let function = Sql::new().kw("DROP FUNCTION").qualified(&self.function()).glued("()");
        vec![Piece::Statement(trigger), Piece::Statement(function)]
    }
}

impl InStep {
    pub fn begin(&self) -> Vec<Piece> {
        let Pair { table, .. } = &self.pair;
        let function = Sql::new()
            .kw("CREATE FUNCTION")
            .qualified(&self.pair.function())
            .glued("() RETURNS trigger LANGUAGE plpgsql")
            // programs look names up along paths of their own
            .when(self.up.stated || self.down.stated, |sql| sql.kw("SET search_path FROM CURRENT"))
            .kw("AS")
            .dollar_quoted(self.body().as_str());
        let trigger = Sql::new()
            .kw("CREATE TRIGGER")
            .ident(&self.pair.trigger())
            .kw("BEFORE INSERT OR UPDATE ON")
            .qualified(table)
            .kw("FOR EACH ROW EXECUTE FUNCTION")
            .qualified(&self.pair.function())
            .glued("()");
        vec![Piece::Statement(function), Piece::Statement(trigger)]
    }

    /// Each value comes back as it went.
    fn is_exact(&self) -> bool {
        !self.up.stated && !self.down.stated && self.up.to == self.down.to
    }

    /// Texts are compared, since not every type can be.
    fn body(&self) -> Sql {
        let of = |row: &str, column: &Ident| Sql::new().path(&[Ident::new(row), column.clone()]);
        let Pair { old, new, .. } = &self.pair;
        let give = |to: &Ident, from: &Crossing| of("new", to).kw(":=").sql(&from.of_new).glued(";");
        let (to_old, to_new) = (give(old, &self.down), give(new, &self.up));
        let changed = |column: &Ident, by: &Crossing| {
            let sql = of("new", column).glued("::text IS DISTINCT FROM").sql(&of("old", column)).glued("::text");
            let copied = || {
                let sql = Sql::new().kw("\n            AND NOT (").sql(&of("old", column)).kw("IS NULL AND");
                sql.sql(&of("new", column)).glued("::text IS NOT DISTINCT FROM").sql(&by.as_text()).glued(")")
            };
            sql.when(!self.is_exact(), |sql| sql.sql(&copied()))
        };
        let differs =
            || Sql::new().kw("AND").sql(&of("new", new)).glued("::text IS DISTINCT FROM").sql(&self.up.as_text());
        let copied = match self.is_exact() {
            true => "",
            false => "\n    -- what is copied to a column that had nothing is not copied back",
        };
        Sql::new()
            .when(self.up.stated || self.down.stated, |sql| sql.kw("\n#variable_conflict use_column"))
            .kw("\nBEGIN\n    -- what is written to one of the two is written to both; where both are, the new one holds")
            .glued(copied)
            .glued("\n    IF tg_op = 'UPDATE' THEN\n        IF")
            .sql(&changed(new, &self.up))
            .glued(" THEN\n            ")
            .sql(&to_old)
            .glued("\n        ELSIF")
            .sql(&changed(old, &self.down))
            .glued(" THEN\n            ")
            .sql(&to_new)
            .glued("\n        ELSIF")
            .sql(&of("new", old))
            .kw("IS NULL AND")
            .sql(&of("new", new))
            .kw("IS NOT NULL")
            .when(self.up.stated, |sql| sql.sql(&differs()))
            .glued(" THEN\n            ")
            .sql(&to_old)
            .glued("\n        ELSIF")
            .sql(&of("new", new))
            .glued(" IS NULL THEN\n            ")
            .sql(&to_new)
            .glued("\n        END IF;\n    ELSIF")
            .sql(&of("new", new))
            .glued(" IS NULL THEN\n        ")
            .sql(&to_new)
            .glued("\n    ELSE\n        ")
            .sql(&to_old)
            .glued("\n    END IF;\n    RETURN new;\nEND\n")
    }
}

impl Crossing {
    /// As the column that it goes to would show it.
    fn as_text(&self) -> Sql {
        Sql::new().kw("(").sql(&self.of_new).glued(")").cast("::", &self.to).glued("::text")
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
