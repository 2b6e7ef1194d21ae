//! How does the server spell an expression, when no shadow database is at hand?
//!
//! In a transaction that is rolled back, one DO block builds for each table a temporary twin with the wanted columns, puts
//! each expression where it would stand, reads back what the server made of it, and feeds that in once more, since the first
//! spelling is not always the stable one. Each twin lives in a sub-transaction of its own, undone as soon as its texts are
//! read: one round trip, errors kept apart, and no more than a few locks at a time however many tables there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use postgres::{Client, SimpleQueryMessage};
use serde::Deserialize;

use super::canonical::{Answer, Asker, Installs, Question, Twin};
use crate::catalog::Externals;
use crate::connect::server_error;
use crate::error::Result;
use crate::kind::types::TypeName;
use crate::kind::{ColumnShape, Name, Object, Role, Space, Type};
use crate::lex;
use crate::name::{Ident, Qualified};
use crate::sql::{Sql, quote_literal};

/// The schema of a session's temporary objects, under any session's number.
const TEMPORARY: &str = "pg_temp";

/// Asks the server over a live connection.
pub struct Twins<'a> {
    client: &'a mut Client,
    /// What names without a schema mean in the models.
    search_path: String,
}

impl<'a> Twins<'a> {
    pub fn new(client: &'a mut Client, search_path: &[String]) -> Self {
        let quoted: Vec<String> = search_path.iter().map(|schema| Ident::new(schema.as_str()).quoted()).collect();
        Self { client, search_path: quoted.join(", ") }
    }

    /// Runs a message that ends in ROLLBACK and gives the first value of its last row.
    fn rolled_back(&mut self, what: &str, message: &str) -> Result<String> {
        let answer = self.client.simple_query(message).map_err(|cause| {
            let error = server_error(what, &cause);
            let _ = self.client.simple_query("ROLLBACK");
            error
        })?;
        let values = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(values.last().unwrap_or_default())
    }
}

/// One answer as the DO block notes it.
#[derive(Deserialize)]
struct Noted {
    n: usize,
    text: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

impl Asker for Twins<'_> {
    fn ask(
        &mut self,
        questions: &[Question],
        twins: &BTreeMap<Qualified, Twin>,
        types: &BTreeMap<Qualified, Vec<String>>,
    ) -> Result<Vec<Answer>> {
        let block = block(questions, twins, types, &self.search_path);
        let message = format!(
            "BEGIN;\nSET LOCAL client_min_messages = error;\nDO {};\nSELECT pg_catalog.current_setting('autogen.answers', true);\nROLLBACK",
            quote_literal(&block)
        );
        let noted = self.rolled_back("cannot ask the server how it spells expressions", &message)?;
        let noted: Vec<Noted> = serde_json::from_str(&noted).unwrap_or_default();
        let silent = || Answer::Failed { code: "XX000".into(), message: "the server gave no answer".into() };
        let mut answers: Vec<Answer> = questions.iter().map(|_| silent()).collect();
        for Noted { n, text, code, message } in noted {
            let Some(slot) = answers.get_mut(n) else { continue };
            *slot = match text {
                Some(text) => Answer::Spelled(home(&text, types)),
                None => Answer::Failed {
                    code: code.unwrap_or_default(),
                    message: home(&message.unwrap_or_default(), types),
                },
            };
        }
        Ok(answers)
    }

    fn installs(&mut self, name: &Ident, version: &str, from: Option<&str>) -> Result<Installs> {
        let name = quote_literal(name.as_str());
        let versions = match from {
            Some(from) => format!(
                "SELECT p.target FROM pg_catalog.pg_extension_update_paths({name}) p WHERE p.path IS NOT NULL AND p.source = {}",
                quote_literal(from)
            ),
            None => {
                format!("SELECT v.version FROM pg_catalog.pg_available_extension_versions() v WHERE v.name = {name}")
            }
        };
        let message = format!(
            "BEGIN READ ONLY;\nSELECT pg_catalog.json_agg(x.version ORDER BY x.version) FROM ({versions}) x (version);\nROLLBACK"
        );
        let json = self.rolled_back("cannot ask the server what it can install", &message)?;
        let instead: Vec<String> = serde_json::from_str(&json).unwrap_or_default();
        Ok(if instead.iter().any(|known| known == version) { Installs::Yes } else { Installs::No { instead } })
    }

