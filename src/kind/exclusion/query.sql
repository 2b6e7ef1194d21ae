-- pg_constraint, contype 'x', with the index that enforces it. Text is asked for only where there is an expression.
SELECT k.conrelid AS table, k.conname AS name, k.condeferrable AS deferrable,
       k.condeferred AS deferred, am.amname AS method,
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
       (SELECT json_agg(json_build_array(xa.attnum, xa.attoptions)) FROM pg_catalog.pg_attribute xa
        WHERE xa.attrelid = x.indexrelid AND xa.attoptions IS NOT NULL) AS opclass_options,
       (SELECT json_agg(json_build_array(pn.nspname, o.oprname) ORDER BY u.n)
        FROM unnest(k.conexclop) WITH ORDINALITY AS u (operator, n)
        JOIN pg_catalog.pg_operator o ON o.oid = u.operator
        JOIN pg_catalog.pg_namespace pn ON pn.oid = o.oprnamespace) AS operators,
       x.indpred IS NOT NULL AS partial, pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
       to_json(xc.reloptions) AS options
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
JOIN pg_catalog.pg_index x ON x.indexrelid = k.conindid
JOIN pg_catalog.pg_class xc ON xc.oid = k.conindid
JOIN pg_catalog.pg_am am ON am.oid = xc.relam
WHERE k.contype = 'x'
