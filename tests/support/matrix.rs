//! What does the server say of each pair of types, asked without the program?

use std::fmt;

use crate::server::database;

pub struct Common {
    /// As a model has it, and SQL.
    pub name: &'static str,
    pub default: &'static str,
    /// An index can be on it.
    pub ordered: bool,
    /// As the server reads them.
    pub values: &'static [&'static str],
}

const fn ty(name: &'static str, default: &'static str, ordered: bool, values: &'static [&'static str]) -> Common {
    Common { name, default, ordered, values }
}

pub const TYPES_OF_THE_MODEL: &str = "enums: { mood: [sad, ok, '1'] }\n\
    domains: { word: text, digits: { type: varchar(30), checks: { short: char_length(value) < 25 } } }\n";

const TYPES_OF_THE_REFERENCE: &str = "CREATE TYPE mood AS ENUM ('sad', 'ok', '1'); CREATE DOMAIN word AS text; \
    CREATE DOMAIN digits AS varchar(30) CONSTRAINT short CHECK (char_length(value) < 25)";

pub const TYPES: &[Common] = &[
    ty("smallint", "1", true, &["0", "1", "-32768", "32767"]),
    ty("integer", "1", true, &["0", "1", "-2147483648", "2147483647"]),
    ty("bigint", "1", true, &["0", "1", "-9223372036854775808", "9223372036854775807"]),
    ty("real", "1", true, &["0", "1.5", "2.5", "1e30", "NaN"]),
    ty("double precision", "1", true, &["0", "1.5", "0.1", "-1e300", "Infinity"]),
    ty("numeric", "1", true, &["0", "2.5", "0.123456789012345678901", "123456789012345678901234567890", "NaN"]),
    ty("numeric(10,2)", "1", true, &["0", "2.55", "-99999999.99"]),
    ty("money", "1", true, &["0", "12.34", "-92233720368547758.08"]),
    ty("boolean", "true", true, &["true", "false"]),
    ty("text", "'1'", true, &["", "1", "ok", " blank ", "2020-02-29", "{1,2}", "t", "a longer text than twenty bytes"]),
    ty("varchar(20)", "'1'", true, &["", "1", "sad ", "10:11:12", "192.168.0.1/32", "01010101"]),
    ty("varchar(5)", "'1'", true, &["1", "ok", "äöüß€"]),
    ty("char(12)", "'1'", true, &["1", "ok", " x", "true"]),
    ty("name", "'1'", true, &["1", "ok", "pg_class"]),
    ty("bytea", "'1'", true, &["", "\\x00ff10", "abc"]),
    ty("date", "'2000-01-01'", true, &["2020-02-29", "0001-01-01", "5874897-12-31", "infinity"]),
    ty("time", "'01:02'", true, &["00:00", "23:59:59.999999", "24:00"]),
    ty("timetz", "'01:02+00'", true, &["00:00+00", "23:59:59.5-08", "12:00+05:45"]),
    ty("timestamp", "'2000-01-01'", true, &["2020-02-29 23:30:00.123456", "1999-12-31 00:00", "-infinity"]),
    ty("timestamp(2)", "'2000-01-01'", true, &["2020-02-29 23:30:00.12", "1999-12-31 00:00"]),
    ty(
        "timestamptz",
        "'2000-01-01 00:00+00'",
        true,
        &["2020-02-29 23:30:00.123456-08", "1999-12-31 00:00+14", "infinity"],
    ),
    ty("interval", "'1 day'", true, &["0", "1 year 2 mons 3 days 04:05:06.789", "-25:00:00"]),
    ty("uuid", "'00000000-0000-0000-0000-000000000001'", true, &["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    ty("json", "'1'", false, &["1", "{\"b\": 1,  \"a\": 2, \"a\": 3}", "\"ok\"", "true", "null"]),
    ty("jsonb", "'1'", true, &["1", "{\"a\": [1, 2]}", "\"ok\"", "true", "2.5"]),
    ty("inet", "'10.0.0.1'", true, &["192.168.1.7/24", "::1", "10.0.0.0/8"]),
    ty("cidr", "'10.0.0.0/8'", true, &["192.168.1.0/24", "::1/128"]),
    ty("macaddr", "'08:00:2b:01:02:03'", true, &["08:00:2b:01:02:03"]),
    ty("bit(8)", "'00000001'", true, &["10101010", "00000001"]),
    ty("varbit", "'1'", true, &["", "1", "10101010", "1111111111111111"]),
    ty("int[]", "'{1}'", true, &["{}", "{1,NULL,-3}", "{{1,2},{3,4}}"]),
    ty("bigint[]", "'{1}'", true, &["{}", "{1,2}", "{9223372036854775807}"]),
    ty("text[]", "'{1}'", true, &["{}", "{1,2}", "{ok,sad}", "{\"a b\",NULL}"]),
    ty("mood", "'1'", true, &["sad", "1"]),
    ty("mood[]", "'{1}'", true, &["{}", "{sad,ok}"]),
    ty("word", "'1'", true, &["1", "ok", "a longer word than twenty letters"]),
    ty("digits", "'1'", true, &["1", "123456789012345678901234"]),
    ty("int4range", "'[1,2)'", true, &["empty", "[1,5)", "(,3)"]),
    ty("point", "'(1,2)'", false, &["(1,2)", "(-0.5,1e10)"]),
    ty("\"char\"", "'1'", true, &["1", "x"]),
    ty("macaddr8", "'08:00:2b:01:02:03:04:05'", true, &["08:00:2b:ff:fe:02:03:04", "08:00:2b:01:02:03:04:05"]),
    ty("tsvector", "'1'", true, &["a:1 b:2", ""]),
    ty("oid", "1", true, &["0", "1", "4294967295"]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `ALTER COLUMN … TYPE` passes as it is.
    Plain,
    /// It passes with `USING c::type`.
    Explicit,
    Absent,
}

/// What a value becomes, or the SQLSTATE that stops it.
type Outcome = Result<Option<String>, String>;

pub struct Pair {
    pub old: usize,
    pub new: usize,
    pub class: Class,
    pub back: Class,
    /// Of each value: there, and back again.
    values: Vec<(Outcome, Option<Outcome>)>,
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {} ({})", TYPES[self.old].name, TYPES[self.new].name, self.table())
    }
}

impl Pair {
    pub fn table(&self) -> String {
        format!("t_{}_{}", self.old, self.new)
    }

    /// Through all that the types allow of it.
    pub fn passes(&self, n: usize) -> bool {
        self.values.get(n).is_some_and(|(there, back)| there.is_ok() && back.as_ref().is_none_or(Result::is_ok))
    }

    pub fn stops(&self, n: usize) -> Option<String> {
        self.values[n].0.as_ref().err().cloned()
    }

    pub fn there(&self, n: usize) -> Option<String> {
        self.values[n].0.clone().unwrap()
    }

    pub fn back(&self, n: usize) -> Option<String> {
        self.values[n].1.clone().unwrap().unwrap()
    }
}

/// `varchar(20)` is printed as `character varying(20)`.
pub fn is_called(printed: &str, name: &str) -> bool {
    let long = match name.split_once('(').map_or(name, |(bare, _)| bare) {
        "varchar" => name.replace("varchar", "character varying"),
        "char" => name.replace("char", "character"),
        "varbit" => "bit varying".into(),
        "timestamp" => format!("{} without time zone", name),
        "timestamptz" => "timestamp with time zone".into(),
        "time" => "time without time zone".into(),
        "timetz" => "time with time zone".into(),
        "int[]" => "integer[]".into(),
        _ => name.into(),
    };
    printed == long
}

/// Tries things and leaves nothing: each trial ends in an error, and its outcome is in the message.
const PROBE: &str = "
CREATE FUNCTION tried(statements text, read text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
  EXECUTE statements;
  EXECUTE read INTO found;
  RAISE SQLSTATE 'AG000' USING MESSAGE = coalesce('=' || found, '0');
EXCEPTION
  WHEN SQLSTATE 'AG000' THEN RETURN SQLERRM;
  WHEN OTHERS THEN RETURN '!' || SQLSTATE;
END $$;
CREATE FUNCTION class(old text, new text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE
    WHEN tried(format('CREATE TABLE t (c %s); ALTER TABLE t ALTER c TYPE %s', old, new), 'SELECT 1') = '=1' THEN 'plain'
    WHEN tried(format('CREATE TABLE t (c %s); ALTER TABLE t ALTER c TYPE %s USING c::%2$s', old, new), 'SELECT 1') = '=1' THEN 'explicit'
    ELSE 'absent' END $$;
CREATE FUNCTION alter_to(new text, class text) RETURNS text LANGUAGE sql AS $$
  SELECT format('ALTER TABLE t ALTER c TYPE %s', new) || CASE class WHEN 'explicit' THEN ' USING c::' || new ELSE '' END $$;
";

/// Every pair of two different types.
pub fn ask() -> Vec<Pair> {
    let reference = database();
    let mut client = reference.client();
    client.batch_execute("SET TimeZone = 'UTC'").unwrap();
    client.batch_execute(TYPES_OF_THE_REFERENCE).unwrap();
    client.batch_execute(PROBE).unwrap();
    let query = "SELECT (v.n - 1)::int, p.class, p.back, t.there,
          CASE WHEN t.there !~ '^!' AND p.back <> 'absent' THEN
            tried(t.made || ';' || alter_to($1, p.back), 'SELECT c::text FROM t') END
        FROM (SELECT class($1, $2) AS class, class($2, $1) AS back) p
        CROSS JOIN LATERAL unnest($3::text[]) WITH ORDINALITY AS v (value, n)
        CROSS JOIN LATERAL (SELECT CASE WHEN p.class <> 'absent' THEN
            format('CREATE TABLE t (c %s); INSERT INTO t VALUES (%L);', $1, v.value) || alter_to($2, p.class) END AS made) m
        CROSS JOIN LATERAL (SELECT m.made, tried(m.made, 'SELECT c::text FROM t') AS there) t
        ORDER BY v.n";
    let query = client.prepare(query).unwrap();
    let class = |word: &str| match word {
        "plain" => Class::Plain,
        "explicit" => Class::Explicit,
        _ => Class::Absent,
    };
    let outcome = |text: String| match text.split_at(1) {
        ("=", value) => Ok(Some(value.to_owned())),
        ("0", _) => Ok(None),
        (_, code) => Err(code.to_owned()),
    };
    let mut pairs = Vec::new();
    for (old, from) in TYPES.iter().enumerate() {
        for (new, to) in TYPES.iter().enumerate().filter(|(new, _)| *new != old) {
            let rows = client.query(&query, &[&from.name, &to.name, &from.values]).unwrap();
            let there = class(rows[0].get(1));
            let values = rows
                .iter()
                .filter(|_| there != Class::Absent)
                .map(|row| (outcome(row.get(3)), row.get::<_, Option<String>>(4).map(outcome)));
            pairs.push(Pair { old, new, class: there, back: class(rows[0].get(2)), values: values.collect() });
        }
    }
    pairs
}
