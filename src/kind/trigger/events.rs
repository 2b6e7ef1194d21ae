//! When does a trigger fire? `pg_trigger.tgtype`, bit by bit.

use crate::name::Ident;
use crate::sql::Sql;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    Before,
    After,
    InsteadOf,
}

impl Timing {
    pub fn of(bits: i64) -> Self {
        match (bits & 2 != 0, bits & 64 != 0) {
            (true, _) => Timing::Before,
            (_, true) => Timing::InsteadOf,
            _ => Timing::After,
        }
    }

    pub fn keyword(self) -> &'static str {
        match self {
            Timing::Before => "BEFORE",
            Timing::After => "AFTER",
            Timing::InsteadOf => "INSTEAD OF",
        }
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Events {
    pub insert: bool,
    pub delete: bool,
    pub update: bool,
    /// Of `UPDATE OF`.
    pub columns: Vec<Ident>,
    pub truncate: bool,
}

impl Events {
    pub fn of(bits: i64, columns: Vec<Ident>) -> Self {
        let on = |bit: i64| bits & bit != 0;
        Self { insert: on(4), delete: on(8), update: on(16), columns, truncate: on(32) }
    }

    fn each(&self) -> Vec<Sql> {
        let Self { insert, delete, update, columns, truncate } = self;
        let kw = |word: &'static str| Sql::new().kw(word);
        let of = |sql: Sql| match columns.is_empty() {
            true => sql,
            false => sql.kw("OF").list(columns.iter().map(|name| Sql::new().ident(name))),
        };
        let all = [
            insert.then(|| kw("INSERT")),
            delete.then(|| kw("DELETE")),
            update.then(|| of(kw("UPDATE"))),
            truncate.then(|| kw("TRUNCATE")),
        ];
        all.into_iter().flatten().collect()
    }

    /// `INSERT OR UPDATE OF a, b`
    pub fn sql(&self) -> Sql {
        self.each().into_iter().reduce(|sql, event| sql.kw("OR").sql(&event)).unwrap_or_default()
    }

    /// `insert`, `update of a, b`
    pub fn words(&self) -> Vec<String> {
        let lower = |sql: Sql| {
            let text = sql.to_string();
            match text.strip_prefix("UPDATE OF ") {
                Some(columns) => format!("update of {columns}"),
                None => text.to_lowercase(),
            }
        };
        self.each().into_iter().map(lower).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enabled {
    /// Fires unless the session replays what another server has done.
    Origin,
    Disabled,
    Replica,
    Always,
}

impl Enabled {
    /// `pg_trigger.tgenabled`
    pub fn of(code: &str) -> Self {
        match code {
            "D" => Enabled::Disabled,
            "R" => Enabled::Replica,
            "A" => Enabled::Always,
            _ => Enabled::Origin,
        }
    }

    pub fn keyword(self) -> &'static str {
        match self {
            Enabled::Origin => "ENABLE TRIGGER",
            Enabled::Disabled => "DISABLE TRIGGER",
            Enabled::Replica => "ENABLE REPLICA TRIGGER",
            Enabled::Always => "ENABLE ALWAYS TRIGGER",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Enabled::Origin => "origin",
            Enabled::Disabled => "disabled",
            Enabled::Replica => "replica",
            Enabled::Always => "always",
        }
    }
}

/// `pg_trigger.tgargs` in hexadecimal digits: texts that end in a NUL each.
pub fn arguments(hex: &str) -> Vec<String> {
    let digit = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).filter_map(digit).collect();
    let mut texts: Vec<String> =
        bytes.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    texts.pop();
    texts
}
