//! How do the values of a column become those of another type, there and back?
//!
//! By the cast that PostgreSQL has, written out where it would not be applied unasked; by the expression that the model
//! states; or not at all: there the model is asked for one, and the way back, for which nobody can be asked once it is run,
//! stops at the first value. Invariant: no value is lost unsaid.

use super::super::casts::{Passage, Touch, Way};
use super::*;

/// What the models say of the way between two types, and what the casts of the server say; outside `==`.
#[derive(Debug, Clone, Default)]
pub struct Using {
    pub up: Option<Expr>,
    pub down: Option<Expr>,
    /// From the type that the live column has, and back to it.
    pub ways: Option<Box<(Way, Way)>>,
}

impl PartialEq for Using {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Using {}

impl Using {
    /// A change of the parent's is one of the child's, too.
    pub fn merge(&mut self, parent: &Self) {
        self.up = self.up.take().or_else(|| parent.up.clone());
        self.down = self.down.take().or_else(|| parent.down.clone());
    }

    /// The way back is gone after the names are the old ones again.
    pub fn rename(&mut self, renames: &Renames, table: &Qualified) {
        for text in [&mut self.up, &mut self.down].into_iter().flatten() {
            let mut expression = Expression::new(text.clone());
            renames.expression(table, &mut expression);
            *text = expression.written;
        }
    }
}

/// One direction of it.
pub struct Passing<'a> {
    stated: Option<&'a Expr>,
    way: Option<&'a Way>,
    /// To what was there before.
    back: bool,
    /// Only the other direction is stated, so that this may not undo it.
    one_sided: bool,
}

impl Column {
    /// Whichever of the two the models have knows the way.
    pub fn passing<'a>(old: &'a Self, new: &'a Self) -> Passing<'a> {
        let (there, back) = (&new.using, &old.using);
        match (&there.ways, &back.ways) {
            (None, Some(ways)) => {
                let stated = back.down.as_ref();
                Passing { stated, way: Some(&ways.1), back: true, one_sided: stated.is_none() && back.up.is_some() }
            }
            (ways, _) => {
                let way = ways.as_ref().map(|ways| &ways.0);
                Passing { stated: there.up.as_ref(), way, back: false, one_sided: false }
            }
        }
    }

    /// Named casts that it takes, and what the expressions mention, had better be there.
    pub fn ways_prefer(&self) -> Vec<Need> {
        let Using { up, down, ways } = &self.using;
        let casts = ways.iter().flat_map(|ways| [&ways.0, &ways.1]).filter_map(|way| way.cast.clone());
        let texts = [up, down].into_iter().flatten();
        let texts = texts.map(|text| {
            let mut mentions = Mentions::of(&self.table, &Expression::new(text.clone()));
            mentions.words.clear();
            Need::mentions(mentions)
        });
        casts.map(Need::exists).chain(texts).collect()
    }

    /// Why the models have to say more before the type can change, and what.
    pub fn unsaid(old: &Self, new: &Self) -> Option<(String, String)> {
        let passing = Self::passing(old, new);
        let absent = passing.way.is_some_and(|way| way.passage == Passage::Absent);
        let generated = old.generated.is_some() || new.generated.is_some();
        let asks = absent && !generated && passing.stated.is_none() && !passing.back && !new.foreign.0 && new.inherited.from.is_empty();
        let key = new.key();
        asks.then(|| {
            let what = format!("PostgreSQL has no cast from {} to {}, which {key} becomes", old.ty, new.ty);
            let example = match (old.ty.array, new.ty.array) {
                (false, true) => format!("ARRAY[{}]", new.name.quoted()),
                (true, false) => format!("{}[1]", new.name.quoted()),
                _ if old.ty.user_type().is_some() && new.ty.user_type().is_some() => {
                    format!("{}::text::{}", new.name.quoted(), new.ty)
                }
                _ => format!("<an expression over {}>", new.name.quoted()),
            };
            (what, format!("say beside the type how its values convert: `using: {example}`"))
        })
    }

    /// `ALTER COLUMN … TYPE`, with what has to go before it.
    pub(super) fn retype(old: &Self, new: &Self) -> (Option<Piece>, Sql) {
        let sql = new.alter_column().kw("TYPE").ty(&new.ty);
        let sql = sql.maybe(new.collation.as_ref(), |sql, name| sql.kw("COLLATE").qualified(name));
        let passing = Self::passing(old, new);
        if new.foreign.0 || old.ty == new.ty && passing.stated.is_none() {
            return (None, sql);
        }
        match (passing.stated, passing.way) {
            (Some(stated), _) => (None, sql.kw("USING").expr(stated)),
            (None, Some(way)) if way.passage == Passage::Absent => {
                // what inherits is looked at with what it inherits from
                let own = new.inherited.from.is_empty();
                (own.then(|| new.without_values(old)), sql.kw("USING NULL"))
            }
            (None, Some(way)) => match conversion(Sql::new().ident(&new.name), way, &new.ty) {
                Some(conversion) => (None, sql.kw("USING").sql(&conversion)),
                None => (None, sql),
            },
            (None, None) => (None, sql),
        }
    }

