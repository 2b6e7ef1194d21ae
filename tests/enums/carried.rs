//! Is all that hangs on a type there again, as pg_dump sees it, with its rows?

use super::rows;
use crate::command::Project;
use crate::server::{Database, database, dump};

/// `{labels}` and `{usual}`, a label that a default names.
const WORLD: &str = "
    CREATE TYPE level AS ENUM ({labels}); COMMENT ON TYPE level IS 'how much';
    CREATE DOMAIN must AS level DEFAULT '{usual}' NOT NULL CONSTRAINT not_low CHECK (VALUE <> 'low');
    COMMENT ON DOMAIN must IS 'more than low'; COMMENT ON CONSTRAINT not_low ON DOMAIN must IS 'never low';
    CREATE DOMAIN levels AS level[];
    CREATE TYPE pair AS (a level, b int);
    CREATE TYPE span AS RANGE (SUBTYPE = level);

    CREATE TABLE kinds (l level CONSTRAINT kinds_pkey PRIMARY KEY, note text);
    CREATE TABLE t (id int PRIMARY KEY, l level NOT NULL DEFAULT '{usual}', all_of level[] DEFAULT '{low}',
        d must, ds levels, dd must[],
        CONSTRAINT not_first CHECK (l <> 'low' OR id > 1), CONSTRAINT one_each UNIQUE (id, l),
        CONSTRAINT t_kind FOREIGN KEY (l) REFERENCES kinds (l) ON UPDATE CASCADE,
        CONSTRAINT apart EXCLUDE (l WITH =, id WITH =),
        high boolean GENERATED ALWAYS AS (l = 'high') STORED);
    COMMENT ON COLUMN t.l IS 'level'; ALTER TABLE t ALTER COLUMN l SET STATISTICS 400;
    CREATE UNIQUE INDEX t_l ON t (l, id); COMMENT ON INDEX t_l IS 'by level';
    ALTER TABLE t REPLICA IDENTITY USING INDEX t_l; ALTER TABLE t CLUSTER ON t_l;
    CREATE INDEX t_high ON t (id) WHERE l = 'high'; CREATE INDEX t_is_high ON t ((l = 'high'));
    CREATE STATISTICS t_both ON id, l FROM t;

    CREATE TABLE parted (id int, l level DEFAULT '{usual}', PRIMARY KEY (id)) PARTITION BY HASH (id);
    CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    CREATE INDEX parted_l ON parted (l);
    CREATE TABLE base (id int, l level); CREATE TABLE child (more level) INHERITS (base);

    CREATE VIEW v AS SELECT id, l FROM t WHERE l <> 'low'; COMMENT ON VIEW v IS 'seen';
    CREATE VIEW above AS SELECT l FROM v;
    CREATE MATERIALIZED VIEW m AS SELECT l, count(*) AS n FROM t GROUP BY l;
    CREATE UNIQUE INDEX m_l ON m (l);

    CREATE FUNCTION rank(a level) RETURNS int LANGUAGE sql IMMUTABLE AS $$select array_position(enum_range(null::level), a)$$;
    CREATE FUNCTION most() RETURNS level LANGUAGE sql AS $$select max(l) from t$$;
    CREATE FUNCTION all_of(VARIADIC a level[]) RETURNS SETOF pair LANGUAGE sql AS $$select l, 1 from unnest(a) l$$;
    COMMENT ON FUNCTION rank(level) IS 'from 1';
    CREATE CAST (level AS int) WITH FUNCTION rank(level);
    CREATE AGGREGATE first_of(level) (SFUNC = enum_smaller, STYPE = level);

    ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON t USING (l <> 'low'); COMMENT ON POLICY few ON t IS 'few';
    CREATE FUNCTION touched() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
    CREATE TRIGGER touch BEFORE UPDATE OF l ON t FOR EACH ROW WHEN (new.l = 'high') EXECUTE FUNCTION touched();
    COMMENT ON TRIGGER touch ON t IS 'touched'; ALTER TABLE t DISABLE TRIGGER touch;
    CREATE RULE quiet AS ON DELETE TO t WHERE old.l = 'high' DO INSTEAD NOTHING;
    CREATE PUBLICATION p FOR TABLE t;

    REVOKE USAGE ON TYPE level FROM PUBLIC; GRANT USAGE ON TYPE level TO enums_reader WITH GRANT OPTION;
    GRANT SELECT (l) ON t TO enums_reader; GRANT SELECT ON v TO enums_reader; GRANT EXECUTE ON FUNCTION rank(level) TO enums_reader;
    REVOKE USAGE ON TYPE must FROM PUBLIC; GRANT USAGE ON TYPE must TO enums_reader;
    GRANT CREATE ON SCHEMA public TO enums_owner; GRANT SELECT ON t TO enums_owner;
    ALTER TYPE level OWNER TO enums_owner; ALTER VIEW v OWNER TO enums_owner; ALTER DOMAIN must OWNER TO enums_owner;";

