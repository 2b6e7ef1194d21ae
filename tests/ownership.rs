//! Is everything that is not ours left alone, and nothing else?
//!
//! Each test has a database with things in it that somebody else made. In step means: `check` exits 0, `revision` writes
//! nothing, and `diff --explain-ignored` names what was left out.
#![cfg(unix)]

#[path = "support/command.rs"]
mod command;
#[path = "support/server.rs"]
mod server;

use command::{Project, TASKS};

impl Project {
    /// The models and the revision that makes them, applied, in a database where these things are already.
    fn applied(files: &[(&str, &str)], there: &str) -> Self {
        let project = Self::with(files);
        project.sql(there);
        project.revision("models");
        project.done(&["upgrade"]);
        project
    }

    fn in_step(&self) {
        let check = self.run(&["check"]);
        assert!(check.status.success(), "{}\n{}", self.told(&check), self.done(&["diff"]));
        assert_eq!(self.done(&["revision", "-m", "nothing"]), "");
    }

    /// What `diff --explain-ignored` says of an object.
    fn ignored(&self, object: &str) -> String {
        let all = self.done(&["diff", "--explain-ignored"]);
        let line = |line: &&str| line.strip_prefix("ignored: ").is_some_and(|rest| rest.starts_with(object));
        all.lines().find(line).unwrap_or_else(|| panic!("{object} is not among\n{all}")).to_owned()
    }
}

const AUDIT: &str = "CREATE SCHEMA audit; CREATE TABLE audit.log (id serial PRIMARY KEY, at timestamptz NOT NULL);
    CREATE TYPE audit.level AS ENUM ('low'); COMMENT ON TABLE audit.log IS 'theirs'";

const TMP: &str = "CREATE TABLE tmp_1 (id serial PRIMARY KEY, n int CHECK (n > 0)); CREATE INDEX tmp_1_n ON tmp_1 (n);
    CREATE FUNCTION tmp_f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER t BEFORE INSERT ON tmp_1 FOR EACH ROW EXECUTE FUNCTION tmp_f();
    CREATE VIEW tmp_v AS SELECT 1 AS n; CREATE SEQUENCE x_1; CREATE DOMAIN tmp_d AS text CHECK (VALUE <> '');";

#[test]
fn what_a_rule_excludes_is_left_out_with_all_that_belongs_to_it() {
    let rules = "exclude:\n  - audit.*\n  - { name: 'tmp_*' }\n  - { kind: sequence, schema: public, name: 'x_?' }\n";
    let project = Project::applied(&[("autogen.yaml", rules), ("schema/tasks.yaml", TASKS)], &format!("{AUDIT};{TMP}"));
    project.in_step();
    let check = project.told(&project.run(&["check"]));
    assert!(!check.contains("not modelled"), "{check}");
    assert_eq!(project.ignored("schema audit"), "ignored: schema audit: exclude rule 1 at autogen.yaml:2");
    assert_eq!(project.ignored("table public.tmp_1"), "ignored: table public.tmp_1: exclude rule 2 at autogen.yaml:3");
    assert!(project.ignored("sequence public.x_1").ends_with("exclude rule 3 at autogen.yaml:4"));
    for object in ["view public.tmp_v", "domain public.tmp_d", "function public.tmp_f"] {
        assert!(project.ignored(object).ends_with("exclude rule 2 at autogen.yaml:3"), "{object}");
    }
    project.write("autogen.yaml", "");
    project.sql("DROP TRIGGER t ON tmp_1");
    let drift = project.told(&project.run(&["check"]));
    for object in
        ["drop_table public.tmp_1", "drop_table audit.log", "drop_sequence public.x_1", "drop_domain public.tmp_d"]
    {
        assert!(drift.contains(object), "{object} in {drift}");
    }
}

#[test]
fn what_is_left_out_can_be_needed() {
    let model = "tables:\n  notes:\n    columns:\n      id: bigint\n      log_id: { type: integer, references: audit.log.id }\n      level: audit.level\n";
    let project = Project::applied(&[("autogen.yaml", "exclude: ['audit.*']"), ("schema/notes.yaml", model)], AUDIT);
    project.in_step();
    project.done(&["downgrade", "base"]);
    assert!(project.catalog().contains(&"r audit.log".to_owned()));
}

