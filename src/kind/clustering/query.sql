-- pg_index.indisclustered: the index by which CLUSTER orders the rows of its table or materialized view
SELECT x.indrelid AS table, xc.relname AS index, managed.of_view
FROM pg_catalog.pg_index x
JOIN (SELECT pg_catalog.unnest(:tables), false
      UNION ALL
      SELECT c.oid, true FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND n.nspname = ANY (:schemas)) AS managed (oid, of_view) ON managed.oid = x.indrelid
JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid
WHERE x.indisclustered
