-- pg_index: indexes that no constraint implies. Text is asked for only where there is an expression.
SELECT n.nspname AS schema, xc.relname AS name, c.relname AS table, x.indisunique AS "unique", am.amname AS method,
       x.indnkeyatts AS key_count,
       (SELECT json_agg(json_build_object(
                 'column', a.attname,
                 'expression', CASE WHEN u.attnum = 0 THEN pg_catalog.pg_get_indexdef(x.indexrelid, u.n::int, true) END,
                 'options', x.indoption[u.n - 1],
                 'opclass', CASE WHEN u.n <= x.indnkeyatts THEN oc.opcname END,
                 'opclass_schema', ocn.nspname,
                 'opclass_own', NOT oc.opcdefault,
                 'opclass_options', to_jsonb(xa.attoptions),
                 'collation', CASE WHEN u.n <= x.indnkeyatts THEN co.collname END,
                 -- that of an expression may come from a column in it: then the whole definition does not say it
                 'collation_own', CASE WHEN u.n > x.indnkeyatts OR x.indcollation[u.n - 1] = 0
                                         OR x.indcollation[u.n - 1] = COALESCE(a.attcollation, xt.typcollation) THEN false
                                       WHEN u.attnum > 0 THEN true
                                       ELSE strpos(pg_catalog.pg_get_indexdef(x.indexrelid, 0, true),
                                                   pg_catalog.pg_get_indexdef(x.indexrelid, u.n::int, true) || ' COLLATE ') > 0
                                  END,
                 'collation_schema', con.nspname) ORDER BY u.n)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS u (attnum, n)
        JOIN pg_catalog.pg_attribute xa ON xa.attrelid = x.indexrelid AND xa.attnum = u.n
        JOIN pg_catalog.pg_type xt ON xt.oid = xa.atttypid
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = u.attnum AND u.attnum > 0
        LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = x.indclass[u.n - 1]
        LEFT JOIN pg_catalog.pg_namespace ocn ON ocn.oid = oc.opcnamespace
        LEFT JOIN pg_catalog.pg_collation co ON co.oid = x.indcollation[u.n - 1]
        LEFT JOIN pg_catalog.pg_namespace con ON con.oid = co.collnamespace) AS keys,
       x.indpred IS NOT NULL AS partial, pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
--15+        x.indnullsnotdistinct AS nulls_not_distinct,
       to_json(xc.reloptions) AS options,
       wc.relname AS part_of, wt.relname AS part_of_table, wn.nspname AS part_of_schema,
       (SELECT json_agg(json_build_array(a.attnum, a.attstattarget)) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = x.indexrelid AND a.attstattarget >= 0) AS statistics
FROM pg_catalog.pg_index x
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = x.indrelid
JOIN pg_catalog.pg_class xc ON xc.oid = x.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_am am ON am.oid = xc.relam
LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = x.indexrelid AND xc.relispartition
LEFT JOIN pg_catalog.pg_index w ON w.indexrelid = i.inhparent
LEFT JOIN pg_catalog.pg_class wc ON wc.oid = w.indexrelid
LEFT JOIN pg_catalog.pg_class wt ON wt.oid = w.indrelid
LEFT JOIN pg_catalog.pg_namespace wn ON wn.oid = wc.relnamespace
WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u', 'x'))