#[test]
fn what_is_declared_and_excluded_is_left_out_with_a_word() {
    let model = format!(
        "{TASKS}  tmp_2:\n    columns:\n      id: {{ type: integer, primary_key: true, index: true }}\n    comment: ours\n"
    );
    let project = Project::applied(&[("autogen.yaml", "exclude: [tmp_*]"), ("schema/tasks.yaml", &model)], TMP);
    assert!(!project.catalog().contains(&"r tmp_2".to_owned()));
    let check = project.told(&project.run(&["check"]));
    assert!(
        check.contains("left out: table public.tmp_2 (schema/tasks.yaml:7:3): exclude rule 1 at autogen.yaml:1"),
        "{check}"
    );
    // the same table in the database is not compared
    project.sql("CREATE TABLE tmp_2 (quite text, other text)");
    assert!(!project.done(&["diff"]).contains("tmp_2"));
}

#[test]
fn an_included_schema_is_all_that_is_managed() {
    let model = "tables:\n  app.tasks:\n    columns:\n      id: { type: serial, primary_key: true }\n";
    let project = Project::applied(
        &[("autogen.yaml", "include: ['app.*']"), ("schema/tasks.yaml", model)],
        &format!("{AUDIT};{TMP}"),
    );
    project.in_step();
    assert_eq!(project.ignored("schema public"), "ignored: schema public: no include rule names it");
    project.sql("CREATE TABLE app.more (id int); CREATE TABLE public.more (id int)");
    let drift = project.told(&project.run(&["check"]));
    assert!(drift.contains("app.more") && !drift.contains("public.more"), "{drift}");
}

#[test]
fn a_rule_with_a_kind_reaches_parts_of_tables_on_both_sides() {
    let rules =
        "exclude:\n  - { kind: index, name: 'dba_*' }\n  - { kind: comment }\n  - { kind: column, name: 'sync_*' }\n";
    let model = format!("{TASKS}    comment: not for here\n");
    let project = Project::applied(&[("autogen.yaml", rules), ("schema/tasks.yaml", &model)], "");
    project.sql(
        "CREATE INDEX dba_tasks ON tasks (title); COMMENT ON COLUMN tasks.id IS 'theirs';
         ALTER TABLE tasks ADD sync_at timestamptz DEFAULT now()",
    );
    project.in_step();
    assert!(project.ignored("index public.dba_tasks").ends_with("exclude rule 1 at autogen.yaml:2"));
    project.sql("CREATE INDEX other ON tasks (title)");
    let diff = project.done(&["diff"]);
    assert!(diff.contains("drop_index public.other") && !diff.contains("dba_tasks"), "{diff}");
}

#[test]
fn mistakes_in_the_rules_are_shown_at_their_place() {
    let project = Project::with(&[]);
    let mut told = String::new();
    for text in [
        "exclude:\n  - { kind: tabel, name: x }\n",
        "exclude:\n  - { shema: x }\n",
        "exclude:\n  - {}\n",
        "exclude:\n  - { schema: '' }\n",
        "exclude: audit.*\n",
        "include:\n  - { kind: column }\n",
        "presets: [postgres, timescale]\n",
        "unmanaged_partitions: [a.b.c]\n",
    ] {
        project.write("autogen.yaml", text);
        told.push_str(&format!("{text}{}\n", project.refused(&["check"])));
    }
    shows!("ours__mistakes", told);
}

const EVENTS: &str = "tables:\n  events:\n    columns:\n      id: int\n      at: timestamptz\n    partition_by: { range: [at] }\n    partitions: unmanaged\n    indexes: { events_at: [at] }\n";

