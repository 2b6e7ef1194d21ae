-- what is ours in these schemas? the tables, by oid: decided once, for every query that reads what belongs to a table. And
-- what a rule leaves out: what stands in a schema on its own, and what no kind describes and a rule can name.
WITH rule AS MATERIALIZED (
  SELECT r.*
  FROM json_to_recordset(current_setting('autogen.rules')::json)
       AS r (number int, include boolean, schema text, name text, kind text, owner text, extension text)
  WHERE r.extension IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = r.extension)
), place AS (
  SELECT n.oid, n.nspname, n.nspowner FROM pg_catalog.pg_namespace n
  WHERE n.nspname = ANY ((SELECT current_setting('autogen.schemas')::text[])::text[])
), thing (classid, objid, kind, schema, name, owner) AS (
  SELECT 'pg_catalog.pg_namespace'::regclass::oid, p.oid, 'schema', p.nspname, p.nspname, p.nspowner FROM place p
  UNION ALL
  SELECT 'pg_catalog.pg_class'::regclass, c.oid,
         CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END, p.nspname, c.relname, c.relowner
  FROM pg_catalog.pg_class c JOIN place p ON p.oid = c.relnamespace WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  UNION ALL
  SELECT 'pg_catalog.pg_type'::regclass, t.oid,
         CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'd' THEN 'domain' WHEN 'r' THEN 'range type' ELSE 'composite type' END,
         p.nspname, t.typname, t.typowner
  FROM pg_catalog.pg_type t JOIN place p ON p.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
  WHERE t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c'
  UNION ALL
  SELECT 'pg_catalog.pg_collation'::regclass, c.oid, 'collation', p.nspname, c.collname, c.collowner
  FROM pg_catalog.pg_collation c JOIN place p ON p.oid = c.collnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_proc'::regclass, f.oid, CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
         p.nspname, f.proname, f.proowner
  FROM pg_catalog.pg_proc f JOIN place p ON p.oid = f.pronamespace
  UNION ALL
  SELECT t.classid, t.objid, t.kind, p.nspname, t.name, c.relowner
  FROM (SELECT 'pg_catalog.pg_trigger'::regclass::oid, t.oid, 'trigger', t.tgrelid, t.tgname FROM pg_catalog.pg_trigger t
        WHERE NOT t.tgisinternal
        UNION ALL
        SELECT 'pg_catalog.pg_policy'::regclass, t.oid, 'policy', t.polrelid, t.polname FROM pg_catalog.pg_policy t
        UNION ALL
        SELECT 'pg_catalog.pg_rewrite'::regclass, t.oid, 'rule', t.ev_class, t.rulename FROM pg_catalog.pg_rewrite t
        WHERE t.rulename <> '_RETURN') t (classid, objid, kind, relid, name)
  JOIN pg_catalog.pg_class c ON c.oid = t.relid
  JOIN place p ON p.oid = c.relnamespace
  UNION ALL
  SELECT 'pg_catalog.pg_event_trigger'::regclass, e.oid, 'event trigger', '', e.evtname, e.evtowner FROM pg_catalog.pg_event_trigger e
  UNION ALL
  SELECT 'pg_catalog.pg_publication'::regclass, e.oid, 'publication', '', e.pubname, e.pubowner FROM pg_catalog.pg_publication e
  UNION ALL
  SELECT 'pg_catalog.pg_extension'::regclass, e.oid, 'extension', e.extname, e.extname, e.extowner FROM pg_catalog.pg_extension e
), ruled AS MATERIALIZED (
  SELECT t.classid, t.objid, t.kind, t.schema, t.name, e.number
  FROM thing t
  LEFT JOIN LATERAL (
    SELECT r.number, r.include FROM rule r
    WHERE (r.kind = t.kind OR r.kind IS NULL AND t.kind = ANY (current_setting('autogen.standing')::text[])
           AND (t.kind <> 'schema' OR r.name IS NULL OR r.include))
      AND (r.schema IS NULL OR t.schema ~ r.schema)
      AND (r.name IS NULL OR t.name ~ r.name OR t.kind = 'schema' AND r.include)
      AND (r.owner IS NULL OR pg_catalog.pg_get_userbyid(t.owner) ~ r.owner)
    ORDER BY r.include, r.number LIMIT 1) e ON true
  -- without rules nothing is looked at
  WHERE (SELECT EXISTS (SELECT FROM rule))
    AND (NOT e.include OR e.number IS NULL AND t.kind = ANY (current_setting('autogen.standing')::text[])
         AND (t.kind <> 'schema' OR NOT EXISTS (SELECT FROM rule r WHERE r.include AND (r.schema IS NULL OR t.schema ~ r.schema)))
         AND EXISTS (SELECT FROM rule r WHERE r.include))
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = t.classid AND d.objid = t.objid AND d.deptype = 'e')
), managed AS (
  SELECT c.oid, p.nspname, c.relname, c.relname = ANY ((SELECT current_setting('autogen.bookkeeping')::text[])::text[]) AS books
  FROM pg_catalog.pg_class c JOIN place p ON p.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'f')
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    AND c.oid NOT IN (SELECT r.objid FROM ruled r WHERE r.classid = 'pg_catalog.pg_class'::regclass)
)
SELECT 'ours' AS why, NULL::int AS rule, NULL AS kind, NULL::oid AS class, pg_catalog.array_agg(m.oid)::text AS oids,
       json_agg(json_build_array(m.nspname, m.relname)) AS paths
FROM managed m WHERE NOT m.books
UNION ALL
SELECT 'bookkeeping', NULL, 'table', 'pg_catalog.pg_class'::regclass, pg_catalog.array_agg(m.oid)::text,
       json_agg(json_build_array(m.nspname, m.relname) ORDER BY m.nspname, m.relname)
FROM managed m WHERE m.books HAVING pg_catalog.count(*) > 0
UNION ALL
SELECT CASE WHEN r.number IS NULL THEN 'include' ELSE 'rule' END, r.number, r.kind, r.classid, pg_catalog.array_agg(r.objid)::text,
       json_agg(CASE WHEN r.schema = '' OR r.kind IN ('schema', 'extension') THEN json_build_array(r.name)
                     ELSE json_build_array(r.schema, r.name) END ORDER BY r.schema, r.name)
FROM ruled r GROUP BY r.number, r.kind, r.classid
