-- pg_class, the managed tables
SELECT n.nspname AS schema, c.relname AS name, c.reltuples::bigint AS rows
FROM pg_catalog.pg_class c
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = c.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
