-- pg_sequence: standalone and owned ones (deptype 'a'); an identity's sequence (deptype 'i') belongs to its column
SELECT n.nspname AS schema, c.relname AS name, pg_catalog.format_type(s.seqtypid, NULL) AS type,
       json_build_object('start', s.seqstart, 'increment', s.seqincrement, 'min', s.seqmin, 'max', s.seqmax,
                         'cache', s.seqcache, 'cycle', s.seqcycle) AS options,
       c.relpersistence = 'u' AND t.relpersistence IS DISTINCT FROM 'u' AS unlogged,
       tn.nspname AS owner_schema, t.relname AS owner_table, a.attname AS owner_column
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_sequence s ON s.seqrelid = c.oid
LEFT JOIN pg_catalog.pg_depend o ON o.classid = 'pg_catalog.pg_class'::regclass AND o.objid = c.oid AND o.objsubid = 0
                                AND o.refclassid = 'pg_catalog.pg_class'::regclass AND o.refobjsubid > 0
                                AND o.deptype IN ('a', 'i')
LEFT JOIN pg_catalog.pg_class t ON t.oid = o.refobjid
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
WHERE c.relkind = 'S'
  AND n.nspname = ANY (:schemas)
  AND o.deptype IS DISTINCT FROM 'i'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
