//! What is lost for good when statements run, and how much of it is there?
//!
//! Told from the statements themselves, since a person may have edited the file, and from the lines above them that say so.
//! Invariants: what is empty is no loss; nothing is changed, and counting ends when it takes long: then the server's
//! estimate stands in for the number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use postgres::types::Type;
use postgres::{Client, SimpleQueryMessage};

use crate::error::Result;
use crate::kind::Risk;
use crate::lex::unquoted;
use crate::name::Ident;
use crate::revision::Statement;

use super::apply::name;
use super::check::Job;
use super::failure;
use super::known::Words;

/// One thing that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    pub revision: String,
    /// `drop_table public.tasks`
    pub op: String,
    pub amount: Amount,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    Rows(i64),
    /// Of a column: those that are not null.
    Values(i64),
    /// Some of so many.
    UpToRows(i64),
    /// As the server estimates it.
    AboutRows(i64),
    Unknown,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.op)?;
        let plural = |number: &i64| if *number == 1 { "" } else { "s" };
        match &self.amount {
            Amount::Rows(rows) => write!(f, "{rows} row{}", plural(rows)),
            Amount::Values(values) => write!(f, "{values} value{}", plural(values)),
            Amount::UpToRows(rows) => write!(f, "up to {rows} row{}", plural(rows)),
            Amount::AboutRows(rows) => write!(f, "about {rows} row{}", plural(rows)),
            Amount::Unknown => f.write_str("how much is not known"),
        }
    }
}

/// How long all the counting may take.
const COUNTING: Duration = Duration::from_secs(3);

/// What a statement takes away, as it names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Taken {
    Table {
        table: String,
        if_exists: bool,
    },
    /// Rows of it, by a DELETE.
    Rows {
        table: String,
    },
    Column {
        table: String,
        column: String,
    },
    Schema(String),
    /// A line above the statement says so.
    Said,
}

/// All that is lost when these run.
pub(super) fn losses(client: &mut Client, jobs: &[Job<'_>]) -> Result<Vec<Loss>> {
    let statements =
        || jobs.iter().flat_map(|job| job.steps.iter().flat_map(move |s| s.statements.iter().map(move |s| (job, s))));
    let mut made = BTreeSet::new();
    let mut taken = Vec::new();
    for (job, statement) in statements() {
        for one in of_statement(statement) {
            let new = matches!(&one, Taken::Table { table, .. } | Taken::Rows { table } | Taken::Column { table, .. } if made.contains(table));
            if !new {
                taken.push((job.id().to_owned(), statement, one));
            }
        }
        made.extend(created(&statement.sql));
    }
    if taken.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |cause: postgres::Error| failure::plain("cannot read what would be lost", &cause);
    let found = Found::read(client, taken.iter().map(|(.., one)| one)).map_err(failed)?;
    let mut losses: Vec<Loss> = Vec::new();
    for (revision, statement, one) in &taken {
        for (subject, amount) in found.amounts(one) {
            // the op that the file names, where it speaks of this and nothing else
            let op = match &statement.op {
                Some(op) if subject.as_ref().is_none_or(|subject| op.ends_with(subject.as_str())) => op.clone(),
                _ => subject.map_or_else(|| name(statement), |subject| format!("{} {subject}", verb(&statement.sql))),
            };
            losses.push(Loss { revision: revision.clone(), op, amount });
        }
    }
    losses.dedup();
    Ok(losses)
}

fn verb(sql: &str) -> &'static str {
    let words = Words::of(sql);
    match () {
        () if words.is(0, "truncate") => "TRUNCATE",
        () if words.is(0, "delete") => "DELETE FROM",
        () if words.is(0, "alter") => "DROP COLUMN",
        () => "DROP TABLE",
    }
}

fn of_statement(statement: &Statement) -> Vec<Taken> {
    let words = Words::of(&statement.sql);
    let said = || {
        let lost = format!("{}:", Risk::Loses.word());
        statement.comments.iter().any(|line| line.starts_with(&lost)).then_some(Taken::Said)
    };
    let found = match () {
        () if words.is(0, "drop") && words.is(1, "table") => tables(&words, 2),
        () if words.is(0, "truncate") => tables(&words, words.skip_if(1, &["table"])),
        () if words.is(0, "delete") && words.is(1, "from") => {
            words.name(words.skip_if(2, &["only"])).map(|(table, _)| Taken::Rows { table }).into_iter().collect()
        }
        () if words.is(0, "drop") && words.is(1, "schema") => words
            .find("cascade")
            .and_then(|_| words.name(words.skip_if(2, &["if", "exists"])))
            .map(|(schema, _)| Taken::Schema(schema))
            .into_iter()
            .collect(),
        () if words.is(0, "alter") && words.is(1, "table") => columns(&words),
        () => Vec::new(),
    };
    if found.is_empty() { said().into_iter().collect() } else { found }
}

