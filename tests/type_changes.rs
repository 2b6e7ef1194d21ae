//! Are the rows, and the position of what counts them, still there when the type of a column changes, and when it changes back?

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;

/// A database that follows a model.
struct Story {
    project: Project,
}

impl Story {
    fn begins(model: &str, rows: &str) -> Self {
        let story = Self { project: Project::with(&[]) };
        story.becomes(model);
        story.project.sql(rows);
        story
    }

    /// Goes to the model and gives the text of the revision.
    fn becomes(&self, model: &str) -> String {
        let text = self.revised(model);
        self.project.done(&["upgrade"]);
        self.project.done(&["check"]);
        text
    }

    fn revised(&self, model: &str) -> String {
        self.project.write("schema/model.yaml", model);
        let file = self.project.revision("a change");
        self.project.read(&file)
    }

    fn goes_back(&self) {
        self.project.done(&["downgrade", "-1"]);
    }

    /// Why it cannot go back.
    fn does_not_go_back(&self) -> String {
        let output = self.project.run(&["downgrade", "-1"]);
        assert_eq!(output.status.code(), Some(2), "{}", self.project.told(&output));
        self.project.told(&output)
    }

    /// Every row as text, separated by `; `.
    fn holds(&self, query: &str) -> String {
        let query = format!("SELECT coalesce(string_agg(x::text, '; '), '') FROM ({query}) x");
        self.project
            .database
            .client()
            .query_one(&query, &[])
            .unwrap_or_else(|cause| panic!("{cause:?}: {query}"))
            .get(0)
    }

    /// The key that the next row gets.
    fn next(&self) -> i64 {
        let row = "INSERT INTO t (note) VALUES ('new') RETURNING id::bigint";
        self.project.database.client().query_one(row, &[]).unwrap().get(0)
    }
}

fn t(columns: &str) -> String {
    format!("tables:\n  t:\n    columns:\n{columns}")
}

fn id(column: &str) -> String {
    t(&format!("      id: {column}\n      note: text?\n    primary_key: [id]\n"))
}

/// One, two, and a third that is gone: its number is not given again.
const THREE: &str = "INSERT INTO t (note) VALUES ('a'), ('b'), ('c'); DELETE FROM t WHERE note = 'c'";

const ALWAYS: &str = "{ type: integer, identity: always }";

#[test]
fn a_serial_column_becomes_an_identity_and_counts_on() {
    let story = Story::begins(&id("serial"), THREE);
    let text = story.becomes(&id(ALWAYS));
    assert!(!text.contains("LOSES DATA"), "{text}");
    assert_eq!(story.holds("SELECT id, note FROM t ORDER BY id"), "(1,a); (2,b)");
    assert_eq!(story.holds("SELECT pg_get_serial_sequence('t', 'id')"), "(public.t_id_seq)");
    assert_eq!(story.next(), 4);
    story.goes_back();
    assert_eq!(story.holds("SELECT id, note FROM t ORDER BY id"), "(1,a); (2,b); (4,new)");
    assert_eq!(story.holds("SELECT pg_get_serial_sequence('t', 'id')"), "(public.t_id_seq)");
    assert_eq!(story.next(), 5);
}

#[test]
fn an_identity_becomes_a_serial_column_and_counts_on() {
    let story = Story::begins(&id(ALWAYS), THREE);
    let text = story.becomes(&id("serial"));
    assert!(!text.contains("LOSES DATA"), "{text}");
    assert_eq!(story.next(), 4);
    story.goes_back();
    assert_eq!(story.next(), 5);
}

#[test]
fn a_sequence_that_was_never_used_begins_at_its_first_value() {
    let story = Story::begins(&id("serial"), "");
    story.becomes(&id(ALWAYS));
    assert_eq!(story.next(), 1);
    story.goes_back();
    assert_eq!(story.next(), 2);
}

#[test]
fn a_sequence_of_another_name_hands_its_position_over_too() {
    let before = "sequences:\n  counter: { type: integer, owned_by: t.id }\n".to_owned()
        + &id("{ type: integer, default: \"nextval('counter')\" }");
    let story = Story::begins(&before, THREE);
    story.becomes(&id("{ type: bigint, identity: by default }"));
    assert_eq!(story.next(), 4);
    assert_eq!(story.holds("SELECT pg_get_serial_sequence('t', 'id')"), "(public.t_id_seq)");
    story.goes_back();
    assert_eq!(story.next(), 5);
    assert_eq!(story.holds("SELECT pg_get_serial_sequence('t', 'id')"), "(public.counter)");
}

