-- pg_attrdef of views
SELECT n.nspname AS schema, c.relname AS view, a.attname AS column, pg_catalog.format_type(a.atttypid, a.atttypmod) AS ty,
       pg_catalog.pg_get_expr(d.adbin, 0) AS expression
FROM pg_catalog.pg_attrdef d
JOIN pg_catalog.pg_class c ON c.oid = d.adrelid AND c.relkind = 'v'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE n.nspname = ANY (:schemas)
