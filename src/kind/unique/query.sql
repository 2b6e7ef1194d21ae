-- pg_constraint, contype 'u', with the index that enforces it, whose columns are the key's and then those that are included
SELECT k.conrelid AS table, k.conname AS name, k.condeferrable AS deferrable, k.condeferred AS deferred,
--18+        k.conperiod AS without_overlaps,
--15+        x.indnullsnotdistinct AS nulls_not_distinct,
       k.conkey AS columns, CASE WHEN x.indnatts > x.indnkeyatts THEN (x.indkey::int2[])[x.indnkeyatts:] END AS include,
       to_json(xc.reloptions) AS options,
       CASE WHEN k.conparentid <> 0 THEN
         (SELECT json_build_array(n.nspname, c.relname, o.conname) FROM pg_catalog.pg_constraint o
          JOIN pg_catalog.pg_class c ON c.oid = o.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          WHERE o.oid = k.conparentid) END AS part_of
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
JOIN pg_catalog.pg_index x ON x.indexrelid = k.conindid
JOIN pg_catalog.pg_class xc ON xc.oid = k.conindid
WHERE k.contype = 'u'