    fn brought(&mut self, extensions: &[&Object]) -> Result<Externals> {
        let mut message = String::from("BEGIN;\nSET LOCAL client_min_messages = error;\n");
        let names: Vec<Ident> = extensions.iter().filter_map(|object| object.id().last().cloned()).collect();
        for name in &names {
            let create = Sql::new().kw("CREATE EXTENSION IF NOT EXISTS").ident(name);
            let _ = writeln!(message, "{} CASCADE;", self.placed(extensions, name, create));
        }
        message.push_str(include_str!("brought.sql"));
        message.push_str(";\nROLLBACK");
        // a role that may not create it, or a server that does not have it: the names stay unknown
        let Ok(json) = self.rolled_back("cannot try the new extensions", &message) else { return Ok(Externals::new()) };
        let rows: Vec<(String, String, String, String)> = serde_json::from_str(&json).unwrap_or_default();
        let external = |(space, schema, name, extension): (String, String, String, String)| {
            let space = match space.as_str() {
                "type" => Space::Type,
                "collation" => Space::Collation,
                "operator" => Space::Operator,
                _ => Space::OperatorClass,
            };
            let origin = Name::new(Space::Extension, [extension.as_str()]);
            (Name::new(space, [schema.as_str(), name.as_str()]), Some(origin))
        };
        Ok(rows.into_iter().map(external).collect())
    }
}

impl Twins<'_> {
    /// In the schema that the models put it in, which may have to be made first.
    fn placed(&self, extensions: &[&Object], name: &Ident, create: Sql) -> String {
        let object = extensions.iter().find(|object| object.id().last() == Some(name));
        let schema = object.and_then(|object| {
            object.requires().into_iter().find_map(|need| match need {
                crate::kind::Need::Fact(crate::kind::Fact::Exists(name)) if name.space == Space::Schema => {
                    name.path.first().cloned()
                }
                _ => None,
            })
        });
        match schema {
            Some(schema) => {
                let make = Sql::new().kw("CREATE SCHEMA IF NOT EXISTS").ident(&schema);
                format!("{make};\n{}", create.kw("WITH SCHEMA").ident(&schema))
            }
            None => create.to_string(),
        }
    }
}

/// The body of the DO block.
fn block(
    questions: &[Question],
    twins: &BTreeMap<Qualified, Twin>,
    types: &BTreeMap<Qualified, Vec<String>>,
    search_path: &str,
) -> String {
    let mut body = String::from(include_str!("twin_head.sql"));
    let used: BTreeSet<&Qualified> = twins.values().flatten().filter_map(|column| column.ty.user_type()).collect();
    for (name, labels) in types.iter().filter(|(name, _)| used.contains(name)) {
        let labels = labels.iter().map(|label| Sql::new().literal(label));
        let temporary = Qualified::new(TEMPORARY, &name.name);
        let sql = Sql::new().kw("CREATE TYPE").qualified(&temporary).kw("AS ENUM (").list(labels).kw(")");
        let _ = writeln!(body, "  EXECUTE {};", quote_literal(sql.as_str()));
    }
    let mut by_table: BTreeMap<&Qualified, Vec<(usize, &Question)>> = BTreeMap::new();
    for (n, question) in questions.iter().enumerate() {
        by_table.entry(&question.table).or_default().push((n, question));
    }
    let path = quote_literal(search_path);
    for (table, questions) in by_table {
        let trial = Trial { table, columns: twins.get(table).map_or(&[][..], Vec::as_slice), types, path: &path };
        let at_once = |question: &Question| !question.settle && matches!(question.role, Role::Default(_) | Role::Check);
        let (together, apart): (Vec<_>, Vec<_>) = questions.into_iter().partition(|(_, question)| at_once(question));
        if !together.is_empty() {
            body.push_str(&trial.together(&together));
        }
        if !apart.is_empty() {
            body.push_str(&trial.apart(&apart));
        }
    }
    body.push_str("  PERFORM pg_catalog.set_config('autogen.answers', answers::text, true);\nEND");
    body
}

/// One table's questions, as parts of the DO block.
struct Trial<'a> {
    table: &'a Qualified,
    columns: &'a [ColumnShape],
    types: &'a BTreeMap<Qualified, Vec<String>>,
    /// The search path of the models, as a literal.
    path: &'a str,
}

