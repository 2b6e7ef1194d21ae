//! How does the server spell an expression, when no shadow database is at hand?
//!
//! In a transaction that is rolled back, DO blocks build for each table a temporary twin with the wanted columns, put
//! each expression where it would stand, read back what the server made of it, and feed that in once more, since the first
//! spelling is not always the stable one. Each twin lives in a sub-transaction of its own, undone as soon as its texts are
//! read: one round trip, errors kept apart, and no more than a few locks at a time however many tables there are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use postgres::{Client, SimpleQueryMessage};
use serde::Deserialize;

use super::canonical::{Answer, Asker, Installs, Question, Twin};
use super::question::question_sql;
use super::relations;
use super::stand_in::{StandIns, TEMPORARY};
use crate::catalog::Externals;
use crate::connect::server_error;
use crate::error::Result;
use crate::kind::{ColumnShape, Name, Object, Role, Space};
use crate::lex;
use crate::name::{Ident, Qualified};
use crate::sql::{Sql, quote_literal};

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

    /// Runs a message that ends in ROLLBACK and gives the first value of each row.
    fn rolled_back(&mut self, message: &str) -> Result<Vec<String>, postgres::Error> {
        let answer = self.client.simple_query(message).inspect_err(|_| {
            let _ = self.client.simple_query("ROLLBACK");
        })?;
        let values = answer.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(values.collect())
    }
}

/// What a block has noted.
const ANSWERS: &str = "SELECT pg_catalog.current_setting('autogen.answers', true)";

/// So many tables to a block: the time that PL/pgSQL takes to read one grows with the square of its length.
const TABLES_AT_ONCE: usize = 20;

/// One answer as a DO block notes it.
#[derive(Deserialize)]
struct Noted {
    n: usize,
    text: Option<String>,
    code: Option<String>,
    message: Option<String>,
    /// What stands on a line of its own before the text.
    more: Option<String>,
}

