-- pg_attrdef: defaults of columns that are not generated. They mention no column, so the table need not be opened to print them.
SELECT d.adrelid AS table, d.adnum AS column, pg_catalog.pg_get_expr(d.adbin, 0) AS expression
FROM pg_catalog.pg_attrdef d
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = d.adrelid
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated <> '')
