-- pg_statistic_ext, in their own schemas
SELECT sn.nspname AS schema, s.stxname AS name, n.nspname AS table_schema, c.relname AS table,
       to_json(s.stxkind::text[]) AS kinds,
       (SELECT json_agg(a.attname) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[])) AS columns,
--14+        to_json(pg_catalog.pg_get_statisticsobjdef_expressions(s.oid)) AS expressions,
       NULLIF(s.stxstattarget, -1) AS target
FROM pg_catalog.pg_statistic_ext s
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = s.stxrelid
JOIN pg_catalog.pg_namespace sn ON sn.oid = s.stxnamespace
JOIN pg_catalog.pg_class c ON c.oid = s.stxrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE sn.nspname = ANY (:schemas)
ORDER BY sn.nspname, s.stxname
