-- pg_attrdef: defaults of columns that are not generated
SELECT n.nspname AS schema, c.relname AS table, a.attname AS column,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression
FROM pg_catalog.pg_attrdef d
JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum AND a.attgenerated = ''
WHERE c.relkind = 'r' AND NOT c.relispartition AND c.reloftype = 0
  AND n.nspname = ANY (current_setting('autogen.schemas')::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
  AND NOT (c.relname = ANY (current_setting('autogen.bookkeeping')::text[]))
ORDER BY n.nspname, c.relname, a.attnum
