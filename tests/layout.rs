//! Does the code still lie where the design says it lies?
//!
//! What a search through the text can keep: no stage names a kind, a connection is named where one is made or used, files
//! and functions stay short, every kind and every field of one has a fixture that changes it, and the README names every key.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use autogen::catalog::Catalog;
use autogen::config::Config;
use autogen::kind::Tag;

#[path = "support/fixtures.rs"]
mod fixtures;

const STAGES: [&str; 12] = [
    "introspect",
    "normal",
    "diff",
    "rewrite",
    "plan",
    "parts",
    "render",
    "revision",
    "runner",
    "catalog",
    "intent",
    "candidates",
];

/// Where a connection may be named.
const CONNECTED: [&str; 8] = [
    "introspect",
    "runner",
    "normal/twin",
    "connect",
    "embedded",
    "project", // a session has one, and gives it to the stages
    "testing", // databases are made, filled and dropped
    "cli",
];

/// Fields that say which object it is, or that stand outside `==`.
const NOT_CHANGED: &[(&str, &str)] = &[
    ("schema", "name"),
    ("extension", "name"),
    ("extension", "required"), // the control file says it
    ("enumeration", "name"),
    ("collation", "name"),
    ("collation", "rules"), // the server of the fixtures takes none
    ("composite", "name"),
    ("domain", "name"),
    ("domain_check", "domain"),
    ("range", "name"),
    ("range", "used"), // what the server takes where nothing is said
    ("sequence", "name"),
    ("sequence", "owner"), // the ownership's
    ("ownership", "sequence"),
    ("ownership", "role"), // the table's
    ("table", "name"),
    ("column", "table"),
    ("column", "name"),
    ("column", "using"), // the way there, not the end
    ("column", "typed"), // the table's
    ("table", "method"), // the server of the fixtures has one
    ("partition", "table"),
    ("replica_identity", "table"),
    ("clustering", "table"),
    ("default", "table"),
    ("default", "column"),
    ("index", "name"),
    ("statistics", "name"),
    ("settings", "table"),
    ("settings", "column"),
    ("settings", "usual"), // the type's
    ("owner", "on"),
    ("privileges", "on"),
    ("privileges", "owner"),     // the ownership's
    ("privileges", "of"),        // the column's
    ("privileges", "before_15"), // the server's
    ("default_privileges", "role"),
    ("default_privileges", "schema"),
    ("default_privileges", "mine"), // who runs the statements
    ("comment", "on"),
    ("index", "of_view"), // a table's, or a materialized view's
    ("view", "name"),
    ("materialized_view", "name"),
    ("materialized_view", "method"), // the server of the fixtures has one
    ("function", "name"),
    ("function", "transforms"), // a language of the fixtures' server has none
    ("procedure", "name"),
    ("procedure", "transforms"),
    ("aggregate", "name"),
    ("trigger", "table"),
    ("trigger", "name"),
    ("trigger", "on_view"), // a table's, or a view's
    ("policy", "table"),
    ("policy", "name"),
    ("text_search_parser", "name"),
    ("text_search_template", "name"),
    ("text_search_dictionary", "name"),
    ("text_search_configuration", "name"),
    ("rule", "table"),
    ("rule", "name"),
    ("rule", "on_view"), // a table's, or a view's
    ("event_trigger", "name"),
    ("foreign_data_wrapper", "name"),
    ("server", "name"),
    ("foreign_column", "table"),
    ("foreign_column", "column"),
    ("column", "foreign"),  // the table's
    ("comment", "foreign"), // the table's
    ("view_default", "view"),
    ("view_default", "column"),
    ("view_default", "ty"),    // the view's
    ("clustering", "of_view"), // a table's, or a materialized view's
    ("settings", "of_view"),   // the same
    ("cast", "source"),
    ("cast", "target"),
    ("operator", "schema"),
    ("operator", "symbols"),
    ("operator", "left"),
    ("operator", "right"),
    ("operator_family", "name"),
    ("operator_family", "method"),
    ("operator_family_member", "family"),
    ("operator_family_member", "method"),
    ("operator_class", "name"),
    ("operator_class", "method"),
    ("conversion", "name"),
    ("language", "name"),
    ("access_method", "name"),
    ("user_mapping", "server"),
    ("user_mapping", "user"),
    ("publication", "name"),
    ("publication_table", "publication"),
    ("publication_table", "table"),
    ("publication_schema", "publication"),
    ("publication_schema", "schema"),
    ("subscription", "name"),
    ("subscription", "secret"), // the server's
];