impl Trial<'_> {
    fn create(&self) -> String {
        quote_literal(create(self.table, self.columns, self.types).as_str())
    }

    /// Expressions that need only be right: all in one statement, and one by one only if that fails.
    fn together(&self, questions: &[(usize, &Question)]) -> String {
        let put = |(_, question): &(usize, &Question)| {
            let text = in_twin(&question.text, self.types);
            match &question.role {
                Role::Default(column) => format!("ALTER COLUMN {} SET DEFAULT {text}", column.quoted()),
                _ => format!("ADD CHECK ({text})"),
            }
        };
        let commands: Vec<String> = questions.iter().map(put).collect();
        let alter = Sql::new().kw("ALTER TABLE").qualified(&Qualified::new(TEMPORARY, &self.table.name));
        let alter = format!("{alter} {}", commands.join(", "));
        let noted: Vec<_> =
            questions.iter().map(|(n, question)| serde_json::json!({ "n": n, "text": question.text })).collect();
        format!(
            "  BEGIN\n    PERFORM pg_catalog.set_config('search_path', {}, true);\n    EXECUTE {};\n    EXECUTE {};\n    \
             answers := answers || {}::jsonb;\n    RAISE SQLSTATE 'AG000';\n  EXCEPTION\n    WHEN SQLSTATE 'AG000' THEN \
             NULL;\n    WHEN OTHERS THEN\n{}  END;\n",
            self.path,
            self.create(),
            quote_literal(&alter),
            quote_literal(&serde_json::Value::from(noted).to_string()),
            self.apart(questions)
        )
    }

    /// Each question for itself, so that a failure of one says nothing of another.
    fn apart(&self, questions: &[(usize, &Question)]) -> String {
        let numbers: Vec<String> = questions.iter().map(|(n, _)| n.to_string()).collect();
        let mut body = format!("  BEGIN\n    EXECUTE {};\n", self.create());
        for (n, question) in questions {
            let (put, read) = question_sql(question, self.columns, self.types);
            let _ = writeln!(
                body,
                "    answers := answers || pg_temp.autogen_ask({n}, {}, {}, {}, {}, {});",
                quote_literal(&in_twin(&question.text, self.types)),
                quote_literal(&put),
                quote_literal(&read),
                self.path,
                if question.settle { 3 } else { 1 }
            );
        }
        let _ = writeln!(
            body,
            "    RAISE SQLSTATE 'AG000';\n  EXCEPTION\n    WHEN SQLSTATE 'AG000' THEN NULL;\n    \
             WHEN OTHERS THEN answers := answers || (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(\
             'n', u.n, 'code', SQLSTATE, 'message', SQLERRM)) FROM pg_catalog.unnest('{{{}}}'::int[]) AS u (n));\n  END;",
            numbers.join(",")
        );
        body
    }
}

/// The twin: the table's own name, its columns written out, and nothing else.
fn create(table: &Qualified, columns: &[ColumnShape], types: &BTreeMap<Qualified, Vec<String>>) -> Sql {
    let column = |ColumnShape { name, ty, collation }: &ColumnShape| {
        let sql = Sql::new().ident(name).ty(&temporary_type(ty, types));
        sql.maybe(collation.as_ref(), |sql, collation| sql.kw("COLLATE").qualified(collation))
    };
    let name = Qualified::new(TEMPORARY, &table.name);
    Sql::new().kw("CREATE TABLE").qualified(&name).kw("(").list(columns.iter().map(column)).kw(")")
}

fn temporary_type(ty: &Type, types: &BTreeMap<Qualified, Vec<String>>) -> Type {
    match &ty.name {
        TypeName::Named(name) if types.contains_key(name) => {
            Type { name: TypeName::Named(Qualified::new(TEMPORARY, &name.name)), ..ty.clone() }
        }
        _ => ty.clone(),
    }
}

