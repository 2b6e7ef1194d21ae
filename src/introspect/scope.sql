-- which schemas are read: those asked for, or all but the server's and extensions' own, without those that a rule leaves out as
-- a whole; and what else has to be known first
WITH rule AS (
  SELECT r.*
  FROM json_to_recordset(current_setting('autogen.rules')::json)
       AS r (number int, include boolean, schema text, name text, kind text, owner text, extension text)
  WHERE r.extension IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = r.extension)
), asked (name, n) AS (
  SELECT a.name, a.n FROM pg_catalog.unnest(NULLIF(current_setting('autogen.asked'), '')::text[]) WITH ORDINALITY AS a (name, n)
), place (name, n, why, rule) AS (
  SELECT p.name, p.n,
         CASE WHEN r.number IS NOT NULL THEN 'rule'
              WHEN p.name = ANY (current_setting('autogen.tools')::text[]) THEN 'bookkeeping'
              WHEN current_setting('autogen.asked') <> '' AND p.n IS NULL THEN 'asked'
              WHEN EXISTS (SELECT FROM rule i WHERE i.include)
                   AND NOT EXISTS (SELECT FROM rule i WHERE i.include AND (i.schema IS NULL OR p.name ~ i.schema)) THEN 'include' END,
         r.number
  FROM (SELECT a.name, a.n FROM asked a
        UNION ALL
        SELECT n.nspname, NULL FROM pg_catalog.pg_namespace n
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND n.nspname NOT IN (SELECT a.name FROM asked a)
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')) p
  LEFT JOIN LATERAL (SELECT r.number FROM rule r
                     WHERE NOT r.include AND r.kind IS NULL AND r.name IS NULL AND r.owner IS NULL AND p.name ~ r.schema
                     ORDER BY r.number LIMIT 1) r ON true
)
SELECT pg_catalog.set_config('autogen.schemas', COALESCE(
         (SELECT pg_catalog.array_agg(p.name ORDER BY p.n, p.name)::text FROM place p WHERE p.why IS NULL), '{}'), true) AS schemas,
       (SELECT json_agg(json_build_array(p.name, p.why, p.rule) ORDER BY p.name)
        FROM place p JOIN pg_catalog.pg_namespace n ON n.nspname = p.name WHERE p.why IS NOT NULL) AS left_out,
       (SELECT json_agg(e.extname) FROM pg_catalog.pg_extension e) AS extensions,
       (SELECT json_agg(json_build_array(CASE c.relname WHEN 'part_config' THEN 'pg_partman' ELSE 'timescaledb' END,
                                         pg_catalog.format('%I.%I', n.nspname, c.relname)))
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
          AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
          AND (c.relname = 'part_config' OR c.relname = 'hypertable' AND n.nspname = '_timescaledb_catalog')) AS told_by,
       current_setting('autogen.bookkeeping') AS bookkeeping,
       current_setting('server_version_num') AS version_num, current_setting('server_version') AS version,
       pg_catalog.current_database() AS database, current_user AS "user"
