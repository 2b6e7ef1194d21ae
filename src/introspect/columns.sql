-- the columns of what has indexes and is no table
SELECT a.attrelid AS table, a.attname AS name, a.attnum AS position, NULLIF(a.attcollation, 0) AS collation
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind = 'm' AND n.nspname = ANY (:schemas)
