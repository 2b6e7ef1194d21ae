-- pg_attribute of plain tables and materialized views: what is not as the type and the server have it
SELECT a.attrelid AS table, a.attnum AS column,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END AS storage, t.typstorage AS usual,
--14+        CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END AS compression,
       NULLIF(a.attstattarget, -1) AS statistics, to_json(a.attoptions) AS options,
       managed.of_view
FROM pg_catalog.pg_attribute a
JOIN (SELECT pg_catalog.unnest(:tables), false
      UNION ALL
      SELECT c.oid, true FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND n.nspname = ANY (:schemas)) AS managed (oid, of_view) ON managed.oid = a.attrelid
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND (a.attstorage <> t.typstorage OR a.attstattarget <> -1 OR a.attoptions IS NOT NULL
--14+        OR a.attcompression <> ''
      )
