-- pg_constraint, contype 'f'; a key of one column, which most are, needs no sub-query
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, rn.nspname AS ref_schema, r.relname AS ref_table,
       k.confupdtype AS on_update, k.confdeltype AS on_delete, k.confmatchtype AS match,
--18+        NOT k.conenforced AS not_enforced, k.conperiod AS period,
       k.condeferrable AS deferrable, k.condeferred AS deferred, NOT k.convalidated AS not_valid,
       CASE WHEN k.conkey[2] IS NULL THEN json_build_array(first.attname) ELSE
         (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) END AS columns,
       CASE WHEN k.confkey[2] IS NULL THEN json_build_array(ref.attname) ELSE
         (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.confkey) WITH ORDINALITY AS u (attnum, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.attnum) END AS ref_columns
--15+        , CASE WHEN k.confdelsetcols IS NOT NULL THEN
--15+            (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
--15+             WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.confdelsetcols)) END AS set_columns
       , po.conname AS part_of, pot.relname AS part_of_table, pon.nspname AS part_of_schema
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute first ON first.attrelid = k.conrelid AND first.attnum = k.conkey[1]
JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
JOIN pg_catalog.pg_attribute ref ON ref.attrelid = k.confrelid AND ref.attnum = k.confkey[1]
LEFT JOIN pg_catalog.pg_constraint po ON po.oid = k.conparentid AND k.conparentid <> 0
LEFT JOIN pg_catalog.pg_class pot ON pot.oid = po.conrelid
LEFT JOIN pg_catalog.pg_namespace pon ON pon.oid = pot.relnamespace
WHERE k.contype = 'f'
  AND (k.conparentid = 0 OR po.conrelid <> k.conrelid)
