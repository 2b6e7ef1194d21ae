-- the tables that are managed, by oid and name: decided once, for every query that reads what belongs to a table
SELECT c.oid, n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND n.nspname = ANY ((SELECT current_setting('autogen.schemas')::text[])::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND NOT (c.relname = ANY ((SELECT current_setting('autogen.bookkeeping')::text[])::text[]))