#[test]
fn two_columns_hand_over_each_its_own_position() {
    let model = |a: &str, b: &str| t(&format!("      a: {a}\n      b: {b}\n      note: text?\n"));
    let identity = "{ type: bigint, identity: by default }";
    let story = Story::begins(
        &model("serial", identity),
        "ALTER SEQUENCE t_a_seq RESTART 10; ALTER SEQUENCE t_b_seq RESTART 20",
    );
    story.becomes(&model(identity, "bigserial"));
    story.project.sql("INSERT INTO t (note) VALUES ('x')");
    story.goes_back();
    story.project.sql("INSERT INTO t (note) VALUES ('y')");
    assert_eq!(story.holds("SELECT a, b FROM t ORDER BY a"), "(10,20); (11,21)");
}

#[test]
fn a_plain_key_becomes_an_identity_behind_its_values() {
    for (rows, next) in [("INSERT INTO t VALUES (7, 'a'), (3, 'b')", 8), ("", 1), ("INSERT INTO t VALUES (-5, 'a')", 1)]
    {
        let story = Story::begins(&id("integer"), rows);
        let text = story.becomes(&id(ALWAYS));
        assert!(text.contains("its sequence goes on behind the values of public.t.id"), "{text}");
        assert_eq!(story.next(), next, "{rows}");
        story.goes_back();
        assert!(story.holds("SELECT id FROM t ORDER BY id").ends_with(&format!("({next})")));
    }
}

#[test]
fn a_plain_key_becomes_a_serial_one_and_one_that_counts_down_behind_its_values() {
    let story = Story::begins(&id("integer"), "INSERT INTO t VALUES (7, 'a')");
    story.becomes(&id("serial"));
    assert_eq!(story.next(), 8);
    let story = Story::begins(&id("integer"), "INSERT INTO t VALUES (-7, 'a')");
    story.becomes(&id("{ type: integer, identity: { increment: -1 } }"));
    assert_eq!(story.next(), -8);
}

#[test]
fn a_wider_key_has_a_wider_sequence() {
    let far = "INSERT INTO t (note) VALUES ('a'); SELECT setval('t_id_seq', 2147483646)";
    for (narrow, wide) in [("serial", "bigserial"), (ALWAYS, "{ type: bigint, identity: always }")] {
        let story = Story::begins(&id(narrow), far);
        story.becomes(&id(wide));
        assert_eq!([story.next(), story.next()], [2147483647, 2147483648], "{narrow}");
        assert_eq!(story.holds("SELECT data_type FROM pg_sequences"), "(bigint)");
        // neither the value nor the position fits any more, and nothing is lost
        story.does_not_go_back();
        assert_eq!(story.holds("SELECT id FROM t ORDER BY id"), "(1); (2147483647); (2147483648)");
        story.project.sql("DELETE FROM t WHERE id > 2147483646; SELECT setval('t_id_seq', 50)");
        story.goes_back();
        assert_eq!(story.next(), 51);
        assert_eq!(story.holds("SELECT data_type FROM pg_sequences"), "(integer)");
    }
}

#[test]
fn a_generated_column_keeps_its_values_and_a_plain_one_loses_them_said() {
    let model = |c: &str| t(&format!("      a: integer\n      c: {c}\n"));
    let generated = "{ type: integer, generated: a * 2 }";
    let story = Story::begins(&model(generated), "INSERT INTO t (a) VALUES (1), (2)");
    let text = story.becomes(&model("integer?"));
    assert_eq!(story.holds("SELECT a, c FROM t ORDER BY a"), "(1,2); (2,4)");
    assert!(text.split_once("\\quit").unwrap().1.contains("LOSES DATA: every value of public.t.c"), "{text}");
    story.project.sql("UPDATE t SET c = 100 WHERE a = 1");
    story.goes_back();
    assert_eq!(story.holds("SELECT a, c FROM t ORDER BY a"), "(1,2); (2,4)");
}

