-- what the numbers in the keys of indexes stand for, where it is not the usual one: few, however many indexes there are
SELECT 'opclass' AS space, o.oid, n.nspname AS schema, o.opcname AS name
FROM pg_catalog.pg_opclass o
JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace
WHERE NOT o.opcdefault
UNION ALL
SELECT 'collation', c.oid, n.nspname, c.collname
FROM (SELECT DISTINCT pg_catalog.unnest(k.indcollation::oid[]) AS oid
      FROM (SELECT DISTINCT x.indcollation FROM pg_catalog.pg_index x) k) k
JOIN pg_catalog.pg_collation c ON c.oid = k.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