/// Two generations of partitions, of a table in another schema too.
const PARTITIONS: &str = "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY RANGE (id);
    CREATE TABLE events_1_a PARTITION OF events_1 FOR VALUES FROM (0) TO (10); CREATE INDEX a_id ON events_1_a (id);
    CREATE TABLE events_2 (extra serial, id int NOT NULL, at timestamptz NOT NULL); ALTER TABLE events_2 DROP extra;
    ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
    INSERT INTO events VALUES (1, '2024-02-01'), (2, '2025-02-01');";

#[test]
fn partitions_made_at_run_time_are_left_to_whom_makes_them() {
    let project = Project::applied(&[("schema/events.yaml", EVENTS)], "");
    project.sql(PARTITIONS);
    project.in_step();
    for partition in ["events_1", "events_1_a", "events_2"] {
        let line = project.ignored(&format!("table public.{partition}:"));
        assert!(line.ends_with("unmanaged partition of public.events"), "{line}");
    }
    // the parent's own changes reach them on the server
    project.write(
        "schema/events.yaml",
        EVENTS
            .replace("[at] }\n", "[at], events_id: [id] }\n")
            .replace("{ range: [at], events_id: [id] }", "{ range: [at] }"),
    );
    let file = project.revision("index");
    let text = project.read(&file);
    assert!(text.contains("CREATE INDEX events_id") && !text.contains("events_1"), "{text}");
    project.done(&["upgrade"]);
    project.in_step();
    let with_column = EVENTS.replace("      id: int\n", "      id: int\n      note: text?\n");
    project.write("schema/events.yaml", &with_column);
    let text = project.read(&project.revision("note"));
    assert!(text.contains("ADD COLUMN note text") && !text.contains("events_2"), "{text}");
    project.done(&["upgrade"]);
    project.in_step();
    let other_type = with_column.replace("note: text?", "note: varchar(50)?");
    project.write("schema/events.yaml", &other_type);
    let text = project.read(&project.revision("type"));
    assert!(text.contains("ALTER COLUMN note TYPE") && !text.contains("events_2"), "{text}");
    project.done(&["upgrade"]);
    project.in_step();
    project.done(&["downgrade", "-1"]);
    let count = project.database.client().query_one("SELECT count(*) FROM events", &[]).unwrap().get::<_, i64>(0);
    assert_eq!(count, 2);
}

#[test]
fn the_file_can_name_the_parents_and_inspect_says_so() {
    let project = Project::applied(&[("schema/events.yaml", EVENTS)], "");
    project.sql(PARTITIONS);
    assert!(!project.done(&["inspect"]).contains("unmanaged"));
    project.write("autogen.yaml", "unmanaged_partitions: [events]\n");
    let inspected = project.done(&["inspect"]);
    assert!(inspected.contains("partitions: unmanaged") && !inspected.contains("events_1"), "{inspected}");
    project.write("schema/events.yaml", EVENTS.replace("    partitions: unmanaged\n", ""));
    project.in_step();
    let declared =
        EVENTS.replace("partitions: unmanaged", "partitions: { events_9: FROM ('2027-01-01') TO ('2028-01-01') }");
    project.write("schema/events.yaml", declared);
    let refused = project.refused(&["check"]);
    assert!(
        refused.contains("public.events_9 is declared below public.events, whose partitions are unmanaged"),
        "{refused}"
    );
    assert!(refused.contains("schema/events.yaml:7"), "{refused}");
}

#[test]
fn pg_partman_says_itself_which_partitions_it_makes() {
    let project = Project::applied(&[("schema/events.yaml", &EVENTS.replace("    partitions: unmanaged\n", ""))], "");
    project.sql(PARTITIONS);
    project.sql(
        "CREATE SCHEMA partman; CREATE TABLE partman.part_config (parent_table text PRIMARY KEY);
         CREATE TABLE partman.template_public_events (id int); INSERT INTO partman.part_config VALUES ('public.events')",
    );
    // the extension itself is not installed here, so its preset has to be asked for
    assert_eq!(project.run(&["check"]).status.code(), Some(1));
    project.write("autogen.yaml", "presets: [pg_partman]\n");
    project.in_step();
    assert!(project.ignored("table public.events_1:").ends_with("partition of public.events, preset pg_partman"));
    assert!(project.done(&["inspect"]).contains("partitions: unmanaged"));
}