#[test]
fn a_longer_varchar_rewrites_nothing_and_a_shorter_one_stops_at_what_is_longer() {
    let model = |ty: &str| t(&format!("      a: {ty}\n    indexes: {{ i: [a] }}\n"));
    let story = Story::begins(&model("varchar(3)"), "INSERT INTO t VALUES ('abc')");
    let stored = "SELECT pg_relation_filenode('t'), pg_relation_filenode('i')";
    let before = story.holds(stored);
    let text = story.becomes(&model("varchar(10)"));
    assert_eq!(story.holds(stored), before);
    assert!(text.contains("-- lock: ACCESS EXCLUSIVE on public.t, instant where no check is on a\nALTER TABLE public.t ALTER COLUMN a TYPE character varying(10);"), "{text}");
    assert!(
        text.contains("may fail: values of public.t.a that do not convert to character varying(3) stop it"),
        "{text}"
    );
    story.project.sql("INSERT INTO t VALUES ('abcdef')");
    let told = story.does_not_go_back();
    assert!(told.contains("value too long"), "{told}");
    assert_eq!(story.holds("SELECT a FROM t"), "(abc); (abcdef)");
    story.project.sql("DELETE FROM t WHERE a = 'abcdef'");
    story.goes_back();
    assert_eq!(story.holds("SELECT a FROM t"), "(abc)");
}

