//! Views, functions, triggers and policies over the tables of a small catalog: whatever depends on others by a text.
//!
//! Some bear names that would end a quote, a comment or a body, if they were not written with care.

use std::fmt::Write;

use super::{COLUMNS, Plan, Reader, TABLES};

/// A name as YAML has it, and as SQL has it.
type Named = (&'static str, &'static str);

const VIEWS: [Named; 3] = [("v", "v"), ("'w\"; --'", "\"w\"\"; --\""), ("\"select\\n*/\"", "\"select\n*/\"")];
const FUNCTIONS: [Named; 3] = [("f", "f"), ("'\"F $$ */\"'", "\"F $$ */\""), ("'\"日本''\"'", "\"日本'\"")];

#[derive(Default)]
pub struct Texts {
    /// What stands beside the tables.
    pub sections: String,
    /// What stands in each of them.
    pub within: [String; 3],
}

pub fn texts(plan: &Plan, reader: &mut Reader) -> Texts {
    let mut texts = Texts::default();
    let function = functions(&mut texts, plan, reader);
    views(&mut texts, plan, function.as_deref(), reader);
    for table in 0..3 {
        guards(&mut texts.within[table], &plan.types[table], function.as_deref(), reader);
    }
    texts
}

/// One that counts, and may look into a table; one that triggers call. The name of the first as SQL has it.
fn functions(texts: &mut Texts, plan: &Plan, reader: &mut Reader) -> Option<String> {
    let (yaml, sql) = reader.pick(&FUNCTIONS);
    let table = reader.pick(&[0, 1, 2]);
    let into_table = format!("select $1 + count(*)::integer from {}", TABLES[table]);
    let body = match reader.pick(&[0, 1, 2, 3]) {
        0 => "body: select $1".to_owned(),
        1 => "body: select $1 + 1".to_owned(),
        2 if plan.present[table] => format!("body: {into_table}"),
        _ => "sql_body: return $1".to_owned(),
    };
    let more = reader.pick(&["", ", strict: true", ", volatility: stable", ", cost: 7"]);
    let touch = reader.pick(&["begin return new; end", "begin /* $$ */ return null; end"]);
    let there = reader.pick(&[true, true, false]);
    texts.sections.push_str("functions:\n");
    let _ = writeln!(texts.sections, "  touch(): {{ returns: trigger, language: plpgsql, body: {touch} }}");
    if there {
        // a key with quotes in it is quoted as a whole
        let key = match yaml.strip_suffix('\'') {
            Some(open) => format!("{open}(integer)'"),
            None => format!("{yaml}(integer)"),
        };
        let language = if body.starts_with("body") { ", language: sql" } else { "" };
        let _ = writeln!(texts.sections, "  {key}: {{ returns: integer{language}, {body}{more} }}");
    }
    there.then(|| format!("public.{sql}"))
}

/// A view over a table, one over that, and a materialized one over either.
fn views(texts: &mut Texts, plan: &Plan, function: Option<&str>, reader: &mut Reader) {
    let (yaml, sql) = reader.pick(&VIEWS);
    let (table, take) = (reader.pick(&[0, 1, 2]), reader.pick(&[1, 2, 4]));
    let (calls, barrier) = (reader.rarely(), reader.pick(&["", ", with: { security_barrier: true }"]));
    let (above, kept) = (reader.pick(&[0, 1, 2]), reader.pick(&[0, 1, 2, 3]));
    let columns: Vec<&str> =
        (0..4).filter(|column| plan.types[table][*column].is_some()).map(|column| COLUMNS[column]).take(take).collect();
    let Some(first) = columns.first().copied().filter(|_| plan.present[table]) else { return };
    let called = function.filter(|_| calls).map(|function| format!(", {function}(1) as n")).unwrap_or_default();
    texts.sections.push_str("views:\n");
    let mut view = |yaml: &str, query: String, more: &str| {
        let _ = writeln!(texts.sections, "  {yaml}: {{ query: {}{more} }}", serde_json::Value::String(query));
    };
    view(yaml, format!("select {}{called} from {}", columns.join(", "), TABLES[table]), barrier);
    if above > 0 {
        let query = match above {
            1 => format!("select {first} from {sql}"),
            _ => format!("select {first} as other, 'x' as more from {sql} where {first} is not null"),
        };
        view("'Above $$'", query, "");
    }
    let source = match kept {
        0 => return,
        1 => TABLES[table],
        _ => sql,
    };
    texts.sections.push_str("materialized_views:\n");
    let index = if kept == 3 { format!(", indexes: {{ kept_ix: [{first}] }}") } else { String::new() };
    let query = serde_json::Value::String(format!("select {first} from {source}"));
    let _ = writeln!(texts.sections, "  kept: {{ query: {query}{index} }}");
}

fn guards(within: &mut String, types: &[Option<&str>; 4], function: Option<&str>, reader: &mut Reader) {
    let column = reader.pick(&[0, 1, 2]);
    let (trigger, policy) = (reader.pick(&[0, 1, 2, 3]), reader.pick(&[0, 1, 2, 3]));
    let name = reader.pick(&["tr", "\"tr\\n--\"", "'It''s; \"'"]);
    let is_there = types[column].is_some();
    let (column, ty) = (COLUMNS[column], types[column].unwrap_or_default());
    let on = match trigger {
        1 => "timing: before, events: [insert], for_each: row".to_owned(),
        2 if is_there => format!("timing: after, events: [\"update of {column}\"], for_each: row"),
        3 if is_there => {
            format!("timing: before, events: [insert, update], for_each: row, when: new.{column} is not null")
        }
        _ => String::new(),
    };
    if !on.is_empty() {
        let _ = writeln!(within, "    triggers:\n      {name}: {{ {on}, function: touch }}");
    }
    let number = ty == "integer";
    let using = match (policy, function) {
        (1, _) => "'true'".to_owned(),
        (2, _) if is_there => format!("{column} is not null"),
        (3, Some(function)) if number => serde_json::Value::String(format!("{function}({column}) > 0")).to_string(),
        _ => String::new(),
    };
    if !using.is_empty() {
        let _ = writeln!(within, "    policies:\n      'p*/ \"': {{ for: select, using: {using} }}");
    }
}
