-- the types of columns, spelled once for all columns that have them, and the collations that are not usual for them
SELECT a.type, a.modifier, pg_catalog.format_type(a.type, a.modifier) AS text, t.typcollation AS usual,
       n.nspname AS schema, c.collname AS name, c.oid
FROM (SELECT DISTINCT a.atttypid AS type, a.atttypmod AS modifier, a.attcollation AS collation
      FROM pg_catalog.pg_attribute a WHERE a.attnum > 0 AND NOT a.attisdropped) a
JOIN pg_catalog.pg_type t ON t.oid = a.type
LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.collation AND a.collation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
