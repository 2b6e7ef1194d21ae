//! Is all that belongs to an object there again once the object has been made again?
//!
//! Judged by pg_dump, owners and privileges included: after the upgrade the dump is that of a database made as it is wanted, and
//! after the downgrade the one from before; whether owners and privileges are managed or left alone.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::Project;
use server::{Database, database, dump};

struct Case {
    name: &'static str,
    /// What is made anew.
    object: [&'static str; 2],
    /// What belongs to it, the same before and after.
    around: &'static str,
}

const WORLD: &str = "
    ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO made_again_reader;
    ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
    ALTER DEFAULT PRIVILEGES GRANT USAGE ON TYPES TO made_again_reader;
    GRANT CREATE ON SCHEMA public TO made_again_owner;";

const CASES: [Case; 7] = [
    Case {
        name: "view",
        object: ["SELECT id, body FROM t", "SELECT body, id FROM t"],
        around: "CREATE TABLE t (id int PRIMARY KEY, body text);
            CREATE VIEW v WITH (security_barrier) AS {};
            ALTER VIEW v ALTER COLUMN body SET DEFAULT 'x';
            COMMENT ON VIEW v IS 'seen'; COMMENT ON COLUMN v.body IS 'the text';
            CREATE FUNCTION put() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
            CREATE TRIGGER put INSTEAD OF INSERT ON v FOR EACH ROW EXECUTE FUNCTION put();
            COMMENT ON TRIGGER put ON v IS 'puts';
            CREATE RULE stay AS ON DELETE TO v DO INSTEAD NOTHING; COMMENT ON RULE stay ON v IS 'stays';
            CREATE VIEW above AS SELECT body FROM v; COMMENT ON VIEW above IS 'above';
            GRANT SELECT ON v TO made_again_other WITH GRANT OPTION; GRANT UPDATE (body) ON v TO made_again_other;
            GRANT INSERT ON above TO made_again_other; REVOKE SELECT ON above FROM made_again_reader;
            GRANT SELECT ON t TO made_again_owner;
            ALTER VIEW v OWNER TO made_again_owner; ALTER VIEW above OWNER TO made_again_owner;",
    },
    Case {
        name: "materialized view",
        object: ["SELECT id, body FROM t", "SELECT id, upper(body) AS body FROM t"],
        around: "CREATE TABLE t (id int PRIMARY KEY, body text);
            CREATE MATERIALIZED VIEW m WITH (fillfactor = 70) AS {};
            CREATE UNIQUE INDEX m_id ON m (id); COMMENT ON INDEX m_id IS 'one each'; ALTER MATERIALIZED VIEW m CLUSTER ON m_id;
            CREATE INDEX m_body ON m (body) WITH (fillfactor = 60);
            ALTER MATERIALIZED VIEW m ALTER COLUMN body SET STATISTICS 500, ALTER COLUMN body SET STORAGE EXTERNAL;
            COMMENT ON MATERIALIZED VIEW m IS 'kept'; COMMENT ON COLUMN m.body IS 'the text';
            CREATE VIEW above AS SELECT body FROM m;
            GRANT SELECT (body) ON m TO made_again_other; GRANT SELECT ON t TO made_again_owner;
            REVOKE SELECT ON m FROM made_again_reader;
            ALTER MATERIALIZED VIEW m OWNER TO made_again_owner;",
    },
    Case {
        name: "function",
        object: ["RETURNS int", "RETURNS bigint"],
        around: "CREATE FUNCTION f(a int) {} LANGUAGE sql IMMUTABLE COST 7 SET work_mem = '8MB' AS 'select a';
            COMMENT ON FUNCTION f(int) IS 'counts';
            CREATE TABLE t (id int PRIMARY KEY, n bigint DEFAULT f(1), CONSTRAINT positive CHECK (f(id) > 0));
            COMMENT ON CONSTRAINT positive ON t IS 'some'; COMMENT ON COLUMN t.n IS 'counted';
            CREATE INDEX t_f ON t (f(id)); COMMENT ON INDEX t_f IS 'by count';
            ALTER INDEX t_f ALTER COLUMN 1 SET STATISTICS 300;
            ALTER TABLE t ENABLE ROW LEVEL SECURITY;
            CREATE POLICY few ON t USING (f(id) < 9); COMMENT ON POLICY few ON t IS 'few';
            CREATE VIEW v AS SELECT f(id) AS n FROM t; COMMENT ON VIEW v IS 'seen';
            GRANT EXECUTE ON FUNCTION f(int) TO made_again_other WITH GRANT OPTION; GRANT INSERT ON v TO made_again_other;
            ALTER FUNCTION f(int) OWNER TO made_again_owner; GRANT EXECUTE ON FUNCTION f(int) TO postgres;",
    },
    Case {
        name: "enum",
        object: ["'low', 'middle', 'high'", "'low', 'high'"],
        around: "CREATE TYPE level AS ENUM ({}); COMMENT ON TYPE level IS 'how much';
            CREATE TABLE t (id int PRIMARY KEY, l level NOT NULL DEFAULT 'low', all_of level[], CHECK (l <> 'high'));
            COMMENT ON COLUMN t.l IS 'level'; ALTER TABLE t ALTER COLUMN l SET STATISTICS 400;
            CREATE UNIQUE INDEX t_l ON t (l); COMMENT ON INDEX t_l IS 'by level';
            ALTER TABLE t REPLICA IDENTITY USING INDEX t_l; ALTER TABLE t CLUSTER ON t_l;
            CREATE INDEX t_low ON t (id) WHERE l = 'low';
            CREATE STATISTICS t_both ON id, l FROM t;
            CREATE FUNCTION f(a level) RETURNS level LANGUAGE sql AS 'select a'; COMMENT ON FUNCTION f(level) IS 'same';
            CREATE VIEW v AS SELECT l FROM t WHERE l = 'low'; COMMENT ON VIEW v IS 'low ones';
            CREATE PUBLICATION p FOR TABLE t;
            GRANT SELECT (l) ON t TO made_again_other; GRANT UPDATE ON v TO made_again_other;
            GRANT USAGE ON TYPE level TO made_again_other WITH GRANT OPTION; REVOKE USAGE ON TYPE level FROM PUBLIC;
            GRANT EXECUTE ON FUNCTION f(level) TO made_again_other;
            ALTER FUNCTION f(level) OWNER TO made_again_owner; ALTER VIEW v OWNER TO made_again_owner;
            GRANT SELECT ON t TO made_again_owner; ALTER TYPE level OWNER TO made_again_owner; GRANT USAGE ON TYPE level TO postgres;",
    },
    Case {
        name: "domain",
        object: ["int", "bigint"],
        around: "CREATE DOMAIN amount AS {} DEFAULT 1 CONSTRAINT positive CHECK (VALUE > 0);
            COMMENT ON DOMAIN amount IS 'how much'; COMMENT ON CONSTRAINT positive ON DOMAIN amount IS 'more than none';
            CREATE TABLE t (id int PRIMARY KEY, a amount NOT NULL);
            COMMENT ON COLUMN t.a IS 'amount'; CREATE UNIQUE INDEX t_a ON t (a); ALTER TABLE t REPLICA IDENTITY USING INDEX t_a;
            CREATE VIEW v AS SELECT a FROM t; COMMENT ON VIEW v IS 'seen';
            CREATE PUBLICATION p FOR TABLE t;
            GRANT SELECT (a) ON t TO made_again_other; REVOKE USAGE ON DOMAIN amount FROM PUBLIC;
            GRANT USAGE ON DOMAIN amount TO made_again_other; ALTER VIEW v OWNER TO made_again_owner;
            GRANT SELECT ON t TO made_again_owner; ALTER DOMAIN amount OWNER TO made_again_owner; GRANT USAGE ON DOMAIN amount TO postgres;",
    },
    Case {
        name: "index",
        object: ["a, b", "b, a"],
        around: "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL);
            CREATE UNIQUE INDEX t_ab ON t ({}) WITH (fillfactor = 70); COMMENT ON INDEX t_ab IS 'both';
            ALTER TABLE t REPLICA IDENTITY USING INDEX t_ab; ALTER TABLE t CLUSTER ON t_ab;
            CREATE INDEX t_sum ON t ((a + b)); ALTER INDEX t_sum ALTER COLUMN 1 SET STATISTICS 200;
            CREATE TABLE u (a int, b int, FOREIGN KEY (a, b) REFERENCES t (a, b));
            CREATE PUBLICATION p FOR TABLE t; ALTER TABLE t OWNER TO made_again_owner;",
    },
    Case {
        name: "column under a view",
        object: ["varchar(10)", "varchar(20)"],
        around: "CREATE TABLE t (id int PRIMARY KEY, a {} DEFAULT 'x' CHECK (a <> ''));
            COMMENT ON COLUMN t.a IS 'text'; ALTER TABLE t ALTER COLUMN a SET STATISTICS 100;
            CREATE VIEW v AS SELECT a FROM t; COMMENT ON COLUMN v.a IS 'text too';
            CREATE MATERIALIZED VIEW m AS SELECT a FROM v; CREATE UNIQUE INDEX m_a ON m (a); COMMENT ON INDEX m_a IS 'one each';
            ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON t TO made_again_reader USING (a = current_user);
            COMMENT ON POLICY own ON t IS 'own';
            CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'begin return new; end';
            CREATE TRIGGER touch BEFORE UPDATE OF a ON t FOR EACH ROW WHEN (new.a <> 'y') EXECUTE FUNCTION f();
            COMMENT ON TRIGGER touch ON t IS 'touched'; ALTER TABLE t DISABLE TRIGGER touch;
            CREATE PUBLICATION p FOR TABLE t;
            GRANT SELECT ON v TO made_again_other; GRANT SELECT (a) ON m TO made_again_other; GRANT UPDATE (a) ON t TO made_again_other;
            GRANT SELECT ON t TO made_again_owner; ALTER VIEW v OWNER TO made_again_owner; GRANT SELECT ON v TO postgres;",
    },
];

const ROLES: [&str; 3] = ["made_again_owner", "made_again_reader", "made_again_other"];

fn made(database: &Database, case: &Case, object: &str) {
    let sql = format!("{WORLD}{}", case.around.replacen("{}", object, 1));
    database.client().batch_execute(&sql).unwrap_or_else(|why| panic!("{}: {why:?}", case.name));
}

/// There and back, with and without managing owners and privileges.
fn judged(case: &Case, settings: &str) -> Result<(), String> {
    let project = Project::with(&[("autogen.yaml", settings)]);
    let wanted = database();
    made(&project.database, case, case.object[0]);
    made(&wanted, case, case.object[1]);
    let said = |args: &[&str], url: &str| {
        let output = project.command(args).env("DATABASE_URL", url).output().unwrap();
        if output.status.success() { Ok(()) } else { Err(format!("{args:?}: {}", project.told(&output))) }
    };
    let (url, models) = (project.database.url(), wanted.url());
    let Some(before) = dump(&project.database) else { return Ok(()) };
    let aim = dump(&wanted).unwrap_or_default();
    said(&["inspect", "--out", "schema"], &models)?;
    said(&["revision", "-m", "again"], &url)?;
    let differs = |now: String, then: &str, when: &str| {
        let diff = similar::TextDiff::from_lines(then, &now).unified_diff().context_radius(1).to_string();
        if diff.is_empty() { Ok(()) } else { Err(format!("after the {when}:\n{diff}")) }
    };
    said(&["upgrade", "head"], &url)?;
    differs(dump(&project.database).unwrap_or_default(), &aim, "upgrade")?;
    said(&["check"], &url)?;
    said(&["downgrade", "base"], &url)?;
    differs(dump(&project.database).unwrap_or_default(), &before, "downgrade")
}

#[test]
fn what_belongs_to_it_is_there_again() {
    let database = database();
    for role in ROLES {
        let made = format!("DO $$ BEGIN CREATE ROLE {role}; EXCEPTION WHEN duplicate_object THEN END $$");
        database.client().batch_execute(&made).unwrap();
    }
    let all = ["manage: [privileges, owners]\n", "manage: [owners]\n", "manage: [privileges]\n", ""];
    let judge = |case: &Case| -> Vec<String> {
        let failed = all.iter().filter_map(|settings| Some((settings, judged(case, settings).err()?)));
        failed.map(|(settings, why)| format!("{} with `{}`: {why}", case.name, settings.trim())).collect()
    };
    let failed: Vec<String> = std::thread::scope(|scope| {
        let judges: Vec<_> = CASES.iter().map(|case| scope.spawn(move || judge(case))).collect();
        judges.into_iter().flat_map(|judge| judge.join().expect("a case does not panic")).collect()
    });
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
