//! Is everything seen that other tools pass over, and nothing that is not there?
//!
//! What Alembic 1.20.1 answers wrongly with all its comparisons on, one test for each kind of mistake. A change to a model has to
//! be seen, and applied, and then be gone; a model that has just been applied has to equal the database.

#[path = "support/project.rs"]
mod project;
#[path = "support/revise.rs"]
mod revise;
#[path = "support/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::path::Path;

use autogen::config::Config;
use autogen::draft::Draft;
use autogen::kind::Change;
use autogen::model;
use project::{Comparison, Project};

fn compare(project: &mut Project, text: &str) -> Comparison {
    project.compare_model(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Makes the database follow the model; the ops that it took.
fn apply(project: &mut Project, text: &str) -> BTreeSet<String> {
    let found = compare(project, text);
    let ops: BTreeSet<String> =
        found.plans.up.statements.iter().flat_map(|s| &s.ops).map(|op| op.name.into()).collect();
    if !ops.is_empty() {
        let file = project.revise(&found).unwrap_or_else(|e| panic!("{e}\n{text}"));
        project.upgrade().unwrap_or_else(|e| panic!("{e}\n{file}"));
    }
    silent(project, text);
    ops
}

/// Nothing differs and nothing is untold.
fn silent(project: &mut Project, text: &str) {
    let found = compare(project, text);
    assert_eq!(found.unknowns, [], "could not tell\n{text}");
    let ops: Vec<_> =
        found.plans.up.statements.iter().flat_map(|s| &s.ops).map(|op| (op.name, op.id.to_string())).collect();
    assert!(ops.is_empty(), "{ops:?} where the model has just been applied\n{text}");
}

/// The second model over the first one takes exactly these ops, and the way back leads back.
fn seen(before: &str, after: &str, ops: &[&str]) {
    let mut project = Project::new();
    apply(&mut project, before);
    let took = apply(&mut project, after);
    assert_eq!(took, ops.iter().map(|&op| op.to_owned()).collect(), "the ops of\n{after}");
    project.downgrade("-1").unwrap_or_else(|e| panic!("{e}\n{after}"));
    silent(&mut project, before);
}

fn stays_silent(text: &str) {
    let mut project = Project::new();
    assert!(!apply(&mut project, text).is_empty(), "something is made\n{text}");
}

/// A table with these further lines; each is changed in turn.
fn table(rest: &str) -> String {
    let columns = "columns: { id: bigint, a: integer, b: integer, t: text, j: jsonb, d: timestamptz, r: tsrange }";
    let rest: String = rest.lines().map(|line| format!("    {line}\n")).collect();
    format!("tables:\n  things:\n    {columns}\n    primary_key: {{ name: things_pkey, columns: [id] }}\n{rest}")
}

fn index(said: &str) -> String {
    table(&format!("indexes:\n  ix: {{ {said} }}"))
}

/// A table with one column of this declaration besides its key.
fn column(said: &str) -> String {
    format!(
        "tables:\n  things:\n    columns:\n      id: {{ type: bigint, primary_key: true }}\n      a: integer\n      c: {said}\n"
    )
}

const INDEX: &[&str] = &["drop_index", "create_index"];

#[test]
fn the_predicate_of_an_index_is_seen() {
    seen(&index("columns: [a], where: a > 0"), &index("columns: [a], where: a > 1"), INDEX);
    seen(&index("columns: [a]"), &index("columns: [a], where: a > 1"), INDEX);
}

#[test]
fn the_included_columns_of_an_index_are_seen() {
    seen(&index("columns: [a]"), &index("columns: [a], include: [b]"), INDEX);
}

#[test]
fn the_method_of_an_index_is_seen() {
    seen(&index("columns: [a]"), &index("columns: [a], method: hash"), INDEX);
}

#[test]
fn the_operator_class_of_an_index_is_seen() {
    seen(&index("columns: [t]"), &index("columns: [t text_pattern_ops]"), INDEX);
}

#[test]
fn the_storage_parameters_of_an_index_are_seen() {
    seen(&index("columns: [a]"), &index("columns: [a], with: { fillfactor: \"70\" }"), &["alter_index"]);
}

#[test]
fn the_columns_of_a_primary_key_are_seen() {
    let key = |columns: &str| {
        format!(
            "tables:\n  t:\n    columns: {{ id: bigint, b: integer }}\n    primary_key: {{ name: t_pkey, columns: [{columns}] }}\n"
        )
    };
    seen(&key("id"), &key("id, b"), &["drop_constraint", "create_primary_key"]);
}

#[test]
fn the_name_of_a_primary_key_is_seen() {
    let key = |name: &str| {
        format!("tables:\n  t:\n    columns: {{ id: bigint }}\n    primary_key: {{ name: {name}, columns: [id] }}\n")
    };
    seen(&key("t_pkey"), &key("pk_t"), &["drop_constraint", "create_primary_key"]);
}

#[test]
fn the_expression_of_a_check_is_seen() {
    let check = |expression: &str| table(&format!("checks:\n  ck: {expression}"));
    seen(&check("a > 0"), &check("a > 1"), &["drop_constraint", "create_check_constraint"]);
}

#[test]
fn an_unnamed_check_is_seen_when_it_comes() {
    seen(&table(""), &table("checks:\n  - a > 0"), &["create_check_constraint"]);
}

#[test]
fn an_exclusion_constraint_on_a_table_that_is_there_is_seen() {
    let exclusion = "exclusions:\n  ex: { elements: [r with &&], method: gist }";
    seen(&table(""), &table(exclusion), &["create_exclude_constraint"]);
}

#[test]
fn a_unique_constraint_that_becomes_deferrable_is_seen() {
    let unique = |more: &str| table(&format!("unique:\n  uq: {{ columns: [a]{more} }}"));
    seen(&unique(""), &unique(", deferrable: true"), &["drop_constraint", "create_unique_constraint"]);
}

/// A table, and another that refers to it so.
fn referring(name: &str, more: &str) -> String {
    format!(
        "tables:\n  people:\n    columns: {{ id: bigint }}\n    primary_key: [id]\n  things:\n    columns: {{ owner: bigint? }}\n    \
         foreign_keys:\n      {name}: {{ columns: [owner], references: people{more} }}\n"
    )
}

const FOREIGN_KEY: &[&str] = &["drop_constraint", "create_foreign_key"];

#[test]
fn match_full_of_a_foreign_key_is_seen() {
    seen(&referring("fk", ""), &referring("fk", ", match: full"), FOREIGN_KEY);
}

#[test]
fn another_name_of_a_foreign_key_is_seen() {
    seen(&referring("fk", ""), &referring("fk_owner", ""), FOREIGN_KEY);
}

#[test]
fn the_expression_of_a_generated_column_is_seen() {
    let generated = |by: &str| column(&format!("{{ type: integer, generated: {by} }}"));
    seen(&generated("a * 2"), &generated("a * 3"), &["drop_column", "add_column"]);
}

#[test]
fn a_plain_column_that_becomes_a_generated_one_is_seen() {
    let (plain, generated) = (column("integer?"), column("{ type: integer, generated: a * 2 }"));
    let mut project = Project::new();
    apply(&mut project, &plain);
    let found = compare_or_refusal(&mut project, &generated);
    assert!(found.contains("public.things.c"), "{found}");
}

/// The message of a refusal, or the ops.
fn compare_or_refusal(project: &mut Project, text: &str) -> String {
    let config = Config::defaults(Path::new(".")).unwrap_or_else(|e| panic!("{e}"));
    let mut draft = Draft::default();
    let declared = model::declare(text, Path::new("model.yaml"), &config, &mut draft);
    match declared.and_then(|()| project.compare(draft)) {
        Err(error) => error.to_string(),
        Ok(found) => {
            let ops = found.plans.up.statements.iter().flat_map(|statement| &statement.ops);
            ops.map(|op| format!("{} {}", op.name, op.id)).collect::<Vec<_>>().join(", ")
        }
    }
}

#[test]
fn a_length_or_scale_that_goes_is_seen() {
    seen(&column("varchar(20)"), &column("varchar"), &["alter_column"]);
    seen(&column("\"numeric(10,2)\""), &column("numeric"), &["alter_column"]);
}

#[test]
fn the_collation_of_a_column_is_seen() {
    seen(&column("text"), &column("{ type: text, collation: C }"), &["alter_column"]);
}

#[test]
fn the_check_of_a_domain_is_seen() {
    let domain = |check: &str| format!("domains:\n  d: {{ type: integer, checks: {{ ck: {check} }} }}\n");
    seen(&domain("VALUE > 0"), &domain("VALUE > 1"), &["drop_constraint", "create_check_constraint"]);
}

#[test]
fn a_new_sequence_is_seen() {
    seen("enums:\n  e: [x]\n", "enums:\n  e: [x]\nsequences:\n  s:\n", &["create_sequence"]);
}

#[test]
fn a_new_label_of_an_enum_is_seen() {
    seen("enums:\n  e: [x, z]\n", "enums:\n  e: [x, y, z]\n", &["add_enum_value"]);
}

#[test]
fn the_order_of_columns_is_no_difference() {
    let columns = |names: &str| format!("tables:\n  t:\n    columns: {{ {names} }}\n");
    let mut project = Project::new();
    apply(&mut project, &columns("a: integer, b: text"));
    silent(&mut project, &columns("b: text, a: integer"));
}

#[test]
fn a_rename_that_is_stated_keeps_what_is_there() {
    let model = |table: &str, column: &str, index: &str| {
        format!("tables:\n  {table}\n    columns:\n      {column}\n    indexes:\n      {index}\n")
    };
    let mut project = Project::new();
    apply(&mut project, &model("old:", "a: integer", "ix: [a]"));
    project.client.batch_execute("INSERT INTO public.old VALUES (7)").unwrap();
    let after = model("new:\n    renamed_from: old", "b: { type: integer, renamed_from: a }", "ix: [b]");
    let found = compare(&mut project, &after);
    let changes = found.plans.up.statements.iter().flat_map(|statement| &statement.changes);
    assert!(changes.clone().all(|change| matches!(change, Change::Rename { .. })), "renames and nothing else");
    assert_eq!(apply(&mut project, &after), ["rename_table", "rename_column"].map(str::to_owned).into());
    assert_eq!(project.rows("SELECT b FROM public.new"), ["7"]);
}

#[test]
fn what_alembic_sees_is_seen_too() {
    let unnamed = |name: &str| table(&format!("checks:\n  {name}: a > 0"));
    seen(&table(""), &unnamed("ck"), &["create_check_constraint"]);
    seen(&referring("fk", ""), &referring("fk", ", on_delete: cascade"), FOREIGN_KEY);
    let identity = |mode: &str| column(&format!("{{ type: bigint, identity: {mode} }}"));
    seen(&identity("always"), &identity("by default"), &["alter_column"]);
    for (one, other) in
        [("text", "varchar(5)"), ("timestamptz", "timestamp"), ("\"integer[]\"", "\"bigint[]\""), ("json", "jsonb")]
    {
        seen(&column(one), &column(other), &["alter_column"]);
    }
    seen(&table(""), &table("comment: All of them"), &["comment"]);
    seen(&index("columns: [a]"), &index("columns: [a desc]"), INDEX);
}

#[test]
fn serial_and_identity_become_each_other() {
    let mut project = Project::new();
    apply(&mut project, &column("serial"));
    let ops = apply(&mut project, &column("{ type: integer, identity: always }"));
    assert!(ops.contains("alter_column"), "{ops:?}");
    let ops = apply(&mut project, &column("serial"));
    assert!(ops.contains("create_sequence"), "{ops:?}");
}

#[test]
fn nulls_not_distinct_is_seen() {
    let mut project = Project::new();
    if project.live().unwrap_or_else(|e| panic!("{e}")).server.major >= 15 {
        let unique = |more: &str| table(&format!("unique:\n  uq: {{ columns: [a]{more} }}"));
        seen(&unique(""), &unique(", nulls_not_distinct: true"), &["drop_constraint", "create_unique_constraint"]);
    }
}

#[test]
fn an_index_over_a_truncated_time_stays_silent() {
    stays_silent(&index("columns: [\"date_trunc('day', d at time zone 'utc')\"]"));
}

#[test]
fn an_index_over_a_case_stays_silent() {
    stays_silent(&index("columns: [(case when b>1 then 1 else 0 end)]"));
}

#[test]
fn unnamed_checks_stay_silent() {
    stays_silent(&table("checks:\n  - a > 0\n  - a in (1, 2, 3)\n  - b > 0 and t <> 'x'"));
}

#[test]
fn a_schema_that_is_written_out_stays_silent() {
    let mut project = Project::new();
    let (short, long) = (referring("fk", ""), referring("fk", "").replace("people:", "public.people:"));
    let long = long.replace("things:", "public.things:").replace("references: people", "references: public.people");
    apply(&mut project, &long);
    silent(&mut project, &short);
}

#[test]
fn a_generated_column_over_a_list_or_a_case_stays_silent() {
    stays_silent(&column("{ type: boolean, generated: \"a in (1,2)\" }"));
    stays_silent(&column("{ type: integer, generated: case when a>1 then 1 else 0 end }"));
}

#[test]
fn defaults_stay_silent() {
    for (ty, default) in [
        ("timestamptz", "now()"),
        ("uuid", "gen_random_uuid()"),
        ("\"text[]\"", "\"'{}'\""),
        ("jsonb", "\"'{}'::jsonb\""),
        ("jsonb", "\"'{}'\""),
        ("interval", "\"'1 day 2 hours'\""),
        ("interval", "\"interval '1 day'\""),
        ("timestamp", "\"timezone('utc', now())\""),
        ("boolean", "\"'t'\""),
        ("numeric", "\"0.50\""),
        ("varchar(9)", "\"'x'\""),
    ] {
        stays_silent(&column(&format!("{{ type: {ty}, default: {default} }}")));
    }
    stays_silent(&format!("enums:\n  e: [x, y]\n{}", column("{ type: e, default: \"'x'\" }")));
}

#[test]
fn a_partition_that_no_model_declares_is_dropped_unless_something_else_makes_them() {
    let model = |partitions: &str| {
        format!(
            "tables:\n  events:\n    columns: {{ id: bigint }}\n    partition_by: {{ range: [id] }}\n    partitions: {partitions}\n"
        )
    };
    let declared = model("{ events_1: FROM (0) TO (10) }");
    let mut project = Project::new();
    apply(&mut project, &declared);
    project.client.batch_execute("CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20)").unwrap();
    let found = compare(&mut project, &declared);
    let ops: Vec<_> = found.plans.up.statements.iter().flat_map(|statement| &statement.ops).collect();
    let said: Vec<(&str, String)> = ops.iter().map(|op| (op.name, op.id.to_string())).collect();
    assert_eq!(said, [("drop_table", "table public.events_2".to_owned())]);
    let file = project.revise(&found).unwrap_or_else(|e| panic!("{e}"));
    assert!(file.contains("LOSES DATA: drop_table public.events_2: every row of public.events_2"), "{file}");
    silent(&mut project, &model("unmanaged"));
}