#[test]
fn the_books_of_other_tools_are_left_out_with_their_sequences_and_their_schema() {
    let project = Project::applied(
        &[("schema/tasks.yaml", TASKS)],
        "CREATE SCHEMA drizzle; CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL);
         CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY); CREATE TABLE django_migrations (id serial PRIMARY KEY);
         CREATE TABLE \"SequelizeMeta\" (name text); COMMENT ON TABLE alembic_version IS 'theirs';
         CREATE SCHEMA sqitch; CREATE TYPE sqitch.kind AS ENUM ('a'); CREATE TABLE sqitch.events (event sqitch.kind);
         CREATE TABLE public.__drizzle_migrations (id serial)",
    );
    project.in_step();
    assert!(project.ignored("table drizzle.__drizzle_migrations").ends_with("bookkeeping of Drizzle"));
    assert!(project.ignored("table public.alembic_version").ends_with("bookkeeping of Alembic"));
    assert!(project.ignored("schema sqitch").ends_with("bookkeeping of Sqitch"));
    assert!(project.ignored("schema drizzle").contains("drizzle.__drizzle_migrations is in it"));
    let inspected = project.done(&["inspect"]);
    assert!(!inspected.contains("django") && !inspected.contains("__drizzle_migrations"), "{inspected}");
}

#[test]
fn what_an_extension_brings_is_the_extensions() {
    let model = format!("extensions: {{ hstore: , pg_stat_statements: }}\n{TASKS}");
    let project = Project::applied(&[("schema/tasks.yaml", &model)], "");
    project.in_step();
    assert_eq!(
        project.ignored("view public.pg_stat_statements"),
        "ignored: view public.pg_stat_statements: extension member of pg_stat_statements"
    );
    assert!(project.ignored("type public.hstore").ends_with("extension member of hstore"));
    // as postgis has spatial_ref_sys: a table, its sequence and an enum that become the extension's
    project.sql(
        "CREATE TABLE spatial_ref_sys (srid serial PRIMARY KEY, text text); CREATE TYPE valid_detail AS ENUM ('a');
         CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
         ALTER EXTENSION hstore ADD TABLE spatial_ref_sys; ALTER EXTENSION hstore ADD SEQUENCE spatial_ref_sys_srid_seq;
         ALTER EXTENSION hstore ADD TYPE valid_detail; ALTER EXTENSION hstore ADD FUNCTION touch()",
    );
    project.in_step();
    let told: serde_json::Value =
        serde_json::from_str(&project.done(&["diff", "--explain-ignored", "--format", "json"])).unwrap();
    let ignored = told["ignored"].as_array().unwrap();
    let table = ignored.iter().find(|left| left["object"] == "public.spatial_ref_sys").unwrap();
    assert_eq!((&table["kind"], &table["why"]), (&"table".into(), &"extension member of hstore".into()));
    let plain: serde_json::Value = serde_json::from_str(&project.done(&["diff", "--format", "json"])).unwrap();
    assert!(plain.get("ignored").is_none());
}

