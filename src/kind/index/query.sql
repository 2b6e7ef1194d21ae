-- pg_index: indexes that no constraint implies. Text is asked for only where there is an expression.
WITH managed AS MATERIALIZED (
  SELECT x.*
  FROM pg_catalog.pg_index x
  JOIN (SELECT pg_catalog.unnest(:tables)
        UNION ALL
        SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'm' AND n.nspname = ANY (:schemas)) AS managed (oid) ON managed.oid = x.indrelid
  WHERE x.indexrelid NOT IN (SELECT k.conindid FROM pg_catalog.pg_constraint k WHERE k.contype IN ('p', 'u', 'x'))
), keys AS (
  SELECT x.indexrelid,
         json_agg(json_build_object(
           'column', a.attname,
           'expression', CASE WHEN a.attname IS NULL THEN pg_catalog.pg_get_indexdef(x.indexrelid, xa.attnum, true) END,
           'options', x.indoption[xa.attnum - 1],
           'opclass', oc.opcname, 'opclass_own', NOT oc.opcdefault,
           'opclass_schema', CASE WHEN oc.opcnamespace <> 'pg_catalog'::regnamespace THEN
                               (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = oc.opcnamespace) END,
           'opclass_options', xa.attoptions,
           'collation', co.collname,
           -- that of an expression may come from a column in it: then the whole definition does not say it
           'collation_own', CASE WHEN co.oid IS NULL OR co.oid = COALESCE(a.attcollation, xt.typcollation) THEN false
                                 WHEN a.attname IS NOT NULL THEN true
                                 ELSE pg_catalog.strpos(
                                   pg_catalog.pg_get_indexdef(x.indexrelid, 0, true),
                                   pg_catalog.pg_get_indexdef(x.indexrelid, xa.attnum, true) || ' COLLATE ') > 0 END,
           'collation_schema', CASE WHEN co.collnamespace <> 'pg_catalog'::regnamespace THEN
                                 (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = co.collnamespace) END)
           ORDER BY xa.attnum) AS keys,
         json_agg(json_build_array(xa.attnum, xa.attstattarget)) FILTER (WHERE xa.attstattarget >= 0) AS statistics
  FROM managed x
  JOIN pg_catalog.pg_attribute xa ON xa.attrelid = x.indexrelid
  JOIN pg_catalog.pg_type xt ON xt.oid = xa.atttypid
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[xa.attnum - 1]
                                     AND x.indkey[xa.attnum - 1] <> 0
  LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = x.indclass[xa.attnum - 1]
  LEFT JOIN pg_catalog.pg_collation co ON co.oid = x.indcollation[xa.attnum - 1]
       AND (co.oid <> 'pg_catalog."default"'::regcollation OR co.oid <> COALESCE(a.attcollation, xt.typcollation))
  GROUP BY x.indexrelid
)
SELECT n.nspname AS schema, xc.relname AS name, c.relname AS table, c.relkind = 'm' AS of_view, x.indisunique AS "unique", am.amname AS method,
       x.indnkeyatts AS key_count, k.keys, x.indpred IS NOT NULL AS partial,
       pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
--15+        x.indnullsnotdistinct AS nulls_not_distinct,
       to_json(xc.reloptions) AS options,
       wc.relname AS part_of, wt.relname AS part_of_table, wn.nspname AS part_of_schema, k.statistics
FROM managed x
JOIN keys k ON k.indexrelid = x.indexrelid
JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = xc.relam
LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = x.indexrelid AND xc.relispartition
LEFT JOIN pg_catalog.pg_index w ON w.indexrelid = i.inhparent
LEFT JOIN pg_catalog.pg_class wc ON wc.oid = w.indexrelid
LEFT JOIN pg_catalog.pg_class wt ON wt.oid = w.indrelid
LEFT JOIN pg_catalog.pg_namespace wn ON wn.oid = wc.relnamespace
