-- pg_constraint, contype 'f'; a table that is referred to and not managed is known by name alone
SELECT k.conrelid AS table, k.conname AS name, k.conkey AS columns,
       k.confrelid AS ref_table, k.confkey AS ref_columns,
       CASE WHEN there.oid IS NULL THEN
         (SELECT json_build_array(n.nspname, r.relname) FROM pg_catalog.pg_class r
          JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace WHERE r.oid = k.confrelid) END AS ref_table_name,
       CASE WHEN there.oid IS NULL THEN
         (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) END AS ref_column_names,
       k.confupdtype AS on_update, k.confdeltype AS on_delete, k.confmatchtype AS match,
--18+        NOT k.conenforced AS not_enforced, k.conperiod AS period,
--15+        k.confdelsetcols AS set_columns,
       k.condeferrable AS deferrable, k.condeferred AS deferred, NOT k.convalidated AS not_valid,
       CASE WHEN k.conparentid <> 0 THEN
         (SELECT json_build_array(n.nspname, c.relname, o.conname) FROM pg_catalog.pg_constraint o
          JOIN pg_catalog.pg_class c ON c.oid = o.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE o.oid = k.conparentid) END AS part_of
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
LEFT JOIN pg_catalog.unnest(:tables) AS there (oid) ON there.oid = k.confrelid
WHERE k.contype = 'f'
  AND (k.conparentid = 0
       OR k.conrelid <> (SELECT o.conrelid FROM pg_catalog.pg_constraint o WHERE o.oid = k.conparentid))
