-- pg_statistic_ext, in their own schemas
SELECT sn.nspname AS schema, s.stxname AS name, n.nspname AS table_schema, c.relname AS table,
       to_json(s.stxkind::text[]) AS kinds,
       (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[])) AS columns,
--14+        to_json(pg_catalog.pg_get_statisticsobjdef_expressions(s.oid)) AS expressions,
       NULLIF(s.stxstattarget, -1) AS target
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND NOT c.relispartition AND c.reloftype = 0
  AND n.nspname = ANY (current_setting('autogen.schemas')::text[])
  AND sn.nspname = ANY (current_setting('autogen.schemas')::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
  AND NOT (c.relname = ANY (current_setting('autogen.bookkeeping')::text[]))
ORDER BY sn.nspname, s.stxname
