-- what the numbers in the keys of indexes stand for, few however many indexes there are, and the relations that are no tables
SELECT 'opclass' AS space, o.oid, n.nspname AS schema, o.opcname AS name, o.opcdefault AS usual
FROM (SELECT DISTINCT pg_catalog.unnest(k.indclass::oid[]) AS oid
      FROM (SELECT DISTINCT x.indclass FROM pg_catalog.pg_index x) k) k
JOIN pg_catalog.pg_opclass o ON o.oid = k.oid
JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
UNION ALL
SELECT 'collation', c.oid, n.nspname, c.collname, NULL
FROM (SELECT DISTINCT pg_catalog.unnest(k.indcollation::oid[]) AS oid
      FROM (SELECT DISTINCT x.indcollation FROM pg_catalog.pg_index x) k) k
JOIN pg_catalog.pg_collation c ON c.oid = k.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
UNION ALL
SELECT 'relation', c.oid, n.nspname, c.relname, NULL
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND n.nspname = ANY (:schemas)
