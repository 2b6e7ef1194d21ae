-- pg_index.indisclustered: the index by which CLUSTER orders the rows of its table
SELECT x.indrelid AS table, xc.relname AS index
FROM pg_catalog.pg_index x
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = x.indrelid
JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid
WHERE x.indisclustered
