-- pg_constraint, contype 'c' of tables; a domain's checks belong to the domain
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, k.connoinherit AS no_inherit,
       NOT k.convalidated AS not_valid, pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS expression
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c'