/// The folder of a constraint's fields that name it.
const CONSTRAINTS: [&str; 6] = ["primary_key", "unique", "check", "domain_check", "exclusion", "foreign_key"];

struct Source {
    /// `plan/order.rs`
    name: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file of the library, tests inside it left out.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join("src"), &mut found);
    found.sort();
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root().join("src")).unwrap_or(&path).to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
        let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned();
        Source { name, text }
    };
    let is_test = |source: &Source| source.name.ends_with("tests.rs") || source.name.contains("/tests/");
    found.into_iter().map(read).filter(|source| !is_test(source)).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The code of a line, its comment left out.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn within(source: &Source, modules: &[&str]) -> bool {
    let path = source.name.trim_end_matches(".rs");
    modules.iter().any(|module| path == *module || path.starts_with(&format!("{module}/")))
}

fn complain(found: Vec<String>) {
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_stage_names_a_kind() {
    let named: Vec<String> = Tag::ALL
        .iter()
        .flat_map(|tag| {
            let ty = format!("{tag:?}");
            [format!("Tag::{ty}"), format!("Object::{ty}"), format!("kind::{}", tag.module()), format!("kind::{ty}")]
        })
        .collect();
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| within(source, &STAGES)) {
        for (number, line) in source.text.lines().enumerate() {
            let whole = |name: &&String| code(line).split(name.as_str()).skip(1).any(|rest| !rest.starts_with(is_word));
            found.extend(named.iter().find(whole).map(|name| format!("src/{}:{}: {name}", source.name, number + 1)));
        }
    }
    complain(found);
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[test]
fn a_connection_is_named_where_one_is_used() {
    let mut found = Vec::new();
    for source in sources().iter().filter(|source| !within(source, &CONNECTED)) {
        let lines = source.text.lines().enumerate();
        let named = lines.filter(|(_, line)| code(line).contains("postgres::") && !code(line).contains("\"postgres::"));
        found.extend(named.map(|(number, line)| format!("src/{}:{}: {}", source.name, number + 1, line.trim())));
    }
    complain(found);
}

#[test]
fn files_stay_under_400_lines_and_functions_under_60() {
    let mut found = Vec::new();
    for source in sources() {
        let lines: Vec<&str> = source.text.lines().collect();
        if lines.len() > 400 {
            found.push(format!("src/{}: {} lines", source.name, lines.len()));
        }
        for (start, line) in lines.iter().enumerate().filter(|(_, line)| is_function(line)) {
            let indent = line.len() - line.trim_start().len();
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[start..].iter().position(|line| *line == end).map_or(1, |length| length + 1);
            if length > 60 {
                found.push(format!("src/{}:{}: {length} lines: {}", source.name, start + 1, line.trim()));
            }
        }
    }
    complain(found);
}

/// The head of a function with a body, as rustfmt writes it.
fn is_function(line: &str) -> bool {
    let start = line.trim_start().trim_start_matches("pub(super) ").trim_start_matches("pub(crate) ");
    let start = start.trim_start_matches("pub ").trim_start_matches("const ").trim_start_matches("unsafe ");
    start.starts_with("fn ") && !line.ends_with(';') && !line.ends_with('}')
}

#[test]
fn every_kind_has_fixtures_that_create_and_drop_it() {
    let mut found = Vec::new();
    for tag in Tag::ALL {
        for case in ["create", "drop"] {
            let folder = fixtures::root().join(tag.module()).join(case);
            if !folder.is_dir() {
                found.push(format!("there is no fixtures/{}/{case}", tag.module()));
            }
        }
    }
    let kinds: BTreeSet<&str> = Tag::ALL.iter().map(|tag| tag.module()).collect();
    found.extend(
        fixtures::all()
            .iter()
            .filter(|case| !kinds.contains(case.kind.as_str()))
            .map(|case| format!("fixtures/{}/ is not a kind: its case {} is never looked for", case.kind, case.name)),
    );
    complain(found);
}

#[test]
fn every_field_of_a_kind_has_a_fixture_that_changes_it() {
    let mut changed: BTreeSet<(String, String)> = BTreeSet::new();
    for case in fixtures::all() {
        if let Ok(pair) = case.pair() {
            changes(&pair.intent.rename(&pair.before).0, &pair.after, &mut changed);
        }
    }
    let mut found = Vec::new();
    for tag in Tag::ALL {
        for field in fields(tag.module(), &format!("{tag:?}")) {
            let names_it = CONSTRAINTS.contains(&tag.module()) && ["table", "name"].contains(&field.as_str());
            let excepted = names_it || NOT_CHANGED.contains(&(tag.module(), field.as_str()));
            if !excepted && !changed.contains(&(tag.module().to_owned(), field.clone())) {
                found.push(format!("no fixture changes the field `{field}` of fixtures/{}", tag.module()));
            }
        }
    }
    complain(found);
}

/// The public fields of the struct, and of what it holds that its module declares, as the source has them.
fn fields(module: &str, kind: &str) -> Vec<String> {
    let folder = root().join("src/kind").join(module);
    let mut files = Vec::new();
    collect(&folder, &mut files);
    let mut text: String = files.iter().filter_map(|path| fs::read_to_string(path).ok()).collect();
    if module == "column" {
        text += &fs::read_to_string(root().join("src/kind/sequence/options.rs")).unwrap_or_default();
    }
    if ["index", "exclusion"].contains(&module) {
        text += &fs::read_to_string(root().join("src/kind/key.rs")).unwrap_or_default();
    }
    if ["function", "procedure"].contains(&module) {
        text += &fs::read_to_string(root().join("src/kind/routine/mod.rs")).unwrap_or_default();
    }
    let nested: &[&str] = match module {
        "function" | "procedure" => &["Routine"],
        "aggregate" => &["Final", "Moving", "Operator"],
        "trigger" => &["Events", "Constraint"],
        "sequence" => &["Options"],
        "column" => &["Identity", "Options"],
        "index" => &["Key", "Order"],
        "exclusion" => &["Element", "Key", "Order"],
        "composite" => &["Attribute"],
        _ => &[],
    };
    let mut fields = Vec::new();
    for name in std::iter::once(&kind).chain(nested) {
        let start = format!("\npub struct {name} {{\n");
        let body = text.split(&start).nth(1).and_then(|rest| rest.split("\n}").next());
        let body = body.unwrap_or_else(|| panic!("src/kind/{module} has no `pub struct {name}`"));
        let field =
            |line: &str| line.trim().strip_prefix("pub ").and_then(|line| line.split(':').next()).map(str::to_owned);
        fields.extend(body.lines().filter_map(field));
    }
    fields
}

/// Adds the fields in which two objects of one id differ.
fn changes(before: &Catalog, after: &Catalog, changed: &mut BTreeSet<(String, String)>) {
    for (id, old) in before.objects() {
        let Some(new) = after.get(id).filter(|new| *new != old) else { continue };
        let (old, new) = (leaves(&format!("{old:#?}")), leaves(&format!("{new:#?}")));
        for path in old.keys().chain(new.keys()).filter(|path| old.get(*path) != new.get(*path)) {
            changed.extend(path.split('.').map(|field| (id.tag.module().to_owned(), field.to_owned())));
        }
    }
}

/// Each line of a value as `{:#?}` prints it, under the path of the fields that it stands in.
fn leaves(debug: &str) -> BTreeMap<String, String> {
    let mut stack: Vec<(usize, String)> = Vec::new();
    let mut leaves: BTreeMap<String, String> = BTreeMap::new();
    for line in debug.lines() {
        let indent = line.len() - line.trim_start().len();
        while stack.last().is_some_and(|(above, _)| *above >= indent) {
            stack.pop();
        }
        let field = line.trim().split_once(": ").or_else(|| line.trim().split_once(" {")).map(|(field, _)| field);
        if let Some(field) = field.filter(|field| field.chars().all(is_word)) {
            stack.push((indent, field.to_owned()));
        }
        let path = stack.iter().map(|(_, field)| field.as_str()).collect::<Vec<_>>().join(".");
        leaves.entry(path).or_default().push_str(line.trim());
    }
    leaves
}

#[test]
fn the_readme_names_every_key_of_the_configuration() {
    let Ok(readme) = fs::read_to_string(root().join("README.md")) else { return };
    let missing = Config::keys().iter().filter(|key| !readme.contains(&format!("`{key}")));
    complain(missing.map(|key| format!("README.md does not name `{key}`")).collect());
}
