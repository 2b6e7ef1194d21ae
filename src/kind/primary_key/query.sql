-- pg_constraint, contype 'p', with the index that enforces it; a key of one column, which most are, needs no sub-query
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, k.condeferrable AS deferrable,
       k.condeferred AS deferred,
--18+        k.conperiod AS without_overlaps,
       CASE WHEN k.conkey[2] IS NULL THEN json_build_array(first.attname) ELSE
         (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(k.conkey) WITH ORDINALITY AS u (attnum, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.attnum) END AS columns,
       CASE WHEN x.indnatts > x.indnkeyatts THEN
         (SELECT json_agg(a.attname ORDER BY u.n) FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS u (attnum, n)
          JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = u.attnum
          WHERE u.n > x.indnkeyatts) END AS include,
       to_json(xc.reloptions) AS options,
       po.conname AS part_of, pot.relname AS part_of_table, pon.nspname AS part_of_schema
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute first ON first.attrelid = k.conrelid AND first.attnum = k.conkey[1]
JOIN pg_catalog.pg_index x ON x.indexrelid = k.conindid
JOIN pg_catalog.pg_class xc ON xc.oid = k.conindid
LEFT JOIN pg_catalog.pg_constraint po ON po.oid = k.conparentid AND k.conparentid <> 0
LEFT JOIN pg_catalog.pg_class pot ON pot.oid = po.conrelid
LEFT JOIN pg_catalog.pg_namespace pon ON pon.oid = pot.relnamespace
WHERE k.contype = 'p'
