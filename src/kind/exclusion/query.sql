-- pg_constraint, contype 'x', with the index that enforces it. Text is asked for only where there is an expression.
SELECT n.nspname AS schema, c.relname AS table, k.conname AS name, k.condeferrable AS deferrable,
       k.condeferred AS deferred, am.amname AS method, x.indnkeyatts AS key_count,
       (SELECT json_agg(json_build_object(
                 'column', a.attname,
                 'expression', CASE WHEN u.attnum = 0 THEN pg_catalog.pg_get_indexdef(x.indexrelid, u.n::int, true) END,
                 'options', x.indoption[u.n - 1],
                 'opclass', oc.opcname,
                 'opclass_schema', ocn.nspname,
                 'opclass_own', NOT oc.opcdefault,
                 'opclass_options', to_jsonb(xa.attoptions),
                 'collation', co.collname,
                 'collation_own', CASE WHEN co.oid IS NULL OR co.oid = COALESCE(a.attcollation, xt.typcollation) THEN false
                                       WHEN u.attnum > 0 THEN true
                                       ELSE pg_catalog.strpos(
                                         pg_catalog.pg_get_indexdef(x.indexrelid, 0, true),
                                         pg_catalog.pg_get_indexdef(x.indexrelid, u.n::int, true) || ' COLLATE ') > 0 END,
                 'collation_schema', con.nspname) ORDER BY u.n)
        FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS u (attnum, n)
        JOIN pg_catalog.pg_attribute xa ON xa.attrelid = x.indexrelid AND xa.attnum = u.n
        JOIN pg_catalog.pg_type xt ON xt.oid = xa.atttypid
        LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = u.attnum AND u.attnum > 0
        LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = x.indclass[u.n - 1]
        LEFT JOIN pg_catalog.pg_namespace ocn ON ocn.oid = oc.opcnamespace
        LEFT JOIN pg_catalog.pg_collation co ON co.oid = x.indcollation[u.n - 1]
        LEFT JOIN pg_catalog.pg_namespace con ON con.oid = co.collnamespace) AS keys,
       (SELECT json_agg(json_build_array(pn.nspname, o.oprname) ORDER BY u.n)
        FROM unnest(k.conexclop) WITH ORDINALITY AS u (operator, n)
        JOIN pg_catalog.pg_operator o ON o.oid = u.operator
        JOIN pg_catalog.pg_namespace pn ON pn.oid = o.oprnamespace) AS operators,
       x.indpred IS NOT NULL AS partial, pg_catalog.pg_get_expr(x.indpred, x.indrelid) AS predicate,
       to_json(xc.reloptions) AS options
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.unnest(:tables) AS managed (oid) ON managed.oid = k.conrelid
JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_index x ON x.indexrelid = k.conindid
JOIN pg_catalog.pg_class xc ON xc.oid = k.conindid
JOIN pg_catalog.pg_am am ON am.oid = xc.relam
WHERE k.contype = 'x'