/// How the text is put into the twin (with `%s` in its place), and how the server's spelling is read.
fn question_sql(
    question: &Question,
    columns: &[ColumnShape],
    types: &BTreeMap<Qualified, Vec<String>>,
) -> (String, String) {
    let table = Qualified::new(TEMPORARY, &question.table.name);
    let alter = || Sql::new().kw("ALTER TABLE").qualified(&table);
    let this = quote_literal(&table.to_string());
    let of_column = |column: &Ident| {
        format!(
            "SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d JOIN pg_catalog.pg_attribute a \
             ON a.attrelid = d.adrelid AND a.attnum = d.adnum WHERE d.adrelid = {this}::regclass AND a.attname = {}",
            quote_literal(column.as_str())
        )
    };
    let newest_index =
        format!("(SELECT max(x.indexrelid) FROM pg_catalog.pg_index x WHERE x.indrelid = {this}::regclass)");
    // format() takes %s for the text; a percent sign in a name is doubled
    let escaped = |sql: Sql| sql.to_string().replace('%', "%%");
    match &question.role {
        Role::Default(column) => {
            let put = escaped(alter().kw("ALTER COLUMN").ident(column).kw("SET DEFAULT"));
            (format!("{put} %s"), of_column(column))
        }
        Role::Generated(column) => {
            let ty = columns.iter().find(|shape| shape.name == *column).map(|shape| temporary_type(&shape.ty, types));
            let ty = ty.unwrap_or_else(|| Type::builtin("text"));
            let own = Ident::new("autogen generated");
            let put = escaped(alter().kw("ADD COLUMN").ident(&own).ty(&ty));
            (format!("{put} GENERATED ALWAYS AS (%s) STORED"), of_column(&own))
        }
        Role::Check | Role::Statistics => condition(&question.role, alter(), &this),
        Role::IndexKey => {
            let put = escaped(Sql::new().kw("CREATE INDEX ON").qualified(&table));
            // as a predicate, since not every type has an operator class to build an index with
            let read = format!(
                "SELECT {} FROM pg_catalog.pg_index x WHERE x.indexrelid = {newest_index}",
                value_of("pg_catalog.pg_get_expr(x.indpred, x.indrelid)")
            );
            (format!("{put} ((1)) WHERE ((%s) IS NULL)"), read)
        }
        Role::Bound(by) => {
            let temporary = |name: &str| Qualified::new(TEMPORARY, name);
            let (whole, part) = (temporary("autogen whole"), temporary("autogen part"));
            let like = escaped(Sql::new().kw("CREATE TABLE").qualified(&whole).kw("(LIKE").qualified(&table).kw(")"));
            let put = escaped(Sql::new().kw("CREATE TABLE").qualified(&part).kw("PARTITION OF").qualified(&whole));
            let read = format!(
                "SELECT pg_catalog.pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_class c WHERE c.oid = {}::regclass",
                quote_literal(&part.to_string())
            );
            (format!("{like} {}; {put} %s", by.replace('%', "%%")), read)
        }
        Role::Predicate => {
            let put = escaped(Sql::new().kw("CREATE INDEX ON").qualified(&table));
            let read = format!(
                "SELECT pg_catalog.pg_get_expr(x.indpred, x.indrelid) FROM pg_catalog.pg_index x WHERE x.indexrelid = {newest_index}"
            );
            (format!("{put} ((1)) WHERE (%s)"), read)
        }
    }
}

/// A check, or an expression of statistics made one: CREATE STATISTICS takes any volatility, as only a check does.
fn condition(role: &Role, alter: Sql, twin: &str) -> (String, String) {
    let own = Ident::new("autogen check");
    let put = alter.kw("ADD CONSTRAINT").ident(&own).kw("CHECK").to_string().replace('%', "%%");
    let text = "pg_catalog.pg_get_expr(k.conbin, k.conrelid)";
    let (text, held) = match role {
        Role::Check => (text.to_owned(), "(%s)"),
        _ => (value_of(text), "((%s) IS NULL)"),
    };
    let read = format!(
        "SELECT {text} FROM pg_catalog.pg_constraint k WHERE k.conrelid = {twin}::regclass AND k.conname = {}",
        quote_literal(own.as_str())
    );
    (format!("{put} {held}"), read)
}

/// What a condition of the form `(… IS NULL)` asks about.
fn value_of(condition: &str) -> String {
    format!("pg_catalog.regexp_replace({condition}, '^\\((.*) IS NULL\\)$', '\\1')")
}

/// The text with the types that are new taken from among the temporary ones.
fn in_twin(text: &str, types: &BTreeMap<Qualified, Vec<String>>) -> String {
    requalify(text, |schema, name| types.contains_key(&Qualified::new(schema, name)).then(|| TEMPORARY.to_owned()))
}

/// The text as it reads at home: what was temporary is in the schema that it stood for.
fn home(text: &str, types: &BTreeMap<Qualified, Vec<String>>) -> String {
    requalify(text, |schema, name| {
        if !schema.starts_with(TEMPORARY) {
            return None;
        }
        types.keys().find(|ty| ty.name.as_str() == name).map(|ty| ty.schema.quoted())
    })
}

/// Replaces the schema of `schema.name` wherever `with` gives another one.
fn requalify(text: &str, with: impl Fn(&str, &str) -> Option<String>) -> String {
    let Ok(tokens) = lex::tokens(text) else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for window in tokens.windows(3) {
        let [schema, dot, name] = window else { continue };
        if dot.text != "." || schema.kind != lex::Kind::Word || name.kind != lex::Kind::Word {
            continue;
        }
        if let Some(new) = with(&lex::unquoted(schema.text), &lex::unquoted(name.text)) {
            out.push_str(&text[done..schema.start]);
            out.push_str(&new);
            done = schema.end();
        }
    }
    out.push_str(&text[done..]);
    out
}