const ROWS: &str = "
    INSERT INTO kinds VALUES ('low', 'a little'), ('middle', 'some');
    INSERT INTO t VALUES (1, 'middle', '{middle,low}', 'middle', '{low,middle}', '{middle,high}'), (2, 'low', '{{low,middle},{high,low}}', 'high', NULL, NULL),
        (3, DEFAULT, DEFAULT, DEFAULT, '{}', '{}');
    INSERT INTO parted VALUES (1, 'middle'), (2, NULL), (3, 'low');
    INSERT INTO base VALUES (1, 'middle'); INSERT INTO child VALUES (2, 'low', 'middle');
    REFRESH MATERIALIZED VIEW m;";

const QUERIES: [&str; 6] = [
    "SELECT id, l, all_of, d, ds, dd FROM t ORDER BY id",
    "SELECT * FROM kinds ORDER BY note",
    "SELECT * FROM parted ORDER BY id",
    "SELECT b.*, more FROM base b LEFT JOIN child c USING (id) ORDER BY id",
    "SELECT l::text, n FROM m ORDER BY n",
    "SELECT * FROM above ORDER BY l::text",
];

fn made(database: &Database, labels: &str, usual: &str) {
    let sql = WORLD.replace("{labels}", labels).replace("{usual}", usual);
    database.client().batch_execute(&sql).unwrap_or_else(|why| panic!("{why:?}"));
}

fn all(project: &Project) -> Vec<Vec<String>> {
    QUERIES.iter().map(|query| rows(project, query)).collect()
}

fn same(database: &Database, wanted: &str, when: &str) {
    let now = dump(database).unwrap_or_default();
    let diff = similar::TextDiff::from_lines(wanted, &now).unified_diff().context_radius(1).to_string();
    assert!(diff.is_empty(), "after the {when}:\n{diff}");
}

/// There, back and there again, from these labels to those; `removed` is said of them, and rows read otherwise.
fn there_and_back(labels: [&str; 2], usual: [&str; 2], removed: Option<&str>, reads: impl Fn(&str) -> String) {
    let project = Project::with(&[("autogen.yaml", "manage: [privileges, owners]\n")]);
    for role in ["enums_owner", "enums_reader"] {
        project.sql(&format!(
            "DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$"
        ));
    }
    made(&project.database, labels[0], usual[0]);
    project.sql(ROWS);
    let wanted = database();
    made(&wanted, labels[1], usual[1]);
    let inspected =
        project.command(&["inspect", "--out", "schema"]).env("DATABASE_URL", wanted.url()).output().unwrap();
    assert!(inspected.status.success(), "{}", project.told(&inspected));
    if let Some(removed) = removed {
        let stated: Vec<_> = project
            .files()
            .into_iter()
            .filter(|(_, text)| String::from_utf8_lossy(text).contains("\nenums:"))
            .collect();
        let [(path, text)] = stated.as_slice() else { panic!("one file declares the enum: {stated:?}") };
        let text = String::from_utf8_lossy(text);
        let said =
            text.replacen("\n    comment: how much", &format!("\n    removed: {removed}\n    comment: how much"), 1);
        assert_ne!(said, text, "{text}");
        project.write(path.strip_prefix(&project.folder).unwrap().to_str().unwrap(), &said);
    }
    let (before, aim) = (dump(&project.database), dump(&wanted));
    let (Some(before), Some(aim)) = (before, aim) else { return };
    let seeded = all(&project);
    let there: Vec<Vec<String>> = seeded.iter().map(|rows| rows.iter().map(|row| reads(row)).collect()).collect();
    let text = project.read(&project.revision("next"));
    project.done(&["upgrade", "head"]);
    same(&project.database, &aim, "upgrade");
    project.done(&["check"]);
    assert_eq!(all(&project), there, "{text}");
    project.done(&["downgrade", "base"]);
    same(&project.database, &before, "downgrade");
    assert_eq!(all(&project), there, "{text}");
    project.done(&["upgrade", "head"]);
    same(&project.database, &aim, "second upgrade");
    assert_eq!(all(&project), there);
}

#[test]
fn what_hangs_on_a_type_that_loses_a_label_is_there_again() {
    let labels = ["'low', 'middle', 'high'", "'low', 'high'"];
    there_and_back(labels, ["middle", "high"], Some("{ middle: high }"), |row| row.replace("middle", "high"));
}

#[test]
fn what_hangs_on_a_type_that_is_reordered_is_there_again() {
    let labels = ["'low', 'middle', 'high'", "'high', 'middle', 'low'"];
    there_and_back(labels, ["middle", "middle"], None, str::to_owned);
}

/// Without a word about a label that no row holds, as well.
#[test]
fn what_hangs_on_a_type_that_loses_an_unused_label_is_there_again() {
    let labels = ["'low', 'middle', 'top', 'high'", "'low', 'middle', 'high'"];
    there_and_back(labels, ["middle", "middle"], None, str::to_owned);
}