fn tables(words: &Words<'_>, at: usize) -> Vec<Taken> {
    let start = words.skip_if(at, &["if", "exists"]);
    let if_exists = start != at;
    let names = words.parts(start).filter_map(|at| words.name(words.skip_if(at, &["only"])));
    names.map(|(table, _)| Taken::Table { table, if_exists }).collect()
}

fn columns(words: &Words<'_>) -> Vec<Taken> {
    let Some((table, after)) = words.name(words.skip_if(words.skip_if(2, &["if", "exists"]), &["only"])) else {
        return Vec::new();
    };
    let column = |at: usize| {
        let at = words.skip(at, &["drop"])?;
        if words.is(at, "constraint") {
            return None;
        }
        let at = words.skip_if(words.skip_if(at, &["column"]), &["if", "exists"]);
        let (column, _) = words.name(at)?;
        Some(Taken::Column { table: table.clone(), column: unquoted(&column) })
    };
    words.parts(after).filter_map(column).collect()
}

/// The table that the statement makes, as it is written.
fn created(sql: &str) -> Option<String> {
    let words = Words::of(sql);
    let table = words.find_before("table", 4).filter(|_| words.is(0, "create"))?;
    words.name(words.skip_if(table + 1, &["if", "not", "exists"])).map(|(name, _)| name)
}

/// What of it is there.
#[derive(Default)]
struct Found {
    /// By the name as written: quoted with its schema, and the estimate of its rows.
    tables: BTreeMap<String, (String, i64)>,
    /// The same for the tables of a schema.
    schemas: BTreeMap<String, Vec<(String, i64)>>,
    /// By the counted expression: `("public.t", None)` or its column.
    counted: BTreeMap<(String, Option<String>), i64>,
}

impl Found {
    fn read<'t>(client: &mut Client, taken: impl Iterator<Item = &'t Taken> + Clone) -> Result<Self, postgres::Error> {
        let mut found = Self::default();
        found.read_tables(client, taken.clone())?;
        found.read_schemas(client, taken.clone())?;
        let mut wanted = BTreeSet::new();
        for one in taken {
            match one {
                Taken::Table { table, .. } | Taken::Rows { table } => {
                    wanted.extend(found.tables.get(table).map(|(name, _)| (name.clone(), None)))
                }
                Taken::Column { table, column } => {
                    wanted.extend(found.tables.get(table).map(|(name, _)| (name.clone(), Some(column.clone()))));
                }
                Taken::Schema(schema) => {
                    wanted
                        .extend(found.schemas.get(schema).into_iter().flatten().map(|(name, _)| (name.clone(), None)));
                }
                Taken::Said => {}
            }
        }
        found.count(client, wanted);
        Ok(found)
    }

    fn read_tables<'t>(
        &mut self,
        client: &mut Client,
        taken: impl Iterator<Item = &'t Taken>,
    ) -> Result<(), postgres::Error> {
        let names: BTreeSet<&str> = taken
            .filter_map(|one| match one {
                Taken::Table { table, .. } | Taken::Rows { table } | Taken::Column { table, .. } => {
                    Some(table.as_str())
                }
                Taken::Schema(_) | Taken::Said => None,
            })
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        let sql = "SELECT w.name, pg_catalog.format('%I.%I', n.nspname, c.relname), c.reltuples::pg_catalog.int8 \
            FROM pg_catalog.unnest($1) AS w(name) \
            JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass(w.name)::pg_catalog.oid \
            JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')";
        for row in client.query_typed(sql, &[(&names, Type::TEXT_ARRAY)])? {
            self.tables.insert(row.get(0), (row.get(1), row.get(2)));
        }
        Ok(())
    }

    fn read_schemas<'t>(
        &mut self,
        client: &mut Client,
        taken: impl Iterator<Item = &'t Taken>,
    ) -> Result<(), postgres::Error> {
        let schemas: Vec<&str> = taken
            .filter_map(|one| if let Taken::Schema(schema) = one { Some(schema.as_str()) } else { None })
            .collect();
        if schemas.is_empty() {
            return Ok(());
        }
        let sql = "SELECT w.name, CASE WHEN c.oid IS NOT NULL THEN pg_catalog.format('%I.%I', n.nspname, c.relname) END, c.reltuples::pg_catalog.int8 \
            FROM pg_catalog.unnest($1) AS w(name) \
            JOIN pg_catalog.pg_namespace AS n ON n.oid = pg_catalog.to_regnamespace(w.name)::pg_catalog.oid \
            LEFT JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p') AND NOT c.relispartition \
            ORDER BY 1, 2";
        for row in client.query_typed(sql, &[(&schemas, Type::TEXT_ARRAY)])? {
            let tables = self.schemas.entry(row.get(0)).or_default();
            tables.extend(row.get::<_, Option<String>>(1).map(|table| (table, row.get(2))));
        }
        Ok(())
    }

    /// All in one statement, so that its limit of time is that of all. Where it fails or takes long, nothing is counted.
    fn count(&mut self, client: &mut Client, wanted: BTreeSet<(String, Option<String>)>) {
        if wanted.is_empty() {
            return;
        }
        let one = |(table, column): &(String, Option<String>)| match column {
            Some(column) => format!("(SELECT pg_catalog.count({}) FROM {table})", Ident::new(column.as_str()).quoted()),
            None => format!("(SELECT pg_catalog.count(*) FROM {table})"),
        };
        let counts: Vec<String> = wanted.iter().map(one).collect();
        let sql = format!(
            "BEGIN READ ONLY;\nSET LOCAL statement_timeout = {};\nSET LOCAL lock_timeout = 200;\n\
             SELECT pg_catalog.unnest(ARRAY[{}])",
            COUNTING.as_millis(),
            counts.join(", ")
        );
        let answer = client.simple_query(&sql);
        let _ = client.batch_execute("ROLLBACK");
        let rows = answer.unwrap_or_default().into_iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).and_then(|count| count.parse().ok()),
            _ => None,
        });
        let rows: Vec<i64> = rows.collect();
        if rows.len() == wanted.len() {
            self.counted = wanted.into_iter().zip(rows).collect();
        }
    }

    /// What goes, each with the name of what it is of; what is empty or not there is none.
    fn amounts(&self, taken: &Taken) -> Vec<(Option<String>, Amount)> {
        let rows = |(name, estimate): &(String, i64)| {
            let amount = match self.counted.get(&(name.clone(), None)) {
                Some(0) => None,
                Some(rows) => Some(Amount::Rows(*rows)),
                None if *estimate <= 0 => Some(Amount::Unknown),
                None => Some(Amount::AboutRows(*estimate)),
            };
            amount.map(|amount| (Some(name.clone()), amount))
        };
        match taken {
            Taken::Said => vec![(None, Amount::Unknown)],
            Taken::Schema(schema) => match self.schemas.get(schema) {
                Some(tables) => tables.iter().filter_map(rows).collect(),
                // what may have been put into it since
                None => vec![(Some(schema.clone()), Amount::Unknown)],
            },
            Taken::Rows { table } => match self.tables.get(table) {
                Some(found) => rows(found).map(|(name, amount)| (name, some_of(amount))).into_iter().collect(),
                None => vec![(Some(table.clone()), Amount::Unknown)],
            },
            Taken::Table { table, if_exists } => match self.tables.get(table) {
                Some(found) => rows(found).into_iter().collect(),
                None if *if_exists => Vec::new(),
                None => vec![(Some(table.clone()), Amount::Unknown)],
            },
            Taken::Column { table, column } => {
                let Some((name, estimate)) = self.tables.get(table) else {
                    return vec![(Some(format!("{table}.{column}")), Amount::Unknown)];
                };
                let subject = Some(format!("{name}.{}", Ident::new(column.as_str()).quoted()));
                match self.counted.get(&(name.clone(), Some(column.clone()))) {
                    Some(0) => Vec::new(),
                    Some(values) => vec![(subject, Amount::Values(*values))],
                    None if *estimate <= 0 => vec![(subject, Amount::Unknown)],
                    None => vec![(subject, Amount::AboutRows(*estimate))],
                }
            }
        }
    }
}

