//! `backfill: created_at::date + 7`, or `{ value: …, batch: 5000, pause: 50ms }`: how rows without a value get one.
//!
//! The column is there and may be null, its rows are filled in rounds, and then it is NOT NULL. What stands on the column comes after.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::shapes::{Short, short_or_long};
use super::*;
use crate::draft::Scope;
use crate::duration::duration;
use crate::error::Error;
use crate::json_schema::Scalar;
use crate::spanned::Spanned;

#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Long {
    /// An expression over the row.
    #[schemars(with = "Scalar")]
    value: Spanned<String>,
    /// 0: in one statement.
    batch: Option<u64>,
    /// Between two batches: `50ms`.
    pause: Option<Spanned<String>>,
}

#[derive(Debug, Clone)]
pub enum Declaration {
    Value(String),
    Long(Long),
}

impl From<Long> for Declaration {
    fn from(long: Long) -> Self {
        Self::Long(long)
    }
}

impl Short for Declaration {
    const EXPECTED: &'static str = "an expression, or a map with `value:`";
    const TEXT: Option<fn(&str) -> Self> = Some(|text| Self::Value(text.to_owned()));
}

short_or_long!(Declaration, Long, "backfill");

impl Declaration {
    /// For a column that is read already.
    pub fn read(at: &Spanned<Self>, column: &Column, scope: &Scope) -> Result<Backfill> {
        let filled_by = match column {
            Column { generated: Some(_), .. } => Some("is generated"),
            Column { identity: Some(_), .. } => Some("has an identity"),
            Column { inherited: Inherited { how: Aside(How::Inherits), .. }, .. } => Some("is inherited"),
            _ => None,
        };
        if let Some(why) = filled_by {
            let error = scope.error(format!("column {} {why}, and cannot be filled", column.key()), at);
            return Err(error.hint("take `backfill` away"));
        }
        let (value, batch, pause) = match &at.value {
            Self::Value(value) => (Spanned::new(value.clone(), at.referenced, at.defined), None, None),
            Self::Long(long) => (long.value.clone(), long.batch, long.pause.as_ref()),
        };
        let value = scope.expression(&value)?.written;
        Ok(Backfill { value, pace: pace(batch, pause, scope)?, place: scope.place(at), pair: None })
    }
}

/// What is said of batches.
pub fn pace(batch: Option<u64>, pause: Option<&Spanned<String>>, scope: &Scope) -> Result<Option<Pace>> {
    let mut pace = Pace::USUAL;
    pace.rows = batch.unwrap_or(pace.rows);
    if let Some(text) = pause {
        let wrong = || scope.error(format!("`{}` is no length of time", text.value), text).hint("write it like 50ms or 1s");
        pace.pause = duration(&text.value).ok_or_else(wrong)?;
        if pace.rows == 0 {
            let error = scope.error("there is no pause where all rows are filled at once, as `batch: 0` says", text);
            return Err(error.hint("take `pause` away, or say how many rows a batch has"));
        }
    }
    Ok(Some(pace).filter(|pace| pace.rows > 0))
}

/// The steps of [`Kind::filled`], each with what is to be known of it.
struct Filling<'a> {
    change: Change<&'a Column>,
    /// The column with its rows not filled yet.
    nullable: Column,
    with: &'a Backfill,
}

pub fn filled(
    change: Change<&Column>,
    with: &Backfill,
    children: Vec<Piece>,
    ground: &Ground,
    validated: bool,
) -> Result<Option<Filled>> {
    let new = change.subject();
    let nullable = Column { not_null: false, not_null_constraint: NotNull::default(), ..new.clone() };
    let filling = Filling { change, nullable, with };
    let has_default = !children.is_empty();
    let mut phases = match change {
        Change::Create(_) => filling.added(children),
        Change::Drop(old) => return Ok(with.pair.as_ref().map(|pair| parted(old, pair))),
        Change::Alter { old, .. } if !old.not_null && new.not_null && with.pair.is_none() => filling.altered(old),
        _ => return Ok(None),
    };
    if new.foreign.0 {
        let error = Error::no(format!("not supported: a backfill of {}, whose rows are another server's", new.key()));
        return Err(error.at(with.place.clone()).hint("fill the rows there, and take `backfill` away"));
    }
    phases.push(Phase::fill(filling.update(), with.pace, filling.meanwhile()));
    let mut note = None;
    if new.not_null {
        let (mut enforced, why) = filling.enforced(ground, validated);
        note = why;
        if let (Some(first), Change::Create(_), false) = (enforced.first_mut(), change, has_default || with.pair.is_some()) {
            let text = format!("inserts that say nothing of {} fail from here on", new.key());
            first.hazards.insert(0, Hazard::new(Risk::Breaks, &new.table, text));
        }
        phases.extend(enforced);
    }
    Ok(Some(Filled { phases, note }))
}

