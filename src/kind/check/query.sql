-- pg_constraint, contype 'c' of tables; a domain's checks belong to the domain
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, k.connoinherit AS no_inherit,
--18+        NOT k.conenforced AS not_enforced,
       NOT k.convalidated AS not_valid, pg_catalog.pg_get_expr(k.conbin, k.conrelid) AS expression
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'c' AND c.relkind = 'r' AND NOT c.relispartition AND c.reloftype = 0
  AND n.nspname = ANY (current_setting('autogen.schemas')::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
  AND NOT (c.relname = ANY (current_setting('autogen.bookkeeping')::text[]))
ORDER BY n.nspname, c.relname, k.conname
