-- pg_constraint, contype 'f'
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, rn.nspname AS ref_schema, r.relname AS ref_table,
       k.confupdtype AS on_update, k.confdeltype AS on_delete, k.confmatchtype AS match,
--18+        NOT k.conenforced AS not_enforced, k.conperiod AS period,
       k.condeferrable AS deferrable, k.condeferred AS deferred, NOT k.convalidated AS not_valid,
       (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) AS columns,
       (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, n)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) AS ref_columns
--15+        , (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
--15+           WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.confdelsetcols)) AS set_columns
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
WHERE k.contype = 'f' AND c.relkind = 'r' AND NOT c.relispartition AND c.reloftype = 0
  AND k.conparentid = 0
  AND n.nspname = ANY (current_setting('autogen.schemas')::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e
                  WHERE e.classid = 'pg_catalog.pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
  AND NOT (c.relname = ANY (current_setting('autogen.bookkeeping')::text[]))
ORDER BY n.nspname, c.relname, k.conname