    /// Stops where there is a value, of which nobody knows what it would become.
    fn without_values(&self, old: &Self) -> Piece {
        let message = format!("no cast from {} to {}, and {} holds values", old.ty, self.ty, self.key());
        let hint = "write in the revision file how they convert";
        let block = Sql::new().kw("\nBEGIN\n    LOCK TABLE").qualified(&self.table).kw("IN ACCESS EXCLUSIVE MODE;\n");
        let block = block.kw("    IF EXISTS (SELECT FROM").qualified(&self.table).kw("WHERE").ident(&self.name);
        let block = block.kw("IS NOT NULL) THEN\n        RAISE EXCEPTION USING MESSAGE =").literal(&message);
        let block = block.kw(", HINT =").literal(hint).kw(";\n    END IF;\nEND\n");
        Piece::Statement(Sql::new().kw("DO").dollar_quoted(block.as_str()))
    }
}

/// What has to be written behind `USING`. Between moments with a zone and without one, the zone is named, whatever that of
/// the session is.
pub(super) fn conversion(value: Sql, way: &Way, new: &Type) -> Option<Sql> {
    const MOMENT: &str = "timestamp without time zone";
    const ZONED: &str = "timestamp with time zone";
    let (from, to) = (way.roots.0.base(), way.roots.1.base());
    let in_utc = |value: Sql| value.kw("AT TIME ZONE 'UTC'");
    match (from.as_str(), to.as_str()) {
        (MOMENT, ZONED) | (ZONED, MOMENT) => Some(in_utc(value)),
        ("date", ZONED) => Some(in_utc(value.cast("::", &Type::builtin(MOMENT)))),
        (ZONED, "date" | "time without time zone") => {
            Some(Sql::new().kw("(").sql(&in_utc(value)).kw(")").cast("::", new))
        }
        (ZONED, "time with time zone") => Some(in_utc(value.cast("::", new))),
        _ if way.labels && from != to => Some(Carriage::default().expression(&value, new)),
        _ => (way.passage == Passage::Explicit).then(|| value.cast("::", new)),
    }
}

/// What is to be known of it.
pub(super) fn hazards(old: &Column, new: &Column) -> Vec<Hazard> {
    let (on, key) = (&new.table, new.key());
    let passing = Column::passing(old, new);
    let mut hazards = Vec::new();
    let mut say = |risk, text: String| hazards.push(Hazard::new(risk, on, text));
    let touch = match (passing.stated, passing.way) {
        _ if old.ty == new.ty && passing.stated.is_none() => Touch::Indexes,
        (Some(_), _) | (_, None) => Touch::Rows,
        (None, Some(way)) if conversion(Sql::new().ident(&new.name), way, &new.ty).is_some() => Touch::Rows,
        (None, Some(way)) if way.touch == Touch::Nothing && old.collation != new.collation => Touch::Indexes,
        (None, Some(way)) => way.touch,
    };
    let absent = passing.way.is_some_and(|way| way.passage == Passage::Absent);
    if !new.inherited.from.is_empty() {
        // its parent says so
    } else if passing.stated.is_none() && absent {
        let text = format!("PostgreSQL has no cast from {} to {}: any value of {key} stops it; state `using: {{ up, down }}` in the model, or write it here", old.ty, new.ty);
        say(Risk::OneWay, text);
    } else if passing.one_sided {
        let text = format!("`using` of {key} has no inverse in the model: its values are cast back, and may not be what they were; `using: {{ up, down }}` says how");
        say(Risk::OneWay, text);
    }
    if let (None, Some(way), Touch::Rows, false) = (passing.stated, passing.way, touch, absent) {
        loss::narrows(way).into_iter().for_each(|loss| say(Risk::Loses, loss.into()));
    }
    if let (None, Some(way), false) = (passing.stated, passing.way, absent) {
        loss::converts(way).into_iter().for_each(|text| say(Risk::Converts, text.into()));
    }
    if touch == Touch::Rows && passing.may_fail(new) && !absent {
        say(Risk::MayFail, format!("values of {key} that do not convert to {} stop it", new.ty));
    }
    hazards.push(match touch {
        Touch::Nothing => {
            let text = format!("ACCESS EXCLUSIVE on {on}, instant where no check is on {}", new.name);
            Hazard::new(Risk::Lock, on, text)
        }
        Touch::Indexes => {
            let text = format!("reads and writes of {on} while its indexes on {} are built anew; the rows stay", new.name);
            Hazard::new(Risk::Blocks, on, text)
        }
        Touch::Rows => Hazard::new(Risk::Rewrites, on, format!("{on} and its indexes, under ACCESS EXCLUSIVE")),
    });
    hazards
}

impl Passing<'_> {
    fn may_fail(&self, new: &Column) -> bool {
        self.way.is_none_or(|way| may_stop(way, self.stated.is_some(), &new.ty))
    }
}

/// By convention no value stops a cast that is applied anywhere; a shorter length may stop any.
pub(super) fn may_stop(way: &Way, stated: bool, new: &Type) -> bool {
    let to_text = way.passage == Passage::Assigned && matches!(way.roots.1.base().as_str(), "text" | "character varying");
    let moments = |ty: &Type| ty.base().starts_with("timestamp");
    let zoned = moments(&way.roots.0) && moments(&way.roots.1);
    let limited = way.checked || !new.modifiers.is_empty() || !way.roots.1.modifiers.is_empty();
    stated || limited || way.passage != Passage::Implicit && !to_text && !zoned
}
