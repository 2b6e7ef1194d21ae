-- pg_index: indexes that no constraint implies. Text is asked for only where there is an expression.
SELECT x.indrelid AS table, managed.of_view, xc.relname AS name, x.indisunique AS "unique", am.amname AS method,
       x.indnkeyatts AS key_count, x.indkey AS keys, x.indclass AS opclasses, x.indcollation AS collations,
       x.indoption AS orders,
       CASE WHEN x.indexprs IS NOT NULL THEN
         (SELECT json_agg(json_build_array(
                  pg_catalog.pg_get_indexdef(x.indexrelid, xa.attnum, true), xt.typcollation::int8,
                  -- it may come from a column in it: then the whole definition does not say it
                  x.indcollation[xa.attnum - 1] NOT IN (0, xt.typcollation)
                  AND pg_catalog.strpos(pg_catalog.pg_get_indexdef(x.indexrelid, 0, true),
                                        pg_catalog.pg_get_indexdef(x.indexrelid, xa.attnum, true) || ' COLLATE ') > 0)
                 ORDER BY xa.attnum)
          FROM pg_catalog.pg_attribute xa JOIN pg_catalog.pg_type xt ON xt.oid = xa.atttypid
          WHERE xa.attrelid = x.indexrelid AND x.indkey[xa.attnum - 1] = 0) END AS expressions,
       said.opclass_options, said.statistics,
       x.indpred IS NOT NULL AS partial, pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
--15+        x.indnullsnotdistinct AS nulls_not_distinct,
       to_json(xc.reloptions) AS options,
       CASE WHEN xc.relispartition THEN
         (SELECT json_build_array(n.nspname, t.relname, w.relname) FROM pg_catalog.pg_inherits i
          JOIN pg_catalog.pg_index p ON p.indexrelid = i.inhparent
          JOIN pg_catalog.pg_class w ON w.oid = p.indexrelid JOIN pg_catalog.pg_class t ON t.oid = p.indrelid
          JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace WHERE i.inhrelid = x.indexrelid) END AS part_of
FROM pg_catalog.pg_index x
JOIN (SELECT pg_catalog.unnest(:tables), false
      UNION ALL
      SELECT c.oid, true FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'm' AND n.nspname = ANY (:schemas)) AS managed (oid, of_view) ON managed.oid = x.indrelid
JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = xc.relam
LEFT JOIN (SELECT xa.attrelid,
                  json_agg(json_build_array(xa.attnum, xa.attoptions)) FILTER (WHERE xa.attoptions IS NOT NULL) AS opclass_options,
                  json_agg(json_build_array(xa.attnum, xa.attstattarget)) FILTER (WHERE xa.attstattarget >= 0) AS statistics
           FROM pg_catalog.pg_attribute xa
           -- system columns have a target of their own
           WHERE xa.attnum > 0 AND (xa.attoptions IS NOT NULL OR xa.attstattarget >= 0)
           GROUP BY xa.attrelid) said ON said.attrelid = x.indexrelid
WHERE x.indexrelid NOT IN (SELECT k.conindid FROM pg_catalog.pg_constraint k WHERE k.contype IN ('p', 'u', 'x'))