impl Filling<'_> {
    fn column(&self) -> &Column {
        self.change.subject()
    }

    /// A default is of the rows to come, and not of those that are there.
    fn added(&self, children: Vec<Piece>) -> Vec<Phase> {
        let column = self.nullable.create(Vec::new()).into_iter().chain(children);
        let pieces = column.chain(self.with.pair.iter().flat_map(InStep::begin)).collect();
        let column = self.column();
        let comes_back = self.with.pair.as_ref().filter(|with| with.one_name && with.pair.old == column.name);
        let text = || format!("programs find {} as {} from here on", column.key(), column.ty);
        let finds = comes_back.map(|_| Hazard::new(Risk::Breaks, &column.table, text()));
        vec![Phase::new("add_column", pieces, finds.into_iter().chain([Hazard::instant(&column.table)]).collect())]
    }

    /// All that changes but NOT NULL.
    fn altered(&self, old: &Column) -> Vec<Phase> {
        if *old == self.nullable {
            return Vec::new();
        }
        let hazards = hazards::of(Change::Alter { old, new: &self.nullable });
        vec![Phase::new("alter_column", Column::alter(old, &self.nullable), hazards)]
    }

    fn update(&self) -> Piece {
        let Column { table, name, not_null, .. } = self.column();
        let value = self.with.value.as_operand();
        let sql = Sql::new().kw("UPDATE").qualified(table).kw("SET").ident(name).kw("=").sql(&value);
        let sql = sql.kw("WHERE").ident(name).kw("IS NULL");
        let given = || Sql::new().kw("AND NOT").sql(&self.with.value.in_brackets()).kw("IS NULL");
        // a row that gets none is done too
        Piece::Statement(sql.when(!*not_null || self.with.pair.is_some(), |sql| sql.sql(&given())))
    }

    fn meanwhile(&self) -> Vec<Hazard> {
        let Column { table, not_null, .. } = self.column();
        let fails = Hazard::new(Risk::MayFail, table, "a row for which the expression is null stops it");
        let locks = match self.with.pace {
            Some(Pace { rows, .. }) => {
                let text = format!("{rows} rows of {table} at a time, which others may read meanwhile");
                Hazard::new(Risk::Lock, table, text)
            }
            None => {
                let held = if self.with.pair.is_some() { "reads and writes" } else { "writes" };
                Hazard::new(Risk::Blocks, table, format!("{held} of {table} until all its rows are filled"))
            }
        };
        let stops = self.with.pair.as_ref().and_then(|with| self.stops(with));
        (*not_null && self.with.pair.is_none()).then_some(fails).into_iter().chain(stops).chain([locks]).collect()
    }

    /// What is no value of the other type, from then on in what programs write too.
    fn stops(&self, with: &InStep) -> Option<Hazard> {
        let Column { table, name, .. } = self.column();
        let (by, from) = match *name == with.pair.new {
            true => (&with.up, &with.pair.old),
            false => (&with.down, &with.pair.new),
        };
        let from = Name::column(table, from);
        let text = format!("values of {from} that do not convert to {} stop it, and writes of them fail from here on", by.to);
        retype::may_stop(&by.way, by.stated, &by.to).then(|| Hazard::new(Risk::MayFail, table, text))
    }

    /// NOT NULL, once all rows have a value.
    fn enforced(&self, ground: &Ground, validated: bool) -> (Vec<Phase>, Option<Hazard>) {
        let change = Change::Alter { old: &self.nullable, new: self.column() };
        let plain = || {
            let mut hazards = hazards::of(change);
            let fails = hazards.iter_mut().filter(|hazard| hazard.risk == Risk::MayFail);
            fails.for_each(|hazard| hazard.text = "rows that came without a value after they were filled stop it".into());
            vec![Phase::new("alter_column", Column::alter(&self.nullable, self.column()), hazards)]
        };
        match not_null::online(change, ground) {
            Online::Phases(_, phases, _) if validated => (phases, None),
            Online::Not(_, why) if validated => (plain(), Some(why)),
            _ => (plain(), None),
        }
    }
}

/// Nothing is lost with a column whose values are in another, but what that one's type does not hold.
fn parted(old: &Column, with: &InStep) -> Filled {
    let InStep { pair, up, one_name, .. } = with;
    let (key, ends) = (old.key(), old.name == pair.old);
    let other = Name::column(&pair.table, if ends { &pair.new } else { &pair.old });
    let text = match (one_name, ends) {
        (false, _) => format!("programs that use {key} fail from here on; its values are those of {other}"),
        (true, true) => format!("programs find {key} as {} from here on; its values are those of {other}", up.to),
        (true, false) => format!("programs that use {key} fail from here on, where any do; {other} stays as it is"),
    };
    let narrowed = (ends && !up.stated).then(|| loss::narrows(&up.way)).flatten();
    let narrowed = narrowed.map(|loss| Hazard::new(Risk::Loses, &old.table, loss));
    let breaks = [Hazard::new(Risk::Breaks, &old.table, text), Hazard::instant(&old.table)];
    let pieces = pair.end().into_iter().chain(old.drop()).collect();
    let hazards = narrowed.into_iter().chain(breaks).collect();
    Filled { phases: vec![Phase::new("drop_column", pieces, hazards)], note: None }
}

/// As [`Kind::unfilled`].
pub fn unfilled(change: Change<&Column>) -> Option<Hazard> {
    let Change::Alter { old, new } = change else { return None };
    let text = format!("the values that the backfill gave {} stay: which rows had none is not known any more", new.key());
    (old.not_null && !new.not_null).then(|| Hazard::new(Risk::OneWay, &new.table, text))
}
