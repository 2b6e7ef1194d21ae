-- pg_inherits: which table a partition belongs to, and the rows that it takes
SELECT i.inhrelid AS table, pn.nspname AS parent_schema, p.relname AS parent,
       pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_catalog.pg_inherits i
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = i.inhrelid
JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relispartition
JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
JOIN pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace
