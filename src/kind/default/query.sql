-- pg_attrdef: defaults of columns that are not generated. They mention no column, so the table need not be opened to print them.
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column, pg_catalog.pg_get_expr(d.adbin, 0) AS expression
FROM pg_catalog.pg_attrdef d
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = d.adrelid
JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated = ''