/// What TimescaleDB does, as far as the catalog shows it: a hypertable is a table with a trigger, an index on its time that nobody
/// asked for, and children in a schema of the extension's, which go when it goes.
const TIMESCALE: &str = "
    CREATE SCHEMA _timescaledb_catalog; CREATE SCHEMA _timescaledb_internal; CREATE SCHEMA timescaledb_information;
    CREATE TABLE _timescaledb_catalog.hypertable (id serial PRIMARY KEY, schema_name name, table_name name);
    CREATE VIEW timescaledb_information.hypertables AS SELECT * FROM _timescaledb_catalog.hypertable;
    CREATE FUNCTION _timescaledb_internal.insert_blocker() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE FUNCTION _timescaledb_internal.chunk(parent text, n int) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
      EXECUTE format('CREATE TABLE _timescaledb_internal._hyper_1_%s_chunk (CHECK (at >= %L AND at < %L)) INHERITS (%s)',
                     n, '2024-01-01'::timestamptz + n * interval '1 day', '2024-01-02'::timestamptz + n * interval '1 day', parent);
      EXECUTE format('CREATE INDEX ON _timescaledb_internal._hyper_1_%s_chunk (at DESC)', n);
    END $$;
    CREATE FUNCTION public.create_hypertable(parent regclass, col name) RETURNS void LANGUAGE plpgsql AS $$
    DECLARE n name; s name;
    BEGIN
      SELECT relname, nspname INTO n, s FROM pg_class c JOIN pg_namespace ON c.relnamespace = pg_namespace.oid WHERE c.oid = parent;
      INSERT INTO _timescaledb_catalog.hypertable (schema_name, table_name) VALUES (s, n);
      EXECUTE format('CREATE INDEX %I ON %s (%I DESC)', n || '_' || col || '_idx', parent, col);
      EXECUTE format('CREATE TRIGGER ts_insert_blocker BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION _timescaledb_internal.insert_blocker()', parent);
      PERFORM _timescaledb_internal.chunk(format('%I.%I', s, n), k) FROM generate_series(1, 3) k;
    END $$;
    CREATE FUNCTION _timescaledb_internal.drop_chunks() RETURNS event_trigger LANGUAGE plpgsql AS $$
    DECLARE chunk regclass;
    BEGIN
      IF current_query() ~ 'DROP TABLE public.metrics' AND current_setting('ts.busy', true) IS DISTINCT FROM 'on' THEN
        PERFORM set_config('ts.busy', 'on', true);
        FOR chunk IN SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass('public.metrics') LOOP
          EXECUTE 'DROP TABLE ' || chunk;
        END LOOP;
      END IF;
    END $$;
    CREATE EVENT TRIGGER timescaledb_ddl_command_start ON ddl_command_start WHEN TAG IN ('DROP TABLE')
      EXECUTE FUNCTION _timescaledb_internal.drop_chunks();";

const METRICS: &str = "tables:\n  metrics:\n    columns:\n      at: timestamptz\n      value: float8?\n";

#[test]
fn a_hypertable_is_an_ordinary_table_to_its_models() {
    let rules = "presets: [timescaledb]\nexclude: [{ kind: function, name: create_hypertable }, { kind: event trigger, name: 'timescaledb_*' }]\n";
    let project = Project::with(&[("autogen.yaml", rules), ("schema/metrics.yaml", METRICS)]);
    project.sql(TIMESCALE);
    let file = project.revision("metrics");
    let text =
        project.read(&file).replace("\\quit", "SELECT public.create_hypertable('public.metrics', 'at');\n\n\\quit");
    project.write(&file, text);
    project.done(&["upgrade"]);
    assert!(project.catalog().contains(&"r _timescaledb_internal._hyper_1_2_chunk".to_owned()));
    project.in_step();
    let check = project.told(&project.run(&["check"]));
    assert!(!check.contains("not modelled"), "{check}");
    assert!(project.ignored("index public.metrics_at_idx").ends_with("preset timescaledb"));
    assert!(project.ignored("schema _timescaledb_internal").ends_with("preset timescaledb"));
    let inspected = project.done(&["inspect"]);
    assert!(!inspected.contains("_idx") && !inspected.contains("chunk"), "{inspected}");
    // a column reaches the chunks, and another index on the same table is still a difference
    project.write("schema/metrics.yaml", format!("{METRICS}      device: text?\n"));
    project.revision("device");
    project.done(&["upgrade"]);
    project.in_step();
    project.sql("CREATE INDEX mine ON metrics (device)");
    assert!(project.done(&["diff"]).contains("drop_index public.mine"));
    project.sql("DROP INDEX mine");
    // declared, the index is compared as any other
    project.write(
        "schema/metrics.yaml",
        format!("{METRICS}      device: text?\n    indexes: {{ metrics_at_idx: [at desc] }}\n"),
    );
    project.in_step();
    project.write("schema/metrics.yaml", TASKS);
    let text = project.read(&project.revision("no metrics"));
    assert!(text.contains("DROP TABLE public.metrics;") && !text.contains("chunk"), "{text}");
    project.done(&["upgrade"]);
    project.in_step();
    assert!(!project.catalog().iter().any(|object| object.contains("chunk")));
}