fn some_of(amount: Amount) -> Amount {
    match amount {
        Amount::Rows(rows) => Amount::UpToRows(rows),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(sql: &str) -> Vec<Taken> {
        let comments = sql.lines().filter_map(|line| line.strip_prefix("-- ")).map(str::to_owned).collect();
        of_statement(&Statement { sql: sql.into(), line: 1, column: 1, op: None, comments })
    }

    #[test]
    fn what_a_statement_takes_away_is_told_from_the_statement() {
        let table = |table: &str| Taken::Table { table: table.into(), if_exists: false };
        let column = |column: &str| Taken::Column { table: "public.t".into(), column: column.into() };
        for (sql, expected) in [
            ("DROP TABLE public.a, \"B\" CASCADE", vec![table("public.a"), table("\"B\"")]),
            ("TRUNCATE TABLE ONLY a, b", vec![table("a"), table("b")]),
            ("DELETE FROM ONLY a WHERE b IN (1, 2)", vec![Taken::Rows { table: "a".into() }]),
            ("ALTER TABLE public.t DROP COLUMN \"A\", DROP b, DROP CONSTRAINT c", vec![column("A"), column("b")]),
            ("ALTER TABLE public.t ALTER COLUMN a DROP NOT NULL", vec![]),
            ("DROP SCHEMA s CASCADE", vec![Taken::Schema("s".into())]),
            ("DROP SCHEMA s", vec![]),
            ("DROP INDEX i", vec![]),
            ("-- LOSES DATA: digits\nALTER TABLE public.t ALTER COLUMN a TYPE int", vec![Taken::Said]),
        ] {
            assert_eq!(taken(sql), expected, "{sql}");
        }
    }
}
