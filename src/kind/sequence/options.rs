//! The options that sequences and identity columns share, with Postgres's defaults left unsaid.

use serde::Deserialize;

use super::super::{Doc, Fields, Row, Type};
use crate::error::Result;
use crate::sql::Sql;

/// `None` is what Postgres would choose for the type and the direction (CREATE SEQUENCE in the manual).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Options {
    pub increment: i64,
    pub min: Option<i64>,
    pub max: Option<i64>,
    pub start: Option<i64>,
    pub cache: i64,
    pub cycle: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { increment: 1, min: None, max: None, start: None, cache: 1, cycle: false }
    }
}

impl Options {
    /// Those in the row's `column`, each forgotten where it is the default for `ty`.
    pub fn read(row: &Row, column: &str, ty: &Type) -> Result<Self> {
        Ok(row.json::<Self>(column)?.unwrap_or_default().without_defaults(ty))
    }

    /// What PostgreSQL would refuse (`init_params` in `sequence.c`).
    pub fn wrong(&self, ty: &Type) -> Option<String> {
        let (low, high) = bounds(ty);
        let (min, max) = if self.increment > 0 { (1, high) } else { (low, -1) };
        let (min, max) = (self.min.unwrap_or(min), self.max.unwrap_or(max));
        let start = self.start.unwrap_or(if self.increment > 0 { min } else { max });
        if self.increment == 0 {
            Some("it cannot increment by 0".into())
        } else if self.cache < 1 {
            Some("it cannot cache fewer than 1".into())
        } else if min >= max {
            Some(format!("its least value {min} is not below its greatest {max}"))
        } else if min < low || max > high {
            Some(format!("{ty} holds {low} to {high} only"))
        } else if !(min..=max).contains(&start) {
            Some(format!("its start {start} is not within {min} to {max}"))
        } else {
            None
        }
    }

    pub fn without_defaults(mut self, ty: &Type) -> Self {
        let (low, high) = bounds(ty);
        let (min, max) = if self.increment > 0 { (1, high) } else { (low, -1) };
        let first = if self.increment > 0 { self.min.unwrap_or(min) } else { self.max.unwrap_or(max) };
        self.start = self.start.filter(|start| *start != first);
        self.min = self.min.filter(|value| *value != min);
        self.max = self.max.filter(|value| *value != max);
        self
    }

    /// ` INCREMENT BY 2 MINVALUE 5 …`, only what is not the default.
    pub fn sql(&self) -> Sql {
        let Self { increment, min, max, start, cache, cycle } = self;
        Sql::new()
            .maybe(start.as_ref(), |sql, value| sql.kw("START WITH").number(*value))
            .when(*increment != 1, |sql| sql.kw("INCREMENT BY").number(*increment))
            .maybe(min.as_ref(), |sql, value| sql.kw("MINVALUE").number(*value))
            .maybe(max.as_ref(), |sql, value| sql.kw("MAXVALUE").number(*value))
            .when(*cache != 1, |sql| sql.kw("CACHE").number(*cache))
            .when(*cycle, |sql| sql.kw("CYCLE"))
    }

    pub fn write(&self, fields: Fields) -> Fields {
        let Self { increment, min, max, start, cache, cycle } = self;
        let unless = |default: i64, value: i64| (value != default).then_some(Doc::Number(value));
        fields
            .put("start", start.map(Doc::Number))
            .put("increment", unless(1, *increment))
            .put("min", min.map(Doc::Number))
            .put("max", max.map(Doc::Number))
            .put("cache", unless(1, *cache))
            .when("cycle", *cycle)
    }

    /// What takes the old options to the new ones; each clause on its own, for `ALTER SEQUENCE` and for `SET …` of an
    /// identity alike. The position is never touched.
    pub fn changes(old: &Self, new: &Self, ty: &Type) -> Vec<Sql> {
        let Self { increment, min, max, start, cache, cycle } = new;
        let mut clauses = Vec::new();
        if old.increment != *increment {
            clauses.push(Sql::new().kw("INCREMENT BY").number(*increment));
        }
        if old.min != *min || (old.increment > 0) != (*increment > 0) {
            clauses.push(match min {
                Some(value) => Sql::new().kw("MINVALUE").number(*value),
                None => Sql::new().kw("NO MINVALUE"),
            });
        }
        if old.max != *max || (old.increment > 0) != (*increment > 0) {
            clauses.push(match max {
                Some(value) => Sql::new().kw("MAXVALUE").number(*value),
                None => Sql::new().kw("NO MAXVALUE"),
            });
        }
        if old.first(ty) != new.first(ty) || old.start != *start {
            clauses.push(Sql::new().kw("START WITH").number(new.first(ty)));
        }
        if old.turns(new) {
            clauses.push(Sql::new().kw("RESTART WITH").number(new.first(ty)));
        }
        if old.cache != *cache {
            clauses.push(Sql::new().kw("CACHE").number(*cache));
        }
        if old.cycle != *cycle {
            clauses.push(if *cycle { Sql::new().kw("CYCLE") } else { Sql::new().kw("NO CYCLE") });
        }
        clauses
    }

    /// Counts the other way from now on: the old position is outside the usual bounds and means nothing.
    pub fn turns(&self, new: &Self) -> bool {
        (self.increment > 0) != (new.increment > 0)
    }

    /// The new minimum, where it is higher than the old one.
    pub fn lift(old: &Self, new: &Self, ty: &Type) -> Option<i64> {
        if old.turns(new) {
            return None;
        }
        let low = |options: &Self| options.min.unwrap_or(if options.increment > 0 { 1 } else { bounds(ty).0 });
        (low(new) > low(old)).then(|| low(new))
    }

    pub fn first(&self, ty: &Type) -> i64 {
        let low = bounds(ty).0;
        let implied = if self.increment > 0 { self.min.unwrap_or(1) } else { self.max.unwrap_or(-1).max(low) };
        self.start.unwrap_or(implied)
    }
}

fn bounds(ty: &Type) -> (i64, i64) {
    match ty.base().as_str() {
        "smallint" => (i16::MIN.into(), i16::MAX.into()),
        "integer" => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    }
}