#[test]
fn what_supabase_owns_is_told_from_what_stands_beside_it() {
    let project = Project::with(&[("autogen.yaml", "presets: [supabase]"), ("schema/tasks.yaml", TASKS)]);
    // roles are the server's and not the database's
    project.sql(
        "DO $$ BEGIN CREATE ROLE supabase_auth_admin; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         CREATE SCHEMA auth; CREATE TABLE auth.users (id uuid PRIMARY KEY); ALTER TABLE auth.users OWNER TO supabase_auth_admin;
         CREATE TYPE auth.aal_level AS ENUM ('aal1'); ALTER TYPE auth.aal_level OWNER TO supabase_auth_admin;
         CREATE SCHEMA vault; CREATE TABLE vault.secrets (id int); CREATE SCHEMA extensions;
         CREATE EXTENSION hstore SCHEMA extensions",
    );
    project.revision("tasks");
    project.done(&["upgrade"]);
    project.in_step();
    project.sql("CREATE TABLE auth.mine (id int)");
    let diff = project.done(&["diff"]);
    assert!(diff.contains("drop_table auth.mine") && !diff.contains("users"), "{diff}");
    project.sql("DROP SCHEMA auth CASCADE; DROP ROLE supabase_auth_admin");
}

#[test]
fn names_fit_a_rule_alike_in_the_models_and_on_the_server() {
    let names = ["a", "A", "a_b", "a.b", "a%b", "a\\b", "äb", "a b", "(a)", "a+b", "ab", "a\"b", "[a]", "a|b", "^a$"];
    let globs =
        ["a", "a*", "?", "a?b", "*b", "a.b", "a\\\\b", "ä?", "(a)", "a+b", "[a]", "a|b", "^a$", "*", "a_b", "A*"];
    let project = Project::with(&[]);
    for name in names {
        project.sql(&format!("CREATE TABLE public.\"{}\" (id int)", name.replace('"', "\"\"")));
    }
    for glob in globs {
        project.write("autogen.yaml", format!("exclude:\n  - {{ name: \"{glob}\", kind: table }}\n"));
        let told = project.done(&["diff", "--explain-ignored", "--format", "json"]);
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let mut live: Vec<String> = told["ignored"]
            .as_array()
            .unwrap()
            .iter()
            .map(|left| left["object"].as_str().unwrap().to_owned())
            .collect();
        let glob = autogen::ours::Glob(glob.replace("\\\\", "\\"));
        let mut fits: Vec<String> = names
            .iter()
            .filter(|name| glob.fits(name))
            .map(|name| autogen::name::Qualified::new("public", *name).to_string())
            .collect();
        fits.sort();
        live.sort();
        assert_eq!(live, fits, "{glob:?}");
    }
}

#[test]
fn what_stands_in_no_schema_is_ours_where_no_schemas_are_chosen_or_a_model_declares_it() {
    const THEIRS: &str = "CREATE PUBLICATION theirs; CREATE FOREIGN DATA WRAPPER wrapper";
    let project = Project::applied(&[("autogen.yaml", "schemas: [public]"), ("schema/tasks.yaml", TASKS)], THEIRS);
    project.in_step();
    assert!(project.ignored("publication theirs").ends_with(": it is in no schema, and some schemas are chosen"));
    project.write("autogen.yaml", "");
    let drift = project.told(&project.run(&["check"]));
    for object in ["drop_publication theirs", "drop_foreign_data_wrapper wrapper"] {
        assert!(drift.contains(object), "{object} in {drift}");
    }
    project.write("autogen.yaml", "schemas: [public]");
    project.write("schema/all.yaml", "publications: { theirs: { tables: [tasks] } }");
    let drift = project.told(&project.run(&["check"]));
    assert!(drift.contains("theirs") && !drift.contains("wrapper"), "{drift}");
}
