//! Where does an expression stand in a twin, and how is the server's spelling of it read back?

use super::canonical::Question;
use super::stand_in::{StandIns, TEMPORARY};
use crate::kind::{ColumnShape, MADE, Making, Reading, Role, Type};
use crate::name::{Ident, Qualified};
use crate::sql::{Sql, quote_literal};

/// `format()` takes `%s` for the text; a percent sign in a name is doubled.
fn escaped(sql: Sql) -> String {
    sql.to_string().replace('%', "%%")
}

/// How the text is put into the twin (with `%s` in its place), and how the server's spelling is read.
pub fn question_sql(question: &Question, columns: &[ColumnShape], stand_ins: &StandIns) -> (String, String) {
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
    match &question.role {
        Role::Default(column) => {
            let put = escaped(alter().kw("ALTER COLUMN").ident(column).kw("SET DEFAULT"));
            (format!("{put} %s"), of_column(column))
        }
        Role::Generated(column) => {
            let ty = columns.iter().find(|shape| shape.name == *column).map(|shape| stand_ins.ty(&shape.ty));
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
        Role::Bound(by) => bound(&table, by),
        Role::Predicate => {
            let put = escaped(Sql::new().kw("CREATE INDEX ON").qualified(&table));
            let read = format!(
                "SELECT pg_catalog.pg_get_expr(x.indpred, x.indrelid) FROM pg_catalog.pg_index x WHERE x.indexrelid = {newest_index}"
            );
            (format!("{put} ((1)) WHERE (%s)"), read)
        }
        Role::Value | Role::ValueDefault => domain_sql(question, &table),
        Role::Made(making) => made(making, &this, stand_ins),
    }
}

/// What a statement of its own makes.
fn made(making: &Making, twin: &str, stand_ins: &StandIns) -> (String, String) {
    let half = |sql: &Sql| stand_ins.in_twin(sql.as_str()).replace('%', "%%");
    let put = format!("{} %s\n{}", half(&making.before), half(&making.after));
    let made = quote_literal(MADE);
    // a body says the name of its function, so that it is tried under that one
    let routine =
        "FROM pg_catalog.pg_proc p WHERE p.pronamespace = pg_catalog.pg_my_temp_schema() ORDER BY p.oid DESC LIMIT 1";
    let policy = |column: &str| {
        format!(
            "SELECT pg_catalog.pg_get_expr(p.{column}, p.polrelid) FROM pg_catalog.pg_policy p WHERE p.polname = {made} AND p.polrelid = {twin}::regclass"
        )
    };
    let read = match making.read {
        Reading::Query => format!(
            "SELECT pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';'), (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, \
             pg_catalog.format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) \
             FROM pg_catalog.pg_class c WHERE c.relname = {made} AND c.relnamespace = pg_catalog.pg_my_temp_schema()"
        ),
        Reading::Body => format!("SELECT pg_catalog.pg_get_function_sqlbody(p.oid) {routine}"),
        Reading::Argument => format!("SELECT pg_catalog.pg_get_function_arg_default(p.oid, 1) {routine}"),
        Reading::When => format!(
            "SELECT pg_catalog.substring(pg_catalog.pg_get_triggerdef(t.oid), ' WHEN [(](.*)[)] EXECUTE FUNCTION ') \
             FROM pg_catalog.pg_trigger t WHERE t.tgname = {made} AND t.tgrelid = {twin}::regclass"
        ),
        Reading::Using => policy("polqual"),
        Reading::Check => policy("polwithcheck"),
        Reading::Action => format!(
            // the name of the table is the first that stands behind a dot
            "SELECT pg_catalog.btrim(pg_catalog.rtrim(pg_catalog.substr(d.text, pg_catalog.strpos(d.text, d.name) + pg_catalog.length(d.name)), ';'), E' \\n') \
             FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class \
             CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_ruledef(r.oid) AS text, '.' || pg_catalog.quote_ident(c.relname) AS name) d \
             WHERE r.rulename = {made} AND r.ev_class = {twin}::regclass"
        ),
    };
    (put, read)
}

/// A check, or an expression of statistics made one: CREATE STATISTICS takes any volatility, as only a check does.
fn condition(role: &Role, alter: Sql, twin: &str) -> (String, String) {
    let own = Ident::new("autogen check");
    let put = escaped(alter.kw("ADD CONSTRAINT").ident(&own).kw("CHECK"));
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

/// A partition of a second twin, which is partitioned as the table is.
fn bound(table: &Qualified, by: &str) -> (String, String) {
    let temporary = |name: &str| Qualified::new(TEMPORARY, name);
    let (whole, part) = (temporary("autogen whole"), temporary("autogen part"));
    let like = escaped(Sql::new().kw("CREATE TABLE").qualified(&whole).kw("(LIKE").qualified(table).kw(")"));
    let put = escaped(Sql::new().kw("CREATE TABLE").qualified(&part).kw("PARTITION OF").qualified(&whole));
    let read = format!(
        "SELECT pg_catalog.pg_get_expr(c.relpartbound, c.oid) FROM pg_catalog.pg_class c WHERE c.oid = {}::regclass",
        quote_literal(&part.to_string())
    );
    (format!("{like} {}; {put} %s", by.replace('%', "%%")), read)
}

/// The same for a domain.
fn domain_sql(question: &Question, domain: &Qualified) -> (String, String) {
    let alter = Sql::new().kw("ALTER DOMAIN").qualified(domain);
    let this = quote_literal(&domain.to_string());
    if question.role == Role::ValueDefault {
        let read = format!(
            "SELECT pg_catalog.pg_get_expr(t.typdefaultbin, 0) FROM pg_catalog.pg_type t WHERE t.oid = {this}::regtype"
        );
        return (format!("{} %s", escaped(alter.kw("SET DEFAULT"))), read);
    }
    let own = Ident::new("autogen check");
    let put = escaped(alter.kw("ADD CONSTRAINT").ident(&own).kw("CHECK"));
    let read = format!(
        "SELECT pg_catalog.pg_get_expr(k.conbin, 0) FROM pg_catalog.pg_constraint k \
         WHERE k.contypid = {this}::regtype AND k.conname = {}",
        quote_literal(own.as_str())
    );
    (format!("{put} (%s)"), read)
}
