-- pg_class: plain tables; what else a table can be is named by the query of what is not modelled
SELECT n.nspname AS schema, c.relname AS name, c.reltuples::bigint AS rows
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND NOT c.relispartition AND c.reloftype = 0
  AND c.relpersistence IN ('p', 'u')
  AND n.nspname = ANY (current_setting('autogen.schemas')::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND NOT (c.relname = ANY (current_setting('autogen.bookkeeping')::text[]))
ORDER BY n.nspname, c.relname