#[test]
fn a_text_becomes_an_enum_with_all_that_stands_on_it() {
    let model = |enums: &str, ty: &str, array: &str, or: &str| {
        format!(
            "{enums}{}",
            t(&format!(
                "      a: {{ type: {ty}, default: \"'new'\" }}\n      many: {{ type: \"{array}\", default: \"'{{new}}'\" }}\n\
             \x20     up: {{ type: text, generated: \"case a when 'new' then 'N' else 'O' end\" }}\n\
             \x20   checks: {{ ck: \"a <> 'gone'{or}\" }}\n    indexes: {{ i: [a], part: {{ columns: [up], where: \"a = 'new'\" }} }}\n"
            ))
        )
    };
    let before = model("", "text", "text[]", "");
    let after = model("enums: { state: [new, old, gone] }\n", "state", "state[]", "");
    let story = Story::begins(&before, "INSERT INTO t VALUES ('old', '{old,new}'); INSERT INTO t DEFAULT VALUES");
    let rows = "SELECT a, many, up FROM t ORDER BY a::text";
    let expected = story.holds(rows);
    story.becomes(&after);
    assert_eq!(story.holds(rows), expected);
    story.project.sql("INSERT INTO t DEFAULT VALUES");
    story.goes_back();
    assert_eq!(
        story.holds("SELECT count(*), min(up), pg_typeof(min(a)) FROM t GROUP BY a ORDER BY a"),
        "(2,N,text); (1,O,text)"
    );
    story.project.sql("INSERT INTO t VALUES ('other', '{}')");
    let refused = story.project.run(&["upgrade"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(story.holds("SELECT count(*) FROM t WHERE a = 'other'"), "(1)");
}

#[test]
fn an_array_takes_another_type_of_elements() {
    let model = |ty: &str| {
        t(&format!(
            "      a: {{ type: \"{ty}\", default: \"'{{1}}'\" }}\n    indexes: {{ i: {{ columns: [a], method: gin }} }}\n"
        ))
    };
    for other in ["bigint[]", "text[]"] {
        let story = Story::begins(&model("int[]"), "INSERT INTO t VALUES ('{1,NULL,3}'), ('{{1},{2}}'), ('{}')");
        story.becomes(&model(other));
        assert_eq!(story.holds("SELECT a::text FROM t"), "(\"{1,NULL,3}\"); (\"{{1},{2}}\"); ({})");
        story.becomes(&model("int[]"));
        story.goes_back();
        assert_eq!(story.holds("SELECT pg_typeof(a) FROM t LIMIT 1"), format!("({})", other));
        story.goes_back();
        assert_eq!(story.holds("SELECT a::text, pg_typeof(a) FROM t LIMIT 1"), "(\"{1,NULL,3}\",integer[])");
    }
}

#[test]
fn a_moment_is_the_same_whatever_the_zone_of_the_session() {
    let model = |ty: &str| t(&format!("      a: {ty}\n"));
    let story = Story::begins(&model("timestamp"), "INSERT INTO t VALUES ('2020-02-29 23:30')");
    let text = story.revised(&model("timestamptz"));
    assert!(text.contains("converts: the zone is UTC; `using` in the model says another"), "{text}");
    let (up, down) = text.split_once("\\quit").unwrap();
    let at = "SELECT extract(epoch FROM a)::bigint FROM t";
    let moment = story.holds(at);
    for zone in ["America/New_York", "Asia/Kathmandu"] {
        // as psql would, with its own zone
        story.project.sql(&format!("SET TimeZone = '{zone}'; {up}"));
        assert_eq!(story.holds(at), moment, "{zone}");
        story.project.sql(&format!("SET TimeZone = '{zone}'; {down}"));
        assert_eq!(story.holds("SELECT a FROM t"), "(\"2020-02-29 23:30:00\")", "{zone}");
    }
}

#[test]
fn an_expression_of_the_model_names_another_zone_there_and_back() {
    let model = |a: &str| t(&format!("      a: {a}\n"));
    let story = Story::begins(&model("timestamp"), "INSERT INTO t VALUES ('2020-02-29 23:30')");
    let zone = "a at time zone 'Asia/Tokyo'";
    story.becomes(&model(&format!("{{ type: timestamptz, using: {{ up: \"{zone}\", down: \"{zone}\" }} }}")));
    assert_eq!(story.holds("SELECT a AT TIME ZONE 'UTC' FROM t"), "(\"2020-02-29 14:30:00\")");
    story.goes_back();
    assert_eq!(story.holds("SELECT a FROM t"), "(\"2020-02-29 23:30:00\")");
}

#[test]
fn a_renamed_column_converts_under_its_new_name_and_back_under_its_old_one() {
    let story = Story::begins(&t("      a: boolean\n"), "INSERT INTO t VALUES (true)");
    let using = "{ up: \"date '2000-01-01' + b::int\", down: \"b > date '2000-01-01'\" }";
    story.becomes(&t(&format!("      b: {{ type: date, renamed_from: a, using: {using} }}\n")));
    assert_eq!(story.holds("SELECT b FROM t"), "(2000-01-02)");
    story.goes_back();
    assert_eq!(story.holds("SELECT a FROM t"), "(t)");
}

#[test]
fn an_expression_for_one_way_only_says_so_in_the_other() {
    let model = |a: &str| t(&format!("      a: {a}\n"));
    let story = Story::begins(&model("text"), "INSERT INTO t VALUES ('yes')");
    let text = story.becomes(&model("{ type: boolean, using: a = 'yes' }"));
    assert!(
        text.contains("one way: alter_column public.t.a: `using` of public.t.a has no inverse in the model"),
        "{text}"
    );
    assert_eq!(story.holds("SELECT a FROM t"), "(t)");
    story.goes_back();
    assert_eq!(story.holds("SELECT a FROM t"), "(true)");
}

#[test]
fn without_a_cast_the_model_is_asked_and_the_way_back_stops_at_values() {
    let model = |a: &str| t(&format!("      a: {a}\n      b: integer\n"));
    let story = Story::begins(&model("boolean"), "INSERT INTO t VALUES (true, 1)");
    story.project.write("schema/model.yaml", model("date"));
    says(
        &story.project.refused(&["revision", "-m", "x"]),
        &[
            "exit 1",
            "error: PostgreSQL has no cast from boolean to date, which public.t.a becomes",
            "at schema/model.yaml:4:7",
            "hint: say beside the type how its values convert: `using: <an expression over a>`",
        ],
    );
    story.becomes(&model("{ type: date, using: \"date '2020-01-01' + a::integer\" }"));
    assert_eq!(story.holds("SELECT a FROM t"), "(2020-01-02)");
    let told = story.does_not_go_back();
    says(&told, &["no cast from date to boolean, and public.t.a holds values"]);
    assert_eq!(story.holds("SELECT a FROM t"), "(2020-01-02)");
    story.project.sql("DELETE FROM t");
    story.goes_back();
    assert_eq!(story.holds("SELECT pg_typeof(a) FROM (SELECT (SELECT a FROM t)) t"), "(boolean)");
}

fn says(told: &str, parts: &[&str]) {
    for part in parts {
        assert!(told.contains(part), "`{part}` is not in:\n{told}");
    }
}

#[test]
fn a_cast_that_comes_with_the_revision_counts() {
    let types = "enums: { size: [small, large] }\n";
    let cast = "functions:\n  measure(size): { returns: integer, language: sql, volatility: immutable, body: \"select case $1 when 'small' then 1 else 2 end\" }\n\
                casts:\n  size as integer: { function: measure(size), context: assignment }\n";
    let model = |more: &str, a: &str| format!("{types}{more}{}", t(&format!("      a: {a}\n")));
    let story = Story::begins(&model("", "size"), "INSERT INTO t VALUES ('large')");
    let down = "down: \"case a when 1 then 'small' else 'large' end::size\"";
    let text = story.becomes(&model(cast, &format!("{{ type: integer, using: {{ {down} }} }}")));
    assert!(text.contains("ALTER COLUMN a TYPE integer;"), "{text}");
    assert_eq!(story.holds("SELECT a FROM t"), "(2)");
    story.goes_back();
    assert_eq!(story.holds("SELECT a FROM t"), "(large)");
}

#[test]
fn blanks_of_a_char_are_padding_and_that_is_said() {
    let model = |ty: &str| t(&format!("      a: {ty}\n"));
    let story = Story::begins(&model("char(5)"), "INSERT INTO t VALUES ('ab')");
    let text = story.becomes(&model("text"));
    assert!(text.contains("converts: the blanks that fill the values up are not kept"), "{text}");
    assert_eq!(story.holds("SELECT length(a) FROM t"), "(2)");
    story.goes_back();
    assert_eq!(story.holds("SELECT octet_length(a), a FROM t"), "(5,\"ab   \")");
}

#[test]
fn both_sides_of_a_foreign_key_change_with_their_rows() {
    let model = |ty: &str| {
        format!(
            "tables:\n  parents:\n    columns: {{ id: {ty} }}\n    primary_key: [id]\n  t:\n    columns:\n      id: {ty}\n\
             \x20     parent: {{ type: {ty}, references: parents }}\n    checks: {{ ck: \"parent > 0\" }}\n    statistics: {{ s: {{ columns: [id, parent] }} }}\n\
             views:\n  v: {{ query: \"select id, parent from t where parent > 0\" }}\n"
        )
    };
    let story =
        Story::begins(&model("integer"), "INSERT INTO parents VALUES (1), (2); INSERT INTO t VALUES (1, 2), (2, 1)");
    story.becomes(&model("bigint"));
    assert_eq!(story.holds("SELECT id, parent, pg_typeof(parent) FROM v ORDER BY id"), "(1,2,bigint); (2,1,bigint)");
    story.goes_back();
    assert_eq!(story.holds("SELECT id, parent, pg_typeof(parent) FROM v ORDER BY id"), "(1,2,integer); (2,1,integer)");
    assert_eq!(story.holds("SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"), "(1)");
}

#[test]
fn what_inherits_changes_with_what_it_inherits_from() {
    let model = |a: &str| {
        format!(
            "tables:\n  p: {{ columns: {{ k: int, a: {a} }}, partition_by: {{ range: [k] }} }}\n  p1: {{ partition_of: {{ table: p, values: FROM (0) TO (9) }} }}\n\
             \x20 base: {{ columns: {{ a: {a} }} }}\n  child: {{ inherits: [base], columns: {{ b: int? }} }}\n"
        )
    };
    let story = Story::begins(
        &model("boolean?"),
        "INSERT INTO p VALUES (1, true); INSERT INTO base VALUES (false); INSERT INTO child VALUES (true)",
    );
    let text = story.becomes(&model("{ type: smallint?, using: \"a::int\" }"));
    assert_eq!(text.matches("one way:").count(), 4, "said of each parent, at the top and above it: {text}");
    let rows = "SELECT tableoid::regclass, a FROM p UNION ALL SELECT tableoid::regclass, a FROM base";
    assert_eq!(story.holds(rows), "(p1,1); (base,0); (child,1)");
    says(&story.does_not_go_back(), &["public.base.a holds values"]);
    story.project.sql("UPDATE base SET a = NULL; UPDATE p SET a = NULL");
    story.goes_back();
    assert_eq!(
        story.holds("SELECT tableoid::regclass, a, pg_typeof(a) FROM base"),
        "(base,,boolean); (child,,boolean)"
    );
}

#[test]
fn a_partition_key_is_refused_by_name() {
    let model = |ty: &str| t(&format!("      a: {ty}\n    partition_by: {{ range: [a] }}\n"));
    let story = Story::begins(&model("integer"), "");
    story.project.write("schema/model.yaml", model("bigint"));
    let told = story.project.refused(&["revision", "-m", "x"]);
    says(&told, &["exit 1", "public.t", "schema/model.yaml"]);
}