impl Asker for Twins<'_> {
    fn ask(
        &mut self,
        questions: &[Question],
        twins: &BTreeMap<Qualified, Twin>,
        stand_ins: &StandIns,
    ) -> Result<Vec<Answer>> {
        let mut message = begin();
        for block in blocks(questions, twins, stand_ins, &self.search_path) {
            let _ = writeln!(message, "DO {};\n{ANSWERS};", quote_literal(&block));
        }
        message.push_str("ROLLBACK");
        let (noted, reason) = match self.rolled_back(&message) {
            Ok(noted) => (noted, "the server gave no answer".to_owned()),
            Err(cause) => (Vec::new(), self.refused(&cause)?),
        };
        let noted = noted.iter().flat_map(|json| serde_json::from_str::<Vec<Vec<Noted>>>(json).unwrap_or_default());
        let mut answers: Vec<Answer> = questions.iter().map(|_| Answer::Untold(reason.clone())).collect();
        for Noted { n, text, code, message, more } in noted.flatten() {
            let Some(slot) = answers.get_mut(n) else { continue };
            *slot = match text {
                Some(text) => {
                    let head = more.map(|more| format!("{more}\n")).unwrap_or_default();
                    Answer::Spelled(stand_ins.home(&(head + &text)))
                }
                None => Answer::Failed {
                    code: code.unwrap_or_default(),
                    message: stand_ins.home(&message.unwrap_or_default()),
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
        let json = self
            .rolled_back(&message)
            .map_err(|cause| server_error("cannot ask the server what it can install", &cause))?;
        let json = json.last().map_or("", String::as_str);
        let instead: Vec<String> = serde_json::from_str(json).unwrap_or_default();
        Ok(if instead.iter().any(|known| known == version) { Installs::Yes } else { Installs::No { instead } })
    }

    fn required(&mut self, extensions: &[Ident]) -> Result<BTreeMap<Ident, Vec<Ident>>> {
        let names: Vec<String> = extensions.iter().map(|name| quote_literal(name.as_str())).collect();
        let message = format!(
            "BEGIN READ ONLY;\nSELECT pg_catalog.json_object_agg(v.name, v.requires) FROM pg_catalog.pg_available_extensions() a \
             JOIN pg_catalog.pg_available_extension_versions() v ON v.name = a.name AND v.version = a.default_version \
             WHERE v.requires IS NOT NULL AND v.name IN ({});\nROLLBACK",
            names.join(", ")
        );
        let json = self
            .rolled_back(&message)
            .map_err(|cause| server_error("cannot ask the server what extensions require", &cause))?;
        let required: BTreeMap<String, Vec<String>> =
            serde_json::from_str(json.last().map_or("", String::as_str)).unwrap_or_default();
        let ident = |name: String| Ident::new(name);
        Ok(required.into_iter().map(|(name, of)| (ident(name), of.into_iter().map(ident).collect())).collect())
    }

    fn brought(&mut self, extensions: &[&Object]) -> Result<Externals> {
        let mut message = begin();
        let names: Vec<Ident> = extensions.iter().filter_map(|object| object.id().last().cloned()).collect();
        for name in &names {
            let create = Sql::new().kw("CREATE EXTENSION IF NOT EXISTS").ident(name);
            let _ = writeln!(message, "{} CASCADE;", self.placed(extensions, name, create));
        }
        message.push_str(include_str!("brought.sql"));
        message.push_str(";\nROLLBACK");
        // a role that may not create it, or a server that does not have it: the names stay unknown
        let Ok(json) = self.rolled_back(&message) else { return Ok(Externals::new()) };
        let json = json.last().map_or("", String::as_str);
        let rows: Vec<(String, String, String, String)> = serde_json::from_str(json).unwrap_or_default();
        let external = |(space, schema, name, extension): (String, String, String, String)| {
            let space = match space.as_str() {
                "type" => Space::Type,
                "collation" => Space::Collation,
                "operator" => Space::Operator,
                "opfamily" => Space::OperatorFamily,
                "routine" => Space::Routine,
                "foreign-data wrapper" => Space::ForeignDataWrapper,
                "language" => Space::Language,
                "access method" => Space::AccessMethod,
                "text search parser" => Space::TextSearchParser,
                "text search template" => Space::TextSearchTemplate,
                "text search dictionary" => Space::TextSearchDictionary,
                "text search configuration" => Space::TextSearchConfiguration,
                _ => Space::OperatorClass,
            };
            let origin = Name::new(Space::Extension, [extension.as_str()]);
            // some stand in no schema
            let path = [schema.as_str(), name.as_str()].into_iter().filter(|part| !part.is_empty());
            (Name::new(space, path), Some(origin))
        };
        Ok(rows.into_iter().map(external).collect())
    }
}

impl Twins<'_> {
    /// Why nothing could be tried: rights, a standby, no plpgsql. A connection that is lost is an error.
    fn refused(&self, cause: &postgres::Error) -> Result<String> {
        match cause.as_db_error() {
            Some(refusal) if !self.client.is_closed() => {
                Ok(format!("{} (SQLSTATE {})", refusal.message(), refusal.code().code()))
            }
            _ => Err(server_error("cannot ask the server how it spells expressions", cause)),
        }
    }

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

/// The bodies of the DO blocks. The first makes what the others use.
fn begin() -> String {
    format!("BEGIN READ WRITE;\n{}SET LOCAL client_min_messages = error;\n", crate::connect::pinned())
}

fn blocks(
    questions: &[Question],
    twins: &BTreeMap<Qualified, Twin>,
    stand_ins: &StandIns,
    search_path: &str,
) -> Vec<String> {
    let mut first = String::from(include_str!("twin_head.sql"));
    for sql in stand_ins.creation(needed(questions, twins), &words(questions)) {
        // one that cannot be made fails what needs it, and nothing else
        let _ =
            writeln!(first, "  BEGIN EXECUTE {}; EXCEPTION WHEN OTHERS THEN NULL; END;", quote_literal(sql.as_str()));
    }
    first.push_str("END");
    let mut by_table: BTreeMap<&Qualified, Vec<(usize, &Question)>> = BTreeMap::new();
    for (n, question) in questions.iter().enumerate() {
        by_table.entry(&question.table).or_default().push((n, question));
    }
    let path = quote_literal(search_path);
    let tables: Vec<(&Qualified, Vec<(usize, &Question)>)> = by_table.into_iter().collect();
    let nothing = Twin::default();
    let block = |tables: &[(&Qualified, Vec<(usize, &Question)>)]| {
        // an array, which grows in place: what is built anew with every answer takes time in the square of them
        let mut body = String::from("DECLARE\n  answers jsonb[] := '{}';\nBEGIN\n");
        for (table, questions) in tables {
            let twin = twins.get(*table).unwrap_or(&nothing);
            Trial { table, twin, twins, stand_ins, path: &path }.ask(questions, &mut body);
        }
        body.push_str(
            "  PERFORM pg_catalog.set_config('autogen.answers', pg_catalog.to_jsonb(answers)::text, true);\nEND",
        );
        body
    };
    std::iter::once(first).chain(tables.chunks(TABLES_AT_ONCE).map(block)).collect()
}

/// What the twins and the questions cannot be without.
fn needed(questions: &[Question], twins: &BTreeMap<Qualified, Twin>) -> BTreeSet<Name> {
    let mut needed = BTreeSet::new();
    for ColumnShape { name: _, ty, collation } in twins.values().flat_map(|twin| &twin.columns) {
        needed.extend(ty.user_type().map(Name::ty));
        needed.extend(collation.as_ref().map(|name| Name::new(Space::Collation, [&name.schema, &name.name])));
    }
    let domains = questions.iter().filter(|question| question.role.is_of_domain());
    needed.extend(domains.map(|question| Name::ty(&question.table)));
    needed
}

fn words(questions: &[Question]) -> BTreeSet<String> {
    questions.iter().flat_map(|question| lex::words(&question.text)).collect()
}

/// One table's questions, as parts of the DO block.
struct Trial<'a> {
    table: &'a Qualified,
    twin: &'a Twin,
    twins: &'a BTreeMap<Qualified, Twin>,
    stand_ins: &'a StandIns,
    /// The search path of the models, as a literal.
    path: &'a str,
}

impl Trial<'_> {
    fn ask(&self, questions: &[(usize, &Question)], body: &mut String) {
        let at_once = |question: &Question| !question.settle && matches!(question.role, Role::Default(_) | Role::Check);
        let (together, apart): (Vec<_>, Vec<_>) =
            questions.iter().copied().partition(|(_, question)| at_once(question));
        if !together.is_empty() {
            body.push_str(&self.together(&together));
        }
        if !apart.is_empty() {
            body.push_str(&self.apart(&apart));
        }
    }

    /// The twin of the table, if the questions are on one, and what has to be there before.
    fn create(&self, of_table: bool) -> String {
        let own = of_table.then_some((self.table, self.twin));
        if let Some(name) = relations::clash(self.twin, own.map(|(table, _)| table)) {
            let text = format!("relations of several schemas are called {name}");
            return format!("RAISE SQLSTATE 'AG002' USING MESSAGE = {};", quote_literal(&text));
        }
        let before = self.twin.on.iter().filter_map(|name| Some((name, self.twins.get(name)?)));
        let execute = |(name, twin): (&Qualified, &Twin)| {
            let sql = relations::create(name, twin, self.stand_ins);
            format!("EXECUTE {};", quote_literal(&self.in_twin(sql.as_str())))
        };
        before.chain(own).map(execute).collect::<Vec<_>>().join("\n    ")
    }

    fn in_twin(&self, text: &str) -> String {
        let relations: Vec<&Qualified> = self.twin.on.iter().collect();
        self.stand_ins.in_twin_with(text, &relations)
    }

    /// What is on a table and looks into it finds the twin by the bare name, and so it must by the whole one.
    fn question(&self, question: &Question) -> String {
        let own = question.role.is_of_table().then_some(self.table);
        let relations: Vec<&Qualified> = self.twin.on.iter().chain(own).collect();
        self.stand_ins.in_twin_with(&question.text, &relations)
    }

    /// Expressions that need only be right: all in one statement, and one by one only if that fails.
    fn together(&self, questions: &[(usize, &Question)]) -> String {
        let put = |(_, question): &(usize, &Question)| {
            let text = self.stand_ins.in_twin(&question.text);
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
            "  BEGIN\n    PERFORM pg_catalog.set_config('search_path', {}, true);\n    {}\n    EXECUTE {};\n    \
             answers := pg_catalog.array_append(answers, {}::jsonb);\n    RAISE SQLSTATE 'AG000';\n  EXCEPTION\n    WHEN SQLSTATE 'AG000' THEN \
             NULL;\n    WHEN OTHERS THEN\n{}  END;\n",
            self.path,
            self.create(true),
            quote_literal(&alter),
            quote_literal(&serde_json::Value::from(noted).to_string()),
            self.apart(questions)
        )
    }

    /// Each question for itself, so that a failure of one says nothing of another.
    fn apart(&self, questions: &[(usize, &Question)]) -> String {
        let numbers: Vec<String> = questions.iter().map(|(n, _)| n.to_string()).collect();
        // a domain's own stand-in is there already, and a query stands on its own
        let of_table = questions.iter().any(|(_, question)| question.role.is_of_table());
        // a temporary table is seen whatever the path is; what a view stands on is to be found as the models would
        let mut body = format!(
            "  BEGIN\n    PERFORM pg_catalog.set_config('search_path', {}, true);\n    {}\n    PERFORM pg_catalog.set_config('search_path', '', true);\n",
            self.path,
            self.create(of_table)
        );
        for (n, question) in questions {
            let (put, read) = question_sql(question, &self.twin.columns, self.stand_ins);
            let _ = writeln!(
                body,
                "    answers := pg_catalog.array_append(answers, pg_temp.autogen_ask({n}, {}, {}, {}, {}, {}));",
                quote_literal(&self.question(question)),
                quote_literal(&put),
                quote_literal(&read),
                self.path,
                if question.settle { 3 } else { 1 }
            );
        }
        let _ = writeln!(
            body,
            "    RAISE SQLSTATE 'AG000';\n  EXCEPTION\n    WHEN SQLSTATE 'AG000' THEN NULL;\n    \
             WHEN OTHERS THEN answers := pg_catalog.array_append(answers, (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(\
             'n', u.n, 'code', SQLSTATE, 'message', SQLERRM)) FROM pg_catalog.unnest('{{{}}}'::int[]) AS u (n)));\n  END;",
            numbers.join(",")
        );
        body
    }
}
