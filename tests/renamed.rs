//! Does a stated rename keep everything, and change nothing else?
//!
//! Rows are put in first and looked at afterwards, up and down. What the change takes is exactly the ops that are named; pg_dump
//! says after the upgrade what it says of a database that was made as it is wanted, and after the downgrade what it said before.

#[path = "support/project.rs"]
mod project;
#[path = "support/revise.rs"]
mod revise;
#[path = "support/server.rs"]
mod server;

use project::{Comparison, Project};
use server::dump;

fn compare(project: &mut Project, text: &str) -> Comparison {
    project.compare_model(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The ops that it would take, each with what it is of.
fn ops(found: &Comparison) -> Vec<String> {
    let ops = found.plans.up.statements.iter().flat_map(|statement| &statement.ops);
    ops.map(|op| format!("{} {}", op.name, op.id.qualified())).collect()
}

/// Makes the database follow the model; the ops that it took, and the file.
fn apply(project: &mut Project, text: &str) -> (Vec<String>, String) {
    let found = compare(project, text);
    let took = ops(&found);
    let mut file = String::new();
    if !took.is_empty() {
        file = project.revise(&found).unwrap_or_else(|e| panic!("{e}\n{text}"));
        project.upgrade().unwrap_or_else(|e| panic!("{e}\n{file}"));
    }
    let found = compare(project, text);
    assert_eq!(found.unknowns, [], "could not tell\n{text}");
    assert_eq!(ops(&found), [] as [&str; 0], "where the model has just been applied\n{text}\n{file}");
    (took, file)
}

struct Case<'a> {
    before: &'a str,
    rows: &'a str,
    after: &'a str,
    ops: &'a [&'a str],
    /// Queries with what they give, before and after.
    before_rows: (&'a str, &'a [&'a str]),
    after_rows: (&'a str, &'a [&'a str]),
}

fn carried(case: Case) {
    let mut project = Project::new();
    apply(&mut project, case.before);
    let own = dump(project.database());
    project.client.batch_execute(case.rows).unwrap_or_else(|e| panic!("{e:?}"));
    let (took, file) = apply(&mut project, case.after);
    assert_eq!(took, case.ops, "{file}");
    assert_eq!(project.rows(case.after_rows.0), case.after_rows.1, "{file}");
    let mut direct = Project::new();
    apply(&mut direct, case.after);
    let same = |one: Option<String>, other: Option<String>, when: &str| {
        if let (Some(one), Some(other)) = (one, other) {
            assert!(sorted(&one) == sorted(&other), "{when}\n{file}\n{}", differing(&one, &other));
        }
    };
    same(dump(project.database()), dump(direct.database()), "after the upgrade");
    project.downgrade("-1").unwrap_or_else(|e| panic!("{e}\n{file}"));
    assert_eq!(project.rows(case.before_rows.0), case.before_rows.1, "{file}");
    same(dump(project.database()), own, "after the downgrade");
}

/// Objects of one kind stand in the order of their making, which is another after a rename.
fn sorted(dump: &str) -> Vec<&str> {
    let mut blocks: Vec<&str> = dump.split("\n\n").collect();
    blocks.sort_unstable();
    blocks
}

fn differing(one: &str, other: &str) -> String {
    let (one, other) = (sorted(one), sorted(other));
    let only = |of: &[&str], not: &[&str], sign: &str| -> String {
        of.iter().filter(|block| !not.contains(block)).map(|block| format!("{sign} {block}\n")).collect()
    };
    only(&one, &other, "-") + &only(&other, &one, "+")
}

const TASKS: &str = "
tables:
  tasks:
    columns:
      id: { type: bigint, identity: always }
      title: { type: text, default: \"'x'\" }
      done: { type: boolean, default: false }
      size: { type: integer, default: 1 }
      slug: { type: text, generated: lower(title) }
    primary_key: { name: pk, columns: [id] }
    unique: { uq: [title, size] }
    checks: { ck: \"title <> '' and size > 0\" }
    indexes:
      ix: { columns: [lower(title), size desc], where: not done and title is not null, include: [id] }
    exclusions: { ex: { method: btree, elements: [title with =] } }
    statistics: { st: [title, size] }
    triggers: { tr: { timing: before, events: [update of title], for_each: row, when: new.title <> old.title, function: touch } }
    policies: { po: { using: title = current_user } }
  notes:
    columns: { id: integer, title: text }
    primary_key: { name: notes_pk, columns: [id] }
    foreign_keys: { fk: { columns: [title], references: tasks, ref_columns: [title] } }
functions:
  touch(): { returns: trigger, language: plpgsql, body: begin return new; end }
views:
  open: { query: \"select t.title as name, t.size from tasks t where not t.done\" }
";

#[test]
fn a_column_takes_all_that_mentions_it_along() {
    let before = TASKS.replace("    unique: { uq: [title, size] }", "    unique: { uq: [title, size], only: [title] }");
    let after = before
        .replace(
            "title: { type: text, default: \"'x'\" }",
            "headline: { type: text, default: \"'x'\", renamed_from: title }",
        )
        .replace("lower(title)", "lower(headline)")
        .replace("[title, size]", "[headline, size]")
        .replace("only: [title]", "only: [headline]")
        .replace("title <> '' and", "headline <> '' and")
        .replace("not done and title is", "not done and headline is")
        .replace("title with =", "headline with =")
        .replace("update of title", "update of headline")
        .replace("new.title <> old.title", "new.headline <> old.headline")
        .replace("using: title =", "using: headline =")
        .replace("ref_columns: [title]", "ref_columns: [headline]")
        .replace("t.title as name", "t.headline as name");
    carried(Case {
        before: &before,
        rows: "INSERT INTO tasks (title, size) VALUES ('Milk', 2), ('Bread', 3); INSERT INTO notes VALUES (1, 'Milk')",
        after: &after,
        ops: &["rename_column public.tasks.headline"],
        before_rows: ("SELECT id, title, slug FROM tasks ORDER BY id", &["1, Milk, milk", "2, Bread, bread"]),
        after_rows: ("SELECT id, headline, slug FROM tasks ORDER BY id", &["1, Milk, milk", "2, Bread, bread"]),
    });
}

#[test]
fn a_table_and_its_columns_and_a_type_in_one() {
    carried(Case {
        before: "
enums: { mood: [sad, ok, glad] }
tables:
  people:
    columns: { id: integer, mood: { type: mood, default: \"'ok'\" }, age: integer }
    primary_key: { name: pk, columns: [id] }
    checks: { ck: \"mood <> 'sad' or age > 3\" }
    indexes: { ix: { columns: [age], where: \"mood = any (array['sad', 'ok']::mood[])\" } }
views: { sad_ones: { query: \"select id, age from people where mood = 'sad'\" } }
",
        rows: "INSERT INTO people VALUES (1, 'sad', 7), (2, DEFAULT, 9)",
        after: "
enums: { feeling: { values: [blue, ok, glad], renamed: { sad: blue }, renamed_from: mood } }
tables:
  persons:
    renamed_from: people
    columns:
      id: integer
      feeling: { type: feeling, default: \"'ok'\", renamed_from: mood }
      age: { type: bigint }
    primary_key: { name: pk, columns: [id] }
    checks: { ck: \"feeling <> 'blue' or age > 3\" }
    indexes: { ix: { columns: [age], where: \"feeling = any (array['blue', 'ok']::feeling[])\" } }
views: { sad_ones: { query: \"select id, age from persons where feeling = 'blue'\" } }
",
        ops: &[
            "rename_enum public.feeling",
            "rename_table public.persons",
            "rename_enum_value public.feeling",
            "rename_column public.persons.feeling",
            "drop_constraint public.persons.ck",
            "drop_view public.sad_ones",
            "alter_column public.persons.age",
            "create_view public.sad_ones",
            "create_check_constraint public.persons.ck",
        ],
        before_rows: ("SELECT * FROM people ORDER BY id", &["1, sad, 7", "2, ok, 9"]),
        after_rows: ("SELECT * FROM persons ORDER BY id", &["1, blue, 7", "2, ok, 9"]),
    });
}

#[test]
fn names_pass_in_a_circle() {
    let before = "
enums: { e: [x, y, z] }
tables:
  a: { columns: { one: integer, two: text, e: e } }
  b: { columns: { three: text } }
  c: { columns: { four: text } }
";
    let after = "
enums: { e: { values: [y, x, z], renamed: { x: y, y: x } } }
tables:
  b: { columns: { two: { type: integer, renamed_from: one }, one: { type: text, renamed_from: two }, e: e }, renamed_from: a }
  c: { columns: { three: text }, renamed_from: b }
  a: { columns: { four: text }, renamed_from: c }
";
    let mut project = Project::new();
    apply(&mut project, before);
    let rows = "INSERT INTO a VALUES (1, 'two', 'x'); INSERT INTO b VALUES ('b'); INSERT INTO c VALUES ('c')";
    project.client.batch_execute(rows).unwrap();
    let found = compare(&mut project, after);
    let expected = [
        "rename_table public.a_1",
        "rename_table public.a",
        "rename_table public.c",
        "rename_table public.b",
        "rename_enum_value public.e",
        "rename_column public.b.one_1",
        "rename_column public.b.one",
        "rename_column public.b.two",
    ];
    assert_eq!(ops(&found), expected);
    let file = project.revise(&found).unwrap();
    project.upgrade().unwrap_or_else(|e| panic!("{e}\n{file}"));
    assert_eq!(project.rows("SELECT b.two || b.one || e || three || four FROM a, b, c"), ["1twoybc"]);
    let plain = "
enums: { e: [y, x, z] }
tables:
  b: { columns: { two: integer, one: text, e: e } }
  c: { columns: { three: text } }
  a: { columns: { four: text } }
";
    assert_eq!(ops(&compare(&mut project, plain)), [] as [&str; 0]);
    project.downgrade("-1").unwrap_or_else(|e| panic!("{e}\n{file}"));
    assert_eq!(project.rows("SELECT one || two || e || three || four FROM a, b, c"), ["1twoxbc"]);
    assert_eq!(ops(&compare(&mut project, before)), [] as [&str; 0]);
}

#[test]
fn a_chain_moves_from_its_end() {
    carried(Case {
        before: "tables: { t: { columns: { a: integer, b: integer, c: integer } } }",
        rows: "INSERT INTO t VALUES (1, 2, 3)",
        after: "
tables:
  t:
    columns:
      b: { type: integer, renamed_from: a }
      c: { type: integer, renamed_from: b }
      d: { type: integer, renamed_from: c }
",
        ops: &["rename_column public.t.d", "rename_column public.t.c", "rename_column public.t.b"],
        before_rows: ("SELECT a, b, c FROM t", &["1, 2, 3"]),
        after_rows: ("SELECT b, c, d FROM t", &["1, 2, 3"]),
    });
}

#[test]
fn a_schema_takes_everything_in_it_along() {
    let before = "
schemas: { app: }
enums: { app.mood: [sad, ok] }
domains: { app.mail: { type: text, checks: { at: \"value like '%@%'\" } } }
sequences: { app.tickets: }
tables:
  app.people:
    columns:
      id: { type: bigint, identity: always }
      mood: { type: app.mood, default: \"'ok'\" }
      mail: app.mail?
      nr: { type: bigint, default: nextval('app.tickets') }
      old: { type: boolean, generated: app.is_old(id) }
    primary_key: { name: pk, columns: [id] }
    checks: { ck: app.is_old(id) or id > 0 }
    triggers: { tr: { timing: before, events: [update], for_each: row, function: app.touch } }
functions:
  app.touch(): { returns: trigger, language: plpgsql, body: begin return new; end }
  app.is_old(bigint): { returns: boolean, language: sql, volatility: immutable, body: select $1 > 9 }
views:
  app.moods: { query: \"select id, mood, app.is_old(id) as old from app.people where mood = 'ok'\" }
  outside: { query: \"select mood from app.moods\" }
";
    let after = before.replace("app.", "crm.").replace("schemas: { app: }", "schemas: { crm: { renamed_from: app } }");
    carried(Case {
        before,
        rows: "INSERT INTO app.people (mail) VALUES ('a@b'), (NULL)",
        after: &after,
        ops: &["rename_schema crm"],
        before_rows: (
            "SELECT id, mood, mail, nr, old FROM app.people ORDER BY id",
            &["1, ok, a@b, 1, false", "2, ok, null, 2, false"],
        ),
        after_rows: (
            "SELECT id, mood, mail, nr, old FROM crm.people ORDER BY id",
            &["1, ok, a@b, 1, false", "2, ok, null, 2, false"],
        ),
    });
}

#[test]
fn what_is_on_a_table_has_names_of_its_own() {
    let mut after = TASKS.to_owned();
    for (old, new) in [
        ("primary_key: { name: pk, columns: [id] }", "primary_key: { name: pk2, columns: [id], renamed_from: pk }"),
        ("unique: { uq: [title, size] }", "unique: { uq2: { columns: [title, size], renamed_from: uq } }"),
        (
            "checks: { ck: \"title <> '' and size > 0\" }",
            "checks: { ck2: { expression: \"title <> '' and size > 0\", renamed_from: ck } }",
        ),
        ("      ix: { columns", "      ix2: { renamed_from: ix, columns"),
        ("exclusions: { ex: {", "exclusions: { ex2: { renamed_from: ex,"),
        ("statistics: { st: [title, size] }", "statistics: { st2: { columns: [title, size], renamed_from: st } }"),
        ("triggers: { tr: {", "triggers: { tr2: { renamed_from: tr,"),
        ("function: touch }", "function: touched }"),
        ("policies: { po: {", "policies: { po2: { renamed_from: po,"),
        ("touch(): {", "touched(): { renamed_from: touch,"),
        ("  open: {", "  unfinished: { renamed_from: open,"),
    ] {
        assert!(after.contains(old), "{old}");
        after = after.replace(old, new);
    }
    let after =
        after.replace("    foreign_keys: { fk: { columns: [title], references: tasks, ref_columns: [title] } }\n", "");
    let before =
        TASKS.replace("    foreign_keys: { fk: { columns: [title], references: tasks, ref_columns: [title] } }\n", "");
    carried(Case {
        before: &before,
        rows: "INSERT INTO tasks (title) VALUES ('Milk')",
        after: &after,
        ops: &[
            "rename_index public.ix2",
            "rename_statistics public.st2",
            "rename_view public.unfinished",
            "rename_function public.touched()",
            "rename_constraint public.tasks.pk2",
            "rename_constraint public.tasks.uq2",
            "rename_constraint public.tasks.ck2",
            "rename_constraint public.tasks.ex2",
            "rename_trigger public.tasks.tr2",
            "rename_policy public.tasks.po2",
        ],
        before_rows: ("SELECT name FROM open", &["Milk"]),
        after_rows: ("SELECT name FROM unfinished", &["Milk"]),
    });
}

#[test]
fn types_are_renamed_under_what_is_made_of_them() {
    carried(Case {
        before: "
domains: { mail: { type: text, checks: { at: \"value like '%@%'\" } } }
composites: { address: { attributes: { street: text, town: text } } }
ranges: { floatrange: { subtype: double precision } }
collations: { own: { provider: libc, locale: C } }
tables:
  t:
    columns:
      m: mail
      ms: mail[]
      a: address
      r: floatrange
      c: { type: text, collation: own }
functions:
  town(address): { returns: text, language: sql, body: select ($1).town, comment: where }
aggregates:
  all_of(mail): { sfunc: array_append, stype: 'mail[]', initcond: '{}' }
",
        rows: "INSERT INTO t VALUES ('a@b', '{c@d}', '(here,there)', '[1,2)', 'x')",
        after: "
domains: { email: { renamed_from: mail, type: text, checks: { has_at: { expression: \"value like '%@%'\", renamed_from: at } } } }
composites: { place: { attributes: { road: { type: text, renamed_from: street }, town: text }, renamed_from: address } }
ranges: { range_of_floats: { subtype: double precision, renamed_from: floatrange, multirange: floatmultirange } }
collations: { plain: { provider: libc, locale: C, renamed_from: own } }
tables:
  t:
    columns:
      m: email
      ms: email[]
      a: place
      r: range_of_floats
      c: { type: text, collation: plain }
functions:
  city(place): { returns: text, language: sql, body: select ($1).town, comment: where, renamed_from: town }
aggregates:
  list(email): { sfunc: array_append, stype: 'email[]', initcond: '{}', renamed_from: all_of }
",
        ops: &[
            "rename_collation public.plain",
            "rename_composite_type public.place",
            "rename_domain public.email",
            "rename_range_type public.range_of_floats",
            "rename_function public.city(public.place)",
            "rename_aggregate public.list(public.email)",
            "rename_attribute public.place",
            "rename_constraint public.email.has_at",
        ],
        before_rows: ("SELECT m, ms, a, r, c, town(a) FROM t", &["a@b, {c@d}, (here,there), [1,2), x, there"]),
        after_rows: ("SELECT m, ms, a, r, c, city(a) FROM t", &["a@b, {c@d}, (here,there), [1,2), x, there"]),
    });
}

#[test]
fn a_hint_may_tell_a_whole_history() {
    let model = "tables: { t: { columns: { c: { type: integer, renamed_from: [a, b] } } } }";
    for now in ["a", "b"] {
        let mut project = Project::new();
        apply(&mut project, &format!("tables: {{ t: {{ columns: {{ {now}: integer }} }} }}"));
        project.client.batch_execute("INSERT INTO t VALUES (7)").unwrap();
        assert_eq!(apply(&mut project, model).0, ["rename_column public.t.c"]);
        assert_eq!(project.rows("SELECT c FROM t"), ["7"]);
    }
    assert_eq!(apply(&mut Project::new(), model).0, ["create_table public.t"]);
}

#[test]
fn a_new_object_may_take_the_old_name_at_once() {
    carried(Case {
        before: "tables: { t: { columns: { a: integer } }, u: { columns: { x: integer } } }",
        rows: "INSERT INTO t VALUES (1); INSERT INTO u VALUES (5)",
        after: "
tables:
  t: { columns: { z: { type: text } } }
  v: { columns: { b: { type: integer, renamed_from: a }, a: text? }, renamed_from: t }
  u: { columns: { x: integer } }
",
        ops: &["rename_table public.v", "rename_column public.v.b", "create_table public.t", "add_column public.v.a"],
        before_rows: ("SELECT a, x FROM t, u", &["1, 5"]),
        after_rows: ("SELECT b, a, x FROM v, u", &["1, null, 5"]),
    });
}

/// Indexes of constraints take their names among relations.
#[test]
fn names_pass_between_constraints_and_indexes() {
    carried(Case {
        before: "tables: { t: { columns: { a: integer, b: integer }, unique: { u: [a] }, indexes: { i: [b] } } }",
        rows: "INSERT INTO t VALUES (1, 2)",
        after: "
tables:
  t:
    columns: { a: integer, b: integer }
    unique: { v: { columns: [a], renamed_from: u } }
    indexes: { u: { columns: [b], renamed_from: i } }
",
        ops: &["rename_constraint public.t.v", "rename_index public.u"],
        before_rows: ("SELECT * FROM t", &["1, 2"]),
        after_rows: ("SELECT * FROM t", &["1, 2"]),
    });
    carried(Case {
        before: "tables: { t: { columns: { a: integer }, unique: { u: [a] } } }",
        rows: "INSERT INTO t VALUES (1)",
        after: "tables: { u: { columns: { a: integer }, unique: { v: { columns: [a], renamed_from: u } }, renamed_from: t } }",
        ops: &["rename_constraint public.t.v", "rename_table public.u"],
        before_rows: ("SELECT * FROM t", &["1"]),
        after_rows: ("SELECT * FROM u", &["1"]),
    });
}

#[test]
fn a_name_has_one_heir_and_none_from_elsewhere() {
    let refused = |before: &str, after: &str| {
        let mut project = Project::new();
        apply(&mut project, before);
        project.compare_model(after).err().map(|error| error.to_string()).unwrap_or_default()
    };
    let one = "tables: { a: { columns: { x: integer } } }";
    let two =
        "tables: { d: { columns: { x: integer }, renamed_from: a }, e: { columns: { x: integer }, renamed_from: a } }";
    assert!(refused(one, two).contains("is renamed from a, and so is another"), "{}", refused(one, two));
    let elsewhere = "tables: { d: { columns: { x: integer }, renamed_from: other.a } }";
    assert!(refused(one, elsewhere).contains("from another place"), "{}", refused(one, elsewhere));
}

#[test]
fn bodies_that_nobody_looks_into_are_named() {
    let model = |column: &str, count: &str, hint: &str| {
        format!(
            "
tables: {{ tasks: {{ columns: {{ {column}: {{ type: text{hint} }} }} }} }}
functions:
  told(): {{ returns: bigint, language: sql, body: {count} }}
  other(): {{ returns: bigint, language: sql, body: select 1 }}
"
        )
    };
    let mut project = Project::new();
    apply(&mut project, &model("title", "select count(title) from tasks", ""));
    let found = compare(&mut project, &model("name", "select count(title) from tasks", ", renamed_from: title"));
    let file = project.revise(&found).unwrap();
    assert_eq!(file.matches("function public.told() says title in its body").count(), 2, "{file}");
    // one that is written anew with it is not
    let found = compare(&mut project, &model("name", "select count(name) from tasks", ", renamed_from: title"));
    let file = project.revise(&found).unwrap();
    assert!(!file.contains("in its body"), "{file}");
}
